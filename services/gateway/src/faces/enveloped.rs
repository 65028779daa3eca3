//! REST in the envelope that buses of some provinces put around every body (“Variant B” of the LGSP):
//!
//! | | |
//! |---|---|
//! | `/lgsp/v1/**` | what `/v1/**` is, with the same methods, headers and credentials |
//! | asked | `{"data": …}` around a body of JSON; a body of another type as it is |
//! | answered | 200, `{"error_code": "0", "message": "", "result": …}` |
//! | refused | 200, `{"error_code": "-1", "message": "…", "result": null, "error": {…}}`: the text for people, and the `google.rpc.Status` |
//!
//! An answer of another type is `{"contentType", "fileName", "content"}` with the content in Base64, a stream of answers is a list.
//! Nothing is known here of what is asked: the path without the first part is answered by the other faces.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hoagiai_rpc::Problem;
use hoagiai_transcode::Options;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, uri::PathAndQuery};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use tonic::Code;

use super::admit;

/// What stands before the paths of this face.
const PREFIX: &str = "/lgsp";
/// Headers of an answer that are about its body as it was.
const OF_BODY: [HeaderName; 3] = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_DISPOSITION];

/// What is asked.
#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// What is answered.
#[derive(Serialize)]
struct Answered {
    error_code: &'static str,
    message: String,
    result: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

/// A file in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    content_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    content: String,
}

/// What a request is marked with whose body is in an envelope.
#[derive(Clone, Copy)]
struct Enveloped;

/// Answers in an envelope what comes in one, and lets everything else through.
pub(super) async fn around(mut request: Request, next: Next) -> Response {
    let Some(uri) = inner(request.uri()).filter(|_| !is_of(request.headers(), "application/grpc")) else {
        return next.run(request).await;
    };
    *request.uri_mut() = uri;
    if matches!(*request.method(), Method::OPTIONS | Method::HEAD) {
        return next.run(request).await;
    }
    request.extensions_mut().insert(Enveloped);
    enveloped(next.run(request).await).await
}

/// Takes a body out of its envelope, once its sender may ask: nothing is read for those who may not.
///
/// # Errors
/// There is none that can be read.
pub(super) async fn taken_out(mut request: Request) -> Result<Request, (StatusCode, Problem)> {
    let wrapped = request.extensions_mut().remove::<Enveloped>().is_some();
    if !wrapped || !is_of(request.headers(), "application/json") {
        return Ok(request);
    }
    let (mut head, body) = request.into_parts();
    let options = Options::default();
    // The envelope itself takes little.
    let read = to_bytes(body, options.limits.body_bytes + 1024);
    let body = match tokio::time::timeout(options.timeout, read).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Err((StatusCode::PAYLOAD_TOO_LARGE, too_large())),
        Err(_) => return Err((StatusCode::REQUEST_TIMEOUT, too_slow())),
    };
    let data = data_of(&body).map_err(|NoEnvelope| (StatusCode::BAD_REQUEST, no_envelope()))?;
    head.headers.remove(header::CONTENT_LENGTH);
    Ok(Request::from_parts(head, Body::from(data)))
}

/// The address inside; none: it is of another face.
fn inner(uri: &Uri) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(PREFIX).filter(|rest| rest.starts_with("/v1/"))?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(rest).ok()?);
    Uri::from_parts(parts).ok()
}

/// Whether a body is of a kind, or of one that begins like it.
fn is_of(headers: &HeaderMap, kind: &str) -> bool {
    let said = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default().trim_ascii_start();
    said.get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind.as_bytes()))
}

/// There is no envelope.
struct NoEnvelope;

/// What stands in the envelope, letter by letter: the transcoder reads it, and finds its faults. No body asks with none.
fn data_of(body: &Bytes) -> Result<Bytes, NoEnvelope> {
    if body.trim_ascii().is_empty() {
        return Ok(Bytes::new());
    }
    let asked: Asked<'_> = serde_json::from_slice(body).map_err(|_| NoEnvelope)?;
    // `"data": null` is no data, and so is none.
    Ok(asked.data.map(|data| Bytes::copy_from_slice(data.get().as_bytes())).unwrap_or_default())
}

