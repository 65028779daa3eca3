//! The registry's journal: units in time, teams in force, mediators in force with what is counted of them. No person.

use hoagiai_proto::registry::v1::{self as pb, registry_event::Fact};
use hoagiai_rpc::convert::read_date;
use hoagiai_store::{Entry, Projection, ProjectionError, Tx};
use hoagiai_types::{Date, Uuid};
use prost::Message as _;

use super::{REGISTRY, day, id, uuid};
use crate::{
    domain::{TeamId, UnitKind, mediator_slot},
    store::{
        facts::{self, NewTeam, NewUnit},
        places, trainings,
    },
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
            Some(Fact::UnitImported(pb::UnitImported { unit: Some(unit), .. })) => put_unit(tx, &unit).await,
            Some(Fact::UnitEnded(fact)) => {
                let last = day(fact.valid_to.as_ref(), entry.valid_time);
                Ok(facts::end_unit(tx, id("unit_id", &fact.unit_id)?, last).await?)
            }
            Some(Fact::UnitTimelineChanged(fact)) => {
                let versions: Result<Vec<NewUnit<'_>>, _> = fact.versions.iter().map(new_unit).collect();
                Ok(places::put_timeline(tx, id("unit_id", &fact.unit_id)?, &versions?).await?)
            }
            Some(Fact::UnitLineageRecorded(pb::UnitLineageRecorded { lineage: Some(edge), change_date })) => {
                let units = (id("predecessor_unit_id", &edge.predecessor_unit_id)?, id("unit_id", &edge.unit_id)?);
                let from = day(change_date.as_ref(), entry.valid_time);
                Ok(places::put_edge(tx, units, from, edge.extent() == pb::LineageExtent::Whole).await?)
            }
            Some(Fact::TeamMoved(pb::TeamMoved { team: Some(team), effective_date, .. })) => {
                let from = day(effective_date.as_ref(), entry.valid_time);
                // A move says nothing of how the team stands.
                let new = NewTeam { valid_from: None, valid_until: None, ..new_team(&team, entry)? };
                facts::put_team(tx, &new).await?;
                Ok(places::move_team(tx, &new, from).await?)
            }
            Some(Fact::TeamPlanned(pb::TeamPlanned { team: Some(team), .. }))
            | Some(Fact::TeamStandingChanged(pb::TeamStandingChanged { team: Some(team) }))
            | Some(Fact::TeamUpdated(pb::TeamUpdated { team: Some(team), .. }))
            | Some(Fact::TeamCorrected(pb::TeamCorrected { team: Some(team), .. }))
            | Some(Fact::TeamTransferred(pb::TeamTransferred { team: Some(team), .. }))
            | Some(Fact::TeamDissolved(pb::TeamDissolved { team: Some(team), .. })) => put_team(tx, &team, entry).await,
            // From the day of the decision on in the other team; a move within a team, to another area, is none here.
            Some(Fact::MediatorMoved(fact)) if fact.previous_team_id != fact.team_id => {
                let slot = mediator_slot(fact.gender, fact.ethnic_class, fact.education_class);
                let (mediator, team) = (uuid("mediator_id", &fact.mediator_id)?, id("team_id", &fact.team_id)?);
                facts::end_mediator(tx, mediator, entry.valid_time.plus_days(-1)).await?;
                Ok(facts::put_mediators(tx, &[(mediator, team, entry.valid_time, slot)]).await?)
            }
            Some(Fact::MediatorCorrected(fact)) => {
                let slot = mediator_slot(fact.gender, fact.ethnic_class, fact.education_class);
                let mediator = uuid("mediator_id", &fact.mediator_id)?;
                let is = fact.recognition_decision.as_ref().and_then(|decision| decision.issue_date.as_ref());
                let was = fact.previous_recognition_date.as_ref().and_then(read_date);
                let days = was.zip(is.and_then(read_date));
                Ok(facts::correct_mediator(tx, mediator, slot, days).await?)
            }
            Some(Fact::MediatorRecognized(fact)) => Ok(facts::put_mediators(tx, &[recognized(&fact, entry)?]).await?),
            Some(Fact::MediatorCeased(fact)) => {
                let last = day(fact.cessation_date.as_ref(), entry.valid_time);
                Ok(facts::end_mediator(tx, uuid("mediator_id", &fact.mediator_id)?, last).await?)
            }
            Some(Fact::TrainingAttendanceRecorded(fact)) => put_trainings(tx, &fact, entry).await,
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
                let from = day(Some(&from), entry.valid_time);
                let last = last_date.as_ref().and_then(read_date);
                Ok(facts::bound_mediator(tx, uuid("mediator_id", &mediator_id)?, from, last).await?)
            }
            _ => Ok(()),
        }
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
                    facts::put_mediators(tx, &recognized).await?;
                    recognized.clear();
                    self.apply(tx, entry).await?;
                }
            }
        }
        Ok(facts::put_mediators(tx, &recognized).await?)
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        places::clear(tx).await?;
        Ok(facts::clear_registry(tx).await?)
    }
}

