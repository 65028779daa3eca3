//! The service of `testdata/t/v1/library.proto` on tonic, without generated code.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, BufMut};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use hoagiai_transcode::json;
use prost_reflect::prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor, Value};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, NamedService};
use tonic::{Code, Request, Response, Status, Streaming};
use tower::{Service, service_fn};

use crate::contracts;

/// The service; it answers by the name of the method.
#[derive(Debug, Clone)]
pub(crate) struct Library;

impl NamedService for Library {
    const NAME: &'static str = "t.v1.Library";
}

impl Service<http::Request<tonic::body::Body>> for Library {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        let name = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let service = contracts::pool().get_service_by_name(Self::NAME).unwrap();
        let method = service.methods().find(|method| method.name() == name).unwrap();
        Box::pin(async move {
            let mut grpc = Grpc::new(Dynamic(method.input()));
            Ok(if method.is_server_streaming() && method.is_client_streaming() {
                grpc.streaming(service_fn(move |request| std::future::ready(chat(&method, request))), request).await
            } else if method.is_client_streaming() {
                grpc.client_streaming(service_fn(move |request| import(method.clone(), request)), request).await
            } else if method.is_server_streaming() {
                let answer = service_fn(move |request| std::future::ready(streamed(&method, &request)));
                grpc.server_streaming(answer, request).await
            } else {
                grpc.unary(service_fn(move |request| unary(method.clone(), request)), request).await
            })
        })
    }
}

/// Messages by their descriptors.
#[derive(Debug, Clone)]
struct Dynamic(MessageDescriptor);

impl Codec for Dynamic {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        self.clone()
    }

    fn decoder(&mut self) -> Self {
        self.clone()
    }
}

impl Encoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, item: DynamicMessage, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item.encode_to_vec().as_slice());
        Ok(())
    }
}

impl Decoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        DynamicMessage::decode(self.0.clone(), bytes)
            .map(Some)
            .map_err(|e| Status::with_details(Code::Internal, e.to_string(), [][..].into()))
    }
}

fn message(of: &MessageDescriptor, json: &serde_json::Value) -> DynamicMessage {
    json::message(of, json.to_string().as_bytes(), &hoagiai_transcode::Limits::default()).unwrap()
}

fn text(message: &DynamicMessage, name: &str) -> String {
    message.get_field_by_name(name).unwrap().as_str().unwrap().to_owned()
}

async fn unary(method: MethodDescriptor, request: Request<DynamicMessage>) -> Result<Response<DynamicMessage>, Status> {
    let (metadata, extensions, asked) = request.into_parts();
    if let Some(Pause(pause)) = extensions.get() {
        tokio::time::sleep(*pause).await;
    }
    if let Some(pause) = metadata.get("x-pause-ms") {
        tokio::time::sleep(Duration::from_millis(pause.to_str().unwrap().parse().unwrap())).await;
    }
    let output = method.output();
    let answer = match method.name() {
        "Echo" => asked,
        "GetBook" | "Hidden" | "Cover" if text(&asked, "book_id") == "lost" => return Err(lost()),
        "GetBook" if text(&asked, "book_id").starts_with("code-") => return Err(of_code(&text(&asked, "book_id"))),
        "GetBook" => {
            let id = text(&asked, "book_id");
            let etag = if id == "untagged" { "" } else { "\"3\"" };
            message(
                &output,
                &serde_json::json!({"book": {"bookId": id, "displayName": text(&asked, "view"), "etag": etag}}),
            )
        }
        "UpdateBook" => {
            let name = format!("{}|{}", text(&asked, "request_id"), text(&asked, "etag"));
            let mut answer = DynamicMessage::new(output.clone());
            let mut book = asked.get_field_by_name("book").unwrap().as_message().unwrap().clone();
            book.set_field_by_name("display_name", Value::String(name));
            answer.set_field_by_name("book", Value::Message(book));
            answer
        }
        "Upload" => asked.get_field_by_name("file").unwrap().as_message().unwrap().clone(),
        "Raw" => asked,
        "Cover" => message(&output, &serde_json::json!({"file": {"contentType": "image/png", "data": "AQID"}})),
        _ => DynamicMessage::new(output),
    };
    let mut response = Response::new(answer);
    for name in ["authorization", "traceparent", "x-own", "x-secret", "grpc-timeout", "accept-language", "user-agent"] {
        if let Some(value) = metadata.get(name) {
            let seen = format!("seen-{name}").parse::<tonic::metadata::AsciiMetadataKey>().unwrap();
            response.metadata_mut().insert(seen, value.clone());
        }
    }
    response.metadata_mut().insert("x-request-id", "r1".parse().unwrap());
    Ok(response)
}

/// How long the service waits before it answers; given by way of the extensions of a request.
#[derive(Debug, Clone)]
pub(crate) struct Pause(pub(crate) Duration);

fn any(name: &str, value: Vec<u8>) -> DynamicMessage {
    let of = contracts::pool().get_message_by_name("google.protobuf.Any").unwrap();
    let mut any = DynamicMessage::new(of);
    any.set_field_by_number(1, Value::String(format!("type.googleapis.com/{name}")));
    any.set_field_by_number(2, Value::Bytes(value.into()));
    any
}

