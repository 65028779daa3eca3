//! Training of mediators, contests and commendations (rule 62).

mod attendance;
mod awards;
mod certificates;
mod courses;
mod follow;
mod trainers;

use std::collections::HashMap;

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{NewEvent, Stream, Tx};
use hoagiai_types::Date;

use super::{Change, Moment, Registry, admitted};
use crate::{
    domain::{
        MediatorId, Refusal, UnitId, level,
        training::{Course, CourseId, Participant, SessionId},
    },
    error::{Error, training::Absent},
    store,
};

pub(crate) use crate::store::training::attendance::Training;
pub(crate) use attendance::Correction;
pub(crate) use awards::ContestPlan;
pub(crate) use certificates::Issue;
pub(crate) use courses::{CoursePlan, SessionPlan};
pub(crate) use follow::{Due, DueState, Duty, Measured};

/// Where a record of a province or a commune lies.
fn area_of_unit(province: UnitId, commune: Option<UnitId>) -> AreaPath {
    AreaPath { commune: commune.map(UnitId::uuid), ..AreaPath::of_province(province.uuid()) }
}

fn area_of_course(course: &Course) -> AreaPath {
    area_of_unit(course.province, course.commune)
}

fn area_of_participant(one: &Participant) -> AreaPath {
    AreaPath::of_province(one.province.uuid())
        .in_commune(one.commune.uuid())
        .in_area_unit(one.area_unit.uuid())
        .in_team(one.team.uuid())
}

impl Registry {
    /// The province or commune that a new record is of; the caller's area is asked before the unit's existence is told.
    async fn place(
        tx: &mut Tx,
        caller: &Caller,
        unit: UnitId,
        valid_at: Date,
    ) -> Result<(UnitId, Option<UnitId>), Error> {
        let known = store::units::latest(tx, unit).await?;
        let path = known.as_ref().map(|known| match level(known.version.kind) {
            0 => AreaPath::of_province(unit.uuid()),
            2 => AreaPath::of_province(known.version.province.uuid()).in_commune(unit.uuid()),
            _ => area_of_unit(known.version.province, known.version.commune),
        });
        caller.admit(&path.unwrap_or_default())?;
        let version = known.ok_or_else(|| Error::UnitNotFound { unit: unit.to_string(), valid_at })?.version;
        match level(version.kind) {
            0 => Ok((unit, None)),
            2 => Ok((version.province, Some(unit))),
            _ => Err(Refusal::UnitKindWrong { unit, kind: version.kind }.into()),
        }
    }

    /// A course with its sessions, if the caller may reach it.
    async fn course(tx: &mut Tx, caller: &Caller, id: CourseId) -> Result<Course, Error> {
        let found = store::training::courses::get(tx, id).await?;
        admitted(caller, found, area_of_course, Absent::Course(id).into())
    }

    /// The course of a session, if the caller may reach it.
    async fn course_of_session(tx: &mut Tx, caller: &Caller, id: SessionId) -> Result<Course, Error> {
        let found = match store::training::courses::of_session(tx, id).await? {
            Some(course) => store::training::courses::get(tx, course).await?,
            None => None,
        };
        admitted(caller, found, area_of_course, Absent::Session(id).into())
    }

    /// Writes a course with the facts about it: its revision is the version of its stream.
    async fn write_course(
        tx: &mut Tx,
        change: &Change,
        course: &mut Course,
        fact: impl FnOnce(&Course) -> NewEvent,
        moment: Moment,
    ) -> Result<(), Error> {
        Self::hold_course(tx, course, moment).await?;
        Self::tell_course(tx, change, course, fact(course)).await
    }

    /// Moves a course to its next revision. What writes lines of its own does this first: of two at once the second is then
    /// refused as stale, not for the lines of the first.
    async fn hold_course(tx: &mut Tx, course: &mut Course, moment: Moment) -> Result<(), Error> {
        let from = course.revision;
        course.revision += 1;
        course.updated_at = moment.now;
        Ok(store::training::courses::update(tx, course, from).await?)
    }

    /// Appends the one fact that moved a course to its present revision.
    async fn tell_course(tx: &mut Tx, change: &Change, course: &Course, fact: NewEvent) -> Result<(), Error> {
        tx.append(Stream::new("course", course.id), course.revision - 1, &change.origin, &[fact]).await?;
        Ok(())
    }

    /// The mediators of these ids who were in force on a day and whom the caller may touch.
    async fn in_force(
        tx: &mut Tx,
        caller: &Caller,
        ids: &[MediatorId],
        day: Date,
    ) -> Result<HashMap<MediatorId, Participant>, Error> {
        let scope = caller.scope();
        let found = store::training::attendance::participants(tx, ids).await?;
        let admitted = found.into_iter().filter(|one| one.in_force_on(day) && scope.covers(&area_of_participant(one)));
        Ok(admitted.map(|one| (one.id, one)).collect())
    }
}
