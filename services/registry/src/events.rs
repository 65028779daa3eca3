//! Facts of the domain as messages of the journal: the one place that does it.

mod directory;
mod duplicates;
pub(crate) mod procedures;
pub(crate) mod training;
pub(crate) mod units;

pub(crate) use directory::{contact_published, contact_withdrawn, name_from};
use hoagiai_proto::{
    common::v1 as common,
    registry::v1::{self as pb, registry_event::Fact},
};
use hoagiai_rpc::convert::date;
use hoagiai_store::{NewEvent, Sealed};
use hoagiai_types::Date;
use prost::Message;

use crate::{
    api::{convert, papers, reorganizations, teams},
    domain::{
        AreaException, Ceasing, Decision, Details, Election, LAST_DAY, LeaderTerm, LeaderVote, Lineage, ListId,
        Mediator, MediatorId, Person, RecognitionList, RosterImportId, RosterKind, Statistics, Team, TeamId,
        TeamReview, UnitId, UnitVersion,
    },
    store::rosters::KeptImport,
    usecases::KnownUnit,
};

pub(crate) use duplicates::{
    duplicate_marked, lookup_quota_exhausted, mediator_absorbed, mediator_merged, mediator_profile_set,
    mediator_unmerged,
};

pub(crate) fn event(kind: &'static str, valid_time: Date, fact: Fact) -> NewEvent {
    NewEvent { kind, valid_time, payload: pb::RegistryEvent { fact: Some(fact) }.encode_to_vec() }
}

pub(crate) fn sealed(sealed: &Sealed) -> common::Sealed {
    common::Sealed {
        subject: sealed.subject.to_string(),
        key_version: sealed.key_version,
        ciphertext: sealed.ciphertext.clone(),
    }
}

/// What is sealed of a person: the message of the contract, so that whoever holds the key can read it for ever.
pub(crate) fn person_bytes(person: &Person) -> Vec<u8> {
    // The identity number is kept apart: what is sealed here goes into events too.
    convert::person(person).encode_to_vec()
}

/// A person from what was sealed.
pub(crate) fn person_from(bytes: &[u8], statistics: Statistics) -> Option<Person> {
    let person = pb::Person::decode(bytes).ok()?;
    let birth_year = (person.birth_year != 0).then_some(person.birth_year);
    let details = Details {
        identity_number: None,
        masked_identity_number: person.masked_identity_number,
        languages: person.languages,
        expertises: person.expertises,
    };
    Some(Person { full_name: person.full_name, birth_year, phone: person.phone, statistics, details })
}

pub(crate) fn unit_imported(known: &KnownUnit, source: &str) -> NewEvent {
    let fact = pb::UnitImported { unit: Some(convert::unit(known)), source: source.to_owned() };
    event("UnitImported", known.version.valid_from, Fact::UnitImported(fact))
}

pub(crate) fn unit_ended(unit: &UnitVersion) -> NewEvent {
    let fact = pb::UnitEnded { unit_id: unit.id.to_string(), valid_to: Some(date(unit.valid_to)) };
    event("UnitEnded", unit.valid_to, Fact::UnitEnded(fact))
}

pub(crate) fn unit_lineage_recorded(edge: &Lineage) -> NewEvent {
    let fact = pb::UnitLineageRecorded {
        lineage: Some(reorganizations::lineage(edge, 0)),
        change_date: Some(date(edge.change_date)),
    };
    event("UnitLineageRecorded", edge.change_date, Fact::UnitLineageRecorded(fact))
}

pub(crate) fn team_planned(team: &Team) -> NewEvent {
    let fact = pb::TeamPlanned { team: Some(convert::team(team)), exception_reason: team.exception_reason.clone() };
    event("TeamPlanned", team.plan.issue_date, Fact::TeamPlanned(fact))
}

pub(crate) fn team_standing_changed(team: &Team, on: Date) -> NewEvent {
    let fact = pb::TeamStandingChanged { team: Some(convert::team(team)) };
    event("TeamStandingChanged", on, Fact::TeamStandingChanged(fact))
}

/// A team ended; `successors` go on, and each of `moved` in one of them.
pub(crate) fn team_dissolved(team: &Team, decision: &Decision, successors: &[Team], moved: &[Mediator]) -> NewEvent {
    let place = |mediator: &Mediator| pb::MediatorPlace {
        mediator_id: mediator.id.to_string(),
        team_id: mediator.team.to_string(),
    };
    let fact = pb::TeamDissolved {
        team: Some(convert::team(team)),
        decision: Some(convert::decision(decision)),
        successors: successors.iter().map(convert::team).collect(),
        mediator_places: moved.iter().map(place).collect(),
    };
    event("TeamDissolved", decision.issue_date, Fact::TeamDissolved(fact))
}

pub(crate) fn team_updated(team: &Team, on: Date) -> NewEvent {
    let fact = pb::TeamUpdated { team: Some(convert::team(team)), exception_reason: team.exception_reason.clone() };
    event("TeamUpdated", on, Fact::TeamUpdated(fact))
}

