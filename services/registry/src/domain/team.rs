//! The team, the aggregate that everything about it is versioned by (rules 1 to 6, 20, 23, §14.2).

use hoagiai_types::{Date, Id, Timestamp};

use super::{
    Decision, EthnicClass, Gender, InTime, MediatorId, Refusal, Rules, Statistics, UnitId,
    timeline::{follow, moved},
    words,
};

/// Id of a team.
pub type TeamId = Id<Team>;

words! {
    /// States of a team (§14.2).
    TeamState {
        /// Planned by decision.
        Planned = "planned",
        /// Elections under way.
        Forming = "forming",
        /// In force.
        Active = "active",
        /// In force, strengthening is due.
        Understaffed = "understaffed",
        /// Ended.
        Dissolved = "dissolved",
    }
}

words! {
    /// What a team lacks.
    Deficiency {
        /// Rule 3.
        FewerThanThree = "fewer_than_three",
        /// Rule 4.
        NoWoman = "no_woman",
        /// Rule 5.
        NoEthnicMinority = "no_ethnic_minority",
        /// Rule 20.
        NoLeader = "no_leader",
    }
}

/// A set of deficiencies in one number, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deficiencies(i16);

impl Deficiencies {
    /// From the stored number.
    pub fn from_bits(bits: i16) -> Self {
        Self(bits)
    }

    /// The stored number.
    pub fn bits(self) -> i16 {
        self.0
    }

    /// The deficiencies in the order of the contract.
    pub fn iter(self) -> impl Iterator<Item = Deficiency> {
        Deficiency::ALL.iter().copied().filter(move |one| self.0 & (1 << *one as u16) != 0)
    }

    fn with(self, one: Deficiency, lacking: bool) -> Self {
        if lacking { Self(self.0 | 1 << one as u16) } else { self }
    }
}

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

/// A mediation team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Id.
    pub id: TeamId,
    /// Name.
    pub name: String,
    /// State.
    pub state: TeamState,
    /// The thôn or tổ dân phố that it serves (rule 1).
    pub area_unit: UnitId,
    /// Whether that area is flagged (rule 5), on the day of reading.
    pub minority_area: bool,
    /// Its commune.
    pub commune: UnitId,
    /// Its province.
    pub province: UnitId,
    /// Mediators that the decision fixed (rule 6).
    pub target_size: u32,
    /// The decision.
    pub plan: Decision,
    /// Why the area has a second team; empty if it has not.
    pub exception_reason: String,
    /// Mediators in force.
    pub mediators: u32,
    /// Of these, women.
    pub women: u32,
    /// Of these, of an ethnic minority.
    pub ethnic_minority: u32,
    /// The leader in force.
    pub leader: Option<MediatorId>,
    /// What it lacks.
    pub deficiencies: Deficiencies,
    /// First day as an active team.
    pub active_date: Option<Date>,
    /// The decision that fixed the target size anew (rule 6); none: the one that planned the team.
    pub size: Option<Decision>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// Version.
    pub revision: i64,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Team {
    /// In force: it has been active and is not dissolved.
    pub fn in_force(&self) -> bool {
        matches!(self.state, TeamState::Active | TeamState::Understaffed)
    }

    fn wrong_state(&self) -> Refusal {
        Refusal::TeamStateWrong { state: self.state }
    }

    /// Refused once the team is dissolved.
    pub fn expect_alive(&self) -> Result<(), Refusal> {
        if self.state == TeamState::Dissolved { Err(self.wrong_state()) } else { Ok(()) }
    }

    /// Opens an election; answers how many places there are beside mediators in force and `pending` candidates on
    /// their way (rules 6 and 12).
    pub fn open_election(&mut self, pending: u32) -> Result<u32, Refusal> {
        self.expect_alive()?;
        let taken = self.mediators + pending;
        if taken >= self.target_size {
            return Err(Refusal::TeamFull { target_size: self.target_size, mediators: taken });
        }
        if self.state == TeamState::Planned {
            self.state = TeamState::Forming;
        }
        Ok(self.target_size - taken)
    }

    /// Takes newly recognised mediators (rule 6: never more than were decided).
    pub fn admit(&mut self, recognized: &[Statistics]) -> Result<(), Refusal> {
        let mediators = self.mediators + u32::try_from(recognized.len()).unwrap_or(u32::MAX / 2);
        if mediators > self.target_size {
            return Err(Refusal::TeamFull { target_size: self.target_size, mediators });
        }
        self.mediators = mediators;
        for person in recognized {
            self.women += u32::from(person.gender == Gender::Female);
            self.ethnic_minority += u32::from(person.ethnic_class == EthnicClass::Other);
        }
        Ok(())
    }

    /// Loses a mediator; rule 19: the leader's role goes with it. Answers whether it was the leader.
    pub fn lose(&mut self, who: MediatorId, person: &Statistics) -> bool {
        self.mediators = self.mediators.saturating_sub(1);
        self.women = self.women.saturating_sub(u32::from(person.gender == Gender::Female));
        self.ethnic_minority =
            self.ethnic_minority.saturating_sub(u32::from(person.ethnic_class == EthnicClass::Other));
        let led = self.leader == Some(who);
        if led {
            self.leader = None;
        }
        led
    }

    /// Rule 20: at most one leader in force.
    pub fn expect_no_leader(&self) -> Result<(), Refusal> {
        if self.leader.is_some() { Err(Refusal::TeamHasLeader { team: self.id }) } else { Ok(()) }
    }

    /// Open for the vote of a leader: it has mediators, is not dissolved, has no leader.
    pub fn expect_open_for_leader(&self) -> Result<(), Refusal> {
        if matches!(self.state, TeamState::Planned | TeamState::Dissolved) {
            return Err(self.wrong_state());
        }
        self.expect_no_leader()
    }

    /// Dissolves the team; its mediators and leader go with it.
    pub fn dissolve(&mut self) -> Result<(), Refusal> {
        self.expect_alive()?;
        self.state = TeamState::Dissolved;
        (self.mediators, self.women, self.ethnic_minority, self.leader) = (0, 0, 0, None);
        self.deficiencies = Deficiencies::default();
        Ok(())
    }

    /// What the team lacks under the rules (3 to 5, 20).
    pub fn lacks(&self, rules: &Rules) -> Deficiencies {
        Deficiencies::default()
            .with(Deficiency::FewerThanThree, self.mediators < rules.min_mediators)
            .with(Deficiency::NoWoman, self.women < rules.min_women)
            .with(Deficiency::NoEthnicMinority, self.minority_area && self.ethnic_minority < rules.min_ethnic_minority)
            .with(Deficiency::NoLeader, self.leader.is_none())
    }

    /// Draws the state from what the team has (§14.2, "by the system"): a forming team becomes active once it lacks
    /// nothing, an active one understaffed as soon as it lacks something.
    pub fn stand(&mut self, rules: &Rules, on: Date) {
        if self.state == TeamState::Dissolved {
            return;
        }
        self.deficiencies = self.lacks(rules);
        let complete = self.deficiencies == Deficiencies::default();
        self.state = match self.state {
            TeamState::Forming | TeamState::Understaffed | TeamState::Active if complete => TeamState::Active,
            TeamState::Active => TeamState::Understaffed,
            other => other,
        };
        if self.state == TeamState::Active && self.active_date.is_none() {
            self.active_date = Some(on);
        }
    }
}

