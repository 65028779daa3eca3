//! Prints how many durable writes a second each way of writing reaches, 64 in flight:
//! `cargo run --release -p hoagiai-store --example write_rate -- sqlite:///tmp/rate.db [seconds]`. Each run starts by asking
//! what a bare insert costs on the same engine and machine, because only the ratio means anything.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hoagiai_store::{
    Claim, DatabaseConfig, Db, EngineUrl, Keyring, Migrations, NewEvent, Origin, RequestKey, StoreError, Stream, on,
};
use hoagiai_types::{Date, Env, Uuid};
use sqlx::{ConnectOptions, Connection};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const BARE: &str = "INSERT INTO bare (id, name, body) VALUES ($1, $2, $3)";
const TABLE_SQLITE: &str =
    "CREATE TABLE IF NOT EXISTS bare (id BLOB PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL) STRICT";
const TABLE_POSTGRES: &str =
    "CREATE TABLE IF NOT EXISTS bare (id UUID PRIMARY KEY, name TEXT NOT NULL, body BYTEA NOT NULL)";
const IN_FLIGHT: u64 = 64;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let url = args.next().ok_or("usage: write_rate URL [SECONDS]")?;
    let limit = Duration::from_secs(args.next().map_or(Ok(5), |s| s.parse())?);
    let mut config = DatabaseConfig::at(&url);
    config.writers = Some(32);
    let db = Db::open(&config, "rate", Migrations::NONE, Arc::new(Keyring::from_seed(1)), Env::system()).await?;
    let bare = bare(&config, limit).await?;
    println!("bare insert, a commit each              {bare:>8.0} /s");
    for (name, sealed) in
        [("claimed, journaled, chained, numbered  ", false), ("the same with a new sealed subject each ", true)]
    {
        let counted = db.clone();
        let work = move |_| {
            let db = counted.clone();
            async move { write(&db, sealed).await }
        };
        let rate = measure(limit, work).await?;
        println!("{name}{rate:>8.0} /s  {:.2} of bare", rate / bare);
    }
    db.close().await;
    Ok(())
}

/// The thing to compare with: one INSERT, one commit, plain sqlx, the same durability.
async fn bare(config: &DatabaseConfig, limit: Duration) -> Result<f64, Failure> {
    let env = Env::system();
    match config.engine()? {
        EngineUrl::Sqlite(path) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let options = options.synchronous(sqlx::sqlite::SqliteSynchronous::Full).disable_statement_logging();
            let mut conn = options.connect().await?;
            sqlx::query(TABLE_SQLITE).execute(&mut conn).await?;
            let (start, mut done) = (Instant::now(), 0_u32);
            while start.elapsed() < limit {
                let id = env.new_id::<()>().uuid();
                sqlx::query(BARE).bind(id).bind("Tổ hòa giải số 7").bind(&[7_u8; 200][..]).execute(&mut conn).await?;
                done += 1;
            }
            let rate = f64::from(done) / start.elapsed().as_secs_f64();
            conn.close().await?;
            Ok(rate)
        }
        EngineUrl::Postgres(url) => {
            let options: sqlx::postgres::PgConnectOptions = url.parse()?;
            let pool = sqlx::postgres::PgPoolOptions::new().max_connections(32).test_before_acquire(false);
            let pool = pool.connect_with(options.disable_statement_logging()).await?;
            sqlx::query(TABLE_POSTGRES).execute(&pool).await?;
            let work = move |_| {
                let (pool, id) = (pool.clone(), env.new_id::<()>().uuid());
                async move {
                    sqlx::query(BARE).bind(id).bind("Tổ hòa giải số 7").bind(&[7_u8; 200][..]).execute(&pool).await?;
                    Ok(())
                }
            };
            measure(limit, work).await
        }
    }
}

/// A whole use case: claim, table, event, settle, commit.
async fn write(db: &Db, sealed: bool) -> Result<(), StoreError> {
    let env = db.env();
    let id = env.new_id::<()>().uuid();
    let request_id = Some(Uuid::from_u128(!id.as_u128()));
    let request = RequestKey { caller: "officer".into(), request_id, method: "registry.Plan", digest: [7; 32] };
    let origin = Origin { actor: "officer".into(), purpose: None, request_id, record_time: env.now() };
    let mut tx = db.write().await?;
    if tx.claim(&request).await? != Claim::New {
        return Ok(());
    }
    let body = if sealed { tx.seal(id.into(), "team.name", &[7; 200]).await?.to_bytes() } else { vec![7; 200] };
    on!(&mut tx, |c| sqlx::query(BARE).bind(id).bind("Tổ hòa giải số 7").bind(&body).execute(c).await.map(drop))?;
    let event = NewEvent { kind: "TeamPlanned", valid_time: Date::from_days_since_epoch(20_000), payload: body };
    tx.append(Stream::new("team", id), 0, &origin, &[event]).await?;
    tx.settle(&request, id).await?;
    tx.commit().await?;
    Ok(())
}

async fn measure<F>(limit: Duration, work: impl Fn(u64) -> F + Clone + Send + 'static) -> Result<f64, Failure>
where
    F: Future<Output = Result<(), StoreError>> + Send + 'static,
{
    let (done, start) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let mut tasks = Vec::new();
    for n in 0..IN_FLIGHT {
        let (done, work) = (done.clone(), work.clone());
        tasks.push(tokio::spawn(async move {
            while start.elapsed() < limit {
                work(n).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, StoreError>(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64())
}
