//! The evaluation service's journal: the steps that each team took in each year.

use hoagiai_proto::evaluation::v1::{self as pb, evaluation_event::Fact};
use hoagiai_store::{Entry, Projection, ProjectionError, Tx};
use prost::Message as _;

use super::{EVALUATION, day, id, uuid};
use crate::store::facts;

/// The projection of the evaluation service.
pub struct EvaluationFacts;

impl Projection for EvaluationFacts {
    fn name(&self) -> &'static str {
        EVALUATION
    }

    async fn apply(&self, tx: &mut Tx, entry: &Entry) -> Result<(), ProjectionError> {
        let event = pb::EvaluationEvent::decode(entry.payload.as_slice());
        let event = event.map_err(|_| ProjectionError::Refused("no event of evaluation".into()))?;
        match event.fact {
            Some(Fact::CycleCreated(pb::CycleCreated { cycle: Some(cycle) })) => {
                let set_code = cycle.criteria_set.map(|set| set.code).unwrap_or_default();
                facts::put_cycle(tx, uuid("cycle_id", &cycle.cycle_id)?, cycle.year, &set_code).await?;
            }
            Some(Fact::TeamSelfAssessed(pb::TeamSelfAssessed { assessment: Some(one), .. })) => {
                let cycle = facts::find_cycle(tx, uuid("cycle_id", &one.cycle_id)?).await?;
                let cycle = cycle.ok_or_else(|| ProjectionError::Refused("an assessment of no cycle".into()))?;
                let met = day(one.meeting_date.as_ref(), entry.valid_time);
                let (assessment, team) = (uuid("assessment_id", &one.assessment_id)?, id("team_id", &one.team_id)?);
                facts::put_assessment(tx, assessment, team, &cycle, met).await?;
            }
            Some(Fact::TeamProposed(pb::TeamProposed { assessment: Some(one), .. })) => {
                let proposed = day(one.propose_date.as_ref(), entry.valid_time);
                facts::propose(tx, uuid("assessment_id", &one.assessment_id)?, proposed).await?;
            }
            Some(Fact::TeamRecognized(pb::TeamRecognized { assessment: Some(one), .. })) => {
                let issued = one.decision.as_ref().and_then(|decision| decision.issue_date.as_ref());
                let recognized = day(issued, entry.valid_time);
                facts::recognize(tx, uuid("assessment_id", &one.assessment_id)?, recognized).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        Ok(facts::clear_evaluation(tx).await?)
    }
}
