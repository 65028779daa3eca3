//! A fresh database on each engine for every test: SQLite in a folder of its own, PostgreSQL in a database made from a
//! template on `TEST_POSTGRES_URL` or on a throw-away cluster. A missing PostgreSQL fails a test; it never skips one.

mod cluster;
mod own;

pub use own::OwnPostgres;

use std::{future::Future, ops::Deref, sync::Arc, time::Duration};

use hoagiai_store::{DatabaseConfig, Db, Keyring, Migrations, StoreError};
use hoagiai_types::{Env, ManualClock, SystemIds, Timestamp};

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// Server.
    Postgres,
}

/// Runs each named `async fn(TestDb)` on both engines, as `sqlite::name` and `postgres::name`. Once a module.
#[macro_export]
macro_rules! on_each_engine {
    ($migrations:expr; $($test:ident),+ $(,)?) => {
        fn migrations_under_test() -> ::hoagiai_store::Migrations {
            $migrations
        }
        mod sqlite {
            $(#[test]
            fn $test() {
                $crate::engines::run($crate::engines::Engine::Sqlite, super::migrations_under_test(), super::$test);
            })+
        }
        mod postgres {
            $(#[test]
            fn $test() {
                $crate::engines::run($crate::engines::Engine::Postgres, super::migrations_under_test(), super::$test);
            })+
        }
    };
}

/// The same for each named `async fn(Engine)`, which starts servers of its own. Once a module.
#[macro_export]
macro_rules! serve_on_each_engine {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::engines::Engine::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::engines::Engine::Postgres).await;
            })+
        }
    };
}

/// A database made for one test, gone after it. Dereferences to its `Db`.
pub struct TestDb {
    /// The open database.
    pub db: Db,
    /// Its clock, at 2025-07-01 09:00 in Việt Nam until moved.
    pub clock: Arc<ManualClock>,
    /// How it was opened.
    pub config: DatabaseConfig,
    /// Which engine it is on.
    pub engine: Engine,
    journal: &'static str,
    migrations: Migrations,
    folder: Arc<tempfile::TempDir>,
    server: Option<cluster::Server>,
    name: String,
}

impl Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

impl TestDb {
    /// A fresh database of the journal `test`.
    pub async fn fresh(engine: Engine, migrations: Migrations) -> anyhow::Result<Self> {
        Self::of(engine, "test", migrations).await
    }

    /// A fresh database of a named journal.
    pub async fn of(engine: Engine, journal: &'static str, migrations: Migrations) -> anyhow::Result<Self> {
        let start = Timestamp::parse("2025-07-01T02:00:00Z").unwrap_or_default();
        Self::at(engine, journal, migrations, Arc::new(ManualClock::new(start))).await
    }

    /// Another fresh database on the same engine with the same clock: the other side of a feed.
    pub async fn another(&self, journal: &'static str, migrations: Migrations) -> anyhow::Result<Self> {
        Self::at(self.engine, journal, migrations, self.clock.clone()).await
    }

    async fn at(
        engine: Engine,
        journal: &'static str,
        migrations: Migrations,
        clock: Arc<ManualClock>,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (config, server, name) = match engine {
            Engine::Sqlite => (DatabaseConfig::sqlite(folder.path().join("test.db")), None, String::new()),
            Engine::Postgres => {
                let server = cluster::Server::get()?;
                let name = server.database(journal, migrations).await?;
                (config_of(&server, &name, folder.path()), Some(server), name)
            }
        };
        let db = open(&config, journal, migrations, clock.clone()).await?;
        Ok(Self { db, clock, config, engine, journal, migrations, folder: Arc::new(folder), server, name })
    }

    /// Opens the same database once more, as another replica or the same one after a crash would.
    ///
    /// # Errors
    /// Those of [`Db::open`].
    pub async fn open_again(&self) -> Result<Db, StoreError> {
        open(&self.config, self.journal, self.migrations, self.clock.clone()).await
    }

    /// A folder that is removed with the database.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The file of a SQLite database.
    #[must_use]
    pub fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("test.db")
    }

    /// Closes and removes the database.
    pub async fn remove(self) {
        self.db.close().await;
        if let Some(server) = self.server {
            server.drop_database(&self.name).await;
        }
    }
}

/// The keys of every test database, so that a template made by one test opens in another.
#[must_use]
pub fn keys() -> Arc<Keyring> {
    Arc::new(Keyring::from_seed(1))
}

fn config_of(server: &cluster::Server, name: &str, folder: &std::path::Path) -> DatabaseConfig {
    let mut config = DatabaseConfig::at(server.url(name));
    // Small pools: many tests share one throw-away server.
    (config.readers, config.writers) = (Some(4), Some(12));
    config.accept_unsafe_server = true;
    config.witness = Some(folder.join("test.witness"));
    config
}

async fn open(
    config: &DatabaseConfig,
    journal: &'static str,
    migrations: Migrations,
    clock: Arc<ManualClock>,
) -> Result<Db, StoreError> {
    Db::open(config, journal, migrations, keys(), Env { clock, ids: Arc::new(SystemIds) }).await
}

/// Runs one test on a fresh database, with a limit of two minutes.
///
/// # Panics
/// When the test does, takes too long, or no database can be had.
pub fn run<F: Future<Output = ()>>(engine: Engine, migrations: Migrations, test: impl FnOnce(TestDb) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            let db = TestDb::fresh(engine, migrations).await?;
            let (server, name) = (db.server.clone(), db.name.clone());
            let ended = tokio::time::timeout(Duration::from_secs(120), test(db)).await;
            if let Some(server) = server {
                server.drop_database(&name).await;
            }
            ended.map_err(|_| anyhow::anyhow!("the test did not end within two minutes"))
        })
    });
    if let Err(error) = outcome {
        panic!("{error:#}");
    }
}
