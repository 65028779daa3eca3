//! `search_request`: several searches in one message.

use std::collections::BTreeSet;

use hoagiai_types::Timestamp;
use serde_json::Value;

use super::{EnvelopeFaults, items};
use crate::codes::SearchReason::{
    self, ReferenceIdDuplicate, ReferenceIdInvalid, SearchCriteriaInvalid, TimestampInvalid,
};
use crate::criteria::{self, Search};
use crate::fault::{Faults, Rejection};
use crate::limits::{Limits, MAX_ID};
use crate::object::Object;

/// The searches of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// In the order of the message; the answers are in the same.
    pub items: Vec<SearchItem>,
}

/// One search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchItem {
    /// Of the agency, unique in the message. Empty when the sub-request is rejected for having none.
    pub reference_id: String,
    /// When the agency asked; `None` when that could not be read, and the sub-request is rejected.
    pub timestamp: Option<Timestamp>,
    /// The language of the answer by ISO 639-3, given back. Records have one language, Vietnamese.
    pub locale: Option<String>,
    /// What is asked, or why it cannot be answered.
    pub asked: Result<Search, Rejection<SearchReason>>,
}

pub(super) fn read(message: &Object<'_>, limits: &Limits, faults: &mut EnvelopeFaults) -> Option<SearchRequest> {
    let list = items(message, "search_request", limits, faults)?;
    let mut seen = BTreeSet::new();
    let place = message.place("search_request");
    let read = |(at, value)| item(value, format!("{place}[{at}]"), &mut seen);
    Some(SearchRequest { items: list.iter().enumerate().map(read).collect() })
}

fn item<'a>(value: &'a Value, place: String, seen: &mut BTreeSet<&'a str>) -> SearchItem {
    let mut faults = Faults::default();
    let mut found = SearchItem {
        reference_id: String::new(),
        timestamp: None,
        locale: None,
        asked: Err(Rejection::new(SearchCriteriaInvalid, "")),
    };
    let mut asked = None;
    if let Some(item) = faults.take(ReferenceIdInvalid, Object::of(value, place)) {
        found.reference_id = reference_id(&item, seen, ReferenceIdInvalid, ReferenceIdDuplicate, &mut faults);
        found.timestamp = faults.take(TimestampInvalid, item.required_instant("timestamp"));
        found.locale = faults.take(SearchCriteriaInvalid, item.locale()).flatten();
        let criteria = faults.take(SearchCriteriaInvalid, item.required_object("search_criteria"));
        asked = criteria.and_then(|criteria| criteria::read(&criteria, &mut faults));
    }
    found.asked = Rejection::unless(&faults, asked);
    found
}

/// The `reference_id` of a sub-request. Of several that are the same the first is answered.
pub(super) fn reference_id<'a, C: Copy + Ord>(
    item: &Object<'a>,
    seen: &mut BTreeSet<&'a str>,
    invalid: C,
    duplicate: C,
    faults: &mut Faults<C>,
) -> String {
    let Some(id) = faults.take(invalid, item.required_text("reference_id", MAX_ID)) else { return String::new() };
    if !seen.insert(id) {
        faults.note(duplicate, item.fault("reference_id", "a sub-request before has the same"));
    }
    id.to_owned()
}
