//! Events to an agency whose endpoint is down, failing, lying, breaking off and throttling for an hour: nothing is lost, and
//! nothing comes twice that it cannot recognise. The hour is simulated, everything else is real.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_types::{Clock as _, Env, ManualClock, SystemIds};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    agencies::{Door, day, load_at, policy, text},
    everybody, everything, over,
    receiver::{Manner, Receiver},
    until,
};

/// A server whose clock is moved by hand, and which may send to receivers on this machine.
pub(super) fn open_to_all(receivers: &[&Arc<Receiver>]) -> String {
    let open: Vec<String> = receivers.iter().map(|one| format!("{:?}", one.address.to_string())).collect();
    format!(
        "[gateway.webhooks]\norigin = \"hoagiai.example\"\nnetworks = [\"127.0.0.1/32\"]\nplain_http = [{}]",
        open.join(", ")
    )
}

/// The codes of the two agencies, in the order of their receivers.
const AGENCIES: [&str; 2] = ["000.02.00.H26", "000.03.00.H26"];

/// A server whose clock is moved by hand, and which may send to receivers on this machine: to each agency its own.
fn settings(receivers: &[&Arc<Receiver>]) -> String {
    let opened = AGENCIES.iter().zip(receivers).map(|(code, one)| {
        let address = one.address;
        format!("[gateway.webhooks.agencies.{code:?}]\nnetworks = [\"127.0.0.1/32\"]\nplain_http = [\"{address}\"]\n")
    });
    format!("[gateway.webhooks]\norigin = \"hoagiai.example\"\n{}", opened.collect::<String>())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_repeated_unrecognised_on_sqlite() {
    let (good, bad) = (Receiver::start().await, Receiver::start().await);
    let clock = Arc::new(ManualClock::new(Env::system().now()));
    let env = Env { clock: clock.clone(), ids: Arc::new(SystemIds) };
    let server = everything().env(env).configuration(&settings(&[&good, &bad])).start().await.unwrap();
    the_hour(&server, &clock, &good, &bad).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_repeated_unrecognised_on_postgresql() {
    let (good, bad) = (Receiver::start().await, Receiver::start().await);
    let clock = Arc::new(ManualClock::new(Env::system().now()));
    let env = Env { clock: clock.clone(), ids: Arc::new(SystemIds) };
    let postgres = OwnPostgres::start().unwrap();
    let server = over(&postgres, everything().env(env).configuration(&settings(&[&good, &bad]))).await;
    the_hour(&server, &clock, &good, &bad).await;
    server.stop().await;
}

/// An agency that subscribed.
struct Agency<'a> {
    door: &'a Door<'a>,
    client_id: String,
    secret: String,
    subscription: String,
    public_key: String,
}

impl<'a> Agency<'a> {
    async fn connect(door: &'a Door<'a>, code: &str, area: &str, endpoint: &Receiver) -> Self {
        let methods = [
            "SubscriptionService/CreateSubscription",
            "SubscriptionService/GetSubscription",
            "SubscriptionService/EnableSubscription",
            "SubscriptionService/ReplaySubscription",
            "DeliveryService/ListDeliveries",
            "DeliveryService/RedeliverDelivery",
            "DeliveryService/ReconcileDeliveries",
        ];
        let mut methods = methods.map(|name| json!({ "method": format!("hoagiai.gateway.v1.{name}") })).to_vec();
        methods.push(json!({ "method": "hoagiai.registry.v1.DirectoryService/GetDirectoryEntry" }));
        let mut given = policy(json!(methods), &[area], 100_000);
        given["standingPurpose"] = json!("Luật 35/2013/QH13");
        let (consumer, client_id, secret) = door.connect_by_secret(code, given).await;
        let bearer = door.sign_in(&client_id, &secret).await.unwrap();
        let body = json!({
            "eventKinds": ["registry.ContactPublicationChanged"],
            "endpoint": format!("http://{}/hook", endpoint.address),
            "acknowledgmentRule": { "jsonField": "error_code", "acceptedValues": ["0"] },
        });
        let headers = [("authorization", bearer.as_str())];
        let created = door.ask(Method::POST, &format!("/v1/consumers/{consumer}/subscriptions"), &headers, body).await;
        assert_eq!(created.status, StatusCode::OK, "{:?}", created.json());
        let created = created.json();
        assert_eq!(created["signingSecret"], "", "whoever verifies cannot forge");
        let one = &created["subscription"];
        let (subscription, public_key) = (text(&one["subscriptionId"]), text(&one["publicKey"]));
        Self { door, client_id, secret, subscription, public_key }
    }

    async fn bearer(&self) -> String {
        self.door.sign_in_anew(&self.client_id, &self.secret).await
    }

    async fn ask(&self, verb: Method, path: &str, body: Value) -> Value {
        let path = format!("/v1/subscriptions/{}{path}", self.subscription);
        let answer = self.door.ask(verb, &path, &[("authorization", &self.bearer().await)], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.json());
        answer.json()
    }

    async fn state(&self) -> (String, String) {
        let one = self.ask(Method::GET, "", Value::Null).await["subscription"].clone();
        (text(&one["state"]), text(&one["disableReason"]))
    }

    async fn ledger(&self) -> Vec<Value> {
        self.ask(Method::GET, "/deliveries?pageSize=1000", Value::Null).await["deliveries"].as_array().unwrap().clone()
    }

    async fn count(&self, state: &str) -> usize {
        self.ledger().await.iter().filter(|one| one["state"] == format!("DELIVERY_STATE_{state}")).count()
    }

    /// Verifies what came by the text of Standard Webhooks, with another library than what signed it.
    fn verify(&self, id: &str, came: &super::receiver::Came) {
        let key = STANDARD.decode(self.public_key.strip_prefix("whpk_").unwrap()).unwrap();
        let signature = STANDARD.decode(came.signature.strip_prefix("v1a,").unwrap()).unwrap();
        let content = format!("{id}.{}.{}", came.timestamp, came.body);
        UnparsedPublicKey::new(&ED25519, key).verify(content.as_bytes(), &signature).unwrap();
    }
}

async fn the_hour(server: &TestServer, clock: &Arc<ManualClock>, good: &Receiver, bad: &Receiver) {
    load_at(server, Env { clock: clock.clone(), ids: Arc::new(SystemIds) }).await;
    let door = Door::of(server);
    let all = format!("Bearer {}", everybody(server));
    let listed = door.agency(&all, "/v1/mediators?pageSize=500").await.json();
    // Not everybody was elected, and who was not has no contact to publish.
    let in_force = |one: &&Value| one["state"] == "MEDIATOR_STATE_RECOGNIZED";
    let mediators: Vec<Value> = listed["mediators"].as_array().unwrap().iter().filter(in_force).cloned().collect();
    let commune = text(&mediators[0]["communeUnitId"]);
    let here: Vec<String> = mediators
        .iter()
        .filter(|one| one["communeUnitId"] == commune.as_str())
        .map(|one| text(&one["mediatorId"]))
        .collect();
    let elsewhere = mediators.iter().find(|one| one["communeUnitId"] != commune.as_str()).unwrap();

    let steady = Agency::connect(&door, AGENCIES[0], &commune, good).await;
    let troubled = Agency::connect(&door, AGENCIES[1], &commune, bad).await;
    for agency in [&steady, &troubled] {
        until("active", async || agency.state().await.0 == "SUBSCRIPTION_STATE_ACTIVE").await;
    }
    assert_eq!((good.handshakes(), bad.handshakes()), (1, 1));
    others_see_nothing(&door, &steady, &troubled, bad).await;
    let bearer = steady.bearer().await;
    super::spdci::answered_later(&door, ("000.02.00.H26", &bearer), &here[0], good).await;

    // Facts of an hour, while one endpoint is anyhow.
    bad.behave(Manner::Anyhow);
    let publish = async |mediator: &str| {
        let all = format!("Bearer {}", everybody(server));
        let path = format!("/v1/mediators/{mediator}:publishContact");
        let body = json!({ "contact": "0912 345 678", "consentDate": day(2026, 1, 2) });
        let answer = door.ask(Method::POST, &path, &[("authorization", &all)], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.json());
    };
    publish(&text(&elsewhere["mediatorId"])).await;
    let mut facts = 0;
    for _ in 0..30 {
        publish(&here[facts % here.len()]).await;
        facts += 1;
        clock.advance(Duration::from_secs(120));
        // Whoever sends has looked at what is due by then, at the other endpoint too.
        until("the steady one is told", async || good.taken().len() == facts).await;
    }
    until("in line", async || troubled.ledger().await.len() == facts).await;
    until("all acknowledged", async || steady.count("ACKNOWLEDGED").await == facts).await;
    let attempts = bad.asked();
    assert!(troubled.count("ACKNOWLEDGED").await == 0 && attempts >= 4, "{attempts} attempts");
    assert_eq!(good.taken().len(), facts, "what happened elsewhere is not told");
    assert!(good.taken().values().all(|came| came.len() == 1));

    // The endpoint comes to its senses.
    bad.behave(Manner::Good);
    for _ in 0..40 {
        if troubled.count("ACKNOWLEDGED").await == facts {
            break;
        }
        // Longer than any wait of the schedule: something is due.
        let before = bad.asked();
        clock.advance(Duration::from_secs(30 * 3_600));
        until("it is asked", async || bad.asked() > before || troubled.count("ACKNOWLEDGED").await == facts).await;
    }
    until("all acknowledged here too", async || troubled.count("ACKNOWLEDGED").await == facts).await;
    everything_came_and_repeats_are_known(&troubled, bad, facts).await;
    let repeats: usize = bad.taken().values().map(|came| came.len() - 1).sum();
    println!("{facts} facts, {} attempts, {repeats} repeats under the same id, 0 lost", bad.asked());

    reconciled_on_both_sides(&steady, good, clock).await;
    replayed_under_the_same_ids(&steady, good, facts).await;
    gone_and_back(&troubled, (bad, good), async || publish(&here[0]).await).await;
    silent_beside_steady(&troubled, (bad, good), async || publish(&here[0]).await).await;
}

async fn others_see_nothing(door: &Door<'_>, one: &Agency<'_>, other: &Agency<'_>, opened_to_other: &Receiver) {
    let path = format!("/v1/subscriptions/{}", one.subscription);
    let refused = door.ask(Method::GET, &path, &[("authorization", &other.bearer().await)], Value::Null).await;
    assert_eq!((refused.status, refused.reason().as_str()), (StatusCode::NOT_FOUND, "SUBSCRIPTION_NOT_FOUND"));
    let refused = door
        .ask(Method::GET, &format!("{path}/deliveries"), &[("authorization", &other.bearer().await)], Value::Null)
        .await;
    assert_eq!(refused.reason(), "SUBSCRIPTION_NOT_FOUND");
    // Endpoints that would let an agency reach into the city's own network.
    let consumer = door.ask(Method::GET, &path, &[("authorization", &one.bearer().await)], Value::Null).await.json();
    let consumer = text(&consumer["subscription"]["consumerId"]);
    let elsewhere = format!("http://{}/hook", opened_to_other.address);
    for endpoint in
        ["https://10.0.0.1/x", "http://portal.example/x", "https://169.254.169.254/", "https://0xa.1/", &elsewhere]
    {
        let body = json!({ "eventKinds": ["registry.*"], "endpoint": endpoint });
        let path = format!("/v1/consumers/{consumer}/subscriptions");
        let refused = door.ask(Method::POST, &path, &[("authorization", &one.bearer().await)], body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{endpoint}");
        assert!(refused.json().to_string().contains("ENDPOINT_NOT_ALLOWED"), "{endpoint}: {:?}", refused.json());
    }
}

async fn everything_came_and_repeats_are_known(agency: &Agency<'_>, receiver: &Receiver, facts: usize) {
    let (taken, ledger) = (receiver.taken(), agency.ledger().await);
    assert_eq!(taken.len(), facts);
    let ids: BTreeSet<String> = ledger.iter().map(|one| text(&one["deliveryId"])).collect();
    assert_eq!(ids, taken.keys().cloned().collect());
    let mut positions = BTreeSet::new();
    for (id, came) in &taken {
        came.iter().for_each(|one| agency.verify(id, one));
        // A repeat is the same fact, byte for byte, under the same id.
        assert!(came.iter().all(|one| one.body == came[0].body));
        let event = came[0].event();
        assert!(positions.insert(text(&event["sequence"])), "no two deliveries are of one fact");
        let said = event.to_string();
        assert!(!said.contains("0912") && event["data"]["kind"] == "ContactPublicationChanged", "{said}");
    }
}

async fn reconciled_on_both_sides(agency: &Agency<'_>, receiver: &Receiver, clock: &ManualClock) {
    // The facts were put in line on the first simulated day or two: ask for each day.
    let (ledger, taken) = (agency.ledger().await, receiver.taken());
    let last = clock.now().date_in_vietnam();
    let mut checked = 0;
    for back in 0..4 {
        let date = last.plus_days(-back);
        let body = json!({ "day": day(date.year().into(), date.month().into(), date.day().into()) });
        let nothing_had = agency.ask(Method::POST, "/deliveries:reconcile", with(&body, &[])).await;
        let count: usize = text(&nothing_had["ledgerCount"]).parse().unwrap();
        if count == 0 {
            continue;
        }
        assert_eq!(nothing_had["lacking"], Value::Null);
        assert_eq!(nothing_had["lackingIds"].as_array().unwrap().len(), count, "what it lacks is in line again");
        checked += count;
    }
    assert_eq!(checked, ledger.len());
    until("sent again", async || agency.count("ACKNOWLEDGED").await == ledger.len()).await;
    assert!(receiver.taken().iter().all(|(id, came)| came.len() == taken[id].len() + 1));
    let stranger = "00000000-0000-4000-8000-00000000000e";
    let mut had: Vec<String> = taken.keys().cloned().collect();
    had.push(stranger.to_owned());
    let mut matched = 0;
    for back in 0..4 {
        let date = last.plus_days(-back);
        let body = json!({ "day": day(date.year().into(), date.month().into(), date.day().into()) });
        let found = agency.ask(Method::POST, "/deliveries:reconcile", with(&body, &had)).await;
        matched += text(&found["matchedCount"]).parse::<usize>().unwrap();
        assert_eq!(found["lackingIds"], json!([]));
        assert!(found["unknownIds"].as_array().unwrap().contains(&json!(stranger)));
    }
    assert_eq!(matched, ledger.len());
}

fn with(body: &Value, ids: &[String]) -> Value {
    let mut body = body.clone();
    body["deliveryIds"] = json!(ids);
    body
}

async fn replayed_under_the_same_ids(agency: &Agency<'_>, receiver: &Receiver, facts: usize) {
    let before = receiver.taken();
    let body = json!({ "journal": "registry", "afterPosition": "0" });
    let replayed = agency.ask(Method::POST, ":replay", body).await;
    assert_eq!(text(&replayed["deliveryCount"]), facts.to_string());
    until("replayed", async || {
        receiver.taken().iter().all(|(id, came)| before.get(id).is_some_and(|before| came.len() == before.len() + 1))
    })
    .await;
    assert_eq!(receiver.taken().len(), facts);
}

/// One that does not answer keeps nobody waiting but itself.
async fn silent_beside_steady(
    agency: &Agency<'_>,
    (receiver, steady): (&Receiver, &Receiver),
    publish: impl AsyncFn(),
) {
    receiver.behave(Manner::Silent);
    publish().await;
    until("it waits", async || receiver.unanswered().0 == 1).await;
    for _ in 0..2 {
        let before = steady.taken().len();
        publish().await;
        until("the steady one is told", async || steady.taken().len() > before).await;
    }
    assert_eq!(receiver.unanswered(), (1, 0), "still waiting");
    receiver.behave(Manner::Good);
    until("all acknowledged", async || {
        for one in agency.ledger().await.iter().filter(|one| one["state"] == "DELIVERY_STATE_FAILED") {
            let path = format!("/v1/deliveries/{}:redeliver", text(&one["deliveryId"]));
            agency.door.ask(Method::POST, &path, &[("authorization", &agency.bearer().await)], json!({})).await;
        }
        agency.ledger().await.len() == agency.count("ACKNOWLEDGED").await
    })
    .await;
}

async fn gone_and_back(agency: &Agency<'_>, (receiver, steady): (&Receiver, &Receiver), publish: impl AsyncFn()) {
    receiver.behave(Manner::Gone);
    publish().await;
    until("disabled", async || agency.state().await == ("SUBSCRIPTION_STATE_DISABLED".into(), "GONE".into())).await;
    let asked = receiver.asked();
    // Twice, each told to the other endpoint: a look at everything lies between.
    for _ in 0..2 {
        let before = steady.taken().len();
        publish().await;
        until("the steady one is told", async || steady.taken().len() > before).await;
    }
    assert_eq!(receiver.asked(), asked, "nobody knocks at an endpoint that is gone");
    receiver.behave(Manner::Good);
    let before = receiver.taken().len();
    agency.ask(Method::POST, ":enable", json!({})).await;
    until("active again", async || agency.state().await.0 == "SUBSCRIPTION_STATE_ACTIVE").await;
    assert_eq!(receiver.handshakes(), 2, "it was asked anew");
    // What happened while it was gone waits for it; the one that met 410 is due by the schedule, or by hand.
    until("the others came", async || receiver.taken().len() == before + 2).await;
    let failed: Vec<Value> =
        agency.ledger().await.into_iter().filter(|one| one["state"] == "DELIVERY_STATE_FAILED").collect();
    assert_eq!(failed.len(), 1);
    let path = format!("/v1/deliveries/{}:redeliver", text(&failed[0]["deliveryId"]));
    let again = agency.door.ask(Method::POST, &path, &[("authorization", &agency.bearer().await)], json!({})).await;
    assert_eq!(again.status, StatusCode::OK, "{:?}", again.json());
    until("all came", async || receiver.taken().len() == before + 3).await;
    until("all acknowledged", async || agency.ledger().await.len() == agency.count("ACKNOWLEDGED").await).await;
}
