//! Every method of the contracts × every role × every area, asked of the access table and held against docs/access.md,
//! which people review. `UPDATE_DOCS=1` writes the page anew; without it a difference fails.
#![expect(clippy::unwrap_used, reason = "a fault in a test must stop it")]

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use hoagiai_identity::{
    Area, AreaPath, Caller, Conflicts, Denied, Level, Policy, Role,
    testing::{ELSEWHERE, HERE, account, date},
};
use hoagiai_proto::options::v1::AreaSource;
use hoagiai_rpc::{MethodRule, method_rules};

const TODAY: &str = "2026-03-10";

/// The records that are asked for, near ones first, and what the reach is called when it ends there.
fn places() -> [(&'static str, AreaPath); 6] {
    let city = AreaPath::of_province(HERE.province);
    [
        ("team", HERE.path()),
        ("unit", HERE.commune_path().in_area_unit(HERE.area_unit)),
        ("commune", HERE.commune_path()),
        ("city", ELSEWHERE.path()),
        ("city", city),
        ("all", AreaPath::default()),
    ]
}

fn ask(policy: &Policy, rule: &MethodRule, role: Role, ended: Option<&str>) -> Option<Result<Caller, Denied>> {
    let permission = rule.permission.as_ref()?;
    let principal = account("someone").holds_between(role, HERE.area_of(role), Some("2025-07-01"), ended).build();
    Some(policy.caller(principal, permission.as_str(), date(TODAY)))
}

/// Whether a record at `path` is shown: by the use case that found it, or by the list that is cut.
fn reaches(rule: &MethodRule, caller: &Caller, path: &AreaPath) -> bool {
    match rule.area {
        AreaSource::Filter => caller.scope().covers(path),
        _ => caller.admit(path).is_ok(),
    }
}

/// How far a role reaches with a method: the name of the last place it is let to. Places must be let to in their
/// order: whoever reaches the commune reaches its teams, and whoever is refused the commune is refused the city.
fn reach(rule: &MethodRule, caller: &Caller) -> &'static str {
    if rule.area == AreaSource::None {
        return "yes";
    }
    let answers = places().map(|(name, path)| (name, reaches(rule, caller, &path)));
    assert!(answers.is_sorted_by_key(|(_, let_in)| !let_in), "{} {:?}: {answers:?}", rule.path, caller.principal());
    answers.iter().rfind(|(_, let_in)| *let_in).map_or("nowhere", |(name, _)| name)
}

#[test]
fn the_contract_and_the_access_table_know_the_same_permissions() {
    let rules = method_rules().unwrap();
    let names: Vec<&str> = rules.iter().filter_map(|rule| rule.permission.as_ref()).map(|name| name.as_str()).collect();
    assert_eq!(Policy::embedded().unwrap().differences(names.iter().copied()), Vec::<String>::new());
    for rule in rules.iter() {
        let permission = rule.permission.as_ref().map(|name| name.as_str().split('.').next().unwrap().to_owned());
        assert!(permission.is_none_or(|first| first == rule.service), "{}: a permission of another service", rule.path);
    }
}

#[test]
fn every_method_for_every_role_and_area_is_as_reviewed() {
    let policy = Policy::embedded().unwrap();
    let page = page(&policy);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/access.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let reviewed = std::fs::read_to_string(&file).expect("docs/access.md (UPDATE_DOCS=1 writes it)");
    let differences: Vec<_> = page.lines().zip(reviewed.lines()).filter(|(now, then)| now != then).take(5).collect();
    assert!(
        page == reviewed,
        "docs/access.md is not what the rules say (UPDATE_DOCS=1, then review): {differences:#?}"
    );
}

#[test]
fn a_role_that_has_ended_opens_no_method() {
    let policy = Policy::embedded().unwrap();
    let mut asked = 0;
    for rule in method_rules().unwrap().iter() {
        for role in Role::ALL {
            for (ended, open) in [("2026-03-09", false), ("2026-03-10", true)] {
                let Some(answer) = ask(&policy, rule, *role, Some(ended)) else { continue };
                let holds = policy.entry(rule.permission.as_ref().unwrap().as_str()).unwrap().1.roles.contains(*role);
                assert_eq!(answer.is_ok(), holds && open, "{} as {role} until {ended}", rule.path);
                asked += 1;
            }
        }
    }
    assert!(asked > 1000, "only {asked} questions");
}

#[test]
fn a_conflict_of_interest_closes_every_record_of_every_method() {
    let policy = Policy::embedded().unwrap();
    for rule in method_rules().unwrap().iter() {
        for role in Role::ALL {
            let Some(Ok(caller)) = ask(&policy, rule, *role, None) else { continue };
            for (name, path) in places() {
                let conflicts = Conflicts::none().and_subject("someone");
                let answer = caller.admit_unless_conflicted(&path, &conflicts);
                assert_eq!(answer, Err(Denied::ConflictOfInterest), "{} as {role} in {name}", rule.path);
            }
        }
    }
}

