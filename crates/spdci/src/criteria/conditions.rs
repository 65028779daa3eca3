//! Conditions that all hold: what every query type comes down to.

use serde_json::Value;

use super::attribute::Attribute;
use crate::codes::SearchReason::{self, SearchCriteriaInvalid};
use crate::fault::{Fault, Faults, quoted};
use crate::object::{is_absent, text};

/// Conditions of one query; no question has as many.
const MOST: usize = 16;
/// Characters of a value. A name of 120 characters may be decomposed into three times as many.
const LONGEST: usize = 500;
/// The one comparison that maps to a question.
const ONLY_EQ: &str = "only `eq` can be asked";

/// An attribute that equals a value.
#[derive(Debug)]
pub(crate) struct Condition<'a> {
    pub(crate) attribute: Attribute,
    pub(crate) value: &'a str,
    pub(crate) place: String,
}

/// All conditions of a query.
#[derive(Debug, Default)]
pub(crate) struct Conditions<'a> {
    pub(crate) list: Vec<Condition<'a>>,
    /// The kind of record that an expression names as its collection.
    pub(crate) collection: Option<(&'a str, String)>,
    /// A condition could not be read: what is left would be another question.
    pub(crate) incomplete: bool,
}

impl<'a> Conditions<'a> {
    pub(crate) fn find(&self, fits: impl Fn(Attribute) -> bool) -> Option<&Condition<'a>> {
        self.list.iter().find(|condition| fits(condition.attribute))
    }

    /// Notes a fault of the query.
    pub(crate) fn fault(&mut self, faults: &mut Faults<SearchReason>, code: SearchReason, fault: Fault) {
        self.incomplete = true;
        faults.note(code, fault);
    }

    /// Adds `name` `operator` `value`; an operator of the standard or of the expression, without its `$`.
    pub(crate) fn add(
        &mut self,
        (name, operator, value): (&str, &str, &'a Value),
        place: &str,
        faults: &mut Faults<SearchReason>,
    ) {
        let Some(attribute) = Attribute::named(name) else {
            let known: Vec<_> = Attribute::ALL.iter().map(|attribute| attribute.word()).collect();
            let what = format!("no attribute `{}`; there are {}", quoted(name), known.join(", "));
            return self.fault(faults, SearchCriteriaInvalid, Fault::new(place, what));
        };
        let code = attribute.reason();
        if operator != "eq" {
            return self.fault(faults, code, Fault::new(place, format!("{}: {ONLY_EQ}", attribute.word())));
        }
        if self.list.len() == MOST {
            let what = format!("more than {MOST} conditions");
            return self.fault(faults, SearchCriteriaInvalid, Fault::new(place, what));
        }
        if self.find(|other| other == attribute).is_some() {
            let what = format!("{} is given twice", attribute.word());
            return self.fault(faults, code, Fault::new(place, what));
        }
        if is_absent(value) {
            return self.fault(faults, code, Fault::new(place, "a value is required"));
        }
        match text(value, place, LONGEST) {
            Ok(value) => self.list.push(Condition { attribute, value, place: place.to_owned() }),
            Err(fault) => self.fault(faults, code, fault),
        }
    }
}
