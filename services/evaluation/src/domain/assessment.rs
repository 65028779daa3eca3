//! The assessment of one team in one cycle and its states (domain §14.4).

use std::fmt;

use hoagiai_types::{Date, Etag, Timestamp};

use super::{AssessmentId, CriterionResult, Cycle, CycleId, Refusal, TeamId, UnitId};

/// An assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Id.
    pub id: AssessmentId,
    /// The cycle.
    pub cycle_id: CycleId,
    /// The team.
    pub team_id: TeamId,
    /// The province of the team.
    pub province: UnitId,
    /// The commune of the team.
    pub commune: UnitId,
    /// The area unit of the team.
    pub area_unit: UnitId,
    /// State.
    pub state: AssessmentState,
    /// Results in the order of the set.
    pub results: Vec<CriterionResult>,
    /// The day of the team's meeting.
    pub meeting_date: Date,
    /// Members of the team on that day.
    pub member_count: i32,
    /// Of these, in favour.
    pub votes_in_favour: i32,
    /// Majority and pass rule were met at the meeting.
    pub proposable: bool,
    /// The day of the proposal.
    pub propose_date: Option<Date>,
    /// The day of the joint meeting.
    pub review_date: Option<Date>,
    /// The decision.
    pub decision: Option<Decision>,
    /// Which steps came after their due dates (rule 44).
    pub late: Lateness,
    /// Digest of the set (rule 43).
    pub set_digest: String,
    /// Version of the record.
    pub revision: i64,
    /// When the record was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}

/// Steps that came after their due dates: taken all the same, and marked for good (rule 44).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lateness {
    /// The meeting.
    pub self_assessed: bool,
    /// The proposal.
    pub proposed: bool,
    /// The decision.
    pub decided: bool,
}

/// A decision of the People's Committee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Number and symbol.
    pub number: String,
    /// Date of signature.
    pub issue_date: Date,
    /// Who signed.
    pub issuer: String,
}

/// What the meeting of a team brings.
#[derive(Clone, Debug)]
pub struct SelfAssessment {
    /// The day of the meeting.
    pub meeting_date: Date,
    /// Members in force on that day.
    pub member_count: i32,
    /// Members in favour.
    pub votes_in_favour: i32,
    /// Results of the criteria.
    pub results: Vec<CriterionResult>,
    /// Whether the team goes on to a proposal.
    pub intends_to_propose: bool,
}

/// States of an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssessmentState {
    /// The team assessed itself.
    SelfAssessed,
    /// The team does not propose itself.
    NotProposed,
    /// Proposed by the leader.
    Proposed,
    /// Sent back.
    Returned,
    /// Before the People's Committee and the Front.
    UnderReview,
    /// Recognised.
    Recognized,
    /// Refused.
    NotRecognized,
}

impl AssessmentState {
    /// All of them, for reading back.
    pub const ALL: [AssessmentState; 7] = {
        use AssessmentState::*;
        [SelfAssessed, NotProposed, Proposed, Returned, UnderReview, Recognized, NotRecognized]
    };

    /// The word in the database and in metadata.
    pub const fn word(self) -> &'static str {
        match self {
            AssessmentState::SelfAssessed => "self_assessed",
            AssessmentState::NotProposed => "not_proposed",
            AssessmentState::Proposed => "proposed",
            AssessmentState::Returned => "returned",
            AssessmentState::UnderReview => "under_review",
            AssessmentState::Recognized => "recognized",
            AssessmentState::NotRecognized => "not_recognized",
        }
    }
}

impl fmt::Display for AssessmentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A date that a step states must not lie before the step before it, nor in the future.
fn in_order(field: &'static str, date: Date, earliest: Date, latest: Date) -> Result<(), Refusal> {
    if earliest <= date && date <= latest { Ok(()) } else { Err(Refusal::DateOutOfOrder { field, earliest, latest }) }
}

impl Cycle {
    /// Whether the meeting may have been on that day; after the due date it is taken all the same and marked late.
    ///
    /// # Errors
    /// [`Refusal::CycleStateWrong`], [`Refusal::DateOutOfOrder`].
    pub fn admit_meeting(&self, meeting_date: Date, today: Date) -> Result<(), Refusal> {
        self.must_be_open()?;
        in_order("meeting_date", meeting_date, self.first_day(), today)
    }

    /// What a self-assessment leads to: the state, and whether the team may propose itself (rules 44, 45). More than
    /// half of the members, not of those present, must be in favour.
    ///
    /// # Errors
    /// [`Refusal::TooManyVotes`].
    pub fn take_self_assessment(&self, meeting: &SelfAssessment) -> Result<(AssessmentState, bool), Refusal> {
        let (votes, members) = (meeting.votes_in_favour, meeting.member_count);
        if votes > members {
            return Err(Refusal::TooManyVotes { votes, members });
        }
        let majority = i64::from(votes) * 100 > i64::from(members) * self.majority_over_percent;
        let state = match meeting.intends_to_propose {
            true => AssessmentState::SelfAssessed,
            false => AssessmentState::NotProposed,
        };
        Ok((state, majority && self.set.passes(&meeting.results)))
    }
}

