//! One database a service, on SQLite or PostgreSQL, behind one `Tx`; the journal that every change is written to; sealed
//! data; requests answered once; consumers of other services' journals. The only crate that names an engine.

mod config;
mod db;
mod error;
mod feed;
mod journal;
mod keys;
mod pool;
mod postgres;
mod requests;
mod seal;
mod shared;
mod sqlite;
mod tx;

pub use config::{DatabaseConfig, EngineUrl, Migrations};
pub use db::{Db, prepare_all};
pub use error::StoreError;
pub use feed::{
    FeedError, FeedSource, FeedStatus, LocalFeed, Projection, ProjectionError, follow, position, quarantined, rebuild,
    replay, wait_for,
};
pub use hoagiai_types as types;
pub use journal::{Checkpoint, Entry, Hash, NewEvent, Origin, Position, Proof, Stream, Version, Witness, verify};
pub use keys::{Keyring, VerifyingKeys};
pub use postgres::create_database;
pub use requests::{Claim, RequestKey};
pub use seal::{DataKeys, KeySubject, Sealed};
pub use shared::Health;
pub use tx::{Committed, Connection, Tx};

/// Runs one expression on whichever engine a [`Tx`] is open on: `on!(tx, |c| sqlx::query(SQL).bind(x).execute(c).await)?`.
/// A statement that fails, or is cut off while it runs, poisons the transaction on both engines alike.
#[macro_export]
macro_rules! on {
    ($tx:expr, |$c:ident| $body:expr) => {{
        let tx: &mut $crate::Tx = $tx;
        match tx.connection().await {
            Ok($crate::Connection::Sqlite($c)) => {
                let result = $body;
                tx.check(result)
            }
            Ok($crate::Connection::Postgres($c)) => {
                let result = $body;
                tx.check(result)
            }
            Err(error) => Err(error),
        }
    }};
}
