//! The team, the aggregate that everything about it is versioned by (rules 1 to 6, 20, 23, §14.2).

use hoagiai_types::{Date, Id, Timestamp};

use super::{Decision, Ending, EthnicClass, Gender, MediatorId, Place, Refusal, Rules, Statistics, UnitId, words};

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
    /// Who does the leader's work while there is none (rule 23).
    pub acting_leader: Option<MediatorId>,
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

    /// Where it lies (rule 1).
    pub fn place(&self) -> Place {
        Place { area: self.area_unit, commune: self.commune, province: self.province }
    }

    /// Lies elsewhere from now on.
    pub fn set_place(&mut self, place: Place) {
        (self.area_unit, self.commune, self.province) = (place.area, place.commune, place.province);
    }

    pub(super) fn wrong_state(&self) -> Refusal {
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

    /// Counts a mediator as `right` who was counted as `wrong`; none: not at all.
    pub fn recount(&mut self, wrong: Option<&Statistics>, right: Option<&Statistics>) {
        for (person, by) in [(wrong, -1), (right, 1)] {
            let Some(person) = person else { continue };
            self.mediators = self.mediators.saturating_add_signed(by);
            if person.gender == Gender::Female {
                self.women = self.women.saturating_add_signed(by);
            }
            if person.ethnic_class == EthnicClass::Other {
                self.ethnic_minority = self.ethnic_minority.saturating_add_signed(by);
            }
        }
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
        self.acting_leader = self.acting_leader.filter(|acting| *acting != who);
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

    /// Rule 23: an acting leader only where there is no leader, and only one.
    pub fn expect_open_for_acting(&self) -> Result<(), Refusal> {
        self.expect_open_for_leader()?;
        if self.acting_leader.is_some() { Err(Refusal::TeamHasActingLeader { team: self.id }) } else { Ok(()) }
    }

    /// What the team lacks under the rules (3 to 5, 20, 23).
    pub fn lacks(&self, rules: &Rules) -> Deficiencies {
        let led = self.leader.is_some() || rules.acting_leader_suffices && self.acting_leader.is_some();
        Deficiencies::default()
            .with(Deficiency::FewerThanThree, self.mediators < rules.min_mediators)
            .with(Deficiency::NoWoman, self.women < rules.min_women)
            .with(Deficiency::NoEthnicMinority, self.minority_area && self.ethnic_minority < rules.min_ethnic_minority)
            .with(Deficiency::NoLeader, !led)
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

#[cfg(test)]
pub(crate) mod tests;
