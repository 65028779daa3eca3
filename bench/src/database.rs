//! A durable database for both sides of a comparison: SQLite with synchronous=FULL, or a PostgreSQL cluster of its own with
//! fsync on, removed afterwards.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    str::FromStr,
    sync::Arc,
};

use anyhow::{Context, ensure};
use sqlx::{
    PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tempfile::TempDir;

use crate::bare::Answer;

/// Which engine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// The plain database of a comparison.
pub(crate) struct Bench {
    folder: TempDir,
    sqlite: Option<(SqlitePool, SqlitePool)>,
    postgres: Option<(PgPool, Cluster)>,
}

const TABLE: &str = "CREATE TABLE bare_units (id TEXT PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO bare_units (id, code, name) VALUES ($1, $2, $3)";

impl Bench {
    /// Starts the engine and makes the plain table.
    pub(crate) async fn start(engine: Engine) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut bench = Self { folder, sqlite: None, postgres: None };
        match engine {
            Engine::Sqlite => {
                let path = bench.folder.path().join("bare.db");
                let options = SqliteConnectOptions::from_str(&format!("sqlite://{}", path.display()))?
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full);
                let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
                sqlx::query(TABLE).execute(&writer).await?;
                let readers = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
                bench.sqlite = Some((readers, writer));
            }
            Engine::Postgres => {
                let cluster = Cluster::start(bench.folder.path())?;
                let pool = PgPoolOptions::new().max_connections(16).connect(&cluster.url("postgres")).await?;
                sqlx::query(TABLE).execute(&pool).await?;
                bench.postgres = Some((pool, cluster));
            }
        }
        Ok(bench)
    }

    /// Fills the table and answers some of the ids, spread over it.
    pub(crate) async fn fill(&self, rows: i64) -> anyhow::Result<Arc<[String]>> {
        const FILL: &str = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
            INSERT INTO bare_units (id, code, name) SELECT 'unit-' || CAST(i AS TEXT), CAST(i AS TEXT), 'Phường ' || CAST(i AS TEXT) FROM n";
        match (&self.sqlite, &self.postgres) {
            (Some((_, writer)), _) => {
                sqlx::query(FILL).bind(rows).execute(writer).await?;
            }
            (_, Some((pool, _))) => {
                sqlx::query(FILL).bind(rows).execute(pool).await?;
                sqlx::query("ANALYZE bare_units").execute(pool).await?;
            }
            _ => {}
        }
        let step = usize::try_from((rows / 5_000).max(1))?;
        Ok((1..=rows).step_by(step).map(|i| format!("unit-{i}")).collect())
    }

    /// A bare handler over this database.
    pub(crate) fn answer(&self) -> Answer {
        match (&self.sqlite, &self.postgres) {
            (Some((readers, _)), _) => Answer::Sqlite(readers.clone()),
            (_, Some((pool, _))) => Answer::Postgres(pool.clone()),
            _ => Answer::Echo(Arc::default()),
        }
    }

    /// One durable insert, each in its own transaction.
    pub(crate) fn insert(&self) -> impl Fn(u64) -> Insert + Send + Sync + 'static {
        let sqlite = self.sqlite.as_ref().map(|(_, writer)| writer.clone());
        let postgres = self.postgres.as_ref().map(|(pool, _)| pool.clone());
        move |number| {
            let (sqlite, postgres) = (sqlite.clone(), postgres.clone());
            Box::pin(async move {
                let id = format!("row-{number}");
                if let Some(pool) = sqlite {
                    sqlx::query(INSERT).bind(id).bind("00004").bind("Phường Ba Đình").execute(&pool).await?;
                } else if let Some(pool) = postgres {
                    sqlx::query(INSERT).bind(id).bind("00004").bind("Phường Ba Đình").execute(&pool).await?;
                }
                Ok(())
            })
        }
    }

    /// Where the suite may keep its own files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of another database on the same server; none on SQLite.
    pub(crate) async fn database(&self, name: &'static str) -> anyhow::Result<Option<String>> {
        let Some((pool, cluster)) = &self.postgres else { return Ok(None) };
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(pool).await?;
        Ok(Some(cluster.url(name)))
    }

    /// Stops the engine.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        if let Some((readers, writer)) = self.sqlite {
            readers.close().await;
            writer.close().await;
        }
        if let Some((pool, cluster)) = self.postgres {
            pool.close().await;
            cluster.stop()?;
        }
        Ok(())
    }
}

/// A future of one call.
pub(crate) type Insert = std::pin::Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// A PostgreSQL cluster with its default, durable settings.
struct Cluster {
    bin: PathBuf,
    folder: PathBuf,
}

impl Cluster {
    fn start(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.join("postgres");
        std::fs::create_dir(&folder)?;
        let cluster = Self { bin: binaries()?, folder };
        if root() {
            run(Command::new("chown").arg("postgres").arg(&cluster.folder))?;
            // The server's user must be able to walk to its folder.
            run(Command::new("chmod").arg("o+x").arg(cluster.folder.parent().context("no parent")?))?;
        }
        run(cluster
            .program("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--data-checksums", "-D"])
            .arg(cluster.data()))?;
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c max_connections=100",
            cluster.folder.display()
        );
        run(cluster
            .program("pg_ctl")
            .args(["start", "--wait", "--silent", "--log"])
            .arg(cluster.folder.join("log"))
            .arg("-D")
            .arg(cluster.data())
            .arg("-o")
            .arg(options))?;
        Ok(cluster)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.display())
    }

    fn stop(&self) -> anyhow::Result<()> {
        run(self.program("pg_ctl").args(["stop", "--mode=fast", "--wait", "--silent", "-D"]).arg(self.data()))
    }

    fn program(&self, name: &str) -> Command {
        if root() {
            let mut command = Command::new("runuser");
            command.args(["--user", "postgres", "--"]).arg(self.bin.join(name));
            command
        } else {
            Command::new(self.bin.join(name))
        }
    }
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ensure!(output.as_ref().is_ok_and(std::process::ExitStatus::success), "{command:?} failed: {output:?}");
    Ok(())
}

fn root() -> bool {
    std::env::var("USER").is_ok_and(|user| user == "root")
        || Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.trim_ascii() == b"0")
}

fn binaries() -> anyhow::Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = versions.chain(std::env::split_paths(&path));
    places
        .find(|place| place.join("initdb").is_file())
        .context("PostgreSQL's server binaries are missing: apt-get install postgresql")
}
