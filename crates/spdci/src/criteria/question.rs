//! The questions that the registry answers to agencies.

use std::fmt;

use hoagiai_types::{Date, Id, Timestamp};

use crate::codes::words;

/// Names what a [`MediatorId`] is of.
#[derive(Debug)]
pub struct Mediator;
/// Names what a [`TeamId`] is of.
#[derive(Debug)]
pub struct Team;
/// Names what a [`UnitId`] is of.
#[derive(Debug)]
pub struct Unit;

/// Id of a mediator.
pub type MediatorId = Id<Mediator>;
/// Id of a mediation team.
pub type TeamId = Id<Team>;
/// Id of a province, a commune, a thôn or a tổ dân phố.
pub type UnitId = Id<Unit>;

words! {
    /// The registries that are asked (`reg_type`), each of one kind of record (`reg_record_type`).
    Registry {
        /// Mediators.
        Mediator = "Mediator",
        /// Mediation teams.
        MediationTeam = "MediationTeam",
    }
}

impl Registry {
    /// The word of `response_entity`, as the social registries of the standard have it: a person or a group of persons.
    #[must_use]
    pub const fn response_entity(self) -> &'static str {
        match self {
            Self::Mediator => "Member",
            Self::MediationTeam => "Group",
        }
    }
}

/// One question.
#[derive(Clone, PartialEq, Eq)]
pub enum Question {
    /// The mediator of an id, if in force.
    MediatorById {
        /// Whom.
        id: MediatorId,
    },
    /// The mediators in force of a name in a commune.
    MediatorByName {
        /// Full name with its marks; NFC, one space between syllables, 1 to 120 characters.
        full_name: String,
        /// Where the name is sought.
        commune: UnitId,
    },
    /// The mediators in force of a unit.
    MediatorsOfUnit {
        /// Which.
        unit: UnitId,
    },
    /// The team of an id.
    TeamById {
        /// Which.
        id: TeamId,
    },
    /// The teams that serve a unit.
    TeamsOfUnit {
        /// Which.
        unit: UnitId,
    },
}

impl Question {
    /// The registry that answers.
    #[must_use]
    pub const fn registry(&self) -> Registry {
        match self {
            Self::MediatorById { .. } | Self::MediatorByName { .. } | Self::MediatorsOfUnit { .. } => {
                Registry::Mediator
            }
            Self::TeamById { .. } | Self::TeamsOfUnit { .. } => Registry::MediationTeam,
        }
    }
}

/// Shows no name.
impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediatorById { id } => write!(f, "MediatorById({id})"),
            Self::MediatorByName { commune, .. } => write!(f, "MediatorByName(***, {commune})"),
            Self::MediatorsOfUnit { unit } => write!(f, "MediatorsOfUnit({unit})"),
            Self::TeamById { id } => write!(f, "TeamById({id})"),
            Self::TeamsOfUnit { unit } => write!(f, "TeamsOfUnit({unit})"),
        }
    }
}

/// The two axes of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AsOf {
    /// The day that is asked about; `None` = the day on which the answer is given.
    pub valid_at: Option<Date>,
    /// The instant whose knowledge is asked for; `None` = now.
    pub known_at: Option<Timestamp>,
}