/// A team left its area unit and commune.
pub(crate) fn team_transferred(team: &Team, (area, commune): (UnitId, UnitId), decision: &Decision) -> NewEvent {
    let fact = pb::TeamTransferred {
        team: Some(convert::team(team)),
        previous_area_unit_id: area.to_string(),
        previous_commune_unit_id: commune.to_string(),
        decision: Some(convert::decision(decision)),
    };
    event("TeamTransferred", decision.issue_date, Fact::TeamTransferred(fact))
}

pub(crate) fn team_reviewed(review: &TeamReview) -> NewEvent {
    let fact = pb::TeamReviewed { team_review: Some(teams::review(review)) };
    event("TeamReviewed", review.date, Fact::TeamReviewed(fact))
}

pub(crate) fn team_corrected(team: &Team, reason: &str, on: Date) -> NewEvent {
    let fact = pb::TeamCorrected { team: Some(convert::team(team)), reason: reason.to_owned() };
    event("TeamCorrected", on, Fact::TeamCorrected(fact))
}

pub(crate) fn area_exception_recorded(exception: &AreaException) -> NewEvent {
    let fact = pb::AreaExceptionRecorded {
        area_unit_id: exception.area_unit.to_string(),
        kind: convert::number(exception.kind),
        reason: exception.reason.clone(),
        decision: Some(convert::decision(&exception.decision)),
        valid_to: (exception.valid_to != LAST_DAY).then(|| date(exception.valid_to)),
    };
    event("AreaExceptionRecorded", exception.decision.issue_date, Fact::AreaExceptionRecorded(fact))
}

pub(crate) fn mediator_moved(mediator: &Mediator, from: TeamId, decision: &Decision) -> NewEvent {
    let fact = pb::MediatorMoved {
        mediator_id: mediator.id.to_string(),
        previous_team_id: from.to_string(),
        team_id: mediator.team.to_string(),
        decision: Some(convert::decision(decision)),
        gender: convert::number(mediator.statistics.gender),
        ethnic_class: convert::number(mediator.statistics.ethnic_class),
        education_class: convert::number(mediator.statistics.education_class),
    };
    event("MediatorMoved", decision.issue_date, Fact::MediatorMoved(fact))
}

/// Why a record is corrected.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CorrectionGround<'a> {
    /// For a reason that a request stated.
    Stated(&'a Sealed),
    /// A roster told otherwise.
    Roster(RosterImportId),
}

/// What was wrong is right from `on`; `was` is the day of recognition as it was known before.
pub(crate) fn mediator_corrected(
    mediator: &Mediator,
    was: Option<Date>,
    ground: CorrectionGround<'_>,
    on: Date,
) -> NewEvent {
    let (reason, import) = match ground {
        CorrectionGround::Stated(reason) => (Some(reason), None),
        CorrectionGround::Roster(import) => (None, Some(import)),
    };
    let person = Sealed::from_bytes(&mediator.sealed_person).ok();
    let fact = pb::MediatorCorrected {
        mediator_id: mediator.id.to_string(),
        team_id: mediator.team.to_string(),
        sealed_person: person.as_ref().map(sealed),
        gender: convert::number(mediator.statistics.gender),
        ethnic_class: convert::number(mediator.statistics.ethnic_class),
        education_class: convert::number(mediator.statistics.education_class),
        recognition_decision: mediator.recognition.as_ref().map(convert::decision),
        previous_recognition_date: was.map(date),
        sealed_reason: reason.map(sealed),
        roster_import_id: import.map(|import| import.to_string()).unwrap_or_default(),
    };
    event("MediatorCorrected", on, Fact::MediatorCorrected(fact))
}

pub(crate) fn election_recorded(election: &Election, minutes: Option<&Sealed>) -> NewEvent {
    let election_message = Some(convert::election(election, Vec::new()));
    let fact = pb::ElectionRecorded { election: election_message, sealed_minutes: minutes.map(sealed) };
    event("ElectionRecorded", election.ballot.date, Fact::ElectionRecorded(fact))
}

pub(crate) fn candidacy_recorded(
    mediator: &Mediator,
    votes_against: u32,
    person: Option<&Sealed>,
    on: Date,
) -> NewEvent {
    let fact = pb::CandidacyRecorded {
        mediator_id: mediator.id.to_string(),
        team_id: mediator.team.to_string(),
        election_id: mediator.election.to_string(),
        state: convert::number(mediator.state),
        votes_for: i32::try_from(mediator.votes_for).unwrap_or(i32::MAX),
        sealed_person: person.map(sealed),
        gender: convert::number(mediator.statistics.gender),
        ethnic_class: convert::number(mediator.statistics.ethnic_class),
        education_class: convert::number(mediator.statistics.education_class),
        nominated_by_front: mediator.nominated_by_front,
        votes_against: i32::try_from(votes_against).unwrap_or(i32::MAX),
    };
    event("CandidacyRecorded", on, Fact::CandidacyRecorded(fact))
}

pub(crate) fn recognition_list_submitted(list: &RecognitionList) -> NewEvent {
    let fact = pb::RecognitionListSubmitted { recognition_list: Some(convert::recognition_list(list)) };
    event("RecognitionListSubmitted", list.receive_date, Fact::RecognitionListSubmitted(fact))
}

