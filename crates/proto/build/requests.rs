//! Writes `impl Wire` for every message that a method takes or gives: requests are validated when a server decodes
//! them, answers are not; and `impl Request` with what idempotency needs to know of each request.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use prost_reflect::{DescriptorPool, Kind, MessageDescriptor};

use super::names;

/// The code, or every message that is both asked and answered.
pub(crate) fn generate(pool: &DescriptorPool) -> Result<String, Vec<String>> {
    let mut inputs: BTreeMap<String, (MessageDescriptor, Vec<String>)> = BTreeMap::new();
    let mut outputs: BTreeMap<String, MessageDescriptor> = BTreeMap::new();
    for service in pool.services().filter(|s| s.full_name().starts_with("hoagiai.")) {
        for method in service.methods() {
            let path = format!("/{}/{}", service.full_name(), method.name());
            let input = method.input();
            inputs.entry(input.full_name().to_owned()).or_insert((input, Vec::new())).1.push(path);
            outputs.insert(method.output().full_name().to_owned(), method.output());
        }
    }
    let mut faults = Vec::new();
    let mut code = String::new();
    for (name, (message, methods)) in &inputs {
        if outputs.contains_key(name) || methods.len() > 1 {
            faults.push(format!("{name}: a request belongs to one method and is nobody's answer ({methods:?})"));
        }
        if !name.starts_with("hoagiai.") {
            faults.push(format!("{name}: a request is a message of this project ({methods:?})"));
            continue;
        }
        code.push_str(&request(pool, message, methods.first().map_or("", String::as_str)));
    }
    for name in outputs.keys().filter(|name| name.as_str() != "google.protobuf.Empty") {
        let _ = writeln!(code, "impl crate::codec::Wire for {} {{}}", names::path(pool, name));
    }
    if faults.is_empty() { Ok(code) } else { Err(faults) }
}

fn request(pool: &DescriptorPool, message: &MessageDescriptor, method: &str) -> String {
    let path = names::path(pool, message.full_name());
    let id = message.get_field_by_name("request_id").filter(|f| f.kind() == Kind::String && !f.is_list());
    // A position to wait for says when to act, not what to do: a repeat may have seen more of the journal.
    let waits = message.fields().filter(|f| f.kind() == Kind::Int64 && !f.is_list() && !f.supports_presence());
    let waits = waits.filter(|f| f.name() == "at_least" || f.name().ends_with("_at_least"));
    let waits: String = waits.map(|f| format!("copy.{} = 0; ", f.name())).collect();
    let (read, clear) = match id {
        None => ("None", ""),
        Some(field) if field.supports_presence() => {
            ("self.request_id.as_deref().filter(|id| !id.is_empty())", "copy.request_id = None; ")
        }
        Some(_) => ("Some(self.request_id.as_str()).filter(|id| !id.is_empty())", "copy.request_id.clear(); "),
    };
    let clear = match format!("{clear}{waits}") {
        nothing if nothing.is_empty() => "self.clone()".to_owned(),
        changes => format!("{{ let mut copy = self.clone(); {changes}copy }}"),
    };
    let listing = match (message.get_field_by_name("page_size"), message.get_field_by_name("page_token")) {
        (Some(_), Some(_)) => format!(
            "impl crate::codec::Listing for {path} {{\n\
             fn page(&self) -> (i32, &str) {{ (self.page_size, &self.page_token) }}\n\
             fn filter(&self) -> Self {{ let mut copy = self.clone(); copy.page_size = 0; \
             copy.page_token.clear(); copy }}\n}}\n"
        ),
        _ => String::new(),
    };
    format!(
        "{listing}impl crate::codec::Wire for {path} {{\n\
         fn faults(&self) -> v::Violations {{ v::Validate::faults(self) }}\n}}\n\
         impl crate::codec::Request for {path} {{\n\
         const METHOD: &'static str = {method:?};\n\
         fn request_id(&self) -> Option<&str> {{ {read} }}\n\
         fn without_request_id(&self) -> Self {{ {clear} }}\n}}\n"
    )
}
