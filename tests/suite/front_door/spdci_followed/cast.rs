//! Who plays: agencies that follow the registry, and whoever keeps it.

use std::{collections::BTreeMap, sync::Arc};

use hoagiai_spdci::conformance::{Kind, faults};
use hoagiai_testkit::server::TestServer;
use hoagiai_types::Date;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::{
    agencies::{Door, day, policy, text},
    everybody,
    receiver::Receiver,
    until,
};

pub(super) const DIRECTORY: &str = "hoagiai.registry.v1.DirectoryService";
/// Keys in the order of RFC 8785.
pub(super) const AUTHORITY: &str = r#"{"basis":"Luật 35/2013/QH13","case":"Nguyễn Văn Đương sự"}"#;

/// An agency with an endpoint that consented.
pub(super) struct Follower<'a> {
    pub(super) door: &'a Door<'a>,
    pub(super) code: &'static str,
    pub(super) consumer: String,
    pub(super) credential: String,
    secret: String,
    pub(super) receiver: &'a Arc<Receiver>,
}

/// What one event told.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) reference: String,
    pub(super) event: String,
    pub(super) timestamp: String,
    pub(super) records: Vec<Value>,
}

impl<'a> Follower<'a> {
    pub(super) async fn connect(
        door: &'a Door<'a>,
        code: &'static str,
        areas: &[&str],
        entry: Value,
        receiver: &'a Arc<Receiver>,
    ) -> Self {
        let own = [
            "SubscriptionService/CreateSubscription",
            "SubscriptionService/GetSubscription",
            "SubscriptionService/ListRegistrySubscriptions",
        ];
        let ledger = ["DeliveryService/ListCallbacks", "DeliveryService/RedeliverCallback"];
        let method = |name: &&str| json!({ "method": format!("hoagiai.gateway.v1.{name}") });
        let mut methods: Vec<Value> = own.iter().chain(&ledger).map(method).collect();
        methods.push(entry);
        methods.push(json!({ "method": format!("{DIRECTORY}/FindDirectoryTeams") }));
        let mut given = policy(json!(methods), areas, 10_000);
        given["standingPurpose"] = json!("Luật 35/2013/QH13");
        let (consumer, credential, secret) = door.connect_by_secret(code, given).await;
        let one = Self { door, code, consumer, credential, secret, receiver };
        one.hooks(&["registry.UnitEnded"], "/hook").await;
        one
    }

    /// Is sent events of these kinds at a path, once that has consented; the id of the subscription.
    pub(super) async fn hooks(&self, kinds: &[&str], path: &str) -> String {
        let body = json!({ "eventKinds": kinds, "endpoint": format!("http://{}{path}", self.receiver.address) });
        let path = format!("/v1/consumers/{}/subscriptions", self.consumer);
        let id = text(&self.ask(Method::POST, &path, body).await["subscription"]["subscriptionId"]);
        let path = format!("/v1/subscriptions/{id}");
        until("the endpoint consents", async || {
            self.ask(Method::GET, &path, Value::Null).await["subscription"]["state"] == "SUBSCRIPTION_STATE_ACTIVE"
        })
        .await;
        id
    }

    pub(super) async fn bearer(&self) -> String {
        self.door.sign_in_anew(&self.credential, &self.secret).await
    }

    pub(super) async fn ask(&self, verb: Method, path: &str, body: Value) -> Value {
        let answer = self.door.ask(verb, path, &[("authorization", &self.bearer().await)], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.json());
        answer.json()
    }

