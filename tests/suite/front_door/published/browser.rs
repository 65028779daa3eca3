//! A real browser at the front door: a page of an allowed origin calls by the published client for browsers, in gRPC-Web and
//! in Connect, and by `fetch` over REST; to a page of another origin the browser itself gives none of the answers.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::Path as Asked,
    response::Html,
    routing::{get, post},
};
use hoagiai_testkit::{
    engines::OwnPostgres,
    server::{Starting, TestServer},
};
use http::{StatusCode, header};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

use super::{
    super::{everything, over, services},
    Errand, tool,
};

const PAGE: &str = include_str!("../../readers/browser.html");
const SCRIPT: &str = include_str!("../../readers/browser.js");
/// A browser that was started for the first time takes its time, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(90);
/// How the page calls beside REST.
const WAYS: [&str; 3] = ["grpc-web", "connect-proto", "connect-json"];

/// The server of a portal's page, at an origin of its own.
struct Portal {
    listener: TcpListener,
    address: SocketAddr,
}

impl Portal {
    async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the page tells after it was opened in a browser with these settings.
    async fn opened(self, errand: &Errand) -> Value {
        tool("connect/node_modules/@connectrpc/connect-web");
        let (tell, mut said) = mpsc::channel::<Value>(1);
        let (url, settings) = (self.origin(), errand.0.to_string());
        let router = Router::new()
            .route("/", get(async || Html(PAGE)))
            .route("/page.js", get(async || ([(header::CONTENT_TYPE, "text/javascript")], SCRIPT)))
            .route("/settings", get(async move || settings))
            .route("/contracts", get(async || hoagiai_proto::DESCRIPTORS))
            .route("/modules/{*path}", get(module))
            .route(
                "/said",
                post(async move |body: Bytes| tell.send(serde_json::from_slice(&body).unwrap()).await.unwrap()),
            );
        let serving = tokio::spawn(async move { axum::serve(self.listener, router).await.unwrap() });
        let folder = tempfile::tempdir().unwrap();
        let browser = Browser::open(folder.path(), &url);
        let said = tokio::time::timeout(PATIENCE, said.recv()).await;
        drop(browser);
        serving.abort();
        said.unwrap_or_else(|_| panic!("the page told nothing; the browser: {}", log_of(folder.path()))).unwrap()
    }
}

/// A module of the published client, where the tools are.
async fn module(Asked(path): Asked<String>) -> Result<([(header::HeaderName, &'static str); 1], Vec<u8>), StatusCode> {
    let file = tool("connect/node_modules").join(&path);
    let found = std::fs::read(file).map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(([(header::CONTENT_TYPE, "text/javascript")], found))
}

fn log_of(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// Chromium without a window; it ends with this value.
struct Browser(Child);

impl Browser {
    /// What every start says: nothing of the user's, nothing to the outside.
    fn command(folder: &Path) -> Command {
        let mut command = Command::new("chromium");
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]);
        command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
        command
    }

    fn open(folder: &Path, url: &str) -> Self {
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let mut command = Self::command(folder);
        // With a port for debuggers, which nobody uses, it stays until it is ended.
        command.arg("--remote-debugging-port=0").arg(url);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        Self(child.unwrap_or_else(|error| panic!("chromium: {error}: run `cargo xtask check --only tools`")))
    }

    /// A page as the browser has it after its scripts have run.
    async fn read(url: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut command = tokio::process::Command::from(Self::command(folder.path()));
        command.args(["--virtual-time-budget=30000", "--dump-dom", url]).stderr(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_an_allowed_origin_calls_in_every_way_on_sqlite() {
    let portal = Portal::bind().await;
    let server = front(&portal).start().await.unwrap();
    a_page_calls_in_every_way(&server, portal).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_an_allowed_origin_calls_in_every_way_on_postgresql() {
    let (portal, postgres) = (Portal::bind().await, OwnPostgres::start().unwrap());
    let server = over(&postgres, front(&portal)).await;
    a_page_calls_in_every_way(&server, portal).await;
    server.stop().await;
}

/// The front door, which lets the pages of a portal call.
fn front(portal: &Portal) -> Starting {
    let origin = portal.origin();
    services().configuration(&format!("[gateway]\nlisten = \"127.0.0.1:0\"\nallowed_origins = [\"{origin}\"]"))
}

async fn a_page_calls_in_every_way(server: &TestServer, portal: Portal) {
    let errand = Errand::of(server).await;
    let read = errand.get(&format!("/v1/units/{}", errand.ward())).await;
    let said = portal.opened(&errand).await;
    assert!(said.get("broken").is_none(), "{said:#}");

    let rest = &said["rest"];
    assert_eq!((&rest["whole"], rest["etag"].as_str()), (&read.json(), Some(read.header("etag"))), "{said:#}");
    assert_eq!((&rest["again"], &rest["stranger"]), (&json!(304), &json!([401, 16])), "{said:#}");
    assert!(rest["request"].as_str().is_some_and(|id| !id.is_empty()), "{said:#}");

    let teams = WAYS.map(|way| errand.fulfilled(&said[way]));
    assert!(teams.iter().all(|team| *team == teams[0]), "one effect: {teams:?}");
    errand.streamed(&said["grpc-web"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_origin_is_kept_from_every_answer() {
    let (allowed, other) = (Portal::bind().await, Portal::bind().await);
    let server = front(&allowed).start().await.unwrap();
    let errand = Errand::of(&server).await;
    let said = other.opened(&errand).await;
    assert!(said.get("broken").is_none(), "{said:#}");
    assert_eq!(said["rest"]["kept"], "TypeError", "{said:#}");
    for way in WAYS {
        for call in ["whole", "missing", "stranger", "faulty", "planned"] {
            assert_eq!(said[way][call]["code"], "Unknown", "{way} {call}: {said:#}");
            assert!(said[way][call].get("answer").is_none(), "{way} {call}: {said:#}");
        }
    }
    assert_eq!((&said["grpc-web"]["ended"]["code"], &said["grpc-web"]["positions"]), (&json!("Unknown"), &json!([])));
    // Nothing of it reached the registry either: the browser asked for leave first.
    let teams = errand.get(&format!("/v1/teams?unitId={}", errand.ward())).await;
    assert_eq!(teams.json()["teams"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_to_try_calls_shows_the_calls() {
    let server = everything().start().await.unwrap();
    let address = server.server().face("http").unwrap();
    let shown = Browser::read(&format!("http://{address}/docs")).await;
    for service in ["DirectoryService", "ConsumerService", "CaseService"] {
        assert!(shown.contains(service), "{service} is not on the page: {shown}");
    }
}
