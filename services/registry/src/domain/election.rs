//! The election of mediators (rules 8 to 12), decided on integers; which round is due after which.

use hoagiai_types::{Date, Id};

use super::{Mediator, MediatorId, Person, Refusal, Rules, Standard, TeamId, words};

/// Id of an election.
pub type ElectionId = Id<Election>;

words! {
    /// How an election was held (rule 9).
    ElectionForm {
        /// Biểu quyết công khai.
        PublicVote = "public_vote",
        /// Bỏ phiếu kín.
        SecretBallot = "secret_ballot",
        /// Phát phiếu to the households.
        HouseholdBallot = "household_ballot",
    }
}

words! {
    /// Which round.
    ElectionRound {
        /// The first.
        First = "first",
        /// Bầu bổ sung.
        Supplementary = "supplementary",
        /// Bầu lại.
        Repeat = "repeat",
    }
}

words! {
    /// What must follow (rule 12).
    ElectionOutcome {
        /// As many passed as were needed, or more and none tied at the cut.
        Filled = "filled",
        /// Some passed, fewer than needed.
        SupplementaryDue = "supplementary_due",
        /// Nobody passed.
        RepeatDue = "repeat_due",
        /// Tied at the cut: the chairman chooses.
        TieAtCut = "tie_at_cut",
    }
}

/// What becomes of one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Elected.
    Elected,
    /// Passed, tied at the cut.
    Tied,
    /// Did not pass, or was cut.
    NotElected,
}

/// A candidate as the minutes name him or her.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Who.
    pub who: Standing,
    /// Household representatives who agreed.
    pub votes_for: u32,
    /// Household representatives who did not, where the minutes tell it.
    pub votes_against: u32,
}

/// Who stands: one nominated before, or one whom only the minutes tell of.
#[derive(Debug, Clone)]
pub enum Standing {
    /// Nominated before; rule 8 was asked then.
    Nominated(MediatorId),
    /// Told with the election.
    Told {
        /// Who.
        person: Person,
        /// Put forward by the Front's committee.
        nominated_by_front: bool,
        /// What rule 8 asks and is lacking.
        lacks: Vec<Standard>,
    },
}

impl Candidate {
    /// Who it is, if only the minutes tell of the person.
    pub fn told(&self) -> Option<&Person> {
        match &self.who {
            Standing::Told { person, .. } => Some(person),
            Standing::Nominated(_) => None,
        }
    }
}

/// An election with its result.
#[derive(Debug, Clone)]
pub struct Election {
    /// Id.
    pub id: ElectionId,
    /// The team.
    pub team: TeamId,
    /// How it was held, when, before how many.
    pub ballot: Ballot,
    /// What must follow.
    pub outcome: ElectionOutcome,
    /// Mediators to be elected; none for elections recorded before it was kept.
    pub places: Option<u32>,
    /// The team's election before this one.
    pub previous: Option<ElectionId>,
    /// The minutes, sealed.
    pub sealed_minutes: Option<Vec<u8>>,
    /// The candidates' records in the order of the minutes.
    pub mediators: Vec<Mediator>,
}

impl Election {
    /// Who of its candidates was tied at the cut: the lowest votes that passed. Read when a list comes back, which must
    /// leave everybody as before.
    pub fn was_tied(&self, mediator: &Mediator) -> bool {
        let passed = self.mediators.iter().filter(|one| one.state != super::MediatorState::NotElected);
        let lowest = passed.map(|one| one.votes_for).min();
        self.outcome == ElectionOutcome::TieAtCut && lowest == Some(mediator.votes_for)
    }
}

