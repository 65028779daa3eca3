//! The Rust names that prost gives to what a contract names.

use heck::{ToSnakeCase, ToUpperCamelCase};
use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor, OneofDescriptor};

/// Words of Rust that a field or package may carry; prost writes them raw.
const KEYWORDS: [&str; 46] = [
    "as", "break", "const", "continue", "else", "enum", "false", "fn", "for", "if", "impl", "in", "let", "loop",
    "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct", "trait", "true", "type", "unsafe",
    "use", "where", "while", "dyn", "abstract", "become", "box", "do", "final", "macro", "override", "priv", "typeof",
    "unsized", "virtual", "yield", "async", "await", "try",
];

fn snake(name: &str) -> String {
    let name = name.to_snake_case();
    match name.as_str() {
        "gen" => "r#gen".to_owned(),
        "self" | "super" | "crate" | "extern" => name + "_",
        word if KEYWORDS.contains(&word) => format!("r#{word}"),
        _ => name,
    }
}

/// The field of the generated struct.
pub(crate) fn field(field: &FieldDescriptor) -> String {
    snake(field.name())
}

/// The variant of the generated oneof enum.
pub(crate) fn variant(field: &FieldDescriptor) -> String {
    field.name().to_upper_camel_case()
}

/// The oneof's field in the generated struct.
pub(crate) fn oneof_field(oneof: &OneofDescriptor) -> String {
    snake(oneof.name())
}

/// The path of the generated oneof enum.
pub(crate) fn oneof(pool: &DescriptorPool, oneof: &OneofDescriptor) -> String {
    let message = oneof.parent_message();
    format!("{}::{}", inside(pool, message), oneof.name().to_upper_camel_case())
}

/// The path of the struct or enum generated for a full name of the contract.
pub(crate) fn path(pool: &DescriptorPool, full_name: &str) -> String {
    let Some((scope, name)) = full_name.rsplit_once('.') else { return full_name.to_upper_camel_case() };
    let scope = match pool.get_message_by_name(scope) {
        Some(parent) => inside(pool, &parent),
        None => scope.split('.').map(snake).collect::<Vec<_>>().join("::"),
    };
    format!("{scope}::{}", name.to_upper_camel_case())
}

/// The module that holds what is nested in a message.
fn inside(pool: &DescriptorPool, message: &MessageDescriptor) -> String {
    let own = path(pool, message.full_name());
    match own.rsplit_once("::") {
        Some((scope, _)) => format!("{scope}::{}", snake(message.name())),
        None => snake(message.name()),
    }
}
