//! Courses and sessions: planned, opened, held, closed, cancelled.

use std::collections::HashSet;

use hoagiai_identity::Caller;
use hoagiai_store::{NewEvent, Position, Stream, Tx};
use hoagiai_types::{Date, Etag, Id, Uuid};

use super::super::{
    Change, Registry, admit_etag,
    areas::{Cut, cut},
};
use crate::{
    domain::{
        FIRST_DAY, LAST_DAY, Refusal, UnitId, in_order,
        training::{
            Course, CourseId, CourseState, Programme, Session, SessionId, SessionState, Tally, TrainerId, TrainingMode,
            TrainingRefusal,
        },
    },
    error::{Error, FaultText, FieldFault, training::Absent},
    events::training as events,
    store::{self, AsOf, Filter},
};

/// A course to be planned.
#[derive(Debug, Clone)]
pub(crate) struct CoursePlan {
    /// The province or commune.
    pub(crate) unit: UnitId,
    /// Name.
    pub(crate) name: String,
    /// Code of the programme.
    pub(crate) programme_code: String,
    /// Who holds it.
    pub(crate) organizer: String,
    /// Where the participants are.
    pub(crate) mode: TrainingMode,
    /// First planned day.
    pub(crate) first_date: Date,
    /// Last planned day.
    pub(crate) last_date: Date,
}

/// A session to be scheduled.
#[derive(Debug, Clone)]
pub(crate) struct SessionPlan {
    /// The day.
    pub(crate) date: Date,
    /// Length.
    pub(crate) minutes: i32,
    /// Where the participants are.
    pub(crate) mode: TrainingMode,
    /// Hall or address.
    pub(crate) place: String,
    /// What it is about.
    pub(crate) topic: String,
    /// Material.
    pub(crate) materials: String,
    /// Who teaches.
    pub(crate) trainers: Vec<TrainerId>,
}

impl Registry {
    /// Versions of programmes after a code and first day: reference data.
    pub(crate) fn programmes(&self, day: Option<Date>, after: Option<&(String, Date)>, limit: usize) -> Vec<Programme> {
        let after = after.map(|(code, first)| (code.as_str(), *first));
        self.training.programmes.after(after, day).take(limit).cloned().collect()
    }

    /// Plans a course by the programme in force on its first day.
    pub(crate) async fn plan_course(&self, change: &Change, plan: CoursePlan) -> Result<(Course, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        if let Some(course) = done {
            return Self::told(tx, &change.caller, Id::from_uuid(course)).await;
        }
        let (province, commune) = Self::place(&mut tx, &change.caller, plan.unit, plan.first_date).await?;
        in_order("last_date", plan.last_date, plan.first_date, LAST_DAY)?;
        let programme = self.training.programmes.on(&plan.programme_code, plan.first_date);
        let absent =
            || TrainingRefusal::ProgrammeNotFound { code: plan.programme_code.clone(), valid_at: plan.first_date };
        let programme = programme.ok_or_else(absent)?;
        let course = Course {
            id: self.env.new_id(),
            province,
            commune,
            name: plan.name,
            state: CourseState::Planned,
            programme_code: programme.code.clone(),
            programme_version: programme.version.clone(),
            organizer: plan.organizer,
            mode: plan.mode,
            first_date: plan.first_date,
            last_date: plan.last_date,
            minutes: 0,
            cancel_reason: String::new(),
            sessions: Vec::new(),
            revision: 1,
            created_at: moment.now,
            updated_at: moment.now,
        };
        store::training::courses::insert(&mut tx, &course).await?;
        let fact = events::course_planned(&course, moment.today);
        tx.append(Stream::new("course", course.id), 0, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, course.id).await?;
        Ok((course, position))
    }

    /// Schedules a session; answers the course and the session's id.
    pub(crate) async fn schedule_session(
        &self,
        change: &Change,
        course: CourseId,
        plan: SessionPlan,
        etag: Option<Etag>,
    ) -> Result<(Course, SessionId, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut course = Self::course(&mut tx, &change.caller, course).await?;
        if let Some(session) = done {
            return Ok((course, Id::from_uuid(session), tx.commit().await?.position));
        }
        admit_etag(course.revision, etag)?;
        in_order("session_date", plan.date, course.first_date, LAST_DAY)?;
        trainer_faults(&mut tx, &plan).await?;
        let id: SessionId = self.env.new_id();
        course.schedule(Session {
            id,
            course: course.id,
            number: 0,
            state: SessionState::Scheduled,
            date: plan.date,
            minutes: plan.minutes,
            mode: plan.mode,
            place: plan.place,
            topic: plan.topic,
            materials: plan.materials,
            trainers: plan.trainers,
            tally: Tally::default(),
            cancel_reason: String::new(),
        })?;
        if let Some(session) = course.session(id) {
            store::training::courses::insert_session(&mut tx, session, moment.now).await?;
        }
        let fact = |course: &Course| told_session(course, id, moment.today);
        Self::write_course(&mut tx, change, &mut course, fact, moment).await?;
        let position = self.end(tx, change, id).await?;
        Ok((course, id, position))
    }

