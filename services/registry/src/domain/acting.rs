//! What the law does not know and a team needs: an acting leader (rule 23) and absences of mediators.

use hoagiai_types::{Date, Id};

use super::{MediatorId, Refusal, TeamId, in_order};

/// Id of an acting leader's time.
pub type ActingId = Id<ActingLeader>;

/// Who does the leader's work while the team has no leader; not a leader of the law, and marked as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActingLeader {
    /// Id.
    pub id: ActingId,
    /// The team.
    pub team: TeamId,
    /// Who.
    pub mediator: MediatorId,
    /// First day.
    pub start: Date,
    /// Last day; none: still acting.
    pub end: Option<Date>,
}

impl ActingLeader {
    /// Ended by the Front head on a day.
    pub fn end(&mut self, day: Date, today: Date) -> Result<(), Refusal> {
        in_order("end_date", day, self.start, today)?;
        self.end = Some(day);
        Ok(())
    }

    /// Ended by what happened: a leader was recognised, the mediator ceased, the team ended. Never before it began.
    pub fn give_way(&mut self, day: Date) {
        self.end = Some(day.max(self.start));
    }
}

/// A time in which a mediator takes no cases. It stops assignment by the leader and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Whose.
    pub mediator: MediatorId,
    /// First day.
    pub from: Date,
    /// Last day; none: until told otherwise.
    pub to: Option<Date>,
    /// Why, sealed.
    pub sealed_reason: Option<Vec<u8>>,
}

impl Absence {
    /// Whether it covers a day.
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|last| day <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::mediator::tests::{day, id},
        *,
    };

    #[test]
    fn rule_23_an_acting_leader_gives_way_and_never_ends_before_the_beginning() {
        let new = || ActingLeader { id: id(1), team: id(2), mediator: id(3), start: day("2025-10-01"), end: None };
        let mut acting = new();
        assert!(acting.end(day("2025-09-30"), day("2025-12-01")).is_err());
        assert!(acting.end(day("2025-12-02"), day("2025-12-01")).is_err());
        acting.end(day("2025-10-31"), day("2025-12-01")).unwrap();
        assert_eq!(acting.end, Some(day("2025-10-31")));
        let mut acting = new();
        acting.give_way(day("2025-09-15"));
        assert_eq!(acting.end, Some(day("2025-10-01")));
    }

    #[test]
    fn an_absence_covers_its_days_both_ends_included() {
        let mut absence =
            Absence { mediator: id(1), from: day("2026-01-10"), to: Some(day("2026-01-20")), sealed_reason: None };
        let covered = ["2026-01-09", "2026-01-10", "2026-01-20", "2026-01-21"].map(|on| absence.covers(day(on)));
        assert_eq!(covered, [false, true, true, false]);
        absence.to = None;
        assert!(absence.covers(day("2099-01-01")));
    }
}
