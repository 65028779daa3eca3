//! From the three query types to questions, and what is rejected.

use hoagiai_spdci::{Body, Endpoint, Question, Search, SearchItem};
use serde_json::{Value, json};

use crate::messages::{AREA, COMMUNE, MEDIATOR, TEAM, answer_value, by_id, read_value, search, with};

fn items(message: &Value) -> Vec<SearchItem> {
    let Body::Search(searches) = read_value(Endpoint::Search, message).unwrap().body else {
        panic!("a search is expected")
    };
    searches.items
}

fn asked(criteria: &Value) -> Result<Search, (Option<&'static str>, String)> {
    let item = items(&search(std::slice::from_ref(criteria))).remove(0);
    // The whole answer is built too, so that every case is checked against the schema.
    answer_value(Endpoint::Search, &search(std::slice::from_ref(criteria)));
    item.asked.map_err(|rejection| (rejection.code.map(hoagiai_spdci::SearchReason::word), rejection.message))
}

fn predicate(pairs: &[(&str, &str)]) -> Value {
    let expression = |(name, value): &(&str, &str)| json!({"seq_num": 1, "expression1": {"attribute_name": name, "operator": "eq", "attribute_value": value}});
    json!(pairs.iter().map(expression).collect::<Vec<_>>())
}

fn expression(collection: &str, query: &Value) -> Value {
    json!({"type": "ns:org:QueryType:NoSql", "value": {"expression": {"collection": collection, "query": query}}})
}

fn criteria(reg_type: &str, query_type: &str, query: &Value) -> Value {
    json!({"reg_type": reg_type, "query_type": query_type, "query": query})
}

#[test]
fn every_question_can_be_asked_in_every_query_type_that_can_hold_it() {
    let by_id = Question::MediatorById { id: MEDIATOR.parse().unwrap() };
    let by_name =
        Question::MediatorByName { full_name: "Nguyễn Thị Hòa".to_owned(), commune: COMMUNE.parse().unwrap() };
    let of_unit = Question::MediatorsOfUnit { unit: COMMUNE.parse().unwrap() };
    let team = Question::TeamById { id: TEAM.parse().unwrap() };
    let teams = Question::TeamsOfUnit { unit: COMMUNE.parse().unwrap() };
    let name = ("full_name", "Nguyễn Thị Hòa");
    let commune = ("commune_unit_id", COMMUNE);
    for (reg_type, query_type, query, question) in [
        ("Mediator", "idtype-value", json!({"type": "MEDIATOR_ID", "value": MEDIATOR}), &by_id),
        (
            "ns:org:RegistryType:Mediator",
            "idtype-value",
            json!({"type": "ns:org:IdType:UNIT_ID", "value": COMMUNE}),
            &of_unit,
        ),
        ("", "idtype-value", json!({"type": "MEDIATOR_ID", "value": MEDIATOR}), &by_id),
        ("", "idtype-value", json!({"type": "TEAM_ID", "value": TEAM}), &team),
        ("MediationTeam", "idtype-value", json!({"type": "UNIT_ID", "value": COMMUNE}), &teams),
        ("Mediator", "predicate", predicate(&[("mediator_id", MEDIATOR)]), &by_id),
        ("Mediator", "predicate", predicate(&[name, commune]), &by_name),
        ("Mediator", "predicate", predicate(&[("unit_id", COMMUNE), name]), &by_name),
        ("Mediator", "predicate", predicate(&[commune]), &of_unit),
        ("MediationTeam", "predicate", predicate(&[("TEAM_ID", TEAM)]), &team),
        ("MediationTeam", "predicate", predicate(&[("area_unit_id", COMMUNE)]), &teams),
        // The samples of the standard send predicates under `expression`, with empty texts.
        (
            "Mediator",
            "expression",
            json!([{
                "seq_num": "",
                "expression1": {"attribute_name": "mediator_id", "operator": "eq", "attribute_value": MEDIATOR},
                "condition": "",
                "expression2": "",
            }]),
            &by_id,
        ),
        (
            "Mediator",
            "predicate",
            json!([{
                "expression1": {"attribute_name": "full_name", "operator": "eq", "attribute_value": "Nguyễn Thị Hòa"},
                "condition": "and",
                "expression2": {"attribute_name": "commune_unit_id", "operator": "eq", "attribute_value": COMMUNE},
            }]),
            &by_name,
        ),
        ("", "expression", expression("Mediator", &json!({"unit_id": COMMUNE})), &of_unit),
        ("", "expression", expression("MediationTeam", &json!({"unit_id": {"$eq": COMMUNE}})), &teams),
        (
            "Mediator",
            "expression",
            expression(
                "Mediator",
                &json!({"$and": [{"full_name": {"$eq": "Nguyễn Thị Hòa"}}, {"commune_unit_id": COMMUNE}]}),
            ),
            &by_name,
        ),
        (
            "Mediator",
            "expression",
            expression("", &json!({"and": [{"$and": [{"mediator_id": {"eq": MEDIATOR}}]}]})),
            &by_id,
        ),
    ] {
        let found = asked(&criteria(reg_type, query_type, &query));
        assert_eq!(found.map(|search| search.question).as_ref(), Ok(question), "{reg_type} {query}");
    }
}