    /// Cancels a session that was not held.
    pub(crate) async fn cancel_session(
        &self,
        change: &Change,
        session: SessionId,
        reason: &str,
        etag: Option<Etag>,
    ) -> Result<(Course, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut course = Self::course_of_session(&mut tx, &change.caller, session).await?;
        if done.is_some() {
            return Ok((course, tx.commit().await?.position));
        }
        admit_etag(course.revision, etag)?;
        course.cancel_session(session, reason)?;
        if let Some(session) = course.session(session) {
            store::training::courses::update_session(&mut tx, session, moment.now).await?;
        }
        let fact = |course: &Course| told_session(course, session, moment.today);
        Self::write_course(&mut tx, change, &mut course, fact, moment).await?;
        let position = self.end(tx, change, course.id).await?;
        Ok((course, position))
    }

    /// Moves a course by one of its verbs.
    pub(crate) async fn move_course(
        &self,
        change: &Change,
        course: CourseId,
        etag: Option<Etag>,
        verb: impl FnOnce(&mut Course) -> Result<(), TrainingRefusal>,
    ) -> Result<(Course, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut course = Self::course(&mut tx, &change.caller, course).await?;
        if done.is_some() {
            return Ok((course, tx.commit().await?.position));
        }
        admit_etag(course.revision, etag)?;
        verb(&mut course)?;
        let fact = |course: &Course| events::course_moved(course, moment.today);
        Self::write_course(&mut tx, change, &mut course, fact, moment).await?;
        let position = self.end(tx, change, course.id).await?;
        Ok((course, position))
    }

    /// A course with its sessions.
    pub(crate) async fn get_course(&self, caller: &Caller, id: CourseId, at: Option<AsOf>) -> Result<Course, Error> {
        let mut tx = self.db.read().await?;
        let course = Self::course(&mut tx, caller, id).await?;
        if at.is_none() {
            return Ok(course);
        }
        let then = store::training::courses::known(&mut tx, id, AsOf::known(at)).await?;
        store::on_day(then, at).ok_or_else(|| Absent::Course(id).into())
    }

    /// Courses of a unit, or all that the caller may see, after an id.
    pub(crate) async fn list_courses(
        &self,
        caller: &Caller,
        unit: Option<UnitId>,
        state: Option<CourseState>,
        at: Option<AsOf>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<Course>, Error> {
        let mut tx = self.db.read().await?;
        let Cut { unit, within } = cut(&mut tx, caller, unit, at).await?;
        let after = after.unwrap_or_default();
        let filter = Filter { at, unit, team: None, state: state.map(CourseState::word), within, after, limit };
        Ok(store::all_on_day(store::training::courses::page(&mut tx, &filter).await?, at))
    }

    async fn told(mut tx: Tx, caller: &Caller, id: CourseId) -> Result<(Course, Position), Error> {
        let course = Self::course(&mut tx, caller, id).await?;
        Ok((course, tx.commit().await?.position))
    }
}

fn told_session(course: &Course, id: SessionId, on: Date) -> NewEvent {
    match course.session(id) {
        Some(session) => events::session_changed(session, on),
        None => events::course_moved(course, on),
    }
}

/// Every trainer named once, known and in service on the day.
async fn trainer_faults(tx: &mut Tx, plan: &SessionPlan) -> Result<(), Error> {
    let found = store::training::trainers::of_ids(tx, &plan.trainers).await?;
    let serving: HashSet<TrainerId> = found.iter().filter(|one| one.serves_on(plan.date)).map(|one| one.id).collect();
    let mut seen = HashSet::new();
    let fault = |(index, id): (usize, &TrainerId)| {
        let what = match (seen.insert(*id), serving.contains(id)) {
            (false, _) => FaultText::DUPLICATE,
            (true, false) => FaultText::UNKNOWN_TRAINER,
            (true, true) => return None,
        };
        Some(FieldFault::new(format!("trainer_ids[{index}]"), what))
    };
    let faults: Vec<FieldFault> = plan.trainers.iter().enumerate().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}

/// A day of an issue or a revocation: not before another, not in the future.
pub(super) fn dated(field: &'static str, day: Date, earliest: Option<Date>, today: Date) -> Result<(), Refusal> {
    in_order(field, day, earliest.unwrap_or(FIRST_DAY), today)
}
