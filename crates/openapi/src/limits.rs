//! The limits that `buf.validate` puts on fields, as far as JSON Schema has words for them.

use prost_reflect::{DynamicMessage, FieldDescriptor, Value};
use serde_json::{Map, Value as Json, json};

/// The option of a field.
const OPTION: &str = "buf.validate.field";

/// Adds what is known of a field to the schema of its values (`elements`: of the list itself).
pub(crate) fn add(field: &FieldDescriptor, schema: &mut Map<String, Json>) {
    let Some(rules) = rules(field) else { return };
    // Whole numbers of 64 bits are texts in JSON, where a number's limits mean nothing.
    let of_type = schema.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
    match of_type.as_str() {
        "array" => copy(&part(&rules, "repeated"), &[("min_items", "minItems"), ("max_items", "maxItems")], schema),
        "string" => text(&rules, schema),
        "integer" => {
            for kind in ["int32", "sint32", "sfixed32", "uint32", "fixed32"] {
                copy(&part(&rules, kind), &[("gte", "minimum"), ("lte", "maximum")], schema);
            }
        }
        "number" => {
            for kind in ["double", "float"] {
                copy(&part(&rules, kind), &[("gte", "minimum"), ("lte", "maximum")], schema);
            }
        }
        _ => {}
    }
}

/// Whether a request without the field is refused.
pub(crate) fn is_required(field: &FieldDescriptor) -> bool {
    rules(field).is_some_and(|rules| rules.get_field_by_name("required").is_some_and(|v| v.as_bool() == Some(true)))
}

fn rules(field: &FieldDescriptor) -> Option<DynamicMessage> {
    let option = field.parent_pool().get_extension_by_name(OPTION)?;
    let options = field.options();
    options.has_extension(&option).then(|| options.get_extension(&option).as_message().cloned()).flatten()
}

fn part(rules: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    if !rules.has_field_by_name(name) {
        return None;
    }
    rules.get_field_by_name(name)?.as_message().cloned()
}

fn copy(rules: &Option<DynamicMessage>, names: &[(&str, &str)], schema: &mut Map<String, Json>) {
    let Some(rules) = rules else { return };
    for (rule, word) in names {
        let value = rules.has_field_by_name(rule).then(|| rules.get_field_by_name(rule)).flatten();
        let value = value.and_then(|value| match value.as_ref() {
            Value::U64(n) => Some(json!(n)),
            Value::I32(n) => Some(json!(n)),
            Value::U32(n) => Some(json!(n)),
            Value::F64(n) => Some(json!(n)),
            Value::F32(n) => Some(json!(n)),
            _ => None,
        });
        schema.extend(value.map(|value| ((*word).to_owned(), value)));
    }
}

fn text(rules: &DynamicMessage, schema: &mut Map<String, Json>) {
    let Some(of_text) = part(rules, "string") else { return };
    // What is not looked at when it is empty has no least length and no form.
    let empty_passes = rules.has_field_by_name("ignore");
    let of_text = Some(of_text);
    copy(&of_text, &[("max_len", "maxLength")], schema);
    if empty_passes {
        return;
    }
    copy(&of_text, &[("min_len", "minLength")], schema);
    let Some(of_text) = of_text else { return };
    if of_text.has_field_by_name("uuid") {
        schema.insert("format".to_owned(), json!("uuid"));
    }
    let pattern = of_text.get_field_by_name("pattern").and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    // The rest of RE2 that ECMA 262, whose patterns OpenAPI has, does not know.
    let foreign = ["(?", "\\p", "\\P", "\\A", "\\z", "[[:"].iter().any(|sign| pattern.contains(sign));
    if !pattern.is_empty() && !foreign {
        schema.insert("pattern".to_owned(), json!(pattern));
    }
}
