//! Agencies that follow the registry over SPDCI: they subscribe, things happen, and each is told what its own question would
//! answer, at least once, in order, and nothing that it has not asked for.

use std::{collections::BTreeSet, sync::Arc};

use hoagiai_spdci::conformance::{Kind, faults};
use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_types::{Date, Env};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    agencies::{Door, day, load, policy, text},
    everybody, everything,
    receiver::{Manner, Receiver},
    webhooks::{open_to_all, until},
};

const DIRECTORY: &str = "hoagiai.registry.v1.DirectoryService";
/// Keys in the order of RFC 8785.
const AUTHORITY: &str = r#"{"basis":"Luật 35/2013/QH13","case":"Nguyễn Văn Đương sự"}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_is_told_what_it_may_ask_on_sqlite() {
    let (court, police) = (Receiver::start().await, Receiver::start().await);
    let server = everything().configuration(&open_to_all(&[&court, &police])).start().await.unwrap();
    who_follows_is_told_what_it_may_ask(&server, &court, &police).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_is_told_what_it_may_ask_on_postgresql() {
    let (court, police) = (Receiver::start().await, Receiver::start().await);
    let postgres = OwnPostgres::start().unwrap();
    let mut starting = everything().configuration(&open_to_all(&[&court, &police]));
    for (journal, database) in super::DATABASES {
        starting = starting.database(journal, &postgres.create_database(database).await.unwrap());
    }
    let server = starting.start().await.unwrap();
    who_follows_is_told_what_it_may_ask(&server, &court, &police).await;
    server.stop().await;
}

/// An agency with an endpoint that consented.
struct Follower<'a> {
    door: &'a Door<'a>,
    code: &'static str,
    consumer: String,
    credential: String,
    bearer: String,
    receiver: &'a Arc<Receiver>,
}

/// What one event told.
#[derive(Clone, Debug)]
struct Told {
    reference: String,
    event: String,
    timestamp: String,
    records: Vec<Value>,
}

impl<'a> Follower<'a> {
    async fn connect(
        door: &'a Door<'a>,
        code: &'static str,
        areas: &[&str],
        entry: Value,
        receiver: &'a Arc<Receiver>,
    ) -> Self {
        let own = ["SubscriptionService/CreateSubscription", "SubscriptionService/GetSubscription"];
        let ledger = ["DeliveryService/ListCallbacks", "DeliveryService/RedeliverCallback"];
        let method = |name: &&str| json!({ "method": format!("hoagiai.gateway.v1.{name}") });
        let mut methods: Vec<Value> = own.iter().chain(&ledger).map(method).collect();
        methods.push(entry);
        methods.push(json!({ "method": format!("{DIRECTORY}/FindDirectoryTeams") }));
        let mut given = policy(json!(methods), areas, 10_000);
        given["standingPurpose"] = json!("Luật 35/2013/QH13");
        let (consumer, credential, bearer) = door.connect(code, given).await;
        let one = Self { door, code, consumer, credential, bearer, receiver };
        let body =
            json!({ "eventKinds": ["registry.UnitEnded"], "endpoint": format!("http://{}/hook", receiver.address) });
        let path = format!("/v1/consumers/{}/subscriptions", one.consumer);
        let created = one.ask(Method::POST, &path, body).await;
        let path = format!("/v1/subscriptions/{}", text(&created["subscription"]["subscriptionId"]));
        until("the endpoint consents", async || {
            one.ask(Method::GET, &path, Value::Null).await["subscription"]["state"] == "SUBSCRIPTION_STATE_ACTIVE"
        })
        .await;
        one
    }

    async fn ask(&self, verb: Method, path: &str, body: Value) -> Value {
        let answer = self.door.ask(verb, path, &[("authorization", &self.bearer)], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.json());
        answer.json()
    }

