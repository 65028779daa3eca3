//! The projection of the registry: teams, mediators and leaders in force by days. Applied exactly once and in order by
//! the consumer of the store, together with its cursor.

use hoagiai_proto::{
    common::v1::Decision,
    registry::v1::{self as pb, registry_event::Fact},
};
use hoagiai_rpc::convert;
use hoagiai_store::{Entry, Projection, ProjectionError, Tx};
use hoagiai_types::{Date, Id, Uuid};
use prost::Message as _;

use crate::{
    domain::{Place, Team},
    store::known,
    usecases,
};

/// Keeps what the case service needs of the registry's facts.
#[derive(Clone, Copy, Debug)]
pub struct Registry;

impl Projection for Registry {
    fn name(&self) -> &'static str {
        usecases::REGISTRY
    }

    async fn apply(&self, tx: &mut Tx, entry: &Entry) -> Result<(), ProjectionError> {
        let event = pb::RegistryEvent::decode(entry.payload.as_slice())
            .map_err(|_| ProjectionError::Refused("not a RegistryEvent".into()))?;
        // A fact of a kind that is not known here is none of this service's.
        let Some(fact) = event.fact else { return Ok(()) };
        match fact {
            Fact::TeamPlanned(pb::TeamPlanned { team, .. })
            | Fact::TeamStandingChanged(pb::TeamStandingChanged { team })
            | Fact::TeamDissolved(pb::TeamDissolved { team, .. }) => {
                let team = team.ok_or_else(|| ProjectionError::Refused("a fact of a team without the team".into()))?;
                let in_force = matches!(team.state(), pb::TeamState::Active | pb::TeamState::Understaffed);
                let seen_in_force = in_force.then_some(entry.valid_time);
                known::put_team(tx, &read_team(&team, entry.valid_time)?, seen_in_force).await?;
            }
            Fact::TeamMoved(pb::TeamMoved { team: Some(team), effective_date, .. }) => {
                let effective = effective_date.as_ref().and_then(convert::read_date).unwrap_or(entry.valid_time);
                // A move says nothing of how the team stands.
                let known = read_team(&team, entry.valid_time)?;
                known::put_team(tx, &known, None).await?;
                known::move_records(tx, known.place, effective).await?;
            }
            Fact::MediatorRecognized(fact) => {
                let from = decided_on(fact.decision.as_ref(), entry.valid_time);
                known::put_mediator(tx, id(&fact.team_id)?, id(&fact.mediator_id)?, from).await?;
            }
            Fact::MediatorCeased(fact) => {
                let last = fact.cessation_date.as_ref().and_then(convert::read_date).unwrap_or(entry.valid_time);
                known::end_mediator(tx, id(&fact.mediator_id)?, last).await?;
            }
            Fact::LeaderDecided(pb::LeaderDecided { leader_term: Some(term) })
                if term.state() == pb::LeaderTermState::Recognized =>
            {
                let from = decided_on(term.decision.as_ref(), entry.valid_time);
                let (term_id, team, mediator) =
                    (uuid(&term.leader_term_id)?, id(&term.team_id)?, id(&term.mediator_id)?);
                known::put_leader(tx, term_id, team, mediator, from).await?;
            }
            Fact::LeaderEnded(pb::LeaderEnded { leader_term: Some(term) }) => {
                known::end_leader(tx, uuid(&term.leader_term_id)?, entry.valid_time).await?;
            }
            Fact::MediatorAvailabilitySet(fact) => {
                let from = fact.from_date.as_ref().and_then(convert::read_date).unwrap_or(entry.valid_time);
                let to = fact.to_date.as_ref().and_then(convert::read_date);
                match fact.available {
                    true => known::end_absence(tx, id(&fact.mediator_id)?, from).await?,
                    false => known::put_absence(tx, id(&fact.mediator_id)?, from, to).await?,
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        Ok(known::clear(tx).await?)
    }
}

/// A team as a fact of that day shows it.
fn read_team(team: &pb::Team, day: Date) -> Result<Team, ProjectionError> {
    let place = Place {
        province: id(&team.province_unit_id)?,
        commune: id(&team.commune_unit_id)?,
        area_unit: id(&team.area_unit_id)?,
        team: id(&team.team_id)?,
    };
    let active_from = team.active_date.as_ref().and_then(convert::read_date);
    let dissolved_on = (team.state() == pb::TeamState::Dissolved).then_some(day);
    Ok(Team { place, active_from, dissolved_on })
}

/// The day of a decision.
fn decided_on(decision: Option<&Decision>, otherwise: Date) -> Date {
    decision.and_then(|decision| decision.issue_date.as_ref()).and_then(convert::read_date).unwrap_or(otherwise)
}

fn id<T>(text: &str) -> Result<Id<T>, ProjectionError> {
    uuid(text).map(Id::from_uuid)
}

fn uuid(text: &str) -> Result<Uuid, ProjectionError> {
    text.parse().map_err(|_| ProjectionError::Refused("a fact that names nobody".into()))
}