#[test]
fn names_are_taken_in_one_form_however_they_are_typed() {
    for typed in ["Nguyễn Thị Hòa", "  Nguyễn  Thị\u{a0}Hòa\u{200B} ", "Nguye\u{302}\u{303}n Thi\u{323} Ho\u{300}a"]
    {
        let query = predicate(&[("full_name", typed), ("commune_unit_id", COMMUNE)]);
        let question = asked(&criteria("Mediator", "predicate", &query)).unwrap().question;
        let Question::MediatorByName { full_name, .. } = &question else { panic!("{question:?}") };
        assert_eq!(full_name, "Nguyễn Thị Hòa");
        assert!(!format!("{question:?}").contains("Nguyễn"), "a name is never printed for debugging");
    }
    // 120 characters are of the composed name: decomposed it has three times as many.
    let long = "ễ".repeat(120);
    for (name, fits) in [("e\u{302}\u{303}".repeat(120), true), (format!("{long}a"), false), ("  ".to_owned(), false)] {
        let query = predicate(&[("full_name", &name), ("commune_unit_id", COMMUNE)]);
        assert_eq!(asked(&criteria("Mediator", "predicate", &query)).is_ok(), fits, "{}", name.chars().count());
    }
}

#[test]
fn a_day_and_a_state_of_knowledge_are_asked_with_any_query() {
    let times = [("valid_at", "2024-12-31"), ("known_at", "2025-01-01T00:00:00+07:00")];
    let beside = json!({
        "type": "MEDIATOR_ID", "value": MEDIATOR, "valid_at": "2024-12-31", "known_at": "2025-01-01T00:00:00+07:00",
    });
    let members =
        json!({"mediator_id": MEDIATOR, "valid_at": {"$eq": "2024-12-31"}, "known_at": "2025-01-01T00:00:00+07:00"});
    for (query_type, query) in [
        ("idtype-value", beside),
        ("predicate", predicate(&[("mediator_id", MEDIATOR), times[0], times[1]])),
        ("expression", expression("Mediator", &members)),
    ] {
        let as_of = asked(&criteria("Mediator", query_type, &query)).unwrap().as_of;
        assert_eq!(as_of.valid_at.map(|day| day.to_string()).as_deref(), Some("2024-12-31"));
        assert_eq!(as_of.known_at.map(|at| at.to_string()).as_deref(), Some("2024-12-31T17:00:00.000000Z"));
    }
    let now = asked(&by_id()).unwrap().as_of;
    assert_eq!((now.valid_at, now.known_at), (None, None));
}

