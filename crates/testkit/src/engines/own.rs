//! A PostgreSQL server of a test's own, durable as in production, that the test may stop and start.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result};
use sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions};

use super::cluster::Cluster;

/// As an operator would run it: every commit waits for the disk.
const SETTINGS: &str = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c max_connections=200";

/// A running PostgreSQL server; stopped and removed when dropped.
pub struct OwnPostgres {
    cluster: Cluster,
    home: PathBuf,
}

impl OwnPostgres {
    /// Makes and starts a server.
    ///
    /// # Errors
    /// PostgreSQL's server programs are not installed, or it does not start.
    pub fn start() -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Not in a private folder: the server runs as a user of its own, which has to reach it.
        let home = std::env::temp_dir().join(format!("hoagiai-own-postgres-{}-{number}", std::process::id()));
        fs::create_dir_all(&home)?;
        let own = Self { cluster: Cluster::in_folder(home.clone())?, home };
        own.cluster.make()?;
        own.cluster.launch(SETTINGS)?;
        Ok(own)
    }

    /// The URL of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.cluster.socket().display())
    }

    /// Makes an empty database; answers its URL.
    ///
    /// # Errors
    /// The server does not answer, or there is such a database.
    pub async fn create_database(&self, name: &'static str) -> Result<String> {
        let options: PgConnectOptions = self.url("postgres").parse()?;
        let mut admin = options.disable_statement_logging().connect().await.context("the server does not answer")?;
        super::cluster::run(&mut admin, format!("CREATE DATABASE {name}")).await?;
        admin.close().await?;
        Ok(self.url(name))
    }

    /// Stops the server as a loss of power would, without asking anybody.
    ///
    /// # Errors
    /// It does not stop.
    pub fn stop_at_once(&self) -> Result<()> {
        self.cluster.stop_at_once()
    }

    /// Starts it again; it recovers what was committed.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_again(&self) -> Result<()> {
        self.cluster.launch(SETTINGS)
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        let _ = self.cluster.stop_at_once();
        let _ = fs::remove_dir_all(&self.home);
    }
}
