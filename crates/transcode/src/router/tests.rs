use proptest::prelude::*;

use super::*;
use crate::limits::Limits;
use crate::template::tests::template;

fn router(routes: &[(&str, &str)]) -> Router<String> {
    let mut router = Router::new();
    for (method, text) in routes {
        let template: Template = text.parse().unwrap();
        let key = (*method != "*").then(|| method.parse().unwrap());
        router.insert(key, template, format!("{method} {text}")).unwrap();
    }
    router
}

fn find(router: &Router<String>, method: &str, path: &str) -> String {
    let limits = Limits::default();
    let path = match Path::parse(path, &limits) {
        Ok(path) => path,
        Err(bad) => return format!("{bad:?}"),
    };
    match router.find(&method.parse().unwrap(), &path) {
        Ok(found) => format!("{} [{}]", found.value, found.captures.join("|")),
        Err(Missing::Path) => "404".to_owned(),
        Err(Missing::Method(allowed)) => format!("405 {}", allowed.into_iter().collect::<Vec<_>>().join(",")),
    }
}

#[test]
fn the_most_exact_template_wins_whatever_the_order() {
    let routes = [
        ("GET", "/v1/**"),
        ("GET", "/v1/{a}/{b}"),
        ("GET", "/v1/teams/{b}"),
        ("GET", "/v1/teams/all"),
        ("GET", "/v1/{a}/all"),
        ("GET", "/v1/{a=x/**}"),
    ];
    let mut backwards = routes;
    backwards.reverse();
    for routes in [routes, backwards] {
        let router = router(&routes);
        for (path, found) in [
            ("/v1/teams/all", "GET /v1/teams/all []"),
            ("/v1/teams/7", "GET /v1/teams/{b} [7]"),
            ("/v1/cases/all", "GET /v1/{a}/all [cases]"),
            ("/v1/cases/7", "GET /v1/{a}/{b} [cases|7]"),
            ("/v1/cases/7/x", "GET /v1/** []"),
            ("/v1", "GET /v1/** []"),
            ("/v1/", "GET /v1/** []"),
            ("/v1/x/7/8", "GET /v1/{a=x/**} [x/7/8]"),
            ("/v1/x", "GET /v1/{a=x/**} [x]"),
            // The literal is tried first and given up: what follows does not fit it.
            ("/v1/teams", "GET /v1/** []"),
            ("/v2", "404"),
            ("/", "404"),
            ("", "404"),
        ] {
            assert_eq!(find(&router, "GET", path), found, "{path}");
        }
    }
}

#[test]
fn a_verb_is_read_before_a_value_and_binds_every_method() {
    let router = router(&[
        ("POST", "/v1/teams/{id}:archive"),
        ("GET", "/v1/teams/{id}"),
        ("DELETE", "/v1/teams/{id}"),
        ("POST", "/v1/teams:import"),
        ("GET", "/v1/{file=files/**}:download"),
    ]);
    for (method, path, found) in [
        ("POST", "/v1/teams/7:archive", "POST /v1/teams/{id}:archive [7]"),
        ("DELETE", "/v1/teams/7:archive", "405 POST"),
        ("GET", "/v1/teams/7:other", "GET /v1/teams/{id} [7:other]"),
        ("GET", "/v1/teams/7%3Aarchive", "GET /v1/teams/{id} [7:archive]"),
        ("POST", "/v1/teams/a:b:archive", "POST /v1/teams/{id}:archive [a:b]"),
        ("POST", "/v1/teams/7:%61rchive", "POST /v1/teams/{id}:archive [7]"),
        // No value before the verb, so no verb.
        ("POST", "/v1/teams/:archive", "405 DELETE,GET,HEAD"),
        ("GET", "/v1/teams/:", "GET /v1/teams/{id} [:]"),
        ("POST", "/v1/teams:import", "POST /v1/teams:import []"),
        ("GET", "/v1/files/a/b:download", "GET /v1/{file=files/**}:download [files/a/b]"),
        ("GET", "/v1/files:download", "GET /v1/{file=files/**}:download [files]"),
    ] {
        assert_eq!(find(&router, method, path), found, "{method} {path}");
    }
}

#[test]
fn a_known_path_with_another_method_names_those_that_it_has() {
    let router = router(&[
        ("GET", "/v1/teams/{id}"),
        ("PATCH", "/v1/teams/{id}"),
        ("POST", "/v1/{a}/new"),
        ("*", "/v1/any"),
        ("REPORT", "/v1/custom"),
    ]);
    for (method, path, found) in [
        ("DELETE", "/v1/teams/7", "405 GET,HEAD,PATCH"),
        ("HEAD", "/v1/teams/7", "GET /v1/teams/{id} [7]"),
        // What a less exact template admits is admitted.
        ("POST", "/v1/teams/new", "POST /v1/{a}/new [teams]"),
        ("PUT", "/v1/teams/new", "405 GET,HEAD,PATCH,POST"),
        ("PURGE", "/v1/any", "* /v1/any []"),
        ("REPORT", "/v1/custom", "REPORT /v1/custom []"),
        ("GET", "/v1/custom", "405 REPORT"),
    ] {
        assert_eq!(find(&router, method, path), found, "{method} {path}");
    }
    let limits = Limits::default();
    let path = Path::parse("/v1/teams/new", &limits).unwrap();
    let allowed: Vec<_> = router.allowed(&path).into_iter().collect();
    assert_eq!(allowed, ["GET", "HEAD", "OPTIONS", "PATCH", "POST"]);
    assert!(router.allowed(&Path::parse("/v2", &limits).unwrap()).is_empty());
}