impl ElectionRound {
    /// The rounds that may follow the election before (rule 12): what it made due; after one that filled every place, a
    /// place that fell free since is filled by a supplementary or by a first round. A team whose mediators came without
    /// an election here (an import) may be supplemented at once.
    pub fn due(previous: Option<&Election>, has_mediators: bool) -> &'static [Self] {
        match previous.map(|election| (election.outcome, election.ballot.round)) {
            None if has_mediators => &[Self::First, Self::Supplementary],
            None => &[Self::First],
            Some((ElectionOutcome::SupplementaryDue, _)) => &[Self::Supplementary],
            Some((ElectionOutcome::RepeatDue, Self::Supplementary)) => &[Self::Repeat, Self::Supplementary],
            Some((ElectionOutcome::RepeatDue, _)) => &[Self::Repeat],
            Some((ElectionOutcome::Filled | ElectionOutcome::TieAtCut, _)) => &[Self::Supplementary, Self::First],
        }
    }

    /// Refuses a round that is not due.
    pub fn admit(self, previous: Option<&Election>, has_mediators: bool) -> Result<(), Refusal> {
        let due = Self::due(previous, has_mediators);
        if due.contains(&self) { Ok(()) } else { Err(Refusal::RoundNotDue { round: self, due: due[0] }) }
    }
}

/// How the households were asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    /// Form.
    pub form: ElectionForm,
    /// Round.
    pub round: ElectionRound,
    /// The day.
    pub date: Date,
    /// All households of the area.
    pub households: u32,
    /// Present at the meeting; 0 for ballots to households.
    pub attending: u32,
    /// Whether the count was witnessed.
    pub witnessed: bool,
}

impl Ballot {
    /// Whether the ballot counts at all: witnessed, and quorate if it was a meeting (rule 10).
    pub fn admit(&self, rules: &Rules) -> Result<(), Refusal> {
        let meeting = self.form != ElectionForm::HouseholdBallot;
        if !self.witnessed {
            return Err(Refusal::NotWitnessed);
        }
        if meeting && !rules.quorum.is_exceeded_by(self.attending, self.households) {
            return Err(Refusal::NoQuorum { attending: self.attending, households: self.households });
        }
        Ok(())
    }

    /// Rule 8: every candidate may stand.
    pub fn admit_candidates(candidates: &[Candidate]) -> Result<(), Refusal> {
        let lacks = candidates.iter().map(|candidate| match &candidate.who {
            Standing::Nominated(_) => &[],
            Standing::Told { lacks, .. } => lacks.as_slice(),
        });
        Refusal::of_candidates("candidates", lacks)
    }

