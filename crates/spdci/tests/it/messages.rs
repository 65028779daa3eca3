//! Messages of an agency, and a registry that always answers the same.

use hoagiai_spdci::{
    Ack, Area, Body, Endpoint, Envelope, Found, Limits, MediationTeamRecord, MediatorRecord, Message, Question, Reader,
    Record, RefusedEnvelope, Request, SearchAnswer, SearchItem, SearchResponse, Sent, SubscribeAnswer,
    SubscribeResponse, TxnStatusResponse, TxnTransaction, UnsubscribeResponse,
    conformance::{Kind, faults},
};
use hoagiai_types::Timestamp;
use serde_json::{Value, json};

pub(crate) const AGENCY: &str = "000.00.00.G22";
pub(crate) const REGISTRY: &str = "000.00.19.H26";
pub(crate) const MEDIATOR: &str = "018f3a5e-0000-7000-8000-000000000001";
pub(crate) const TEAM: &str = "018f3a5e-0000-7000-8000-0000000000a1";
pub(crate) const COMMUNE: &str = "018f3a5e-0000-7000-8000-0000000000c1";
pub(crate) const AREA: &str = "018f3a5e-0000-7000-8000-0000000000d1";
pub(crate) const CORRELATION: &str = "c-2025-000001";

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2025-07-01T01:30:00Z").unwrap()
}

pub(crate) fn sent() -> Sent<'static> {
    Sent { message_id: "m-000001", message_ts: now(), sender_id: REGISTRY, receiver_id: AGENCY }
}

pub(crate) fn header(action: &str, count: usize) -> Value {
    json!({
        "version": "1.0.0",
        "message_id": "a-1",
        "message_ts": "2025-07-01T08:29:58+07:00",
        "action": action,
        "sender_id": AGENCY,
        "receiver_id": REGISTRY,
        "total_count": count,
    })
}

/// A message with these searches, named `r1`, `r2`, ….
pub(crate) fn search(criteria: &[Value]) -> Value {
    let item = |(at, criteria): (usize, &Value)| {
        let timestamp = "2025-07-01T08:29:58+07:00";
        json!({"reference_id": format!("r{}", at + 1), "timestamp": timestamp, "search_criteria": criteria})
    };
    let items: Vec<_> = criteria.iter().enumerate().map(item).collect();
    json!({
        "header": header("search", items.len()),
        "message": {"transaction_id": "t-1", "search_request": items},
    })
}

pub(crate) fn by_id() -> Value {
    json!({"reg_type": "Mediator", "query_type": "idtype-value", "query": {"type": "MEDIATOR_ID", "value": MEDIATOR}})
}

pub(crate) fn subscribe(criteria: &[Value]) -> Value {
    let item = |(at, criteria): (usize, &Value)| {
        let timestamp = "2025-07-01T08:29:58+07:00";
        json!({"reference_id": format!("r{}", at + 1), "timestamp": timestamp, "subscribe_criteria": criteria})
    };
    let items: Vec<_> = criteria.iter().enumerate().map(item).collect();
    json!({
        "header": header("subscribe", items.len()),
        "message": {"transaction_id": "t-2", "subscribe_request": items},
    })
}

pub(crate) fn follow() -> Value {
    json!({
        "reg_type": "Mediator",
        "reg_event_type": "MediatorCeased",
        "filter_type": "idtype-value",
        "filter": {"type": "UNIT_ID", "value": COMMUNE},
        "notify_record_type": "Mediator",
    })
}

pub(crate) fn unsubscribe() -> Value {
    json!({
        "header": header("unsubscribe", 1),
        "message": {
            "transaction_id": "t-3",
            "timestamp": "2025-07-01T08:29:58+07:00",
            "subscription_codes": ["s-1"],
        },
    })
}

pub(crate) fn status() -> Value {
    json!({
        "header": header("txn-status", 1),
        "message": {
            "transaction_id": "t-4",
            "txnstatus_request": {
                "reference_id": "r1",
                "txn_type": "search",
                "attribute_type": "transaction_id",
                "attribute_value": "t-1",
            },
        },
    })
}

pub(crate) fn read(endpoint: Endpoint, message: &[u8]) -> Result<Request, hoagiai_spdci::Refusal> {
    Reader { endpoint, sender_id: AGENCY, receiver_id: REGISTRY, limits: &Limits::default() }.read(message)
}

pub(crate) fn read_value(endpoint: Endpoint, message: &Value) -> Result<Request, hoagiai_spdci::Refusal> {
    read(endpoint, message.to_string().as_bytes())
}

