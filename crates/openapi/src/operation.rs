//! One REST form of a method as an operation.

use std::collections::BTreeSet;

use hoagiai_transcode::{Binding, BodyRule, IGNORED, Upload};
use prost_reflect::{FieldDescriptor, Kind, MethodDescriptor};
use serde_json::{Map, Value, json};

use crate::Notes;
use crate::comments::{Comments, summary};
use crate::parameters;
use crate::paths::Slot;
use crate::schemas::Schemas;

/// The name of the schema of errors.
pub(crate) const STATUS: &str = "google.rpc.Status";

/// What is needed to describe operations.
pub(crate) struct Operations<'a> {
    pub(crate) schemas: Schemas<'a>,
    pub(crate) comments: &'a Comments,
    pub(crate) notes: Notes<'a>,
    /// The ids that are taken.
    pub(crate) ids: BTreeSet<String>,
}

impl Operations<'_> {
    /// The operation of a binding whose path has these parameters.
    pub(crate) fn operation(&mut self, binding: &Binding, slots: &[Slot]) -> Value {
        let method = binding.rpc();
        let said = self.comments.at(&method.parent_file(), method.path());
        let mut operation = Map::new();
        let mut set = |name: &str, value: Value| _ = operation.insert(name.to_owned(), value);
        set("operationId", json!(self.id(method)));
        set("tags", json!([method.parent_service().full_name()]));
        set("summary", json!(summary(&said)));
        let paragraphs: Vec<String> =
            [Some(said), (self.notes.paragraph)(method), stream_note(binding)].into_iter().flatten().collect();
        set("description", json!(paragraphs.join("\n\n").trim()));
        set("parameters", json!(parameters::of(binding, slots, &mut self.schemas, self.comments)));
        if let Some(body) = self.body(binding) {
            set("requestBody", body);
        }
        set("responses", self.responses(binding));
        if !(self.notes.public)(method) {
            set("security", json!([{ "bearer": [] }]));
        }
        if method.method_descriptor_proto().options.as_ref().is_some_and(|options| options.deprecated()) {
            set("deprecated", json!(true));
        }
        Value::Object(operation)
    }

    fn id(&mut self, method: &MethodDescriptor) -> String {
        let service = method.parent_service();
        let short = format!("{}_{}", service.name(), method.name());
        let long = format!("{}_{}", service.full_name().replace('.', "_"), method.name());
        let numbered = (2..).map(|n| format!("{long}_{n}"));
        let free =
            [short, long.clone()].into_iter().chain(numbered).find(|id| !self.ids.contains(id)).unwrap_or_default();
        self.ids.insert(free.clone());
        free
    }

    fn body(&mut self, binding: &Binding) -> Option<Value> {
        let input = binding.rpc().input();
        let bytes = || json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } });
        let bound: BTreeSet<String> =
            binding.variables().iter().filter_map(|way| only(way).map(|field| field.name().to_owned())).collect();
        let content = match (binding.body(), binding.upload()) {
            (BodyRule::None, _) => return None,
            (_, Some(Upload::Bytes)) => bytes(),
            (BodyRule::Field(field), _) if is_http_body(&field.kind()) && !field.is_list() => bytes(),
            (BodyRule::Whole, _) if is_http_body(&Kind::Message(input.clone())) => bytes(),
            (BodyRule::Whole, Some(Upload::Lines)) => {
                let line = self.schemas.object(&input, &BTreeSet::new());
                json!({ "application/x-ndjson": { "schema": line.clone() }, "application/json": { "schema": line } })
            }
            (BodyRule::Whole, None) => json!({ "application/json": { "schema": self.schemas.object(&input, &bound) } }),
            (BodyRule::Field(field), _) => json!({ "application/json": { "schema": self.schemas.field(field) } }),
        };
        Some(json!({ "content": content }))
    }

    fn responses(&mut self, binding: &Binding) -> Value {
        let output = binding.rpc().output();
        let streams = binding.rpc().is_server_streaming();
        let raw = match binding.response_body() {
            Some(field) => is_http_body(&field.kind()) && !field.is_list(),
            None => is_http_body(&Kind::Message(output.clone())),
        };
        let mut schema = || match binding.response_body() {
            Some(field) => nullable(self.schemas.field(field), field),
            None => self.schemas.message(&output),
        };
        let content = if raw {
            json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } })
        } else if streams {
            let error = json!({
                "type": "object",
                "properties": { "error": { "$ref": format!("#/components/schemas/{STATUS}") } },
                "required": ["error"],
            });
            json!({ "application/x-ndjson": { "schema": { "anyOf": [schema(), error] } } })
        } else {
            json!({ "application/json": { "schema": schema() } })
        };
        let mut headers = Map::new();
        if binding.verb() == Some(&http::Method::GET) {
            let said = "Parameters that had no effect, as quoted strings.";
            headers.insert(IGNORED.as_str().to_owned(), json!({ "description": said, "schema": { "type": "string" } }));
        }
        let etag = !streams && parameters::answers_etag(binding);
        if etag {
            headers.insert("etag".to_owned(), json!({ "schema": { "type": "string" } }));
        }
        let mut good = json!({ "description": "The answer.", "content": content });
        if !headers.is_empty() {
            good["headers"] = Value::Object(headers);
        }
        let mut responses = json!({ "200": good, "default": { "$ref": "#/components/responses/Error" } });
        if etag && binding.verb() == Some(&http::Method::GET) {
            responses["304"] = json!({ "description": "The client has it already." });
        }
        responses
    }
}

/// A message that is answered alone is `null` where it is absent.
fn nullable(mut schema: Value, field: &FieldDescriptor) -> Value {
    if matches!(field.kind(), Kind::Message(_)) && !field.is_list() && !field.is_map() {
        schema["nullable"] = json!(true);
        // Beside a reference the word needs a type.
        if schema["allOf"].is_array() {
            schema["type"] = json!("object");
        }
    }
    schema
}

fn only(way: &[FieldDescriptor]) -> Option<&FieldDescriptor> {
    if let [field] = way { Some(field) } else { None }
}

fn is_http_body(kind: &Kind) -> bool {
    matches!(kind, Kind::Message(of) if of.full_name() == "google.api.HttpBody")
}

fn stream_note(binding: &Binding) -> Option<String> {
    let answers =
        binding.rpc().is_server_streaming().then_some("The answer is a JSON a line; an error is the last line.");
    let requests = binding.upload().map(|upload| match upload {
        Upload::Lines => "The request is a JSON a line; what the path holds goes with the first.",
        Upload::Bytes => "The body is the file as it is.",
    });
    let notes: Vec<&str> = requests.into_iter().chain(answers).collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}

/// The schema of `google.rpc.Status`.
pub(crate) fn status() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (google/rpc/status.proto).",
        "properties": {
            "code": { "type": "integer", "format": "int32", "description": "The code of gRPC, 1 to 16." },
            "message": { "type": "string", "description": "What happened, for people." },
            "details": {
                "type": "array",
                "description": "Details by type, such as google.rpc.ErrorInfo and google.rpc.BadRequest; `value` is base64 where the type is not known.",
                "items": { "type": "object", "properties": { "@type": { "type": "string" } }, "required": ["@type"], "additionalProperties": true },
            },
        },
        "required": ["code", "message", "details"],
    })
}

/// The response of any error.
pub(crate) fn error() -> Value {
    json!({
        "description": "An error, with the HTTP status of its code.",
        "headers": { "retry-after": { "description": "Seconds after which a retry may help.", "schema": { "type": "integer" } } },
        "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{STATUS}") } } },
    })
}
