//! The procedure by which a mediator ceases (rules 17 and 18, 2.000930): proposed by the leader, verified by the Front with
//! the area head, decided by the chairman.

use hoagiai_types::{Calendar, Date, Id, Timestamp};

use super::{Cessation, DeadlineStep, Decision, Mediator, MediatorId, Refusal, Rules, Team, TeamId, in_order, words};

/// Id of a procedure of ceasing.
pub type CeasingId = Id<Ceasing>;

words! {
    /// States of a procedure of ceasing.
    CeasingState {
        /// The Front verifies.
        Proposed = "proposed",
        /// Before the chairman.
        Submitted = "submitted",
        /// The mediator ceased.
        Ceased = "ceased",
        /// The chairman refused.
        Refused = "refused",
        /// The wish was taken back.
        Withdrawn = "withdrawn",
        /// Overtaken by death or the end of the team.
        Lapsed = "lapsed",
    }
}

words! {
    /// Who proposes (rule 18).
    Proposer {
        /// The leader, or the acting leader.
        Leader = "leader",
        /// The head of the Front's committee.
        FrontHead = "front_head",
    }
}

words! {
    /// What goes to the chairman.
    CeasingForm {
        /// Mẫu 08.
        Proposal = "proposal",
        /// Mẫu 09.
        Disagreement = "disagreement",
    }
}

/// What the Front and the area head found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verification {
    /// When they finished.
    pub date: Date,
    /// Whether the Front agrees.
    pub front_agrees: bool,
    /// Whether the area head agrees.
    pub area_head_agrees: bool,
    /// When the leader was told why they disagree.
    pub leader_told: Option<Date>,
}

/// A procedure of ceasing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceasing {
    /// Id.
    pub id: CeasingId,
    /// Whose.
    pub mediator: MediatorId,
    /// The team.
    pub team: TeamId,
    /// On which ground of the law.
    pub ground: Cessation,
    /// State.
    pub state: CeasingState,
    /// Who proposed.
    pub proposer: Proposer,
    /// Whether the mediator led the team, or acted for the leader, when it was proposed.
    pub of_leader: bool,
    /// When it was proposed.
    pub propose_date: Date,
    /// Last day to verify.
    pub verify_due: Date,
    /// What was found; none on a file held on paper.
    pub verification: Option<Verification>,
    /// What went to the chairman.
    pub form: Option<CeasingForm>,
    /// When his office received it, and his last day.
    pub received: Option<(Date, Date)>,
    /// The decision.
    pub decision: Option<Decision>,
    /// When it was withdrawn or lapsed.
    pub end_date: Option<Date>,
    /// Version.
    pub revision: i64,
    /// When the record was made.
    pub created_at: Timestamp,
}