fn comparison(name: &str, operator: &str, value: &Value) -> Value {
    json!({"attribute_name": name, "operator": operator, "attribute_value": value})
}

#[test]
fn what_makes_no_question_is_rejected_with_the_reason() {
    let one = |comparison: Value| json!([{"expression1": comparison}]);
    let id = || comparison("mediator_id", "eq", &json!(MEDIATOR));
    for (reg_type, query_type, query, reason) in [
        ("Household", "predicate", predicate(&[("unit_id", COMMUNE)]), "search_criteria.reg_type: `Mediator` or"),
        ("", "predicate", predicate(&[("unit_id", COMMUNE)]), "give reg_type"),
        ("Mediator", "graphql", json!({"query": "{ registry { id } }"}), "search_criteria.query_type"),
        ("Mediator", "idtype-value", json!([]), "query: an object is expected"),
        ("Mediator", "idtype-value", json!({"value": MEDIATOR}), "query.type: is required"),
        ("Mediator", "idtype-value", json!({"type": "UIN", "value": MEDIATOR}), "query.type: one of MEDIATOR_ID"),
        ("Mediator", "idtype-value", json!({"type": "FULL_NAME", "value": "A"}), "query.type: one of MEDIATOR_ID"),
        ("Mediator", "idtype-value", json!({"type": "MEDIATOR_ID"}), "query.value: a value is required"),
        ("Mediator", "idtype-value", json!({"type": "MEDIATOR_ID", "value": 7}), "query.value: a text is expected"),
        ("Mediator", "idtype-value", json!({"type": "MEDIATOR_ID", "value": "7"}), "query.value: a UUID is expected"),
        ("Mediator", "idtype-value", json!({"type": "TEAM_ID", "value": TEAM}), "make no question"),
        ("MediationTeam", "idtype-value", json!({"type": "MEDIATOR_ID", "value": MEDIATOR}), "make no question"),
        (
            "Mediator",
            "idtype-value",
            json!({"type": "UNIT_ID", "value": COMMUNE, "full_name": "Hòa"}),
            "query.full_name: is not read here",
        ),
        (
            "Mediator",
            "predicate",
            json!([{"@type": "x", "expression1": id(), "expression3": id()}]),
            "query[0].expression3: is not read here",
        ),
        ("Mediator", "predicate", json!([]), "query: at least one predicate"),
        ("Mediator", "predicate", json!({}), "query: a list of predicates"),
        ("Mediator", "predicate", json!([7]), "query[0]: an object is expected"),
        ("Mediator", "predicate", json!([{}]), "query[0].expression1: is required"),
        ("Mediator", "predicate", one(json!({})), "query[0].expression1.attribute_name: is required"),
        (
            "Mediator",
            "predicate",
            one(comparison("mediator_id", "", &json!(MEDIATOR))),
            "expression1.operator: is required",
        ),
        ("Mediator", "predicate", one(comparison("mediator_id", "eq", &Value::Null)), "a value is required"),
        ("Mediator", "predicate", one(comparison("mediator_id", "in", &json!([MEDIATOR]))), "only `eq` can be asked"),
        ("Mediator", "predicate", one(comparison("poverty_score", "lt", &json!(5))), "no attribute `poverty_score`"),
        (
            "Mediator",
            "predicate",
            json!([{"expression1": id(), "condition": "or", "expression2": id()}]),
            "only `and` can be asked",
        ),
        ("Mediator", "predicate", json!([{"expression1": id(), "condition": "not"}]), "only `and` can be asked"),
        ("Mediator", "predicate", json!([{"expression1": id(), "expression2": id()}]), "`and` is expected between"),
        ("Mediator", "predicate", predicate(&[("mediator_id", MEDIATOR), ("mediator_id", MEDIATOR)]), "given twice"),
        ("Mediator", "predicate", predicate(&[("full_name", "Nguyễn Thị Hòa")]), "make no question"),
        ("Mediator", "predicate", predicate(&[("full_name", "Hòa"), ("area_unit_id", AREA)]), "make no question"),
        ("Mediator", "predicate", predicate(&[("mediator_id", MEDIATOR), ("unit_id", COMMUNE)]), "make no question"),
        (
            "Mediator",
            "predicate",
            predicate(&[("area_unit_id", AREA), ("commune_unit_id", COMMUNE)]),
            "make no question",
        ),
        ("Mediator", "predicate", predicate(&[("valid_at", "2025-07-01")]), "make no question"),
        ("Mediator", "expression", json!("unit_id = 7"), "query: an object is expected"),
        (
            "Mediator",
            "expression",
            json!({"type": "ns:org:QueryType:Sql", "value": {}}),
            "query.type: only expressions",
        ),
        ("Mediator", "expression", json!({"type": "NoSql"}), "query.value: is required"),
        (
            "Mediator",
            "expression",
            json!({"type": "NoSql", "value": {"expression": {"sample_field": "x"}}}),
            "expression.query: is required",
        ),
        ("Mediator", "expression", expression("HouseHold", &json!({"unit_id": COMMUNE})), "collection: `Mediator` or"),
        (
            "Mediator",
            "expression",
            expression("MediationTeam", &json!({"unit_id": COMMUNE})),
            "collection: contradicts",
        ),
        ("Mediator", "expression", expression("", &json!({})), "query: at least one condition"),
        ("Mediator", "expression", expression("", &json!({"$and": []})), "query.$and: at least one condition"),
        ("Mediator", "expression", expression("", &json!({"$and": {}})), "query.$and: a list of conditions"),
        ("Mediator", "expression", expression("", &json!({"$or": [{"unit_id": COMMUNE}]})), "query.$or: only `$and`"),
        ("Mediator", "expression", expression("", &json!({"unit_id": {"$lt": COMMUNE}})), "only `eq` can be asked"),
        ("Mediator", "expression", expression("", &json!({"unit_id": {}})), "`$eq` with a value is expected"),
        ("Mediator", "expression", expression("", &json!({"unit_id": [COMMUNE]})), "a text is expected"),
        ("Mediator", "expression", expression("", &json!({"$where": "1"})), "query.$where: only `$and`"),
        (
            "Mediator",
            "expression",
            expression("", &json!({"household_size": {"$lt": 5}})),
            "no attribute `household_size`",
        ),
    ] {
        let (code, message) = asked(&criteria(reg_type, query_type, &query)).unwrap_err();
        assert_eq!(code, Some("rjct.search_criteria.invalid"), "{query}: {message}");
        assert!(message.contains(reason), "{query}: {message}");
    }
}