#[test]
fn no_role_by_itself_spans_the_path_of_a_case_or_a_recognition() {
    // The separations that the law draws: whoever elects does not recognise, whoever assesses does not recognise,
    // and nobody outside the commune reads a case.
    let policy = Policy::embedded().unwrap();
    let holders = |permission: &str| policy.entry(permission).unwrap().1.roles;
    for (one, other) in [
        ("registry.mediators.elect", "registry.mediators.recognize"),
        ("registry.mediators.submit", "registry.mediators.recognize"),
        ("registry.leaders.elect", "registry.leaders.recognize"),
        ("evaluation.assessments.self_assess", "evaluation.assessments.recognize"),
        ("evaluation.assessments.propose", "evaluation.assessments.return"),
    ] {
        let both: Vec<_> = holders(one).iter().filter(|role| holders(other).contains(*role)).collect();
        assert!(both.is_empty(), "{both:?} may both {one} and {other}");
    }
    for role in [
        Role::JusticeDepartment,
        Role::CityFront,
        Role::JusticeMinistry,
        Role::Agency,
        Role::Operator,
        Role::Service,
        Role::Party,
    ] {
        for (permission, entry) in policy.iter().filter(|(name, _)| name.is_under("cases")) {
            assert!(!entry.roles.contains(role), "{role} holds {permission}");
        }
    }
    let operator: Vec<_> = policy
        .iter()
        .filter(|(_, entry)| entry.roles.contains(Role::Operator))
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(!operator.contains(&"journal.entries.read") && !operator.iter().any(|name| name.contains("mediators")));
}

/// The whole page.
fn page(policy: &Policy) -> String {
    let rules = method_rules().unwrap();
    let mut page = String::from(INTRODUCTION);
    let mut services: BTreeMap<String, Vec<&MethodRule>> = BTreeMap::new();
    for rule in rules.iter() {
        let service = rule.path.split('/').nth(1).unwrap().trim_start_matches("hoagiai.").to_owned();
        services.entry(service).or_default().push(rule);
    }
    let mut decisions = 0;
    for (service, rules) in services {
        write!(
            page,
            "\n### {service}\n\n| Method | Permission | Area | Who, and how far |\n| --- | --- | --- | --- |\n"
        )
        .unwrap();
        for rule in rules {
            let method = rule.path.rsplit('/').next().unwrap();
            let permission = rule.permission.as_ref().map_or("none: public", |name| name.as_str());
            let purpose = if rule.purpose_required { ", states a purpose" } else { "" };
            let area = match rule.area {
                AreaSource::Record => "record",
                AreaSource::Filter => "filter",
                AreaSource::None => "none",
                AreaSource::Unspecified => "not stated",
            };
            decisions += Role::ALL.len() * places().len();
            writeln!(page, "| {method} | `{permission}` | {area}{purpose} | {} |", who(policy, rule)).unwrap();
        }
    }
    write!(page, "\n{decisions} decisions stand behind these tables.\n\n## Why\n\n| Permission | Roles | Basis |\n| --- | --- | --- |\n").unwrap();
    for (permission, entry) in policy.iter() {
        let everyone = entry.roles.iter().count() == Role::ALL.len();
        let roles: Vec<_> = entry.roles.iter().map(Role::name).collect();
        let roles = if everyone { "every role".to_owned() } else { roles.join(", ") };
        writeln!(page, "| `{permission}` | {roles} | {} |", entry.basis).unwrap();
    }
    page.push_str("\n## Roles\n\n| Role | Vietnamese | Usually held for |\n| --- | --- | --- |\n");
    for role in Role::ALL {
        let area = match HERE.area_of(*role) {
            Area::Everywhere => "everywhere",
            area if area == Area::Unit(HERE.province) => "the city",
            area if area == Area::Unit(HERE.commune) => "a commune",
            Area::Unit(_) => "an area unit",
            Area::Team(_) => "a team",
        };
        writeln!(page, "| `{role}` | {} | {area} |", role.title()).unwrap();
    }
    page.push_str("\n## Who assigns a role, for how wide an area\n\n| Role | At most | By | Person |\n| --- | --- | --- | --- |\n");
    for role in Role::ALL {
        let Some(row) = policy.assignable(*role) else { continue };
        let widest = match row.widest {
            Level::Team => "a team",
            Level::AreaUnit => "an area unit",
            Level::Commune => "a commune",
            Level::Province => "the city",
            Level::Everywhere => "everywhere",
        };
        let by: Vec<_> = row.by.iter().map(Role::name).collect();
        let person = if row.person { "named" } else { "" };
        writeln!(page, "| `{role}` | {widest} | {} | {person} |", by.join(", ")).unwrap();
    }
    page
}

/// Roles by reach, near ones first.
fn who(policy: &Policy, rule: &MethodRule) -> String {
    const ORDER: [&str; 7] = ["yes", "team", "unit", "commune", "city", "all", "nowhere"];
    let mut by_reach: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for role in Role::ALL {
        if let Some(Ok(caller)) = ask(policy, rule, *role, None) {
            let reach = reach(rule, &caller);
            let place = ORDER.iter().position(|name| *name == reach).unwrap();
            by_reach.entry(place).or_default().push(role.name());
        }
    }
    let everyone = |roles: &Vec<&str>| roles.len() == Role::ALL.len();
    let line = by_reach.iter().map(|(place, roles)| match (ORDER[*place], everyone(roles)) {
        ("yes", true) => "every role".to_owned(),
        ("yes", false) => roles.join(", "),
        (reach, _) => format!("**{reach}**: {}", roles.join(", ")),
    });
    line.collect::<Vec<_>>().join("; ")
}

const INTRODUCTION: &str = "\
# Who may do what

Made from the contracts (proto/) and rules/access.toml by a test (`UPDATE_DOCS=1 cargo nextest run -p hoagiai-rpc --test
access_matrix`), which fails when this page differs. Review it as you would review code: it is what the system does.

The rules above the tables: what is not here is refused; a role holds for its area and all below it, from its first day
to its last; scopes of a credential only narrow; a conflict of interest outranks every role; permission is asked before
existence.

**How far**: each role is asked in the area in which it is usually held (table at the end), for a record of its own team,
its own area unit, its own commune, another commune, the city, and the whole country; the word names the last that it
reaches. *record*: the use case asks for the record's area; *filter*: the list is cut to the caller's areas; *none*:
the method touches no record of an area.

## Methods
";
