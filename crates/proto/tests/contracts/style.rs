//! The rules of the house for names, types, pages and verbs (AIP-122 to 158 as style.md takes them).

use std::collections::{BTreeMap, BTreeSet};

use hoagiai_proto::pool;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::{enums, fields, http, is_set, messages, methods, nested, none, option, ours, reach, rules};

#[test]
fn every_method_has_an_access_rule_and_a_rest_form() {
    none(
        "without hoagiai.options.v1.access",
        methods().filter(|m| option(&m.options(), "hoagiai.options.v1.access").is_none()).map(|m| m.full_name().into()),
    );
    none("without google.api.http", methods().filter(|m| http(m).is_none()).map(|m| m.full_name().into()));
}

#[test]
fn requests_and_answers_belong_to_one_method() {
    none(
        "not named after the method",
        methods()
            .filter(|m| m.input().name() != format!("{}Request", m.name()))
            .chain(methods().filter(|m| m.output().name() != format!("{}Response", m.name())))
            .map(|m| m.full_name().into()),
    );
    let mut users: BTreeMap<String, usize> = BTreeMap::new();
    for method in methods() {
        *users.entry(method.input().full_name().into()).or_default() += 1;
        *users.entry(method.output().full_name().into()).or_default() += 1;
    }
    none("used by more than one method", users.into_iter().filter(|(_, n)| *n > 1).map(|(name, _)| name));
}

/// The fields that a path template names: `{team_id}`, `{name=teams/*}`.
fn variables(path: &str) -> Vec<String> {
    let parts = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    parts.map(|v| v.split('=').next().unwrap_or_default().to_owned()).collect()
}

fn at_path(message: &MessageDescriptor, path: &str) -> Option<FieldDescriptor> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let field = message.get_field_by_name(first)?;
    match rest {
        None => Some(field),
        Some(rest) => at_path(field.kind().as_message()?, rest),
    }
}

#[test]
fn rest_forms_make_sense() {
    let mut broken = Vec::new();
    let mut shapes: BTreeMap<String, String> = BTreeMap::new();
    for method in methods() {
        let Some((verb, path, body)) = http(&method) else { continue };
        let name = method.full_name();
        if !path.starts_with("/v1/") {
            broken.push(format!("{name}: {path} does not start with the version"));
        }
        for variable in variables(&path) {
            match at_path(&method.input(), &variable) {
                None => broken.push(format!("{name}: no field {variable}")),
                Some(field) if field.is_list() || field.kind().as_message().is_some() => {
                    broken.push(format!("{name}: {variable} cannot stand in a path"));
                }
                Some(_) => {}
            }
        }
        if (verb == "get" || verb == "delete") != body.is_empty() {
            broken.push(format!("{name}: {verb} with the body {body:?}"));
        }
        // Two templates that differ in the names of their variables only are one address.
        let mut shape = String::new();
        let mut inside = false;
        for c in path.chars() {
            match c {
                '{' => inside = true,
                '}' => (inside, _) = (false, shape.push('*')),
                _ if inside => {}
                c => shape.push(c),
            }
        }
        if let Some(other) = shapes.insert(format!("{verb} {shape}"), name.to_owned()) {
            broken.push(format!("{name}: the same address as {other}"));
        }
    }
    none("REST forms", broken);
}

#[test]
fn lists_have_pages() {
    let mut broken = Vec::new();
    let paged = |m: &MessageDescriptor| {
        let kind = |name: &str| m.get_field_by_name(name).map(|f| f.kind());
        kind("page_size") == Some(Kind::Int32) && kind("page_token") == Some(Kind::String)
    };
    for method in methods().filter(|m| !m.is_server_streaming()) {
        let is_list = method.name().starts_with("List") || method.name().starts_with("Search");
        if is_list && !paged(&method.input()) {
            broken.push(format!("{}: no page_size (int32) and page_token (string)", method.full_name()));
        }
        if is_list || paged(&method.input()) {
            let output = method.output();
            if output.get_field_by_name("next_page_token").is_none_or(|f| f.kind() != Kind::String || f.number() != 2) {
                broken.push(format!("{}: no next_page_token = 2", method.full_name()));
            }
            if output.get_field(1).is_none_or(|f| !f.is_list()) {
                broken.push(format!("{}: the items are not field 1", method.full_name()));
            }
        }
    }
    none("pages", broken);
}

#[test]
fn what_changes_something_has_a_request_id_and_what_reads_has_none() {
    none(
        "request_id",
        methods()
            .filter(|m| {
                let reads = http(m).is_some_and(|(verb, ..)| verb == "get");
                // Computing and checking change nothing, though their questions are too long for an address.
                let asks = ["Compute", "Check", "Explain", "Search", "Find", "Preview", "Verify", "BatchGet"];
                let asks = asks.iter().any(|verb| m.name().starts_with(verb));
                m.input().get_field_by_name("request_id").is_some() == (reads || asks)
            })
            .map(|m| m.full_name().into()),
    );
}

