//! Personal data is declared where it stands, and never stands open in the journal.

use hoagiai_proto::options::v1::DataClass;
use prost_reflect::{FieldDescriptor, Kind};

use super::{enum_option, fields, messages, methods, none, reach};

/// Names under which personal data hides.
const TELLING: [&str; 17] = [
    "full_name",
    "given_name",
    "family_name",
    "birth_date",
    "birth_year",
    "phone",
    "phone_number",
    "email",
    "address",
    "citizen_number",
    "identity_number",
    "occupation",
    "gender",
    "ethnic_class",
    "age",
    "testimony",
    "bank_account",
];

fn class(field: &FieldDescriptor) -> DataClass {
    let number = enum_option(&field.options(), "hoagiai.options.v1.data");
    DataClass::try_from(number).unwrap_or(DataClass::Unspecified)
}

fn is_personal(field: &FieldDescriptor) -> bool {
    matches!(class(field), DataClass::Personal | DataClass::Sensitive)
}

#[test]
fn personal_data_is_declared() {
    none(
        "personal by its name, not by its class",
        fields().filter(|f| TELLING.contains(&f.name()) && !is_personal(f)).map(|f| f.full_name().to_owned()),
    );
}

#[test]
fn the_journal_holds_personal_data_sealed_only() {
    let events = messages().filter(|m| m.name().ends_with("Event") && m.oneofs().any(|o| !o.is_synthetic()));
    let mut broken = Vec::new();
    let mut count = 0;
    for event in events {
        count += 1;
        for field in reach(event.clone(), &LEFT_EMPTY).iter().flat_map(|m| m.fields().collect::<Vec<_>>()) {
            let sealed = field.kind().as_message().is_some_and(|m| m.full_name() == "hoagiai.type.v1.Sealed");
            let open_text = is_personal(&field)
                && !sealed
                && !LEFT_EMPTY.contains(&field.full_name())
                && !STATISTICAL.contains(&field.name());
            if open_text || (sealed && !field.name().starts_with("sealed_")) {
                broken.push(format!("{} in {}", field.full_name(), event.name()));
            }
        }
    }
    assert!(count >= 3, "the events of the services");
    none("open personal data in events", broken);
}

/// Fields of records that events carry: the services leave them empty there and put the sealed form beside.
const LEFT_EMPTY: [&str; 4] = [
    "hoagiai.cases.v1.Case.content",
    "hoagiai.gateway.v1.Statement.json",
    "hoagiai.registry.v1.Duplicate.reason",
    "hoagiai.registry.v1.Mediator.person",
];

/// Attributes that the statistics count: kept open under a pseudonym, in classes too coarse to find a person by.
const STATISTICAL: [&str; 3] = ["gender", "ethnic_class", "education_class"];

/// What rule 57 lets the directory tell although it is personal: the name, and the contact that the mediator chose.
const PUBLISHED: [&str; 2] =
    ["hoagiai.registry.v1.DirectoryEntry.full_name", "hoagiai.registry.v1.DirectoryEntry.contact"];

#[test]
fn rule_57_the_directory_can_tell_what_is_public_and_what_the_law_names_alone() {
    let answers = methods().filter(|m| m.parent_service().full_name() == "hoagiai.registry.v1.DirectoryService");
    let told: Vec<FieldDescriptor> = answers
        .flat_map(|m| reach(m.output(), &[]))
        .flat_map(|m| m.fields().collect::<Vec<_>>())
        .filter(|f| f.kind().as_message().is_none_or(|m| !m.full_name().starts_with("hoagiai.")))
        .collect();
    assert!(told.len() > 30, "the answers of the directory");
    let broken = told.iter().filter(|f| class(f) != DataClass::Public && !PUBLISHED.contains(&f.full_name()));
    none("neither public nor named by rule 57", broken.map(|f| f.full_name().to_owned()));
}

#[test]
fn free_text_about_cases_and_people_is_sensitive_or_personal_in_sealed_messages() {
    // What is encoded and sealed as a whole carries the class on the field that holds it or on its own fields.
    let content = messages().filter(|m| ["CaseContent", "PersonContent", "Person"].contains(&m.name()));
    let broken =
        content.flat_map(|m| m.fields().collect::<Vec<_>>()).filter(|f| f.kind() == Kind::String && !is_personal(f));
    none("open text in personal messages", broken.map(|f| f.full_name().to_owned()));
}
