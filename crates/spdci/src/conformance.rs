//! A check of messages of a registry against what the published schema requires (`registry_core_api_v1.0.0`), for tests: of this
//! crate and of a face in front of it. Written from the schema alone; it shares no type and no word with the rest of the
//! crate, so that a mistake there is seen here.
//!
//! Where the schema contradicts itself, the check asks for what satisfies both readings: `timestamp` of an unsubscription
//! (described as `timesatmp`), `code` and `subscription_code`, `reg_records` as a list.

use serde_json::Value;

/// The kinds of message that a registry sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The body of an asynchronous endpoint (`Response`).
    Ack,
    /// The body of 401, 403, 500 (`HttpErrorResponse`).
    HttpErrors,
    /// The callback `on-search`, and the synchronous answer.
    OnSearch,
    /// The callback `on-subscribe`.
    OnSubscribe,
    /// The callback `on-unsubscribe`.
    OnUnsubscribe,
    /// The callback `txn-on-status`, and the synchronous answer.
    TxnOnStatus,
    /// The notice `notify`.
    Notify,
}

enum Shape {
    /// At most so many characters.
    Text(usize),
    OneOf(&'static [&'static str]),
    Instant,
    Whole,
    Flag,
    Locale,
    Anything,
    AnyObject,
    List(&'static Shape),
    Object(&'static [Field]),
    /// At least one of them.
    Either(&'static [&'static [Field]]),
}

use Shape::{AnyObject, Anything, Either, Flag, Instant, List, Locale, Object, OneOf, Text, Whole};

