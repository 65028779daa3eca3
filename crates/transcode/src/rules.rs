//! `google.api.http` as it stands on a method, read without judgement (google/api/http.proto).

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, MethodDescriptor, Value};

/// The name of the option.
const OPTION: &str = "google.api.http";

/// One pattern of a rule, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// `GET`, `POST`, …; `*` for any.
    pub(crate) method: String,
    /// The path template.
    pub(crate) path: String,
    /// `*`, the name of a field, or nothing.
    pub(crate) body: String,
    /// The name of a field, or nothing.
    pub(crate) response_body: String,
    /// Whether it holds bindings although it is one itself.
    pub(crate) nested: bool,
}

/// The option's extension in a pool; none: no contract of the pool has REST forms.
pub(crate) fn extension(pool: &DescriptorPool) -> Option<ExtensionDescriptor> {
    pool.get_extension_by_name(OPTION)
}

/// The patterns of a method, the primary one first; an element of none is a rule without a pattern.
pub(crate) fn written(method: &MethodDescriptor, option: &ExtensionDescriptor) -> Vec<Option<Written>> {
    let options = method.options();
    if !options.has_extension(option) {
        return Vec::new();
    }
    let rule = options.get_extension(option);
    let Some(rule) = rule.as_message() else { return Vec::new() };
    let more = rule.get_field_by_name("additional_bindings");
    let more = more.as_deref().and_then(Value::as_list).unwrap_or_default();
    let mut all = vec![pattern(rule, false)];
    all.extend(more.iter().filter_map(Value::as_message).map(|rule| pattern(rule, true)));
    all
}

fn pattern(rule: &DynamicMessage, additional: bool) -> Option<Written> {
    let text = |of: &DynamicMessage, name: &str| of.get_field_by_name(name)?.as_str().map(str::to_owned);
    let named = [("get", "GET"), ("put", "PUT"), ("post", "POST"), ("delete", "DELETE"), ("patch", "PATCH")];
    let (method, path) = match named.into_iter().find(|(field, _)| rule.has_field_by_name(field)) {
        Some((field, method)) => (method.to_owned(), text(rule, field)?),
        None if rule.has_field_by_name("custom") => {
            let custom = rule.get_field_by_name("custom")?;
            let custom = custom.as_message()?;
            (text(custom, "kind")?, text(custom, "path")?)
        }
        None => return None,
    };
    Some(Written {
        method,
        path,
        body: text(rule, "body").unwrap_or_default(),
        response_body: text(rule, "response_body").unwrap_or_default(),
        nested: additional && rule.has_field_by_name("additional_bindings"),
    })
}
