//! Subscriptions, their end, and questions about transactions.

use hoagiai_spdci::{
    Body, Endpoint, EventType, Lookup, Question, Rejection, SubscribeAnswer, SubscribeReason, SubscribeRequest,
    UnsubscribeReason, UnsubscribeResponse,
};
use serde_json::{Value, json};

use crate::messages::{
    COMMUNE, CORRELATION, MEDIATOR, TEAM, answer_value, follow, now, read_value, status, subscribe, unsubscribe, with,
};

fn subscribed(message: &Value) -> SubscribeRequest {
    let Body::Subscribe(request) = read_value(Endpoint::Subscribe, message).unwrap().body else {
        panic!("a subscription is expected")
    };
    request
}

#[test]
fn a_subscription_follows_an_event_of_what_a_question_finds() {
    let asked = subscribed(&subscribe(&[follow()])).items.remove(0).asked.unwrap();
    assert_eq!(asked.event, EventType::MediatorCeased);
    assert_eq!(asked.filter, Question::MediatorsOfUnit { unit: COMMUNE.parse().unwrap() });
    assert_eq!(asked.frequency, None);
    // Without `filter_type` the shape of the filter decides.
    for (filter, question) in [
        (json!({"type": "UNIT_ID", "value": COMMUNE}), Question::TeamsOfUnit { unit: COMMUNE.parse().unwrap() }),
        (
            json!([{"expression1": {"attribute_name": "team_id", "operator": "eq", "attribute_value": TEAM}}]),
            Question::TeamById { id: TEAM.parse().unwrap() },
        ),
        (
            json!({"type": "NoSql", "value": {"expression": {"query": {"unit_id": COMMUNE}}}}),
            Question::TeamsOfUnit { unit: COMMUNE.parse().unwrap() },
        ),
    ] {
        let criteria = json!({
            "reg_event_type": "ns:org:RegistryEventType:TeamDissolved",
            "filter": filter,
            "notify_record_type": "spdci-extensions-dci:MediationTeam",
            "frequency": {
                "start_time": "2026-07-01T00:00:00+07:00", "end_time": "2026-07-01T00:00:00+07:00", "frequency": "* * * * * ? *",
            },
        });
        let asked = subscribed(&subscribe(&[criteria])).items.remove(0).asked.unwrap();
        assert_eq!(asked.filter, question);
        assert!(asked.frequency.is_some());
    }
}

