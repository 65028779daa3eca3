//! Messages of the contract to values of the domain and back.

use std::fmt::Display;

use aws_lc_rs::digest::{Context, SHA256};
use hoagiai_proto::{common::v1 as common, registry::v1 as pb};
use hoagiai_rpc::{
    Violations,
    convert::{date, may_date, need_date, need_id, time},
};
use hoagiai_types::{Etag, Id, text};

use crate::{
    domain::{
        Ballot, BoardRole, Candidate, CeasingForm, CeasingState, Cessation, DeadlineState, DeadlineStep, Decision,
        Deficiency, DeviationKind, DuplicateReason, DuplicateVerdict, EducationClass, Election, ElectionForm,
        ElectionOutcome, ElectionRound, EndKind, EthnicClass, FIRST_DAY, Gender, LAST_DAY, LeaderEndGround, LeaderTerm,
        LeaderTermState, LineageExtent, ListState, Mediator, MediatorState, MinutesForm, PaperKind, PaperRecord,
        Person, Procedure, Proposer, RecognitionList, ReviewResult, Standard, Standing, Statistics, Team, TeamState,
        UnitKind, UnitRow,
    },
    usecases::{KnownUnit, TeamPlan},
};

/// An enum of the domain that the contract has too.
pub(crate) trait Named: Sized + Copy {
    /// The enum of the contract.
    type Wire: TryFrom<i32> + Into<i32>;
    /// To the contract.
    fn named(self) -> Self::Wire;
    /// From the contract; none for the unspecified value and those that the domain does not take.
    fn of(wire: &Self::Wire) -> Option<Self>;
}

/// The number of a value on the wire.
pub(crate) fn number<T: Named>(value: T) -> i32 {
    value.named().into()
}

/// The value of a number on the wire.
pub(crate) fn value<T: Named>(number: i32) -> Option<T> {
    T::Wire::try_from(number).ok().and_then(|wire| T::of(&wire))
}

/// A value that must be there.
pub(crate) fn need<T: Named>(field: impl Display, number: i32, out: &mut Violations) -> Option<T> {
    let found = value(number);
    if found.is_none() {
        out.add(field, "REQUIRED", "is required", "là bắt buộc");
    }
    found
}

macro_rules! named {
    ($($domain:ident = $wire:path { $($variant:ident),+ };)+) => {$(
        impl Named for $domain {
            type Wire = $wire;
            fn named(self) -> $wire {
                match self {
                    $($domain::$variant => <$wire>::$variant,)+
                }
            }
            fn of(wire: &$wire) -> Option<Self> {
                match wire { $(<$wire>::$variant => Some($domain::$variant),)+ _ => None }
            }
        }
    )+};
}

