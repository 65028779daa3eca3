//! A fact that is followed over SPDCI and a server that is killed before the notice is taken: the program as it is shipped. What
//! happened is told by the server that comes after, under the reference under which it was tried.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use hoagiai_identity::{
    Area, Grant, Role,
    token::{Issuer, NewToken},
};
use hoagiai_runtime::LOCAL_ISSUER;
use hoagiai_spdci::conformance::{Kind, faults};
use hoagiai_testkit::engines::OwnPostgres;
use hoagiai_tests::processes::{free_port, program};
use hoagiai_types::Env;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::{
    DATABASES,
    agencies::{day, text},
    client::{Answer, send},
    receiver::{Manner, Receiver},
    until, until_within,
};

const KILLS: usize = 4;
/// What a server was sending when it was killed is due again after so long.
const LEASE: Duration = Duration::from_secs(30);

/// A process; dropped, it is killed.
struct Serving(Child);

impl Serving {
    /// As `kill -9` does.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A sandbox that is served again and again.
struct Sandbox {
    data: PathBuf,
    http: SocketAddr,
    endpoint: SocketAddr,
    agency: Value,
    /// The variables that say where its databases are, unless in its folder.
    databases: Vec<(String, String)>,
}

impl Sandbox {
    /// A process that serves it, once the front listens.
    async fn serve(&self) -> Serving {
        let mut command = Command::new(program("hoagiai").unwrap());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HOAGIAI")) {
            command.env_remove(name);
        }
        command
            .envs(self.databases.iter().cloned())
            .arg("sandbox")
            .arg("--data")
            .arg(&self.data)
            .args(["--listen", "127.0.0.1:0"]);
        command.arg("--http").arg(self.http.to_string()).arg("--webhook").arg(self.endpoint.to_string());
        let serving = Serving(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        until("the front listens", async || TcpStream::connect(self.http).await.is_ok()).await;
        serving
    }

    /// The first agency, once the city is there and it is connected.
    async fn agency(data: &Path) -> Value {
        let mut first = None;
        until_within(Duration::from_secs(180), "an agency is connected", async || {
            let all = std::fs::read_to_string(data.join("sandbox.json")).ok();
            let all = all.and_then(|text| serde_json::from_str::<Vec<Value>>(&text).ok()).unwrap_or_default();
            first = all.into_iter().next();
            first.is_some()
        })
        .await;
        first.unwrap()
    }

    /// What is on its way to the agency, or was.
    async fn ledger(&self, bearer: &str) -> Vec<Value> {
        let path = format!("/v1/consumers/{}/callbacks?pageSize=100", text(&self.agency["consumer_id"]));
        let all = self.ask(Method::GET, &path, bearer, Value::Null).await.json();
        all["callbacks"].as_array().unwrap().clone()
    }

    /// Notices so far.
    async fn in_line(&self) -> usize {
        let ledger = self.ledger(&self.bearer().await).await;
        ledger.iter().filter(|one| one["action"] == "notify").count()
    }

    async fn ask(&self, verb: Method, path: &str, bearer: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json"), ("authorization", bearer), ("x-purpose", "th%E1%BB%AD")];
        let body = if verb == Method::GET { String::new() } else { body.to_string() };
        send(self.http, (verb, path), &headers, body).await
    }

    async fn bearer(&self) -> String {
        let (id, secret) = (text(&self.agency["client_id"]), text(&self.agency["client_secret"]));
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = send(self.http, (Method::POST, "/oauth/token"), &headers, form).await;
        format!("Bearer {}", text(&answer.json()["access_token"]))
    }

    /// Whoever may do everything that no single office may.
    fn everybody(&self) -> String {
        let issuer = Issuer::open(&self.data.join("keys").join("issuer.pem"), LOCAL_ISSUER, "hoagiai").unwrap();
        let grants = Role::ALL.iter().map(|role| Grant::of(*role, Area::Everywhere)).collect();
        let (env, token) = (Env::system(), NewToken::for_subject("everybody", grants));
        let now = env.now();
        format!("Bearer {}", issuer.mint(&token, now, env.ids.next_uuid(now)).unwrap().token)
    }

