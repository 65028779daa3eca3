//! An entry of the journal and the canonical bytes that its hash covers.

use std::sync::Arc;

use aws_lc_rs::digest;
use hoagiai_types::{Date, Timestamp, Uuid};

use crate::StoreError;

/// Place of an entry in the journal of its service: 1, 2, 3 … without a gap. 0 is before the first.
pub type Position = i64;
/// Place of an entry in its stream: 1, 2, 3 … without a gap. 0 is a stream that does not exist yet.
pub type Version = i64;
/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// What happened to one thing: a team, a case, a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stream {
    /// The kind of thing: `team`.
    pub kind: &'static str,
    /// Which one.
    pub id: Uuid,
}

impl Stream {
    /// The stream of `id`.
    #[must_use]
    pub fn new(kind: &'static str, id: impl Into<Uuid>) -> Self {
        Self { kind, id: id.into() }
    }
}

/// A fact to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its name: `TeamPlanned`.
    pub kind: &'static str,
    /// The day on which it became true, as opposed to the instant at which it was recorded.
    pub valid_time: Date,
    /// The encoded event message. Personal content inside is sealed.
    pub payload: Vec<u8>,
}

/// Who records, why, in answer to which request and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Subject of the caller.
    pub actor: String,
    /// The purpose that the caller stated.
    pub purpose: Option<String>,
    /// The request id of the caller.
    pub request_id: Option<Uuid>,
    /// The instant of recording.
    pub record_time: Timestamp,
}

/// A recorded fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the journal.
    pub position: Position,
    /// Kind of the stream.
    pub stream_kind: String,
    /// Id of the stream.
    pub stream_id: Uuid,
    /// Place in the stream.
    pub stream_version: Version,
    /// Name of the fact.
    pub kind: String,
    /// The day on which it became true.
    pub valid_time: Date,
    /// The instant at which it was recorded.
    pub record_time: Timestamp,
    /// Who recorded it.
    pub actor: String,
    /// Why.
    pub purpose: Option<String>,
    /// In answer to which request.
    pub request_id: Option<Uuid>,
    /// The encoded event message.
    pub payload: Vec<u8>,
    /// Hash of the chain up to and including this entry.
    pub hash: Hash,
}

impl Entry {
    /// The leaf that this entry is in the Merkle tree of journal `journal`: SHA-256 of 0x00 and the canonical bytes
    /// (RFC 6962). Whoever holds the entry can compute it and check a [`crate::Proof`].
    #[must_use]
    pub fn leaf(&self, journal: &str) -> Hash {
        leaf(&Fields {
            journal,
            stream_kind: &self.stream_kind,
            stream_id: self.stream_id,
            stream_version: self.stream_version,
            kind: &self.kind,
            valid_time: self.valid_time,
            record_time: self.record_time,
            actor: &self.actor,
            purpose: self.purpose.as_deref(),
            request_id: self.request_id,
            payload: &self.payload,
        })
    }
}

/// An entry that is appended but has no position yet.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) stream: Stream,
    pub(crate) stream_version: Version,
    pub(crate) event: NewEvent,
    pub(crate) origin: Arc<Origin>,
    pub(crate) leaf: Hash,
    /// Whether its transaction appended nothing to the stream before.
    pub(crate) first: bool,
}

impl Pending {
    pub(crate) fn new(
        journal: &str,
        stream: Stream,
        stream_version: Version,
        event: NewEvent,
        origin: Arc<Origin>,
        first: bool,
    ) -> Self {
        let leaf = leaf(&Fields {
            journal,
            stream_kind: stream.kind,
            stream_id: stream.id,
            stream_version,
            kind: event.kind,
            valid_time: event.valid_time,
            record_time: origin.record_time,
            actor: &origin.actor,
            purpose: origin.purpose.as_deref(),
            request_id: origin.request_id,
            payload: &event.payload,
        });
        Self { stream, stream_version, event, origin, leaf, first }
    }
}

/// What the canonical bytes are made of.
struct Fields<'a> {
    journal: &'a str,
    stream_kind: &'a str,
    stream_id: Uuid,
    stream_version: Version,
    kind: &'a str,
    valid_time: Date,
    record_time: Timestamp,
    actor: &'a str,
    purpose: Option<&'a str>,
    request_id: Option<Uuid>,
    payload: &'a [u8],
}

