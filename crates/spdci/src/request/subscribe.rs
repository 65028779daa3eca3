//! `subscribe_request`: what an agency wants to be told of as it happens.

use std::collections::BTreeSet;

use hoagiai_types::Timestamp;
use serde_json::Value;

use super::search::reference_id;
use super::{EnvelopeFaults, items};
use crate::canonical::Kept;
use crate::codes::SubscribeReason::{
    self, NotifyDetailsInvalid, NotifyTypesInvalid, ReferenceIdDuplicate, ReferenceIdInvalid, TimestampInvalid,
};
use crate::codes::words;
use crate::criteria::{self, Question, Registry};
use crate::fault::{Fault, Faults, Rejection};
use crate::limits::{Limits, MAX_WORD};
use crate::object::{Object, local_name};

words! {
    /// What can be followed (`reg_event_type`): facts of the registry's journal that change what a search answers.
    EventType {
        /// A mediator was recognised.
        MediatorRecognized = "MediatorRecognized",
        /// A mediator ceased.
        MediatorCeased = "MediatorCeased",
        /// A mediator went to another team or area.
        MediatorMoved = "MediatorMoved",
        /// A team came into force, or lacks what the law asks for, or no longer does.
        TeamStandingChanged = "TeamStandingChanged",
        /// A team went to another commune.
        TeamMoved = "TeamMoved",
        /// A team ended.
        TeamDissolved = "TeamDissolved",
    }
}

impl EventType {
    /// The registry whose records the event is told with.
    #[must_use]
    pub const fn registry(self) -> Registry {
        match self {
            Self::MediatorRecognized | Self::MediatorCeased | Self::MediatorMoved => Registry::Mediator,
            Self::TeamStandingChanged | Self::TeamMoved | Self::TeamDissolved => Registry::MediationTeam,
        }
    }
}

/// The time in which events are told. Events are told as they are recorded, never in batches by a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frequency {
    /// From when.
    pub start_time: Timestamp,
    /// Until when; not before `start_time`.
    pub end_time: Timestamp,
}

/// What is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The event.
    pub event: EventType,
    /// Of which records: those that this finds on the day of the event. Never a name.
    pub filter: Question,
    /// In which time; `None` = until it is ended.
    pub frequency: Option<Frequency>,
    /// The authority that the agency states, for the journal.
    pub authorize: Option<Kept>,
    /// `subscribe_criteria` as given, to give back in `subscriptions`.
    pub criteria: Kept,
}

/// The subscriptions of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribeRequest {
    /// In the order of the message.
    pub items: Vec<SubscribeItem>,
}

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribeItem {
    /// Of the agency, unique in the message. Empty when the sub-request is rejected for having none.
    pub reference_id: String,
    /// When the agency asked; `None` when that could not be read.
    pub timestamp: Option<Timestamp>,
    /// The language of what is told by ISO 639-3, given back.
    pub locale: Option<String>,
    /// What is to be followed, or why it cannot be.
    pub asked: Result<Subscription, Rejection<SubscribeReason>>,
}

pub(super) fn read(message: &Object<'_>, limits: &Limits, faults: &mut EnvelopeFaults) -> Option<SubscribeRequest> {
    let list = items(message, "subscribe_request", limits, faults)?;
    let mut seen = BTreeSet::new();
    let place = message.place("subscribe_request");
    let read = |(at, value)| item(value, format!("{place}[{at}]"), &mut seen);
    Some(SubscribeRequest { items: list.iter().enumerate().map(read).collect() })
}

fn item<'a>(value: &'a Value, place: String, seen: &mut BTreeSet<&'a str>) -> SubscribeItem {
    let mut faults = Faults::default();
    let mut found = SubscribeItem {
        reference_id: String::new(),
        timestamp: None,
        locale: None,
        asked: Err(Rejection::new(NotifyDetailsInvalid, "")),
    };
    let mut asked = None;
    if let Some(item) = faults.take(ReferenceIdInvalid, Object::of(value, place)) {
        found.reference_id = reference_id(&item, seen, ReferenceIdInvalid, ReferenceIdDuplicate, &mut faults);
        found.timestamp = faults.take(TimestampInvalid, item.required_instant("timestamp"));
        found.locale = faults.take(NotifyDetailsInvalid, item.locale()).flatten();
        let criteria = faults.take(NotifyDetailsInvalid, item.required_object("subscribe_criteria"));
        asked = criteria.and_then(|criteria| subscription(&criteria, &mut faults));
    }
    found.asked = Rejection::unless(&faults, asked);
    found
}

fn subscription(criteria: &Object<'_>, faults: &mut Faults<SubscribeReason>) -> Option<Subscription> {
    let word = faults.take(NotifyTypesInvalid, criteria.required_text("reg_event_type", MAX_WORD));
    let event = word.and_then(|word| EventType::from_word(local_name(word)?));
    if word.is_some() && event.is_none() {
        let known: Vec<_> = EventType::ALL.iter().map(|event| event.word()).collect();
        let what = format!("one of {} is expected, with or without a namespace", known.join(", "));
        faults.note(NotifyTypesInvalid, criteria.fault("reg_event_type", what));
    }
    kinds(criteria, event, faults);
    let frequency = faults.take(NotifyDetailsInvalid, frequency(criteria));
    // The criteria of a search have codes of their own; here they are details of what is told.
    let mut details = Faults::default();
    criteria::version(criteria, &mut details);
    let authorize = criteria::kept(criteria, "authorize", &mut details);
    let filter = event.and_then(|event| criteria::read_filter(criteria, event.registry(), &mut details));
    if let Some((_, message)) = details.verdict() {
        faults.note(NotifyDetailsInvalid, Fault::new("", message));
    }
    let kept = Kept::new(&Value::Object(criteria.fields.clone()));
    Some(Subscription { event: event?, filter: filter?, frequency: frequency?, authorize, criteria: kept })
}

/// `notify_record_type` and `reg_type` must be the kind that the event is of.
fn kinds(criteria: &Object<'_>, event: Option<EventType>, faults: &mut Faults<SubscribeReason>) {
    let required = faults.take(NotifyTypesInvalid, criteria.required_text("notify_record_type", MAX_WORD));
    let optional = faults.take(NotifyTypesInvalid, criteria.text("reg_type", MAX_WORD)).flatten();
    for (name, word) in [("notify_record_type", required), ("reg_type", optional)] {
        let Some(word) = word else { continue };
        let kind = local_name(word).and_then(Registry::from_word);
        if kind.is_none() || event.is_some_and(|event| kind != Some(event.registry())) {
            let what = match event {
                Some(event) => format!("`{}` is expected for this event", event.registry().word()),
                None => "`Mediator` or `MediationTeam` is expected".to_owned(),
            };
            faults.note(NotifyTypesInvalid, criteria.fault(name, what));
        }
    }
}

fn frequency(criteria: &Object<'_>) -> Result<Option<Frequency>, Fault> {
    let Some(frequency) = criteria.object("frequency")? else { return Ok(None) };
    let (start_time, end_time) = (frequency.required_instant("start_time")?, frequency.required_instant("end_time")?);
    if end_time < start_time {
        return Err(frequency.fault("end_time", "is before start_time"));
    }
    // A cron expression whose every field is `*` (or `?`) asks for what is done anyway.
    let cron = frequency.text("frequency", MAX_WORD)?.unwrap_or("*");
    if !cron.split_whitespace().all(|field| matches!(field, "*" | "?")) {
        let what = "events are told as they are recorded: only `* * * * * ? *` is supported";
        return Err(frequency.fault("frequency", what));
    }
    Ok(Some(Frequency { start_time, end_time }))
}
