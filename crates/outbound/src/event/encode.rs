//! An event on the wire: structured JSON for webhooks, headers and payload for NATS.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

use super::{CloudEvent, Parts};

/// The media type of an event in structured JSON.
pub const STRUCTURED: &str = "application/cloudevents+json";

/// The largest event that everybody on the way must forward (CloudEvents §Size Limits): 64 KiB.
pub const EVENT_LIMIT: usize = 64 * 1024;

/// What a header value may not show (HTTP binding §3.1.3.2): space, quote, percent, and all but printable ASCII.
const HEADER: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// Why an event has no form on the wire.
#[derive(Debug, thiserror::Error)]
pub enum Unencodable {
    /// Larger than [`EVENT_LIMIT`]: what is larger is fetched by `dataref`.
    #[error("the event has {bytes} bytes, more than {EVENT_LIMIT}")]
    TooLarge {
        /// What it would have.
        bytes: usize,
    },
    /// The data cannot be written as JSON.
    #[error("the data cannot be written as JSON")]
    Json(#[source] serde_json::Error),
}

/// An event as a message of NATS in binary mode.
#[derive(Clone, PartialEq, Eq)]
pub struct NatsMessage {
    /// `ce-…` headers, percent-encoded, in a fixed order.
    pub headers: Vec<(String, String)>,
    /// The data as JSON; empty without data.
    pub payload: Vec<u8>,
}

#[derive(Serialize)]
struct Structured<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(flatten)]
    others: Others,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
}

