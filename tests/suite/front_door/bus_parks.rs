//! A bus that is configured later, and refuses some facts for good: those are parked and counted, the rest goes on in order, and
//! what is parked comes when it is asked for, once.

use std::{collections::BTreeMap, path::Path, process::Command};

use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_types::Env;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    agencies::{Door, day, load_of, text},
    bus::{Nats, heads, until},
    everybody, everything, tool,
};

/// What `readers/stream.py` says.
fn stream(nats: &Nats, arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/readers/stream.py");
    let url = format!("nats://s3cr3t@{}", nats.address);
    let mut python = Command::new("python3");
    let output = python.arg(script).arg(url).args(arguments).env("PYTHONPATH", tool("nats")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Positions in the stream, in its order, by journal.
fn on_the_bus(nats: &Nats) -> BTreeMap<String, Vec<i64>> {
    let mut of = BTreeMap::<String, Vec<i64>>::new();
    for line in stream(nats, &["read"]).lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        of.entry(text(&message["journal"])).or_default().push(message["position"].as_i64().unwrap());
    }
    of
}

/// The same servers on the same data, as an operator restarts them with other settings.
struct Installation {
    folder: tempfile::TempDir,
    databases: Vec<(&'static str, String)>,
}

impl Installation {
    async fn start(&self, more: &str) -> TestServer {
        let folder = format!("[data]\nfolder = {:?}\n{more}", self.folder.path());
        let mut starting = everything().configuration(&folder);
        for (journal, url) in &self.databases {
            starting = starting.database(journal, url);
        }
        starting.start().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_bus_refuses_is_parked_on_sqlite() {
    let installation = Installation { folder: tempfile::tempdir().unwrap(), databases: Vec::new() };
    what_the_bus_refuses_is_parked(&installation).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_bus_refuses_is_parked_on_postgresql() {
    let (postgres, mut databases) = (OwnPostgres::start().unwrap(), Vec::new());
    for (journal, database) in super::DATABASES {
        databases.push((journal, postgres.create_database(database).await.unwrap()));
    }
    what_the_bus_refuses_is_parked(&Installation { folder: tempfile::tempdir().unwrap(), databases }).await;
}

fn shows(server: &TestServer, line: &str) -> bool {
    let metrics = server.server().metrics();
    let plain =
        |said: &str| said.replace(r#",otel_scope_name="hoagiai""#, "").replace(r#"otel_scope_name="hoagiai","#, "");
    metrics.lines().any(|said| plain(said) == line)
}

async fn publish(server: &TestServer) {
    let (door, all) = (Door::of(server), format!("Bearer {}", everybody(server)));
    let listed = door.agency(&all, "/v1/mediators?pageSize=1&state=MEDIATOR_STATE_RECOGNIZED").await.json();
    let path = format!("/v1/mediators/{}:publishContact", text(&listed["mediators"][0]["mediatorId"]));
    let body = json!({ "contact": "0912 345 678", "consentDate": day(2026, 1, 2) });
    let answer = door.ask(Method::POST, &path, &[("authorization", &all)], body).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.json());
}

fn all(head: i64) -> Vec<i64> {
    (1..=head).collect()
}

async fn what_the_bus_refuses_is_parked(installation: &Installation) {
    let folder = tempfile::tempdir().unwrap();
    let nats = Nats::start(folder.path());
    let bus = format!("[gateway.bus]\nurl = \"nats://{}\"\ntoken = \"s3cr3t\"\n", nats.address);

    // A city that has no bus yet, and then one that begins with the first fact. The stream takes no facts of cases.
    let server = installation.start("").await;
    load_of(&server, installation.folder.path(), Env::system()).await;
    let heads = heads(&server).await;
    server.stop().await;
    stream(&nats, &["set", "hoagiai.registry.>,hoagiai.evaluation.>", "-1"]);
    let server = installation.start(&format!("{bus}begin = \"start\"")).await;
    let parked = format!("hoagiai_gateway_bus_parked{{journal=\"cases\"}} {}", heads["cases"]);
    until("all of cases is parked", async || shows(&server, &parked)).await;
    until("the others are on the bus", async || {
        let of = on_the_bus(&nats);
        of.get("registry") == Some(&all(heads["registry"])) && of.get("evaluation") == Some(&all(heads["evaluation"]))
    })
    .await;

    // One that is too large for the stream, and one after it that is not.
    stream(&nats, &["set", "hoagiai.registry.>,hoagiai.evaluation.>", "64"]);
    publish(&server).await;
    until("it is parked", async || shows(&server, "hoagiai_gateway_bus_parked{journal=\"registry\"} 1")).await;
    stream(&nats, &["set", "hoagiai.>", "-1"]);
    publish(&server).await;
    let (large, next) = (heads["registry"] + 1, heads["registry"] + 2);
    until("the next is on the bus", async || on_the_bus(&nats)["registry"].last() == Some(&next)).await;
    assert!(!on_the_bus(&nats)["registry"].contains(&large) && !on_the_bus(&nats).contains_key("cases"));
    alerts_name_what_is_shown(&server.server().metrics());
    server.stop().await;

    // Asked for once: it comes, in order; the same id again brings nothing.
    let again = format!("{bus}[gateway.bus.replay]\nid = \"mended\"\nparked = true");
    let server = installation.start(&again).await;
    until("what was parked came", async || {
        let of = on_the_bus(&nats);
        of.get("cases") == Some(&all(heads["cases"])) && of["registry"].last() == Some(&large)
    })
    .await;
    until("nothing is parked", async || shows(&server, "hoagiai_gateway_bus_parked{journal=\"cases\"} 0")).await;
    let before = on_the_bus(&nats);
    server.stop().await;
    let server = installation.start(&again).await;
    publish(&server).await;
    until("a further one came", async || on_the_bus(&nats)["registry"].last() == Some(&(next + 1))).await;
    let mut expected = before;
    expected.get_mut("registry").unwrap().push(next + 1);
    assert_eq!(on_the_bus(&nats), expected, "and nothing else");
    server.stop().await;
}

/// An alert on a number that nobody shows never rings.
fn alerts_name_what_is_shown(metrics: &str) {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/prometheus/alerts.yaml");
    let rules = std::fs::read_to_string(rules).unwrap();
    let expressions = rules.lines().filter_map(|line| line.trim().strip_prefix("expr:"));
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let named: Vec<&str> =
        expressions.flat_map(|line| line.split(word)).filter(|word| word.starts_with("hoagiai_")).collect();
    assert!(named.len() >= 10, "{named:?}");
    for name in named {
        let shown =
            metrics.lines().any(|line| line.starts_with(&format!("{name}{{")) || line.starts_with(&format!("{name} ")));
        assert!(shown, "{name} is not shown: {metrics}");
    }
}
