//! What an agency asks, and what that means to the registry: criteria in any of the three query types become one question.

mod attribute;
mod conditions;
mod mapping;
mod page;
mod query;
mod question;
mod sort;

pub use attribute::Attribute;
pub use page::Page;
pub use query::QueryType;
pub use question::{AsOf, Mediator, MediatorId, Question, Registry, Team, TeamId, Unit, UnitId};
pub use sort::{MAX_SORT_KEYS, SortAttribute, SortKey};

use crate::canonical::Kept;
use crate::codes::SearchReason::{self, SearchCriteriaInvalid};
use crate::fault::Faults;
use crate::limits::{MAX_STATEMENT, MAX_WORD};
use crate::object::Object;

/// The criteria of one search, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// What is asked.
    pub question: Question,
    /// The day and the knowledge that are asked for.
    pub as_of: AsOf,
    /// Which page of what is found.
    pub page: Page,
    /// In which order, the first key first. Records alike in all keys, and all of them without a key, are in the order of
    /// their ids.
    pub sort: Vec<SortKey>,
    /// The consent that the agency states, for the journal.
    pub consent: Option<Kept>,
    /// The authority that the agency states, for the journal.
    pub authorize: Option<Kept>,
}

/// Reads `search_criteria`; what is wrong is noted.
pub(crate) fn read(criteria: &Object<'_>, faults: &mut Faults<SearchReason>) -> Option<Search> {
    version(criteria, faults);
    let query_type = query::query_type(criteria, "query_type", faults);
    let stated = mapping::stated(criteria, faults);
    let query = criteria.find("query");
    if query.is_none() {
        faults.note(SearchCriteriaInvalid, criteria.missing("query"));
    }
    let conditions = query::read(query_type?, query?, criteria.place("query"), faults);
    let asked = mapping::question(stated, &conditions, &criteria.place("query"), faults);
    if criteria.find("filter").is_some() {
        let what = "is not of the standard, and would be passed over: conditions stand in the query";
        faults.note(SearchReason::FilterInvalid, criteria.fault("filter", what));
    }
    let page = page::read(criteria, faults);
    let sort = sort::read(criteria, asked.as_ref().map(|(question, _)| question.registry()), faults);
    let consent = kept(criteria, "consent", faults);
    let authorize = kept(criteria, "authorize", faults);
    let (question, as_of) = asked?;
    Some(Search { question, as_of, page: page?, sort, consent, authorize })
}

/// Reads what a subscription follows: `filter_type` and `filter`, under the registry that the event is of.
pub(crate) fn read_filter(
    criteria: &Object<'_>,
    registry: Registry,
    faults: &mut Faults<SearchReason>,
) -> Option<Question> {
    let filter = criteria.find("filter");
    if filter.is_none() {
        faults.note(SearchCriteriaInvalid, criteria.missing("filter"));
    }
    let filter = filter?;
    // `filter_type` is not required: the shape of the filter decides then.
    let filter_type = match criteria.find("filter_type") {
        Some(_) => query::query_type(criteria, "filter_type", faults)?,
        None => QueryType::of_shape(filter),
    };
    let place = criteria.place("filter");
    let conditions = query::read(filter_type, filter, place.clone(), faults);
    let (question, as_of) = mapping::question(Some(registry), &conditions, &place, faults)?;
    if as_of != AsOf::default() {
        let what = "valid_at and known_at cannot be followed: events are told as they are recorded";
        faults.note(SearchReason::FilterInvalid, criteria.fault("filter", what));
    }
    if matches!(question, Question::MediatorByName { .. }) {
        let what = "a name cannot be followed: search it first, then follow the mediator_id";
        faults.note(SearchCriteriaInvalid, criteria.fault("filter", what));
    }
    Some(question)
}

/// `version` of criteria: 1.0.0, which is the default.
pub(crate) fn version(criteria: &Object<'_>, faults: &mut Faults<SearchReason>) {
    let version = faults.take(SearchCriteriaInvalid, criteria.text("version", MAX_WORD)).flatten();
    if version.is_some_and(|version| version != crate::VERSION) {
        faults.note(SearchCriteriaInvalid, criteria.fault("version", "only 1.0.0 is supported"));
    }
}

pub(crate) fn kept(criteria: &Object<'_>, name: &str, faults: &mut Faults<SearchReason>) -> Option<Kept> {
    let value = criteria.find(name)?;
    if !value.is_object() {
        faults.note(SearchCriteriaInvalid, criteria.fault(name, "an object is expected"));
        return None;
    }
    let kept = Kept::new(value);
    if kept.json.len() > MAX_STATEMENT {
        let what = format!("longer than {MAX_STATEMENT} bytes");
        faults.note(SearchCriteriaInvalid, criteria.fault(name, what));
        return None;
    }
    Some(kept)
}
