//! Makes the database that a URL names, for whoever gives one URL and needs a database a service.

use std::str::FromStr;

use sqlx::{ConnectOptions, Connection, PgConnection, error::ErrorKind, postgres::PgConnectOptions};

use crate::StoreError;

/// `duplicate_database`: another process was faster.
const EXISTS: &str = "42P04";
/// `invalid_catalog_name`: there is no such database.
const ABSENT: &str = "3D000";

/// Makes the database that a PostgreSQL URL names, if the server has none of that name. Answers whether it made it.
///
/// # Errors
/// When the URL is malformed, the server is not to be reached, or the user may not create databases.
pub async fn create_database(url: &str) -> Result<bool, StoreError> {
    // The parser's own error may quote the URL, which may hold a password.
    let options =
        PgConnectOptions::from_str(url).map_err(|_| StoreError::Refused("the PostgreSQL URL is malformed".into()))?;
    let options = options.disable_statement_logging();
    let name = options.get_database().unwrap_or_default().to_owned();
    match PgConnection::connect_with(&options).await {
        Ok(conn) => return Ok(conn.close().await.map(|()| false)?),
        Err(error) if code(&error).as_deref() == Some(ABSENT) => {}
        Err(error) => return Err(error.into()),
    }
    let mut conn = PgConnection::connect_with(&options.database("postgres")).await?;
    // template0: a template1 of another encoding or with objects of its own must not leak in.
    let statement = format!("CREATE DATABASE \"{}\" ENCODING 'UTF8' TEMPLATE template0", name.replace('"', "\"\""));
    let made = match sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut conn).await {
        Ok(_) => true,
        Err(error) if code(&error).as_deref() == Some(EXISTS) => false,
        // Two that create at once may also meet on the name's unique key.
        Err(error) if error.as_database_error().is_some_and(|e| e.kind() == ErrorKind::UniqueViolation) => false,
        Err(error) => return Err(error.into()),
    };
    conn.close().await?;
    Ok(made)
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}