    /// A message, by its action, with or without where the answer goes.
    fn envelope(&self, (action, id, count): (&str, &str, usize), mut message: Value, address: bool) -> Value {
        message["transaction_id"] = json!(format!("t-{id}"));
        let mut envelope = json!({
            "header": {
                "version": "1.0.0", "message_id": id, "message_ts": "2026-11-27T08:00:00+07:00", "action": action,
                "sender_id": self.code, "receiver_id": "H26", "total_count": count,
            },
            "message": message,
        });
        if address {
            envelope["header"]["sender_uri"] = json!(format!("http://{}/", self.receiver.address));
        }
        envelope
    }

    async fn send(&self, path: &str, envelope: &Value) -> Value {
        self.ask(Method::POST, path, envelope.clone()).await
    }

    async fn subscribe(&self, id: &str, items: &[Value]) -> Value {
        let message = json!({ "subscribe_request": items });
        let envelope = self.envelope(("subscribe", id, items.len()), message, true);
        let before = self.callbacks("/registry/on-subscribe").len();
        let ack = self.send("/registry/subscribe", &envelope).await;
        assert_eq!((faults(Kind::Ack, &ack), &ack["message"]["ack_status"]), (Vec::new(), &json!("ACK")), "{ack}");
        let again = self.send("/registry/subscribe", &envelope).await;
        assert_eq!(again["message"]["ack_status"], "ERR", "the same message is taken once");
        until("on-subscribe", async || self.callbacks("/registry/on-subscribe").len() > before).await;
        let answer = self.callbacks("/registry/on-subscribe").pop().unwrap();
        assert_eq!(faults(Kind::OnSubscribe, &answer), Vec::<String>::new(), "{answer}");
        assert_eq!(answer["message"]["correlation_id"], ack["message"]["correlation_id"]);
        answer["message"].clone()
    }

    fn callbacks(&self, path: &str) -> Vec<Value> {
        self.receiver.callbacks().into_iter().filter(|(to, _)| to == path).map(|(_, message)| message).collect()
    }

    /// The events that came, in the order in which they came.
    fn told(&self) -> Vec<Told> {
        self.callbacks("/registry/notify").iter().flat_map(told_in).collect()
    }

    fn told_of(&self, event: &str) -> Vec<Told> {
        self.told().into_iter().filter(|one| one.event == event).collect()
    }

    async fn ledger(&self) -> Vec<Value> {
        let path = format!("/v1/consumers/{}/callbacks?pageSize=1000", self.consumer);
        self.ask(Method::GET, &path, Value::Null).await["callbacks"].as_array().unwrap().clone()
    }

    async fn in_state(&self, state: &str) -> Vec<Value> {
        let state = format!("CALLBACK_STATE_{state}");
        self.ledger().await.into_iter().filter(|one| one["state"] == state.as_str()).collect()
    }

    async fn status(&self, id: &str, kind: &str, attribute: (&str, Value)) -> Value {
        let message = json!({
            "txnstatus_request": {
                "reference_id": "r", "txn_type": kind, "attribute_type": attribute.0, "attribute_value": attribute.1,
            },
        });
        self.send("/registry/sync/txn/status", &self.envelope(("txn-status", id, 1), message, false)).await
    }
}

fn told_in(message: &Value) -> Vec<Told> {
    assert_eq!(faults(Kind::Notify, message), Vec::<String>::new(), "{message}");
    let told = |event: &Value| Told {
        reference: text(&event["reference_id"]),
        event: text(&event["data"]["reg_event_type"]),
        timestamp: text(&event["timestamp"]),
        records: event["data"]["reg_records"].as_array().unwrap().clone(),
    };
    message["message"]["notify_event"].as_array().unwrap().iter().map(told).collect()
}

/// A sub-request that follows an event.
fn follow(reference: &str, event: &str, kind: &str, (attribute, value): (&str, &str)) -> Value {
    json!({
        "reference_id": reference, "timestamp": "2026-11-27T08:00:00+07:00", "locale": "vie",
        "subscribe_criteria": {
            "reg_event_type": event, "notify_record_type": kind, "filter_type": "idtype-value",
            "filter": { "type": attribute, "value": value },
            "authorize": serde_json::from_str::<Value>(AUTHORITY).unwrap(),
        },
    })
}

fn date(date: Date) -> Value {
    day(date.year().into(), date.month().into(), date.day().into())
}