impl Assessment {
    /// Proposes. Answers whether it is late.
    ///
    /// # Errors
    /// Wrong state or date; [`Refusal::NotProposable`].
    pub fn propose(&mut self, cycle: &Cycle, date: Date, today: Date) -> Result<bool, Refusal> {
        self.must_be(cycle, &[AssessmentState::SelfAssessed, AssessmentState::Returned])?;
        if !self.proposable {
            return Err(Refusal::NotProposable { criteria_not_met: not_met(&self.results) });
        }
        in_order("propose_date", date, self.meeting_date, today)?;
        self.state = AssessmentState::Proposed;
        self.propose_date = Some(date);
        self.late.proposed = date > cycle.propose_due;
        Ok(self.late.proposed)
    }

    /// Sends back for papers.
    ///
    /// # Errors
    /// Wrong state.
    pub fn send_back(&mut self, cycle: &Cycle) -> Result<(), Refusal> {
        self.must_be(cycle, &[AssessmentState::Proposed])?;
        self.state = AssessmentState::Returned;
        Ok(())
    }

    /// Starts the review.
    ///
    /// # Errors
    /// Wrong state or date.
    pub fn start_review(&mut self, cycle: &Cycle, meeting_date: Date, today: Date) -> Result<(), Refusal> {
        self.must_be(cycle, &[AssessmentState::Proposed])?;
        in_order("meeting_date", meeting_date, self.propose_date.unwrap_or(self.meeting_date), today)?;
        self.state = AssessmentState::UnderReview;
        self.review_date = Some(meeting_date);
        Ok(())
    }

    /// What must hold before anything is computed for a decision.
    ///
    /// # Errors
    /// Wrong state or date.
    pub fn admit_decision(&self, cycle: &Cycle, decision: &Decision, today: Date) -> Result<(), Refusal> {
        self.must_be(cycle, &[AssessmentState::UnderReview])?;
        let earliest = self.review_date.unwrap_or(self.meeting_date);
        in_order("decision.issue_date", decision.issue_date, earliest, today)
    }

    /// Recognises on results of now (rules 45, 46). Answers whether it is late.
    ///
    /// # Errors
    /// As [`Assessment::admit_decision`]; [`Refusal::CriteriaNotMet`].
    pub fn recognize(
        &mut self,
        cycle: &Cycle,
        results_of_now: Vec<CriterionResult>,
        decision: Decision,
        today: Date,
    ) -> Result<bool, Refusal> {
        self.admit_decision(cycle, &decision, today)?;
        if !cycle.set.passes(&results_of_now) {
            return Err(Refusal::CriteriaNotMet { criteria_not_met: not_met(&results_of_now) });
        }
        self.results = results_of_now;
        self.state = AssessmentState::Recognized;
        self.decide(cycle, decision);
        Ok(self.late.decided)
    }

    /// Refuses for the criteria named.
    ///
    /// # Errors
    /// As [`Assessment::admit_decision`]; criteria that are not of the set.
    pub fn refuse<'c>(
        &mut self,
        cycle: &Cycle,
        codes: impl IntoIterator<Item = &'c str>,
        decision: Decision,
        today: Date,
    ) -> Result<(), Refusal> {
        self.admit_decision(cycle, &decision, today)?;
        cycle.set.check_codes(codes)?;
        self.state = AssessmentState::NotRecognized;
        self.decide(cycle, decision);
        Ok(())
    }

    fn decide(&mut self, cycle: &Cycle, decision: Decision) {
        self.late.decided = decision.issue_date > cycle.decide_due;
        self.decision = Some(decision);
    }

    /// What people attested at the meeting, by criterion.
    pub fn attested(&self, code: &str) -> Option<bool> {
        self.results.iter().find(|result| result.code == code).and_then(|result| result.attested)
    }

    /// The version as clients see it.
    pub fn etag(&self) -> Etag {
        Etag::new(self.revision)
    }

    fn must_be(&self, cycle: &Cycle, states: &[AssessmentState]) -> Result<(), Refusal> {
        cycle.must_be_open()?;
        let state = self.state;
        if states.contains(&state) { Ok(()) } else { Err(Refusal::AssessmentStateWrong { state }) }
    }
}

