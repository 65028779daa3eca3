//! One set of `buf.validate` rules, read so that nothing in it can be overlooked: what the generator did not take is
//! a fault of the build.

use std::collections::BTreeMap;

use prost_reflect::{DescriptorPool, DynamicMessage, Value};

/// The rules set on one thing (a field, an item, a map key, a oneof).
pub(crate) struct Rules {
    /// Where the rules stand, for faults.
    pub at: String,
    /// The kind of the rules: "string", "int32", "repeated" …, or "" on the outer level.
    kind: String,
    set: BTreeMap<String, Value>,
}

impl Rules {
    /// The rules in the option `extension` of `options`; empty when there are none.
    pub(crate) fn of(pool: &DescriptorPool, options: &DynamicMessage, extension: &str, at: &str) -> Rules {
        let none = Rules { at: at.to_owned(), kind: String::new(), set: BTreeMap::new() };
        let Some(extension) = pool.get_extension_by_name(extension) else { return none };
        if !options.has_extension(&extension) {
            return none;
        }
        match options.get_extension(&extension).as_message() {
            Some(message) => Rules::read(message, at, ""),
            None => none,
        }
    }

    fn read(message: &DynamicMessage, at: &str, kind: &str) -> Rules {
        let mut set: BTreeMap<String, Value> =
            message.fields().map(|(field, value)| (field.name().to_owned(), value.clone())).collect();
        // Predefined rules of extensions and rules newer than the vendored contract are unknown to us as well.
        for (extension, value) in message.extensions() {
            set.insert(extension.full_name().to_owned(), value.clone());
        }
        for unknown in message.unknown_fields() {
            set.insert(format!("#{}", unknown.number()), Value::Bool(true));
        }
        Rules { at: at.to_owned(), kind: kind.to_owned(), set }
    }

    /// Takes the rules nested under the name, for instance "string" or "items".
    pub(crate) fn nested(&mut self, name: &str) -> Rules {
        let kind = if self.kind.is_empty() { name.to_owned() } else { format!("{}.{name}", self.kind) };
        match self.set.remove(name).as_ref().and_then(Value::as_message) {
            Some(message) => Rules::read(message, &self.at, &kind),
            None => Rules { at: self.at.clone(), kind, set: BTreeMap::new() },
        }
    }

    pub(crate) fn flag(&mut self, name: &str) -> bool {
        self.set.remove(name).is_some_and(|value| value.as_bool() == Some(true))
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.set.remove(name)?.as_str().map(str::to_owned)
    }

    /// Any whole number, whatever its width; also the number of an enum value.
    pub(crate) fn int(&mut self, name: &str) -> Option<i128> {
        int(&self.set.remove(name)?)
    }

    pub(crate) fn float(&mut self, name: &str) -> Option<f64> {
        let value = self.set.remove(name)?;
        value.as_f64().or_else(|| value.as_f32().map(f64::from))
    }

    pub(crate) fn ints(&mut self, name: &str) -> Vec<i128> {
        self.list(name).iter().filter_map(int).collect()
    }

    pub(crate) fn texts(&mut self, name: &str) -> Vec<String> {
        self.list(name).iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    }

    fn list(&mut self, name: &str) -> Vec<Value> {
        self.set.remove(name).and_then(|v| v.as_list().map(<[Value]>::to_vec)).unwrap_or_default()
    }

    /// Reports what nobody took.
    pub(crate) fn finish(mut self, faults: &mut Vec<String>) {
        self.set.remove("example"); // documentation, not a rule
        let dot = if self.kind.is_empty() { "" } else { "." };
        faults.extend(self.set.keys().map(|rule| {
            format!("{}: the rule `{}{dot}{rule}` is not known to the generator of validation", self.at, self.kind)
        }));
    }
}

fn int(value: &Value) -> Option<i128> {
    match *value {
        Value::I32(n) | Value::EnumNumber(n) => Some(n.into()),
        Value::I64(n) => Some(n.into()),
        Value::U32(n) => Some(n.into()),
        Value::U64(n) => Some(n.into()),
        _ => None,
    }
}
