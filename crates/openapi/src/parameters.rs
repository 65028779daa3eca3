//! What a request holds outside of its body.

use std::collections::BTreeSet;

use hoagiai_transcode::{Binding, BodyRule, TIMEOUT};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use crate::comments::Comments;
use crate::limits;
use crate::paths::Slot;
use crate::schemas::{Schemas, special};

/// How many messages a parameter is looked for in: deeper ones exist, and nobody would read a list of them.
const DEEPEST: usize = 4;

/// At most six digits and three decimals, not all of them zero; without look-ahead, which not every reader has.
const SECONDS: &str = "^([1-9][0-9]{0,5}(\\.[0-9]{1,3})?|0\\.(00[1-9]|0[1-9][0-9]?|[1-9][0-9]{0,2}))$";

/// Parameters that many operations have.
pub(crate) fn shared() -> Value {
    json!({
        "Timeout": {
            "name": TIMEOUT.as_str(), "in": "header",
            "description": "How long the client waits, in seconds with at most three decimals.",
            "schema": { "type": "string", "pattern": SECONDS },
        },
        "IfMatch": {
            "name": "if-match", "in": "header",
            "description": "The etag that the resource must have; stands for `etag` of the request.",
            "schema": { "type": "string", "pattern": "^(\\*|(W/)?\"[^\"]*\")$" },
        },
        "IfNoneMatch": {
            "name": "if-none-match", "in": "header",
            "description": "Etags that the client has; the answer is 304 if the resource has one of them.",
            "schema": { "type": "string" },
        },
        "IdempotencyKey": {
            "name": "idempotency-key", "in": "header",
            "description": "Makes a repeat harmless; stands for the request id.",
            "schema": { "type": "string", "pattern": "^[^ \"]+$" },
        },
    })
}

/// The parameters of a binding.
pub(crate) fn of(binding: &Binding, slots: &[Slot], schemas: &mut Schemas<'_>, comments: &Comments) -> Vec<Value> {
    let mut all: Vec<Value> = slots.iter().map(|slot| path(binding, slot, schemas)).collect();
    if !matches!(binding.body(), BodyRule::Whole) {
        let mut query = Query { binding, schemas, comments, found: Vec::new() };
        query.message(&binding.rpc().input(), &mut Vec::new());
        all.append(&mut query.found);
    }
    let shared = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let reads = binding.verb() == Some(&http::Method::GET);
    // An etag stands in the request or in the message that its body is, as the transcoder has it.
    let within = match binding.body() {
        BodyRule::Field(field) if !field.is_list() => match field.kind() {
            Kind::Message(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    };
    if !reads && (has_text(&binding.rpc().input(), "etag") || within.is_some_and(|inner| has_text(&inner, "etag"))) {
        all.push(shared("IfMatch"));
    }
    if !reads && has_text(&binding.rpc().input(), "request_id") {
        all.push(shared("IdempotencyKey"));
    }
    if reads && !binding.rpc().is_server_streaming() && answers_etag(binding) {
        all.push(shared("IfNoneMatch"));
    }
    all.push(shared("Timeout"));
    all
}

/// Whether an answer has an `ETag`: of its own field, or of that of its first message.
pub(crate) fn answers_etag(binding: &Binding) -> bool {
    let output = binding.rpc().output();
    let first = output.fields().find_map(|field| match field.kind() {
        Kind::Message(inner) if !field.is_list() => Some(inner),
        _ => None,
    });
    has_text(&output, "etag") || first.is_some_and(|inner| has_text(&inner, "etag"))
}

fn has_text(of: &MessageDescriptor, name: &str) -> bool {
    of.get_field_by_name(name).is_some_and(|field| field.kind() == Kind::String && !field.is_list())
}

fn path(binding: &Binding, slot: &Slot, schemas: &mut Schemas<'_>) -> Value {
    let field = slot.variable.and_then(|at| binding.variables().get(at)?.last());
    let mut schema = match field {
        Some(field) if slot.whole => text_schema(field, schemas),
        _ => json!({ "type": "string" }),
    };
    let said = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let said = said.and_then(|said| said.as_str().map(str::to_owned)).unwrap_or_default();
    let rest = if slot.rest { "\n\nMay hold slashes, which OpenAPI has no word for." } else { "" };
    let mut parameter = json!({ "name": slot.name, "in": "path", "required": true, "schema": schema });
    let said = format!("{said}{rest}").trim().to_owned();
    if !said.is_empty() {
        parameter["description"] = json!(said);
    }
    parameter
}

/// The schema of a field as it is written in a path or a query.
fn text_schema(field: &FieldDescriptor, schemas: &mut Schemas<'_>) -> Value {
    match field.kind() {
        Kind::Message(of) if of.full_name() == "google.type.Date" => {
            let mut schema = schemas.field(field);
            let said = schema["description"].take();
            let mut date = json!({ "type": "string", "format": "date" });
            if said.is_string() {
                date["description"] = said;
            }
            date
        }
        _ => schemas.field(field),
    }
}

struct Query<'a, 'b> {
    binding: &'a Binding,
    schemas: &'a mut Schemas<'b>,
    comments: &'a Comments,
    found: Vec<Value>,
}

impl Query<'_, '_> {
    fn message(&mut self, of: &MessageDescriptor, way: &mut Vec<FieldDescriptor>) {
        for field in of.fields() {
            let in_body = matches!(self.binding.body(), BodyRule::Field(body) if way.is_empty() && *body == field);
            way.push(field.clone());
            if !in_body && !self.binding.variables().contains(way) {
                self.field(&field, way);
            }
            way.pop();
        }
    }

    fn field(&mut self, field: &FieldDescriptor, way: &mut Vec<FieldDescriptor>) {
        match field.kind() {
            Kind::Message(_) if field.is_list() || field.is_map() => {}
            // It could only be nothing.
            Kind::Enum(of) if of.full_name() == "google.protobuf.NullValue" => {}
            Kind::Message(inner) if !is_text(&inner) => {
                let known: BTreeSet<_> = way.iter().map(|f| f.parent_message().full_name().to_owned()).collect();
                if special(inner.full_name()).is_none() && way.len() < DEEPEST && !known.contains(inner.full_name()) {
                    self.message(&inner, way);
                }
            }
            _ => {
                let names: Vec<_> = way.iter().map(|f| f.json_name().to_owned()).collect();
                let mut schema = text_schema(field, self.schemas);
                let said = schema.as_object_mut().and_then(|schema| schema.remove("description"));
                let mut parameter = Map::new();
                parameter.insert("name".to_owned(), json!(names.join(".")));
                parameter.insert("in".to_owned(), json!("query"));
                let said = said.unwrap_or_else(|| json!(self.comments.at(&field.parent_file(), field.path())));
                if said.as_str().is_some_and(|said| !said.is_empty()) {
                    parameter.insert("description".to_owned(), said);
                }
                if way.len() == 1 && limits::is_required(field) {
                    parameter.insert("required".to_owned(), json!(true));
                }
                parameter.insert("schema".to_owned(), schema);
                self.found.push(Value::Object(parameter));
            }
        }
    }
}

/// Whether a message is one text in a query.
fn is_text(of: &MessageDescriptor) -> bool {
    let name = of.full_name();
    name == "google.type.Date"
        || name.strip_prefix("google.protobuf.").is_some_and(|name| {
            matches!(name, "Timestamp" | "Duration" | "FieldMask")
                || name.ends_with("Value") && !matches!(name, "Value" | "ListValue")
        })
}
