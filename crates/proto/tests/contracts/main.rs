//! Checks of the contracts themselves: what a reader, a generator of clients and the layers rely on. Each test names
//! every place that breaks its rule.

mod comments;
mod personal;
mod style;

use hoagiai_proto::pool;
use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, MessageDescriptor, MethodDescriptor, Value};

fn ours(full_name: &str) -> bool {
    full_name.starts_with("hoagiai.")
}

fn messages() -> impl Iterator<Item = MessageDescriptor> {
    pool().all_messages().filter(|m| ours(m.full_name()) && !m.is_map_entry())
}

fn fields() -> impl Iterator<Item = FieldDescriptor> {
    messages().flat_map(|m| m.fields().collect::<Vec<_>>())
}

fn enums() -> impl Iterator<Item = EnumDescriptor> {
    pool().all_enums().filter(|e| ours(e.full_name()))
}

fn methods() -> impl Iterator<Item = MethodDescriptor> {
    pool().services().filter(|s| ours(s.full_name())).flat_map(|s| s.methods().collect::<Vec<_>>())
}

/// The value of a message option, if it is set.
fn option(options: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let extension = pool().get_extension_by_name(name)?;
    options.has_extension(&extension).then(|| options.get_extension(&extension).as_message().cloned())?
}

/// The verb and the path of the REST form of a method.
fn http(method: &MethodDescriptor) -> Option<(&'static str, String, String)> {
    let rule = option(&method.options(), "google.api.http")?;
    let verb = ["get", "post", "patch", "put", "delete"].into_iter().find(|verb| rule.has_field_by_name(verb))?;
    let text =
        |name: &str| rule.get_field_by_name(name).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    Some((verb, text(verb), text("body")))
}

/// The rules of `buf.validate` on a field.
fn rules(field: &FieldDescriptor) -> Option<DynamicMessage> {
    option(&field.options(), "buf.validate.field")
}

/// A message nested in another, by field names.
fn nested(message: Option<DynamicMessage>, path: &[&str]) -> Option<DynamicMessage> {
    path.iter().try_fold(message?, |message, name| {
        message.has_field_by_name(name).then(|| message.get_field_by_name(name)?.as_message().cloned())?
    })
}

fn is_set(message: &DynamicMessage, names: &[&str]) -> bool {
    names.iter().any(|name| message.has_field_by_name(name))
}

/// The messages that can be reached from a message, itself included, without passing the fields named.
fn reach(from: MessageDescriptor, without: &[&str]) -> Vec<MessageDescriptor> {
    let mut found = vec![from];
    let mut next = 0;
    while let Some(message) = found.get(next).cloned() {
        next += 1;
        for field in message.fields().filter(|f| !without.contains(&f.full_name())) {
            if let Some(inner) = field.kind().as_message()
                && (ours(inner.full_name()) || inner.is_map_entry())
                && !found.contains(inner)
            {
                found.push(inner.clone());
            }
        }
    }
    found
}

#[track_caller]
fn none(rule: &str, broken: impl IntoIterator<Item = String>) {
    let broken: Vec<String> = broken.into_iter().collect();
    assert!(broken.is_empty(), "{rule}: {} places\n  {}", broken.len(), broken.join("\n  "));
}

/// The number of an enum option.
fn enum_option(options: &DynamicMessage, name: &str) -> i32 {
    let Some(extension) = pool().get_extension_by_name(name) else { return 0 };
    match options.get_extension(&extension).as_ref() {
        Value::EnumNumber(number) => *number,
        _ => 0,
    }
}
