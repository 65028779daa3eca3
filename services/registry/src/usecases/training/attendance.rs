//! Attendance of sessions, recorded in bulk and corrected with a reason.

use std::collections::HashSet;

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{Position, Tx};
use hoagiai_types::{Date, Etag, Uuid};

use super::{
    super::{Change, Registry, admit_etag, admitted, areas::area_of_mediator},
    Training,
};
use crate::{
    domain::{
        MediatorId, in_order,
        training::{Attendance, Course, Session, SessionId, check_roll, check_withdrawn},
    },
    error::{Error, FieldFault, training::Absent},
    events::training as events,
    store::{self, AsOf, training::attendance as rolls},
};

/// What a correction says besides the lines.
#[derive(Debug, Clone)]
pub(crate) struct Correction {
    /// Who should not have been listed.
    pub(crate) withdrawn: Vec<MediatorId>,
    /// Why.
    pub(crate) reason: String,
}

impl Registry {
    /// Records the attendance of a session, or corrects it; answers the course and the session.
    pub(crate) async fn record_attendance(
        &self,
        change: &Change,
        id: SessionId,
        mut roll: Vec<Attendance>,
        correction: Option<Correction>,
        etag: Option<Etag>,
    ) -> Result<(Course, Session, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut course = Self::course_of_session(&mut tx, &change.caller, id).await?;
        let session = course.session(id).cloned().ok_or(Absent::Session(id))?;
        if done.is_some() {
            return Ok((course, session, tx.commit().await?.position));
        }
        admit_etag(course.revision, etag)?;
        course.admit_roll(&session, correction.is_some())?;
        in_order("session_date", session.date, course.first_date, moment.today)?;
        let withdrawn = correction.as_ref().map(|one| one.withdrawn.as_slice()).unwrap_or_default();
        Self::roll_faults(&mut tx, &change.caller, &session, &mut roll, withdrawn).await?;

        Self::hold_course(&mut tx, &mut course, moment).await?;
        if correction.is_some() {
            let touched: Vec<MediatorId> =
                roll.iter().map(|one| one.mediator).chain(withdrawn.iter().copied()).collect();
            rolls::supersede(&mut tx, id, &touched, moment.now).await?;
        }
        rolls::insert(&mut tx, &session, &roll, course.revision, moment.now).await?;
        course.hold(id, rolls::tally(&mut tx, id).await?);
        let session = course.session(id).cloned().ok_or(Absent::Session(id))?;
        store::training::courses::update_session(&mut tx, &session, moment.now).await?;
        let reason = correction.as_ref().map(|one| one.reason.as_str()).unwrap_or_default();
        let fact = events::attendance_recorded(&session, &roll, withdrawn, reason);
        Self::tell_course(&mut tx, change, &course, fact).await?;
        let position = self.end(tx, change, id).await?;
        Ok((course, session, position))
    }

    /// All faults of a roll and of a correction at once; fills in the minutes.
    async fn roll_faults(
        tx: &mut Tx,
        caller: &Caller,
        session: &Session,
        roll: &mut [Attendance],
        withdrawn: &[MediatorId],
    ) -> Result<(), Error> {
        let ids: Vec<MediatorId> = roll.iter().map(|one| one.mediator).collect();
        let known: HashSet<MediatorId> = Self::in_force(tx, caller, &ids, session.date).await?.into_keys().collect();
        let mut faults: Vec<FieldFault> = check_roll(roll, session.minutes, &known)
            .into_iter()
            .map(|(line, field, fault)| FieldFault::new(format!("attendances[{line}].{field}"), fault.into()))
            .collect();
        if !withdrawn.is_empty() {
            let listed: HashSet<MediatorId> = rolls::listed(tx, session.id).await?.into_iter().collect();
            let wrong = check_withdrawn(withdrawn, roll, &listed).into_iter();
            faults.extend(
                wrong.map(|(line, fault)| FieldFault::new(format!("withdrawn_mediator_ids[{line}]"), fault.into())),
            );
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
    }

    /// A page of the roll of a session, as known at an instant.
    pub(crate) async fn list_attendance(
        &self,
        caller: &Caller,
        id: SessionId,
        at: Option<AsOf>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<Attendance>, Error> {
        let mut tx = self.db.read().await?;
        Self::course_of_session(&mut tx, caller, id).await?;
        let page = (after.unwrap_or_default(), limit);
        Ok(rolls::of_session(&mut tx, id, at.unwrap_or(AsOf::ALL), page).await?)
    }

    /// A page of the training record of a mediator, as known at an instant.
    pub(crate) async fn list_mediator_training(
        &self,
        caller: &Caller,
        id: MediatorId,
        at: Option<AsOf>,
        (after, limit): (Option<(Date, Uuid)>, i64),
    ) -> Result<Vec<Training>, Error> {
        let mut tx = self.db.read().await?;
        let found = store::mediators::get(&mut tx, id).await?;
        let area = |mediator: &_| -> AreaPath { area_of_mediator(mediator) };
        admitted(caller, found, area, Error::MediatorNotFound(id))?;
        let after = after.unwrap_or((crate::domain::FIRST_DAY, Uuid::nil()));
        Ok(rolls::of_mediator(&mut tx, id, at.unwrap_or(AsOf::ALL), (after, limit)).await?)
    }
}