struct Field(&'static str, bool, Shape);

const MUST: bool = true;
const MAY: bool = false;
const ID: Shape = Text(99);
const SENTENCE: Shape = Text(999);
const ANY_TEXT: Shape = Text(usize::MAX);
const STATUS: Shape = OneOf(&["rcvd", "pdng", "succ", "rjct"]);
const VERSION: Shape = OneOf(&["1.0.0"]);

const ERROR: &[Field] = &[
    Field(
        "code",
        MUST,
        OneOf(&[
            "err.request.bad",
            "err.request.unauthorized",
            "err.request.forbidden",
            "err.request.not_found",
            "err.request.timeout",
            "err.version.not_supported",
            "err.request.too_many_requests",
            "err.sender_id.invalid",
            "err.sender_uri.invalid",
            "err.receiver_id.invalid",
            "err.signature.missing",
            "err.signature.invalid",
            "err.encryption.invalid",
            "err.service.unavailable",
        ]),
    ),
    Field("message", MUST, SENTENCE),
];

const ACK: &[Field] = &[Field(
    "message",
    MUST,
    Object(&[
        Field("ack_status", MUST, OneOf(&["ACK", "NACK", "ERR"])),
        Field("timestamp", MUST, Instant),
        Field("error", MAY, Object(ERROR)),
        Field("correlation_id", MUST, ID),
    ]),
)];

const HTTP_ERRORS: &[Field] = &[Field("errors", MUST, List(&Object(ERROR)))];

/// What `MsgCallbackHeader_V1.0.0` and `MsgHeader_V1.0.0` require.
const HEADER: &[Field] = &[
    Field("version", MAY, VERSION),
    Field("message_id", MUST, ANY_TEXT),
    Field("message_ts", MUST, Instant),
    Field("action", MUST, ANY_TEXT),
    Field("status", MUST, STATUS),
    Field(
        "status_reason_code",
        MAY,
        OneOf(&[
            "rjct.version.invalid",
            "rjct.message_id.duplicate",
            "rjct.message_ts.invalid",
            "rjct.action.invalid",
            "rjct.action.not_supported",
            "rjct.total_count.invalid",
            "rjct.total_count.limit_exceeded",
            "rjct.errors.too_many",
        ]),
    ),
    Field("status_reason_message", MAY, SENTENCE),
    Field("total_count", MUST, Whole),
    Field("completed_count", MAY, Whole),
    Field("sender_id", MUST, ANY_TEXT),
    Field("receiver_id", MAY, ANY_TEXT),
    Field("is_msg_encrypted", MAY, Flag),
    Field("meta", MAY, AnyObject),
];

const PAGINATION: Shape =
    Object(&[Field("page_size", MUST, Whole), Field("page_number", MUST, Whole), Field("total_count", MUST, Whole)]);

const SEARCH_RESPONSE: &[Field] = &[
    Field("transaction_id", MUST, ID),
    Field("correlation_id", MUST, ID),
    Field(
        "search_response",
        MUST,
        List(&Object(&[
            Field("reference_id", MUST, ANY_TEXT),
            Field("timestamp", MUST, Instant),
            Field("status", MUST, STATUS),
            Field(
                "status_reason_code",
                MAY,
                OneOf(&[
                    "rjct.reference_id.invalid",
                    "rjct.reference_id.duplicate",
                    "rjct.timestamp.invalid",
                    "rjct.search_criteria.invalid",
                    "rjct.filter.invalid",
                    "rjct.sort.invalid",
                    "rjct.pagination.invalid",
                    "rjct.search.too_many_records_found",
                ]),
            ),
            Field("status_reason_message", MAY, SENTENCE),
            Field(
                "data",
                MAY,
                Object(&[
                    Field("version", MAY, VERSION),
                    Field("reg_type", MAY, ANY_TEXT),
                    Field("reg_event_type", MAY, ANY_TEXT),
                    Field("reg_record_type", MUST, ANY_TEXT),
                    Field("reg_records", MUST, List(&AnyObject)),
                ]),
            ),
            Field("pagination", MAY, PAGINATION),
            Field("locale", MAY, Locale),
        ])),
    ),
];

const SUBSCRIBE_RESPONSE: &[Field] = &[
    Field("transaction_id", MUST, ID),
    Field("correlation_id", MUST, ID),
    Field(
        "subscribe_response",
        MUST,
        List(&Object(&[
            Field("reference_id", MUST, ANY_TEXT),
            Field("timestamp", MUST, Instant),
            Field("status", MUST, STATUS),
            Field(
                "status_reason_code",
                MAY,
                OneOf(&[
                    "rjct.reference_id.invalid",
                    "rjct.reference_id.duplicate",
                    "rjct.timestamp.invalid",
                    "rjct.notify_types.invalid",
                    "rjct.notify_details.invalid",
                    "rjct.person_id.invalid",
                    "rjct.event.already_subscribed",
                ]),
            ),
            Field("status_reason_message", MAY, SENTENCE),
            Field(
                "subscriptions",
                MAY,
                List(&Object(&[
                    Field("version", MAY, VERSION),
                    Field("code", MUST, ID),
                    Field("subscription_code", MUST, ID),
                    Field("status", MUST, OneOf(&["subscribe", "unsubscribe"])),
                    Field("timestamp", MUST, Instant),
                    Field("subscribe_criteria", MUST, AnyObject),
                    Field("reg_type", MAY, ANY_TEXT),
                    Field("reg_event_type", MUST, ANY_TEXT),
                    Field("filter", MUST, Anything),
                    Field("notify_record_type", MUST, ANY_TEXT),
                ])),
            ),
            Field("pagination", MAY, PAGINATION),
            Field("locale", MAY, Locale),
        ])),
    ),
];

const UNSUBSCRIBE_RESPONSE: &[Field] = &[
    Field("transaction_id", MUST, ID),
    Field("correlation_id", MUST, ID),
    Field("timestamp", MUST, Instant),
    Field("status", MUST, STATUS),
    Field(
        "status_reason_code",
        MAY,
        OneOf(&[
            "rjct.reference_id.invalid",
            "rjct.reference_id.duplicate",
            "rjct.timestamp.invalid",
            "rjct.subscription_code.invalid",
            "rjct.requester.invalid",
            "rjct.event.already_unsubscribed",
        ]),
    ),
    Field("status_reason_message", MAY, SENTENCE),
    Field(
        "subscription_status",
        MAY,
        List(&Object(&[Field("code", MUST, ID), Field("status", MUST, OneOf(&["subscribe", "unsubscribe"]))])),
    ),
];

const TXN_STATUS_RESPONSE: &[Field] = &[
    Field("transaction_id", MUST, ID),
    Field("correlation_id", MUST, ID),
    Field(
        "txnstatus_response",
        MUST,
        Object(&[
            Field("txn_type", MUST, OneOf(&["on-search", "on-subscribe", "on-unsubscribe"])),
            Field("txn_status", MUST, Either(&[SEARCH_RESPONSE, SUBSCRIBE_RESPONSE, UNSUBSCRIBE_RESPONSE])),
        ]),
    ),
];

const NOTIFY_REQUEST: &[Field] = &[
    Field("transaction_id", MUST, ID),
    Field(
        "notify_event",
        MUST,
        List(&Object(&[
            Field("reference_id", MUST, ANY_TEXT),
            Field("timestamp", MUST, Instant),
            Field(
                "data",
                MUST,
                Object(&[
                    Field("version", MAY, VERSION),
                    Field("reg_type", MAY, ANY_TEXT),
                    Field("reg_event_type", MAY, ANY_TEXT),
                    Field("response_entity", MUST, OneOf(&["Household", "Family", "Member", "Group"])),
                    Field("reg_records", MUST, List(&AnyObject)),
                ]),
            ),
            Field("locale", MAY, Locale),
        ])),
    ),
];

/// What is wrong with a message, each with its place; empty when nothing is.
#[must_use]
pub fn faults(kind: Kind, message: &Value) -> Vec<String> {
    let (action, body) = match kind {
        Kind::Ack => return fields_of(ACK, message),
        Kind::HttpErrors => return fields_of(HTTP_ERRORS, message),
        Kind::OnSearch => ("on-search", SEARCH_RESPONSE),
        Kind::OnSubscribe => ("on-subscribe", SUBSCRIBE_RESPONSE),
        Kind::OnUnsubscribe => ("on-unsubscribe", UNSUBSCRIBE_RESPONSE),
        Kind::TxnOnStatus => ("txn-on-status", TXN_STATUS_RESPONSE),
        Kind::Notify => ("notify", NOTIFY_REQUEST),
    };
    let mut faults = Vec::new();
    if !message.is_object() {
        faults.push("no object".to_owned());
    }
    check_fields(HEADER, &message["header"], "header", &mut faults);
    check_fields(body, &message["message"], "message", &mut faults);
    if message["header"]["action"] != action {
        faults.push(format!("header.action: not {action}"));
    }
    let count = |name: &str| message["header"][name].as_u64().unwrap_or_default();
    if count("completed_count") > count("total_count") {
        faults.push("header.completed_count: more than total_count".to_owned());
    }
    if message.get("signature").is_some_and(|signature| !signature.is_string()) {
        faults.push("signature: no text".to_owned());
    }
    faults
}

fn fields_of(fields: &[Field], value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check_fields(fields, value, "", &mut faults);
    faults
}

fn check_fields(fields: &[Field], value: &Value, place: &str, faults: &mut Vec<String>) {
    let Some(object) = value.as_object() else { return faults.push(format!("{place}: no object")) };
    for Field(name, required, shape) in fields {
        let place = if place.is_empty() { (*name).to_owned() } else { format!("{place}.{name}") };
        match object.get(*name) {
            Some(value) => check(shape, value, &place, faults),
            None if *required => faults.push(format!("{place}: missing")),
            None => {}
        }
    }
}

fn check(shape: &Shape, value: &Value, place: &str, faults: &mut Vec<String>) {
    let text = value.as_str();
    let fits = match shape {
        Text(most) => text.is_some_and(|text| text.chars().count() <= *most),
        OneOf(words) => text.is_some_and(|text| words.contains(&text)),
        Instant => text.is_some_and(is_instant),
        Whole => value.is_u64(),
        Flag => value.is_boolean(),
        Locale => text.is_some_and(|text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_lowercase())),
        Anything => true,
        AnyObject => value.is_object(),
        List(item) => match value.as_array() {
            Some(items) => {
                for (at, value) in items.iter().enumerate() {
                    check(item, value, &format!("{place}[{at}]"), faults);
                }
                true
            }
            None => false,
        },
        Object(fields) => return check_fields(fields, value, place, faults),
        Either(forms) => forms.iter().any(|fields| fields_of(fields, value).is_empty()),
    };
    if !fits {
        faults.push(format!("{place}: not of its shape"));
    }
}

