//! An agency that speaks SPDCI v1.0.0: questions in one message, each answered or rejected by itself, within its policy.

use hoagiai_spdci::conformance::{Kind, faults};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::agencies::{Door, policy, text};

const CODE: &str = "000.09.00.H26";
const DIRECTORY: &str = "hoagiai.registry.v1.DirectoryService";

fn envelope(message_id: &str, requests: &Value) -> Value {
    envelope_of(CODE, message_id, requests)
}

pub(super) fn envelope_of(sender: &str, message_id: &str, requests: &Value) -> Value {
    json!({
        "signature": "not checked by anybody",
        "header": {
            "version": "1.0.0", "message_id": message_id, "message_ts": "2026-11-27T08:00:00+07:00", "action": "search",
            "sender_id": sender, "receiver_id": "H26", "total_count": requests.as_array().unwrap().len(),
            "is_msg_encrypted": false,
        },
        "message": { "transaction_id": format!("t-{message_id}"), "search_request": requests },
    })
}

pub(super) fn question(reference: &str, registry: &str, id_type: &str, value: &str) -> Value {
    json!({
        "reference_id": reference, "timestamp": "2026-11-27T08:00:00+07:00",
        "search_criteria": {
            "reg_type": registry, "query_type": "idtype-value", "query": { "type": id_type, "value": value },
            "pagination": { "page_size": 2, "page_number": 1 },
        },
    })
}

