//! From conditions to the one question that they make, or a sentence that says what can be asked.

use hoagiai_types::{
    Id,
    text::{nfc, without_format},
};

use super::attribute::Attribute;
use super::conditions::{Condition, Conditions};
use super::question::{AsOf, Question, Registry};
use crate::codes::SearchReason::{self, SearchCriteriaInvalid};
use crate::fault::{Fault, Faults};
use crate::instant;
use crate::limits::MAX_WORD;
use crate::object::{Object, local_name};

/// Length of a name, in characters: the registry's own limit.
const LONGEST_NAME: usize = 120;
const ASKABLE: &str = "these conditions make no question; of Mediator can be asked mediator_id, or full_name with \
                       commune_unit_id, or one unit; of MediationTeam team_id, or one unit; each with valid_at and known_at";

/// The registry that the criteria state, by `reg_type`, `reg_record_type` or `response_entity`, which must agree.
pub(crate) fn stated(criteria: &Object<'_>, faults: &mut Faults<SearchReason>) -> Option<Registry> {
    let mut stated = None;
    for name in ["reg_type", "reg_record_type", "response_entity"] {
        let Some(word) = faults.take(SearchCriteriaInvalid, criteria.text(name, MAX_WORD)).flatten() else { continue };
        let found = if name == "response_entity" { entity(word) } else { registry(word) };
        match (found, stated) {
            (None, _) if name == "response_entity" => {
                faults.note(SearchCriteriaInvalid, criteria.fault(name, "`Member` or `Group` is expected"));
            }
            (None, _) => faults.note(SearchCriteriaInvalid, criteria.fault(name, UNKNOWN)),
            (Some(found), Some(before)) if found != before => {
                faults.note(SearchCriteriaInvalid, criteria.fault(name, "contradicts reg_type"));
            }
            (found, _) => stated = found,
        }
    }
    stated
}

const UNKNOWN: &str = "`Mediator` or `MediationTeam` is expected, with or without a namespace";

/// The registry of a word, whatever namespace stands before it.
pub(crate) fn registry(word: &str) -> Option<Registry> {
    Registry::from_word(local_name(word)?)
}

fn entity(word: &str) -> Option<Registry> {
    Registry::ALL.iter().copied().find(|one| one.response_entity().eq_ignore_ascii_case(word))
}

/// The question of all conditions, with the times asked for.
pub(crate) fn question(
    stated: Option<Registry>,
    conditions: &Conditions<'_>,
    place: &str,
    faults: &mut Faults<SearchReason>,
) -> Option<(Question, AsOf)> {
    let mut stated = stated;
    if let Some((word, place)) = &conditions.collection {
        match registry(word) {
            None => faults.note(SearchCriteriaInvalid, Fault::new(place, UNKNOWN)),
            found if stated.is_some() && found != stated => {
                faults.note(SearchCriteriaInvalid, Fault::new(place, "contradicts reg_type"));
            }
            found => stated = found,
        }
    }
    let as_of = as_of(conditions, faults);
    if conditions.incomplete {
        return None;
    }
    let question = combine(stated, conditions, place, faults)?;
    Some((question, as_of?))
}

fn as_of(conditions: &Conditions<'_>, faults: &mut Faults<SearchReason>) -> Option<AsOf> {
    let mut as_of = AsOf::default();
    let mut fine = true;
    for Condition { attribute, value, place } in &conditions.list {
        let what = match attribute {
            Attribute::ValidAt => {
                as_of.valid_at = value.parse().ok();
                as_of.valid_at.is_none().then_some("a day is expected, `2025-07-01`")
            }
            Attribute::KnownAt => {
                as_of.known_at = instant::parse(value);
                as_of.known_at.is_none().then_some("a time as RFC 3339 with an offset is expected")
            }
            _ => None,
        };
        if let Some(what) = what {
            faults.note(attribute.reason(), Fault::new(place, what));
            fine = false;
        }
    }
    fine.then_some(as_of)
}

fn combine(
    stated: Option<Registry>,
    conditions: &Conditions<'_>,
    place: &str,
    faults: &mut Faults<SearchReason>,
) -> Option<Question> {
    let find = |attribute| conditions.find(|other| other == attribute);
    let mediator = find(Attribute::MediatorId);
    let team = find(Attribute::TeamId);
    let name = find(Attribute::FullName);
    let unit = conditions.find(Attribute::is_unit);
    let units = conditions.list.iter().filter(|condition| condition.attribute.is_unit()).count();
    match (stated, mediator, team, name, unit) {
        (None | Some(Registry::Mediator), Some(id), None, None, None) => {
            Some(Question::MediatorById { id: uuid(id, faults)? })
        }
        (None | Some(Registry::MediationTeam), None, Some(id), None, None) => {
            Some(Question::TeamById { id: uuid(id, faults)? })
        }
        (None | Some(Registry::Mediator), None, None, Some(name), Some(commune))
            if units == 1 && commune.attribute != Attribute::AreaUnitId =>
        {
            let (full_name, commune) = (full_name(name, faults), uuid(commune, faults));
            Some(Question::MediatorByName { full_name: full_name?, commune: commune? })
        }
        (Some(Registry::Mediator), None, None, None, Some(unit)) if units == 1 => {
            Some(Question::MediatorsOfUnit { unit: uuid(unit, faults)? })
        }
        (Some(Registry::MediationTeam), None, None, None, Some(unit)) if units == 1 => {
            Some(Question::TeamsOfUnit { unit: uuid(unit, faults)? })
        }
        (None, None, None, None, Some(_)) if units == 1 => {
            let what = "a unit alone does not say what is asked for: give reg_type `Mediator` or `MediationTeam`";
            faults.note(SearchCriteriaInvalid, Fault::new(place, what));
            None
        }
        _ => {
            faults.note(SearchCriteriaInvalid, Fault::new(place, ASKABLE));
            None
        }
    }
}

fn uuid<T>(condition: &Condition<'_>, faults: &mut Faults<SearchReason>) -> Option<Id<T>> {
    let id = condition.value.parse().ok();
    if id.is_none() {
        let what = "a UUID is expected, `018f3a5e-0000-7000-8000-000000000001`";
        faults.note(condition.attribute.reason(), Fault::new(&condition.place, what));
    }
    id
}

fn full_name(condition: &Condition<'_>, faults: &mut Faults<SearchReason>) -> Option<String> {
    let visible: String = without_format(condition.value).collect();
    let name = nfc(&visible).split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().nth(LONGEST_NAME).is_some() {
        let what = format!("a name of 1 to {LONGEST_NAME} characters is expected");
        faults.note(SearchCriteriaInvalid, Fault::new(&condition.place, what));
        return None;
    }
    Some(name)
}
