//! The registry's journal: provinces, teams in force, mediators in force.

use hoagiai_proto::registry::v1::{self as pb, registry_event::Fact};
use hoagiai_rpc::convert::read_date;
use hoagiai_store::{Entry, Projection, ProjectionError, Tx};
use hoagiai_types::{Date, Uuid};
use prost::Message as _;

use super::{day, id};
use crate::{
    domain::{TeamId, marker::TeamMark},
    store::facts::{self, TeamRow},
    usecases::REGISTRY,
};

/// The projection of the registry.
pub struct RegistryFacts;

impl Projection for RegistryFacts {
    fn name(&self) -> &'static str {
        REGISTRY
    }

    async fn apply(&self, tx: &mut Tx, entry: &Entry) -> Result<(), ProjectionError> {
        let event = pb::RegistryEvent::decode(entry.payload.as_slice());
        let event = event.map_err(|_| ProjectionError::Refused("no event of the registry".into()))?;
        match event.fact {
            Some(Fact::UnitImported(pb::UnitImported { unit: Some(unit), .. })) => {
                if matches!(unit.kind(), pb::UnitKind::Municipality | pb::UnitKind::Province) {
                    facts::put_place(tx, id("unit_id", &unit.unit_id)?, &unit.code).await?;
                }
            }
            Some(Fact::UnitTimelineChanged(fact)) => {
                let top = |unit: &&pb::Unit| matches!(unit.kind(), pb::UnitKind::Municipality | pb::UnitKind::Province);
                // The last version is the one whose code is in use.
                if let Some(unit) = fact.versions.iter().rfind(top) {
                    facts::put_place(tx, id("unit_id", &unit.unit_id)?, &unit.code).await?;
                }
            }
            Some(Fact::TeamPlanned(pb::TeamPlanned { team: Some(team), .. }))
            | Some(Fact::TeamStandingChanged(pb::TeamStandingChanged { team: Some(team) }))
            | Some(Fact::TeamUpdated(pb::TeamUpdated { team: Some(team), .. }))
            | Some(Fact::TeamCorrected(pb::TeamCorrected { team: Some(team), .. }))
            | Some(Fact::TeamTransferred(pb::TeamTransferred { team: Some(team), .. }))
            | Some(Fact::TeamDissolved(pb::TeamDissolved { team: Some(team), .. })) => {
                facts::put_team(tx, &team_row(&team, entry)?).await?;
            }
            Some(Fact::TeamMoved(pb::TeamMoved { team: Some(team), .. })) => {
                // A move says nothing of how the team stands: when it came into force is known from elsewhere.
                let row = TeamRow { valid_from: None, valid_until: None, ..team_row(&team, entry)? };
                facts::put_team(tx, &row).await?;
                facts::move_assessments(tx, &row).await?;
            }
            Some(Fact::MediatorRecognized(fact)) => {
                facts::put_members(tx, &[recognized(&fact, entry)?]).await?;
            }
            Some(Fact::MediatorMoved(fact)) if fact.previous_team_id != fact.team_id => {
                let mediator = id::<()>("mediator_id", &fact.mediator_id)?.uuid();
                facts::end_member(tx, mediator, entry.valid_time).await?;
                facts::put_members(tx, &[(mediator, id("team_id", &fact.team_id)?, entry.valid_time)]).await?;
            }
            Some(Fact::MediatorCorrected(fact)) => {
                let is = fact.recognition_decision.as_ref().and_then(|decision| decision.issue_date.as_ref());
                let was = fact.previous_recognition_date.as_ref().and_then(read_date);
                if let Some((was, is)) = was.zip(is.and_then(read_date)) {
                    facts::begin_member(tx, id::<()>("mediator_id", &fact.mediator_id)?.uuid(), was, is).await?;
                }
            }
            Some(Fact::MediatorCeased(fact)) => {
                let mediator = id::<()>("mediator_id", &fact.mediator_id)?.uuid();
                let last = day(fact.cessation_date.as_ref(), entry.valid_time);
                facts::end_member(tx, mediator, last.plus_days(1)).await?;
            }
            // One person with two records is counted once; undone, twice again.
            Some(Fact::MediatorMerged(pb::MediatorMerged {
                mediator_id,
                recognition_date: Some(from),
                last_date,
                ..
            }))
            | Some(Fact::MediatorUnmerged(pb::MediatorUnmerged {
                mediator_id,
                recognition_date: Some(from),
                last_date,
                ..
            })) => {
                let mediator = id::<()>("mediator_id", &mediator_id)?.uuid();
                let until = last_date.as_ref().map(|last| day(Some(last), entry.valid_time).plus_days(1));
                facts::bound_member(tx, mediator, day(Some(&from), entry.valid_time), until).await?;
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
                Some(mediator) if recognized.iter().all(|known: &Recognized| known.0 != mediator.0) => {
                    recognized.push(mediator);
                }
                _ => {
                    facts::put_members(tx, &recognized).await?;
                    recognized.clear();
                    self.apply(tx, entry).await?;
                }
            }
        }
        Ok(facts::put_members(tx, &recognized).await?)
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        Ok(facts::clear_registry(tx).await?)
    }
}

/// Who is in force where, and since when.
type Recognized = (Uuid, TeamId, Date);

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
    let mediator = id::<()>("mediator_id", &fact.mediator_id)?.uuid();
    Ok((mediator, id("team_id", &fact.team_id)?, entry.valid_time))
}

fn team_row(team: &pb::Team, entry: &Entry) -> Result<TeamRow, ProjectionError> {
    let in_force = matches!(team.state(), pb::TeamState::Active | pb::TeamState::Understaffed);
    let dissolved = team.state() == pb::TeamState::Dissolved;
    Ok(TeamRow {
        team_id: id::<TeamMark>("team_id", &team.team_id)?,
        province_id: id("province_unit_id", &team.province_unit_id)?,
        commune_id: id("commune_unit_id", &team.commune_unit_id)?,
        area_unit_id: id("area_unit_id", &team.area_unit_id)?,
        valid_from: in_force.then(|| day(team.active_date.as_ref(), entry.valid_time)),
        valid_until: dissolved.then_some(entry.valid_time),
    })
}