pub(super) async fn another_agency_asks_in_spdci(
    door: &Door<'_>,
    (mediator, stranger): (&str, &str),
    (commune, team): (&str, &str),
) {
    let methods = ["GetDirectoryEntry", "ListDirectory", "FindDirectoryTeams"];
    let mut given =
        policy(json!(methods.map(|name| json!({ "method": format!("{DIRECTORY}/{name}") }))), &[commune], 50);
    given["standingPurpose"] = json!("Luật 35/2013/QH13");
    let (consumer, _, bearer) = door.connect(CODE, given).await;
    let send = async |message: Value| {
        let answer = door.ask(Method::POST, "/registry/sync/search", &[("authorization", &bearer)], message).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()
    };
    let mut consented = question("one", "Mediator", "MEDIATOR_ID", mediator);
    // Keys in another order and white space: it is kept in one spelling.
    consented["search_criteria"]["consent"] =
        serde_json::from_str(r#"{"who": "Nguyễn Văn Đương sự", "ts": 1}"#).unwrap();
    let questions = json!([
        consented,
        question("elsewhere", "Mediator", "MEDIATOR_ID", stranger),
        question("nonsense", "Mediator", "SHOE_SIZE", "42"),
        question("teams", "MediationTeam", "UNIT_ID", commune),
        question("team", "MediationTeam", "TEAM_ID", team),
        question("all", "Mediator", "UNIT_ID", commune),
    ]);
    let answer = send(envelope("m1", &questions)).await;
    assert_eq!(faults(Kind::OnSearch, &answer), Vec::<String>::new());
    assert_eq!((&answer["header"]["status"], &answer["header"]["receiver_id"]), (&json!("succ"), &json!(CODE)));
    let answers = answer["message"]["search_response"].as_array().unwrap();
    let of = |reference: &str| answers.iter().find(|one| one["reference_id"] == reference).unwrap();
    let records = |reference: &str| of(reference)["data"]["reg_records"].as_array().unwrap().clone();
    assert_eq!(records("one")[0]["mediator_id"], mediator);
    assert!(!text(&records("one")[0]["full_name"]).is_empty());
    assert_eq!(records("elsewhere"), Vec::<Value>::new(), "elsewhere is nobody");
    assert_eq!((&of("nonsense")["status"], of("nonsense")["data"].is_null()), (&json!("rjct"), true));
    assert!(!records("teams").is_empty());
    assert_eq!((records("team").len(), &records("team")[0]["team_id"]), (1, &json!(team)));
    let all = of("all");
    assert_eq!((records("all").len(), all["pagination"]["page_size"].as_u64()), (2, Some(2)));
    assert!(all["pagination"]["total_count"].as_u64().unwrap() > 2);

    // The same message once more, another's name, and a message that is none.
    let again = send(envelope("m1", &questions)).await;
    assert_eq!(again["header"]["status_reason_code"], "rjct.message_id.duplicate");
    let mut forged = envelope("m2", &questions);
    forged["header"]["sender_id"] = json!("G01");
    assert_eq!(send(forged).await["message"]["error"]["code"], "err.sender_id.invalid");
    assert_eq!(send(json!([1, 2])).await["header"]["status"], "rjct");
    let nobody = door.ask(Method::POST, "/registry/sync/search", &[], envelope("m3", &questions)).await;
    assert_eq!(
        (nobody.status, &nobody.json()["errors"][0]["code"]),
        (StatusCode::UNAUTHORIZED, &json!("err.request.unauthorized"))
    );

    // What was told is written down as for any other call.
    let path = format!("/v1/consumers/{consumer}/disclosures");
    let told = door.ask(Method::GET, &path, &[("authorization", door.department_header())], Value::Null).await.json();
    let told = told["disclosures"].as_array().unwrap();
    assert_eq!(told.len(), 2, "one mediator, and a list");
    // On which consent, for those who audit the agency; another question was asked on none.
    let consents: Vec<&Value> = told.iter().map(|one| &one["consent"]).collect();
    assert_eq!(consents[1]["json"], r#"{"ts":1,"who":"Nguyễn Văn Đương sự"}"#);
    assert_eq!((text(&consents[1]["sha256"]).len(), consents[0].is_null()), (64, true));
}

/// A question that is answered later: acknowledged when it is kept, answered where an endpoint consented, found again.
pub(super) async fn answered_later(
    door: &Door<'_>,
    (code, bearer): (&str, &str),
    mediator: &str,
    receiver: &super::receiver::Receiver,
) {
    let send = async |path: &str, message: Value| {
        let answer = door.ask(Method::POST, path, &[("authorization", bearer)], message).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        answer.json()
    };
    let questions = json!([
        question("one", "Mediator", "MEDIATOR_ID", mediator),
        question("nonsense", "Mediator", "SHOE_SIZE", "42"),
    ]);
    let mut message = envelope_of(code, "later", &questions);
    message["header"]["sender_uri"] = json!("https://elsewhere.example/");
    let refused = send("/registry/search", message.clone()).await;
    assert_eq!(faults(Kind::Ack, &refused), Vec::<String>::new());
    assert_eq!(refused["message"]["ack_status"], "ERR", "nobody consented there: {refused}");
    message["header"]["sender_uri"] = json!(format!("http://{}/", receiver.address));
    let taken = send("/registry/search", message.clone()).await;
    assert_eq!((faults(Kind::Ack, &taken), &taken["message"]["ack_status"]), (Vec::new(), &json!("ACK")));
    let correlation = text(&taken["message"]["correlation_id"]);
    let again = send("/registry/search", message).await;
    assert_eq!(again["message"]["ack_status"], "ERR", "the same message is taken once");

    super::until("called back", async || !receiver.callbacks().is_empty()).await;
    let (path, answer) = receiver.callbacks().remove(0);
    assert_eq!((path.as_str(), faults(Kind::OnSearch, &answer)), ("/registry/on-search", Vec::new()));
    assert_eq!(answer["message"]["correlation_id"], correlation.as_str());
    let answers = answer["message"]["search_response"].as_array().unwrap();
    assert_eq!(answers[0]["data"]["reg_records"][0]["mediator_id"], mediator);
    assert_eq!(answers[1]["status"], "rjct");

    let status = |id: &str| {
        let mut message = envelope_of(code, &format!("status-{id}"), &json!([0]));
        message["header"]["action"] = json!("txn-status");
        message["message"] = json!({
            "transaction_id": "t-status",
            "txnstatus_request": {
                "reference_id": "r", "txn_type": "search", "attribute_type": "correlation_id", "attribute_value": id,
            },
        });
        message
    };
    let became = send("/registry/sync/txn/status", status(&correlation)).await;
    assert_eq!(faults(Kind::TxnOnStatus, &became), Vec::<String>::new(), "{became}");
    let of = &became["message"]["txnstatus_response"]["txn_status"]["search_response"][0];
    assert_eq!(of["data"]["reg_records"][0]["mediator_id"], mediator, "{became}");
    let unknown = send("/registry/sync/txn/status", status("00000000-0000-4000-8000-00000000000d")).await;
    assert_eq!(unknown["header"]["status"], "rjct");
    assert_eq!(receiver.callbacks().len(), 1);
}
