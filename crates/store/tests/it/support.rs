//! What the tests of the store share.

use hoagiai_store::{Db, NewEvent, Origin, RequestKey, Stream, on};
use hoagiai_types::{Date, Timestamp, Uuid};

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
pub(crate) async fn append(
    db: &Db,
    stream: Stream,
    expected: i64,
    payload: &[u8],
) -> Result<i64, hoagiai_store::StoreError> {
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

/// Rows of a query that counts.
pub(crate) async fn count(db: &Db, sql: &'static str) -> i64 {
    let mut tx = db.read().await.unwrap();
    on!(&mut tx, |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
}

/// An instant, for short.
pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}
