//! Whatever is sent, an answer of the standard comes back.

use hoagiai_spdci::{Endpoint, canonical};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::messages::{answer, answer_value, by_id, follow, search, status, subscribe, unsubscribe};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        words().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((prop_oneof![words(), "\\PC{0,6}"], inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Words that messages are made of, so that what is random gets further than the first field.
fn words() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "header",
        "message",
        "signature",
        "version",
        "1.0.0",
        "action",
        "search",
        "subscribe",
        "total_count",
        "transaction_id",
        "search_request",
        "subscribe_request",
        "subscription_codes",
        "txnstatus_request",
        "attribute_type",
        "attribute_value",
        "reference_id",
        "timestamp",
        "2025-07-01T08:30:00+07:00",
        "search_criteria",
        "reg_type",
        "Mediator",
        "MediationTeam",
        "query_type",
        "predicate",
        "expression",
        "idtype-value",
        "query",
        "$and",
        "$eq",
        "unit_id",
        "full_name",
        "valid_at",
        "expression1",
        "condition",
        "and",
        "value",
        "type",
        "sort",
        "pagination",
        "page_size",
        "consent",
        "locale",
        "vie",
        "",
    ])
    .prop_map(ToOwned::to_owned)
}

fn good() -> Vec<(Endpoint, Value)> {
    let mut full = by_id();
    full["sort"] = json!([{"attribute_name": "full_name", "sort_order": "desc"}]);
    full["pagination"] = json!({"page_size": 10, "page_number": 1});
    full["consent"] = json!({"purpose": {"code": "V1"}});
    let predicates = json!({"reg_type": "Mediator", "query_type": "predicate", "query": [{
        "seq_num": 1,
        "expression1": {"attribute_name": "full_name", "operator": "eq", "attribute_value": "Nguyễn Thị Hòa"},
        "condition": "and",
        "expression2": {"attribute_name": "commune_unit_id", "operator": "eq", "attribute_value": "x"},
    }]});
    let template = json!({"query_type": "expression", "query": {"type": "NoSql", "value": {"expression": {
        "collection": "Mediator", "query": {"$and": [{"unit_id": {"$eq": "x"}}, {"valid_at": "2025-07-01"}]},
    }}}});
    vec![
        (Endpoint::Search, search(&[full, predicates, template])),
        (Endpoint::Subscribe, subscribe(&[follow(), follow()])),
        (Endpoint::Unsubscribe, unsubscribe()),
        (Endpoint::TxnStatus, status()),
    ]
}

/// Every place of a value, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                places(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..64), text in "\\PC{0,64}") {
        for endpoint in Endpoint::ALL {
            answer(*endpoint, &bytes);
            answer(*endpoint, text.as_bytes());
        }
    }

    #[test]
    fn any_json_is_answered(value in any_json()) {
        for endpoint in Endpoint::ALL {
            answer_value(*endpoint, &value);
        }
    }

    #[test]
    fn any_json_in_any_place_of_a_good_message_is_answered(
        which in 0..4_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4),
    ) {
        let (endpoint, mut message) = good().remove(which);
        for (place, value) in changes {
            let mut found = Vec::new();
            places(&message, "", &mut found);
            if let Some(there) = message.pointer_mut(place.get(found.as_slice()).as_str()) {
                *there = value;
            }
        }
        answer_value(endpoint, &message);
    }

    #[test]
    fn the_canonical_text_is_the_same_for_the_same_value_and_reads_back(value in any_json()) {
        let text = canonical(&value);
        let again: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(canonical(&again), text);
    }
}