/// What is wrong with the fields of a submission; the words are the fields' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionFault {
    /// Is needed because somebody disagrees.
    Missing(&'static str),
    /// Has no place where everybody agrees, or where there is nothing to disagree with.
    NotAllowed(&'static str),
}

/// Rule 18: who must propose that a mediator cease. While a team has neither leader nor acting leader, the Front head does
/// (rule 23: the leader's tasks fall to nobody by law).
pub fn proposer(team: &Team, acting: Option<MediatorId>, mediator: &Mediator) -> (Proposer, bool) {
    let of_leader = team.leader == Some(mediator.id) || acting == Some(mediator.id);
    let nobody = team.leader.is_none() && acting.is_none();
    (if of_leader || nobody { Proposer::FrontHead } else { Proposer::Leader }, of_leader)
}

impl Ceasing {
    /// Begins the procedure.
    pub fn propose(
        id: CeasingId,
        mediator: &Mediator,
        ground: Cessation,
        (proposer, of_leader): (Proposer, bool),
        propose_date: Date,
        (rules, calendar): (&Rules, &Calendar),
        (today, now): (Date, Timestamp),
    ) -> Result<Self, Refusal> {
        in_order("propose_date", propose_date, mediator.recognition_date().unwrap_or(propose_date), today)?;
        Ok(Self {
            id,
            mediator: mediator.id,
            team: mediator.team,
            ground,
            state: CeasingState::Proposed,
            proposer,
            of_leader,
            propose_date,
            verify_due: DeadlineStep::CessationVerification.due(propose_date, rules, calendar),
            verification: None,
            form: None,
            received: None,
            decision: None,
            end_date: None,
            revision: 1,
            created_at: now,
        })
    }

    fn wrong_state(&self, mediator: &Mediator) -> Refusal {
        Refusal::MediatorStateWrong { mediator: mediator.id, state: mediator.state }
    }

    fn expect(&self, state: CeasingState, mediator: &Mediator) -> Result<(), Refusal> {
        if self.state == state { Ok(()) } else { Err(self.wrong_state(mediator)) }
    }

    /// The wish is taken back: ground a alone (§14.1).
    pub fn withdraw(&mut self, mediator: &Mediator, day: Date, today: Date) -> Result<(), Refusal> {
        self.expect(CeasingState::Proposed, mediator)?;
        if self.ground != Cessation::OwnWish {
            return Err(Refusal::CessationNotWithdrawable { ground: self.ground });
        }
        in_order("withdraw_date", day, self.propose_date, today)?;
        self.end(CeasingState::Withdrawn, day);
        Ok(())
    }

    /// What the fields of a submission show alone: a disagreement is on grounds b and c only, has its reason, and the
    /// leader is told (form 09).
    pub fn submission_faults(&self, found: &Verification, reason: &str) -> Vec<SubmissionFault> {
        use SubmissionFault::{Missing, NotAllowed};
        let mut faults = Vec::new();
        let agree = found.front_agrees && found.area_head_agrees;
        if !agree && self.ground == Cessation::OwnWish {
            let refused = [("front_agrees", found.front_agrees), ("area_head_agrees", found.area_head_agrees)];
            faults.extend(refused.iter().filter(|(_, agrees)| !agrees).map(|(field, _)| NotAllowed(field)));
            return faults;
        }
        match (agree, reason.trim().is_empty()) {
            (true, false) => faults.push(NotAllowed("disagreement_reason")),
            (false, true) => faults.push(Missing("disagreement_reason")),
            _ => {}
        }
        match (agree, found.leader_told.is_some()) {
            (true, true) => faults.push(NotAllowed("leader_told_date")),
            (false, false) => faults.push(Missing("leader_told_date")),
            _ => {}
        }
        faults
    }

    /// Before the chairman: form 08, or 09 if somebody disagrees. A late check is taken and shows.
    pub fn submit(
        &mut self,
        mediator: &Mediator,
        found: Verification,
        receive_date: Date,
        (rules, calendar): (&Rules, &Calendar),
        today: Date,
    ) -> Result<(), Refusal> {
        self.expect(CeasingState::Proposed, mediator)?;
        in_order("verify_date", found.date, self.propose_date, today)?;
        if let Some(told) = found.leader_told {
            in_order("leader_told_date", told, found.date, today)?;
        }
        in_order("receive_date", receive_date, found.date, today)?;
        let agree = found.front_agrees && found.area_head_agrees;
        self.form = Some(if agree { CeasingForm::Proposal } else { CeasingForm::Disagreement });
        self.verification = Some(found);
        self.received = Some((receive_date, DeadlineStep::CessationDecision.due(receive_date, rules, calendar)));
        self.state = CeasingState::Submitted;
        self.revision += 1;
        Ok(())
    }

    /// The chairman's decision; late is late, not void.
    pub fn decide(&mut self, mediator: &Mediator, decision: Decision, cease: bool, today: Date) -> Result<(), Refusal> {
        self.expect(CeasingState::Submitted, mediator)?;
        let received = self.received.map_or(self.propose_date, |(day, _)| day);
        in_order("decision.issue_date", decision.issue_date, received, today)?;
        self.state = if cease { CeasingState::Ceased } else { CeasingState::Refused };
        self.decision = Some(decision);
        self.revision += 1;
        Ok(())
    }

    /// A procedure that was wholly held on paper: proposal, receipt and decision follow each other and the recognition.
    pub fn on_paper(
        mut self,
        mediator: &Mediator,
        receive_date: Date,
        decision: Decision,
        (rules, calendar): (&Rules, &Calendar),
        today: Date,
    ) -> Result<Self, Refusal> {
        mediator.expect_in_force()?;
        in_order("receive_date", receive_date, self.propose_date, today)?;
        self.form = Some(CeasingForm::Proposal);
        self.received = Some((receive_date, DeadlineStep::CessationDecision.due(receive_date, rules, calendar)));
        self.state = CeasingState::Submitted;
        self.decide(mediator, decision, true, today)?;
        self.revision = 1;
        Ok(self)
    }

    /// Overtaken by death or the end of the team.
    pub fn lapse(&mut self, day: Date) {
        self.end(CeasingState::Lapsed, day);
    }

    fn end(&mut self, state: CeasingState, day: Date) {
        self.state = state;
        self.end_date = Some(day);
        self.revision += 1;
    }

    /// When the check was finished: as told, or at the latest when the chairman's office received the file.
    pub fn verified_on(&self) -> Option<Date> {
        self.verification.map(|found| found.date).or(self.received.map(|(day, _)| day))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            MediatorState, TeamState,
            mediator::tests::{day, decision, id, mediator},
            rules::law_of_2013,
            team::tests::team,
        },
        SubmissionFault::{Missing, NotAllowed},
        *,
    };

    const TODAY: &str = "2025-12-01";

    fn one() -> Mediator {
        let mut one = mediator(MediatorState::Submitted);
        one.decide(&decision("2025-09-01"), true).unwrap();
        one
    }

    fn proposed(ground: Cessation, on: &str) -> Result<Ceasing, Refusal> {
        let by = (Proposer::Leader, false);
        let at = (day(TODAY), Timestamp::default());
        Ceasing::propose(id(20), &one(), ground, by, day(on), (&law_of_2013(), Calendar::vietnam()), at)
    }

    fn found(front_agrees: bool, area_head_agrees: bool, told: Option<&str>) -> Verification {
        Verification { date: day("2025-10-08"), front_agrees, area_head_agrees, leader_told: told.map(day) }
    }

    fn submit(ceasing: &mut Ceasing, found: Verification) -> Result<(), Refusal> {
        let rules = law_of_2013();
        ceasing.submit(&one(), found, day("2025-10-09"), (&rules, Calendar::vietnam()), day(TODAY))
    }

    #[test]
    fn rule_18_the_leader_proposes_and_of_a_leader_the_front_head() {
        let (mut team, one) = (team(TeamState::Active, 3, 1), one());
        team.leader = Some(id(99));
        assert_eq!(proposer(&team, None, &one), (Proposer::Leader, false));
        team.leader = Some(one.id);
        assert_eq!(proposer(&team, None, &one), (Proposer::FrontHead, true));
        team.leader = None;
        assert_eq!(proposer(&team, Some(one.id), &one), (Proposer::FrontHead, true), "an acting leader too");
        assert_eq!(proposer(&team, Some(id(99)), &one), (Proposer::Leader, false));
        assert_eq!(proposer(&team, None, &one), (Proposer::FrontHead, false), "where there is nobody to propose");
    }

    #[test]
    fn rule_18_ten_days_to_verify_five_working_days_to_decide_and_late_is_not_void() {
        let mut ceasing = proposed(Cessation::StandardLost, "2025-09-20").unwrap();
        assert_eq!(ceasing.verify_due, day("2025-09-30"));
        submit(&mut ceasing, found(true, true, None)).unwrap();
        assert_eq!((ceasing.form, ceasing.verified_on()), (Some(CeasingForm::Proposal), Some(day("2025-10-08"))));
        assert_eq!(ceasing.received, Some((day("2025-10-09"), day("2025-10-16"))));
        assert!(ceasing.decide(&one(), decision("2025-10-08"), true, day(TODAY)).is_err(), "before the receipt");
        ceasing.decide(&one(), decision("2025-11-20"), true, day(TODAY)).unwrap();
        assert_eq!((ceasing.state, ceasing.revision), (CeasingState::Ceased, 3));
    }

    #[test]
    fn rule_18_disagreement_goes_to_the_chairman_on_form_09_with_the_reason_told_to_the_leader() {
        for ground in [Cessation::StandardLost, Cessation::Breach] {
            let mut ceasing = proposed(ground, "2025-10-01").unwrap();
            let silent = found(true, false, None);
            let both = [Missing("disagreement_reason"), Missing("leader_told_date")];
            assert_eq!(ceasing.submission_faults(&silent, " "), both);
            let told = found(true, false, Some("2025-10-08"));
            assert_eq!(ceasing.submission_faults(&told, "vẫn thường trú"), []);
            submit(&mut ceasing, told).unwrap();
            assert_eq!(ceasing.form, Some(CeasingForm::Disagreement));
            ceasing.decide(&one(), decision("2025-10-10"), false, day(TODAY)).unwrap();
            assert_eq!(ceasing.state, CeasingState::Refused);
        }
    }

    #[test]
    fn rule_18_with_ones_own_wish_there_is_nothing_to_disagree() {
        let ceasing = proposed(Cessation::OwnWish, "2025-10-01").unwrap();
        let faults = ceasing.submission_faults(&found(false, false, None), "");
        assert_eq!(faults, [NotAllowed("front_agrees"), NotAllowed("area_head_agrees")]);
        let faults = ceasing.submission_faults(&found(true, true, Some("2025-10-08")), "vì sao");
        assert_eq!(faults, [NotAllowed("disagreement_reason"), NotAllowed("leader_told_date")]);
    }

    #[test]
    fn rule_18_only_a_wish_is_taken_back_and_only_before_it_is_submitted() {
        let mut wish = proposed(Cessation::OwnWish, "2025-10-01").unwrap();
        assert!(wish.withdraw(&one(), day("2025-09-30"), day(TODAY)).is_err(), "before it was made");
        wish.withdraw(&one(), day("2025-10-05"), day(TODAY)).unwrap();
        assert_eq!((wish.state, wish.end_date), (CeasingState::Withdrawn, Some(day("2025-10-05"))));
        let mut breach = proposed(Cessation::Breach, "2025-10-01").unwrap();
        let refused = Err(Refusal::CessationNotWithdrawable { ground: Cessation::Breach });
        assert_eq!(breach.withdraw(&one(), day("2025-10-05"), day(TODAY)), refused);
        let mut sent = proposed(Cessation::OwnWish, "2025-10-01").unwrap();
        submit(&mut sent, found(true, true, None)).unwrap();
        assert!(matches!(
            sent.withdraw(&one(), day("2025-10-10"), day(TODAY)),
            Err(Refusal::MediatorStateWrong { .. })
        ));
    }

    #[test]
    fn rule_18_proposal_receipt_and_decision_on_paper_follow_each_other() {
        let paper = |propose, receive, decided| {
            let ceasing = proposed(Cessation::OwnWish, propose)?;
            let rules = law_of_2013();
            let law = (&rules, Calendar::vietnam());
            ceasing.on_paper(&one(), day(receive), decision(decided), law, day(TODAY)).map(|done| done.state)
        };
        assert_eq!(paper("2025-10-01", "2025-10-05", "2025-10-08"), Ok(CeasingState::Ceased));
        for (dates, field) in [
            (("2025-08-31", "2025-10-05", "2025-10-08"), "propose_date"),
            (("2025-10-06", "2025-10-05", "2025-10-08"), "receive_date"),
            (("2025-10-01", "2025-10-05", "2025-10-04"), "decision.issue_date"),
            (("2025-10-01", "2025-10-05", "2025-12-02"), "decision.issue_date"),
        ] {
            assert_eq!(paper(dates.0, dates.1, dates.2), Err(Refusal::DateOutOfOrder { field }));
        }
    }
}
