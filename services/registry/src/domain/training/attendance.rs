//! Who took part in a session: ids, minutes, material. All faults of a roll are found at once.

use std::collections::HashSet;

use hoagiai_types::{Date, Uuid};

use crate::domain::{MediatorId, TeamId, UnitId, words};

words! {
    /// Presence of an invited mediator.
    Presence {
        /// Came.
        Attended = "attended",
        /// Did not come and said why.
        Excused = "excused",
        /// Did not come.
        Absent = "absent",
    }
}

/// One line of a roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attendance {
    /// Who.
    pub mediator: MediatorId,
    /// Whether he or she came.
    pub presence: Presence,
    /// Minutes attended.
    pub minutes: i32,
    /// Whether material was given.
    pub material: bool,
}

/// Numbers of a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Came.
    pub attended: i32,
    /// Invited, and did not come.
    pub absent: i32,
    /// Got material.
    pub material: i32,
}

/// A mediator as training needs to know one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub id: MediatorId,
    /// The team.
    pub team: TeamId,
    /// The team's area.
    pub area_unit: UnitId,
    /// The team's commune.
    pub commune: UnitId,
    /// The team's province.
    pub province: UnitId,
    /// First day in force.
    pub recognized: Option<Date>,
    /// Last day in force.
    pub ceased: Option<Date>,
}

impl Participant {
    /// Rule 15: in force between recognition and ceasing.
    pub fn in_force_on(&self, day: Date) -> bool {
        self.recognized.is_some_and(|first| first <= day) && self.ceased.is_none_or(|last| last >= day)
    }
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollFault {
    /// No mediator in force on the day, or none that the caller may touch: the same, so that existence is not learnt.
    Unknown,
    /// Listed twice.
    Duplicate,
    /// More minutes than the session has.
    TooLong,
    /// Minutes of somebody who did not come.
    Absent,
    /// Withdrawn without having been listed.
    NotListed,
}

/// Checks a roll and fills in the minutes of those who stayed to the end; every fault with its line and field.
pub fn check_roll(
    roll: &mut [Attendance],
    duration: i32,
    known: &HashSet<MediatorId>,
) -> Vec<(usize, &'static str, RollFault)> {
    let mut seen: HashSet<Uuid> = HashSet::with_capacity(roll.len());
    let mut faults = Vec::new();
    for (line, one) in roll.iter_mut().enumerate() {
        if !seen.insert(one.mediator.uuid()) {
            faults.push((line, "mediator_id", RollFault::Duplicate));
        } else if !known.contains(&one.mediator) {
            faults.push((line, "mediator_id", RollFault::Unknown));
        }
        match one.presence {
            Presence::Attended if one.minutes > duration => faults.push((line, "minutes", RollFault::TooLong)),
            Presence::Attended if one.minutes == 0 => one.minutes = duration,
            Presence::Attended => {}
            Presence::Excused | Presence::Absent if one.minutes != 0 => {
                faults.push((line, "minutes", RollFault::Absent));
            }
            Presence::Excused | Presence::Absent => {}
        }
    }
    faults
}

/// Checks whom a correction takes off the roll.
pub fn check_withdrawn(
    withdrawn: &[MediatorId],
    roll: &[Attendance],
    listed: &HashSet<MediatorId>,
) -> Vec<(usize, RollFault)> {
    let mut seen: HashSet<MediatorId> = roll.iter().map(|one| one.mediator).collect();
    let mut faults = Vec::new();
    for (line, one) in withdrawn.iter().enumerate() {
        if !seen.insert(*one) {
            faults.push((line, RollFault::Duplicate));
        } else if !listed.contains(one) {
            faults.push((line, RollFault::NotListed));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Id;

    use super::*;

    fn who(n: u128) -> MediatorId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn line(n: u128, presence: Presence, minutes: i32) -> Attendance {
        Attendance { mediator: who(n), presence, minutes, material: true }
    }

    #[test]
    fn rule_62_every_fault_of_a_roll_is_found_at_once() {
        let known: HashSet<MediatorId> = [who(1), who(2), who(3)].into();
        let mut roll = [
            line(1, Presence::Attended, 0),
            line(2, Presence::Attended, 91),
            line(9, Presence::Absent, 5),
            line(1, Presence::Excused, 0),
            line(3, Presence::Attended, 45),
        ];
        let faults = check_roll(&mut roll, 90, &known);
        assert_eq!(
            faults,
            [
                (1, "minutes", RollFault::TooLong),
                (2, "mediator_id", RollFault::Unknown),
                (2, "minutes", RollFault::Absent),
                (3, "mediator_id", RollFault::Duplicate),
            ]
        );
        assert_eq!((roll[0].minutes, roll[4].minutes), (90, 45), "the whole session unless stated");
    }

    #[test]
    fn rule_62_who_is_withdrawn_was_listed_and_is_not_corrected_too() {
        let roll = [line(1, Presence::Attended, 0)];
        let faults = check_withdrawn(&[who(1), who(2), who(2), who(3)], &roll, &[who(1), who(2)].into());
        assert_eq!(faults, [(0, RollFault::Duplicate), (2, RollFault::Duplicate), (3, RollFault::NotListed)]);
    }

    #[test]
    fn rule_15_one_takes_part_as_a_mediator_in_force_on_the_day() {
        let unit = Id::from_uuid(Uuid::from_u128(7));
        let (recognized, ceased) = ("2025-09-10".parse().ok(), "2026-01-12".parse().ok());
        let team = Id::from_uuid(Uuid::from_u128(8));
        let one = Participant { id: who(1), team, area_unit: unit, commune: unit, province: unit, recognized, ceased };
        let on = |day: &str| one.in_force_on(day.parse().unwrap());
        assert!(!on("2025-09-09") && on("2025-09-10") && on("2026-01-12") && !on("2026-01-13"));
        assert!(!Participant { recognized: None, ..one }.in_force_on("2025-12-01".parse().unwrap()));
    }
}
