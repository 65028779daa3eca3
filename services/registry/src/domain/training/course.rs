//! A course and its sessions: planned → open → held → closed, or cancelled.

use hoagiai_types::{Date, Id, Timestamp};

use super::{Tally, TrainerId, TrainingRefusal};
use crate::domain::{UnitId, words};

/// Id of a course.
pub type CourseId = Id<Course>;
/// Id of a session.
pub type SessionId = Id<Session>;

/// A course lasts days or weeks: its sessions are read and shown as a whole.
pub const MAX_SESSIONS: usize = 100;

words! {
    /// States of a course.
    CourseState {
        /// Being planned.
        Planned = "planned",
        /// Sessions are being held.
        Open = "open",
        /// All sessions were held or cancelled.
        Held = "held",
        /// Closed.
        Closed = "closed",
        /// Cancelled before anything was held.
        Cancelled = "cancelled",
    }
}

words! {
    /// States of a session.
    SessionState {
        /// To be held.
        Scheduled = "scheduled",
        /// Its attendance is recorded.
        Held = "held",
        /// Cancelled.
        Cancelled = "cancelled",
    }
}

words! {
    /// Where the participants are.
    TrainingMode {
        /// In one room.
        InPerson = "in_person",
        /// Online.
        Online = "online",
        /// Both.
        Mixed = "mixed",
    }
}

/// A session of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// The course.
    pub course: CourseId,
    /// Number in the course, from 1.
    pub number: i32,
    /// State.
    pub state: SessionState,
    /// The day.
    pub date: Date,
    /// Length in minutes.
    pub minutes: i32,
    /// Where the participants are.
    pub mode: TrainingMode,
    /// Hall or address of the meeting.
    pub place: String,
    /// What it is about.
    pub topic: String,
    /// Material handed out.
    pub materials: String,
    /// Who teaches.
    pub trainers: Vec<TrainerId>,
    /// Who came and who did not.
    pub tally: Tally,
    /// Why it was cancelled.
    pub cancel_reason: String,
}

