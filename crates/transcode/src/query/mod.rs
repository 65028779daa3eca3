//! The parameters of a query as fields of a request.
//!
//! A parameter is named by the way to its field, `team.area.code`, each name as in the contract or as in JSON. A repeated
//! field takes its parameter as often as it is given. Messages with a text form take it: instants (RFC 3339), durations
//! (`1.5s`), field masks (`a,b.c`), wrappers (the bare value), and, beyond what google.api.http says, `google.type.Date`
//! as `2025-07-01` beside `….year=2025&….month=7&….day=1`.

use std::collections::HashSet;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};

use crate::binding::{Binding, BodyRule};
use crate::limits::Limits;
use crate::refusal::Fault;
use crate::{known, percent, scalar};

/// What becomes of a parameter that names no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// The request is refused: a write that means something else than it says must not happen.
    Refused,
    /// It is left out and reported: links gather parameters on their way (`utm_source`), and a read does no harm.
    Ignored,
}

/// Binds a query; gives the names of the parameters that had no effect.
pub(crate) fn bind(
    query: &str,
    binding: &Binding,
    unknown: Unknown,
    limits: &Limits,
    message: &mut DynamicMessage,
) -> Result<Vec<String>, Vec<Fault>> {
    let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    if pairs.len() > limits.query_parameters {
        return Err(vec![Fault::new("", format!("more than {} parameters", limits.query_parameters))]);
    }
    let mut binder = Binder { binding, limits, message, given: HashSet::new() };
    let (mut ignored, mut faults) = (Vec::new(), Vec::new());
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Ok(name), Ok(value)) = (percent::decode_form(name), percent::decode_form(value)) else {
            faults.push(Fault::new(name, "an escape that is none, or bytes that are no UTF-8"));
            continue;
        };
        match binder.parameter(&name, &value) {
            Ok(()) => {}
            Err(Outcome::PathWins) => ignored.push(name),
            Err(Outcome::Unknown) if unknown == Unknown::Ignored => ignored.push(name),
            Err(Outcome::Unknown) => faults.push(Fault::new(name, "no such parameter")),
            Err(Outcome::Fault(what)) => faults.push(Fault::new(name, what)),
        }
    }
    if faults.is_empty() { Ok(ignored) } else { Err(faults) }
}

enum Outcome {
    PathWins,
    Unknown,
    Fault(String),
}

fn fault(what: impl Into<String>) -> Outcome {
    Outcome::Fault(what.into())
}

struct Binder<'a> {
    binding: &'a Binding,
    limits: &'a Limits,
    message: &'a mut DynamicMessage,
    /// The fields that were given, by the way to them in numbers.
    given: HashSet<Vec<u32>>,
}

impl Binder<'_> {
    fn parameter(&mut self, name: &str, text: &str) -> Result<(), Outcome> {
        let way = self.way(name)?;
        let Some(field) = way.last() else { return Err(Outcome::Unknown) };
        match &self.binding.body {
            BodyRule::Field(body) if way.first() == Some(body) => return Err(fault("is given in the body")),
            BodyRule::Whole => return Err(Outcome::Unknown),
            _ => {}
        }
        if self.binding.variables.contains(&way) {
            return Err(Outcome::PathWins);
        }
        if field.is_map() {
            return Err(fault("a map cannot be given in a query"));
        }
        if field.is_list() && matches!(field.kind(), Kind::Message(_)) {
            return Err(fault("a list of messages cannot be given in a query"));
        }
        let value = scalar::from_text(&field.kind(), text).map_err(Outcome::Fault)?;
        let numbers: Vec<u32> = way.iter().map(FieldDescriptor::number).collect();
        // A date whole and a date in parts are the same field.
        let within = |given: &Vec<u32>| {
            given.len() != numbers.len() && (given.starts_with(&numbers) || numbers.starts_with(given))
        };
        if self.given.iter().any(within) || (!self.given.insert(numbers) && !field.is_list()) {
            return Err(fault("given twice"));
        }
        self.set(&way, value)
    }

    /// The way to a field, from the request down.
    fn way(&self, name: &str) -> Result<Vec<FieldDescriptor>, Outcome> {
        let mut message: Option<MessageDescriptor> = Some(self.message.descriptor());
        let mut way: Vec<FieldDescriptor> = Vec::new();
        for part in name.split('.') {
            if way.len() == self.limits.parameter_depth {
                return Err(fault(format!("goes through more than {} fields", self.limits.parameter_depth)));
            }
            if way.last().is_some_and(|f| f.is_map() || f.is_list()) {
                return Err(fault("goes through a map or a list"));
            }
            let within = message.ok_or(Outcome::Unknown)?;
            let field = within.get_field_by_name(part).or_else(|| within.get_field_by_json_name(part));
            let field = field.ok_or(Outcome::Unknown)?;
            message = match field.kind() {
                // The inside of an instant or a wrapper is not what clients see of it; the parts of a date are.
                Kind::Message(inner) if !known::is_special(&inner) => Some(inner),
                _ => None,
            };
            way.push(field);
        }
        Ok(way)
    }

    fn set(&mut self, way: &[FieldDescriptor], value: Value) -> Result<(), Outcome> {
        let mut message = &mut *self.message;
        for (at, field) in way.iter().enumerate() {
            if let Some(oneof) = field.containing_oneof()
                && let Some(other) = oneof.fields().find(|other| other != field && message.has_field(other))
            {
                return Err(fault(format!("excludes `{}`, which is given too", other.name())));
            }
            if at + 1 == way.len() {
                return put(message, field, value).ok_or_else(|| fault("cannot be given in a query"));
            }
            message = message.get_field_mut(field).as_message_mut().ok_or(Outcome::Unknown)?;
        }
        Ok(())
    }
}

fn put(message: &mut DynamicMessage, field: &FieldDescriptor, value: Value) -> Option<()> {
    if field.is_list() {
        match message.get_field_mut(field) {
            Value::List(values) => values.push(value),
            _ => return None,
        }
        return Some(());
    }
    message.try_set_field(field, value).ok()
}

#[cfg(test)]
mod tests;
