//! A fact as a CloudEvent: thin, and the same bytes whenever it is made.

use hoagiai_outbound::event::{CloudEvent, Faults, Parts};
use hoagiai_store::Entry;
use serde_json::json;

/// The kinds of records of which an agency may be told more, and where.
fn dataref(entry: &Entry) -> Option<String> {
    match entry.stream_kind.as_str() {
        "mediator" => Some(format!("/v1/directory/{}", entry.stream_id)),
        "unit" => Some(format!("/v1/units/{}", entry.stream_id)),
        _ => None,
    }
}

/// The fact of an entry.
///
/// # Errors
/// A kind of an attribute that CloudEvents does not take; none of ours.
pub(super) fn cloud_event(journal: &str, entry: &Entry) -> Result<CloudEvent, Faults> {
    CloudEvent::new(Parts {
        id: format!("{journal}-{}", entry.position),
        source: format!("urn:hoagiai:{journal}"),
        kind: format!("vn.hoagiai.{journal}.v1.{}", entry.kind),
        subject: Some(format!("{}/{}", entry.stream_kind, entry.stream_id)),
        time_micros: Some(entry.record_time.as_micros()),
        datacontenttype: Some("application/json".to_owned()),
        data: Some(json!({
            "journal": journal,
            "position": entry.position,
            "kind": entry.kind,
            "streamKind": entry.stream_kind,
            "streamId": entry.stream_id,
            "streamVersion": entry.stream_version,
            "validDate": entry.valid_time.to_string(),
        })),
        dataref: dataref(entry),
        partitionkey: Some(entry.stream_id.to_string()),
        sequence: u64::try_from(entry.position).ok(),
        ..Parts::default()
    })
}

#[cfg(test)]
mod tests {
    use hoagiai_types::{Timestamp, Uuid};

    use super::*;

    #[test]
    fn a_fact_leaves_without_its_payload_its_actor_and_its_purpose() {
        let entry = Entry {
            position: 7,
            stream_kind: "mediator".into(),
            stream_id: Uuid::from_u128(1),
            stream_version: 2,
            kind: "MediatorRecognized".into(),
            valid_time: "2026-03-03".parse().unwrap(),
            record_time: Timestamp::from_micros(1_772_500_000_000_000),
            actor: "officer-nguyen".into(),
            purpose: Some("bí mật".into()),
            request_id: None,
            payload: b"canary".to_vec(),
            hash: [0; 32],
        };
        let event = cloud_event("registry", &entry).unwrap();
        let text = String::from_utf8(event.structured().unwrap()).unwrap();
        for secret in ["officer", "canary", "mật", "hash"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        for part in [
            r#""id":"registry-7""#,
            r#""source":"urn:hoagiai:registry""#,
            r#""type":"vn.hoagiai.registry.v1.MediatorRecognized""#,
            r#""sequence":"00000000000000000007""#,
            r#""dataref":"/v1/directory/00000000-0000-0000-0000-000000000001""#,
            r#""validDate":"2026-03-03""#,
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(event.structured().unwrap(), cloud_event("registry", &entry).unwrap().structured().unwrap());
    }
}
