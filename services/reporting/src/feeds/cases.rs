//! The case service's journal: the state of each case in time, its team and category. Never what it is about, nor whom.

use hoagiai_proto::cases::v1::{self as pb, case_event::Fact};
use hoagiai_store::{Entry, Projection, ProjectionError, Tx};
use hoagiai_types::{Date, Uuid};
use prost::Message as _;

use super::{CASES, day, id, uuid};
use crate::{
    domain::CaseState,
    store::facts::{self, CaseNow},
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
        let on = entry.valid_time;
        match event.fact {
            Some(Fact::CaseReceived(pb::CaseReceived { case: Some(case), .. })) => {
                let new = CaseNow {
                    team: id("team_id", &case.team_id)?,
                    category: case.category,
                    state: CaseState::Received,
                    mediators: Vec::new(),
                };
                let received = day(case.receive_date.as_ref(), on);
                Ok(facts::put_case(tx, uuid("case_id", &case.case_id)?, &new, received).await?)
            }
            Some(Fact::ScopeAsked(fact)) => to(tx, &fact.case_id, CaseState::ScopeQuery, on).await,
            Some(Fact::CaseAccepted(fact)) => {
                change(tx, &fact.case_id, on, |case| {
                    case.state = CaseState::Accepted;
                    if fact.category != 0 {
                        case.category = fact.category;
                    }
                })
                .await
            }
            Some(Fact::CaseReferred(fact)) => to(tx, &fact.case_id, CaseState::OutOfScope, on).await,
            Some(Fact::MediatorsAssigned(fact)) => {
                change(tx, &fact.case_id, on, |case| {
                    case.state = CaseState::Assigned;
                    case.mediators = ids(&fact.assignments);
                })
                .await
            }
            // A case that loses its last mediator waits for another, unless the parties paused it.
            Some(Fact::ConflictDeclared(fact)) => {
                change(tx, &fact.case_id, on, |case| {
                    case.mediators.retain(|mediator| *mediator != fact.mediator_id);
                    let working = matches!(case.state, CaseState::Assigned | CaseState::InMediation);
                    if working && case.mediators.is_empty() {
                        case.state = CaseState::Accepted;
                    }
                })
                .await
            }
            Some(Fact::SessionRecorded(fact)) => {
                let on = day(fact.session_date.as_ref(), on);
                change(tx, &fact.case_id, on, |case| {
                    case.state = CaseState::InMediation;
                    case.mediators = ids(&fact.assignments);
                })
                .await
            }
            Some(Fact::CasePaused(fact)) => to(tx, &fact.case_id, CaseState::Paused, on).await,
            Some(Fact::CaseResumed(fact)) => to(tx, &fact.case_id, CaseState::InMediation, on).await,
            Some(Fact::CaseDeclined(fact)) => to(tx, &fact.case_id, CaseState::Declined, on).await,
            Some(Fact::CaseConcluded(fact)) => {
                let state = if fact.successful { CaseState::Successful } else { CaseState::Unsuccessful };
                to(tx, &fact.case_id, state, day(fact.conclude_date.as_ref(), on)).await
            }
            // Open cases alone are handed over: what was counted for the team before stays its own.
            Some(Fact::CaseHandedOver(fact)) => {
                let team = id("team_id", &fact.team_id)?;
                change(tx, &fact.case_id, on, |case| case.team = team).await
            }
            _ => Ok(()),
        }
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        Ok(facts::clear_cases(tx).await?)
    }
}

fn ids(assignments: &[pb::Assignment]) -> Vec<String> {
    assignments.iter().map(|assignment| assignment.mediator_id.clone()).collect()
}

async fn to(tx: &mut Tx, case_id: &str, state: CaseState, on: Date) -> Result<(), ProjectionError> {
    change(tx, case_id, on, |case| case.state = state).await
}

async fn change(tx: &mut Tx, case_id: &str, on: Date, edit: impl FnOnce(&mut CaseNow)) -> Result<(), ProjectionError> {
    let id: Uuid = uuid("case_id", case_id)?;
    let was = facts::find_case(tx, id).await?;
    let was = was.ok_or_else(|| ProjectionError::Refused("a fact of a case that was never received".into()))?;
    let mut now = was.clone();
    edit(&mut now);
    Ok(facts::move_case(tx, id, &was, &now, on).await?)
}
