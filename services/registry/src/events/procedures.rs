//! Facts of the procedures (nominations, ceasing, acting leaders, absences, lists sent back) as messages of the journal,
//! and what is sealed of minutes.

use hoagiai_proto::registry::v1::{self as pb, registry_event::Fact};
use hoagiai_rpc::{Violations, convert::date};
use hoagiai_store::{NewEvent, Sealed};
use hoagiai_types::Date;
use prost::Message;

use crate::{
    api::{convert, papers},
    domain::{Absence, ActingLeader, Candidacy, Ceasing, ListId, Mediator, Minutes, RecognitionList},
    events::{event, sealed},
};

/// What is sealed of minutes: the message of the contract, so that whoever holds the key can read it for ever.
pub(crate) fn minutes_bytes(minutes: &Minutes) -> Vec<u8> {
    papers::minutes_message(minutes).encode_to_vec()
}

/// Minutes from what was sealed.
pub(crate) fn minutes_from(bytes: &[u8]) -> Option<Minutes> {
    papers::minutes(pb::Minutes::decode(bytes).ok(), &mut Violations::default())
}

pub(crate) fn candidate_nominated(mediator: &Mediator, candidacy: &Candidacy, person: &Sealed, on: Date) -> NewEvent {
    let fact = pb::CandidateNominated {
        mediator_id: mediator.id.to_string(),
        team_id: mediator.team.to_string(),
        nominate_date: candidacy.nominate_date.map(date),
        nominated_by_front: mediator.nominated_by_front,
        organization: candidacy.organization.clone(),
        consent_date: candidacy.consent_date.map(date),
        sealed_person: Some(sealed(person)),
        gender: convert::number(mediator.statistics.gender),
        ethnic_class: convert::number(mediator.statistics.ethnic_class),
        education_class: convert::number(mediator.statistics.education_class),
    };
    event("CandidateNominated", on, Fact::CandidateNominated(fact))
}

pub(crate) fn candidate_withdrawn(mediator: &Mediator, on: Date) -> NewEvent {
    let fact = pb::CandidateWithdrawn { mediator_id: mediator.id.to_string(), withdraw_date: Some(date(on)) };
    event("CandidateWithdrawn", on, Fact::CandidateWithdrawn(fact))
}

pub(crate) fn cessation_proposed(ceasing: &Ceasing, reason: &Sealed) -> NewEvent {
    let fact =
        pb::CessationProposed { cessation: Some(papers::cessation(ceasing)), sealed_reason: Some(sealed(reason)) };
    event("CessationProposed", ceasing.propose_date, Fact::CessationProposed(fact))
}

pub(crate) fn cessation_withdrawn(ceasing: &Ceasing, on: Date) -> NewEvent {
    let fact = pb::CessationWithdrawn { cessation: Some(papers::cessation(ceasing)) };
    event("CessationWithdrawn", on, Fact::CessationWithdrawn(fact))
}

pub(crate) fn cessation_submitted(ceasing: &Ceasing, disagreement: Option<&Sealed>, on: Date) -> NewEvent {
    let cessation = Some(papers::cessation(ceasing));
    let fact = pb::CessationSubmitted { cessation, sealed_disagreement: disagreement.map(sealed) };
    event("CessationSubmitted", on, Fact::CessationSubmitted(fact))
}

pub(crate) fn cessation_refused(ceasing: &Ceasing, reason: &Sealed, on: Date) -> NewEvent {
    let fact =
        pb::CessationRefused { cessation: Some(papers::cessation(ceasing)), sealed_reason: Some(sealed(reason)) };
    event("CessationRefused", on, Fact::CessationRefused(fact))
}

pub(crate) fn availability_set(
    mediator: &Mediator,
    absence: &Absence,
    available: bool,
    reason: Option<&Sealed>,
) -> NewEvent {
    let fact = pb::MediatorAvailabilitySet {
        mediator_id: mediator.id.to_string(),
        team_id: mediator.team.to_string(),
        available,
        from_date: Some(date(absence.from)),
        to_date: absence.to.map(date),
        sealed_reason: reason.map(sealed),
    };
    event("MediatorAvailabilitySet", absence.from, Fact::MediatorAvailabilitySet(fact))
}

pub(crate) fn recognition_list_returned(list: &RecognitionList, reason: &Sealed, on: Date) -> NewEvent {
    let fact = pb::RecognitionListReturned {
        recognition_list: Some(convert::recognition_list(list)),
        sealed_reason: Some(sealed(reason)),
    };
    event("RecognitionListReturned", on, Fact::RecognitionListReturned(fact))
}

pub(crate) fn mediator_returned(mediator: &Mediator, list: ListId, on: Date) -> NewEvent {
    let fact = pb::MediatorReturned {
        mediator_id: mediator.id.to_string(),
        recognition_list_id: list.to_string(),
        state: convert::number(mediator.state),
    };
    event("MediatorReturned", on, Fact::MediatorReturned(fact))
}

pub(crate) fn acting_leader_appointed(acting: &ActingLeader) -> NewEvent {
    let fact = pb::ActingLeaderAppointed { acting_leader: Some(papers::acting_leader(acting)) };
    event("ActingLeaderAppointed", acting.start, Fact::ActingLeaderAppointed(fact))
}

pub(crate) fn acting_leader_ended(acting: &ActingLeader, on: Date) -> NewEvent {
    let fact = pb::ActingLeaderEnded { acting_leader: Some(papers::acting_leader(acting)) };
    event("ActingLeaderEnded", on, Fact::ActingLeaderEnded(fact))
}
