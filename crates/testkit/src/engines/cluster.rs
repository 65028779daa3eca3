//! The PostgreSQL server of the tests: one throw-away cluster for all test processes of this user, started by the first and
//! stopped by a watcher once nobody has used it for a while.

use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use anyhow::{Context, Result, bail, ensure};
use hoagiai_store::{Db, Migrations};
use hoagiai_types::{Env, SystemIds};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

const MISSING: &str = "no PostgreSQL for the tests: set TEST_POSTGRES_URL to a server on which databases may be created, or \
    install one (Debian: apt-get install postgresql), whose initdb is then found in PATH or /usr/lib/postgresql/*/bin";

/// A server that databases can be made on.
#[derive(Clone)]
pub(super) struct Server {
    /// URL without the database's name, and what follows the name.
    base: String,
    tail: String,
}

impl Server {
    pub(super) fn get() -> Result<Self> {
        static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
        let server = SERVER.get_or_init(|| Self::find().map_err(|e| format!("{e:#}")));
        server.clone().map_err(anyhow::Error::msg)
    }

    fn find() -> Result<Self> {
        if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
            let (url, tail) = url.split_once('?').map_or((url.as_str(), String::new()), |(u, t)| (u, format!("?{t}")));
            let (base, _) = url.rsplit_once('/').filter(|(b, _)| !b.ends_with('/')).unwrap_or((url, ""));
            return Ok(Self { base: base.to_owned(), tail });
        }
        let socket = Cluster::join()?;
        Ok(Self { base: "postgres://postgres@localhost".into(), tail: format!("?host={}", socket.display()) })
    }

    pub(super) fn url(&self, database: &str) -> String {
        format!("{}/{database}{}", self.base, self.tail)
    }

    async fn admin(&self) -> Result<PgConnection> {
        let options: PgConnectOptions = self.url("postgres").parse()?;
        options
            .disable_statement_logging()
            .connect()
            .await
            .context("the PostgreSQL server of the tests does not answer")
    }

    /// Makes a database whose schema is migrated, from a template that the first test of each binary makes.
    pub(super) async fn database(&self, journal: &'static str, migrations: Migrations) -> Result<String> {
        let mut admin = self.admin().await?;
        let template = template_name(journal, migrations)?;
        // The lock is on the server, so that two test processes do not both make the template.
        sqlx::query("SELECT pg_advisory_lock(722001)").execute(&mut admin).await?;
        let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
            .bind(&template)
            .fetch_one(&mut admin)
            .await?;
        if !exists {
            let draft = format!("{template}_draft");
            run(&mut admin, format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await?;
            run(&mut admin, format!("CREATE DATABASE {draft}")).await?;
            let config = super::config_of(self, &draft, Path::new("/nonexistent"));
            let env = Env { ids: std::sync::Arc::new(SystemIds), ..Env::system() };
            Db::open(&config, journal, migrations, super::keys(), env).await?.close().await;
            run(&mut admin, format!("ALTER DATABASE {draft} RENAME TO {template}")).await?;
        }
        // Numbers of processes come round again while a server of the tests lives on.
        let env = Env::system();
        let name = format!("test_{}", env.ids.next_uuid(env.now()).simple());
        run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
        admin.close().await?;
        Ok(name)
    }

    pub(super) async fn drop_database(&self, name: &str) {
        if let Ok(mut admin) = self.admin().await {
            let _ = run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

pub(super) async fn run(conn: &mut PgConnection, statement: String) -> Result<()> {
    // Names are made of hexadecimal digits and fixed words above.
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(conn).await?;
    Ok(())
}

/// One template a test binary, journal and set of migrations: a rebuilt binary never meets an older schema.
fn template_name(journal: &str, migrations: Migrations) -> Result<String> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let exe = std::env::current_exe()?;
    let mut hasher = DefaultHasher::new();
    let built = fs::metadata(&exe)?;
    (exe, built.mtime(), built.mtime_nsec(), journal).hash(&mut hasher);
    for migration in migrations.postgres.iter() {
        migration.checksum.hash(&mut hasher);
    }
    Ok(format!("template_{:016x}", hasher.finish()))
}

/// The throw-away cluster in the system's folder for temporary files.
pub(super) struct Cluster {
    home: PathBuf,
    bin: PathBuf,
    as_root: bool,
}

impl Cluster {
    /// Starts the cluster or joins a running one; answers the folder of its socket.
    fn join() -> Result<PathBuf> {
        let uid = fs::metadata("/proc/self")?.uid();
        let home = std::env::temp_dir().join(format!("hoagiai-postgres-{uid}"));
        fs::create_dir_all(&home)?;
        ensure!(fs::metadata(&home)?.uid() == uid, "{} belongs to somebody else", home.display());
        let cluster = Self::in_folder(home)?;
        // Held until this process ends: the watcher stops the server only when nobody holds it.
        let users = lock_file(&cluster.home.join("users"))?;
        let start = lock_file(&cluster.home.join("start"))?;
        start.lock()?;
        users.lock_shared()?;
        Box::leak(Box::new(users));
        if !cluster.answers() {
            cluster.start()?;
        }
        Ok(cluster.socket())
    }

    /// A cluster in a folder, not started.
    pub(super) fn in_folder(home: PathBuf) -> Result<Self> {
        let as_root = fs::metadata("/proc/self")?.uid() == 0;
        Ok(Self { home, bin: find_binaries().context(MISSING)?, as_root })
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.home.join("server")
    }

    fn answers(&self) -> bool {
        self.socket().join("data/postmaster.pid").exists()
            && quiet(Command::new(self.bin.join("pg_isready")).arg("-h").arg(self.socket()))
                .status()
                .is_ok_and(|s| s.success())
    }

    /// A command of the server's own user, because PostgreSQL refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let path = self.bin.join(program);
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir("/");
        command
    }

    fn start(&self) -> Result<()> {
        let server = self.socket();
        if server.join("data").exists() {
            let _ = self.stop_at_once();
            fs::remove_dir_all(&server)?;
        }
        self.make()?;
        // No test that uses this cluster tests durability: those start a server of their own.
        self.launch("-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=400")?;
        self.watch()
    }

    /// Makes the data folder of the server.
    pub(super) fn make(&self) -> Result<()> {
        let server = self.socket();
        fs::create_dir_all(&server)?;
        if self.as_root {
            ensure!(
                Command::new("chown").arg("postgres").arg(&server).status()?.success(),
                "there is no user `postgres` to run the server as"
            );
        }
        let mut make = self.command("initdb");
        make.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--data-checksums", "-D"])
            .arg(server.join("data"));
        let made = make.output()?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        Ok(())
    }

    /// Starts the server on its socket and waits until it answers.
    pub(super) fn launch(&self, settings: &str) -> Result<()> {
        let server = self.socket();
        let log = server.join("log");
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c shared_buffers=64MB -c autovacuum_naptime=5s {settings}",
            server.display()
        );
        let mut start = self.command("pg_ctl");
        start
            .args(["start", "-w", "-t", "60", "-D"])
            .arg(server.join("data"))
            .arg("-l")
            .arg(&log)
            .arg("-o")
            .arg(options);
        if !quiet(&mut start).status()?.success() {
            bail!("the throw-away PostgreSQL did not start: {}", fs::read_to_string(&log).unwrap_or_default());
        }
        Ok(())
    }

    /// Stops the server at once, as a loss of power of its machine would end it.
    pub(super) fn stop_at_once(&self) -> Result<()> {
        let data = self.socket().join("data");
        let stopped = quiet(self.command("pg_ctl").args(["stop", "-m", "immediate", "-w", "-D"]).arg(data)).status()?;
        ensure!(stopped.success(), "the throw-away PostgreSQL did not stop");
        Ok(())
    }

    /// A shell loop outlives every test process, and ends the server when none has held the lock for ten looks.
    fn watch(&self) -> Result<()> {
        let stop = if self.as_root {
            format!("runuser -u postgres -- {}/pg_ctl", self.bin.display())
        } else {
            format!("{}/pg_ctl", self.bin.display())
        };
        let script = format!(
            "cd / ; idle=0
             while [ $idle -lt 10 ]; do
               if flock -n {home}/users true; then idle=$((idle+1)); else idle=0; fi
               [ -e {home}/server/data/postmaster.pid ] || exit 0
               sleep 3
             done
             exec flock {home}/start sh -c 'flock -n {home}/users true && {{ {stop} stop -m immediate -D {home}/server/data; rm -rf {home}/server; }}'",
            home = self.home.display(),
        );
        quiet(Command::new("sh").arg("-c").arg(script).process_group(0)).spawn()?;
        Ok(())
    }
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn lock_file(path: &Path) -> Result<fs::File> {
    Ok(fs::OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?)
}

/// The folder that has initdb, pg_ctl and postgres; the newest of Debian's.
fn find_binaries() -> Result<PathBuf> {
    let complete =
        |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).exists());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        let mut debian: Vec<PathBuf> = versions.filter_map(|v| Some(v.ok()?.path().join("bin"))).collect();
        debian
            .sort_by_key(|p| std::cmp::Reverse(p.parent().and_then(|v| v.file_name()?.to_str()?.parse::<u32>().ok())));
        folders.extend(debian);
    }
    let folder = folders.into_iter().find(complete).context("initdb, pg_ctl and postgres were not found")?;
    // A link in PATH leads to the folder where all the server's programs are.
    let program = fs::canonicalize(folder.join("initdb"))?;
    Ok(program.parent().map_or(folder, Path::to_path_buf))
}