#[test]
fn each_fault_of_a_sub_request_has_its_code_and_its_place() {
    let item = "/message/search_request/0";
    let criteria = "/message/search_request/0/search_criteria";
    let page = |size: Value, number: Value| Some(json!({"page_size": size, "page_number": number}));
    let key = |name: &str, order: &str| json!({"attribute_name": name, "sort_order": order});
    let times = |valid_at: &str, known_at: &str| {
        Some(json!({"type": "MEDIATOR_ID", "value": MEDIATOR, "valid_at": valid_at, "known_at": known_at}))
    };
    for (pointer, value, code, place) in [
        (item.to_owned(), Some(json!(7)), "reference_id.invalid", "search_request[0]: an object"),
        (format!("{item}/reference_id"), None, "reference_id.invalid", "search_request[0].reference_id: is required"),
        (
            format!("{item}/reference_id"),
            Some(json!("r".repeat(100))),
            "reference_id.invalid",
            "reference_id: is longer",
        ),
        (format!("{item}/timestamp"), None, "timestamp.invalid", "timestamp: is required"),
        (format!("{item}/timestamp"), Some(json!("not-a-timestamp")), "timestamp.invalid", "timestamp: a time"),
        (format!("{item}/search_criteria"), None, "search_criteria.invalid", "search_criteria: is required"),
        (format!("{item}/locale"), Some(json!("en")), "search_criteria.invalid", "locale: three"),
        (format!("{item}/locale"), Some(json!("ENG")), "search_criteria.invalid", "locale: three"),
        (format!("{criteria}/version"), Some(json!("2.0.0")), "search_criteria.invalid", "search_criteria.version"),
        (
            format!("{criteria}/reg_record_type"),
            Some(json!("MediationTeam")),
            "search_criteria.invalid",
            "reg_record_type: contradicts",
        ),
        (
            format!("{criteria}/response_entity"),
            Some(json!("Group")),
            "search_criteria.invalid",
            "response_entity: contradicts",
        ),
        (
            format!("{criteria}/response_entity"),
            Some(json!("Family")),
            "search_criteria.invalid",
            "response_entity: `Member`",
        ),
        (format!("{criteria}/query_type"), None, "search_criteria.invalid", "query_type: is required"),
        (format!("{criteria}/query"), None, "search_criteria.invalid", "query: is required"),
        (format!("{criteria}/consent"), Some(json!("yes")), "search_criteria.invalid", "consent: an object"),
        (format!("{criteria}/authorize"), Some(json!([])), "search_criteria.invalid", "authorize: an object"),
        (
            format!("{criteria}/authorize"),
            Some(json!({"text": "x".repeat(16_384)})),
            "search_criteria.invalid",
            "authorize: longer than 16384 bytes",
        ),
        (format!("{criteria}/query"), times("01/07/2025", ""), "filter.invalid", "query.valid_at: a day"),
        (format!("{criteria}/query"), times("2025-02-30", ""), "filter.invalid", "query.valid_at: a day"),
        (format!("{criteria}/query"), times("", "2025-07-01"), "filter.invalid", "query.known_at: a time"),
        (format!("{criteria}/sort"), Some(json!({})), "sort.invalid", "search_criteria.sort: a list"),
        (format!("{criteria}/sort"), Some(json!([7])), "sort.invalid", "sort[0]: an object"),
        (format!("{criteria}/sort"), Some(json!([{}])), "sort.invalid", "sort[0].attribute_name: is required"),
        (format!("{criteria}/sort"), Some(json!([key("UIN", "asc")])), "sort.invalid", "not sorted by `UIN`"),
        (
            format!("{criteria}/sort"),
            Some(json!([key("mediator_count", "asc")])),
            "sort.invalid",
            "sort[0].attribute_name",
        ),
        (format!("{criteria}/sort"), Some(json!([key("full_name", "up")])), "sort.invalid", "sort[0].sort_order"),
        (
            format!("{criteria}/sort"),
            Some(json!([key("full_name", "asc"), key("FULL_NAME", "desc")])),
            "sort.invalid",
            "sort[1].attribute_name: is given twice",
        ),
        (format!("{criteria}/sort"), Some(json!(vec![key("full_name", "asc"); 6])), "sort.invalid", "more than 5 keys"),
        (format!("{criteria}/pagination"), Some(json!(7)), "pagination.invalid", "pagination: an object"),
        (format!("{criteria}/pagination"), Some(json!({})), "pagination.invalid", "page_size: is required"),
        (format!("{criteria}/pagination"), page(json!(0), json!(1)), "pagination.invalid", "page_size"),
        (format!("{criteria}/pagination"), page(json!(-1), json!(1)), "pagination.invalid", "page_size"),
        (
            format!("{criteria}/pagination"),
            page(json!(1_001), json!(1)),
            "pagination.invalid",
            "page_size: at most 1000",
        ),
        (format!("{criteria}/filter"), Some(json!({"area": "x"})), "filter.invalid", "search_criteria.filter: is not"),
        (format!("{criteria}/pagination"), page(json!(10), json!(0)), "pagination.invalid", "page_number"),
        (format!("{criteria}/pagination"), page(json!(1.5), json!(1)), "pagination.invalid", "page_size"),
        (
            format!("{criteria}/pagination"),
            page(json!(10), json!(2_147_483_648_u32)),
            "pagination.invalid",
            "page_number",
        ),
    ] {
        let message = with(&search(&[by_id(), by_id()]), &pointer, value.clone());
        let answer = answer_value(Endpoint::Search, &message);
        let rejected = &answer["message"]["search_response"][0];
        assert_eq!(rejected["status"], "rjct", "{pointer} {value:?}");
        assert_eq!(rejected["status_reason_code"], format!("rjct.{code}"), "{pointer} {value:?}: {rejected}");
        let message = rejected["status_reason_message"].as_str().unwrap();
        assert!(message.contains(place), "{pointer} {value:?}: {message}");
        // The other one is answered all the same.
        assert_eq!(answer["message"]["search_response"][1]["status"], "succ", "{pointer} {value:?}");
        assert_eq!(answer["header"]["status"], "succ");
        assert_eq!(answer["header"]["completed_count"], 2);
    }
}