fn detail(name: &str, json: &serde_json::Value) -> DynamicMessage {
    let of = contracts::pool().get_message_by_name(name).unwrap();
    any(name, message(&of, json).encode_to_vec())
}

/// A status with its details.
fn status(code: Code, message: &str, details: &[DynamicMessage]) -> Status {
    // google.rpc.Status by hand: the pool of the tests does not have it.
    let mut bytes = Vec::new();
    let mut field = |tag: u8, value: &[u8]| {
        bytes.push(tag);
        prost_reflect::prost::encoding::encode_varint(value.len() as u64, &mut bytes);
        bytes.extend(value);
    };
    field(0x12, message.as_bytes());
    details.iter().for_each(|detail| field(0x1a, &detail.encode_to_vec()));
    bytes.extend([0x08, u8::try_from(i32::from(code)).unwrap()]);
    Status::with_details(code, message, bytes.into())
}

/// NOT_FOUND with details, one of which is of a type that nobody knows.
fn lost() -> Status {
    let details = [
        detail("google.rpc.ErrorInfo", &serde_json::json!({"reason": "LOST", "domain": "t"})),
        detail("google.rpc.RetryInfo", &serde_json::json!({"retryDelay": "1.2s"})),
        any("t.Unknown", vec![1, 2, 3]),
    ];
    status(Code::NotFound, "không có sách", &details)
}

/// The error whose code an id names, `code-7`, with a text that no header holds as it is.
fn of_code(id: &str) -> Status {
    let code = Code::from(id.trim_start_matches("code-").parse::<i32>().unwrap());
    let info = serde_json::json!({"reason": format!("CODE_{}", i32::from(code)), "domain": "t"});
    status(code, "hòa giải 100 %, \"😀\"", &[detail("google.rpc.ErrorInfo", &info)])
}

type Streamed = BoxStream<'static, Result<DynamicMessage, Status>>;

fn streamed(method: &MethodDescriptor, request: &Request<DynamicMessage>) -> Result<Response<Streamed>, Status> {
    let asked = request.get_ref();
    let number = |name: &str| asked.get_field_by_name(name).unwrap().as_i32().unwrap();
    let (count, code) = (number("count"), number("code"));
    let pause = asked.get_field_by_name("pause").unwrap();
    let millis = pause.as_message().unwrap().get_field_by_name("nanos").unwrap().as_i32().unwrap() / 1_000_000;
    let pause = Duration::from_millis(millis.try_into().unwrap());
    if count < 0 {
        return Err(Status::with_details(Code::PermissionDenied, "not a single one", [][..].into()));
    }
    let output = method.output();
    let item = move |at: i32| {
        if at == count {
            return Err(Status::with_details(Code::from(code), "in the middle", [][..].into()));
        }
        Ok(match output.name() {
            "HttpBody" => message(&output, &serde_json::json!({"contentType": "text/plain", "data": "YWI="})),
            _ => message(&output, &serde_json::json!({"book": {"bookId": at.to_string()}})),
        })
    };
    let last = count.saturating_add(i32::from(code != 0));
    let items = stream::iter(0..last).then(move |at| {
        let item = item(at);
        async move {
            tokio::time::sleep(pause).await;
            item
        }
    });
    let mut response = Response::new(items.boxed());
    response.metadata_mut().insert("x-request-id", "r1".parse().unwrap());
    Ok(response)
}

async fn import(
    method: MethodDescriptor,
    request: Request<Streaming<DynamicMessage>>,
) -> Result<Response<DynamicMessage>, Status> {
    let mut requests = request.into_inner();
    let (mut messages, mut size) = (Vec::new(), 0);
    while let Some(asked) = requests.message().await? {
        let text = |message: &DynamicMessage, name: &str| {
            let value = message.get_field_by_name(name);
            value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        };
        let bytes = |message: &DynamicMessage, name: &str| {
            message.get_field_by_name(name).and_then(|value| value.as_bytes().cloned()).unwrap_or_default()
        };
        let file = asked.get_field_by_name("file").and_then(|file| file.as_message().cloned()).unwrap_or(asked.clone());
        let book = asked.get_field_by_name("book").and_then(|book| book.as_message().map(|book| text(book, "book_id")));
        let length = bytes(&asked, "chunk").len() + bytes(&file, "data").len();
        size += length as i64;
        let parts =
            [text(&asked, "shelf"), text(&asked, "request_id"), length.to_string(), text(&file, "content_type")];
        messages.push(Value::String(format!("{}|{}", parts.join("|"), book.unwrap_or_default())));
    }
    let mut answer = DynamicMessage::new(method.output());
    answer.set_field_by_name("messages", Value::List(messages));
    answer.set_field_by_name("size", Value::I64(size));
    Ok(Response::new(answer))
}

fn chat(method: &MethodDescriptor, request: Request<Streaming<DynamicMessage>>) -> Result<Response<Streamed>, Status> {
    let output = method.output();
    let answers = request.into_inner().map(move |asked| {
        let id = text(&asked?, "book_id");
        if id == "lost" {
            return Err(lost());
        }
        Ok(message(&output, &serde_json::json!({"book": {"bookId": id}})))
    });
    Ok(Response::new(answers.boxed()))
}
