//! Where areas and teams deviate from the rules, and the yearly review that finds it (rules 2 to 7, 20).

use hoagiai_types::{Date, Id, Timestamp};

use super::{Decision, Deficiencies, MediatorId, TeamId, UnitId, words};

/// Id of a review.
pub type ReviewId = Id<TeamReview>;

words! {
    /// What a review comes to.
    ReviewResult {
        /// Goes on as it is.
        Keep = "keep",
        /// Kiện toàn.
        Strengthen = "strengthen",
        /// To be dissolved.
        Dissolve = "dissolve",
    }
}

/// The yearly review of a team (rule 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamReview {
    /// Id.
    pub id: ReviewId,
    /// The team.
    pub team: TeamId,
    /// The year.
    pub year: i32,
    /// The day.
    pub date: Date,
    /// What it came to.
    pub result: ReviewResult,
    /// The leader who took part.
    pub leader: Option<MediatorId>,
    /// Number of the minutes.
    pub minutes: String,
    /// When the record was made.
    pub created_at: Timestamp,
}

words! {
    /// Kinds of deviations, in the order of lists.
    DeviationKind {
        /// Rule 2.
        AreaWithoutTeam = "area_without_team",
        /// Rule 2.
        AreaWithSeveral = "area_with_several",
        /// Rules 3 to 5.
        Understaffed = "understaffed",
        /// Rules 20 and 23.
        NoLeader = "no_leader",
        /// Rule 7.
        ReviewOverdue = "review_overdue",
        /// Rule 6.
        TargetNotReached = "target_not_reached",
    }
}

/// A deviation of an area or of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What it is.
    pub kind: DeviationKind,
    /// The area.
    pub area_unit: UnitId,
    /// Its commune.
    pub commune: UnitId,
    /// The team; none for an area.
    pub team: Option<TeamId>,
    /// What the team lacks of rules 3 to 5.
    pub deficiencies: Deficiencies,
    /// The recorded reason.
    pub reason: String,
    /// Teams in force in the area.
    pub teams: u32,
    /// Mediators in force in the team.
    pub mediators: u32,
    /// Mediators decided.
    pub target_size: u32,
    /// The year that was not reviewed.
    pub review_year: Option<i32>,
}

/// Why an area has no team, or more than one, on some days (rule 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaException {
    /// Id.
    pub id: Id<AreaException>,
    /// The area.
    pub area_unit: UnitId,
    /// Its commune.
    pub commune: UnitId,
    /// Its province.
    pub province: UnitId,
    /// Which of the two.
    pub kind: DeviationKind,
    /// Why.
    pub reason: String,
    /// The decision; it holds from its day.
    pub decision: Decision,
    /// Last day.
    pub valid_to: Date,
}