#[test]
fn a_value_is_decoded_whole_unless_it_may_hold_slashes() {
    let router =
        router(&[("GET", "/one/{a}"), ("GET", "/two/{a=x/*}"), ("GET", "/all/{a=**}"), ("GET", "/h%C3%B2a/{a=z}")]);
    for (path, found) in [
        ("/one/a%2Fb%20c", "GET /one/{a} [a/b c]"),
        ("/one/a+b", "GET /one/{a} [a+b]"),
        ("/two/x/a%2Fb%20c", "GET /two/{a=x/*} [x/a%2Fb c]"),
        ("/all/a%2fb/c%20d", "GET /all/{a=**} [a%2fb/c d]"),
        ("/all", "GET /all/{a=**} []"),
        ("/all//x/", "GET /all/{a=**} [/x/]"),
        ("/%6Fne/1", "GET /one/{a} [1]"),
        ("/h%c3%b2a/z", "GET /h%C3%B2a/{a=z} [z]"),
        ("/one/", "404"),
        ("/one/%zz", "Escape"),
        ("/one/%FF", "Escape"),
        ("/nowhere/%", "Escape"),
        ("/one/..", "Dots"),
        ("/one/%2E", "Dots"),
        ("/one/...", "GET /one/{a} [...]"),
    ] {
        assert_eq!(find(&router, "GET", path), found, "{path}");
    }
}

#[test]
fn a_path_over_the_limits_is_not_looked_up() {
    let limits = Limits { path_bytes: 20, path_segments: 3, ..Limits::default() };
    for (path, bad) in
        [("/a/b/c", false), ("/a/b/c/d", true), ("/aaaaaaaaaaaaaaaaaaa", false), ("/aaaaaaaaaaaaaaaaaaaa", true)]
    {
        assert_eq!(Path::parse(path, &limits).err(), bad.then_some(BadPath::Long), "{path}");
    }
}

#[test]
fn the_same_pattern_for_the_same_method_is_refused() {
    let mut router = router(&[("GET", "/v1/{a}:x"), ("GET", "/v1/{b=c/**}")]);
    for (method, text, taken) in [
        (Some(Method::GET), "/v1/{b}:x", true),
        (Some(Method::GET), "/v1/*:x", true),
        (Some(Method::GET), "/v1/c/**", true),
        (Some(Method::POST), "/v1/{b}:x", false),
        (None, "/v1/{b}:x", false),
        (Some(Method::GET), "/v1/{b}:y", false),
        (Some(Method::GET), "/v1/c/*", false),
    ] {
        assert_eq!(router.insert(method, text.parse().unwrap(), String::new()).is_err(), taken, "{text}");
    }
}

/// The same rule without a trie: every template is tried, and the most exact of those that fit is taken.
fn naive<'a>(templates: &'a [Template], path: &str) -> Option<&'a Template> {
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let fits = |template: &Template, segments: &[&str]| {
        let mut rest = segments;
        for segment in template.segments() {
            match (segment, rest) {
                (Segment::Rest, _) => return true,
                (Segment::Literal(text), [first, others @ ..]) if text == first => rest = others,
                (Segment::One, [first, others @ ..]) if !first.is_empty() => rest = others,
                _ => return false,
            }
        }
        rest.is_empty()
    };
    // Compared segment by segment; that a path ends goes before `**`, which admits that as well.
    let rank = |template: &&Template| -> Vec<u8> {
        let rank = |segment: &Segment| match segment {
            Segment::Literal(_) => 0,
            Segment::One => 1,
            Segment::Rest => 2,
        };
        template.segments().iter().map(rank).collect()
    };
    if let Some((last, verb)) = segments.last().and_then(|last| last.rsplit_once(':')) {
        let mut cut = segments.clone();
        *cut.last_mut().unwrap() = last;
        let with = templates.iter().filter(|t| t.verb() == Some(verb) && fits(t, &cut)).min_by_key(rank);
        if with.is_some() {
            return with;
        }
    }
    templates.iter().filter(|t| t.verb().is_none() && fits(t, &segments)).min_by_key(rank)
}

proptest! {
    #[test]
    fn the_trie_finds_what_trying_every_template_finds(
        texts in prop::collection::vec(template(), 1..12),
        paths in prop::collection::vec("(/[a-c]{0,2}){1,5}(:do|:undo|:other)?", 1..12),
    ) {
        let mut router = Router::new();
        let mut templates = Vec::new();
        for text in texts {
            let template: Template = text.parse().unwrap();
            if router.insert(Some(Method::GET), template.clone(), template.clone()).is_ok() {
                templates.push(template);
            }
        }
        let limits = Limits::default();
        for path in paths {
            let found = router.find(&Method::GET, &Path::parse(&path, &limits).unwrap()).ok();
            prop_assert_eq!(found.map(|f| f.value), naive(&templates, &path), "{}", path);
        }
    }

    #[test]
    fn no_path_makes_the_matcher_panic(path in "\\PC{0,60}", escaped in "[/%:.0-9a-fA-F]{0,40}") {
        let router = router(&[("GET", "/{a}/{b=**}:do"), ("GET", "/{a=*/*}"), ("POST", "/**")]);
        for path in [path, escaped] {
            _ = find(&router, "GET", &path);
        }
    }
}
