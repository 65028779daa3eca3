//! Facts about what is known of persons beside their names, and about records of one person.

use hoagiai_proto::registry::v1::{self as pb, registry_event::Fact};
use hoagiai_rpc::convert::date;
use hoagiai_store::{NewEvent, Sealed};
use hoagiai_types::Date;

use super::{event, sealed};
use crate::{
    api::convert,
    domain::{Duplicate, LookupDay, Mediator, MediatorId},
};

pub(crate) fn mediator_profile_set(mediator: &Mediator, person: &Sealed, kept: bool, on: Date) -> NewEvent {
    let fact = pb::MediatorProfileSet {
        mediator_id: mediator.id.to_string(),
        sealed_person: Some(sealed(person)),
        identity_number_kept: kept,
    };
    event("MediatorProfileSet", on, Fact::MediatorProfileSet(fact))
}

pub(crate) fn duplicate_marked(duplicate: &Duplicate, reason: &Sealed, on: Date) -> NewEvent {
    let fact = pb::DuplicateMarked {
        duplicate: Some(convert::duplicates::duplicate(duplicate, None)),
        sealed_reason: Some(sealed(reason)),
    };
    event("DuplicateMarked", on, Fact::DuplicateMarked(fact))
}

/// A record that points to another now; it counts until its last day alone.
pub(crate) fn mediator_merged(merged: &Mediator, survivor: MediatorId, on: Date) -> NewEvent {
    let fact = pb::MediatorMerged {
        mediator_id: merged.id.to_string(),
        team_id: merged.team.to_string(),
        survivor_mediator_id: survivor.to_string(),
        recognition_date: merged.recognition_date().map(date),
        last_date: merged.cessation_date.map(date),
    };
    event("MediatorMerged", on, Fact::MediatorMerged(fact))
}

pub(crate) fn mediator_unmerged(merged: &Mediator, on: Date) -> NewEvent {
    let fact = pb::MediatorUnmerged {
        mediator_id: merged.id.to_string(),
        team_id: merged.team.to_string(),
        recognition_date: merged.recognition_date().map(date),
        last_date: merged.cessation_date.map(date),
    };
    event("MediatorUnmerged", on, Fact::MediatorUnmerged(fact))
}

pub(crate) fn mediator_absorbed(
    duplicate: &Duplicate,
    (survivor, merged): (MediatorId, MediatorId),
    undone: bool,
    on: Date,
) -> NewEvent {
    let fact = pb::MediatorAbsorbed {
        mediator_id: survivor.to_string(),
        merged_mediator_id: merged.to_string(),
        duplicate_id: duplicate.id.to_string(),
        undone,
    };
    event("MediatorAbsorbed", on, Fact::MediatorAbsorbed(fact))
}

/// An account met its quota of identity numbers; none of them is told.
pub(crate) fn lookup_quota_exhausted(day: &LookupDay) -> NewEvent {
    let fact = pb::LookupQuotaExhausted {
        account: day.account.clone(),
        lookup_date: Some(date(day.day)),
        number_count: convert::int(day.numbers),
        quota: convert::int(day.quota),
    };
    event("LookupQuotaExhausted", day.day, Fact::LookupQuotaExhausted(fact))
}