    async fn follows(&self, endpoint: &Arc<Receiver>) {
        let bearer = self.bearer().await;
        let body = json!({
            "eventKinds": ["registry.UnitEnded"], "endpoint": format!("http://{}/hook", endpoint.address),
        });
        let path = format!("/v1/consumers/{}/subscriptions", text(&self.agency["consumer_id"]));
        let made = self.ask(Method::POST, &path, &bearer, body).await.json();
        let path = format!("/v1/subscriptions/{}", text(&made["subscription"]["subscriptionId"]));
        until("the endpoint consents", async || {
            let one = self.ask(Method::GET, &path, &bearer, Value::Null).await.json();
            one["subscription"]["state"] == "SUBSCRIPTION_STATE_ACTIVE"
        })
        .await;
        let message = json!({
            "header": {
                "message_id": "k1", "message_ts": "2026-11-27T08:00:00+07:00", "action": "subscribe", "total_count": 1,
                "sender_id": self.agency["agency_code"], "sender_uri": format!("http://{}", endpoint.address),
            },
            "message": {
                "transaction_id": "t-k1",
                "subscribe_request": [{
                    "reference_id": "ceased", "timestamp": "2026-11-27T08:00:00+07:00",
                    "subscribe_criteria": {
                        "reg_event_type": "MediatorCeased", "notify_record_type": "Mediator",
                        "filter": { "type": "UNIT_ID", "value": self.agency["area_unit_id"] },
                    },
                }],
            },
        });
        let ack = self.ask(Method::POST, "/registry/subscribe", &bearer, message).await.json();
        assert_eq!(ack["message"]["ack_status"], "ACK", "{ack}");
        until("on-subscribe", async || endpoint.callbacks().iter().any(|(path, _)| path == "/registry/on-subscribe"))
            .await;
    }
}

/// Who was told of, by the reference of the event.
fn told(messages: &[(String, Value)]) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    for (_, message) in messages.iter().filter(|(path, _)| path == "/registry/notify") {
        assert_eq!(faults(Kind::Notify, message), Vec::<String>::new(), "{message}");
        for event in message["message"]["notify_event"].as_array().unwrap() {
            let who = text(&event["data"]["reg_records"][0]["mediator_id"]);
            let before = told.insert(text(&event["reference_id"]), who.clone());
            assert!(before.is_none_or(|before| before == who), "one reference, one event");
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_followed_is_told_after_a_kill_on_sqlite() {
    what_is_followed_is_told_after_a_kill(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_followed_is_told_after_a_kill_on_postgresql() {
    let postgres = OwnPostgres::start().unwrap();
    let mut databases = Vec::new();
    for (journal, database) in DATABASES {
        let section = format!("HOAGIAI__{}__DATABASE__", journal.to_uppercase());
        databases.push((section.clone() + "URL", postgres.create_database(database).await.unwrap()));
        databases.push((section + "ACCEPT_UNSAFE_SERVER", "true".to_owned()));
    }
    what_is_followed_is_told_after_a_kill(databases).await;
}

async fn what_is_followed_is_told_after_a_kill(databases: Vec<(String, String)>) {
    let work = tempfile::tempdir().unwrap();
    let endpoint = Receiver::start().await;
    let data = work.path().join("sandbox");
    let (http, agency) = (free_port().unwrap(), Value::Null);
    let sandbox = Sandbox { data: data.clone(), http, endpoint: endpoint.address, agency, databases };
    let mut serving = sandbox.serve().await;
    let sandbox = Sandbox { agency: Sandbox::agency(&data).await, ..sandbox };
    sandbox.follows(&endpoint).await;
    let listed = sandbox.ask(Method::GET, "/v1/mediators?pageSize=200", &sandbox.everybody(), Value::Null).await;
    let listed = listed.json()["mediators"].as_array().unwrap().clone();
    let in_force = listed.iter().filter(|one| one["state"] == "MEDIATOR_STATE_RECOGNIZED" && one["leader"] != true);
    let mediators: Vec<String> = in_force.map(|one| text(&one["mediatorId"])).take(KILLS).collect();
    assert_eq!(mediators.len(), KILLS);

    endpoint.behave(Manner::Failing);
    for (round, mediator) in mediators.iter().enumerate() {
        let yesterday = Env::system().today().plus_days(-1);
        let died = day(yesterday.year().into(), yesterday.month().into(), yesterday.day().into());
        let body = json!({ "deathDate": died, "evidence": "Trích lục khai tử số 12" });
        let path = format!("/v1/mediators/{mediator}:recordDeath");
        let answer = sandbox.ask(Method::POST, &path, &sandbox.everybody(), body).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.json());
        // Before the fact is in line, when a notice has been tried, and when the notice of the fact waits.
        match round {
            0 => {}
            1 => until("a notice is tried", async || !told(&endpoint.refused()).is_empty()).await,
            _ => until("it is in line", async || sandbox.in_line().await == round + 1).await,
        }
        serving.kill();
        serving = sandbox.serve().await;
    }
    let tried = told(&endpoint.refused());
    endpoint.behave(Manner::Good);
    // The ones that failed are due by the schedule, or by hand.
    let bearer = sandbox.bearer().await;
    let through = async || {
        for one in sandbox.ledger(&bearer).await {
            if one["state"] == "CALLBACK_STATE_FAILED" {
                let path = format!("/v1/callbacks/{}:redeliver", text(&one["callbackId"]));
                sandbox.ask(Method::POST, &path, &bearer, json!({})).await;
            }
        }
        told(&endpoint.callbacks()).len() == KILLS
    };
    until_within(LEASE + Duration::from_secs(30), "everything is told", through).await;
    let told = told(&endpoint.callbacks());
    let mut who: Vec<&String> = told.values().collect();
    who.sort();
    let mut expected: Vec<&String> = mediators.iter().collect();
    expected.sort();
    assert_eq!(who, expected, "each once, and nobody else");
    assert!(
        !tried.is_empty() && tried.iter().all(|(reference, who)| told.get(reference) == Some(who)),
        "under the same reference"
    );
    println!(
        "{KILLS} kills between a fact and its notice: 0 lost, {} tried before under the same reference",
        tried.len()
    );
}