/// Optional attributes that are there.
struct Others(Vec<(&'static str, String)>);

impl Serialize for Others {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl CloudEvent {
    /// The event as structured JSON of type [`STRUCTURED`]. The same event has the same bytes, always: attributes in
    /// a fixed order, members of the data by name.
    ///
    /// # Errors
    /// Larger than [`EVENT_LIMIT`].
    pub fn structured(&self) -> Result<Vec<u8>, Unencodable> {
        let parts = self.parts();
        let event = Structured {
            specversion: "1.0",
            id: &parts.id,
            source: &parts.source,
            kind: &parts.kind,
            others: Others(others(parts)),
            data: sorted(parts.data.as_ref()),
        };
        let bytes = serde_json::to_vec(&event).map_err(Unencodable::Json)?;
        within_limit(bytes.len())?;
        Ok(bytes)
    }

    /// The event as a message of NATS 2.2 or later in binary mode. The event's id as `Nats-Msg-Id` is for the
    /// publisher to add: it is NATS's, and not of the binding.
    ///
    /// # Errors
    /// Headers and payload together are larger than [`EVENT_LIMIT`].
    pub fn nats(&self) -> Result<NatsMessage, Unencodable> {
        let parts = self.parts();
        let required = [("specversion", "1.0"), ("id", &parts.id), ("source", &parts.source), ("type", &parts.kind)];
        let required = required.map(|(name, value)| (name, value.to_owned()));
        let headers: Vec<_> = required.into_iter().chain(others(parts)).map(header).collect();
        let payload = match sorted(parts.data.as_ref()) {
            Some(data) => serde_json::to_vec(&data).map_err(Unencodable::Json)?,
            None => Vec::new(),
        };
        // `name: value\r\n`, as they go over the wire.
        let lines: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        within_limit(lines + payload.len())?;
        Ok(NatsMessage { headers, payload })
    }
}

/// Optional attributes that are there, in their canonical text.
fn others(parts: &Parts) -> Vec<(&'static str, String)> {
    let content_type = parts.datacontenttype.clone().or_else(|| parts.data.as_ref().map(|_| "application/json".into()));
    let values = [
        ("subject", parts.subject.clone()),
        ("time", parts.time_micros.and_then(rfc_3339)),
        ("datacontenttype", content_type),
        ("dataschema", parts.dataschema.clone()),
        ("dataref", parts.dataref.clone()),
        ("partitionkey", parts.partitionkey.clone()),
        ("sequence", parts.sequence.map(|n| format!("{n:020}"))),
        ("traceparent", parts.traceparent.clone()),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn rfc_3339(micros: i64) -> Option<String> {
    // Checked when the event was made; what cannot be written is left out, since the attribute is optional.
    Some(format!("{:.6}", jiff::Timestamp::from_microsecond(micros).ok()?))
}

/// Members of objects by name, also where a feature of serde_json keeps them as they came.
fn sorted(data: Option<&Value>) -> Option<Value> {
    let mut data = data?.clone();
    data.sort_all_objects();
    Some(data)
}

fn header((name, value): (&'static str, String)) -> (String, String) {
    (format!("ce-{name}"), utf8_percent_encode(&value, HEADER).to_string())
}

fn within_limit(bytes: usize) -> Result<(), Unencodable> {
    if bytes > EVENT_LIMIT { Err(Unencodable::TooLarge { bytes }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn full() -> CloudEvent {
        let parts = Parts {
            id: "0197c0de-0000-7000-8000-000000000001".into(),
            source: "https://hoagiai.hanoi.gov.vn/cases".into(),
            kind: "vn.gov.hanoi.hoagiai.case.concluded".into(),
            subject: Some("Tổ \"Đống Đa\" 100%".into()),
            time_micros: Some(1_751_328_000_500_000),
            data: Some(json!({"b": 1, "a": {"d": [1, {"z": 0, "y": "ổ"}], "c": null}})),
            dataref: Some("/v1/cases/7".into()),
            sequence: Some(42),
            ..Parts::default()
        };
        CloudEvent::new(parts).unwrap()
    }

    #[test]
    fn structured_bytes_are_these_and_stay_these() {
        let expected = r#"{"specversion":"1.0","id":"0197c0de-0000-7000-8000-000000000001","source":"https://hoagiai.hanoi.gov.vn/cases","type":"vn.gov.hanoi.hoagiai.case.concluded","subject":"Tổ \"Đống Đa\" 100%","time":"2025-07-01T00:00:00.500000Z","datacontenttype":"application/json","dataref":"/v1/cases/7","sequence":"00000000000000000042","data":{"a":{"c":null,"d":[1,{"y":"ổ","z":0}]},"b":1}}"#;
        assert_eq!(String::from_utf8(full().structured().unwrap()).unwrap(), expected);
    }

    #[test]
    fn header_values_are_encoded_as_the_binding_says() {
        let message = full().nats().unwrap();
        let subject = message.headers.iter().find(|(name, _)| name == "ce-subject").map(|(_, value)| value.as_str());
        assert_eq!(subject, Some("T%E1%BB%95%20%22%C4%90%E1%BB%91ng%20%C4%90a%22%20100%25"));
        let names: Vec<_> = message.headers.iter().map(|(name, _)| name.as_str()).collect();
        let expected =
            ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time", "ce-datacontenttype"];
        assert_eq!(names[..7], expected);
        assert!(message.headers.iter().all(|(_, value)| value.bytes().all(|b| (0x21..=0x7E).contains(&b))));
        // The example of the specification.
        assert_eq!(header(("x", "Euro € 😀".into())).1, "Euro%20%E2%82%AC%20%F0%9F%98%80");
    }

    #[test]
    fn an_event_shows_no_data_of_its_own() {
        let shown = format!("{:?}", full());
        assert_eq!(
            shown,
            r#"CloudEvent("vn.gov.hanoi.hoagiai.case.concluded" "0197c0de-0000-7000-8000-000000000001")"#
        );
    }

    #[test]
    fn an_event_without_data_has_no_type_of_data() {
        let parts = Parts { data: None, ..full().parts().clone() };
        let event = CloudEvent::new(parts).unwrap();
        let json: Value = serde_json::from_slice(&event.structured().unwrap()).unwrap();
        assert!(json.get("data").is_none() && json.get("datacontenttype").is_none());
        let message = event.nats().unwrap();
        assert!(message.payload.is_empty() && message.headers.iter().all(|(name, _)| name != "ce-datacontenttype"));
    }

    #[test]
    fn data_that_is_null_is_data() {
        let event = CloudEvent::new(Parts { data: Some(Value::Null), ..full().parts().clone() }).unwrap();
        assert!(String::from_utf8(event.structured().unwrap()).unwrap().ends_with(r#","data":null}"#));
        assert_eq!(event.nats().unwrap().payload, b"null");
    }

    #[test]
    fn what_is_too_large_for_the_way_is_refused_before_it_is_sent() {
        let of = |n: usize| {
            let data = Some(Value::String("x".repeat(n)));
            CloudEvent::new(Parts { data, ..full().parts().clone() }).unwrap()
        };
        let rest = of(0).structured().unwrap().len();
        assert_eq!(of(EVENT_LIMIT - rest).structured().unwrap().len(), EVENT_LIMIT);
        assert!(matches!(of(EVENT_LIMIT - rest + 1).structured(), Err(Unencodable::TooLarge { .. })));
        assert!(matches!(of(EVENT_LIMIT).nats(), Err(Unencodable::TooLarge { .. })));
    }
}