#[test]
fn each_fault_of_a_subscription_has_its_code_and_its_place() {
    let item = "/message/subscribe_request/0";
    let criteria = "/message/subscribe_request/0/subscribe_criteria";
    let frequency =
        |start: &str, end: &str, cron: &str| Some(json!({"start_time": start, "end_time": end, "frequency": cron}));
    let name = json!([
        {"expression1": {"attribute_name": "full_name", "operator": "eq", "attribute_value": "Nguyễn Thị Hòa"}},
        {"expression1": {"attribute_name": "commune_unit_id", "operator": "eq", "attribute_value": COMMUNE}},
    ]);
    for (pointer, value, code, place) in [
        (item.to_owned(), Some(json!(null)), "reference_id.invalid", "subscribe_request[0]"),
        (format!("{item}/reference_id"), None, "reference_id.invalid", "reference_id: is required"),
        (format!("{item}/timestamp"), Some(json!("2025-07-01T08:30:00")), "timestamp.invalid", "timestamp"),
        (format!("{item}/locale"), Some(json!("vi")), "notify_details.invalid", "locale"),
        (format!("{item}/subscribe_criteria"), None, "notify_details.invalid", "subscribe_criteria: is required"),
        (format!("{criteria}/reg_event_type"), None, "notify_types.invalid", "reg_event_type: is required"),
        (
            format!("{criteria}/reg_event_type"),
            Some(json!("BIRTH")),
            "notify_types.invalid",
            "one of MediatorRecognized",
        ),
        (format!("{criteria}/notify_record_type"), None, "notify_types.invalid", "notify_record_type: is required"),
        (
            format!("{criteria}/notify_record_type"),
            Some(json!("MediationTeam")),
            "notify_types.invalid",
            "`Mediator` is expected",
        ),
        (format!("{criteria}/reg_type"), Some(json!("Farmer")), "notify_types.invalid", "reg_type"),
        (format!("{criteria}/filter"), None, "notify_details.invalid", "filter: is required"),
        (format!("{criteria}/filter_type"), Some(json!("sql")), "notify_details.invalid", "filter_type"),
        (
            format!("{criteria}/filter"),
            Some(json!({"type": "TEAM_ID", "value": TEAM})),
            "notify_details.invalid",
            "make no question",
        ),
        (
            format!("{criteria}/filter"),
            Some(json!({"type": "MEDIATOR_ID", "value": MEDIATOR, "valid_at": "2025-01-01"})),
            "notify_details.invalid",
            "cannot be followed",
        ),
        (format!("{criteria}/authorize"), Some(json!("x")), "notify_details.invalid", "authorize: an object"),
        (format!("{criteria}/version"), Some(json!("9")), "notify_details.invalid", "version"),
        (
            format!("{criteria}/frequency"),
            frequency("2025-07-01T00:00:00Z", "2025-06-01T00:00:00Z", "*"),
            "notify_details.invalid",
            "end_time: is before",
        ),
        (
            format!("{criteria}/frequency"),
            frequency("2025-07-01T00:00:00Z", "2025-08-01T00:00:00Z", "0 0 0 5,15 * ? *"),
            "notify_details.invalid",
            "frequency.frequency",
        ),
        (format!("{criteria}/frequency"), frequency("now", "then", "*"), "notify_details.invalid", "start_time"),
    ] {
        let message = with(&subscribe(&[follow(), follow()]), &pointer, value.clone());
        let answer = answer_value(Endpoint::Subscribe, &message);
        let rejected = &answer["message"]["subscribe_response"][0];
        assert_eq!(rejected["status_reason_code"], format!("rjct.{code}"), "{pointer} {value:?}: {rejected}");
        let message = rejected["status_reason_message"].as_str().unwrap();
        assert!(message.contains(place), "{pointer} {value:?}: {message}");
        assert_eq!(answer["message"]["subscribe_response"][1]["status"], "succ");
    }
    let mut criteria = follow();
    criteria["filter_type"] = json!("predicate");
    criteria["filter"] = name;
    let rejection = subscribed(&subscribe(&[criteria])).items.remove(0).asked.unwrap_err();
    assert!(rejection.message.contains("a name cannot be followed"), "{}", rejection.message);
}

#[test]
fn a_subscription_made_is_described_as_it_was_asked() {
    let answer = answer_value(Endpoint::Subscribe, &subscribe(&[follow()]));
    let info = &answer["message"]["subscribe_response"][0]["subscriptions"][0];
    assert_eq!((info["code"].as_str(), info["subscription_code"].as_str()), (Some("s-1"), Some("s-1")));
    assert_eq!(info["subscribe_criteria"], follow());
    assert_eq!(info["filter"], follow()["filter"]);
    assert_eq!(info["status"], "subscribe");
}

#[test]
fn what_the_face_knows_rejects_a_subscription_too() {
    let request = subscribed(&subscribe(&[follow()]));
    for reason in SubscribeReason::ALL {
        let answer = SubscribeAnswer::new(&request.items[0], now(), Err(Rejection::new(*reason, "so it is")));
        assert_eq!(serde_json::to_value(answer).unwrap()["status_reason_code"], reason.word());
    }
}

