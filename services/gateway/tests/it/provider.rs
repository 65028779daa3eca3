//! An identity provider in a process of its own: npm's `oidc-provider`, with a side door (`provider/provider.mjs`).

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// What its tokens are meant for here.
pub(crate) const AUDIENCE: &str = "urn:hoagiai";
/// The secret of every client but the page.
pub(crate) const SECRET: &str = "secret of tests";

/// A running provider; killed when dropped.
pub(crate) struct Provider {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
    redirect: String,
    client: reqwest::Client,
}

impl Provider {
    /// Starts one; `redirect` is where the page takes codes.
    pub(crate) fn start(redirect: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (child, port) = run(folder.path(), 0, redirect);
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Self { child, port, folder, redirect: redirect.to_owned(), client: client.build().unwrap() }
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// As a power cut does it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// On the same port with the same keys.
    pub(crate) fn restart(&mut self) {
        self.child = run(self.folder.path(), self.port, &self.redirect).0;
    }

    /// The side door.
    pub(crate) async fn control(&self, what: &str, said: Value) -> Value {
        let address = format!("{}/control/{what}", self.issuer());
        let answer = self.client.post(address).body(said.to_string()).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// How often its keys were fetched.
    pub(crate) async fn key_fetches(&self) -> u64 {
        self.control("counts", json!({})).await["jwks"].as_u64().unwrap()
    }

    /// A token for the client `one-stop` or `one-stop-rsa`, as a system of an agency gets it.
    pub(crate) async fn token(&self, client: &str) -> String {
        let form = format!("grant_type=client_credentials&resource={AUDIENCE}&scope=hoagiai%3Aregistry");
        let request = self.client.post(format!("{}/token", self.issuer())).body(form).basic_auth(client, Some(SECRET));
        let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        let text = answer.text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    /// A token that says whatever is asked, signed with the provider's own key.
    pub(crate) async fn mint(&self, header: Value, claims: Value) -> String {
        let answer = self.control("mint", json!({ "header": header, "claims": claims })).await;
        answer["token"].as_str().unwrap().to_owned()
    }

    /// The section of the configuration that trusts it.
    pub(crate) fn trusted(&self, jwks: &str) -> String {
        format!(
            "[[identity.issuers]]\nissuer = {:?}\naudience = {AUDIENCE:?}\nalgorithms = [\"ES256\", \"RS256\"]\njwks = {jwks}\n\
             subject_prefix = \"city:\"\nroles = [\"auditor\"]\n",
            self.issuer()
        )
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(folder: &Path, port: u16, redirect: &str) -> (Child, u16) {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools/oidc-provider");
    let there = tools.join("node_modules/oidc-provider/package.json").is_file();
    assert!(there, "npm's oidc-provider is missing: `cargo xtask check --only tools` installs it");
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/provider/provider.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(folder).arg(port.to_string()).arg(redirect).arg(tools);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // It prints warnings first.
    let port = lines.find_map(|line| line.unwrap().strip_prefix("listening ").map(|port| port.parse().unwrap()));
    std::thread::spawn(move || lines.for_each(drop));
    (child, port.unwrap())
}

/// Waits for a condition, with a limit.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}: not within 30 s");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