named! {
    UnitKind = pb::UnitKind {
        Municipality, Province, UrbanDistrict, RuralDistrict, Town, City, Ward, Commune, Township, SpecialZone, Hamlet,
        ResidentialGroup
    };
    LineageExtent = pb::LineageExtent { Whole, Part, Remainder };
    EndKind = pb::TeamEndKind { Dissolved, Merged, Split };
    ReviewResult = pb::TeamReviewResult { Keep, Strengthen, Dissolve };
    DeviationKind = pb::TeamDeviationKind {
        AreaWithoutTeam, AreaWithSeveral, Understaffed, NoLeader, ReviewOverdue, TargetNotReached
    };
    TeamState = pb::TeamState { Planned, Forming, Active, Understaffed, Dissolved };
    Deficiency = pb::TeamDeficiency { FewerThanThree, NoWoman, NoEthnicMinority, NoLeader };
    ElectionForm = pb::ElectionForm { PublicVote, SecretBallot, HouseholdBallot };
    ElectionRound = pb::ElectionRound { First, Supplementary, Repeat };
    ElectionOutcome = pb::ElectionOutcome { Filled, SupplementaryDue, RepeatDue, TieAtCut };
    MediatorState = pb::MediatorState {
        Nominated, Withdrawn, Elected, NotElected, Tied, Submitted, Recognized, Rejected, CeasingProposed,
        CeasingSubmitted, Ceased
    };
    ListState = pb::RecognitionListState { Submitted, Decided, Returned };
    LeaderTermState = pb::LeaderTermState { Elected, Submitted, Recognized, Rejected, Ended };
    Cessation = pb::CessationGround { OwnWish, StandardLost, Breach, Deceased, TeamDissolved, Merged };
    MinutesForm = pb::MinutesForm { PublicVote, SecretBallot, HouseholdBallot, LeaderPublicVote, LeaderSecretBallot };
    BoardRole = pb::BoardRole { Head, Deputy, Member };
    LeaderEndGround = pb::LeaderEndGround { Resigned, Decided, Ceased, TeamEnded };
    CeasingState = pb::CessationState { Proposed, Submitted, Ceased, Refused, Withdrawn, Lapsed };
    Proposer = pb::CessationProposer { Leader, FrontHead };
    CeasingForm = pb::CessationForm { Proposal, Disagreement };
    Procedure = pb::AdministrativeProcedure { RecognizeMediators, RecognizeLeader, CeaseMediator };
    DeadlineStep = pb::DeadlineStep {
        RecognitionDecision, LeaderSubmission, LeaderDecision, CessationVerification, CessationDecision
    };
    DeadlineState = pb::DeadlineState { Due, Overdue, Met, MetLate };
    DuplicateVerdict = pb::DuplicateVerdict { Same, Different, Undone };
    DuplicateReason = pb::DuplicateReason { IdentityNumber, NameBirthYearArea, NamePhone, InForceInTwoTeams };
    Gender = common::Gender { Male, Female };
    EthnicClass = common::EthnicClass { Kinh, Other };
    EducationClass = common::EducationClass { Law, Other, None };
    PaperKind = pb::DocumentKind {
        ElectionMinutesPublicVote, ElectionMinutesSecretBallot, ElectionMinutesHouseholdBallot, LeaderMinutesPublicVote,
        LeaderMinutesSecretBallot, RecognitionList, LeaderProposal, CessationProposal, CessationDisagreement,
        RecognitionDecision, LeaderDecision, CessationDecision
    };
    PaperRecord = pb::DocumentRecord { Election, RecognitionList, LeaderTerm, Cessation };
}

pub(crate) use named;
pub(crate) mod duplicates;
pub(crate) mod training;

/// Names content by what it says: SHA-256 of its parts, the first half in hexadecimal.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        // Lengths first, so that no two lists of parts read alike.
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.finish().as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A revision for the wire.
pub(crate) fn etag(revision: i64) -> String {
    Etag::new(revision).to_string()
}