    /// Rules 11 and 12: who is elected to `places` places by these votes.
    pub fn count(&self, rules: &Rules, places: usize, votes: &[u32]) -> (Vec<Verdict>, ElectionOutcome) {
        let passes = |votes: u32| rules.elected_over.is_exceeded_by(votes, self.households);
        let mut passed: Vec<u32> = votes.iter().copied().filter(|v| passes(*v)).collect();
        passed.sort_unstable_by(|a, b| b.cmp(a));
        // The first number of votes beyond the places: whoever has exactly that many is tied, if somebody inside has too.
        let beyond = passed.get(places).copied();
        let tied = beyond.filter(|cut| places > 0 && passed[places - 1] == *cut);
        let verdict = |v: u32| match () {
            () if !passes(v) => Verdict::NotElected,
            () if Some(v) == tied => Verdict::Tied,
            () if beyond.is_some_and(|cut| v <= cut) => Verdict::NotElected,
            () => Verdict::Elected,
        };
        let outcome = match passed.len() {
            0 => ElectionOutcome::RepeatDue,
            _ if tied.is_some() => ElectionOutcome::TieAtCut,
            n if n < places => ElectionOutcome::SupplementaryDue,
            _ => ElectionOutcome::Filled,
        };
        (votes.iter().map(|v| verdict(*v)).collect(), outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::rules::law_of_2013, ElectionOutcome as O, Verdict as V, *};

    fn ballot(form: ElectionForm, households: u32, attending: u32) -> Ballot {
        let date = "2025-08-01".parse().unwrap();
        Ballot { form, round: ElectionRound::First, date, households, attending, witnessed: true }
    }

    fn count(households: u32, places: usize, votes: &[u32]) -> (Vec<V>, O) {
        ballot(ElectionForm::SecretBallot, households, households).count(&law_of_2013(), places, votes)
    }

    fn held(round: ElectionRound, outcome: O) -> Election {
        let ballot = Ballot { round, ..ballot(ElectionForm::SecretBallot, 100, 90) };
        let id = Id::from_uuid(hoagiai_types::Uuid::nil());
        let team = Id::from_uuid(hoagiai_types::Uuid::nil());
        Election { id, team, ballot, outcome, places: None, previous: None, sealed_minutes: None, mediators: vec![] }
    }

    #[test]
    fn rule_12_supplementary_and_repeat_rounds_only_when_they_are_due() {
        use ElectionRound::{First, Repeat, Supplementary};
        let admitted = |previous: Option<(ElectionRound, O)>, has_mediators| -> Vec<ElectionRound> {
            let previous = previous.map(|(round, outcome)| held(round, outcome));
            let may = |round: &&ElectionRound| round.admit(previous.as_ref(), has_mediators).is_ok();
            ElectionRound::ALL.iter().filter(may).copied().collect()
        };
        assert_eq!(admitted(None, false), [First]);
        assert_eq!(admitted(None, true), [First, Supplementary], "imported mediators");
        assert_eq!(admitted(Some((First, O::SupplementaryDue)), true), [Supplementary]);
        assert_eq!(admitted(Some((First, O::RepeatDue)), false), [Repeat]);
        assert_eq!(admitted(Some((Supplementary, O::RepeatDue)), true), [Supplementary, Repeat]);
        for outcome in [O::Filled, O::TieAtCut] {
            assert_eq!(admitted(Some((First, outcome)), true), [First, Supplementary], "a place fell free since");
        }
        let refused = First.admit(Some(&held(First, O::RepeatDue)), false);
        assert_eq!(refused, Err(Refusal::RoundNotDue { round: First, due: Repeat }));
    }

    #[test]
    fn rule_12_those_tied_at_the_cut_are_known_again_by_their_votes() {
        use super::super::{MediatorState as S, mediator::tests::mediator};
        let mut election = held(ElectionRound::First, O::TieAtCut);
        for (state, votes_for) in [(S::Submitted, 80), (S::Submitted, 60), (S::Submitted, 60), (S::NotElected, 40)] {
            let mut one = mediator(state);
            one.votes_for = votes_for;
            election.mediators.push(one);
        }
        let tied: Vec<bool> = election.mediators.iter().map(|one| election.was_tied(one)).collect();
        assert_eq!(tied, [false, true, true, false]);
        election.outcome = O::Filled;
        assert!(!election.was_tied(&election.mediators[1]), "a tie inside the number is none");
    }

    #[test]
    fn rule_08_every_fault_of_every_candidate_is_told_at_once() {
        let statistics = super::super::mediator::tests::mediator(super::super::MediatorState::Elected).statistics;
        let person = Person {
            full_name: "A".into(),
            birth_year: None,
            phone: String::new(),
            statistics,
            details: Default::default(),
        };
        let candidate = |lacks: &[Standard]| Candidate {
            who: Standing::Told { person: person.clone(), nominated_by_front: true, lacks: lacks.to_vec() },
            votes_for: 60,
            votes_against: 0,
        };
        let all =
            [candidate(&[Standard::Consent]), candidate(&[]), candidate(&[Standard::Resident, Standard::Citizen])];
        let faults = vec![(0, Standard::Consent), (2, Standard::Resident), (2, Standard::Citizen)];
        assert_eq!(Ballot::admit_candidates(&all), Err(Refusal::CandidatesNotEligible { list: "candidates", faults }));
        assert_eq!(Ballot::admit_candidates(&all[1..2]), Ok(()));
    }

    #[test]
    fn rule_09_the_three_forms_are_all_there_are() {
        assert_eq!(ElectionForm::ALL.len(), 3);
    }

    #[test]
    fn rule_10_meeting_needs_more_than_half_of_households_present() {
        let rules = law_of_2013();
        for form in [ElectionForm::PublicVote, ElectionForm::SecretBallot] {
            assert_eq!(ballot(form, 100, 50).admit(&rules), Err(Refusal::NoQuorum { attending: 50, households: 100 }));
            assert_eq!(ballot(form, 100, 51).admit(&rules), Ok(()));
            assert_eq!(ballot(form, 101, 51).admit(&rules), Ok(()));
        }
        assert_eq!(ballot(ElectionForm::HouseholdBallot, 100, 0).admit(&rules), Ok(()), "no meeting, no quorum");
    }

    #[test]
    fn rule_10_an_unwitnessed_count_is_none() {
        let unwitnessed = Ballot { witnessed: false, ..ballot(ElectionForm::PublicVote, 100, 90) };
        assert_eq!(unwitnessed.admit(&law_of_2013()), Err(Refusal::NotWitnessed));
    }

    #[test]
    fn rule_11_more_than_half_of_all_households_not_of_those_present() {
        let (verdicts, _) = count(100, 5, &[50, 51, 49]);
        assert_eq!(verdicts, [V::NotElected, V::Elected, V::NotElected]);
        let (verdicts, _) = count(3, 5, &[1, 2]);
        assert_eq!(verdicts, [V::NotElected, V::Elected], "66.6 % and 33.3 % are never rounded");
    }

    #[test]
    fn rule_12_more_than_the_decided_number_are_cut_from_the_top() {
        let (verdicts, outcome) = count(100, 2, &[60, 90, 70, 51]);
        assert_eq!(verdicts, [V::NotElected, V::Elected, V::Elected, V::NotElected]);
        assert_eq!(outcome, O::Filled);
    }

    #[test]
    fn rule_12_a_tie_at_the_cut_goes_to_the_chairman() {
        let (verdicts, outcome) = count(100, 3, &[90, 60, 60, 60, 55, 40]);
        assert_eq!(verdicts, [V::Elected, V::Tied, V::Tied, V::Tied, V::NotElected, V::NotElected]);
        assert_eq!(outcome, O::TieAtCut);
        let (verdicts, outcome) = count(100, 3, &[60, 60, 60]);
        assert_eq!((verdicts, outcome), (vec![V::Elected; 3], O::Filled), "a tie inside the number decides nothing");
    }

    #[test]
    fn rule_12_too_few_make_a_supplementary_election_due_and_none_a_repeat() {
        assert_eq!(count(100, 5, &[60, 70, 20]).1, O::SupplementaryDue);
        assert_eq!(count(100, 5, &[50, 20]).1, O::RepeatDue);
    }

    proptest::proptest! {
        #[test]
        fn rule_12_never_seats_more_than_the_places_nor_a_worse_before_a_better(
            votes in proptest::collection::vec(0u32..=100, 1..60), places in 1usize..20,
        ) {
            let (verdicts, outcome) = count(100, places, &votes);
            let seats = |wanted| verdicts.iter().filter(|v| **v == wanted).count();
            proptest::prop_assert!(seats(V::Elected) <= places);
            proptest::prop_assert_eq!(outcome == O::TieAtCut, seats(V::Tied) > 0);
            if outcome == O::TieAtCut {
                proptest::prop_assert!(seats(V::Elected) < places && seats(V::Elected) + seats(V::Tied) > places);
            }
            for (a, va) in votes.iter().zip(&verdicts) {
                for (b, vb) in votes.iter().zip(&verdicts) {
                    let rank = |v: &V| match v { V::Elected => 0, V::Tied => 1, V::NotElected => 2 };
                    proptest::prop_assert!(a <= b || rank(va) <= rank(vb));
                }
            }
        }
    }
}