    /// A message, by its action, with or without where the answer goes.
    pub(super) fn envelope(
        &self,
        (action, id, count): (&str, &str, usize),
        mut message: Value,
        address: bool,
    ) -> Value {
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

    pub(super) async fn send(&self, path: &str, envelope: &Value) -> Value {
        self.ask(Method::POST, path, envelope.clone()).await
    }

    /// Subscribes, with notices to this endpoint.
    pub(super) async fn subscribe(&self, id: &str, items: &[Value]) -> Value {
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

    pub(super) fn callbacks(&self, path: &str) -> Vec<Value> {
        self.receiver.callbacks().into_iter().filter(|(to, _)| to == path).map(|(_, message)| message).collect()
    }

    /// The events that came, in the order in which they came.
    pub(super) fn told(&self) -> Vec<Told> {
        self.callbacks("/registry/notify").iter().flat_map(told_in).collect()
    }

    pub(super) fn told_of(&self, event: &str) -> Vec<Told> {
        self.told().into_iter().filter(|one| one.event == event).collect()
    }

    pub(super) async fn ledger(&self) -> Vec<Value> {
        let path = format!("/v1/consumers/{}/callbacks?pageSize=1000", self.consumer);
        self.ask(Method::GET, &path, Value::Null).await["callbacks"].as_array().unwrap().clone()
    }

    pub(super) async fn in_state(&self, state: &str) -> Vec<Value> {
        let state = format!("CALLBACK_STATE_{state}");
        self.ledger().await.into_iter().filter(|one| one["state"] == state.as_str()).collect()
    }

    /// What it follows, as the gateway lists it.
    pub(super) async fn followed(&self, query: &str) -> Vec<Value> {
        let path = format!("/v1/consumers/{}/registrySubscriptions?{query}", self.consumer);
        self.ask(Method::GET, &path, Value::Null).await["registrySubscriptions"].as_array().unwrap().clone()
    }

    pub(super) async fn status(&self, id: &str, kind: &str, attribute: (&str, Value)) -> Value {
        let message = json!({
            "txnstatus_request": {
                "reference_id": "r", "txn_type": kind, "attribute_type": attribute.0, "attribute_value": attribute.1,
            },
        });
        self.send("/registry/sync/txn/status", &self.envelope(("txn-status", id, 1), message, false)).await
    }
}

pub(super) fn told_in(message: &Value) -> Vec<Told> {
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
pub(super) fn follow(reference: &str, event: &str, kind: &str, (attribute, value): (&str, &str)) -> Value {
    json!({
        "reference_id": reference, "timestamp": "2026-11-27T08:00:00+07:00", "locale": "vie",
        "subscribe_criteria": {
            "reg_event_type": event, "notify_record_type": kind, "filter_type": "idtype-value",
            "filter": { "type": attribute, "value": value },
            "authorize": serde_json::from_str::<Value>(AUTHORITY).unwrap(),
        },
    })
}

pub(super) fn date(date: Date) -> Value {
    day(date.year().into(), date.month().into(), date.day().into())
}

/// Whoever keeps the registry.
pub(super) struct Registry<'a> {
    door: &'a Door<'a>,
    server: &'a TestServer,
    pub(super) today: Date,
}

impl<'a> Registry<'a> {
    pub(super) fn of(door: &'a Door<'a>, server: &'a TestServer, today: Date) -> Self {
        Self { door, server, today }
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", everybody(self.server))
    }

    pub(super) async fn act(&self, path: &str, body: Value) -> Value {
        let answer = self.door.ask(Method::POST, path, &[("authorization", &self.bearer())], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.json());
        answer.json()
    }

    /// The commune with the most mediators in force who do not lead, and these.
    pub(super) async fn commune(&self) -> (String, Vec<String>) {
        let mut of = BTreeMap::<String, Vec<String>>::new();
        for one in self.list("/v1/mediators?pageSize=1000", "mediators").await {
            if one["state"] == "MEDIATOR_STATE_RECOGNIZED" && one["leader"] != true {
                of.entry(text(&one["communeUnitId"])).or_default().push(text(&one["mediatorId"]));
            }
        }
        of.into_iter().max_by_key(|(_, here)| here.len()).unwrap()
    }

    pub(super) async fn list(&self, path: &str, name: &str) -> Vec<Value> {
        self.door.agency(&self.bearer(), path).await.json()[name].as_array().unwrap().clone()
    }

    pub(super) async fn get(&self, path: &str, name: &str) -> Value {
        let answer = self.door.agency(&self.bearer(), path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.json());
        answer.json()[name].clone()
    }

    pub(super) fn decision(&self, number: &str) -> Value {
        json!({ "number": format!("{number}/QĐ-UBND"), "issueDate": date(self.today), "issuer": "Chủ tịch UBND phường" })
    }

    pub(super) async fn dies(&self, mediator: &str) {
        let body = json!({ "deathDate": date(self.today.plus_days(-1)), "evidence": "Trích lục khai tử số 12" });
        self.act(&format!("/v1/mediators/{mediator}:recordDeath"), body).await;
    }

    /// Elected and recognised in a team that has room.
    pub(super) async fn recognised(&self, team: &str) -> String {
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