pub(crate) fn recognition_decided(list: &RecognitionList, refused: &[MediatorId], on: Date) -> NewEvent {
    let fact = pb::RecognitionDecided {
        recognition_list: Some(convert::recognition_list(list)),
        refused_mediator_ids: refused.iter().map(ToString::to_string).collect(),
    };
    event("RecognitionDecided", on, Fact::RecognitionDecided(fact))
}

pub(crate) fn mediator_submitted(mediator: &Mediator, list: ListId, on: Date) -> NewEvent {
    let fact = pb::MediatorSubmitted { mediator_id: mediator.id.to_string(), recognition_list_id: list.to_string() };
    event("MediatorSubmitted", on, Fact::MediatorSubmitted(fact))
}

pub(crate) fn mediator_recognized(mediator: &Mediator, decision: &Decision) -> NewEvent {
    let fact = pb::MediatorRecognized {
        mediator_id: mediator.id.to_string(),
        team_id: mediator.team.to_string(),
        decision: Some(convert::decision(decision)),
        gender: convert::number(mediator.statistics.gender),
        ethnic_class: convert::number(mediator.statistics.ethnic_class),
        education_class: convert::number(mediator.statistics.education_class),
    };
    event("MediatorRecognized", decision.issue_date, Fact::MediatorRecognized(fact))
}

pub(crate) fn mediator_rejected(mediator: &Mediator, reason: Option<&Sealed>, on: Date) -> NewEvent {
    let fact = pb::MediatorRejected { mediator_id: mediator.id.to_string(), sealed_reason: reason.map(sealed) };
    event("MediatorRejected", on, Fact::MediatorRejected(fact))
}

pub(crate) fn mediator_ceased(mediator: &Mediator, ceasing: Option<&Ceasing>, on: Date) -> NewEvent {
    let fact = pb::MediatorCeased {
        mediator_id: mediator.id.to_string(),
        team_id: mediator.team.to_string(),
        ground: mediator.cessation.map_or(0, convert::number),
        cessation_date: Some(date(on)),
        decision: mediator.cessation_decision.as_ref().map(convert::decision),
        cessation: ceasing.map(papers::cessation),
    };
    event("MediatorCeased", on, Fact::MediatorCeased(fact))
}

pub(crate) fn leader_elected(term: &LeaderTerm, votes: &[LeaderVote], minutes: Option<&Sealed>) -> NewEvent {
    let fact = pb::LeaderElected {
        leader_term: Some(convert::leader_term(term)),
        votes: votes.iter().map(papers::leader_vote).collect(),
        sealed_minutes: minutes.map(sealed),
    };
    event("LeaderElected", term.election_date, Fact::LeaderElected(fact))
}

pub(crate) fn leader_submitted(term: &LeaderTerm, on: Date) -> NewEvent {
    let fact = pb::LeaderSubmitted { leader_term: Some(convert::leader_term(term)) };
    event("LeaderSubmitted", on, Fact::LeaderSubmitted(fact))
}

pub(crate) fn leader_decided(term: &LeaderTerm, on: Date) -> NewEvent {
    let fact = pb::LeaderDecided { leader_term: Some(convert::leader_term(term)) };
    event("LeaderDecided", on, Fact::LeaderDecided(fact))
}

pub(crate) fn leader_ended(term: &LeaderTerm, on: Date) -> NewEvent {
    let fact = pb::LeaderEnded { leader_term: Some(convert::leader_term(term)) };
    event("LeaderEnded", on, Fact::LeaderEnded(fact))
}

pub(crate) fn roster_imported(import: &KeptImport, on: Date) -> NewEvent {
    let kind = match import.kind {
        RosterKind::Teams => pb::RosterKind::Teams,
        RosterKind::Mediators => pb::RosterKind::Mediators,
    };
    let fact = pb::RosterImported {
        roster_import_id: import.id.to_string(),
        kind: kind.into(),
        unit_id: import.unit.to_string(),
        source: import.source.clone(),
        file_digest: import.digest.clone(),
        created_count: import.counts.created,
        updated_count: import.counts.updated,
        unchanged_count: import.counts.unchanged,
        faulty_row_count: import.counts.faulty,
    };
    event("RosterImported", on, Fact::RosterImported(fact))
}

pub(crate) fn mediator_imported(
    mediator: &Mediator,
    import: RosterImportId,
    decision: &Decision,
    person: &Sealed,
) -> NewEvent {
    let fact = pb::MediatorImported {
        mediator_id: mediator.id.to_string(),
        team_id: mediator.team.to_string(),
        roster_import_id: import.to_string(),
        decision: Some(convert::decision(decision)),
        sealed_person: Some(sealed(person)),
        gender: convert::number(mediator.statistics.gender),
        ethnic_class: convert::number(mediator.statistics.ethnic_class),
        education_class: convert::number(mediator.statistics.education_class),
    };
    event("MediatorImported", decision.issue_date, Fact::MediatorImported(fact))
}