/// Whoever keeps the registry.
struct Registry<'a> {
    door: &'a Door<'a>,
    all: String,
    today: Date,
}

impl Registry<'_> {
    async fn act(&self, path: &str, body: Value) -> Value {
        let answer = self.door.ask(Method::POST, path, &[("authorization", &self.all)], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.json());
        answer.json()
    }

    async fn list(&self, path: &str, name: &str) -> Vec<Value> {
        self.door.agency(&self.all, path).await.json()[name].as_array().unwrap().clone()
    }

    fn decision(&self, number: &str) -> Value {
        json!({ "number": format!("{number}/QĐ-UBND"), "issueDate": date(self.today), "issuer": "Chủ tịch UBND phường" })
    }

    async fn dies(&self, mediator: &str) {
        let body = json!({ "deathDate": date(self.today.plus_days(-1)), "evidence": "Trích lục khai tử số 12" });
        self.act(&format!("/v1/mediators/{mediator}:recordDeath"), body).await;
    }

    /// Elected and recognised in a team that has room.
    async fn recognised(&self, team: &str) -> String {
        let person = json!({
            "fullName": "Trần Văn Mới", "gender": "GENDER_MALE", "ethnicClass": "ETHNIC_CLASS_KINH",
            "educationClass": "EDUCATION_CLASS_NONE",
        });
        let body = json!({
            "form": "ELECTION_FORM_PUBLIC_VOTE", "round": "ELECTION_ROUND_SUPPLEMENTARY", "witnessed": true,
            "electionDate": date(self.today.plus_days(-3)), "householdCount": 100, "attendingHouseholdCount": 90,
            "candidates": [{
                "person": person, "nominatedByFront": true, "consentGiven": true, "resident": true,
                "standardsMet": true, "votesFor": 85,
            }],
        });
        let election = self.act(&format!("/v1/teams/{team}:recordElection"), body).await["election"].clone();
        let mediator = text(&election["mediators"][0]["mediatorId"]);
        let body = json!({
            "electionId": election["electionId"], "mediatorIds": [mediator],
            "receiveDate": date(self.today.plus_days(-2)),
        });
        let list = self.act(&format!("/v1/teams/{team}:submitRecognitionList"), body).await;
        let list = text(&list["recognitionList"]["recognitionListId"]);
        let body = json!({ "decision": self.decision("77") });
        self.act(&format!("/v1/recognitionLists/{list}:decide"), body).await;
        mediator
    }
}

async fn who_follows_is_told_what_it_may_ask(server: &TestServer, court: &Arc<Receiver>, police: &Arc<Receiver>) {
    load(server).await;
    let door = Door::of(server);
    let registry = Registry { door: &door, all: format!("Bearer {}", everybody(server)), today: Env::system().today() };
    let teams = registry.list("/v1/teams?pageSize=500&state=TEAM_STATE_ACTIVE", "teams").await;
    let mediators = registry.list("/v1/mediators?pageSize=1000", "mediators").await;
    // Those in force who do not lead: each death takes one.
    let members = |team: &Value| -> Vec<String> {
        let in_force = mediators.iter().filter(|one| {
            one["teamId"] == team["teamId"] && one["state"] == "MEDIATOR_STATE_RECOGNIZED" && one["leader"] != true
        });
        in_force.map(|one| text(&one["mediatorId"])).collect()
    };
    // A commune with two teams: one loses four and takes the other in.
    let of = |team: &Value| text(&team["communeUnitId"]);
    let (one, other) = teams
        .iter()
        .filter(|one| members(one).len() >= 4)
        .find_map(|one| {
            let other = teams.iter().find(|other| of(other) == of(one) && other["teamId"] != one["teamId"])?;
            Some((one.clone(), other.clone()))
        })
        .unwrap();
    let elsewhere = teams.iter().find(|team| of(team) != of(&one)).unwrap().clone();
    let (commune, team) = (of(&one), text(&one["teamId"]));
    let (here, there) = (members(&one), members(&elsewhere));

    let masked = json!({
        "method": format!("{DIRECTORY}/GetDirectoryEntry"),
        "fields": "entry.mediatorId,entry.teamId,freshness.validAt",
    });
    let court = Follower::connect(&door, "000.11.00.H26", &[&commune], masked, court).await;
    let whole = json!({ "method": format!("{DIRECTORY}/GetDirectoryEntry") });
    let police = Follower::connect(&door, "000.12.00.H26", &[&commune], whole, police).await;

    let codes = subscribed(&court, (&commune, &team), (&here[0], &there[0])).await;
    let unit = ("UNIT_ID", commune.as_str());
    let answer = police.subscribe("p1", &[follow("ceased", "MediatorCeased", "Mediator", unit)]).await;
    let of_police = text(&answer["subscribe_response"][0]["subscriptions"][0]["code"]);

    who_ceases_is_told_under_each_mask(&registry, (&court, &police), &here[0], &there[0]).await;
    an_endpoint_that_fails_is_told_later_under_the_same_id(&registry, (&court, &police), &here[1]).await;
    let new = registry.recognised(&team).await;
    until("recognised", async || !court.told_of("MediatorRecognized").is_empty()).await;
    assert_eq!(court.told_of("MediatorRecognized")[0].records[0]["mediator_id"], new.as_str());
    a_team_that_is_taken_in_is_told(&registry, &court, (&one, &other)).await;
    what_became_of_it_is_told(&court, &codes[0]).await;
    who_unsubscribes_is_told_no_more(&registry, (&court, &police), (&codes[0], &of_police), &here[2]).await;
    why_it_may_know_is_kept(&door, server, &court, &here[0]).await;
    who_is_not_connected_any_more_is_told_nothing(&registry, (&court, &police), &here[3]).await;
}