#[test]
fn of_sub_requests_with_one_reference_id_the_first_is_answered() {
    let mut message = search(&[by_id(), by_id(), by_id()]);
    for at in 0..2 {
        message["message"]["search_request"][at]["reference_id"] = json!("same");
    }
    let answer = answer_value(Endpoint::Search, &message);
    let statuses: Vec<_> =
        answer["message"]["search_response"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, ["succ", "rjct", "succ"]);
    assert_eq!(answer["message"]["search_response"][1]["status_reason_code"], "rjct.reference_id.duplicate");
}

#[test]
fn of_several_faults_of_a_sub_request_all_are_named_and_the_first_of_the_list_gives_the_code() {
    let mut criteria = by_id();
    criteria["sort"] = json!(7);
    criteria["pagination"] = json!({"page_size": 0});
    criteria["query"]["valid_at"] = json!("yesterday");
    let (code, message) = asked(&criteria).unwrap_err();
    assert_eq!(code, Some("rjct.filter.invalid"));
    for place in ["query.valid_at", "sort: ", "pagination.page_size"] {
        assert!(message.contains(place), "{place}: {message}");
    }
}

#[test]
fn faults_without_number_are_counted_and_the_sentence_stays_short() {
    let (code, message) = asked(&criteria("Mediator", "predicate", &json!(vec![7; 150]))).unwrap_err();
    assert_eq!(code, Some("rjct.search_criteria.invalid"));
    assert!(message.chars().count() <= 999, "{message}");
    let named = message.matches("an object is expected").count();
    let (_, left_out) = message.rsplit_once("(and ").unwrap();
    assert_eq!(left_out, format!("{} more)", 150 - named));
    assert!(named > 5, "{message}");
}

#[test]
fn what_an_agency_states_of_consent_and_authority_is_kept_with_its_digest() {
    let mut criteria = by_id();
    criteria["consent"] = json!({"purpose": {"text": "Xác minh", "code": "V1"}, "ts": "2025-07-01T08:00:00+07:00"});
    criteria["authorize"] = json!({});
    let search = asked(&criteria).unwrap();
    let consent = search.consent.unwrap();
    let text = r#"{"purpose":{"code":"V1","text":"Xác minh"},"ts":"2025-07-01T08:00:00+07:00"}"#;
    assert_eq!(consent.json, text);
    assert_eq!(consent.digest.len(), 64);
    assert_eq!(search.authorize.unwrap().json, "{}");
}

#[test]
fn the_largest_page_is_the_one_that_is_answered_when_none_is_asked_for() {
    let mut criteria = by_id();
    criteria["pagination"] = json!({"page_size": 1_000, "page_number": "3"});
    let page = asked(&criteria).unwrap().page;
    assert_eq!((page.size, page.number), (1_000, 3));
    assert_eq!(asked(&by_id()).unwrap().page.size, 1_000);
}
