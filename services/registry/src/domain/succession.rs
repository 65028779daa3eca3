//! How a team changes and ends by decision: another size, another area, merged, split, dissolved (rules 1, 2, 6, §14.2).

use hoagiai_types::{Date, Timestamp};

use super::{
    Decision, Deficiencies, InTime, MediatorId, Refusal, Rules, Statistics, Team, TeamId, TeamState, UnitVersion,
    timeline::{follow, moved},
    words,
};

words! {
    /// How a team ends: always by decision, always in the state `dissolved`.
    EndKind {
        /// Dissolved.
        Dissolved = "dissolved",
        /// Merged into another.
        Merged = "merged",
        /// Split into others.
        Split = "split",
    }
}

/// The end of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// How.
    pub kind: EndKind,
    /// By which decision.
    pub decision: Decision,
    /// The team that took its open cases and its books over.
    pub successor: Option<TeamId>,
}

/// A team that a decision is to set up.
#[derive(Debug, Clone)]
pub struct NewTeam<'a> {
    /// Id.
    pub id: TeamId,
    /// Name.
    pub name: String,
    /// Number of mediators.
    pub target_size: u32,
    /// Why the area gets a second team.
    pub exception_reason: String,
    /// The area, on the day of the decision.
    pub area: &'a UnitVersion,
    /// The decision.
    pub decision: &'a Decision,
}

