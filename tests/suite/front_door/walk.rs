//! Every method of every service, over REST, in the envelope of buses and over gRPC: the same answer, the same refusal, the same
//! details. The walk knows no method: a new one is walked too.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hoagiai_testkit::server::TestServer;
use hoagiai_transcode::{Binding, BodyRule, Table, template::Segment};
use http::Method;
use prost::Message as _;
use prost_reflect::{DynamicMessage, Kind, MethodDescriptor, ReflectMessage as _, Value};
use serde_json::{Value as Json, json};
use tonic::{Code, Request, Status, client::Grpc};
use tonic_types::StatusExt as _;

use super::{
    client::{Answer, Raw, send},
    raw::Head,
};

super::on_both!(every_method_answers_alike_over_rest_and_grpc, nobody_gets_past_401_without_credentials);

/// A record that is nowhere.
const NOWHERE: &str = "00000000-0000-4000-8000-000000000001";

const SERVED: [&str; 6] = ["registry", "cases", "evaluation", "reporting", "gateway", "journal"];

/// Every REST form of every service.
pub(super) fn table() -> Table {
    let served = |method: &MethodDescriptor| {
        SERVED.iter().any(|name| method.full_name().starts_with(&format!("hoagiai.{name}.")))
    };
    Table::build(hoagiai_proto::pool(), served).unwrap()
}

/// What stands for a variable of a path.
fn stands_for(field: &str, kind: &Kind) -> (String, Value) {
    match kind {
        Kind::String if field == "journal" => ("registry".to_owned(), Value::String("registry".to_owned())),
        Kind::String => (NOWHERE.to_owned(), Value::String(NOWHERE.to_owned())),
        Kind::Int64 | Kind::Sint64 => ("1".to_owned(), Value::I64(1)),
        Kind::Int32 | Kind::Sint32 => ("1".to_owned(), Value::I32(1)),
        Kind::Enum(of) => {
            let value = of.values().nth(1).unwrap();
            (value.name().to_owned(), Value::EnumNumber(value.number()))
        }
        other => panic!("a path holds a {other:?}"),
    }
}

/// A request in both forms: nothing but what the path holds.
fn request_of(binding: &Binding) -> (String, DynamicMessage) {
    let mut message = DynamicMessage::new(binding.rpc().input());
    let mut values = binding.variables().iter().map(|fields| {
        let [field] = fields.as_slice() else { panic!("{}: a nested variable", binding.rpc().full_name()) };
        let (text, value) = stands_for(field.name(), &field.kind());
        message.set_field(field, value);
        text
    });
    let values: Vec<String> = values.by_ref().collect();
    let mut values = values.into_iter();
    let template = binding.template();
    let mut path = String::new();
    for segment in template.segments() {
        path.push('/');
        match segment {
            Segment::Literal(literal) => path.push_str(literal),
            Segment::One | Segment::Rest => path.push_str(&values.next().unwrap()),
        }
    }
    if let Some(verb) = template.verb() {
        path.push(':');
        path.push_str(verb);
    }
    (path, message)
}

/// The first thing that gRPC answers.
async fn over_grpc(
    server: &TestServer,
    method: &MethodDescriptor,
    message: &DynamicMessage,
    token: Option<&str>,
) -> Result<Option<Vec<u8>>, Status> {
    let mut grpc = Grpc::new(server.server().channel().unwrap());
    grpc.ready().await.unwrap();
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name()).parse().unwrap();
    let bytes = message.encode_to_vec();
    let mut metadata = tonic::metadata::MetadataMap::new();
    metadata.insert("x-purpose", "test".parse().unwrap());
    if let Some(token) = token {
        metadata.insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    match (method.is_client_streaming(), method.is_server_streaming()) {
        (false, false) => {
            let mut request = Request::new(bytes);
            *request.metadata_mut() = metadata;
            grpc.unary(request, path, Raw).await.map(|answer| Some(answer.into_inner()))
        }
        (false, true) => {
            let mut request = Request::new(bytes);
            *request.metadata_mut() = metadata;
            let mut answers = grpc.server_streaming(request, path, Raw).await?.into_inner();
            answers.message().await
        }
        (true, _) => {
            let mut request = Request::new(tokio_stream::empty::<Vec<u8>>());
            *request.metadata_mut() = metadata;
            let mut answers = grpc.streaming(request, path, Raw).await?.into_inner();
            answers.message().await
        }
    }
}