impl InTime for Team {
    fn carried(&self, before: &Self, after: &Self) -> Self {
        let mut told = self.clone();
        follow!(told, before, after: name, state, area_unit, commune, province, target_size, plan, exception_reason);
        follow!(told, before, after: leader, deficiencies, active_date, size, ending);
        told.mediators = moved(told.mediators, before.mediators, after.mediators);
        told.women = moved(told.women, before.women, after.women);
        told.ethnic_minority = moved(told.ethnic_minority, before.ethnic_minority, after.ethnic_minority);
        told
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use hoagiai_types::Uuid;

    use super::{
        super::{EducationClass, FIRST_DAY, rules::law_of_2013},
        *,
    };

    pub(crate) fn team(state: TeamState, mediators: u32, women: u32) -> Team {
        let unit = |n| Id::from_uuid(Uuid::from_u128(n));
        Team {
            id: Id::from_uuid(Uuid::from_u128(9)),
            name: "Tổ hòa giải số 1".into(),
            state,
            area_unit: unit(3),
            minority_area: false,
            commune: unit(2),
            province: unit(1),
            target_size: 5,
            plan: Decision { number: "1/QĐ".into(), issue_date: FIRST_DAY, issuer: String::new() },
            exception_reason: String::new(),
            mediators,
            women,
            ethnic_minority: 0,
            leader: None,
            deficiencies: Deficiencies::default(),
            active_date: None,
            size: None,
            ending: None,
            revision: 1,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    fn who(n: u128) -> MediatorId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn person(gender: Gender, ethnic_class: EthnicClass) -> Statistics {
        Statistics { gender, ethnic_class, education_class: EducationClass::None }
    }

    fn day() -> Date {
        "2025-08-01".parse().unwrap()
    }

    #[test]
    fn rule_1_a_team_has_exactly_one_area_commune_and_province() {
        let team = team(TeamState::Planned, 0, 0);
        assert!(team.area_unit != team.commune && team.commune != team.province);
    }

    #[test]
    fn rule_3_a_team_needs_three_mediators() {
        let mut two = team(TeamState::Forming, 2, 1);
        two.leader = Some(who(1));
        two.stand(&law_of_2013(), day());
        assert_eq!(two.state, TeamState::Forming);
        assert_eq!(two.deficiencies.iter().collect::<Vec<_>>(), [Deficiency::FewerThanThree]);
        two.admit(&[person(Gender::Male, EthnicClass::Kinh)]).unwrap();
        two.stand(&law_of_2013(), day());
        assert_eq!((two.state, two.active_date), (TeamState::Active, Some(day())));
    }

    #[test]
    fn rule_3_losing_the_third_mediator_makes_the_team_understaffed() {
        let mut three = team(TeamState::Active, 3, 2);
        three.leader = Some(who(1));
        assert!(!three.lose(who(2), &person(Gender::Male, EthnicClass::Kinh)));
        three.stand(&law_of_2013(), day());
        assert_eq!(three.state, TeamState::Understaffed);
        three.admit(&[person(Gender::Male, EthnicClass::Kinh)]).unwrap();
        three.stand(&law_of_2013(), day());
        assert_eq!(three.state, TeamState::Active, "strengthened");
    }

    #[test]
    fn rule_4_a_team_needs_a_woman() {
        let mut men = team(TeamState::Active, 3, 0);
        men.leader = Some(who(1));
        assert_eq!(men.lacks(&law_of_2013()).iter().collect::<Vec<_>>(), [Deficiency::NoWoman]);
        men.admit(&[person(Gender::Female, EthnicClass::Kinh)]).unwrap();
        assert_eq!(men.lacks(&law_of_2013()), Deficiencies::default());
    }

    #[test]
    fn rule_5_a_flagged_area_needs_an_ethnic_minority_mediator() {
        let mut team = team(TeamState::Active, 3, 1);
        (team.leader, team.minority_area) = (Some(who(1)), true);
        assert_eq!(team.lacks(&law_of_2013()).iter().collect::<Vec<_>>(), [Deficiency::NoEthnicMinority]);
        team.admit(&[person(Gender::Male, EthnicClass::Other)]).unwrap();
        assert_eq!(team.lacks(&law_of_2013()), Deficiencies::default());
    }

    #[test]
    fn rule_6_never_more_mediators_than_were_decided() {
        let mut full = team(TeamState::Active, 5, 1);
        assert_eq!(full.open_election(0), Err(Refusal::TeamFull { target_size: 5, mediators: 5 }));
        let mut four = team(TeamState::Forming, 3, 1);
        assert_eq!(four.open_election(1), Ok(1));
        let two = [person(Gender::Male, EthnicClass::Kinh); 3];
        assert_eq!(four.admit(&two), Err(Refusal::TeamFull { target_size: 5, mediators: 6 }));
        assert_eq!(four.mediators, 3, "a refusal changes nothing");
        assert_eq!(full.admit(&[]), Ok(()));
    }

    #[test]
    fn rule_19_ceasing_ends_the_leadership_too() {
        let mut team = team(TeamState::Active, 4, 2);
        team.leader = Some(who(1));
        assert!(team.lose(who(1), &person(Gender::Female, EthnicClass::Kinh)));
        team.stand(&law_of_2013(), day());
        assert_eq!((team.leader, team.mediators, team.women), (None, 3, 1));
        assert_eq!(team.state, TeamState::Understaffed);
        assert_eq!(team.deficiencies.iter().collect::<Vec<_>>(), [Deficiency::NoLeader]);
    }

    #[test]
    fn rule_20_at_most_one_leader() {
        let mut team = team(TeamState::Forming, 3, 1);
        assert_eq!(team.expect_open_for_leader(), Ok(()));
        team.leader = Some(who(1));
        assert_eq!(team.expect_open_for_leader(), Err(Refusal::TeamHasLeader { team: team.id }));
    }

    #[test]
    fn rule_23_without_a_leader_the_team_is_not_active() {
        let mut team = team(TeamState::Forming, 5, 2);
        team.stand(&law_of_2013(), day());
        assert_eq!(team.state, TeamState::Forming);
    }

    #[test]
    fn state_machine_of_a_team_planned_forming_and_dissolved_once() {
        let mut team = team(TeamState::Planned, 0, 0);
        assert_eq!(team.expect_open_for_leader(), Err(Refusal::TeamStateWrong { state: TeamState::Planned }));
        team.stand(&law_of_2013(), day());
        assert_eq!(team.state, TeamState::Planned, "a plan lacks everything and stays a plan");
        assert_eq!(team.open_election(0), Ok(5));
        assert_eq!(team.state, TeamState::Forming);
        team.dissolve().unwrap();
        let wrong = Refusal::TeamStateWrong { state: TeamState::Dissolved };
        assert_eq!(team.dissolve(), Err(wrong.clone()));
        assert_eq!(team.open_election(0), Err(wrong.clone()));
        assert_eq!(team.expect_open_for_leader(), Err(wrong));
    }

    #[test]
    fn deficiencies_survive_storing() {
        let all = Deficiency::ALL.iter().fold(Deficiencies::default(), |set, one| set.with(*one, true));
        assert_eq!(Deficiencies::from_bits(all.bits()).iter().count(), 4);
    }
}