pub(crate) fn int(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A number that the contract keeps from being negative.
pub(crate) fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

pub(super) fn id_text<T>(id: Option<Id<T>>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// A decision for the wire.
pub(crate) fn decision(decision: &Decision) -> common::Decision {
    common::Decision {
        number: decision.number.clone(),
        issue_date: Some(date(decision.issue_date)),
        issuer: decision.issuer.clone(),
    }
}

/// A decision that must be there.
pub(crate) fn need_decision(decision: Option<common::Decision>, out: &mut Violations) -> Option<Decision> {
    if decision.is_none() {
        out.add("decision", "REQUIRED", "is required", "là bắt buộc");
    }
    may_decision("decision", decision, out)
}

/// A decision that may be there, in `field` of the request.
pub(crate) fn may_decision(field: &str, decision: Option<common::Decision>, out: &mut Violations) -> Option<Decision> {
    let decision = decision?;
    let issue_date = need_date(format!("{field}.issue_date"), decision.issue_date.as_ref(), out)?;
    Some(Decision { number: text::nfc(&decision.number), issue_date, issuer: text::nfc(&decision.issuer) })
}

/// A unit for the wire.
pub(crate) fn unit(known: &KnownUnit) -> pb::Unit {
    let unit = &known.version;
    pb::Unit {
        unit_id: unit.id.to_string(),
        code: unit.code.clone(),
        display_name: unit.name.clone(),
        kind: number(unit.kind),
        parent_unit_id: id_text(unit.parent),
        valid_from: (unit.valid_from != FIRST_DAY).then(|| date(unit.valid_from)),
        valid_to: (unit.valid_to != LAST_DAY).then(|| date(unit.valid_to)),
        household_count: int(unit.households),
        ethnic_minority_area: unit.ethnic_minority_area,
        etag: etag(known.revision),
        create_time: Some(time(known.created_at)),
        update_time: Some(time(known.updated_at)),
    }
}

/// A row of an import.
pub(crate) fn unit_row(index: usize, row: pb::UnitRow, out: &mut Violations) -> Option<UnitRow> {
    let field = |name: &str| format!("rows[{index}].{name}");
    let kind = need(field("kind"), row.kind, out);
    let valid_from = may_date(field("valid_from"), row.valid_from.as_ref(), out);
    let valid_to = may_date(field("valid_to"), row.valid_to.as_ref(), out);
    Some(UnitRow {
        code: row.code,
        name: text::nfc(row.display_name.trim()),
        kind: kind?,
        parent_code: row.parent_code,
        valid_from: valid_from.unwrap_or(FIRST_DAY),
        valid_to: valid_to.unwrap_or(LAST_DAY),
        households: count(row.household_count),
        ethnic_minority_area: row.ethnic_minority_area,
    })
}

/// A team for the wire.
pub(crate) fn team(team: &Team) -> pb::Team {
    pb::Team {
        team_id: team.id.to_string(),
        display_name: team.name.clone(),
        state: number(team.state),
        area_unit_id: team.area_unit.to_string(),
        commune_unit_id: team.commune.to_string(),
        province_unit_id: team.province.to_string(),
        target_size: int(team.target_size),
        plan_decision: Some(decision(&team.plan)),
        mediator_count: int(team.mediators),
        female_mediator_count: int(team.women),
        ethnic_minority_mediator_count: int(team.ethnic_minority),
        leader_mediator_id: id_text(team.leader),
        deficiencies: team.deficiencies.iter().map(number).collect(),
        active_date: team.active_date.map(date),
        etag: etag(team.revision),
        create_time: Some(time(team.created_at)),
        update_time: Some(time(team.updated_at)),
        acting_leader_mediator_id: id_text(team.acting_leader),
        target_size_decision: team.size.as_ref().map(decision),
        end_kind: team.ending.as_ref().map_or(0, |end| number(end.kind)),
        end_decision: team.ending.as_ref().map(|end| decision(&end.decision)),
        successor_team_id: id_text(team.ending.as_ref().and_then(|end| end.successor)),
    }
}

/// One team of a plan, which stands in `field` of the request.
pub(crate) fn team_plan(field: &str, plan: pb::TeamPlan, out: &mut Violations) -> Option<TeamPlan> {
    let area_unit = need_id(format!("{field}.area_unit_id"), &plan.area_unit_id, out);
    Some(TeamPlan {
        area_unit: area_unit?,
        name: text::nfc(plan.display_name.trim()),
        target_size: count(plan.target_size),
        exception_reason: text::nfc(plan.exception_reason.trim()),
    })
}

/// A person for the wire.
pub(crate) fn person(person: &Person) -> pb::Person {
    pb::Person {
        full_name: person.full_name.clone(),
        gender: number(person.statistics.gender),
        birth_year: person.birth_year.unwrap_or(0),
        ethnic_class: number(person.statistics.ethnic_class),
        education_class: number(person.statistics.education_class),
        phone: person.phone.clone(),
        identity_number: String::new(),
        masked_identity_number: person.details.masked_identity_number.clone(),
        languages: person.details.languages.clone(),
        expertises: person.details.expertises.clone(),
    }
}

/// A mediator for the wire; `who` is none once the key of the person was destroyed.
pub(crate) fn mediator(mediator: &Mediator, who: Option<&Person>) -> pb::Mediator {
    pb::Mediator {
        mediator_id: mediator.id.to_string(),
        team_id: mediator.team.to_string(),
        state: number(mediator.state),
        person: who.map(person),
        election_id: id_text(mediator.stood_in()),
        votes_for: int(mediator.votes_for),
        recognition_decision: mediator.recognition.as_ref().map(decision),
        recognition_date: mediator.recognition_date().map(date),
        cessation_date: mediator.cessation_date.map(date),
        leader: mediator.leader,
        commune_unit_id: mediator.commune.to_string(),
        etag: etag(mediator.revision),
        create_time: Some(time(mediator.created_at)),
        update_time: Some(time(mediator.updated_at)),
        ..pb::Mediator::default()
    }
}

/// A person whose fields must be there.
pub(super) fn need_person(path: &str, person: Option<pb::Person>, out: &mut Violations) -> Option<Person> {
    let Some(person) = person else {
        out.add(path, "REQUIRED", "is required", "là bắt buộc");
        return None;
    };
    let field = |name: &str| format!("{path}.{name}");
    let gender = need(field("gender"), person.gender, out);
    let ethnic_class = need(field("ethnic_class"), person.ethnic_class, out);
    let education_class = need(field("education_class"), person.education_class, out);
    Some(Person {
        full_name: text::nfc(person.full_name.trim()),
        birth_year: (person.birth_year != 0).then_some(person.birth_year),
        phone: person.phone,
        statistics: Statistics { gender: gender?, ethnic_class: ethnic_class?, education_class: education_class? },
        details: duplicates::details(person.languages, &person.expertises, &person.identity_number),
    })
}

/// A candidate: one nominated before, or one whom only the minutes tell of.
pub(crate) fn candidate(index: usize, candidate: pb::Candidate, out: &mut Violations) -> Option<Candidate> {
    let (votes_for, votes_against) = (count(candidate.votes_for), count(candidate.votes_against));
    if !candidate.mediator_id.is_empty() {
        if candidate.person.is_some() {
            let field = format!("candidates[{index}].person");
            out.add(field, "VALUE_NOT_ALLOWED", "must be left out with mediator_id", "không dùng cùng với mediator_id");
        }
        let id = need_id(format!("candidates[{index}].mediator_id"), &candidate.mediator_id, out);
        return Some(Candidate { who: Standing::Nominated(id?), votes_for, votes_against });
    }
    let person = need_person(&format!("candidates[{index}].person"), candidate.person, out);
    // The minutes confirm the standards of Điều 7 as one; a nomination confirms them one by one.
    let met = [
        (Standard::Consent, candidate.consent_given),
        (Standard::Resident, candidate.resident),
        (Standard::GoodCharacter, candidate.standards_met),
    ];
    let lacks = met.into_iter().filter(|(_, met)| !met).map(|(standard, _)| standard).collect();
    let nominated_by_front = candidate.nominated_by_front;
    Some(Candidate { who: Standing::Told { person: person?, nominated_by_front, lacks }, votes_for, votes_against })
}

/// How the households were asked.
pub(crate) fn ballot(request: &pb::RecordElectionRequest, out: &mut Violations) -> Option<Ballot> {
    let form = need("form", request.form, out);
    let round = need("round", request.round, out);
    let date = need_date("election_date", request.election_date.as_ref(), out);
    Some(Ballot {
        form: form?,
        round: round?,
        date: date?,
        households: count(request.household_count),
        attending: count(request.attending_household_count),
        witnessed: request.witnessed,
    })
}

/// An election for the wire, with its candidates in the order of `mediators`.
pub(crate) fn election(election: &Election, mediators: Vec<pb::Mediator>) -> pb::Election {
    pb::Election {
        election_id: election.id.to_string(),
        team_id: election.team.to_string(),
        form: number(election.ballot.form),
        round: number(election.ballot.round),
        election_date: Some(date(election.ballot.date)),
        household_count: int(election.ballot.households),
        attending_household_count: int(election.ballot.attending),
        outcome: number(election.outcome),
        mediators,
        minutes_form: number(election.ballot.form.minutes()),
        previous_election_id: id_text(election.previous),
        place_count: int(election.places.unwrap_or(0)),
    }
}

/// A recognition list for the wire.
pub(crate) fn recognition_list(list: &RecognitionList) -> pb::RecognitionList {
    pb::RecognitionList {
        recognition_list_id: list.id.to_string(),
        team_id: list.team.to_string(),
        election_id: list.election.to_string(),
        state: number(list.state),
        mediator_ids: list.mediators.iter().map(ToString::to_string).collect(),
        receive_date: Some(date(list.receive_date)),
        due_date: Some(date(list.due_date)),
        decision: list.decision.as_ref().map(decision),
        etag: etag(list.revision),
        minutes_form: number(list.minutes),
        previous_recognition_list_id: id_text(list.previous),
        return_date: list.return_date.map(date),
    }
}

/// A leader's term for the wire.
pub(crate) fn leader_term(term: &LeaderTerm) -> pb::LeaderTerm {
    pb::LeaderTerm {
        leader_term_id: term.id.to_string(),
        team_id: term.team.to_string(),
        mediator_id: term.mediator.to_string(),
        state: number(term.state),
        election_date: Some(date(term.election_date)),
        submit_due_date: Some(date(term.submit_due_date)),
        receive_date: term.received.map(|(day, _)| date(day)),
        decide_due_date: term.received.map(|(_, due)| date(due)),
        decision: term.decision.as_ref().map(decision),
        etag: etag(term.revision),
        form: term.form.map_or(0, number),
        minutes_form: term.form.and_then(ElectionForm::leader_minutes).map_or(0, number),
        end_date: term.ended.as_ref().map(|end| date(end.date)),
        end_ground: term.ended.as_ref().map_or(0, |end| number(end.ground)),
        end_decision: term.ended.as_ref().and_then(|end| end.decision.as_ref()).map(decision),
    }
}
