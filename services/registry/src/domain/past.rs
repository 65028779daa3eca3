//! What a record was on a day, by the days that it carries itself: two axes of time meet here, what is known at an instant
//! comes from the tables. A step that carries no day (a cancellation, an attachment decided) stands as it is known.

use hoagiai_types::Date;

use super::{
    Attachment, Ceasing, CeasingState, LeaderTerm, LeaderTermState, ListState, RecognitionList, Reorganization,
    training::{Certificate, Commendation, Contest, Course, CourseState, Session, SessionState, Tally, Trainer},
};

/// A record that can be told as of a day.
pub trait OnDay: Sized {
    /// As it stood at the end of a day; none if it was not there yet.
    fn on_day(self, day: Date) -> Option<Self>;
}

/// Forgets what came after a day; whether there was anything to forget.
fn forget<T>(of: &mut Option<T>, day: Date, when: impl Fn(&T) -> Date) -> bool {
    let later = of.as_ref().is_some_and(|one| when(one) > day);
    if later {
        *of = None;
    }
    later
}

impl OnDay for RecognitionList {
    fn on_day(mut self, day: Date) -> Option<Self> {
        if self.receive_date > day {
            return None;
        }
        if forget(&mut self.return_date, day, |date| *date) {
            (self.state, self.sealed_note) = (ListState::Submitted, None);
        }
        if forget(&mut self.decision, day, |decision| decision.issue_date) {
            self.state = ListState::Submitted;
        }
        Some(self)
    }
}

impl OnDay for LeaderTerm {
    fn on_day(mut self, day: Date) -> Option<Self> {
        if self.election_date > day {
            return None;
        }
        let refused = self.state == LeaderTermState::Rejected;
        let mut forgot = forget(&mut self.ended, day, |end| end.date);
        forgot |= forget(&mut self.decision, day, |decision| decision.issue_date);
        forgot |= forget(&mut self.received, day, |(date, _)| *date);
        if forgot {
            self.state = match (&self.ended, &self.decision, &self.received) {
                (Some(_), ..) => LeaderTermState::Ended,
                (None, Some(_), _) if refused => LeaderTermState::Rejected,
                (None, Some(_), _) => LeaderTermState::Recognized,
                (None, None, Some(_)) => LeaderTermState::Submitted,
                (None, None, None) => LeaderTermState::Elected,
            };
            // The note tells of a refusal or of an end.
            let told = matches!(self.state, LeaderTermState::Rejected | LeaderTermState::Ended);
            self.sealed_note = self.sealed_note.filter(|_| told);
        }
        Some(self)
    }
}

impl OnDay for Ceasing {
    fn on_day(mut self, day: Date) -> Option<Self> {
        if self.propose_date > day {
            return None;
        }
        let mut forgot = forget(&mut self.end_date, day, |date| *date);
        forgot |= forget(&mut self.decision, day, |decision| decision.issue_date);
        if forget(&mut self.received, day, |(date, _)| *date) {
            (self.form, forgot) = (None, true);
        }
        forget(&mut self.verification, day, |found| found.date);
        // A file that was withdrawn or had lapsed by then took no other step after it.
        if forgot && self.end_date.is_none() && self.decision.is_none() {
            self.state = if self.received.is_some() { CeasingState::Submitted } else { CeasingState::Proposed };
        }
        Some(self)
    }
}

impl OnDay for Session {
    fn on_day(mut self, day: Date) -> Option<Self> {
        if self.date > day && self.state == SessionState::Held {
            (self.state, self.tally) = (SessionState::Scheduled, Tally::default());
        }
        Some(self)
    }
}

impl OnDay for Course {
    /// A course is there from the day on which it was planned, or began: what was held before the system kept it is entered
    /// later.
    fn on_day(mut self, day: Date) -> Option<Self> {
        if self.first_date > day && self.created_at.date_in_vietnam() > day {
            return None;
        }
        if matches!(self.state, CourseState::Held | CourseState::Closed) && self.last_date > day {
            self.state = if self.first_date > day { CourseState::Planned } else { CourseState::Open };
        }
        self.sessions = self.sessions.into_iter().filter_map(|session| session.on_day(day)).collect();
        Some(self)
    }
}

impl OnDay for Certificate {
    fn on_day(mut self, day: Date) -> Option<Self> {
        if forget(&mut self.revoked, day, |date| *date) {
            self.revoke_reason.clear();
        }
        (self.issue_date <= day).then_some(self)
    }
}

impl OnDay for Trainer {
    fn on_day(mut self, day: Date) -> Option<Self> {
        forget(&mut self.ended, day, |date| *date);
        let recognized = self.decision.as_ref().is_none_or(|decision| decision.issue_date <= day);
        recognized.then_some(self)
    }
}

impl OnDay for Contest {
    fn on_day(mut self, day: Date) -> Option<Self> {
        if self.last_date > day {
            self.results.clear();
        }
        (self.first_date <= day).then_some(self)
    }
}

impl OnDay for Commendation {
    fn on_day(mut self, day: Date) -> Option<Self> {
        if forget(&mut self.revoked, day, |date| *date) {
            self.revoke_reason.clear();
        }
        (self.decision.issue_date <= day).then_some(self)
    }
}

impl OnDay for Reorganization {
    fn on_day(self, day: Date) -> Option<Self> {
        (self.effective <= day).then_some(self)
    }
}

impl OnDay for Attachment {
    fn on_day(self, day: Date) -> Option<Self> {
        (self.effective <= day).then_some(self)
    }
}

#[cfg(test)]
mod tests;
