//! The status of a call, from the metadata of gRPC and as JSON.
//!
//! The body of an error is `google.rpc.Status` in JSON, `{"code": 5, "message": "…", "details": […]}`. A detail is an
//! object with `@type` and the fields of its type where the pool has it, else `@type` and `value` in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::{Map, Value as Json, json};

use crate::options::Options;
use crate::refusal::{Fault, Refusal};
use crate::wire::{self, Any};
use crate::{Code, json, scalar};

/// The prefix of type URLs (google/protobuf/any.proto).
const TYPES: &str = "type.googleapis.com/";

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Status {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) details: Vec<Any>,
}

impl Status {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }

    /// The status in trailers, or in the headers of an answer that has only them; none: there is none.
    pub(crate) fn from_metadata(metadata: &HeaderMap) -> Option<Self> {
        let number = metadata.get("grpc-status")?.to_str().ok().and_then(|text| text.parse().ok());
        let code = number.map_or(Code::Unknown, Code::from_number);
        let message = metadata.get("grpc-message").map(HeaderValue::as_bytes).unwrap_or_default();
        // What cannot be decoded stays as it came (PROTOCOL-HTTP2: never discard the message).
        let message = percent_decode_str(&String::from_utf8_lossy(message)).decode_utf8_lossy().into_owned();
        let details =
            metadata.get("grpc-status-details-bin").and_then(|value| scalar::bytes(value.to_str().ok()?).ok());
        let details = details.and_then(|bytes| wire::Status::decode(bytes.as_slice()).ok());
        Some(Self { code, message, details: details.map(|status| status.details).unwrap_or_default() })
    }

    /// The status of a response that is no gRPC: whatever answered, it was not the service.
    pub(crate) fn from_http(status: StatusCode) -> Self {
        Self::new(Code::from_http(status), format!("the service was not reached: HTTP {}", status.as_u16()))
    }

    /// `google.rpc.Status` as JSON.
    pub(crate) fn json(&self, pool: &DescriptorPool) -> Json {
        let details: Vec<Json> = self.details.iter().map(|any| detail(any, pool)).collect();
        json!({ "code": self.code.number(), "message": self.message, "details": details })
    }

    /// When a retry may help, in whole seconds, rounded up: `google.rpc.RetryInfo` as `Retry-After` (RFC 9110 §10.2.3).
    pub(crate) fn retry_after(&self) -> Option<HeaderValue> {
        let info = self.details.iter().find(|any| any.type_name() == "google.rpc.RetryInfo")?;
        let delay = wire::RetryInfo::decode(info.value.as_slice()).ok()?.retry_delay?;
        let seconds = delay.seconds.checked_add(i64::from(delay.nanos > 0))?;
        u64::try_from(seconds).ok().map(HeaderValue::from)
    }

    /// The headers that a status has over HTTP.
    pub(crate) fn headers(&self) -> Vec<(http::HeaderName, HeaderValue)> {
        let mut headers: Vec<_> = self.retry_after().map(|value| (header::RETRY_AFTER, value)).into_iter().collect();
        if self.code == Code::Unauthenticated {
            // RFC 9110 §15.5.2: 401 must say how to authenticate.
            headers.push((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        headers
    }
}

fn detail(any: &Any, pool: &DescriptorPool) -> Json {
    let expanded = || {
        let of = pool.get_message_by_name(any.type_name())?;
        let message = DynamicMessage::decode(of, any.value.as_slice()).ok()?;
        match serde_json::from_slice(&json::print(&message).ok()?).ok()? {
            Json::Object(fields) => Some(fields),
            // A well-known type with a form of its own stands under `value`, as in any Any.
            other => Some(Map::from_iter([("value".to_owned(), other)])),
        }
    };
    let mut fields =
        expanded().unwrap_or_else(|| Map::from_iter([("value".to_owned(), STANDARD.encode(&any.value).into())]));
    fields.insert("@type".to_owned(), Json::String(any.type_url.clone()));
    Json::Object(fields)
}

/// What the transcoder refuses by itself, as a status with `BadRequest` and, where the options have them, `ErrorInfo` and
/// `LocalizedMessage`.
pub(crate) fn of_refusal(refusal: &Refusal, options: &Options) -> Status {
    let domain = options.error_domain.as_str();
    let any = |name: &str, value| Any { type_url: format!("{TYPES}{name}"), value };
    let mut details = Vec::new();
    if !domain.is_empty() {
        let info = wire::ErrorInfo { reason: refusal.reason.to_owned(), domain: domain.to_owned() };
        details.push(any("google.rpc.ErrorInfo", info.encode_to_vec()));
    }
    if !refusal.faults.is_empty() {
        let violation =
            |fault: &Fault| wire::FieldViolation { field: fault.field.clone(), description: fault.description.clone() };
        let bad = wire::BadRequest { field_violations: refusal.faults.iter().map(violation).collect() };
        details.push(any("google.rpc.BadRequest", bad.encode_to_vec()));
    }
    if let Some((texts, text)) = options.texts.and_then(|texts| Some((texts, (texts.of)(refusal.reason)?))) {
        let told = wire::LocalizedMessage { locale: texts.locale.to_owned(), message: text.to_owned() };
        details.push(any("google.rpc.LocalizedMessage", told.encode_to_vec()));
    }
    Status { code: refusal.code, message: refusal.message.clone(), details }
}

#[cfg(test)]
mod tests;
