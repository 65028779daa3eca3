//! The election of mediators (rules 8 to 12), decided on integers.

use hoagiai_types::{Date, Id};

use super::{Mediator, Person, Refusal, Rules, TeamId, words};

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
    pub person: Person,
    /// Put forward by the Front's committee.
    pub nominated_by_front: bool,
    /// Consent, residence and standards, all three (rule 8).
    pub eligible: bool,
    /// Household representatives who agreed.
    pub votes_for: u32,
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
    /// The candidates' records in the order of the minutes.
    pub mediators: Vec<Mediator>,
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
        match candidates.iter().position(|candidate| !candidate.eligible) {
            Some(index) => Err(Refusal::CandidateNotEligible { index }),
            None => Ok(()),
        }
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

    #[test]
    fn rule_9_the_three_forms_are_all_there_are() {
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
