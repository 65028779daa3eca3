//! Messages and enums as schemas, by the mapping to JSON that the transcoder has.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use crate::comments::Comments;
use crate::limits;

/// Whole numbers of 64 bits are texts.
const SIGNED: &str = "^(0|-?[1-9][0-9]{0,18})$";
/// As [`SIGNED`].
const UNSIGNED: &str = "^(0|[1-9][0-9]{0,19})$";

/// The schemas that are referred to, each described once.
pub(crate) struct Schemas<'a> {
    comments: &'a Comments,
    messages: BTreeMap<String, MessageDescriptor>,
    enums: BTreeMap<String, EnumDescriptor>,
}

impl<'a> Schemas<'a> {
    pub(crate) fn new(comments: &'a Comments) -> Self {
        Self { comments, messages: BTreeMap::new(), enums: BTreeMap::new() }
    }

    /// The schema of a message: a reference, unless JSON has a form of its own for it.
    pub(crate) fn message(&mut self, of: &MessageDescriptor) -> Value {
        if let Some(schema) = special(of.full_name()) {
            return schema;
        }
        self.messages.insert(of.full_name().to_owned(), of.clone());
        reference(of.full_name())
    }

    /// The schema of one value of a kind.
    pub(crate) fn value(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Double => json!({ "type": "number", "format": "double" }),
            Kind::Float => json!({ "type": "number", "format": "float" }),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({ "type": "integer", "format": "int32" }),
            Kind::Uint32 | Kind::Fixed32 => {
                json!({ "type": "integer", "format": "int64", "minimum": 0, "maximum": u32::MAX })
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                json!({ "type": "string", "format": "int64", "pattern": SIGNED })
            }
            Kind::Uint64 | Kind::Fixed64 => json!({ "type": "string", "format": "uint64", "pattern": UNSIGNED }),
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::String => json!({ "type": "string" }),
            Kind::Bytes => json!({ "type": "string", "format": "byte" }),
            Kind::Message(of) => self.message(of),
            Kind::Enum(of) if of.full_name() == "google.protobuf.NullValue" => {
                json!({ "nullable": true, "enum": [null] })
            }
            Kind::Enum(of) => {
                self.enums.insert(of.full_name().to_owned(), of.clone());
                reference(of.full_name())
            }
        }
    }

    /// The schema of a field, with its comment and its limits.
    pub(crate) fn field(&mut self, field: &FieldDescriptor) -> Value {
        let kind = field.kind();
        let schema = match &kind {
            Kind::Message(entry) if field.is_map() => {
                let value = self.value(&entry.map_entry_value_field().kind());
                json!({ "type": "object", "additionalProperties": value })
            }
            kind if field.is_list() => json!({ "type": "array", "items": self.value(kind) }),
            kind => self.value(kind),
        };
        let mut schema = match schema {
            // What stands beside a reference is not read (OpenAPI 3.0.3, "Reference Object").
            Value::Object(schema) if schema.contains_key("$ref") => {
                Map::from_iter([("allOf".to_owned(), json!([schema]))])
            }
            Value::Object(schema) => schema,
            _ => Map::new(),
        };
        limits::add(field, &mut schema);
        let mut said = self.comments.at(&field.parent_file(), field.path());
        if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
            let others: Vec<_> = oneof.fields().map(|f| format!("`{}`", f.json_name())).collect();
            said = format!("{said}\n\nAt most one of {} is given.", others.join(", ")).trim().to_owned();
        }
        if !said.is_empty() {
            schema.insert("description".to_owned(), json!(said));
        }
        Value::Object(schema)
    }

    /// The schema of a message's fields but these; for the body of a request whose path holds the others.
    pub(crate) fn object(&mut self, of: &MessageDescriptor, without: &BTreeSet<String>) -> Value {
        let fields: Vec<_> = of.fields().filter(|field| !without.contains(field.name())).collect();
        let properties: Map<String, Value> =
            fields.iter().map(|field| (field.json_name().to_owned(), self.field(field))).collect();
        let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        let required: Vec<_> = fields.iter().filter(|f| limits::is_required(f)).map(|f| f.json_name()).collect();
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        let said = self.comments.at(&of.parent_file(), of.path());
        if !said.is_empty() {
            schema["description"] = json!(said);
        }
        schema
    }

    /// Every schema that was referred to, and those that they refer to.
    pub(crate) fn finish(mut self) -> Map<String, Value> {
        let mut done = Map::new();
        while let Some((name, message)) = self.messages.pop_first() {
            if !done.contains_key(&name) {
                done.insert(name.clone(), Value::Null);
                let mut schema = self.object(&message, &BTreeSet::new());
                // Answers gain fields; a client must not refuse them.
                if let Some(schema) = schema.as_object_mut() {
                    schema.remove("additionalProperties");
                }
                done.insert(name, schema);
            }
        }
        for (name, of) in std::mem::take(&mut self.enums) {
            done.insert(name, self.enumeration(&of));
        }
        done
    }

    fn enumeration(&self, of: &EnumDescriptor) -> Value {
        let names: Vec<_> = of.values().map(|value| value.name().to_owned()).collect();
        let said = of.values().filter_map(|value| {
            let said = self.comments.at(&of.parent_file(), value.path()).replace('\n', " ");
            (!said.is_empty()).then(|| format!("- `{}`: {said}", value.name()))
        });
        let own = self.comments.at(&of.parent_file(), of.path());
        let said = [own, said.collect::<Vec<_>>().join("\n")].join("\n\n").trim().to_owned();
        let mut schema = json!({ "type": "string", "enum": names });
        if !said.is_empty() {
            schema["description"] = json!(said);
        }
        schema
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The schemas of messages that JSON has a form of its own for.
pub(crate) fn special(name: &str) -> Option<Value> {
    let nullable = |mut schema: Value| {
        schema["nullable"] = json!(true);
        schema
    };
    Some(match name.strip_prefix("google.protobuf.") {
        None => return None,
        Some("Timestamp") => json!({ "type": "string", "format": "date-time" }),
        Some("Duration") => {
            json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?s$", "description": "Seconds, `1.500s`." })
        }
        Some("FieldMask") => {
            json!({ "type": "string", "description": "Names of fields, comma between, `displayName,area.code`." })
        }
        Some("Struct" | "Empty") => json!({ "type": "object" }),
        Some("Value") => json!({ "nullable": true, "description": "Any JSON." }),
        Some("ListValue") => json!({ "type": "array", "items": {} }),
        Some("Any") => json!({
            "type": "object",
            "properties": { "@type": { "type": "string", "description": "The type, `type.googleapis.com/google.rpc.BadRequest`." } },
            "additionalProperties": true,
        }),
        Some("DoubleValue") => nullable(json!({ "type": "number", "format": "double" })),
        Some("FloatValue") => nullable(json!({ "type": "number", "format": "float" })),
        Some("Int64Value") => nullable(json!({ "type": "string", "format": "int64", "pattern": SIGNED })),
        Some("UInt64Value") => nullable(json!({ "type": "string", "format": "uint64", "pattern": UNSIGNED })),
        Some("Int32Value") => nullable(json!({ "type": "integer", "format": "int32" })),
        Some("UInt32Value") => {
            nullable(json!({ "type": "integer", "format": "int64", "minimum": 0, "maximum": u32::MAX }))
        }
        Some("BoolValue") => nullable(json!({ "type": "boolean" })),
        Some("StringValue") => nullable(json!({ "type": "string" })),
        Some("BytesValue") => nullable(json!({ "type": "string", "format": "byte" })),
        Some(_) => return None,
    })
}
