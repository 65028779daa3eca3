//! What OpenAPI 3.0.3 asks of a document's structure and the types of Rust do not.

use std::collections::BTreeSet;

use serde_json::Value;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Everything that is wrong with a document.
pub(crate) fn faults(document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if document["openapi"] != "3.0.3"
        || !document["info"]["title"].is_string()
        || !document["info"]["version"].is_string()
    {
        faults.push("head".to_owned());
    }
    references(document, document, &mut faults);
    let (mut ids, mut shapes) = (BTreeSet::new(), BTreeSet::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with('/') || !shapes.insert(shape(path)) {
            faults.push(format!("{path}: no path, or the same as another"));
        }
        for (word, operation) in item.as_object().unwrap() {
            let at = format!("{word} {path}");
            if !METHODS.contains(&word.as_str()) && !word.starts_with("x-") {
                faults.push(format!("{at}: no word of a path"));
            }
            if !ids.insert(operation["operationId"].as_str().unwrap_or_default().to_owned()) {
                faults.push(format!("{at}: the id is another's"));
            }
            faults.extend(parameters(document, path, operation).into_iter().map(|fault| format!("{at}: {fault}")));
            if operation["responses"].as_object().is_none_or(|responses| responses.is_empty()) {
                faults.push(format!("{at}: no answer"));
            }
            if word == "get" && !operation["requestBody"].is_null() {
                faults.push(format!("{at}: a body"));
            }
        }
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
            faults.push(format!("{name}: no name of a component"));
        }
    }
    schemas(document, "", &mut faults);
    faults
}

/// Every reference leads somewhere, and nothing stands beside it.
fn references(document: &Value, at: &Value, faults: &mut Vec<String>) {
    match at {
        Value::Object(fields) => {
            if let Some(reference) = fields.get("$ref") {
                let pointer = reference.as_str().and_then(|text| text.strip_prefix('#')).unwrap_or("?");
                if document.pointer(pointer).is_none_or(Value::is_null) || fields.len() != 1 {
                    faults.push(format!("{reference} leads nowhere, or has company"));
                }
            }
            fields.values().for_each(|value| references(document, value, faults));
        }
        Value::Array(values) => values.iter().for_each(|value| references(document, value, faults)),
        _ => {}
    }
}

/// Schemas have one of the types of JSON, lists have elements, and what is required is there.
fn schemas(at: &Value, key: &str, faults: &mut Vec<String>) {
    let Value::Object(fields) = at else {
        if let Value::Array(values) = at {
            values.iter().for_each(|value| schemas(value, key, faults));
        }
        return;
    };
    if let (Some(Value::String(of_type)), false) = (fields.get("type"), key == "properties" || key == "securitySchemes")
    {
        let known = ["array", "boolean", "integer", "number", "object", "string", "http"].contains(&of_type.as_str());
        if !known || (of_type == "array") != fields.contains_key("items") {
            faults.push(format!("{key}: {at}"));
        }
    }
    let required = fields.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    if required.iter().any(|name| fields["properties"].get(name.as_str().unwrap()).is_none()) {
        faults.push(format!("{key}: requires what it does not have"));
    }
    fields.iter().for_each(|(key, value)| schemas(value, key, faults));
}

fn parameters(document: &Value, path: &str, operation: &Value) -> Vec<String> {
    let (mut faults, mut declared, mut in_path) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for parameter in operation["parameters"].as_array().unwrap() {
        let parameter = match parameter["$ref"].as_str() {
            Some(reference) => document.pointer(&reference[1..]).unwrap(),
            None => parameter,
        };
        let (name, place) = (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
        if !declared.insert((name, place)) {
            faults.push(format!("{name} in {place} twice"));
        }
        if !parameter["schema"].is_object() {
            faults.push(format!("{name} without a schema"));
        }
        if place == "path" {
            in_path.insert(name.to_owned());
            if parameter["required"] != true {
                faults.push(format!("{name} is not required"));
            }
        }
    }
    let named: BTreeSet<String> =
        path.split('{').skip(1).map(|part| part.split('}').next().unwrap().to_owned()).collect();
    if named != in_path {
        faults.push(format!("the path names {named:?}, the parameters are {in_path:?}"));
    }
    faults
}

fn shape(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shape, part| shape + "{}" + part.split_once('}').map_or("", |(_, rest)| rest))
}