/// A course with its sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Id.
    pub id: CourseId,
    /// The province that it is of, or that its commune lies in.
    pub province: UnitId,
    /// The commune that it is of; none: of the province.
    pub commune: Option<UnitId>,
    /// Name.
    pub name: String,
    /// State.
    pub state: CourseState,
    /// Code of the programme.
    pub programme_code: String,
    /// Version of the programme.
    pub programme_version: String,
    /// Who holds it.
    pub organizer: String,
    /// Where the participants are.
    pub mode: TrainingMode,
    /// First planned day.
    pub first_date: Date,
    /// Last planned day.
    pub last_date: Date,
    /// Minutes of the sessions that are not cancelled.
    pub minutes: i32,
    /// Why it was cancelled.
    pub cancel_reason: String,
    /// Sessions by number.
    pub sessions: Vec<Session>,
    /// Version; every change of a session is one of the course.
    pub revision: i64,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Course {
    fn expect(&self, admitted: &[CourseState]) -> Result<(), TrainingRefusal> {
        if admitted.contains(&self.state) {
            Ok(())
        } else {
            Err(TrainingRefusal::CourseStateWrong { state: self.state })
        }
    }

    fn in_state(&self, state: SessionState) -> usize {
        self.sessions.iter().filter(|session| session.state == state).count()
    }

    /// One of its sessions.
    pub fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// The days on which sessions were held.
    pub fn last_held(&self) -> Option<Date> {
        self.sessions.iter().filter(|session| session.state == SessionState::Held).map(|session| session.date).max()
    }

    /// Adds a session; it gets the next number, and moves the last day if it lies after it.
    pub fn schedule(&mut self, mut session: Session) -> Result<(), TrainingRefusal> {
        self.expect(&[CourseState::Planned, CourseState::Open])?;
        if self.sessions.len() >= MAX_SESSIONS {
            return Err(TrainingRefusal::SessionsWrong { sessions: self.sessions.len() });
        }
        session.number = self.sessions.iter().map(|session| session.number).max().unwrap_or(0) + 1;
        self.last_date = self.last_date.max(session.date);
        self.minutes += session.minutes;
        self.sessions.push(session);
        Ok(())
    }

    /// Cancels a session that was not held.
    pub fn cancel_session(&mut self, id: SessionId, reason: &str) -> Result<(), TrainingRefusal> {
        self.expect(&[CourseState::Planned, CourseState::Open])?;
        for session in self.sessions.iter_mut().filter(|session| session.id == id) {
            if session.state != SessionState::Scheduled {
                return Err(TrainingRefusal::SessionStateWrong { state: session.state });
            }
            session.state = SessionState::Cancelled;
            reason.clone_into(&mut session.cancel_reason);
            self.minutes -= session.minutes;
        }
        Ok(())
    }

    /// Planned → open, with something to hold.
    pub fn open(&mut self) -> Result<(), TrainingRefusal> {
        self.expect(&[CourseState::Planned])?;
        if self.in_state(SessionState::Scheduled) == 0 {
            return Err(TrainingRefusal::SessionsWrong { sessions: 0 });
        }
        self.state = CourseState::Open;
        Ok(())
    }

    /// Whether the attendance of a session may be recorded (`again`: corrected).
    pub fn admit_roll(&self, session: &Session, again: bool) -> Result<(), TrainingRefusal> {
        let (courses, sessions) = if again {
            (&[CourseState::Open, CourseState::Held, CourseState::Closed][..], SessionState::Held)
        } else {
            (&[CourseState::Open][..], SessionState::Scheduled)
        };
        self.expect(courses)?;
        if session.state == sessions {
            Ok(())
        } else {
            Err(TrainingRefusal::SessionStateWrong { state: session.state })
        }
    }

    /// A session was held, with these numbers; told again after a correction.
    pub fn hold(&mut self, id: SessionId, tally: Tally) {
        for session in self.sessions.iter_mut().filter(|session| session.id == id) {
            session.state = SessionState::Held;
            session.tally = tally;
        }
    }

    /// Open → held: nothing is left to hold, and something was held.
    pub fn conclude(&mut self) -> Result<(), TrainingRefusal> {
        self.expect(&[CourseState::Open])?;
        let left = self.in_state(SessionState::Scheduled);
        if left > 0 || self.in_state(SessionState::Held) == 0 {
            return Err(TrainingRefusal::SessionsWrong { sessions: left });
        }
        self.state = CourseState::Held;
        Ok(())
    }

    /// Held → closed.
    pub fn close(&mut self) -> Result<(), TrainingRefusal> {
        self.expect(&[CourseState::Held])?;
        self.state = CourseState::Closed;
        Ok(())
    }

    /// Cancelled before anything was held: what was attended stays counted.
    pub fn cancel(&mut self, reason: &str) -> Result<(), TrainingRefusal> {
        self.expect(&[CourseState::Planned, CourseState::Open])?;
        let held = self.in_state(SessionState::Held);
        if held > 0 {
            return Err(TrainingRefusal::SessionsWrong { sessions: held });
        }
        self.state = CourseState::Cancelled;
        reason.clone_into(&mut self.cancel_reason);
        Ok(())
    }

    /// Certificates are of a course that was held and is not closed.
    pub fn admit_certificates(&self) -> Result<(), TrainingRefusal> {
        self.expect(&[CourseState::Held])
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Uuid;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn course() -> Course {
        Course {
            id: Id::from_uuid(Uuid::from_u128(1)),
            province: Id::from_uuid(Uuid::from_u128(2)),
            commune: None,
            name: "Lớp".into(),
            state: CourseState::Planned,
            programme_code: "mediator_framework".into(),
            programme_version: "2372-2025".into(),
            organizer: String::new(),
            mode: TrainingMode::InPerson,
            first_date: day("2026-03-01"),
            last_date: day("2026-03-02"),
            minutes: 0,
            cancel_reason: String::new(),
            sessions: Vec::new(),
            revision: 1,
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
        }
    }

    fn session(n: u128, date: &str) -> Session {
        Session {
            id: Id::from_uuid(Uuid::from_u128(n)),
            course: course().id,
            number: 0,
            state: SessionState::Scheduled,
            date: day(date),
            minutes: 90,
            mode: TrainingMode::InPerson,
            place: String::new(),
            topic: String::new(),
            materials: String::new(),
            trainers: Vec::new(),
            tally: Tally::default(),
            cancel_reason: String::new(),
        }
    }

    #[test]
    fn rule_62_a_course_is_planned_opened_held_and_closed() {
        let mut course = course();
        assert_eq!(course.open(), Err(TrainingRefusal::SessionsWrong { sessions: 0 }), "nothing to hold");
        course.schedule(session(10, "2026-03-01")).unwrap();
        course.schedule(session(11, "2026-03-05")).unwrap();
        assert_eq!((course.last_date, course.minutes), (day("2026-03-05"), 180), "a later session moves the last day");
        course.open().unwrap();
        let (first, second) = (course.sessions[0].clone(), course.sessions[1].clone());
        assert_eq!((first.number, second.number), (1, 2));
        assert!(course.admit_roll(&first, true).is_err(), "nothing to correct yet");
        course.admit_roll(&first, false).unwrap();
        course.hold(first.id, Tally { attended: 3, ..Tally::default() });
        assert_eq!(course.conclude(), Err(TrainingRefusal::SessionsWrong { sessions: 1 }), "one is left");
        assert_eq!(course.cancel("x"), Err(TrainingRefusal::SessionsWrong { sessions: 1 }), "one was held");
        course.cancel_session(second.id, "bão").unwrap();
        assert_eq!(course.minutes, 90);
        assert!(course.cancel_session(first.id, "x").is_err() && course.cancel_session(second.id, "x").is_err());
        course.conclude().unwrap();
        course.admit_certificates().unwrap();
        assert_eq!(course.last_held(), Some(day("2026-03-01")));
        course.close().unwrap();
        assert!(course.admit_certificates().is_err());
        let first = course.sessions[0].clone();
        assert!(course.admit_roll(&first, false).is_err());
        course.admit_roll(&first, true).unwrap();
    }

    #[test]
    fn rule_62_nothing_moves_a_course_that_ended() {
        for state in [CourseState::Closed, CourseState::Cancelled] {
            let mut course = Course { state, ..course() };
            let refused = Err(TrainingRefusal::CourseStateWrong { state });
            assert_eq!(course.open(), refused);
            assert_eq!(course.schedule(session(10, "2026-03-01")), refused);
            assert_eq!(course.conclude(), refused);
            assert_eq!(course.close(), refused);
            assert_eq!(course.cancel(""), refused);
        }
    }

    #[test]
    fn a_course_has_so_many_sessions_and_no_more() {
        let mut course = course();
        for n in 0..MAX_SESSIONS as u128 {
            course.schedule(session(n, "2026-03-01")).unwrap();
        }
        let refused = Err(TrainingRefusal::SessionsWrong { sessions: MAX_SESSIONS });
        assert_eq!(course.schedule(session(500, "2026-03-01")), refused);
    }
}
