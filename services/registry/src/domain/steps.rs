//! The steps of a mediator from state to state: the table of §14.1, and the verbs that walk along it and nowhere else.

use hoagiai_types::{Date, Id, Uuid};

use super::{Cessation, Decision, ElectionId, ListId, Mediator, MediatorState, Refusal, Verdict};

/// The table of §14.1, in its order. "Tied at the cut" is elected with the choice left to the chairman (rule 12).
pub(super) const ARROWS: &[(MediatorState, MediatorState)] = {
    use MediatorState::*;
    &[
        (Nominated, Elected),
        (Nominated, Tied),
        (Nominated, NotElected),
        (Nominated, Withdrawn),
        (Elected, Submitted),
        (Tied, Submitted),
        (Submitted, Recognized),
        (Submitted, Rejected),
        (Submitted, Elected),
        (Submitted, Tied),
        (Recognized, CeasingProposed),
        (CeasingProposed, CeasingSubmitted),
        (CeasingProposed, Recognized),
        (CeasingSubmitted, Ceased),
        (CeasingSubmitted, Recognized),
        (Recognized, Ceased),
    ]
};

impl MediatorState {
    /// Whether the table has an arrow from here to there.
    pub fn leads_to(self, to: Self) -> bool {
        ARROWS.contains(&(self, to))
    }
}

impl Mediator {
    /// One arrow; the version moves once a verb, not once an arrow.
    fn step(&mut self, to: MediatorState) -> Result<(), Refusal> {
        if !self.state.leads_to(to) {
            return Err(self.wrong_state());
        }
        self.state = to;
        Ok(())
    }

    fn moved(&mut self, to: MediatorState) -> Result<(), Refusal> {
        self.step(to)?;
        self.revision += 1;
        Ok(())
    }

    /// The election that the person stood in; none for one who is only nominated, or withdrew.
    pub fn stood_in(&self) -> Option<ElectionId> {
        Some(self.election).filter(|election| *election != Id::from_uuid(Uuid::nil()))
    }

    /// Taken off before the vote, at his or her own wish.
    pub fn withdraw(&mut self) -> Result<(), Refusal> {
        self.moved(MediatorState::Withdrawn)
    }

    /// A nominated person stood for election, at this place of the minutes, with these votes.
    pub fn stand(
        &mut self,
        (election, index): (ElectionId, i32),
        votes_for: u32,
        verdict: Verdict,
    ) -> Result<(), Refusal> {
        self.moved(MediatorState::of(verdict))?;
        (self.election, self.index, self.votes_for) = (election, index, votes_for);
        Ok(())
    }

    /// On a list (rule 13): only from the election whose minutes go with it, only elected or tied.
    pub fn submit(&mut self, list: ListId, election: ElectionId) -> Result<(), Refusal> {
        if self.election != election || self.state == MediatorState::NotElected {
            return Err(Refusal::NotElected { mediator: self.id });
        }
        self.moved(MediatorState::Submitted)?;
        self.list = Some(list);
        Ok(())
    }

    /// The list came back as incomplete: elected, or tied, as before.
    pub fn send_back(&mut self, tied: bool) -> Result<(), Refusal> {
        self.moved(if tied { MediatorState::Tied } else { MediatorState::Elected })?;
        self.list = None;
        Ok(())
    }

    /// Recognised or refused by the chairman.
    pub fn decide(&mut self, decision: &Decision, recognized: bool) -> Result<(), Refusal> {
        if recognized {
            // A file of ceasing leads here too: only the decision on a list recognises.
            if self.state != MediatorState::Submitted {
                return Err(self.wrong_state());
            }
            self.moved(MediatorState::Recognized)?;
            self.recognition = Some(decision.clone());
            Ok(())
        } else {
            self.moved(MediatorState::Rejected)
        }
    }

    /// Ceasing is proposed; in force as before.
    pub fn propose_ceasing(&mut self) -> Result<(), Refusal> {
        self.moved(MediatorState::CeasingProposed)
    }

    /// Ceasing goes to the chairman; in force as before.
    pub fn submit_ceasing(&mut self) -> Result<(), Refusal> {
        self.moved(MediatorState::CeasingSubmitted)
    }

    /// The file of ceasing ends without it: the wish was taken back, or the chairman refused.
    pub fn stay(&mut self) -> Result<(), Refusal> {
        match self.state {
            MediatorState::CeasingProposed | MediatorState::CeasingSubmitted => self.moved(MediatorState::Recognized),
            _ => Err(self.wrong_state()),
        }
    }

    /// No longer in force from the day after `last_day` (rules 15 and 17). On a ground of the law: decided by the
    /// chairman, on the file before him or on one that was wholly held on paper. By death or with the team: at once, and
    /// a file under way lapses.
    pub fn cease(&mut self, ground: Cessation, last_day: Date, decision: Option<Decision>) -> Result<(), Refusal> {
        use MediatorState::{Ceased, CeasingProposed, CeasingSubmitted, Recognized};
        match (ground.is_of_law(), self.state) {
            (true, Recognized) => {
                self.step(CeasingProposed)?;
                self.step(CeasingSubmitted)?;
            }
            (false, CeasingProposed | CeasingSubmitted) => self.step(Recognized)?,
            _ => {}
        }
        self.moved(Ceased)?;
        self.cessation = Some(ground);
        self.cessation_date = Some(last_day);
        self.cessation_decision = decision;
        self.leader = false;
        Ok(())
    }