/// A body of JSON as each face takes it.
type Written = fn(&str) -> String;
/// The prefix of a face, and how it takes JSON.
type Face = (&'static str, Written);
const PLAIN: Face = ("", str::to_owned);
const ENVELOPED: Face = ("/lgsp", |body| format!("{{\"data\": {body}}}"));

async fn over_rest(server: &TestServer, face: Face, binding: &Binding, path: &str, token: Option<&str>) -> Answer {
    let (prefix, written) = face;
    let address = server.server().face("http").unwrap();
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("x-purpose", "test")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    let verb = binding.verb().cloned().unwrap_or(Method::POST);
    let body = match binding.body() {
        BodyRule::None => String::new(),
        // A stream of nothing is a body of nothing.
        _ if binding.rpc().is_client_streaming() => String::new(),
        _ => written("{}"),
    };
    if !body.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    if binding.rpc().is_client_streaming() {
        headers.push(("content-type", "application/x-ndjson"));
    }
    send(address, (verb, &format!("{prefix}{path}")), &headers, body).await
}

/// The code of HTTP for a code of gRPC: google/rpc/code.proto.
fn http_code(code: Code) -> u16 {
    match code {
        Code::Ok => 200,
        Code::Cancelled => 499,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
        Code::DeadlineExceeded => 504,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted => 409,
        Code::PermissionDenied => 403,
        Code::ResourceExhausted => 429,
        Code::Unimplemented => 501,
        Code::Unavailable => 503,
        Code::Unauthenticated => 401,
        Code::Unknown | Code::Internal | Code::DataLoss => 500,
    }
}

/// What programs and people are told of a refusal, in one shape for both forms.
fn told_by_grpc(status: &Status) -> Json {
    let details = status.get_error_details();
    let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    json!({
        "code": status.code() as i32,
        "message": status.message(),
        "reason": details.error_info().map(|info| (&info.reason, &info.domain)),
        "fields": violations.iter().map(|one| (&one.field, &one.description)).collect::<Vec<_>>(),
        "text": details.localized_message().map(|text| &text.message),
    })
}

fn told_by_rest(answer: &Answer) -> Json {
    let json = answer.json();
    let detail = |of: &str| {
        let name = format!("type.googleapis.com/google.rpc.{of}");
        json["details"].as_array().into_iter().flatten().find(|detail| detail["@type"] == name.as_str()).cloned()
    };
    let violations = detail("BadRequest").map(|bad| bad["fieldViolations"].clone());
    let violations = violations.as_ref().and_then(Json::as_array).cloned().unwrap_or_default();
    json!({
        "code": json["code"],
        "message": json["message"],
        "reason": detail("ErrorInfo").map(|info| (info["reason"].clone(), info["domain"].clone())),
        "fields": violations.iter().map(|one| (one["field"].clone(), one["description"].clone())).collect::<Vec<_>>(),
        "text": detail("LocalizedMessage").map(|text| text["message"].clone()),
    })
}

async fn every_method_answers_alike_over_rest_and_grpc(server: &TestServer) {
    let token = super::everybody(server);
    let table = table();
    let (mut walked, mut refused, mut wrong) = (0, 0, Vec::new());
    for binding in table.bindings() {
        let method = binding.rpc();
        let (path, message) = request_of(binding);
        let grpc = over_grpc(server, method, &message, Some(&token)).await;
        let rest = over_rest(server, PLAIN, binding, &path, Some(&token)).await;
        let enveloped = over_rest(server, ENVELOPED, binding, &path, Some(&token)).await;
        walked += 1;
        let name = format!("{} {path}", method.full_name());
        if !is_enveloped(&rest, &enveloped) {
            wrong.push(format!("{name}: in its envelope\n    {rest:.500?}\n    {enveloped:.500?}"));
        }
        match grpc {
            // A stream of nothing.
            Ok(None) => {
                if rest.status != 200 || !rest.body.is_empty() {
                    wrong.push(format!("{name}: nothing\n    {rest:?}"));
                }
            }
            Ok(Some(bytes)) => {
                let message = DynamicMessage::decode(method.output(), bytes.as_slice()).unwrap();
                if rest.status != 200 || !is_of(binding, &message, &rest) {
                    wrong.push(format!("{name}: {message:.500}\n    {rest:.500?}"));
                }
            }
            Err(status) => {
                refused += 1;
                let (expected, told) = (told_by_grpc(&status), told_by_rest(&rest));
                // A stream that has begun says how it ended in its last line.
                let told = if rest.status == 200 { json!(null) } else { told };
                if rest.status != http_code(status.code()) || told != expected {
                    wrong.push(format!("{name}: {expected}\n    {} {told}", rest.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {walked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(walked > 120 && refused > 100, "{walked} methods, {refused} refused");
    let reached: std::collections::BTreeSet<_> = table.bindings().map(|binding| binding.rpc().full_name()).collect();
    let missed: Vec<_> =
        table.methods().map(MethodDescriptor::full_name).filter(|name| !reached.contains(name)).collect();
    assert!(missed.is_empty(), "no REST form: {missed:?}");
}

/// Whether an answer over REST says what the message over gRPC says.
fn is_of(binding: &Binding, message: &DynamicMessage, rest: &Answer) -> bool {
    let told = binding.response_body().map(|field| message.get_field(field).into_owned());
    let whole = told.as_ref().and_then(Value::as_message).unwrap_or(message);
    if whole.descriptor().full_name() == "google.api.HttpBody" {
        let of = |name: &str| whole.get_field_by_name(name).map(std::borrow::Cow::into_owned);
        let kind = of("content_type").and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
        // Two files made at two instants differ in their archives' clocks at most.
        let length = of("data").and_then(|data| data.as_bytes().map(|data| data.len())).unwrap_or_default();
        return rest.header("content-type") == kind && rest.body.len() == length;
    }
    let expected = match binding.response_body() {
        Some(field) => hoagiai_transcode::json::print_field(message, field).unwrap(),
        None => hoagiai_transcode::json::print(message).unwrap(),
    };
    let line = rest.body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line == expected.as_ref() || same_but_for_time(line, &expected)
}

/// Whether an answer in an envelope says what the one without says.
fn is_enveloped(rest: &Answer, enveloped: &Answer) -> bool {
    let (json, kind) = (enveloped.json(), rest.header("content-type"));
    let same = |field: &str, expected: &[u8]| same_but_for_time(json[field].to_string().as_bytes(), expected);
    if (enveloped.status.as_u16(), enveloped.header("content-type")) != (200, "application/json") {
        return false;
    }
    if !rest.status.is_success() {
        let told = json["message"] == told_by_rest(rest)["text"];
        return json["error_code"] == "-1" && json["result"].is_null() && told && same("error", &rest.body);
    }
    if kind.starts_with("application/x-ndjson") {
        let lines: Vec<&str> = std::str::from_utf8(&rest.body).unwrap().lines().collect();
        let last: Json = lines.last().map(|line| serde_json::from_str(line).unwrap()).unwrap_or_default();
        return match last.get("error") {
            Some(error) => json["error_code"] == "-1" && same("error", error.to_string().as_bytes()),
            None => json["error_code"] == "0" && same("result", format!("[{}]", lines.join(",")).as_bytes()),
        };
    }
    if kind.starts_with("application/json") {
        return json["error_code"] == "0" && json["error"].is_null() && same("result", &rest.body);
    }
    let content = STANDARD.decode(json["result"]["content"].as_str().unwrap_or_default()).unwrap();
    json["error_code"] == "0" && json["result"]["contentType"] == kind && content.len() == rest.body.len()
}

/// Two reads of now: instants may differ, nothing else may.
fn same_but_for_time(one: &[u8], other: &[u8]) -> bool {
    fn without(json: &mut Json) {
        match json {
            Json::Object(fields) => {
                fields.retain(|name, _| !name.ends_with("Time") && name != "position");
                fields.values_mut().for_each(without);
            }
            Json::Array(items) => items.iter_mut().for_each(without),
            _ => {}
        }
    }
    let (Ok(mut one), Ok(mut other)) = (serde_json::from_slice(one), serde_json::from_slice(other)) else {
        return false;
    };
    without(&mut one);
    without(&mut other);
    one == other
}

async fn nobody_gets_past_401_without_credentials(server: &TestServer) {
    let table = table();
    let mut open = Vec::new();
    for binding in table.bindings() {
        let (path, _) = request_of(binding);
        for token in [None, Some("no.token.at-all")] {
            let rest = over_rest(server, PLAIN, binding, &path, token).await;
            let enveloped = over_rest(server, ENVELOPED, binding, &path, token).await;
            assert!(is_enveloped(&rest, &enveloped), "{path} {rest:?} {enveloped:?}");
            if rest.status == 401 {
                assert_eq!(
                    (rest.reason().as_str(), rest.header("www-authenticate")),
                    ("UNAUTHENTICATED", "Bearer realm=\"hoagiai\"")
                );
            } else if token.is_none() {
                open.push(binding.rpc().name().to_owned());
            } else {
                // A body that is no request is no request of anybody.
                assert_eq!(rest.status, 400, "{path} {rest:?}");
            }
        }
    }
    assert_eq!(open, ["ListDirectory", "GetDirectoryEntry", "FindDirectoryTeams"]);
    // Nothing is read of a body in an envelope either: nobody asks its sender to go on.
    let head = Head::of("POST /lgsp/v1/consumers").line("content-type: application/json");
    let head = head.line("expect: 100-continue").line("content-length: 1000000");
    let told = head.send(server.server().face("http").unwrap(), b"").await.unwrap();
    assert_eq!((told.status.as_u16(), &told.json()["error"]["code"]), (200, &json!(16)), "{told:?}");
}
