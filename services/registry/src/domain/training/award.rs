//! Contests of good mediators and commendations of mediators and teams.

use std::collections::HashSet;

use hoagiai_types::{Date, Id};

use super::TrainingRefusal;
use crate::domain::{Decision, MediatorId, TeamId, UnitId, words};

/// Id of a contest.
pub type ContestId = Id<Contest>;
/// Id of a commendation.
pub type CommendationId = Id<Commendation>;

words! {
    /// Levels.
    AwardLevel {
        /// The country.
        National = "national",
        /// A province or city.
        Province = "province",
        /// A commune.
        Commune = "commune",
    }
}

words! {
    /// Prizes of a contest.
    ContestPrize {
        /// Giải nhất.
        First = "first",
        /// Giải nhì.
        Second = "second",
        /// Giải ba.
        Third = "third",
        /// Giải khuyến khích.
        Consolation = "consolation",
        /// Giải phụ.
        Special = "special",
        /// None.
        None = "none",
    }
}

words! {
    /// Forms of commendation.
    CommendationForm {
        /// Bằng khen.
        MeritCertificate = "merit_certificate",
        /// Giấy khen.
        PraiseCertificate = "praise_certificate",
        /// Kỷ niệm chương.
        Medal = "medal",
        /// Another.
        Other = "other",
    }
}

/// Who is honoured: a mediator or a whole team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Honoured {
    /// A mediator.
    Mediator(MediatorId),
    /// A team.
    Team(TeamId),
}

impl Honoured {
    /// The mediator, if it is one.
    pub fn mediator(self) -> Option<MediatorId> {
        if let Honoured::Mediator(id) = self { Some(id) } else { None }
    }

    /// The team, if it is one.
    pub fn team(self) -> Option<TeamId> {
        if let Honoured::Team(id) = self { Some(id) } else { None }
    }
}

/// A participant of a contest and the prize.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContestResult {
    /// Who.
    pub who: Honoured,
    /// What was won.
    pub prize: ContestPrize,
}

/// A contest with its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    /// Id.
    pub id: ContestId,
    /// Name.
    pub name: String,
    /// Level.
    pub level: AwardLevel,
    /// The province that records it, or that its commune lies in.
    pub province: UnitId,
    /// The commune that records it; none: the province.
    pub commune: Option<UnitId>,
    /// First day.
    pub first_date: Date,
    /// Last day.
    pub last_date: Date,
    /// Where.
    pub place: String,
    /// Results.
    pub results: Vec<ContestResult>,
    /// Why they were last corrected.
    pub correct_reason: String,
    /// Version.
    pub revision: i64,
}

/// A commendation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commendation {
    /// Id.
    pub id: CommendationId,
    /// Who.
    pub who: Honoured,
    /// The team: the one honoured, or that of the mediator.
    pub team: TeamId,
    /// The team's area.
    pub area_unit: UnitId,
    /// The team's commune.
    pub commune: UnitId,
    /// The team's province.
    pub province: UnitId,
    /// Form.
    pub form: CommendationForm,
    /// Level.
    pub level: AwardLevel,
    /// The decision.
    pub decision: Decision,
    /// What for.
    pub achievement: String,
    /// From when it no longer counts.
    pub revoked: Option<Date>,
    /// Why.
    pub revoke_reason: String,
    /// Version.
    pub revision: i64,
}

impl Commendation {
    /// Revokes it.
    pub fn revoke(&mut self, day: Date, reason: &str) -> Result<(), TrainingRefusal> {
        if self.revoked.is_some() {
            return Err(TrainingRefusal::CommendationRevoked(self.id));
        }
        self.revoked = Some(day);
        reason.clone_into(&mut self.revoke_reason);
        self.revision += 1;
        Ok(())
    }
}

/// What is wrong with one who is to be honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HonouredFault {
    /// Nobody that the caller may touch, or not in force on the day.
    Unknown,
    /// Named twice.
    Duplicate,
}

/// Checks who is to be honoured; every fault with its line.
pub fn check_honoured(wanted: &[Honoured], known: impl Fn(Honoured) -> bool) -> Vec<(usize, HonouredFault)> {
    let mut seen = HashSet::with_capacity(wanted.len());
    let mut faults = Vec::new();
    for (line, who) in wanted.iter().enumerate() {
        if !seen.insert(*who) {
            faults.push((line, HonouredFault::Duplicate));
        } else if !known(*who) {
            faults.push((line, HonouredFault::Unknown));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Uuid;

    use super::*;

    #[test]
    fn who_is_honoured_is_known_and_named_once() {
        let id = Uuid::from_u128(1);
        let (one, team) = (Honoured::Mediator(Id::from_uuid(id)), Honoured::Team(Id::from_uuid(id)));
        let faults = check_honoured(&[one, team, one], |who| who == one);
        assert_eq!(faults, [(1, HonouredFault::Unknown), (2, HonouredFault::Duplicate)], "a team is no mediator");
        assert_eq!((one.mediator().is_some(), one.team(), team.mediator()), (true, None, None));
    }
}