#[test]
fn enums_start_unspecified_and_carry_their_name() {
    let mut broken = Vec::new();
    for of in enums() {
        let mut prefix = String::new();
        for (i, c) in of.name().chars().enumerate() {
            if c.is_uppercase() && i > 0 {
                prefix.push('_');
            }
            prefix.extend(c.to_uppercase());
        }
        if of.get_value(0).is_none_or(|zero| zero.name() != format!("{prefix}_UNSPECIFIED")) {
            broken.push(format!("{}: zero is not {prefix}_UNSPECIFIED", of.full_name()));
        }
        broken.extend(of.values().filter(|v| !v.name().starts_with(&prefix)).map(|v| v.full_name().to_owned()));
    }
    none("enums", broken);
}

#[test]
fn names_tell_types() {
    let wanted = |f: &FieldDescriptor| -> Option<&'static str> {
        let message = |name: &str| f.kind().as_message().is_some_and(|m| m.full_name() == name);
        let name = f.name();
        if name == "id" || name == "uuid" {
            return Some("ids are <resource>_id");
        }
        if (name.ends_with("_id") || name.ends_with("_ids")) && f.kind() != Kind::String {
            return Some("ids are strings");
        }
        if (name.ends_with("_time") || name == "known_at") && !message("google.protobuf.Timestamp") {
            return Some("a _time is a Timestamp");
        }
        if (name.ends_with("_date") || name == "valid_at") && !message("google.type.Date") {
            return Some("a _date is a google.type.Date");
        }
        if name.ends_with("_count") && !matches!(f.kind(), Kind::Int32 | Kind::Int64) {
            return Some("a _count is a whole number");
        }
        if matches!(f.kind(), Kind::Float | Kind::Double) {
            return Some("no floating point: a ratio is two integers");
        }
        if matches!(f.kind(), Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64) {
            return Some("signed integers only: half of the languages have no others");
        }
        let plural = name.ends_with('s') || ["data", "media"].contains(&name);
        if f.is_list() && !plural && !ALSO_PLURAL.contains(&name) {
            return Some("a list has a plural name");
        }
        None
    };
    none("names and types", fields().filter_map(|f| wanted(&f).map(|rule| format!("{}: {rule}", f.full_name()))));
}

/// Lists whose names do not end in "s" all the same.
const ALSO_PLURAL: [&str; 2] = ["path", "criteria"];

/// The messages that callers send.
fn asked() -> BTreeSet<String> {
    methods().flat_map(|m| reach(m.input(), &[])).map(|m| m.full_name().to_owned()).collect()
}

#[test]
fn what_callers_send_is_bounded() {
    let asked = asked();
    let mut broken = Vec::new();
    for field in messages().filter(|m| asked.contains(m.full_name())).flat_map(|m| m.fields().collect::<Vec<_>>()) {
        let own = rules(&field);
        let scalar = if field.is_list() {
            let list = nested(own.clone(), &["repeated"]);
            if !list.as_ref().is_some_and(|l| is_set(l, &["max_items"])) {
                broken.push(format!("{}: no max_items", field.full_name()));
            }
            nested(list, &["items"])
        } else if field.is_map() {
            continue;
        } else {
            own
        };
        let bounded = match field.kind() {
            Kind::String => nested(scalar, &["string"]).is_some_and(|s| {
                let pattern =
                    s.get_field_by_name("pattern").and_then(|p| p.as_str().map(str::to_owned)).unwrap_or_default();
                let bounded = !pattern.replace("\\+", "").contains(['*', '+']);
                let fixed = bounded && pattern.starts_with('^') && pattern.ends_with('$');
                fixed || is_set(&s, &["max_len", "len", "max_bytes", "uuid", "in", "const", "email"])
            }),
            Kind::Bytes => nested(scalar, &["bytes"]).is_some_and(|b| is_set(&b, &["max_len", "len"])),
            Kind::Enum(_) => nested(scalar, &["enum"]).is_some_and(|e| is_set(&e, &["defined_only", "in", "const"])),
            _ => true,
        };
        if !bounded {
            broken.push(format!("{}: no bound", field.full_name()));
        }
    }
    none("what callers send", broken);
}

#[test]
fn ids_that_callers_send_are_checked() {
    let asked = asked();
    let named_otherwise = ["consumer_id", "key_id", "criterion_id"];
    none(
        "without the rule string.uuid",
        messages().filter(|m| asked.contains(m.full_name())).flat_map(|m| m.fields().collect::<Vec<_>>()).filter_map(
            |f| {
                let items = if f.is_list() { vec!["repeated", "items", "string"] } else { vec!["string"] };
                let is_id = f.name().ends_with("_id") || f.name().ends_with("_ids");
                let checked = nested(rules(&f), &items).is_some_and(|s| is_set(&s, &["uuid"]));
                (is_id && !checked && !named_otherwise.contains(&f.name())).then(|| f.full_name().to_owned())
            },
        ),
    );
}

#[test]
fn reasons_of_errors_are_short_and_documented_once() {
    let broken = enums().filter(|e| e.name() == "ErrorReason").flat_map(|e| {
        e.values()
            .filter(|v| v.name().len() > 63 + "ERROR_REASON_".len())
            .map(|v| v.full_name().to_owned())
            .collect::<Vec<_>>()
    });
    none("longer than 63 characters", broken);
    assert!(pool().files().filter(|f| ours(f.package_name())).count() > 10);
}
