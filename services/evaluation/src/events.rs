//! Facts of evaluation as event messages of its journal: the one file that turns the domain into what others follow.

use hoagiai_proto::evaluation::v1::{self as pb, evaluation_event::Fact};
use hoagiai_store::NewEvent;
use hoagiai_types::Date;
use prost::Message as _;

use crate::{
    api::convert,
    domain::{Assessment, Claim, Cycle, TeamFacts},
};

fn event(kind: &'static str, valid_time: Date, fact: Fact) -> NewEvent {
    NewEvent { kind, valid_time, payload: pb::EvaluationEvent { fact: Some(fact) }.encode_to_vec() }
}

/// The day of the decision; every decided assessment has one.
fn decided(assessment: &Assessment) -> Date {
    assessment.decision.as_ref().map_or(assessment.meeting_date, |decision| decision.issue_date)
}

pub(crate) fn cycle_created(cycle: &Cycle, today: Date) -> NewEvent {
    let fact = pb::CycleCreated { cycle: Some(convert::cycle(cycle)) };
    event("CycleCreated", today, Fact::CycleCreated(fact))
}

pub(crate) fn cycle_published(cycle: &Cycle, today: Date) -> NewEvent {
    let fact = pb::CyclePublished { cycle: Some(convert::cycle(cycle)) };
    event("CyclePublished", today, Fact::CyclePublished(fact))
}

pub(crate) fn cycle_opened(cycle: &Cycle, today: Date) -> NewEvent {
    let fact = pb::CycleOpened { cycle: Some(convert::cycle(cycle)) };
    event("CycleOpened", today, Fact::CycleOpened(fact))
}

pub(crate) fn cycle_closed(cycle: &Cycle, today: Date) -> NewEvent {
    let fact = pb::CycleClosed { cycle: Some(convert::cycle(cycle)) };
    event("CycleClosed", today, Fact::CycleClosed(fact))
}

pub(crate) fn team_self_assessed(one: &Assessment, claims: &[Claim], facts: &TeamFacts, late: bool) -> NewEvent {
    let fact = pb::TeamSelfAssessed {
        assessment: Some(convert::assessment(one)),
        claims: claims.iter().map(convert::claim).collect(),
        facts: Some(convert::facts(facts)),
        late,
    };
    event("TeamSelfAssessed", one.meeting_date, Fact::TeamSelfAssessed(fact))
}

pub(crate) fn team_proposed(one: &Assessment, late: bool) -> NewEvent {
    let fact = pb::TeamProposed { assessment: Some(convert::assessment(one)), late };
    event("TeamProposed", one.propose_date.unwrap_or(one.meeting_date), Fact::TeamProposed(fact))
}

pub(crate) fn proposal_returned(one: &Assessment, reason: &str, today: Date) -> NewEvent {
    let fact = pb::ProposalReturned { assessment: Some(convert::assessment(one)), reason: reason.to_owned() };
    event("ProposalReturned", today, Fact::ProposalReturned(fact))
}

pub(crate) fn review_started(one: &Assessment, meeting_date: Date) -> NewEvent {
    let fact = pb::ReviewStarted { assessment: Some(convert::assessment(one)) };
    event("ReviewStarted", meeting_date, Fact::ReviewStarted(fact))
}

pub(crate) fn team_recognized(one: &Assessment, year: i32, facts: &TeamFacts, late: bool) -> NewEvent {
    let assessment = Some(convert::assessment(one));
    let fact = pb::TeamRecognized { assessment, year, facts: Some(convert::facts(facts)), late };
    event("TeamRecognized", decided(one), Fact::TeamRecognized(fact))
}

pub(crate) fn team_refused(one: &Assessment, year: i32, refusals: &[(String, String)]) -> NewEvent {
    let refusal = |(criterion_code, reason): &(String, String)| pb::CriterionRefusal {
        criterion_code: criterion_code.clone(),
        reason: reason.clone(),
    };
    let assessment = Some(convert::assessment(one));
    let fact = pb::TeamRefused { assessment, year, refusals: refusals.iter().map(refusal).collect() };
    event("TeamRefused", decided(one), Fact::TeamRefused(fact))
}
