//! The document of this project's contracts.

use hoagiai_openapi::{Info, Notes, document};
use hoagiai_transcode::Table;
use serde_json::Value;

use crate::structure;

fn table() -> Table {
    Table::build(hoagiai_proto::pool(), |method| method.full_name().starts_with("hoagiai.")).unwrap()
}

fn whole() -> Value {
    let info = Info { title: "Hòa Giải".to_owned(), version: "1".to_owned(), ..Info::default() };
    document(&table(), &info, Notes::default())
}

#[test]
fn every_rest_form_is_an_operation_of_a_sound_document() {
    let whole = whole();
    assert_eq!(structure::faults(&whole), [""; 0]);
    let operations = whole["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len());
    assert_eq!(operations.sum::<usize>(), table().bindings().count());
}

#[test]
fn every_operation_says_what_it_does() {
    let whole = whole();
    for (path, item) in whole["paths"].as_object().unwrap() {
        for (word, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].as_str().is_some_and(|said| said.len() > 5), "{word} {path}");
        }
    }
}

#[test]
fn the_same_contracts_give_the_same_document() {
    assert_eq!(whole().to_string(), whole().to_string());
}
