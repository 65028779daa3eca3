//! Whom an answer names, and with which personal fields. Read off the contract: a field `mediator_id` is the id of a mediator,
//! and the annotation of a field says whether it is personal.

use std::collections::BTreeSet;

use hoagiai_proto::options::v1::DataClass;
use hoagiai_types::Uuid;
use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage as _, Value};

/// The field that names a mediator, in every contract.
const MEDIATOR_ID: &str = "mediator_id";

/// What an answer tells of mediators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disclosed {
    /// Whom it names.
    pub mediators: BTreeSet<Uuid>,
    /// The personal fields that it fills, as `DirectoryEntry.full_name`.
    pub fields: BTreeSet<String>,
}

/// Looks through an answer.
pub fn disclosed(message: &DynamicMessage, class: &impl Fn(&FieldDescriptor) -> DataClass) -> Disclosed {
    let mut found = Disclosed::default();
    look(message, class, &mut found);
    found
}

fn look(message: &DynamicMessage, class: &impl Fn(&FieldDescriptor) -> DataClass, found: &mut Disclosed) {
    for (field, value) in message.fields() {
        if field.name() == MEDIATOR_ID {
            found.mediators.extend(value.as_str().and_then(|id| Uuid::try_parse(id).ok()));
        }
        if matches!(class(&field), DataClass::Personal | DataClass::Sensitive) {
            found.fields.insert(format!("{}.{}", message.descriptor().name(), field.name()));
        }
        match value {
            Value::Message(below) => look(below, class, found),
            Value::List(list) => list.iter().filter_map(Value::as_message).for_each(|below| look(below, class, found)),
            Value::Map(map) => map.values().filter_map(Value::as_message).for_each(|below| look(below, class, found)),
            _ => {}
        }
    }
}
