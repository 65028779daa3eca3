//! OpenAPI 3.0.3 of the REST forms that a [`Table`] serves, from the same descriptors, with their comments as
//! descriptions. Version 3.0.3 and not 3.1, because gateways of agencies read no other.
//!
//! What the document says is what the transcoder does: names of JSON, whole numbers of 64 bits as texts, streams as JSON a
//! line, `google.rpc.Status` as every error, parameters of the query for what path and body do not hold.

mod comments;
mod limits;
mod operation;
mod parameters;
mod paths;
mod schemas;

use std::collections::BTreeSet;

use hoagiai_transcode::Table;
use prost_reflect::MethodDescriptor;
use serde_json::{Map, Value, json};

use crate::comments::Comments;
use crate::operation::Operations;
use crate::schemas::Schemas;

/// What a document says of the API as a whole.
#[derive(Debug, Clone, Default)]
pub struct Info {
    /// Its name.
    pub title: String,
    /// Its version, of the API and not of the document's format.
    pub version: String,
    /// What it is for, in CommonMark.
    pub description: String,
    /// Where it is served, `https://example.org`; none: where the document is.
    pub servers: Vec<String>,
}

/// What is known of methods beside their descriptors, from options that only their project knows.
#[derive(Clone, Copy)]
pub struct Notes<'a> {
    /// A paragraph at the end of a method's description: who may call it, what for.
    pub paragraph: &'a dyn Fn(&MethodDescriptor) -> Option<String>,
    /// Whether a method may be called without credentials; any other needs a bearer token.
    pub public: &'a dyn Fn(&MethodDescriptor) -> bool,
}

impl Default for Notes<'_> {
    fn default() -> Self {
        Self { paragraph: &|_| None, public: &|_| false }
    }
}

/// The document of a table. The same table gives the same document, byte by byte.
///
/// Custom methods of HTTP, which OpenAPI 3.0 has no place for, stand under `x-` and their name.
#[must_use]
pub fn document(table: &Table, info: &Info, notes: Notes<'_>) -> Value {
    let comments = Comments::of(table.pool());
    let mut operations =
        Operations { schemas: Schemas::new(&comments), comments: &comments, notes, ids: BTreeSet::new() };
    let paths = paths::of(table, &mut operations);
    let services: BTreeSet<_> = table.bindings().map(|b| b.rpc().parent_service().full_name().to_owned()).collect();
    let tags: Vec<Value> = services
        .iter()
        .filter_map(|name| table.pool().get_service_by_name(name))
        .map(|service| json!({ "name": service.full_name(), "description": comments.at(&service.parent_file(), service.path()) }))
        .collect();
    let mut head = json!({ "title": info.title, "version": info.version });
    if !info.description.is_empty() {
        head["description"] = json!(info.description);
    }
    let mut document = Map::new();
    document.insert("openapi".to_owned(), json!("3.0.3"));
    document.insert("info".to_owned(), head);
    if !info.servers.is_empty() {
        let servers: Vec<Value> = info.servers.iter().map(|url| json!({ "url": url })).collect();
        document.insert("servers".to_owned(), json!(servers));
    }
    document.insert("tags".to_owned(), json!(tags));
    document.insert("paths".to_owned(), paths);
    document.insert("components".to_owned(), components(operations.schemas));
    Value::Object(document)
}

fn components(schemas: Schemas<'_>) -> Value {
    let mut all = schemas.finish();
    all.insert(operation::STATUS.to_owned(), operation::status());
    json!({
        "schemas": all,
        "responses": { "Error": operation::error() },
        "parameters": parameters::shared(),
        "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
    })
}