    /// A candidacy ends with the team: withdrawn before the vote, refused after it.
    pub fn drop_candidacy(&mut self) -> Result<(), Refusal> {
        match self.state {
            MediatorState::Nominated => self.moved(MediatorState::Withdrawn),
            MediatorState::Elected | MediatorState::Tied => {
                self.step(MediatorState::Submitted)?;
                self.moved(MediatorState::Rejected)
            }
            _ => self.moved(MediatorState::Rejected),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{
        super::mediator::tests::{day, decision, id, mediator},
        *,
    };

    /// One verb on a mediator, by number: every verb there is.
    fn verb(one: &mut Mediator, n: u8) -> Result<(), Refusal> {
        let decided = decision("2025-09-01");
        match n {
            0 => one.withdraw(),
            1 => one.stand((id(5), 0), 60, Verdict::Elected),
            2 => one.stand((id(5), 0), 60, Verdict::Tied),
            3 => one.stand((id(5), 0), 10, Verdict::NotElected),
            4 => one.submit(id(6), id(5)),
            5 => one.send_back(false),
            6 => one.send_back(true),
            7 => one.decide(&decided, true),
            8 => one.decide(&decided, false),
            9 => one.propose_ceasing(),
            10 => one.submit_ceasing(),
            11 => one.stay(),
            12 => one.cease(Cessation::OwnWish, day("2025-10-01"), Some(decided)),
            13 => one.cease(Cessation::Deceased, day("2025-10-01"), None),
            14 => one.cease(Cessation::TeamDissolved, day("2025-10-01"), Some(decided)),
            _ => one.drop_candidacy(),
        }
    }

    /// Verbs that record several arrows at once, with the way they stand for.
    fn way(n: u8, from: MediatorState) -> Vec<MediatorState> {
        use MediatorState::*;
        match (n, from) {
            (12, Recognized) => vec![CeasingProposed, CeasingSubmitted],
            (13 | 14, CeasingProposed | CeasingSubmitted) => vec![Recognized],
            (15, Elected | Tied) => vec![Submitted],
            _ => Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn only_the_arrows_of_the_table_ever_happen(verbs in proptest::collection::vec(0u8..16, 1..60)) {
            let mut one = mediator(MediatorState::Nominated);
            for n in verbs {
                let (from, before) = (one.state, one.clone());
                match verb(&mut one, n) {
                    Ok(()) => {
                        let mut at = from;
                        for next in way(n, from).into_iter().chain([one.state]) {
                            prop_assert!(at.leads_to(next), "{at:?} to {next:?} by verb {n}");
                            at = next;
                        }
                        prop_assert_eq!(one.revision, before.revision + 1, "one version a verb");
                    }
                    Err(_) => prop_assert_eq!((one.state, one.revision), (from, before.revision)),
                }
                // Rule 15: in force exactly between the recognition and the end.
                prop_assert_eq!(one.state.in_force(), one.recognition.is_some() && one.cessation_date.is_none());
            }
        }
    }

    #[test]
    fn every_arrow_is_walked_by_some_verb_and_terminal_states_by_none() {
        let mut walked = BTreeSet::new();
        for from in MediatorState::ALL {
            for n in 0..16 {
                let mut one = mediator(*from);
                if verb(&mut one, n).is_ok() && way(n, *from).is_empty() {
                    walked.insert((*from, one.state));
                }
            }
        }
        assert_eq!(walked, ARROWS.iter().copied().collect());
        for end in ["not_elected", "withdrawn", "rejected", "ceased"] {
            assert!(ARROWS.iter().all(|(from, _)| from.word() != end), "{end} is terminal");
        }
    }

    #[test]
    fn rule_13_a_list_sent_back_leaves_its_persons_elected_or_tied_as_before() {
        for (state, tied) in [(MediatorState::Elected, false), (MediatorState::Tied, true)] {
            let mut one = mediator(state);
            one.submit(id(6), id(5)).unwrap();
            one.send_back(tied).unwrap();
            assert_eq!((one.state, one.list), (state, None));
            one.submit(id(8), id(5)).unwrap();
        }
    }

    #[test]
    fn rule_18_a_decision_waits_for_the_check_of_the_front() {
        let mut one = mediator(MediatorState::Recognized);
        one.propose_ceasing().unwrap();
        let early = one.cease(Cessation::Breach, day("2025-10-01"), Some(decision("2025-10-01")));
        assert!(matches!(early, Err(Refusal::MediatorStateWrong { .. })), "the check is under way");
        one.submit_ceasing().unwrap();
        one.cease(Cessation::Breach, day("2025-10-01"), Some(decision("2025-10-01"))).unwrap();
    }
}
