//! Where a team stands and whether it is in force: what the case service knows of the registry.

use hoagiai_types::{Date, Id};

/// A unit of the administration; only its id is known here.
#[derive(Debug)]
pub enum Unit {}
/// A mediator; only the id is known here.
#[derive(Debug)]
pub enum Mediator {}

/// Names a unit.
pub type UnitId = Id<Unit>;
/// Names a mediator.
pub type MediatorId = Id<Mediator>;
/// Names a team.
pub type TeamId = Id<Team>;

/// Where a record lies: fixed on the day of receipt, whatever becomes of the units later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The province of the commune.
    pub province: UnitId,
    /// The commune of the area unit.
    pub commune: UnitId,
    /// The thôn or tổ dân phố of the team.
    pub area_unit: UnitId,
    /// The team.
    pub team: TeamId,
}

/// A team as the registry's journal told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Team {
    /// Where it stands.
    pub place: Place,
    /// First day in force; none: never yet.
    pub active_from: Option<Date>,
    /// The day of dissolution: no longer in force on it.
    pub dissolved_on: Option<Date>,
}

impl Team {
    /// Whether the team is in force that day. Understaffed is in force (rule 3): its cases go on.
    pub fn in_force(&self, day: Date) -> bool {
        self.active_from.is_some_and(|from| from <= day) && self.dissolved_on.is_none_or(|end| day < end)
    }
}
