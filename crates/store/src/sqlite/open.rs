//! Opening a SQLite file with the settings that make acknowledged writes survive a power cut.

use std::{
    fs,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{Migrations, StoreError, pool::Pool};

/// Before this version two connections that write and checkpoint together could corrupt the file (WAL-reset bug).
const FLOOR: (u32, u32, u32) = (3, 51, 3);

/// What the one writer keeps of the file in memory: 16 MiB. Readers keep the 2 MiB that SQLite gives them.
const WRITER_CACHE: &str = "-16384";

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL loses acknowledged writes in two of three power cuts; FULL loses none.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        // Erased keys and rows are overwritten, not merely unlinked.
        .pragma("secure_delete", "ON")
        // Savepoints keep old pages in a journal of their own: in a file it would be three of four writes of a busy
        // writer, and pages outside of the data folder that nothing erases.
        .pragma("temp_store", "MEMORY")
        // 16 MiB: pages that many requests change go to the file once for all of them.
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864")
        // Not mapped: a disk that fails to read would end the process instead of one statement, and pages of the system's
        // cache would count as this process's memory.
        .pragma("mmap_size", "0")
        .statement_cache_capacity(256)
        .disable_statement_logging()
}

/// Opens (or creates) the file, checks the library, migrates, and answers the connection of the writer.
pub(crate) async fn open(path: &Path, migrations: Migrations) -> Result<SqliteConnection, StoreError> {
    create(path)?;
    let mut conn = SqliteConnection::connect_with(&options(path).pragma("cache_size", WRITER_CACHE)).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut conn).await?;
    if parse_version(&version).is_none_or(|v| v < FLOOR) {
        return Err(StoreError::Refused(format!("SQLite {version} may corrupt its file; 3.51.3 or later is needed")));
    }
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut conn).await?;
    let journal_mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut conn).await?;
    if synchronous != 2 || journal_mode != "wal" {
        return Err(StoreError::Refused(
            "SQLite did not take synchronous=FULL and WAL (a network file system?)".into(),
        ));
    }
    let mut own = sqlx::migrate!("migrations/sqlite");
    own.dangerous_set_table_name("_store_migrations");
    own.run_direct(None, &mut conn, false).await?;
    migrations.sqlite.run_direct(None, &mut conn, false).await?;
    Ok(conn)
}

/// Connections that read: a write on one of them fails, as it does in a reading transaction of PostgreSQL.
pub(crate) async fn readers(path: &Path, count: u32) -> Result<Pool<SqliteConnection>, StoreError> {
    Pool::connect(options(path).pragma("query_only", "ON"), count, None).await
}

fn create(path: &Path) -> Result<(), StoreError> {
    let fail = |e| StoreError::file(path, e);
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => {
            file.sync_all().map_err(fail)?;
            // Without this the file itself may be gone after a power cut, with everything acknowledged in it.
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            fs::File::open(folder).and_then(|f| f.sync_all()).map_err(fail)
        }
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(fail)
        }
        Err(e) => Err(fail(e)),
    }
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = text.split('.').map(|n| n.parse().ok());
    Some((numbers.next()??, numbers.next()??, numbers.next().unwrap_or(Some(0))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parse_version("3.51.3").unwrap() >= FLOOR);
        assert!(parse_version("3.51.2").unwrap() < FLOOR);
        assert!(parse_version("3.9.0").unwrap() < FLOOR);
        assert!(parse_version("4.0").unwrap() > FLOOR);
        assert_eq!(parse_version("x"), None);
    }
}