/// Canonical bytes: a tag with the format's version, then each field in the order above. Text and bytes are preceded by
/// their length (u64, big endian), so that no two entries share bytes; an optional field by 0 or 1; numbers are 8 bytes
/// big endian; a date is its ten characters. The journal's name is inside, so that no entry passes for another service's.
fn leaf(fields: &Fields<'_>) -> Hash {
    let mut hasher = digest::Context::new(&digest::SHA256);
    hasher.update(&[0]);
    hasher.update(b"hoagiai.journal.entry.v1\n");
    let mut bytes = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    bytes(fields.journal.as_bytes());
    bytes(fields.stream_kind.as_bytes());
    bytes(fields.stream_id.as_bytes());
    bytes(&fields.stream_version.to_be_bytes());
    bytes(fields.kind.as_bytes());
    bytes(fields.valid_time.to_string().as_bytes());
    bytes(&fields.record_time.as_micros().to_be_bytes());
    bytes(fields.actor.as_bytes());
    match fields.purpose {
        None => bytes(&[]),
        // An empty purpose is not the absence of one: the mark in front keeps them apart.
        Some(purpose) => {
            bytes(&[1]);
            bytes(purpose.as_bytes());
        }
    }
    match &fields.request_id {
        None => bytes(&[]),
        Some(id) => bytes(id.as_bytes()),
    }
    bytes(fields.payload);
    to_hash(hasher.finish().as_ref())
}

pub(crate) fn to_hash(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    let n = bytes.len().min(32);
    hash[..n].copy_from_slice(&bytes[..n]);
    hash
}

/// A row of the journal as both engines give it.
#[derive(sqlx::FromRow)]
pub(crate) struct EntryRow {
    pub(crate) position: i64,
    pub(crate) stream_kind: String,
    pub(crate) stream_id: Uuid,
    pub(crate) stream_version: i64,
    pub(crate) kind: String,
    pub(crate) valid_time: Date,
    pub(crate) record_time: Timestamp,
    pub(crate) actor: String,
    pub(crate) purpose: Option<String>,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) payload: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl TryFrom<EntryRow> for Entry {
    type Error = StoreError;

    fn try_from(row: EntryRow) -> Result<Self, StoreError> {
        let hash =
            row.hash.as_slice().try_into().map_err(|_| StoreError::inconsistent("journal", "hash", row.position))?;
        Ok(Self {
            position: row.position,
            stream_kind: row.stream_kind,
            stream_id: row.stream_id,
            stream_version: row.stream_version,
            kind: row.kind,
            valid_time: row.valid_time,
            record_time: row.record_time,
            actor: row.actor,
            purpose: row.purpose,
            request_id: row.request_id,
            payload: row.payload,
            hash,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(
        (kind, actor, purpose, payload): (String, String, Option<String>, Vec<u8>),
        (id, version, time, request): (u128, i64, i64, Option<u128>),
    ) -> Entry {
        Entry {
            position: 1,
            stream_kind: "team".into(),
            stream_id: Uuid::from_u128(id),
            stream_version: version,
            kind,
            valid_time: Date::from_days_since_epoch(time % 100_000),
            record_time: Timestamp::from_micros(time),
            actor,
            purpose,
            request_id: request.map(Uuid::from_u128),
            payload,
            hash: [0; 32],
        }
    }

    proptest! {
        #[test]
        fn two_entries_share_a_leaf_only_when_they_are_equal(
            a in ("[ab]{0,3}", "[ab]{0,3}", proptest::option::of("[ab]{0,2}"), proptest::collection::vec(0u8..2, 0..3)),
            b in ("[ab]{0,3}", "[ab]{0,3}", proptest::option::of("[ab]{0,2}"), proptest::collection::vec(0u8..2, 0..3)),
            n in (0u128..2, 1i64..3, 0i64..3, proptest::option::of(0u128..2)),
            m in (0u128..2, 1i64..3, 0i64..3, proptest::option::of(0u128..2)),
        ) {
            let (x, y) = (entry(a, n), entry(b, m));
            prop_assert_eq!(x == y, x.leaf("registry") == y.leaf("registry"));
            prop_assert_ne!(x.leaf("registry"), x.leaf("cases"));
        }
    }

    #[test]
    fn the_canonical_bytes_never_change() {
        let entry = entry(
            ("TeamPlanned".into(), "officer".into(), Some("duty".into()), vec![1, 2, 3]),
            (7, 1, 1_751_328_000_000_000, Some(9)),
        );
        let hex: String = entry.leaf("registry").iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "28a5af1f772b4590f62845c011d01e9287a454ce56d86651d800e949449bce8b");
    }
}
