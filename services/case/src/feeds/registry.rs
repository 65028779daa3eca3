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
    domain::{MediatorId, Place, Team, TeamId},
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
            | Fact::TeamUpdated(pb::TeamUpdated { team, .. })
            | Fact::TeamCorrected(pb::TeamCorrected { team, .. }) => {
                put_team(tx, team.as_ref(), entry.valid_time).await?;
            }
            Fact::TeamTransferred(fact) => {
                let team = put_team(tx, fact.team.as_ref(), entry.valid_time).await?;
                let keeper = Some(team.place);
                hand_over(tx, entry, &team, (keeper, Vec::new(), false)).await?;
            }
            Fact::TeamDissolved(fact) => dissolved(tx, entry, &fact).await?,
            Fact::MediatorMoved(fact) => {
                let day = decided_on(fact.decision.as_ref(), entry.valid_time);
                let teams = (id(&fact.previous_team_id)?, id(&fact.team_id)?);
                if teams.0 != teams.1 {
                    known::move_mediator(tx, id(&fact.mediator_id)?, teams, day).await?;
                }
            }
            Fact::MediatorCorrected(fact) => {
                let is = fact.recognition_decision.as_ref().and_then(|decision| decision.issue_date.as_ref());
                let was = fact.previous_recognition_date.as_ref().and_then(convert::read_date);
                if let Some((was, is)) = was.zip(is.and_then(convert::read_date)) {
                    known::begin_mediator(tx, id(&fact.mediator_id)?, was, is).await?;
                }
            }
            Fact::TeamMoved(pb::TeamMoved { team: Some(team), effective_date, .. }) => {
                let effective = effective_date.as_ref().and_then(convert::read_date).unwrap_or(entry.valid_time);
                // A move says nothing of how the team stands.
                let known = read_team(&team, entry.valid_time)?;
                known::put_team(tx, &known, None).await?;
                known::move_records(tx, known.place, effective).await?;
            }
            Fact::MediatorRecognized(fact) => {
                known::put_mediators(tx, &[recognized(&fact, entry)?]).await?;
            }
            Fact::MediatorCeased(fact) => {
                let last = fact.cessation_date.as_ref().and_then(convert::read_date).unwrap_or(entry.valid_time);
                known::end_mediator(tx, id(&fact.mediator_id)?, last).await?;
            }
            // The record to use goes on; the other takes no case of a day on which it does not count.
            Fact::MediatorMerged(pb::MediatorMerged {
                mediator_id, recognition_date: Some(from), last_date, ..
            })
            | Fact::MediatorUnmerged(pb::MediatorUnmerged {
                mediator_id,
                recognition_date: Some(from),
                last_date,
                ..
            }) => {
                let from = convert::read_date(&from).unwrap_or(entry.valid_time);
                let last = last_date.as_ref().and_then(convert::read_date);
                known::bound_mediator(tx, id(&mediator_id)?, from, last).await?;
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

    async fn apply_all(&self, tx: &mut Tx, entries: &[&Entry]) -> Result<(), ProjectionError> {
        // Those of one decision follow each other: one statement for all of them.
        let mut recognized = Vec::new();
        for entry in entries {
            match recognition(entry)? {
                Some(mediator) if recognized.iter().all(|known: &Recognized| known.1 != mediator.1) => {
                    recognized.push(mediator);
                }
                _ => {
                    known::put_mediators(tx, &recognized).await?;
                    recognized.clear();
                    self.apply(tx, entry).await?;
                }
            }
        }
        Ok(known::put_mediators(tx, &recognized).await?)
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        Ok(known::clear(tx).await?)
    }
}

/// Who is in force where, and since when.
type Recognized = (TeamId, MediatorId, Date);

/// The mediator that an entry tells to be recognised; none: it tells something else.
fn recognition(entry: &Entry) -> Result<Option<Recognized>, ProjectionError> {
    if entry.kind != "MediatorRecognized" {
        return Ok(None);
    }
    let event = pb::RegistryEvent::decode(entry.payload.as_slice());
    match event.map_err(|_| ProjectionError::Refused("no event of the registry".into()))?.fact {
        Some(Fact::MediatorRecognized(fact)) => recognized(&fact, entry).map(Some),
        _ => Ok(None),
    }
}

fn recognized(fact: &pb::MediatorRecognized, entry: &Entry) -> Result<Recognized, ProjectionError> {
    let from = decided_on(fact.decision.as_ref(), entry.valid_time);
    Ok((id(&fact.team_id)?, id(&fact.mediator_id)?, from))
}

/// Keeps a team as a fact of that day shows it, and answers it.
async fn put_team(tx: &mut Tx, team: Option<&pb::Team>, day: Date) -> Result<Team, ProjectionError> {
    let team = team.ok_or_else(|| ProjectionError::Refused("a fact of a team without the team".into()))?;
    let in_force = matches!(team.state(), pb::TeamState::Active | pb::TeamState::Understaffed);
    let read = read_team(team, day)?;
    known::put_team(tx, &read, in_force.then_some(day)).await?;
    Ok(read)
}

/// A team ended: the teams that go on are known from the fact itself, whichever of their own facts has arrived.
async fn dissolved(tx: &mut Tx, entry: &Entry, fact: &pb::TeamDissolved) -> Result<(), ProjectionError> {
    let ended = put_team(tx, fact.team.as_ref(), entry.valid_time).await?;
    let mut places = Vec::with_capacity(fact.successors.len());
    for successor in &fact.successors {
        places.push(read_team(successor, entry.valid_time)?.place);
    }
    let place = |team: &str| places.iter().find(|place| place.team.to_string() == team).copied();
    let keeper = fact.team.as_ref().and_then(|team| place(&team.successor_team_id));
    let mut mediators = Vec::with_capacity(fact.mediator_places.len());
    for one in &fact.mediator_places {
        if let Some(place) = place(&one.team_id) {
            mediators.push((id(&one.mediator_id)?, place));
        }
    }
    hand_over(tx, entry, &ended, (keeper, mediators, true)).await
}

async fn hand_over(
    tx: &mut Tx,
    entry: &Entry,
    team: &Team,
    (keeper, mediators, ended): (Option<Place>, Vec<(MediatorId, Place)>, bool),
) -> Result<(), ProjectionError> {
    let (position, day, team) = (entry.position, entry.valid_time, team.place.team);
    let handover = usecases::Handover { position, team, day, keeper, mediators, ended };
    Ok(usecases::hand_over(tx, &handover).await?)
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
