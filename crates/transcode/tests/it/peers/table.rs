//! The same requests to Envoy and to the transcoder, in front of the same service, over the same sockets.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use serde_json::Value as Json;

use super::requests::{Case, Verdict, cases};
use super::{envoy, front};
use crate::harness::{Reply, request};

/// Sends one request over a connection of its own.
pub(crate) async fn exchange(to: SocketAddr, line: &str, headers: &[(&str, &str)], body: &str) -> Result<Reply, Error> {
    let (method, path) = line.split_once(' ').unwrap();
    let request = request(&format!("{method} http://{to}{path}"), headers, body.as_bytes());
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let (head, body) = client.request(request).await?.into_parts();
    let (bytes, broken) = match body.collect().await {
        Ok(body) => (body.to_bytes(), None),
        Err(error) => (Bytes::new(), Some(error.to_string())),
    };
    Ok(Reply { status: head.status, headers: head.headers, bytes, broken })
}

/// An answer in one line.
fn shown(reply: &Reply) -> String {
    format!("{} {}", reply.header("content-type"), reply.text().trim_end())
}

/// The body as values: one of JSON, or one a line; bytes that are no JSON as a text.
fn body(reply: &Reply) -> Vec<Json> {
    let lines = reply.text();
    lines.lines().map(|line| serde_json::from_str(line).map_or_else(|_| line.into(), plain)).collect()
}

/// Without what differs everywhere: numbers are compared as numbers, `0.0` is `0`; and a field that can only be `null` is
/// written by Envoy and not by us.
fn plain(json: Json) -> Json {
    match json {
        Json::Number(number) => number.as_f64().map_or(Json::Null, Json::from),
        Json::Array(values) => values.into_iter().map(plain).collect(),
        Json::Object(members) => {
            let members = members.into_iter().filter(|(name, value)| name != "null" || !value.is_null());
            members.map(|(name, value)| (name, plain(value))).collect()
        }
        other => other,
    }
}

/// What both answers must have in common where they are the same.
fn compared(reply: &Reply) -> (u16, Vec<Json>, &str, &str) {
    (reply.status.as_u16(), body(reply), reply.header("content-type"), reply.header("x-request-id"))
}

/// Whether two answers to one request are as the table says.
fn as_said(case: &Case, ours: &Reply, envoy: &Reply) -> bool {
    let (own, theirs) = (ours.status.as_u16(), envoy.status.as_u16());
    match &case.verdict {
        Verdict::Same(status) => own == *status && compared(ours) == compared(envoy),
        Verdict::Refused(status) => own == *status && theirs == *status && ours.json()["message"].is_string(),
        Verdict::Differs { ours: first, envoy: second } => {
            let differ = compared(ours) != compared(envoy);
            differ && first.fits(own, &shown(ours)) && second.fits(theirs, &shown(envoy))
        }
    }
}

#[tokio::test]
async fn envoy_answers_the_same_but_for_what_the_table_says() {
    let front = front::front().await;
    let envoy = envoy::start(front::service().await).await;
    let (cases, mut wrong) = (cases(), Vec::new());
    for case in &cases {
        let ask = async |to| {
            exchange(to, case.line, &case.headers, case.body).await.unwrap_or_else(|e| panic!("{case:?}: {e}"))
        };
        let (ours, theirs) = (ask(front).await, ask(envoy.address).await);
        if !as_said(case, &ours, &theirs) {
            let answers = [&ours, &theirs].map(|reply| format!("{} {}", reply.status.as_u16(), shown(reply)));
            wrong.push(format!("{case:?}\n  ours  {}\n  envoy {}", answers[0], answers[1]));
        }
    }
    assert!(cases.len() > 300, "{}", cases.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Requests that end Envoy 1.40 itself, which is why the table does not have them. When one no longer does, it belongs there.
#[tokio::test]
async fn what_ends_envoy_is_refused_with_its_place() {
    let front = front::front().await;
    let service = front::service().await;
    for (body, field) in [(r#"{"map":{"a":null}}"#, "map[a]"), (r#"{"flagMap":{"true":null}}"#, "flagMap[true]")] {
        let ours = exchange(front, "POST /v1/echo", &[], body).await.unwrap();
        assert_eq!((ours.status.as_u16(), ours.fields()), (400, vec![field.to_owned()]));
        let mut envoy = envoy::start(service).await;
        assert!(exchange(envoy.address, "POST /v1/echo", &[], body).await.is_err(), "{body}");
        envoy.ends().await;
    }
}