/// Puts an answer into an envelope.
async fn enveloped(answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    if head.status == StatusCode::NOT_MODIFIED {
        return Response::from_parts(head, body);
    }
    let options = Options::default();
    // A stream may have no end, and an envelope is closed.
    let whole = tokio::time::timeout(options.longest_timeout, to_bytes(body, options.limits.answer_bytes)).await;
    let Ok(Ok(body)) = whole else { return written(&refusal(admit::status_of(&endless(), None))) };
    let of = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let kind = of(header::CONTENT_TYPE).unwrap_or_default();
    let answered = if !head.status.is_success() {
        refusal(serde_json::from_slice(&body).unwrap_or_default())
    } else if kind.starts_with("application/x-ndjson") {
        of_lines(&body)
    } else if kind.starts_with("application/json") {
        of_json(&body)
    } else {
        let file_name = of(header::CONTENT_DISPOSITION).and_then(file_name);
        let file = File { content_type: kind, file_name, content: STANDARD.encode(&body) };
        result(serde_json::value::to_raw_value(&file).ok())
    };
    OF_BODY.iter().for_each(|name| _ = head.headers.remove(name));
    head.status = StatusCode::OK;
    head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response::from_parts(head, Body::from(text(&answered)))
}

fn result(result: Option<Box<RawValue>>) -> Answered {
    Answered { error_code: "0", message: String::new(), result, error: None }
}

/// A refusal, with the text for people if there is one.
fn refusal(status: Value) -> Answered {
    let details = status["details"].as_array().into_iter().flatten();
    let mut texts = details.filter(|detail| detail["@type"] == "type.googleapis.com/google.rpc.LocalizedMessage");
    let message = texts.next().and_then(|text| text["message"].as_str()).or_else(|| status["message"].as_str());
    let message = message.unwrap_or_default().to_owned();
    Answered { error_code: "-1", message, result: None, error: Some(status) }
}

fn of_json(body: &[u8]) -> Answered {
    result(std::str::from_utf8(body).ok().and_then(|text| RawValue::from_string(text.to_owned()).ok()))
}

/// The answers of a stream as a list; one that ended badly is refused.
fn of_lines(body: &[u8]) -> Answered {
    let lines: Vec<&RawValue> = std::str::from_utf8(body)
        .unwrap_or_default()
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let last: Value = lines.last().and_then(|line| serde_json::from_str(line.get()).ok()).unwrap_or_default();
    // No message of ours has a field of this name alone.
    match last.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get("error")) {
        Some(status) => refusal(status.clone()),
        None => result(serde_json::value::to_raw_value(&lines).ok()),
    }
}

/// The plain name of RFC 6266.
fn file_name(disposition: &str) -> Option<&str> {
    disposition.split(';').find_map(|part| part.trim().strip_prefix("filename=")).map(|name| name.trim_matches('"'))
}

fn text(answered: &Answered) -> String {
    serde_json::to_string(answered).unwrap_or_else(|_| json!({ "error_code": "-1" }).to_string())
}

fn written(answered: &Answered) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text(answered)).into_response()
}

fn no_envelope() -> Problem {
    let english = "the body is not one object of JSON: {\"data\": …}";
    let vietnamese = "Nội dung gửi lên không đúng định dạng {\"data\": …}.";
    Problem::of(Code::InvalidArgument, "MALFORMED_REQUEST", english, vietnamese)
}

fn too_large() -> Problem {
    let english = "the body is too large, or broke off";
    Problem::of(Code::ResourceExhausted, "BODY_TOO_LARGE", english, "Nội dung gửi lên quá lớn hoặc bị gián đoạn.")
}

fn too_slow() -> Problem {
    let (english, vietnamese) = ("the body did not arrive in time", "Nội dung gửi lên quá chậm; vui lòng thử lại.");
    Problem::of(Code::DeadlineExceeded, "BODY_TOO_SLOW", english, vietnamese)
}

