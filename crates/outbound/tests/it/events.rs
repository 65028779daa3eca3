//! Events read by the CloudEvents SDK for Python.

use hoagiai_outbound::event::{CloudEvent, Parts};
use serde_json::{Value, json};

use crate::tools;

#[test]
fn the_sdk_for_python_reads_both_forms_as_they_were_meant() {
    let data = json!({"team": "Tổ hòa giải số 1", "result": {"successful": true, "days": 7}, "note": "100% \"ổn\""});
    let parts = Parts {
        id: "0197c0de-0000-7000-8000-000000000001".into(),
        source: "https://hoagiai.hanoi.gov.vn/cases".into(),
        kind: "vn.gov.hanoi.hoagiai.case.concluded".into(),
        subject: Some("phường Đống Đa/“tổ 1” 100% \"€😀\"".into()),
        time_micros: Some(1_751_328_000_123_456),
        datacontenttype: Some("application/json".into()),
        data: Some(data.clone()),
        dataschema: Some("https://hoagiai.hanoi.gov.vn/schemas/case/1".into()),
        dataref: Some("/v1/cases/7".into()),
        partitionkey: Some("vụ 7".into()),
        sequence: Some(42),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01".into()),
    };
    let event = CloudEvent::new(parts).unwrap();
    let message = event.nats().unwrap();
    let question = json!({
        "structured": String::from_utf8(event.structured().unwrap()).unwrap(),
        "headers": message.headers,
        "payload": String::from_utf8(message.payload).unwrap(),
    });
    let answer = tools::ask(&mut tools::python("events.py"), &question);
    let meant = json!({
        "attributes": {
            "specversion": "1.0",
            "id": "0197c0de-0000-7000-8000-000000000001",
            "source": "https://hoagiai.hanoi.gov.vn/cases",
            "type": "vn.gov.hanoi.hoagiai.case.concluded",
            "subject": "phường Đống Đa/“tổ 1” 100% \"€😀\"",
            "time": "2025-07-01T00:00:00.123456+00:00",
            "datacontenttype": "application/json",
            "dataschema": "https://hoagiai.hanoi.gov.vn/schemas/case/1",
            "dataref": "/v1/cases/7",
            "partitionkey": "vụ 7",
            "sequence": "00000000000000000042",
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01",
        },
        "data": data,
    });
    for form in ["structured", "binary"] {
        let read: &Value = &answer[form];
        assert_eq!(read, &meant, "{form}");
    }
}