/// Subscribes to everything, with faults between; the codes of those that run.
async fn subscribed(
    court: &Follower<'_>,
    (commune, team): (&str, &str),
    (mediator, stranger): (&str, &str),
) -> Vec<String> {
    let unit = ("UNIT_ID", commune);
    let items = [
        follow("ceased", "MediatorCeased", "Mediator", unit),
        follow("recognised", "MediatorRecognized", "Mediator", unit),
        follow("moved", "MediatorMoved", "Mediator", unit),
        follow("dissolved", "TeamDissolved", "MediationTeam", unit),
        follow("standing", "TeamStandingChanged", "MediationTeam", ("TEAM_ID", team)),
        follow("one", "MediatorMoved", "Mediator", ("MEDIATOR_ID", mediator)),
        follow("stranger", "MediatorMoved", "Mediator", ("MEDIATOR_ID", stranger)),
        follow("twice", "MediatorCeased", "Mediator", unit),
        follow("nonsense", "MediatorAged", "Mediator", unit),
    ];
    let answer = court.subscribe("c1", &items).await;
    let answers = answer["subscribe_response"].as_array().unwrap();
    let reason = |at: usize| (&answers[at]["status"], &answers[at]["status_reason_code"]);
    for (at, code) in
        [(6, "rjct.person_id.invalid"), (7, "rjct.event.already_subscribed"), (8, "rjct.notify_types.invalid")]
    {
        assert_eq!(reason(at), (&json!("rjct"), &json!(code)), "{answer}");
    }
    let mut codes = Vec::new();
    for answer in &answers[..6] {
        assert_eq!((&answer["status"], &answer["locale"]), (&json!("succ"), &json!("vie")), "{answer}");
        codes.push(text(&answer["subscriptions"][0]["subscription_code"]));
    }
    // What it may not ask for it cannot follow; an address that nobody consented at is sent nothing.
    let mut envelope = court.envelope(("subscribe", "c2", 1), json!({ "subscribe_request": [items[0].clone()] }), true);
    envelope["header"]["sender_uri"] = json!("https://elsewhere.example/");
    let refused = court.send("/registry/subscribe", &envelope).await;
    assert_eq!(refused["message"]["error"]["code"], "err.sender_uri.invalid");
    codes
}

