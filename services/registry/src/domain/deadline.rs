//! Time limits of the procedures of mediators and leaders: from what, until when, and how each stands on a day (rules 14,
//! 18, 22). The one place that computes them.

use hoagiai_types::{Calendar, Date, Uuid};

use super::{Rules, TeamId, UnitId, words};

words! {
    /// Administrative procedures of the commune; the word is the code in the national data base.
    Procedure {
        /// Công nhận hòa giải viên.
        RecognizeMediators = "1.002211",
        /// Công nhận tổ trưởng.
        RecognizeLeader = "2.000950",
        /// Thôi làm hòa giải viên.
        CeaseMediator = "2.000930",
    }
}

words! {
    /// Steps that have a time limit.
    DeadlineStep {
        /// The chairman decides on a list.
        RecognitionDecision = "recognition_decision",
        /// The Front submits the leader.
        LeaderSubmission = "leader_submission",
        /// The chairman decides on the leader.
        LeaderDecision = "leader_decision",
        /// The Front and the area head verify.
        CessationVerification = "cessation_verification",
        /// The chairman decides on ceasing.
        CessationDecision = "cessation_decision",
    }
}

words! {
    /// How a time limit stands on a day.
    DeadlineState {
        /// Not done, not overdue.
        Due = "due",
        /// Not done, overdue: shown, never approved by silence.
        Overdue = "overdue",
        /// Done in time.
        Met = "met",
        /// Done late.
        MetLate = "met_late",
    }
}

impl DeadlineStep {
    /// The procedure that it is a step of.
    pub fn procedure(self) -> Procedure {
        match self {
            Self::RecognitionDecision => Procedure::RecognizeMediators,
            Self::LeaderSubmission | Self::LeaderDecision => Procedure::RecognizeLeader,
            Self::CessationVerification | Self::CessationDecision => Procedure::CeaseMediator,
        }
    }

    /// Last day of the step that an event of `start` began, under the rules of that day.
    pub fn due(self, start: Date, rules: &Rules, calendar: &Calendar) -> Date {
        match self {
            Self::RecognitionDecision => calendar.plus_working_days(start, rules.recognition_working_days),
            Self::LeaderSubmission => calendar.plus_calendar_days(start, rules.leader_submit_days),
            Self::LeaderDecision => calendar.plus_working_days(start, rules.leader_decide_working_days),
            Self::CessationVerification => calendar.plus_calendar_days(start, rules.cessation_verify_days),
            Self::CessationDecision => calendar.plus_working_days(start, rules.cessation_decide_working_days),
        }
    }
}

/// A time limit of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The step.
    pub step: DeadlineStep,
    /// The list, the term or the procedure of ceasing.
    pub record: Uuid,
    /// The team.
    pub team: TeamId,
    /// Its commune.
    pub commune: UnitId,
    /// The day of the event that began it.
    pub start: Date,
    /// Last day.
    pub due: Date,
    /// When it was done, or the file was closed otherwise.
    pub done: Option<Date>,
}

impl Deadline {
    /// How it stands at the end of a day.
    pub fn state(&self, as_of: Date) -> DeadlineState {
        match self.done.filter(|done| *done <= as_of) {
            Some(done) if done <= self.due => DeadlineState::Met,
            Some(_) => DeadlineState::MetLate,
            None if as_of <= self.due => DeadlineState::Due,
            None => DeadlineState::Overdue,
        }
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Id;

    use super::{super::rules::law_of_2013, *};

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn due(step: DeadlineStep, start: &str) -> Date {
        step.due(day(start), &law_of_2013(), Calendar::vietnam())
    }

    fn deadline(done: Option<&str>) -> Deadline {
        Deadline {
            step: DeadlineStep::RecognitionDecision,
            record: Uuid::nil(),
            team: Id::from_uuid(Uuid::nil()),
            commune: Id::from_uuid(Uuid::nil()),
            start: day("2025-08-29"),
            due: day("2025-09-09"),
            done: done.map(day),
        }
    }

    #[test]
    fn rule_14_a_list_is_decided_in_five_working_days_over_the_national_day() {
        assert_eq!(
            due(DeadlineStep::RecognitionDecision, "2025-08-29"),
            day("2025-09-09"),
            "1 and 2 September are off"
        );
    }

    #[test]
    fn rule_14_overdue_is_shown_and_nothing_is_approved_by_silence() {
        let open = deadline(None);
        assert_eq!(open.state(day("2025-09-09")), DeadlineState::Due, "the last day counts whole");
        assert_eq!(open.state(day("2025-09-10")), DeadlineState::Overdue);
        assert_eq!(open.state(day("2035-01-01")), DeadlineState::Overdue, "for ever");
        assert_eq!(deadline(Some("2025-09-09")).state(day("2025-12-01")), DeadlineState::Met);
        assert_eq!(deadline(Some("2025-09-10")).state(day("2025-12-01")), DeadlineState::MetLate);
        assert_eq!(deadline(Some("2025-09-10")).state(day("2025-09-09")), DeadlineState::Due, "as it stood then");
    }

    #[test]
    fn rule_18_ten_calendar_days_to_verify_and_five_working_days_to_decide() {
        assert_eq!(due(DeadlineStep::CessationVerification, "2025-08-25"), day("2025-09-04"), "holidays count here");
        assert_eq!(due(DeadlineStep::CessationDecision, "2025-08-29"), day("2025-09-09"));
    }

    #[test]
    fn rule_22_five_days_to_submit_a_leader_and_five_working_days_to_decide() {
        assert_eq!(due(DeadlineStep::LeaderSubmission, "2025-08-28"), day("2025-09-02"));
        assert_eq!(due(DeadlineStep::LeaderDecision, "2025-08-29"), day("2025-09-09"));
    }

    #[test]
    fn every_step_belongs_to_a_procedure_of_the_national_data_base() {
        let codes: Vec<_> = DeadlineStep::ALL.iter().map(|step| step.procedure().word()).collect();
        assert_eq!(codes, ["1.002211", "2.000950", "2.000950", "2.000930", "2.000930"]);
    }
}
