//! The case service's journal: which team received a case when, and how it ended when. Never what it is about.

use hoagiai_proto::cases::v1::{self as pb, case_event::Fact};
use hoagiai_store::{Entry, Projection, ProjectionError, Tx};
use hoagiai_types::Uuid;
use prost::Message as _;

use super::{day, id};
use crate::{
    store::facts::{self, Outcome},
    usecases::CASES,
};

/// The projection of the case service.
pub struct CaseFacts;

impl Projection for CaseFacts {
    fn name(&self) -> &'static str {
        CASES
    }

    async fn apply(&self, tx: &mut Tx, entry: &Entry) -> Result<(), ProjectionError> {
        let event = pb::CaseEvent::decode(entry.payload.as_slice());
        let event = event.map_err(|_| ProjectionError::Refused("no event of the case service".into()))?;
        match event.fact {
            Some(Fact::CaseReceived(pb::CaseReceived { case: Some(case), .. })) => {
                let received = day(case.receive_date.as_ref(), entry.valid_time);
                facts::put_case(tx, case_id(&case.case_id)?, id("team_id", &case.team_id)?, received).await?;
            }
            Some(Fact::CaseReferred(fact)) => {
                facts::end_case(tx, case_id(&fact.case_id)?, entry.valid_time, Outcome::NotCounted).await?;
            }
            Some(Fact::CaseDeclined(fact)) => {
                facts::end_case(tx, case_id(&fact.case_id)?, entry.valid_time, Outcome::NotCounted).await?;
            }
            Some(Fact::CaseConcluded(fact)) => {
                let ended = day(fact.conclude_date.as_ref(), entry.valid_time);
                let outcome = if fact.successful { Outcome::Successful } else { Outcome::Unsuccessful };
                facts::end_case(tx, case_id(&fact.case_id)?, ended, outcome).await?;
            }
            Some(Fact::CaseHandedOver(fact)) => {
                facts::hand_over_case(tx, case_id(&fact.case_id)?, id("team_id", &fact.team_id)?).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        Ok(facts::clear_cases(tx).await?)
    }
}

fn case_id(text: &str) -> Result<Uuid, ProjectionError> {
    Ok(id::<()>("case_id", text)?.uuid())
}
