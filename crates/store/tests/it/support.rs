//! What the tests of the store share.

use hoagiai_store::{Db, Migrations, NewEvent, Origin, RequestKey, StoreError, Stream, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid, text};

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("tests/migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("tests/migrations/postgres");

/// A table of teams, and one for what a projection keeps.
pub(crate) const TEAMS: Migrations = Migrations { sqlite: &SQLITE, postgres: &POSTGRES };

/// An event with a payload.
pub(crate) fn event(payload: &[u8]) -> NewEvent {
    NewEvent { kind: "TeamPlanned", valid_time: Date::new(2025, 7, 1).unwrap(), payload: payload.to_vec() }
}

/// Who records in these tests.
pub(crate) fn origin(db: &Db) -> Origin {
    Origin { actor: "officer".into(), purpose: Some("duty".into()), request_id: None, record_time: db.env().now() }
}

/// A team's stream.
pub(crate) fn team(n: u128) -> Stream {
    Stream::new("team", Uuid::from_u128(n))
}

/// Appends one event to a stream at a version, in a transaction of its own.
pub(crate) async fn append(db: &Db, stream: Stream, expected: i64, payload: &[u8]) -> Result<i64, StoreError> {
    let mut tx = db.write().await?;
    tx.append(stream, expected, &origin(db), &[event(payload)]).await?;
    Ok(tx.commit().await?.position)
}

/// A request of `caller`.
pub(crate) fn request(caller: &str, id: u128, body: u8) -> RequestKey {
    RequestKey {
        caller: caller.into(),
        request_id: Some(Uuid::from_u128(id)),
        method: "registry.Plan",
        digest: [body; 32],
    }
}

const INSERT: &str =
    "INSERT INTO teams (id, name, name_key, size, created_at, revision) VALUES ($1, $2, $3, $4, $5, 1)";

/// Inserts a team.
pub(crate) async fn insert(tx: &mut Tx, n: u128, name: &str, size: i64, at: Timestamp) -> Result<(), StoreError> {
    let key = text::fold(name);
    on!(tx, |c| sqlx::query(INSERT)
        .bind(Uuid::from_u128(n))
        .bind(name)
        .bind(&key)
        .bind(size)
        .bind(at)
        .execute(c)
        .await
        .map(drop))
}

/// The number that a query counts.
pub(crate) async fn count(db: &Db, sql: &'static str) -> i64 {
    let mut tx = db.read().await.unwrap();
    on!(&mut tx, |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
}

/// Runs a statement in a transaction of its own.
pub(crate) async fn run(db: &Db, sql: &'static str) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    on!(&mut tx, |c| sqlx::query(sql).execute(c).await.map(drop))?;
    tx.commit().await.map(drop)
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `n`.
    pub(crate) fn roll(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}
