//! A server on port 0 for the tests of a service: real layers, real tokens, a folder of its own that goes away with it.

use std::sync::Arc;

use hoagiai_identity::{
    Grant,
    token::{Lifetime, NewToken},
};
use hoagiai_rpc::channel::{Outgoing, Peer};
use hoagiai_runtime::{Launch, Part, Server, config::Source};
use hoagiai_store::Keyring;
use hoagiai_types::Env;

/// What is to be started; made by [`of`].
pub struct Starting {
    parts: Vec<Part>,
    env: Env,
    configuration: String,
}

/// A server of these parts: `server::of([Part::new("registry", hoagiai_registry::service)]).start().await?`.
pub fn of(parts: impl IntoIterator<Item = Part>) -> Starting {
    Starting { parts: parts.into_iter().collect(), env: Env::system(), configuration: String::new() }
}

impl Starting {
    /// Other time and ids than the system's. Tokens are judged by this time too.
    #[must_use]
    pub fn env(mut self, env: Env) -> Self {
        self.env = env;
        self
    }

    /// More configuration (TOML), over that of the tests.
    #[must_use]
    pub fn configuration(mut self, more: &str) -> Self {
        self.configuration.push_str(more);
        self.configuration.push('\n');
        self
    }

    /// The database of a part, such as a fresh one on PostgreSQL. Without: a SQLite file in the server's own folder.
    #[must_use]
    pub fn database(self, part: &str, url: &str) -> Self {
        self.configuration(&format!("[{part}.database]\nurl = {url:?}\naccept_unsafe_server = true"))
    }

    /// Starts; everything is ready when this returns.
    ///
    /// # Errors
    /// Whatever keeps a part from serving.
    pub async fn start(self) -> anyhow::Result<TestServer> {
        let folder = tempfile::tempdir()?;
        let base = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nconnections_per_address = 1000\ndrain_delay = \"0ms\"\n\
             [admin]\nlisten = \"127.0.0.1:0\"\n[load]\ndefault_deadline = \"30s\"\n[data]\nfolder = {:?}\n",
            folder.path()
        );
        let tree = Source::text(base).with_layer(self.configuration).load()?;
        let launch = Launch::new("test", tree).env(self.env.clone()).keys(Arc::new(Keyring::from_seed(7)));
        let server = self.parts.into_iter().fold(launch, Launch::part).start().await?;
        Ok(TestServer { server, env: self.env, folder })
    }
}

/// A running server; dropped, it aborts and its folder is removed.
pub struct TestServer {
    server: Server,
    env: Env,
    folder: tempfile::TempDir,
}

impl TestServer {
    /// The server.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The folder of its databases and keys.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A token for an account in these roles.
    ///
    /// # Errors
    /// The local issuer is not in use, or the token would be too long.
    pub fn token(&self, subject: &str, grants: Vec<Grant>) -> anyhow::Result<String> {
        self.mint(NewToken { lifetime: Lifetime::Standard, ..NewToken::for_subject(subject, grants) })
    }

    /// Any token.
    ///
    /// # Errors
    /// As [`TestServer::token`].
    pub fn mint(&self, token: NewToken) -> anyhow::Result<String> {
        let issuer = self.server.identity().issuer().ok_or_else(|| anyhow::anyhow!("no local issuer"))?;
        let now = self.env.now();
        Ok(issuer.mint(&token, now, self.env.ids.next_uuid(now))?.token)
    }

    /// A channel over the network that calls as this account: for `XServiceClient::new(…)`.
    ///
    /// # Errors
    /// As [`TestServer::token`].
    pub fn calling_as(&self, subject: &str, grants: Vec<Grant>) -> anyhow::Result<Peer> {
        let token = self.token(subject, grants)?;
        Ok(Outgoing::new(Arc::new(move || Some(token.clone()))).unlimited().over(self.server.channel()?))
    }

    /// A channel without credentials.
    ///
    /// # Errors
    /// Never for a bound address; the type is tonic's.
    pub fn anonymous(&self) -> anyhow::Result<Peer> {
        Ok(Outgoing::anonymous().unlimited().over(self.server.channel()?))
    }

    /// Stops in order and keeps the folder, for a test that starts again on the same data.
    pub async fn stop(self) -> tempfile::TempDir {
        self.server.shutdown().await;
        self.folder
    }
}
