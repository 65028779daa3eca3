//! Reorganisations: what a request says, what it does to the units (`plan`), whether it holds together (`checks`), where
//! teams and areas go (`attach`), and how the versions of one unit change (`timeline`). Pure: read, plan, then write.

mod attach;
mod below;
mod checks;
mod known;
mod plan;
mod timeline;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use hoagiai_types::{Date, Id, Timestamp};

use super::{Decision, LineageExtent, TeamId, UnitChange, UnitId, UnitKind, words};

pub use attach::{Place, TeamAt, TeamMoves, TeamStep, plan_teams};
pub use known::Known;
pub use plan::{AreaAttachment, UnitPlan, plan_units};
pub use timeline::{Timeline, correct, reattach, recount};

/// Id of a reorganisation.
pub type ReorganizationId = Id<Reorganization>;
/// Id of a place to be decided.
pub type AttachmentId = Id<Attachment>;

/// A unit as it is from the effective date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReorganizedUnit {
    /// Code.
    pub code: String,
    /// Name with its kind.
    pub name: String,
    /// Kind.
    pub kind: UnitKind,
    /// Code of the unit above on the effective date; empty at the top.
    pub parent_code: String,
    /// Households; 0: as before.
    pub households: u32,
    /// Flag of rule 5.
    pub ethnic_minority_area: bool,
}

/// What became of a unit, by codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeRow {
    /// Code of the unit before, on the day before.
    pub predecessor_code: String,
    /// Code of the unit after, on the effective date.
    pub code: String,
    /// What happened.
    pub change: UnitChange,
    /// How much of it.
    pub extent: LineageExtent,
}

/// Where an area or a team goes, said by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentRow {
    /// An area by its code on the day before, to a commune.
    Area(String, String),
    /// A team, to an area.
    Team(TeamId, String),
}

impl AttachmentRow {
    /// Code of the unit that it goes to.
    pub fn code(&self) -> &str {
        match self {
            AttachmentRow::Area(_, code) | AttachmentRow::Team(_, code) => code,
        }
    }
}

/// A reorganisation as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReorganizationRequest {
    /// The decision that orders it.
    pub decision: Decision,
    /// First day of what is new.
    pub effective: Date,
    /// Units that begin, or go on otherwise.
    pub units: Vec<ReorganizedUnit>,
    /// Codes of units that end.
    pub ended: Vec<String>,
    /// What became of which.
    pub edges: Vec<EdgeRow>,
    /// What a person said about areas and teams.
    pub attachments: Vec<AttachmentRow>,
}

impl ReorganizationRequest {
    /// Every code that the request names.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        let units = self.units.iter().flat_map(|unit| [unit.code.as_str(), unit.parent_code.as_str()]);
        let edges = self.edges.iter().flat_map(|edge| [edge.predecessor_code.as_str(), edge.code.as_str()]);
        let areas = self.attachments.iter().flat_map(|row| match row {
            AttachmentRow::Area(area, code) => [area.as_str(), code.as_str()],
            AttachmentRow::Team(_, code) => ["", code.as_str()],
        });
        let ended = self.ended.iter().map(String::as_str);
        units.chain(edges).chain(areas).chain(ended).filter(|code| !code.is_empty())
    }
}

/// What a reorganisation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reorganization {
    /// Id; none when it was only checked.
    pub id: Option<ReorganizationId>,
    /// The decision.
    pub decision: Decision,
    /// First day of what is new.
    pub effective: Date,
    /// Units that came to be.
    pub created: u32,
    /// Units that went on otherwise.
    pub changed: u32,
    /// Units that ended.
    pub ended: u32,
    /// Edges of lineage.
    pub edges: u32,
    /// Teams that lie elsewhere now.
    pub moved_teams: u32,
    /// Places that a person must decide.
    pub open_attachments: u32,
    /// When it was recorded.
    pub created_at: Timestamp,
}

words! {
    /// What is attached.
    AttachmentSubject {
        /// A unit of residence, to a commune.
        Area = "area",
        /// A team, to a unit of residence.
        Team = "team",
    }
}

words! {
    /// Whether a place is decided.
    AttachmentState {
        /// A person must decide.
        Open = "open",
        /// Decided.
        Resolved = "resolved",
    }
}

/// A place that a person must decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Id; none when it was only checked.
    pub id: Option<AttachmentId>,
    /// The reorganisation; none when it was only checked.
    pub reorganization: Option<ReorganizationId>,
    /// What is attached.
    pub subject: AttachmentSubject,
    /// Its id.
    pub subject_id: hoagiai_types::Uuid,
    /// The unit that was divided.
    pub from: UnitId,
    /// The commune that the subject is counted in until then.
    pub commune: UnitId,
    /// The province.
    pub province: UnitId,
    /// First day in the new place.
    pub effective: Date,
    /// Decided or not.
    pub state: AttachmentState,
    /// The units among which `from` was divided.
    pub candidates: Vec<UnitId>,
    /// Where it went.
    pub to: Option<UnitId>,
    /// Version.
    pub revision: i64,
    /// When it was found.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What does not hold together, and where in the request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReorganizationFault {
    /// Path of the field.
    pub field: String,
    /// What.
    pub what: What,
}

/// What can be wrong with a reorganisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A day in the future, or before all days.
    DateOutOfOrder,
    /// No unit has the code on the day before.
    UnknownBefore,
    /// No unit has the code on the effective date.
    UnknownAfter,
    /// No such team, or it is dissolved, or elsewhere.
    UnknownTeam,
    /// Given twice.
    Duplicate,
    /// Another unit has the code on a day from the effective date on.
    CodeTaken,
    /// The unit above is not in force on the effective date.
    ParentNotInForce,
    /// The unit above is of a kind that cannot hold this one, or missing, or not wanted.
    ParentCannotHold,
    /// Households or the flag of rule 5 on a unit that is no unit of residence.
    NotOfResidence,
    /// A unit ends with nothing after it.
    NothingAfter,
    /// WHOLE beside another, two remainders, or one part alone.
    ExtentsDoNotAddUp,
    /// WHOLE for a division, or PART for anything else.
    ExtentWrong,
    /// The unit gives all of itself away and does not end.
    GoesOn,
    /// The unit ends and goes on at once.
    EndsToo,
    /// The unit does not go on as another: the row is missing, or another edge leads there already.
    NotTheSame,
    /// Nothing changes, or something else than is said.
    NoSuchChange,
    /// The units are not of one level of the administration, or the one above is not above.
    LevelWrong,
    /// The unit changes later, or on that day, by what is known already.
    LaterHistory,
    /// Units below are neither ended, nor moved, nor follow.
    LeftWithoutParent,
}