/// RFC 3339 by its form, `2025-07-01T08:30:00.5+07:00`.
fn is_instant(text: &str) -> bool {
    let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let Some(rest) = form.strip_prefix("0000-00-00T00:00:00") else { return false };
    let rest = rest.strip_prefix('.').map_or(rest, |fraction| fraction.trim_start_matches('0'));
    matches!(rest, "Z" | "+00:00" | "-00:00")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_check_sees_what_is_missing_and_what_is_wrong() {
        let ack = json!({"message": {"ack_status": "ACK", "timestamp": "2025-07-01T08:30:00Z", "correlation_id": "1"}});
        assert_eq!(faults(Kind::Ack, &ack), Vec::<String>::new());
        for (pointer, value, fault) in [
            ("/message/ack_status", json!("OK"), "message.ack_status: not of its shape"),
            ("/message/timestamp", json!("2025-07-01 08:30:00"), "message.timestamp: not of its shape"),
            ("/message/correlation_id", json!("1".repeat(100)), "message.correlation_id: not of its shape"),
            ("/message", json!([]), "message: no object"),
        ] {
            let mut wrong = ack.clone();
            *wrong.pointer_mut(pointer).unwrap() = value;
            assert_eq!(faults(Kind::Ack, &wrong), [fault]);
        }
        assert_eq!(faults(Kind::Ack, &json!({"message": {"ack_status": "ACK"}})).len(), 2);
        assert!(faults(Kind::OnSearch, &json!(null)).len() > 2);
        let error = json!({"errors": [{"code": "err.nothing", "message": ""}]});
        assert_eq!(faults(Kind::HttpErrors, &error), ["errors[0].code: not of its shape"]);
    }
}