fn endless() -> Problem {
    let english = "the answer broke off, or is too large or too long for an envelope; ask under /v1";
    let vietnamese = "Kết quả bị gián đoạn hoặc quá lớn; vui lòng gọi địa chỉ không có phong bì (/v1).";
    Problem::of(Code::ResourceExhausted, "ANSWER_TOO_LARGE", english, vietnamese)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(body: &str) -> Option<String> {
        data_of(&Bytes::copy_from_slice(body.as_bytes())).ok().map(|data| String::from_utf8(data.to_vec()).unwrap())
    }

    fn json_of(answered: &Answered) -> Value {
        serde_json::from_str(&text(answered)).unwrap()
    }

    #[test]
    fn what_is_in_the_envelope_goes_on_letter_by_letter() {
        assert_eq!(data(r#"{"data": {"a": 1, "a": 2.50}}"#).as_deref(), Some(r#"{"a": 1, "a": 2.50}"#));
        assert_eq!(data(r#"{"PartnerCode": "x", "data": [1]}"#).as_deref(), Some("[1]"));
        for nothing in ["", " \n", "{}", r#"{"data": null}"#] {
            assert_eq!(data(nothing).as_deref(), Some(""), "{nothing}");
        }
        for none in ["[", "1", "[]", r#"{"data": 1"#, r#"{"data": 1, "data": 2}"#] {
            assert_eq!(data(none), None, "{none}");
        }
    }

    #[test]
    fn a_body_is_told_by_its_kind() {
        let of = |kind: &'static str, wanted| {
            is_of(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]), wanted)
        };
        assert!(
            of("application/json", "application/json") && of("Application/JSON; charset=utf-8", "application/json")
        );
        assert!(of("application/grpc-web+proto", "application/grpc") && !of("text/csv", "application/json"));
        assert!(!is_of(&HeaderMap::new(), "application/json"));
    }

    #[test]
    fn only_paths_of_the_contracts_are_asked_for_in_an_envelope() {
        let of = |uri: &str| inner(&uri.parse().unwrap()).map(|uri| uri.to_string());
        assert_eq!(of("/lgsp/v1/teams?x=%2F").as_deref(), Some("/v1/teams?x=%2F"));
        for other in ["/v1/teams", "/lgsp", "/lgsp/oauth/token", "/lgspx/v1/teams", "/lgsp/v1", "/x/lgsp/v1/teams"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn an_answer_is_put_into_an_envelope_as_it_is() {
        let one = json_of(&of_json(br#"{"teamCount":"12"}"#));
        assert_eq!(one, json!({ "error_code": "0", "message": "", "result": { "teamCount": "12" } }));
        let two = json_of(&of_lines(b"{\"a\":1}\n{\"a\":2}\n"));
        assert_eq!(two["result"], json!([{ "a": 1 }, { "a": 2 }]));
        assert_eq!(json_of(&of_lines(b""))["result"], json!([]));
        let broken = json_of(&of_lines(b"{\"a\":1}\n{\"error\":{\"code\":14,\"message\":\"busy\"}}\n"));
        let expected = json!({
            "error_code": "-1", "message": "busy", "result": null, "error": { "code": 14, "message": "busy" },
        });
        assert_eq!(broken, expected);
    }

    #[test]
    fn people_are_told_in_their_language() {
        let status = json!({
            "code": 5, "message": "no such team",
            "details": [{ "@type": "type.googleapis.com/google.rpc.LocalizedMessage", "message": "Không có tổ này." }],
        });
        let told = json_of(&refusal(status.clone()));
        assert_eq!((&told["message"], &told["error"]), (&json!("Không có tổ này."), &status));
        assert_eq!(json_of(&refusal(Value::Null))["error_code"], "-1");
    }

    #[test]
    fn a_file_keeps_its_name() {
        assert_eq!(file_name("attachment; filename=\"a.xlsx\""), Some("a.xlsx"));
        assert_eq!(file_name("inline"), None);
    }
}