async fn who_ceases_is_told_under_each_mask(
    registry: &Registry<'_>,
    (court, police): (&Follower<'_>, &Follower<'_>),
    mediator: &str,
    stranger: &str,
) {
    registry.dies(stranger).await;
    registry.dies(mediator).await;
    for agency in [court, police] {
        until("told of a death", async || !agency.told_of("MediatorCeased").is_empty()).await;
    }
    let last = registry.today.plus_days(-1).to_string();
    let of = |agency: &Follower<'_>| {
        let told = agency.told_of("MediatorCeased");
        assert_eq!(told.len(), 1, "what happens elsewhere is not told: {told:?}");
        assert_eq!(told[0].records.len(), 1);
        assert_eq!(told[0].records[0]["mediator_id"], mediator);
        // As on the last day.
        assert_eq!(told[0].records[0]["valid_at"], last.as_str());
        told[0].records[0].clone()
    };
    let (masked, whole) = (of(court), of(police));
    assert!(masked.get("full_name").is_none() && masked.get("team_id").is_some(), "{masked}");
    assert!(!text(&whole["full_name"]).is_empty(), "{whole}");
    // The team of one mediator less, by its id.
    until("the team stands otherwise", async || !court.told_of("TeamStandingChanged").is_empty()).await;
    assert_eq!(court.told_of("TeamStandingChanged")[0].records[0]["@type"], "MediationTeam");
    assert!(police.told().iter().all(|one| one.event == "MediatorCeased"), "nothing that it does not follow");
}

async fn an_endpoint_that_fails_is_told_later_under_the_same_id(
    registry: &Registry<'_>,
    (court, police): (&Follower<'_>, &Follower<'_>),
    mediator: &str,
) {
    court.receiver.behave(Manner::Failing);
    registry.dies(mediator).await;
    // Another agency is held up by nothing.
    until("the other is told", async || police.told_of("MediatorCeased").len() == 2).await;
    let tried = || -> Vec<Told> { court.receiver.refused().iter().flat_map(|(_, message)| told_in(message)).collect() };
    until("tried", async || tried().iter().any(|one| one.event == "MediatorCeased")).await;
    let first = tried().into_iter().find(|one| one.event == "MediatorCeased").unwrap();
    until("written down", async || {
        court.in_state("FAILED").await.iter().any(|one| one["callbackId"] == first.reference.as_str())
    })
    .await;
    let failed = court.in_state("FAILED").await;
    let one = failed.iter().find(|one| one["callbackId"] == first.reference.as_str()).unwrap();
    assert_eq!(
        (&one["action"], &one["event"], &one["lastOutcome"]),
        (&json!("notify"), &json!("MediatorCeased"), &json!("STATUS_503"))
    );
    // It is the agency's own: nobody else sees it or sends it again.
    let path = format!("/v1/callbacks/{}:redeliver", first.reference);
    let refused = police.door.ask(Method::POST, &path, &[("authorization", &police.bearer)], json!({})).await;
    assert_eq!((refused.status, refused.reason().as_str()), (StatusCode::NOT_FOUND, "DELIVERY_NOT_FOUND"));
    court.receiver.behave(Manner::Good);
    // By hand, before the schedule.
    if !court.told().iter().any(|told| told.reference == first.reference) {
        let answer = court.door.ask(Method::POST, &path, &[("authorization", &court.bearer)], json!({})).await;
        assert!(answer.status == StatusCode::OK || answer.reason() == "DELIVERY_STATE_WRONG", "{:?}", answer.json());
    }
    until("told", async || court.told_of("MediatorCeased").len() == 2).await;
    let told = court.told_of("MediatorCeased").pop().unwrap();
    assert_eq!((&told.reference, told.records[0]["mediator_id"].as_str()), (&first.reference, Some(mediator)));
    until("nothing is in line", async || court.in_state("FAILED").await.is_empty()).await;
    let again = court.door.ask(Method::POST, &path, &[("authorization", &court.bearer)], json!({})).await;
    assert_eq!(again.reason(), "DELIVERY_STATE_WRONG", "what is acknowledged is through");
}