impl Team {
    /// Plans a team in an area of a commune (rules 1 and 6); none if the area is in no commune.
    pub fn plan(new: NewTeam<'_>, rules: &Rules, now: Timestamp) -> Option<Self> {
        let mut team = Self {
            id: new.id,
            name: new.name,
            state: TeamState::Planned,
            area_unit: new.area.id,
            minority_area: new.area.ethnic_minority_area,
            commune: new.area.commune?,
            province: new.area.province,
            target_size: new.target_size,
            plan: new.decision.clone(),
            exception_reason: new.exception_reason,
            mediators: 0,
            women: 0,
            ethnic_minority: 0,
            leader: None,
            acting_leader: None,
            deficiencies: Deficiencies::default(),
            active_date: None,
            size: None,
            ending: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        team.stand(rules, new.decision.issue_date);
        Some(team)
    }

    /// Rule 6: another size by another decision, and never fewer than are in force.
    pub fn resize(&mut self, target_size: u32, decision: Decision) -> Result<(), Refusal> {
        self.expect_alive()?;
        if self.mediators > target_size {
            return Err(Refusal::TeamFull { target_size, mediators: self.mediators });
        }
        self.target_size = target_size;
        self.size = Some(decision);
        Ok(())
    }

    /// Refused unless the team is in force.
    pub fn expect_in_force(&self) -> Result<(), Refusal> {
        if self.in_force() { Ok(()) } else { Err(self.wrong_state()) }
    }

    /// Takes mediators of a team that ended; a team that was only planned is forming from now on.
    pub fn take_over(&mut self, mediators: &[Statistics]) -> Result<(), Refusal> {
        self.expect_alive()?;
        self.admit(mediators)?;
        if self.state == TeamState::Planned && !mediators.is_empty() {
            self.state = TeamState::Forming;
        }
        Ok(())
    }

    /// Serves another area from now on (rule 1: one at a time).
    pub fn transfer(&mut self, area: &UnitVersion, exception_reason: String) -> Result<(), Refusal> {
        self.expect_alive()?;
        let commune = area.commune.ok_or(Refusal::UnitKindWrong { unit: area.id, kind: area.kind })?;
        (self.area_unit, self.commune, self.province) = (area.id, commune, area.province);
        self.minority_area = area.ethnic_minority_area;
        self.exception_reason = exception_reason;
        Ok(())
    }

    /// Ends the team; its leader is leader no more, and no mediator is in force in it.
    pub fn end(&mut self, ending: Ending) -> Result<(), Refusal> {
        self.expect_alive()?;
        self.state = TeamState::Dissolved;
        (self.mediators, self.women, self.ethnic_minority, self.leader) = (0, 0, 0, None);
        self.acting_leader = None;
        self.deficiencies = Deficiencies::default();
        self.ending = Some(ending);
        Ok(())
    }

    /// §14.2: a team that was in force ends with its cases and books handed over, or with none to hand over.
    pub fn expect_handover(&self, successor: Option<TeamId>, settled: bool) -> Result<(), Refusal> {
        let needed = self.active_date.is_some() && successor.is_none() && !settled;
        if needed { Err(Refusal::HandoverRequired) } else { Ok(()) }
    }
}

/// Every mediator in force goes on in exactly one part of a split; answers the first who does not.
pub fn expect_mapped(in_force: &[MediatorId], parts: &[Vec<MediatorId>]) -> Result<(), Refusal> {
    let times = |who: &MediatorId| parts.iter().flatten().filter(|named| *named == who).count();
    let wrong = in_force.iter().find(|who| times(who) != 1);
    let strange = parts.iter().flatten().find(|named| !in_force.contains(named));
    match wrong.or(strange) {
        Some(mediator) => Err(Refusal::MediatorNotMapped { mediator: *mediator }),
        None => Ok(()),
    }
}

/// The year whose review is due at the latest on a day (rule 7): the last one whose day has passed.
pub fn review_due_year(rules: &Rules, on: Date) -> i32 {
    let passed = (on.month(), on.day()) > rules.review_due;
    i32::from(on.year()) - i32::from(!passed)
}

impl InTime for Team {
    fn carried(&self, before: &Self, after: &Self) -> Self {
        let mut told = self.clone();
        follow!(told, before, after: name, state, area_unit, commune, province, target_size, plan, exception_reason);
        follow!(told, before, after: leader, acting_leader, deficiencies, active_date, size, ending);
        told.mediators = moved(told.mediators, before.mediators, after.mediators);
        told.women = moved(told.women, before.women, after.women);
        told.ethnic_minority = moved(told.ethnic_minority, before.ethnic_minority, after.ethnic_minority);
        told
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::{Id, Uuid};

    use super::{
        super::{EducationClass, EthnicClass, Gender, rules::law_of_2013, team::tests::team},
        *,
    };

    fn who(n: u128) -> MediatorId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn decision() -> Decision {
        Decision { number: "9/QĐ".into(), issue_date: "2026-01-05".parse().unwrap(), issuer: String::new() }
    }

    fn woman() -> Statistics {
        Statistics { gender: Gender::Female, ethnic_class: EthnicClass::Kinh, education_class: EducationClass::None }
    }

    #[test]
    fn rule_06_the_size_changes_by_decision_and_never_below_those_in_force() {
        let mut four = team(TeamState::Active, 4, 1);
        assert_eq!(four.resize(3, decision()), Err(Refusal::TeamFull { target_size: 3, mediators: 4 }));
        four.resize(7, decision()).unwrap();
        assert_eq!((four.target_size, four.size), (7, Some(decision())));
    }

    #[test]
    fn rule_06_a_merger_never_fills_a_team_above_its_size() {
        let mut successor = team(TeamState::Active, 4, 1);
        assert_eq!(successor.take_over(&[woman(), woman()]), Err(Refusal::TeamFull { target_size: 5, mediators: 6 }));
        successor.take_over(&[woman()]).unwrap();
        assert_eq!((successor.mediators, successor.women), (5, 2));
        let mut planned = team(TeamState::Planned, 0, 0);
        planned.take_over(&[woman()]).unwrap();
        assert_eq!(planned.state, TeamState::Forming);
    }

    #[test]
    fn rule_07_a_year_is_overdue_once_its_day_has_passed() {
        let rules = law_of_2013();
        assert_eq!(review_due_year(&rules, "2025-12-31".parse().unwrap()), 2024);
        assert_eq!(review_due_year(&rules, "2026-01-01".parse().unwrap()), 2025);
        let october = Rules { review_due: (10, 31), ..rules };
        assert_eq!(review_due_year(&october, "2025-11-01".parse().unwrap()), 2025);
    }

    #[test]
    fn a_split_maps_each_mediator_in_force_once() {
        let in_force = [who(1), who(2), who(3)];
        assert_eq!(expect_mapped(&in_force, &[vec![who(1)], vec![who(3), who(2)]]), Ok(()));
        for parts in [
            vec![vec![who(1)], vec![who(2)]],
            vec![vec![who(1), who(2)], vec![who(2), who(3)]],
            vec![vec![who(1), who(2), who(3)], vec![who(4)]],
        ] {
            assert!(matches!(expect_mapped(&in_force, &parts), Err(Refusal::MediatorNotMapped { .. })));
        }
    }

    #[test]
    fn a_team_that_was_in_force_hands_over_or_has_nothing_to() {
        let mut was = team(TeamState::Active, 3, 1);
        assert_eq!(was.expect_handover(None, false), Ok(()), "never in force");
        was.active_date = Some(decision().issue_date);
        assert_eq!(was.expect_handover(None, false), Err(Refusal::HandoverRequired));
        assert!(was.expect_handover(None, true).is_ok() && was.expect_handover(Some(was.id), false).is_ok());
    }
}
