use proptest::prelude::*;

use super::*;

#[test]
fn a_template_of_the_grammar_parses_and_prints_in_one_form() {
    for (text, printed) in [
        ("/v1/teams", "/v1/teams"),
        ("/*", "/*"),
        ("/**", "/**"),
        ("/v1/**", "/v1/**"),
        ("/v1/{team_id}", "/v1/{team_id}"),
        ("/v1/{team_id=*}", "/v1/{team_id}"),
        ("/v1/{name=wards/*}", "/v1/{name=wards/*}"),
        ("/v1/{name=wards/*/teams/*}:merge", "/v1/{name=wards/*/teams/*}:merge"),
        ("/v1/{team.name=teams/*}/x", "/v1/{team.name=teams/*}/x"),
        ("/v1/{a}/{b=**}", "/v1/{a}/{b=**}"),
        ("/v1/{file=files/**}:download", "/v1/{file=files/**}:download"),
        ("/v1/*/**:verb", "/v1/*/**:verb"),
        ("/v1/{kind=news}", "/v1/{kind=news}"),
        ("/v1/h%C3%B2a", "/v1/h%C3%B2a"),
        ("/v1/a%2Fb", "/v1/a%2Fb"),
        ("/v1/a+b@c", "/v1/a%2Bb%40c"),
        ("/v1.1/a-b_c~d", "/v1.1/a-b_c~d"),
    ] {
        let template: Template = text.parse().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(template.to_string(), printed);
        assert_eq!(printed.parse(), Ok(template));
    }
}

#[test]
fn a_fault_is_named_with_its_place() {
    for (text, at, what) in [
        ("", 0, "begins with"),
        ("v1", 0, "begins with"),
        ("/", 1, "an empty segment"),
        ("/v1/", 4, "an empty segment"),
        ("/v1//x", 4, "an empty segment"),
        ("/v1/**/x", 7, "must be the last"),
        ("/v1/{a=**}/x", 11, "must be the last"),
        ("/v1/{a=**/x}", 10, "must be the last"),
        ("/v1/{a={b}}", 7, "within a variable"),
        ("/v1/{}", 5, "the name of a field"),
        ("/v1/{1a}", 5, "the name of a field"),
        ("/v1/{a.}", 7, "the name of a field"),
        ("/v1/{a=}", 7, "an empty segment"),
        ("/v1/{a", 6, "ends with"),
        ("/v1/{a=x/*", 10, "ends with"),
        ("/v1/a}", 5, "without `{`"),
        ("/v1/{a}/{a}", 9, "bound by another"),
        ("/v1/{a}/{a.b}", 9, "bound by another"),
        ("/v1/{a.b}/{a}", 11, "bound by another"),
        ("/v1/x:", 6, "an empty verb"),
        ("/v1/x:y/z", 7, "nothing may follow the verb"),
        ("/v1/x:y:z", 7, "may not hold"),
        ("/v1/a b", 5, "may not hold"),
        ("/v1/hòa", 5, "may not hold"),
        ("/v1/***", 6, "may not hold"),
        ("/v1/a*", 5, "may not hold"),
        ("/v1/{a}b", 7, "may not hold"),
        ("/v1/%4", 4, "percent"),
        ("/v1/%FF", 4, "percent"),
        ("/v1/../x", 4, "resolve"),
        ("/v1/%2e/x", 4, "resolve"),
        ("/v1?a=b", 3, "may not hold"),
    ] {
        let fault = text.parse::<Template>().expect_err(text);
        assert_eq!((fault.at, fault.what.contains(what)), (at, true), "{text}: {fault}");
    }
}

#[test]
fn a_variable_of_one_segment_is_told_from_one_that_may_hold_slashes() {
    for (text, many) in [
        ("/{a}", false),
        ("/{a=*}", false),
        ("/{a=x}", false),
        ("/{a=x/*}", true),
        ("/{a=**}", true),
        ("/{a=*/*}", true),
    ] {
        let template: Template = text.parse().unwrap();
        assert_eq!(template.many(&template.variables()[0]), many, "{text}");
    }
}

/// Templates of the grammar, as texts.
pub(crate) fn template() -> impl Strategy<Value = String> {
    let plain = prop_oneof![3 => "[a-c]{1,2}", 2 => Just("*".to_owned())];
    let inner = prop::collection::vec(plain.clone(), 1..3).prop_map(|parts| parts.join("/"));
    let segment = prop_oneof![
        4 => plain.prop_map(|text| (text, false)),
        2 => inner.prop_map(|inner| (inner, true)),
    ];
    let last = prop_oneof![3 => Just(""), 1 => Just("/**"), 1 => Just("/{rest=**}")];
    let verb = prop_oneof![3 => Just(""), 1 => Just(":do"), 1 => Just(":undo")];
    (prop::collection::vec(segment, 1..4), last, verb).prop_map(|(segments, last, verb)| {
        let mut text = String::new();
        for (at, (segment, variable)) in segments.iter().enumerate() {
            let part = if *variable { format!("/{{v{at}={segment}}}") } else { format!("/{segment}") };
            text.push_str(&part);
        }
        text + last + verb
    })
}

proptest! {
    #[test]
    fn what_is_printed_parses_to_the_same(text in template()) {
        let parsed: Template = text.parse().unwrap();
        prop_assert_eq!(parsed.to_string().parse::<Template>(), Ok(parsed));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
        if let Ok(template) = text.parse::<Template>() {
            prop_assert_eq!(template.to_string().parse::<Template>(), Ok(template));
        }
    }

    #[test]
    fn no_text_of_the_grammars_own_characters_makes_the_parser_panic(text in "[/{}*=:.a%2F]{0,16}") {
        if let Ok(template) = format!("/{text}").parse::<Template>() {
            prop_assert_eq!(template.to_string().parse::<Template>(), Ok(template));
        }
    }
}