/// What the registry of the tests knows.
pub(crate) fn records(question: &Question) -> Vec<Record> {
    let area = || Area {
        area_unit_id: Some(AREA.parse().unwrap()),
        area_display_name: Some("Tổ dân phố số 7".to_owned()),
        commune_unit_id: Some(COMMUNE.parse().unwrap()),
        commune_display_name: Some("Phường Hoàn Kiếm".to_owned()),
    };
    let name = "Tổ hòa giải tổ dân phố số 7".to_owned();
    let mut mediator = MediatorRecord::new(MEDIATOR.parse().unwrap());
    mediator.team_id = Some(TEAM.parse().unwrap());
    mediator.team_display_name = Some(name.clone());
    mediator.area = area();
    mediator.valid_at = Some("2025-07-01".parse().unwrap());
    match question {
        Question::MediatorById { id } if id.to_string() != MEDIATOR => Vec::new(),
        Question::MediatorById { .. } | Question::MediatorsOfUnit { .. } => {
            mediator.full_name = Some("Nguyễn Thị Hòa".to_owned());
            vec![mediator.into()]
        }
        Question::MediatorByName { .. } => {
            mediator.decision_number = Some("12/QĐ-UBND".to_owned());
            mediator.decision_date = Some("2024-03-01".parse().unwrap());
            vec![mediator.into()]
        }
        Question::TeamById { .. } | Question::TeamsOfUnit { .. } => {
            let mut team = MediationTeamRecord::new(TEAM.parse().unwrap());
            team.display_name = Some(name);
            team.area = area();
            team.mediator_count = Some(5);
            team.valid_at = Some("2025-07-01".parse().unwrap());
            vec![team.into()]
        }
    }
}

pub(crate) fn search_response(request: &Request) -> SearchResponse {
    let Body::Search(searches) = &request.body else { unreachable!("a search is expected") };
    let answer = |item: &SearchItem| {
        let found = match &item.asked {
            Ok(search) => Found::new(search, records(&search.question)),
            Err(rejection) => Err(rejection.clone()),
        };
        SearchAnswer::new(item, now(), found.into())
    };
    SearchResponse {
        transaction_id: request.transaction_id.clone(),
        correlation_id: CORRELATION.to_owned(),
        search_response: searches.items.iter().map(answer).collect(),
    }
}

/// The answer to a message, refused or not, checked against the schema; asynchronous endpoints by their callback.
pub(crate) fn answer(endpoint: Endpoint, message: &[u8]) -> Value {
    let kind = match endpoint {
        Endpoint::Search => Kind::OnSearch,
        Endpoint::Subscribe => Kind::OnSubscribe,
        Endpoint::Unsubscribe => Kind::OnUnsubscribe,
        Endpoint::TxnStatus => Kind::TxnOnStatus,
    };
    let answer = match read(endpoint, message) {
        Err(refusal) => {
            let ack = serde_json::to_value(Ack::refused(&refusal, now(), CORRELATION)).unwrap();
            assert_eq!(faults(Kind::Ack, &ack), Vec::<String>::new(), "{ack}");
            serde_json::to_value(RefusedEnvelope::new(endpoint, &sent(), &refusal, CORRELATION)).unwrap()
        }
        Ok(request) => {
            if let Some(refusal) = request.refused_entirely() {
                let ack = serde_json::to_value(Ack::refused(&refusal, now(), CORRELATION)).unwrap();
                assert_eq!(faults(Kind::Ack, &ack), Vec::<String>::new(), "{ack}");
            }
            let body = body(&request);
            serde_json::to_value(Envelope::new(&sent(), body).noting(&request.signature)).unwrap()
        }
    };
    assert_eq!(faults(kind, &answer), Vec::<String>::new(), "{answer}");
    for list in ["search_response", "subscribe_response"] {
        for item in answer["message"][list].as_array().into_iter().flatten() {
            let reasoned = item["status_reason_code"].is_string() && item["status_reason_message"] != "";
            assert_eq!(item["status"] == "rjct", reasoned, "{item}");
        }
    }
    answer
}

fn body(request: &Request) -> Message {
    let transaction_id = request.transaction_id.clone();
    let correlation_id = CORRELATION.to_owned();
    match &request.body {
        Body::Search(_) => Message::Search(search_response(request)),
        Body::Subscribe(subscribes) => {
            let answer = |item| SubscribeAnswer::new(item, now(), Ok("s-1"));
            let subscribe_response = subscribes.items.iter().map(answer).collect();
            Message::Subscribe(SubscribeResponse { transaction_id, correlation_id, subscribe_response })
        }
        Body::Unsubscribe(ends) => {
            Message::Unsubscribe(UnsubscribeResponse::new(&transaction_id, &correlation_id, now(), ends.codes.clone()))
        }
        Body::TxnStatus(_) => {
            let past = read_value(Endpoint::Search, &search(&[by_id()])).unwrap();
            let transaction = TxnTransaction::Search(search_response(&past));
            Message::TxnStatus(TxnStatusResponse::new(&transaction_id, &correlation_id, transaction))
        }
    }
}

pub(crate) fn answer_value(endpoint: Endpoint, message: &Value) -> Value {
    answer(endpoint, message.to_string().as_bytes())
}

/// `message` with the value at a JSON pointer replaced; `None` takes it away.
pub(crate) fn with(message: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut message = message.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = message.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(fields), Some(value)) => _ = fields.insert(name.to_owned(), value),
        (Value::Object(fields), None) => _ = fields.remove(name),
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value,
        (parent, _) => unreachable!("{parent} has no members"),
    }
    message
}
