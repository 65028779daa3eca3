//! The description of the events (AsyncAPI 3.0), made of the contracts: every fact of a journal is an event of that name.

use std::sync::Arc;

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use bytes::Bytes;
use http::header;
use prost_reflect::DescriptorPool;
use serde_json::{Map, Value, json};

use crate::{config::Config, outgoing};

/// The message of the facts of a journal.
fn facts(journal: &str) -> Option<&'static str> {
    Some(match journal {
        "registry" => "hoagiai.registry.v1.RegistryEvent",
        "cases" => "hoagiai.cases.v1.CaseEvent",
        "evaluation" => "hoagiai.evaluation.v1.EvaluationEvent",
        _ => return None,
    })
}

/// The kinds of facts of a journal, and what the contract says of each.
fn kinds(pool: &DescriptorPool, journal: &str) -> Vec<(String, String)> {
    let message = facts(journal).and_then(|name| pool.get_message_by_name(name));
    let fields = message.into_iter().flat_map(|message| message.fields().collect::<Vec<_>>());
    fields
        .filter_map(|field| {
            let kind = field.kind();
            let fact = kind.as_message()?;
            Some((fact.name().to_owned(), said(fact)))
        })
        .collect()
}

/// The comment of a message.
fn said(message: &prost_reflect::MessageDescriptor) -> String {
    let file = message.parent_file();
    let places = file.file_descriptor_proto().source_code_info.as_ref();
    let place = places.and_then(|info| info.location.iter().find(|place| place.path == message.path()));
    place.map(|place| place.leading_comments().trim().to_owned()).unwrap_or_default()
}

pub(super) fn routes(config: &Config) -> Router {
    let text: Arc<Bytes> = Arc::new(Bytes::from(document(hoagiai_proto::pool(), config).to_string()));
    Router::new().route("/asyncapi.json", get(described)).with_state(text)
}

async fn described(State(text): State<Arc<Bytes>>) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, text.as_ref().clone())
}

/// The document.
fn document(pool: &DescriptorPool, config: &Config) -> Value {
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    for journal in outgoing::ON_THE_BUS {
        let mut of_channel = Map::new();
        for (kind, said) in kinds(pool, journal) {
            let name = format!("{journal}.{kind}");
            of_channel.insert(name.clone(), json!({ "$ref": format!("#/components/messages/{name}") }));
            messages.insert(name, message(journal, &kind, &said));
        }
        if outgoing::OFFERED.contains(&journal) {
            let channel = format!("{journal}-webhook");
            operations
                .insert(format!("deliver-{journal}"), operation(&channel, "#/components/operationTraits/webhook"));
            channels.insert(
                channel,
                json!({
                    "address": null,
                    "title": format!("Facts of the journal `{journal}` to the endpoint of a subscription"),
                    "description": include_str!("events.md"),
                    "messages": of_channel.clone(),
                }),
            );
        }
        let channel = format!("{journal}-bus");
        operations.insert(format!("publish-{journal}"), operation(&channel, "#/components/operationTraits/bus"));
        channels.insert(
            channel,
            json!({
                "address": format!("hoagiai.{journal}.{{kind}}"),
                "title": format!("Facts of the journal `{journal}` on the bus"),
                "parameters": { "kind": { "description": "The name of the fact, for example `MediatorRecognized`." } },
                "messages": of_channel,
            }),
        );
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Hòa Giải",
            "version": "v1",
            "description": "Events of grassroots mediation in Hà Nội: what happened to which record, and when. More is asked \
                for by the API (`/openapi.json`), which answers each agency what its policy gives it.",
        },
        "id": "urn:hoagiai",
        "defaultContentType": "application/json",
        "servers": servers(config),
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": { "fact": schema() },
            "operationTraits": {
                "webhook": { "description": "At least once, signed (Standard Webhooks), structured mode. The endpoint answers 2xx." },
                "bus": { "description": "At least once, in the order of the journal, binary mode. `Nats-Msg-Id` is `ce-id`." },
            },
        },
    })
}

/// The bus, where there is one; its address is the operator's to tell.
fn servers(config: &Config) -> Value {
    match &config.bus {
        Some(bus) => json!({ "bus": {
            "host": "bus",
            "protocol": "nats",
            "description": format!("NATS JetStream, stream `{}`; ask the operator for the address.", bus.stream),
        } }),
        None => json!({}),
    }
}

fn operation(channel: &str, how: &str) -> Value {
    json!({ "action": "send", "channel": { "$ref": format!("#/channels/{channel}") }, "traits": [{ "$ref": how }] })
}

fn message(journal: &str, kind: &str, said: &str) -> Value {
    json!({
        "name": format!("vn.hoagiai.{journal}.v1.{kind}"),
        "title": kind,
        "summary": said,
        "contentType": "application/json",
        "payload": { "$ref": "#/components/schemas/fact" },
    })
}

/// The data of every event.
fn schema() -> Value {
    let text = |said: &str| json!({ "type": "string", "description": said });
    let number = |said: &str| json!({ "type": "integer", "minimum": 1, "description": said });
    json!({
        "type": "object",
        "required": ["journal", "position", "kind", "streamKind", "streamId", "streamVersion", "validDate"],
        "properties": {
            "journal": text("The journal of the fact."),
            "position": number("Its place there: 1, 2, 3 … without a gap."),
            "kind": text("Its name."),
            "streamKind": text("The kind of record that it is about, for example `mediator`."),
            "streamId": { "type": "string", "format": "uuid", "description": "The id of that record." },
            "streamVersion": number("The version of the record that the fact made."),
            "validDate": { "type": "string", "format": "date", "description": "From when the fact holds in the world." },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_of_the_contracts_is_described_and_no_reference_leads_nowhere() {
        let document = document(hoagiai_proto::pool(), &Config::default());
        let messages = document["components"]["messages"].as_object().unwrap();
        assert!(messages.len() > 60 && messages.contains_key("registry.MediatorRecognized"));
        assert!(messages.values().all(|message| !message["summary"].as_str().unwrap().is_empty()));
        let channels = document["channels"].as_object().unwrap();
        assert!(channels.contains_key("registry-webhook") && !channels.contains_key("cases-webhook"));
        for channel in channels.values() {
            for reference in channel["messages"].as_object().unwrap().values() {
                let name = reference["$ref"].as_str().unwrap().trim_start_matches("#/components/messages/").to_owned();
                assert!(messages.contains_key(&name), "{name}");
            }
        }
        let operations = document["operations"].as_object().unwrap();
        assert_eq!(operations.len(), 5);
        for operation in operations.values() {
            let channel = operation["channel"]["$ref"].as_str().unwrap().trim_start_matches("#/channels/");
            assert!(channels.contains_key(channel));
        }
    }
}
