//! Between protobuf and domain.

use hoagiai_proto::{common::v1 as common, evaluation::v1 as pb};
use hoagiai_rpc::{Violations, convert};

use crate::domain::{
    Assessment, AssessmentState, Claim, CompiledSet, Criterion, CriterionSource, Cycle, CycleState, Decision,
    TeamFacts, ZeroRule,
};

pub(crate) fn criteria_set(set: &CompiledSet) -> pb::CriteriaSet {
    let definition = &set.definition;
    pb::CriteriaSet {
        code: definition.code.clone(),
        version: definition.version.clone(),
        display_name: definition.display_name.clone(),
        place_code: definition.place_code.clone(),
        valid_from: Some(convert::date(definition.valid_from)),
        valid_to: definition.valid_to.map(convert::date),
        source: definition.source.clone(),
        criteria: definition.criteria.iter().map(criterion).collect(),
        required_count: i32::try_from(definition.required_count).unwrap_or(i32::MAX),
        digest: set.digest.clone(),
        target_percent: definition.target_percent,
    }
}

fn criterion(criterion: &Criterion) -> pb::Criterion {
    let source = match criterion.source {
        CriterionSource::Computed => pb::CriterionSource::Computed,
        CriterionSource::Attested => pb::CriterionSource::Attested,
    };
    let zero_rule = match criterion.zero_rule {
        None => pb::ZeroRule::Unspecified,
        Some(ZeroRule::Met) => pb::ZeroRule::Met,
        Some(ZeroRule::NotMet) => pb::ZeroRule::NotMet,
        Some(ZeroRule::Attested) => pb::ZeroRule::Attested,
    };
    pb::Criterion {
        code: criterion.code.clone(),
        display_name: criterion.display_name.clone(),
        source: source.into(),
        expression: criterion.expression.clone(),
        zero_expression: criterion.zero_expression.clone(),
        zero_rule: zero_rule.into(),
        provisional: criterion.provisional,
    }
}

pub(crate) fn cycle(cycle: &Cycle) -> pb::Cycle {
    let state = match cycle.state {
        CycleState::Draft => pb::CycleState::Draft,
        CycleState::Published => pb::CycleState::Published,
        CycleState::Open => pb::CycleState::Open,
        CycleState::Closed => pb::CycleState::Closed,
    };
    pb::Cycle {
        cycle_id: cycle.id.to_string(),
        province_unit_id: cycle.province.to_string(),
        year: cycle.year,
        state: state.into(),
        criteria_set: Some(criteria_set(&cycle.set)),
        self_assess_due_date: Some(convert::date(cycle.self_assess_due)),
        propose_due_date: Some(convert::date(cycle.propose_due)),
        decide_due_date: Some(convert::date(cycle.decide_due)),
        etag: cycle.etag().to_string(),
        create_time: Some(convert::time(cycle.create_time)),
        update_time: Some(convert::time(cycle.update_time)),
    }
}

pub(crate) fn assessment(one: &Assessment) -> pb::Assessment {
    let results = one.results.iter().map(|result| pb::CriterionResult {
        criterion_code: result.code.clone(),
        met: result.met,
        zero_rule_applied: result.zero_rule_applied,
        ratio: result.ratio.map(convert::ratio),
    });
    pb::Assessment {
        assessment_id: one.id.to_string(),
        cycle_id: one.cycle_id.to_string(),
        team_id: one.team_id.to_string(),
        commune_unit_id: one.commune.to_string(),
        state: assessment_state(one.state).into(),
        results: results.collect(),
        meeting_date: Some(convert::date(one.meeting_date)),
        member_count: one.member_count,
        votes_in_favour: one.votes_in_favour,
        proposable: one.proposable,
        propose_date: one.propose_date.map(convert::date),
        decision: one.decision.as_ref().map(|decision| common::Decision {
            number: decision.number.clone(),
            issue_date: Some(convert::date(decision.issue_date)),
            issuer: decision.issuer.clone(),
        }),
        criteria_set_digest: one.set_digest.clone(),
        self_assessed_late: one.late.self_assessed,
        proposed_late: one.late.proposed,
        decided_late: one.late.decided,
        etag: one.etag().to_string(),
        create_time: Some(convert::time(one.create_time)),
        update_time: Some(convert::time(one.update_time)),
    }
}

fn assessment_state(state: AssessmentState) -> pb::AssessmentState {
    match state {
        AssessmentState::SelfAssessed => pb::AssessmentState::SelfAssessed,
        AssessmentState::NotProposed => pb::AssessmentState::NotProposed,
        AssessmentState::Proposed => pb::AssessmentState::Proposed,
        AssessmentState::Returned => pb::AssessmentState::Returned,
        AssessmentState::UnderReview => pb::AssessmentState::UnderReview,
        AssessmentState::Recognized => pb::AssessmentState::Recognized,
        AssessmentState::NotRecognized => pb::AssessmentState::NotRecognized,
    }
}

/// The state of a filter; unspecified means all.
pub(crate) fn state_filter(state: pb::AssessmentState) -> Option<AssessmentState> {
    AssessmentState::ALL.into_iter().find(|one| assessment_state(*one) == state)
}

pub(crate) fn facts(facts: &TeamFacts) -> pb::TeamFacts {
    pb::TeamFacts {
        mediators: facts.mediators,
        received: facts.received,
        concluded: facts.concluded(),
        successful: facts.successful,
        unsuccessful: facts.unsuccessful,
        in_progress: facts.in_progress,
    }
}

pub(crate) fn claim(claim: &Claim) -> pb::CriterionClaim {
    pb::CriterionClaim {
        criterion_code: claim.criterion_code.clone(),
        met: claim.met,
        evidence: claim.evidence.clone(),
    }
}

pub(crate) fn read_claim(claim: pb::CriterionClaim) -> Claim {
    Claim { criterion_code: claim.criterion_code, met: claim.met, evidence: claim.evidence }
}

/// A decision that must be there; its text was validated with the message.
pub(crate) fn need_decision(decision: Option<common::Decision>, out: &mut Violations) -> Option<Decision> {
    let decision = decision.unwrap_or_default();
    let issue_date = convert::need_date("decision.issue_date", decision.issue_date.as_ref(), out)?;
    Some(Decision { number: decision.number, issue_date, issuer: decision.issuer })
}
