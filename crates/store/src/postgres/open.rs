//! Opening a PostgreSQL database with limits on every wait, and refusing a server that may lose acknowledged writes.

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{DatabaseConfig, Migrations, StoreError, pool::Pool};

/// What a writing connection is told first: the claim of a request id, so that it can be asked for in one message with
/// the BEGIN. Text comes as bytes, for the reason given where it is sent.
const PREPARE_CLAIM: &str = "PREPARE hoagiai_claim (BYTEA, UUID, BYTEA, BYTEA, BIGINT) AS
    INSERT INTO requests (caller, request_id, method, digest, created_at)
    VALUES (convert_from($1, 'UTF8'), $2, convert_from($3, 'UTF8'), $4,
        TIMESTAMPTZ '1970-01-01 00:00:00+00' + $5 * INTERVAL '1 microsecond')
    ON CONFLICT (caller, request_id) DO NOTHING";

/// Generated columns, covering indexes and partitioned keys as we use them.
const FLOOR: i64 = 130_000;

pub(crate) struct Opened {
    pub(crate) readers: Pool<PgConnection>,
    pub(crate) writers: Pool<PgConnection>,
    /// Two connections of its own, so that numbering never waits behind the writers that wait for it.
    pub(crate) sequencer: PgPool,
}

pub(crate) async fn open(
    url: &str,
    config: &DatabaseConfig,
    journal: &str,
    readers: u32,
    migrations: Migrations,
) -> Result<Opened, StoreError> {
    // The parser's own error may quote the URL, which may hold a password.
    let options =
        PgConnectOptions::from_str(url).map_err(|_| StoreError::Refused("the PostgreSQL URL is malformed".into()))?;
    let options = options
        .application_name(&format!("hoagiai-{journal}"))
        .statement_cache_capacity(256)
        .disable_statement_logging();
    let limited = options.clone().options([
        ("statement_timeout", "30s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("standard_conforming_strings", "on"),
        ("timezone", "UTC"),
    ]);
    let reading = options.clone().options([
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "60s"),
        ("default_transaction_read_only", "on"),
        ("timezone", "UTC"),
    ]);
    let mut conn = sqlx::PgConnection::connect_with(&options).await?;
    check_server(&mut conn, config.accept_unsafe_server).await?;
    let mut own = sqlx::migrate!("migrations/postgres");
    own.dangerous_set_table_name("_store_migrations");
    own.run_direct(None, &mut conn, false).await?;
    migrations.postgres.run_direct(None, &mut conn, false).await?;
    conn.close().await?;
    Ok(Opened {
        readers: Pool::connect(reading, readers, None).await?,
        writers: Pool::connect(limited.clone(), config.writers.unwrap_or(16).max(1), Some(PREPARE_CLAIM)).await?,
        sequencer: sequencer_pool().connect_with(limited.options([("lock_timeout", "10s")])).await?,
    })
}

fn sequencer_pool() -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        // A ping before every use would be one more trip each; only a connection that rested may have died unseen.
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for > Duration::from_secs(1) { conn.ping().await.map(|()| true) } else { Ok(true) }
            })
        })
}

async fn check_server(conn: &mut sqlx::PgConnection, accept_unsafe: bool) -> Result<(), StoreError> {
    let version: String = sqlx::query_scalar("SHOW server_version_num").fetch_one(&mut *conn).await?;
    if version.parse::<i64>().unwrap_or(0) < FLOOR {
        return Err(StoreError::Refused(format!("PostgreSQL 13 or later is needed, this is {version}")));
    }
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut *conn).await?;
    if encoding != "UTF8" {
        return Err(StoreError::Refused(format!("the database must be encoded in UTF8, not {encoding}")));
    }
    if accept_unsafe {
        return Ok(());
    }
    for (show, name) in [
        ("SHOW fsync", "fsync"),
        ("SHOW full_page_writes", "full_page_writes"),
        ("SHOW synchronous_commit", "synchronous_commit"),
    ] {
        let value: String = sqlx::query_scalar(show).fetch_one(&mut *conn).await?;
        if value == "off" {
            return Err(StoreError::Refused(format!("{name} is off: acknowledged writes may be lost in a power cut")));
        }
    }
    Ok(())
}
