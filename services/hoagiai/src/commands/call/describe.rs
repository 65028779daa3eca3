//! What a method takes and gives, in the words of its contract.

use std::{collections::HashSet, fmt::Write as _};

use prost_reflect::{EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor, MethodDescriptor};

/// The method, its request and its answer, and every message and enumeration of ours that they are made of.
pub(super) fn method(method: &MethodDescriptor) -> String {
    let mut text = String::new();
    let service = method.parent_service();
    let _ = writeln!(text, "{}/{}", service.full_name(), method.name());
    lines(&mut text, "  ", &comment(&service.parent_file(), method.path()));
    let stream = |is: bool| if is { "a stream of " } else { "" };
    let (takes, gives) = (method.input(), method.output());
    let _ = writeln!(text, "\ntakes {}{}", stream(method.is_client_streaming()), takes.full_name());
    let _ = writeln!(text, "gives {}{}", stream(method.is_server_streaming()), gives.full_name());
    let mut shown = Shown::default();
    shown.message(&mut text, &takes);
    shown.message(&mut text, &gives);
    text
}

/// Each type once.
#[derive(Default)]
struct Shown(HashSet<String>);

impl Shown {
    fn message(&mut self, text: &mut String, message: &MessageDescriptor) {
        if is_known(message.package_name()) || !self.0.insert(message.full_name().to_owned()) {
            return;
        }
        let file = message.parent_file();
        let _ = writeln!(text, "\n{}", message.full_name());
        for field in message.fields() {
            let _ = writeln!(text, "  {}: {}", field.json_name(), kind(&field));
            lines(text, "      ", &comment(&file, field.path()));
        }
        for field in message.fields() {
            // The value of a map stands in an entry of its own.
            let value = field.is_map().then(|| field.kind().as_message().map(MessageDescriptor::map_entry_value_field));
            match value.flatten().as_ref().unwrap_or(&field).kind() {
                Kind::Message(of) => self.message(text, &of),
                Kind::Enum(of) => self.enumeration(text, &of),
                _ => {}
            }
        }
    }

    fn enumeration(&mut self, text: &mut String, of: &EnumDescriptor) {
        if is_known(of.package_name()) || !self.0.insert(of.full_name().to_owned()) {
            return;
        }
        let file = of.parent_file();
        let _ = writeln!(text, "\n{}", of.full_name());
        for value in of.values() {
            let _ = writeln!(text, "  {}", value.name());
            lines(text, "      ", &comment(&file, value.path()));
        }
    }
}

/// The types that come with protobuf and its API conventions: everybody can read about them elsewhere.
fn is_known(package: &str) -> bool {
    package.starts_with("google.")
}

/// How those that our contracts use are written in JSON.
fn example(of: &str) -> Option<&'static str> {
    Some(match of {
        "google.type.Date" => r#"{"year": 2025, "month": 7, "day": 1}"#,
        "google.protobuf.Timestamp" => r#""2025-07-01T00:00:00Z""#,
        "google.protobuf.Duration" => r#""90s""#,
        "google.protobuf.FieldMask" => r#""displayName,validFrom""#,
        _ => return None,
    })
}

fn kind(field: &FieldDescriptor) -> String {
    let of = |field: &FieldDescriptor| match field.kind() {
        Kind::Message(of) => match example(of.full_name()) {
            Some(example) => format!("{}, as {example}", of.full_name()),
            None => of.full_name().to_owned(),
        },
        Kind::Enum(of) => of.full_name().to_owned(),
        scalar => format!("{scalar:?}").to_lowercase(),
    };
    match field.kind().as_message() {
        Some(entry) if field.is_map() => {
            format!("map of {} to {}", of(&entry.map_entry_key_field()), of(&entry.map_entry_value_field()))
        }
        _ if field.is_list() => format!("list of {}", of(field)),
        _ => of(field),
    }
}

fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let found = info.and_then(|info| info.location.iter().find(|location| location.path == path));
    found.map(|location| location.leading_comments().trim_end().to_owned()).unwrap_or_default()
}

fn lines(text: &mut String, before: &str, comment: &str) {
    for line in comment.lines() {
        let _ = writeln!(text, "{before}{}", line.strip_prefix(' ').unwrap_or(line));
    }
}
