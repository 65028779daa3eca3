//! Facts on the bus: a real NATS server that is killed in the middle, and a reader that is not ours. Every fact of every
//! journal is in the stream once, in order, and carries nothing but what happened to which record.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_tests::processes::free_port;
use http::StatusCode;
use serde_json::Value;

use super::{
    agencies::{Door, load},
    everybody, everything, over, tool, until_within,
};

/// A NATS server with a stream on the disk, flushed with every message.
pub(super) struct Nats {
    child: Child,
    config: PathBuf,
    pub(super) address: SocketAddr,
    monitor: SocketAddr,
}

fn run(config: &Path) -> Child {
    let program = tool("nats/bin/nats-server");
    Command::new(program).arg("-c").arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

impl Nats {
    pub(super) fn start(folder: &Path) -> Self {
        let (address, monitor, config) = (free_port().unwrap(), free_port().unwrap(), folder.join("nats.conf"));
        let store = folder.join("store");
        let text = format!(
            "listen: \"{address}\"\nhttp: \"{monitor}\"\njetstream {{ store_dir: {store:?}, sync_interval: always }}\nauthorization {{ token: \"s3cr3t\" }}\n"
        );
        std::fs::write(&config, text).unwrap();
        Self { child: run(&config), config, address, monitor }
    }

    /// As if the machine lost its power, but for the disk.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn restart(&mut self) {
        self.child = run(&self.config);
    }

    /// How many messages its streams hold, as the server itself says; none while it is not up.
    async fn messages(&self) -> u64 {
        if tokio::net::TcpStream::connect(self.monitor).await.is_err() {
            return 0;
        }
        let said: Value = serde_json::from_str(&super::get(self.monitor, "/jsz").await.1).unwrap();
        said["messages"].as_u64().unwrap_or_default()
    }

    /// What is in the stream, as a client that is not ours reads it.
    fn read(&self) -> Vec<Value> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/readers/bus.py");
        let url = format!("nats://s3cr3t@{}", self.address);
        let output = Command::new("python3").arg(script).arg(url).env("PYTHONPATH", tool("nats")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn settings(nats: &Nats) -> String {
    format!("[gateway.bus]\nurl = \"nats://{}\"\ntoken = \"s3cr3t\"", nats.address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fact_is_on_the_bus_once_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let nats = Nats::start(folder.path());
    let server = everything().configuration(&settings(&nats)).start().await.unwrap();
    every_fact_is_on_the_bus_once(&server, nats).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fact_is_on_the_bus_once_on_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let (nats, postgres) = (Nats::start(folder.path()), OwnPostgres::start().unwrap());
    let server = over(&postgres, everything().configuration(&settings(&nats))).await;
    every_fact_is_on_the_bus_once(&server, nats).await;
    server.stop().await;
}

async fn every_fact_is_on_the_bus_once(server: &TestServer, mut nats: Nats) {
    // Each time when the stream has grown, and up again when something has happened that it did not hear of.
    let loaded = AtomicBool::new(false);
    let killing = async {
        for round in 1..=4 {
            until("the stream has grown", async || nats.messages().await >= 400 * round).await;
            nats.kill();
            let before = recorded(server).await;
            until("something happens", async || loaded.load(Ordering::SeqCst) || recorded(server).await > before).await;
            nats.restart();
        }
        nats
    };
    let loading = async {
        load(server).await;
        loaded.store(true, Ordering::SeqCst);
    };
    let (nats, ()) = tokio::join!(killing, loading);
    let heads = heads(server).await;
    let expected: i64 = heads.values().sum();
    let begun = Instant::now();
    let mut found = Vec::new();
    // The reader remembers what it has acknowledged: each round brings what is new.
    while found.len() < usize::try_from(expected).unwrap() && begun.elapsed() < Duration::from_secs(90) {
        found.extend(nats.read());
    }
    let mut of = BTreeMap::<String, Vec<i64>>::new();
    for message in &found {
        let (headers, data) = (&message["headers"], &message["data"]);
        let journal = data["journal"].as_str().unwrap();
        let position = data["position"].as_i64().unwrap();
        assert_eq!(headers["ce-id"], format!("{journal}-{position}"));
        assert_eq!(headers["Nats-Msg-Id"], headers["ce-id"]);
        assert_eq!(
            (&headers["ce-specversion"], &headers["ce-datacontenttype"]),
            (&"1.0".into(), &"application/json".into())
        );
        let kind = data["kind"].as_str().unwrap();
        assert_eq!(message["subject"], format!("hoagiai.{journal}.{kind}"));
        assert_eq!(headers["ce-type"], format!("vn.hoagiai.{journal}.v1.{kind}"));
        // Seven fields: what a case is about, and any name, is not among them.
        assert_eq!(data.as_object().unwrap().len(), 7, "{data}");
        of.entry(journal.to_owned()).or_default().push(position);
    }
    for (journal, head) in &heads {
        let all: Vec<i64> = (1..=*head).collect();
        let got = of.get(journal).map(Vec::as_slice).unwrap_or_default();
        assert!(got == all, "{journal}: {} of {head}, in order and once", got.len());
    }
    println!("{expected} facts of {heads:?} on the bus, each once and in order, with four kills of the server");
}

/// Waits until it holds: a bus that flushes every message takes its time.
pub(super) async fn until(what: &str, holds: impl AsyncFnMut() -> bool) {
    until_within(Duration::from_secs(90), what, holds).await;
}

/// How many facts there are.
async fn recorded(server: &TestServer) -> i64 {
    heads(server).await.values().sum()
}

pub(super) async fn heads(server: &TestServer) -> BTreeMap<String, i64> {
    let (door, all) = (Door::of(server), format!("Bearer {}", everybody(server)));
    let mut heads = BTreeMap::new();
    for journal in ["registry", "cases", "evaluation"] {
        heads.insert(journal.to_owned(), head(&door, &all, journal).await);
    }
    heads
}

/// The position of the last fact. A server that is being filled refuses what is too much for it and says when to come again:
/// who asks comes again then.
async fn head(door: &Door<'_>, bearer: &str, journal: &str) -> i64 {
    let begun = Instant::now();
    loop {
        let answer = door.agency(bearer, &format!("/v1/journals/{journal}/head")).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS && begun.elapsed() < Duration::from_secs(90) {
            let seconds = answer.header("retry-after").parse().unwrap();
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            continue;
        }
        let said = answer.json();
        assert_eq!(answer.status, StatusCode::OK, "{said}");
        return said["position"].as_str().unwrap().parse().unwrap();
    }
}
