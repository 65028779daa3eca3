//! Entries and checkpoints of the store as messages of the contract, and back.

use hoagiai_proto::journal::v1 as pb;
use hoagiai_store::{Checkpoint, Entry};
use hoagiai_types::{Timestamp, Uuid};

use crate::convert;

pub(super) fn entry(entry: Entry) -> pb::Entry {
    pb::Entry {
        position: entry.position,
        stream_kind: entry.stream_kind,
        stream_id: entry.stream_id.to_string(),
        stream_version: entry.stream_version,
        kind: entry.kind,
        valid_date: Some(convert::date(entry.valid_time)),
        record_time: Some(entry.record_time.to_proto()),
        actor: entry.actor,
        purpose: entry.purpose.unwrap_or_default(),
        request_id: entry.request_id.map(|id| id.to_string()).unwrap_or_default(),
        payload: entry.payload,
        hash: entry.hash.to_vec(),
    }
}

/// None if the message is no entry: another service is then at fault.
pub(super) fn read_entry(entry: pb::Entry) -> Option<Entry> {
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    Some(Entry {
        position: entry.position,
        stream_kind: entry.stream_kind,
        stream_id: entry.stream_id.parse::<Uuid>().ok()?,
        stream_version: entry.stream_version,
        kind: entry.kind,
        valid_time: convert::read_date(entry.valid_date.as_ref()?)?,
        record_time: Timestamp::from_proto(entry.record_time.as_ref()?)?,
        actor: entry.actor,
        purpose: text(entry.purpose),
        request_id: text(entry.request_id).map(|id| id.parse::<Uuid>()).transpose().ok()?,
        payload: entry.payload,
        hash: entry.hash.try_into().ok()?,
    })
}

pub(super) fn checkpoint(checkpoint: Checkpoint) -> pb::Checkpoint {
    pb::Checkpoint {
        position: checkpoint.position,
        merkle_root: checkpoint.root.to_vec(),
        chain_hash: checkpoint.hash.to_vec(),
        sign_time: Some(checkpoint.signed_at.to_proto()),
        key_id: checkpoint.key_id,
        signature: checkpoint.signature,
        number: checkpoint.number,
    }
}