async fn a_team_that_is_taken_in_is_told(
    registry: &Registry<'_>,
    court: &Follower<'_>,
    (one, other): (&Value, &Value),
) {
    let body = json!({
        "teams": [{ "teamId": other["teamId"] }], "successorTeamId": one["teamId"],
        "decision": registry.decision("78"), "targetSize": 20,
    });
    registry.act("/v1/teams:merge", body).await;
    until("the end of a team", async || !court.told_of("TeamDissolved").is_empty()).await;
    until("its mediators", async || !court.told_of("MediatorMoved").is_empty()).await;
    // As it was on its last day: on the day of the decision there is none.
    let ended = &court.told_of("TeamDissolved")[0].records[0];
    assert_eq!((&ended["team_id"], &ended["@type"]), (&other["teamId"], &json!("MediationTeam")));
    assert_eq!(ended["valid_at"], registry.today.plus_days(-1).to_string());
    let moved = &court.told_of("MediatorMoved")[0].records[0];
    assert_eq!(moved["team_id"], one["teamId"], "where they go on");
    // Each once, and those of one subscription in the order in which they were recorded.
    let told = court.told();
    let references: BTreeSet<&str> = told.iter().map(|one| one.reference.as_str()).collect();
    assert_eq!(references.len(), told.len());
    for event in ["MediatorCeased", "MediatorMoved", "TeamStandingChanged"] {
        let times: Vec<String> = court.told_of(event).into_iter().map(|one| one.timestamp).collect();
        assert!(times.is_sorted(), "{event}: {times:?}");
    }
}

async fn what_became_of_it_is_told(court: &Follower<'_>, code: &str) {
    let became = court.status("s1", "subscribe", ("subscription_code_list", json!([code]))).await;
    assert_eq!(faults(Kind::TxnOnStatus, &became), Vec::<String>::new(), "{became}");
    let answers = &became["message"]["txnstatus_response"]["txn_status"]["subscribe_response"];
    assert_eq!(answers.as_array().unwrap().len(), 1, "that one alone: {answers}");
    assert_eq!(answers[0]["subscriptions"][0]["subscription_code"], code);
    let by_reference = court.status("s2", "subscribe", ("reference_id_list", json!(["moved", "twice"]))).await;
    let answers = &by_reference["message"]["txnstatus_response"]["txn_status"]["subscribe_response"];
    let references: Vec<&Value> = answers.as_array().unwrap().iter().map(|one| &one["reference_id"]).collect();
    assert_eq!(references, ["moved", "twice"]);
    // The same later, and what is not there is told at once.
    let asked = |id: &str, of: &str| {
        let message = json!({
            "txnstatus_request": {
                "reference_id": "r", "txn_type": "subscribe", "attribute_type": "transaction_id", "attribute_value": of,
            },
        });
        court.envelope(("txn-status", id, 1), message, true)
    };
    let ack = court.send("/registry/txn/status", &asked("s3", "t-c1")).await;
    assert_eq!((faults(Kind::Ack, &ack), &ack["message"]["ack_status"]), (Vec::new(), &json!("ACK")));
    until("txn/on-status", async || !court.callbacks("/registry/txn/on-status").is_empty()).await;
    let answer = court.callbacks("/registry/txn/on-status").pop().unwrap();
    assert_eq!(faults(Kind::TxnOnStatus, &answer), Vec::<String>::new());
    let answers = &answer["message"]["txnstatus_response"]["txn_status"]["subscribe_response"];
    assert_eq!(answers.as_array().unwrap().len(), 9);
    let unknown = court.send("/registry/txn/status", &asked("s4", "t-nothing")).await;
    assert_eq!(unknown["message"]["error"]["code"], "err.request.not_found");
}