fn not_met(results: &[CriterionResult]) -> Vec<String> {
    results.iter().filter(|result| !result.met).map(|result| result.code.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{TeamFacts, cycle::tests::draft};

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn open_cycle() -> Cycle {
        let mut cycle = draft(2025, "2023").unwrap();
        cycle.publish(None).unwrap();
        cycle.open().unwrap();
        cycle
    }

    fn meeting(votes: i32, members: i32, successful: i32) -> SelfAssessment {
        let facts = TeamFacts { successful, unsuccessful: 1, ..TeamFacts::default() };
        let results = open_cycle().set.judge(&facts, |_| Some(true)).unwrap();
        let meeting_date = day("2025-11-10");
        SelfAssessment {
            meeting_date,
            member_count: members,
            votes_in_favour: votes,
            results,
            intends_to_propose: true,
        }
    }

    fn assessment(proposable: bool) -> Assessment {
        let id = hoagiai_types::Uuid::from_u128;
        let unit = UnitId::from_uuid(id(1));
        let meeting = meeting(4, 7, 9);
        let now = Timestamp::from_micros(0);
        Assessment {
            id: AssessmentId::from_uuid(id(2)),
            cycle_id: CycleId::from_uuid(id(3)),
            team_id: TeamId::from_uuid(id(4)),
            province: unit,
            commune: unit,
            area_unit: unit,
            state: AssessmentState::SelfAssessed,
            results: meeting.results,
            meeting_date: meeting.meeting_date,
            member_count: 7,
            votes_in_favour: 4,
            proposable,
            propose_date: None,
            review_date: None,
            decision: None,
            late: Lateness::default(),
            set_digest: String::new(),
            revision: 1,
            create_time: now,
            update_time: now,
        }
    }

    fn decided(on: &str) -> Decision {
        Decision { number: "1/QĐ-UBND".into(), issue_date: day(on), issuer: String::new() }
    }

    #[test]
    fn rule_44_more_than_half_of_the_members_must_be_in_favour() {
        let cycle = open_cycle();
        let proposable = |votes, members| cycle.take_self_assessment(&meeting(votes, members, 9)).unwrap().1;
        assert!(proposable(4, 7) && proposable(4, 6) && !proposable(3, 6) && !proposable(3, 7) && !proposable(0, 0));
        let refused = cycle.take_self_assessment(&meeting(8, 7, 9));
        assert_eq!(refused, Err(Refusal::TooManyVotes { votes: 8, members: 7 }));
        assert!(!cycle.take_self_assessment(&meeting(7, 7, 8)).unwrap().1, "8 of 9 are below 90 %");
    }

    #[test]
    fn rule_44_late_steps_are_taken_and_marked_and_future_ones_refused() {
        let cycle = open_cycle();
        let today = day("2026-01-10");
        assert!(cycle.admit_meeting(day("2025-12-20"), today).is_ok());
        assert!(cycle.admit_meeting(day("2026-01-11"), today).is_err());
        assert!(cycle.admit_meeting(day("2024-12-31"), today).is_err());
        assert_eq!(assessment(true).propose(&cycle, day("2025-11-30"), today), Ok(false));
        assert_eq!(assessment(true).propose(&cycle, day("2025-12-01"), today), Ok(true));
        assert!(assessment(true).propose(&cycle, day("2025-11-09"), today).is_err(), "before the meeting");
    }

    #[test]
    fn rule_45_recognition_needs_every_criterion_by_the_data_of_now() {
        let cycle = open_cycle();
        let today = day("2025-12-31");
        let mut assessment = assessment(true);
        assessment.propose(&cycle, day("2025-11-20"), today).unwrap();
        assessment.start_review(&cycle, day("2025-12-05"), today).unwrap();
        let worse = meeting(4, 7, 8).results;
        let refused = assessment.recognize(&cycle, worse, decided("2025-12-10"), today);
        assert_eq!(refused, Err(Refusal::CriteriaNotMet { criteria_not_met: vec!["c1".into()] }));
        assert!(assessment.admit_decision(&cycle, &decided("2025-12-04"), today).is_err(), "before the review");
        let results = assessment.results.clone();
        assert_eq!(assessment.recognize(&cycle, results, decided("2025-12-16"), today), Ok(true), "late");
        assert_eq!(assessment.state, AssessmentState::Recognized);
        assert!(assessment.refuse(&cycle, ["c1"], decided("2025-12-16"), today).is_err());
    }

    #[test]
    fn a_proposal_walks_its_states_in_order_and_no_other_way() {
        let cycle = open_cycle();
        let (on, today) = (day("2025-11-20"), day("2025-12-31"));
        let mut one = assessment(true);
        assert!(one.send_back(&cycle).is_err() && one.start_review(&cycle, on, today).is_err());
        one.propose(&cycle, on, today).unwrap();
        assert!(one.propose(&cycle, on, today).is_err());
        one.send_back(&cycle).unwrap();
        assert!(one.start_review(&cycle, on, today).is_err());
        one.propose(&cycle, on, today).unwrap();
        assert!(one.start_review(&cycle, day("2025-11-19"), today).is_err());
        one.start_review(&cycle, on, today).unwrap();
        assert!(one.refuse(&cycle, ["c9"], decided("2025-12-01"), today).is_err());
        one.refuse(&cycle, ["c1", "c2"], decided("2025-12-01"), today).unwrap();
        assert_eq!(one.state, AssessmentState::NotRecognized);
        let not_proposable = assessment(false).propose(&cycle, on, today);
        assert_eq!(not_proposable, Err(Refusal::NotProposable { criteria_not_met: vec![] }));
    }

    #[test]
    fn a_closed_cycle_changes_no_result() {
        let mut cycle = open_cycle();
        cycle.close().unwrap();
        let refused = assessment(true).propose(&cycle, day("2025-11-20"), day("2025-12-31"));
        assert_eq!(refused, Err(Refusal::CycleStateWrong { state: crate::domain::CycleState::Closed }));
    }
}