#[test]
fn one_code_that_is_none_does_not_keep_the_others_from_ending() {
    let codes = json!(["s-1", "s-1", "", 7, "s".repeat(100), "s".repeat(99)]);
    let message = with(&unsubscribe(), "/message/subscription_codes", Some(codes));
    for count in [1, 6] {
        let message = with(&message, "/header/total_count", Some(json!(count)));
        let answer = answer_value(Endpoint::Unsubscribe, &message);
        assert_eq!(answer["message"]["status"], "succ");
        assert_eq!(answer["message"]["subscription_status"].as_array().unwrap().len(), 2);
        assert_eq!(answer["message"]["status_reason_code"], "rjct.reference_id.duplicate");
        let reasons = answer["message"]["status_reason_message"].as_str().unwrap();
        for at in 1..=4 {
            assert!(reasons.contains(&format!("subscription_codes[{at}]: ")), "{reasons}");
        }
    }
    let two = with(&message, "/header/total_count", Some(json!(2)));
    assert!(read_value(Endpoint::Unsubscribe, &two).is_err());
}

#[test]
fn an_unsubscription_of_nothing_that_runs_is_rejected() {
    for reason in UnsubscribeReason::ALL {
        let outcome = vec![Err(Rejection::new(*reason, "so it is"))];
        let answer = UnsubscribeResponse::new("t-3", CORRELATION, now(), outcome);
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(
            (answer["status"].as_str(), answer["status_reason_code"].as_str()),
            (Some("rjct"), Some(reason.word()))
        );
    }
}

#[test]
fn the_misspelt_names_of_the_published_schema_are_taken_but_not_beside_the_right_ones() {
    let mut message = unsubscribe();
    let fields = message["message"].as_object_mut().unwrap();
    let (time, codes) = (fields.remove("timestamp").unwrap(), fields.remove("subscription_codes").unwrap());
    fields.insert("timesstamp".to_owned(), time);
    fields.insert("sunscription_codes".to_owned(), codes);
    assert!(read_value(Endpoint::Unsubscribe, &message).is_ok());
    message["message"]["subscription_codes"] = json!(["s-2"]);
    let refusal = read_value(Endpoint::Unsubscribe, &message).unwrap_err();
    assert!(refusal.message.contains("sunscription_codes: given twice"), "{}", refusal.message);
}

#[test]
fn a_transaction_is_asked_for_by_the_type_of_the_attribute_alone() {
    let ask = |kind: &str, value: Value, txn_type: &str| {
        let mut message = status();
        let request = &mut message["message"]["txnstatus_request"];
        request["attribute_type"] = json!(kind);
        request["attribute_value"] = value;
        request["txn_type"] = json!(txn_type);
        answer_value(Endpoint::TxnStatus, &message);
        read_value(Endpoint::TxnStatus, &message).map(|request| match request.body {
            Body::TxnStatus(request) => request.lookup,
            other => panic!("{other:?}"),
        })
    };
    let list = || vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(ask("transaction_id", json!("a"), "search").unwrap(), Lookup::TransactionId("a".to_owned()));
    assert_eq!(ask("correlation_id", json!("a"), "search").unwrap(), Lookup::CorrelationId("a".to_owned()));
    assert_eq!(ask("reference_id_list", json!(["a", "b", "a"]), "search").unwrap(), Lookup::ReferenceIds(list()));
    assert_eq!(
        ask("subscription_code_list", json!(["a", "b"]), "unsubscribe").unwrap(),
        Lookup::SubscriptionCodes(list())
    );
    for (kind, value, txn_type, place) in [
        ("transaction_id", json!(["a"]), "search", "attribute_value: a text"),
        ("reference_id_list", json!("a"), "search", "attribute_value: a list"),
        ("reference_id_list", json!([]), "search", "attribute_value: at least one"),
        ("reference_id_list", json!(["a", ""]), "search", "attribute_value[1]: a text"),
        ("subscription_code_list", json!(["a"]), "search", "attribute_type: a search has no"),
        ("message_id", json!("a"), "search", "attribute_type: `transaction_id`"),
        ("transaction_id", json!("a"), "receipt", "txn_type: `search`"),
    ] {
        let refusal = ask(kind, value, txn_type).unwrap_err();
        assert!(refusal.message.contains(place), "{place}: {}", refusal.message);
    }
}