/// Who is in force where, and since when.
type Recognized = (Uuid, TeamId, Date, i32);

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
    let slot = mediator_slot(fact.gender, fact.ethnic_class, fact.education_class);
    Ok((uuid("mediator_id", &fact.mediator_id)?, id("team_id", &fact.team_id)?, entry.valid_time, slot))
}

async fn put_unit(tx: &mut Tx, unit: &pb::Unit) -> Result<(), ProjectionError> {
    Ok(facts::put_unit(tx, &new_unit(unit)?).await?)
}

fn new_unit(unit: &pb::Unit) -> Result<NewUnit<'_>, ProjectionError> {
    use pb::UnitKind as K;
    let kind = match unit.kind() {
        K::Unspecified => return Err(ProjectionError::Refused("a unit of no kind".into())),
        K::Municipality | K::Province => UnitKind::Province,
        K::UrbanDistrict | K::RuralDistrict | K::Town | K::City => UnitKind::District,
        K::Ward | K::Commune | K::Township | K::SpecialZone => UnitKind::Commune,
        K::Hamlet | K::ResidentialGroup => UnitKind::Area,
    };
    let parent = unit.parent_unit_id.as_str();
    Ok(NewUnit {
        id: id("unit_id", &unit.unit_id)?,
        valid_from: unit.valid_from.as_ref().and_then(read_date),
        valid_to: unit.valid_to.as_ref().and_then(read_date),
        kind,
        parent: if parent.is_empty() { None } else { Some(id("parent_unit_id", parent)?) },
        code: &unit.code,
        display_name: &unit.display_name,
    })
}

/// Those who came count; those who did not, or should not have been listed, no longer do.
async fn put_trainings(
    tx: &mut Tx,
    fact: &pb::TrainingAttendanceRecorded,
    entry: &Entry,
) -> Result<(), ProjectionError> {
    let Some(session) = &fact.session else {
        return Err(ProjectionError::Refused("attendance of no session".into()));
    };
    let (mut came, mut not): (Vec<Uuid>, Vec<Uuid>) = (Vec::new(), Vec::new());
    for one in &fact.attendances {
        let mediator = uuid("mediator_id", &one.mediator_id)?;
        if one.presence() == pb::TrainingPresence::Attended { came.push(mediator) } else { not.push(mediator) }
    }
    for withdrawn in &fact.withdrawn_mediator_ids {
        not.push(uuid("withdrawn_mediator_ids", withdrawn)?);
    }
    let (id, date) = (uuid("session_id", &session.session_id)?, day(session.session_date.as_ref(), entry.valid_time));
    trainings::drop_all(tx, id, &not).await?;
    Ok(trainings::put(tx, id, date, &came).await?)
}

async fn put_team(tx: &mut Tx, team: &pb::Team, entry: &Entry) -> Result<(), ProjectionError> {
    let new = new_team(team, entry)?;
    facts::put_team(tx, &new).await?;
    Ok(places::first_place(tx, &new).await?)
}

fn new_team<'t>(team: &'t pb::Team, entry: &Entry) -> Result<NewTeam<'t>, ProjectionError> {
    let in_force = matches!(team.state(), pb::TeamState::Active | pb::TeamState::Understaffed);
    let dissolved = team.state() == pb::TeamState::Dissolved;
    Ok(NewTeam {
        id: id("team_id", &team.team_id)?,
        province: id("province_unit_id", &team.province_unit_id)?,
        commune: id("commune_unit_id", &team.commune_unit_id)?,
        area_unit: id("area_unit_id", &team.area_unit_id)?,
        valid_from: in_force.then(|| day(team.active_date.as_ref(), entry.valid_time)),
        valid_until: dissolved.then_some(entry.valid_time),
        display_name: &team.display_name,
    })
}