async fn who_unsubscribes_is_told_no_more(
    registry: &Registry<'_>,
    (court, police): (&Follower<'_>, &Follower<'_>),
    (code, of_police): (&str, &str),
    mediator: &str,
) {
    let message = json!({
        "timestamp": "2026-11-27T08:00:00+07:00",
        "subscription_codes": [code, of_police, "no-code"],
    });
    // Without an address: whoever has no endpoint left must be able to end it.
    let envelope = court.envelope(("unsubscribe", "u1", 3), message, false);
    let ack = court.send("/registry/unsubscribe", &envelope).await;
    assert_eq!((faults(Kind::Ack, &ack), &ack["message"]["ack_status"]), (Vec::new(), &json!("NACK")), "{ack}");
    let became = court.status("u2", "unsubscribe", ("subscription_code_list", json!([code]))).await;
    assert_eq!(faults(Kind::TxnOnStatus, &became), Vec::<String>::new(), "{became}");
    let became = &became["message"]["txnstatus_response"]["txn_status"];
    assert_eq!(became["subscription_status"], json!([{ "code": code, "status": "unsubscribe" }]));
    // Another agency's is as if it were not there.
    assert_eq!(became["status_reason_code"], "rjct.subscription_code.invalid");
    let message = json!({ "timestamp": "2026-11-27T08:00:00+07:00", "subscription_codes": [code] });
    court.send("/registry/unsubscribe", &court.envelope(("unsubscribe", "u3", 1), message, true)).await;
    until("on-unsubscribe", async || !court.callbacks("/registry/on-unsubscribe").is_empty()).await;
    let again = court.callbacks("/registry/on-unsubscribe").pop().unwrap();
    assert_eq!(faults(Kind::OnUnsubscribe, &again), Vec::<String>::new());
    assert_eq!(again["message"]["status_reason_code"], "rjct.event.already_unsubscribed");

    let standing = court.told_of("TeamStandingChanged").len();
    registry.dies(mediator).await;
    until("the other is told", async || police.told_of("MediatorCeased").len() == 3).await;
    until("the team is told", async || court.told_of("TeamStandingChanged").len() > standing).await;
    assert_eq!(court.told_of("MediatorCeased").len(), 2, "it has unsubscribed");
}

/// On which authority something was told, the auditor reads; the mediator reads that there was one.
async fn why_it_may_know_is_kept(door: &Door<'_>, server: &TestServer, court: &Follower<'_>, mediator: &str) {
    let path = format!("/v1/consumers/{}/disclosures", court.consumer);
    let header = [("authorization", door.department_header())];
    let told = door.ask(Method::GET, &path, &header, Value::Null).await.json();
    let disclosures = told["disclosures"].as_array().unwrap();
    assert!(!disclosures.is_empty());
    for one in disclosures {
        assert_eq!((&one["authorization"]["json"], one["consent"].is_null()), (&json!(AUTHORITY), true), "{one}");
        assert_eq!(text(&one["authorization"]["sha256"]).len(), 64);
    }
    let all = format!("Bearer {}", everybody(server));
    let path = format!("/v1/mediators/{mediator}/disclosures");
    let of_one = door.agency(&all, &path).await.json();
    let own = of_one["disclosures"].as_array().unwrap();
    let own = own.iter().find(|one| one["consumerId"] == court.consumer.as_str()).unwrap();
    assert_eq!(own["authorization"]["json"], "", "it may name others");
    assert_eq!(own["authorization"]["sha256"], disclosures[0]["authorization"]["sha256"]);
}

async fn who_is_not_connected_any_more_is_told_nothing(
    registry: &Registry<'_>,
    (court, police): (&Follower<'_>, &Follower<'_>),
    mediator: &str,
) {
    let path = format!("/v1/credentials/{}:revoke", police.credential);
    let header = [("authorization", court.door.department_header())];
    let body = json!({ "reason": "Hết hợp đồng" });
    let revoked = court.door.ask(Method::POST, &path, &header, body).await;
    assert_eq!(revoked.status, StatusCode::OK, "{:?}", revoked.json());
    let (before, standing) = (police.receiver.callbacks().len(), court.told_of("TeamStandingChanged").len());
    registry.dies(mediator).await;
    until("others are told", async || court.told_of("TeamStandingChanged").len() > standing).await;
    let path = format!("/v1/consumers/{}/callbacks", police.consumer);
    until("written down", async || {
        let ledger = court.door.ask(Method::GET, &path, &header, Value::Null).await.json();
        ledger["callbacks"].as_array().unwrap().iter().any(|one| one["lastOutcome"] == "NOT_CONNECTED")
    })
    .await;
    assert_eq!(police.receiver.callbacks().len(), before);
}
