//! `docs/rules.md` says where each rule of mediation is enforced and which tests hold it. It is made from
//! `rules/catalogue.toml` and from the code itself; a page that differs from either fails here.
//! `UPDATE_DOCS=1 cargo nextest run --package hoagiai-rules` writes it anew.
#![expect(clippy::unwrap_used, reason = "a test stops at the first fault")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

const COUNT: u32 = 62;
/// Rules about what is kept elsewhere already must not lose their proof.
const HEAD: &str = "# Rules

The 62 rules of mediation, where each is enforced and which tests hold it. Made from [rules/catalogue.toml](../rules/catalogue.toml)
and from the code by a test (`UPDATE_DOCS=1 cargo nextest run --package hoagiai-rules` writes it anew): a place is a file
of a service that names the rule, a test is one whose name begins with it (`rule_11_…`).

HARD: law, the action is refused. SOFT: a warning, allowed with a recorded reason. CFG: a dated parameter.
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    number: u32,
    kind: String,
    text: String,
    source: String,
    #[serde(default)]
    awaits: String,
}

/// Where rules stand in the code: files that name a rule, and tests named after one.
#[derive(Default)]
struct Found {
    places: BTreeMap<u32, BTreeSet<String>>,
    tests: BTreeMap<u32, BTreeSet<String>>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[test]
fn every_rule_has_its_place_and_its_tests() {
    let root = root();
    let text = fs::read_to_string(root.join("rules/catalogue.toml")).unwrap();
    let catalogue: Catalogue = toml::from_str(&text).unwrap();
    let numbers: Vec<u32> = catalogue.rule.iter().map(|rule| rule.number).collect();
    assert_eq!(numbers, (1..=COUNT).collect::<Vec<_>>(), "the catalogue has each rule once, in order");

    let found = search(&root);
    let mut faults = Vec::new();
    for rule in &catalogue.rule {
        let (enforced, tested) = (found.places.contains_key(&rule.number), found.tests.contains_key(&rule.number));
        if rule.awaits.is_empty() && !(enforced && tested) {
            faults.push(format!("rule {}: enforced somewhere: {enforced}, tested: {tested}", rule.number));
        }
        if !rule.awaits.is_empty() && tested {
            faults.push(format!("rule {} has tests, so it awaits nothing", rule.number));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");

    let page = page(&catalogue, &found);
    let file = root.join("docs/rules.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == page, "docs/rules.md is not what catalogue and code say: UPDATE_DOCS=1, then review");
}

fn search(root: &Path) -> Found {
    let mut found = Found::default();
    let mut folders = vec![root.join("services"), root.join("crates"), root.join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                note(&mut found, name, &text);
            }
        }
    }
    found
}

fn note(found: &mut Found, name: &str, text: &str) {
    for line in text.lines() {
        let function = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("async ");
        if let Some(test) = function.strip_prefix("fn rule_") {
            let digits: String = test.chars().take_while(char::is_ascii_digit).collect();
            let words: String = test.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if let Ok(number) = digits.parse() {
                found.tests.entry(number).or_default().insert(format!("`rule_{words}`"));
            }
        }
    }
    // A rule is enforced in the code of a service, not in what tests it.
    if name.starts_with("services/") && name.contains("/src/") && !name.ends_with("tests.rs") {
        for number in named(text) {
            found.places.entry(number).or_default().insert(name.to_owned());
        }
    }
}

/// The rules that the comments of a file name: `rule 6`, `rules 3 to 5`, `rules 8, 9 and 11`.
fn named(text: &str) -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    for line in text.lines() {
        let Some(at) = line.find("//") else { continue };
        let comment = line[at..].to_lowercase();
        for (start, word) in comment.match_indices("rule") {
            let rest = comment[start + word.len()..].trim_start_matches('s');
            let Some(list) = rest.strip_prefix(' ') else { continue };
            read_list(list, &mut numbers);
        }
    }
    numbers
}

fn read_list(list: &str, numbers: &mut BTreeSet<u32>) {
    let (mut last, mut span) = (None, false);
    for word in list.split_whitespace() {
        let bare = word.trim_end_matches(['.', ',', ')', ';', ':']);
        match (bare.parse::<u32>(), bare) {
            (Ok(number), _) if number <= COUNT => {
                let from = if span { last.unwrap_or(number) } else { number };
                numbers.extend(from..=number);
                (last, span) = (Some(number), false);
                if word.ends_with([')', '.', ';', ':']) {
                    return;
                }
            }
            (Err(_), "to") if last.is_some() => span = true,
            (Err(_), "and" | "or") if last.is_some() => {}
            _ => return,
        }
    }
}

fn page(catalogue: &Catalogue, found: &Found) -> String {
    let mut page = String::from(HEAD);
    for rule in &catalogue.rule {
        let list = |map: &BTreeMap<u32, BTreeSet<String>>| {
            map.get(&rule.number).map(|all| all.iter().cloned().collect::<Vec<_>>()).unwrap_or_default()
        };
        page.push_str(&format!("\n## {}. {}\n\n{} ({})\n", rule.number, rule.kind, rule.text, rule.source));
        if !rule.awaits.is_empty() {
            page.push_str(&format!("\nNot enforced yet: {}.\n", rule.awaits));
            continue;
        }
        let links: Vec<String> = list(&found.places).iter().map(|place| format!("[{place}](../{place})")).collect();
        page.push_str(&format!("\n- enforced in {}\n", links.join(", ")));
        page.push_str(&format!("- held by {}\n", list(&found.tests).join(", ")));
    }
    page
}

#[test]
fn the_rules_that_a_comment_names_are_read_as_people_mean_them() {
    let of = |text: &str| named(text).into_iter().collect::<Vec<_>>();
    assert_eq!(of("// see rule 6"), [6]);
    assert_eq!(of("/// One team (rules 3 to 5 and 20)."), [3, 4, 5, 20]);
    assert_eq!(of("//! Rules 8, 9 and 11: elections"), [8, 9, 11]);
    assert_eq!(of("let rule = 6; // a rule of thumb"), [] as [u32; 0]);
    assert_eq!(of("// Rule 21. More than half, 3 of 5"), [21]);
}
