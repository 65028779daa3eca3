//! Assessments: from the team's meeting to the decision, and reading.

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_rpc::change;
use hoagiai_store::{Claim, NewEvent, Position, RequestKey, Stream, Tx};
use hoagiai_types::{Date, Etag};

use super::{CASES, Done, Evaluation, REGISTRY, absent};
use crate::{
    domain::{
        Assessment, AssessmentId, Claim as CriterionClaim, Cycle, CycleId, Decision, Lateness, Refusal, SelfAssessment,
        TeamFacts, TeamId,
    },
    error::Error,
    events,
    store::{assessments, facts},
};

/// A meeting of a team, as reported.
#[derive(Debug)]
pub struct SelfAssess {
    /// The cycle.
    pub cycle_id: CycleId,
    /// The team.
    pub team_id: TeamId,
    /// The day of the meeting.
    pub meeting_date: Date,
    /// Members in favour.
    pub votes_in_favour: i32,
    /// What the team says of the attested criteria.
    pub claims: Vec<CriterionClaim>,
    /// Whether the team goes on to a proposal.
    pub intends_to_propose: bool,
    /// Positions to be applied before.
    pub registry_at_least: Position,
    /// Positions to be applied before.
    pub cases_at_least: Position,
}

/// A refusal, as reported.
#[derive(Debug)]
pub struct Refuse {
    /// The decision.
    pub decision: Decision,
    /// Criteria and reasons.
    pub refusals: Vec<(String, String)>,
}

/// Which record a step is for, and on what version of it.
#[derive(Debug)]
pub struct Step<'r> {
    /// Who asks.
    pub caller: &'r Caller,
    /// The request.
    pub key: &'r RequestKey,
    /// The assessment.
    pub id: AssessmentId,
    /// The version that the caller has seen.
    pub etag: Option<Etag>,
}

impl Assessment {
    fn path(&self) -> AreaPath {
        AreaPath::of_province(self.province.uuid())
            .in_commune(self.commune.uuid())
            .in_area_unit(self.area_unit.uuid())
            .in_team(self.team_id.uuid())
    }
}

impl Evaluation {
    /// Records the meeting of a team that assessed itself.
    pub async fn self_assess(
        &self,
        caller: &Caller,
        key: &RequestKey,
        meeting: SelfAssess,
    ) -> Result<Done<Assessment>, Error> {
        self.caught_up(REGISTRY, meeting.registry_at_least).await?;
        self.caught_up(CASES, meeting.cases_at_least).await?;
        let mut tx = self.db().write().await?;
        if let Claim::Repeat { resource } = tx.claim(key).await? {
            return self.repeat(&mut tx, caller, AssessmentId::from_uuid(resource)).await;
        }
        let not_in_force = Refusal::TeamNotInForce { team_id: meeting.team_id };
        let Some((team, assessed)) = facts::find_team_in(&mut tx, meeting.team_id, meeting.cycle_id).await? else {
            return Err(absent(caller, not_in_force));
        };
        caller.admit(&team.path())?;
        let cycle = self.cycle(&mut tx, meeting.cycle_id).await?;
        let today = self.env().today();
        cycle.admit_meeting(meeting.meeting_date, today)?;
        if team.province_id != cycle.province || !team.in_force(meeting.meeting_date) {
            return Err(not_in_force.into());
        }
        if let Some(assessment_id) = assessed {
            return Err(Refusal::AssessmentAlreadyExists { assessment_id }.into());
        }
        cycle.set.check_claims(&meeting.claims)?;
        let (facts, member_count) =
            facts::team_facts(&mut tx, team.team_id, year_of(&cycle), today, meeting.meeting_date).await?;
        let claimed = |code: &str| meeting.claims.iter().find(|claim| claim.criterion_code == code).map(|c| c.met);
        let taken = SelfAssessment {
            meeting_date: meeting.meeting_date,
            member_count,
            votes_in_favour: meeting.votes_in_favour,
            results: cycle.set.judge(&facts, claimed)?,
            intends_to_propose: meeting.intends_to_propose,
        };
        let (state, proposable) = cycle.take_self_assessment(&taken)?;
        let now = self.env().now();
        let assessment = Assessment {
            id: self.env().new_id(),
            cycle_id: cycle.id,
            team_id: team.team_id,
            province: team.province_id,
            commune: team.commune_id,
            area_unit: team.area_unit_id,
            state,
            results: taken.results,
            meeting_date: taken.meeting_date,
            member_count,
            votes_in_favour: taken.votes_in_favour,
            proposable,
            propose_date: None,
            review_date: None,
            decision: None,
            late: Lateness { self_assessed: taken.meeting_date > cycle.self_assess_due, ..Lateness::default() },
            set_digest: cycle.set.digest.clone(),
            revision: 1,
            create_time: now,
            update_time: now,
        };
        assessments::insert(&mut tx, &assessment).await?;
        let late = assessment.late.self_assessed;
        let event = events::team_self_assessed(&assessment, &meeting.claims, &facts, late);
        let origin = change::origin_of(caller, key, self.env());
        tx.append(Stream::new("assessment", assessment.id), 0, &origin, &[event]).await?;
        tx.settle(key, assessment.id.uuid()).await?;
        let position = tx.commit().await?.position;
        Ok(Done { value: assessment, position })
    }

    /// Proposes a team.
    pub async fn propose(&self, step: Step<'_>, propose_date: Date) -> Result<Done<Assessment>, Error> {
        let today = self.env().today();
        self.step(step, async |_, cycle, assessment| {
            let late = assessment.propose(cycle, propose_date, today)?;
            Ok(Box::new(move |assessment: &Assessment| events::team_proposed(assessment, late)) as Event)
        })
        .await
    }

    /// Sends a proposal back for papers.
    pub async fn send_back(&self, step: Step<'_>, reason: String) -> Result<Done<Assessment>, Error> {
        let today = self.env().today();
        self.step(step, async |_, cycle, assessment| {
            assessment.send_back(cycle)?;
            Ok(Box::new(move |assessment: &Assessment| events::proposal_returned(assessment, &reason, today)) as Event)
        })
        .await
    }

    /// Starts the review.
    pub async fn start_review(&self, step: Step<'_>, meeting_date: Date) -> Result<Done<Assessment>, Error> {
        let today = self.env().today();
        self.step(step, async |_, cycle, assessment| {
            assessment.start_review(cycle, meeting_date, today)?;
            Ok(Box::new(move |assessment: &Assessment| events::review_started(assessment, meeting_date)) as Event)
        })
        .await
    }

    /// Recognises a team, if every criterion is met by the data of now.
    pub async fn recognize(&self, step: Step<'_>, decision: Decision) -> Result<Done<Assessment>, Error> {
        let today = self.env().today();
        self.step(step, async |tx, cycle, assessment| {
            assessment.admit_decision(cycle, &decision, today)?;
            let (facts, _) = facts::team_facts(tx, assessment.team_id, year_of(cycle), today, today).await?;
            let results = cycle.set.judge(&facts, |code| assessment.attested(code))?;
            let late = assessment.recognize(cycle, results, decision, today)?;
            let year = cycle.year;
            Ok(Box::new(move |assessment: &Assessment| events::team_recognized(assessment, year, &facts, late))
                as Event)
        })
        .await
    }

    /// Refuses a team.
    pub async fn refuse(&self, step: Step<'_>, refuse: Refuse) -> Result<Done<Assessment>, Error> {
        let today = self.env().today();
        self.step(step, async |_, cycle, assessment| {
            let Refuse { decision, refusals } = refuse;
            assessment.refuse(cycle, refusals.iter().map(|(code, _)| code.as_str()), decision, today)?;
            let year = cycle.year;
            Ok(Box::new(move |assessment: &Assessment| events::team_refused(assessment, year, &refusals)) as Event)
        })
        .await
    }

    /// One step of an assessment: the rule changes it and says which event tells of it.
    async fn step(
        &self,
        step: Step<'_>,
        rule: impl AsyncFnOnce(&mut Tx, &Cycle, &mut Assessment) -> Result<Event, Error>,
    ) -> Result<Done<Assessment>, Error> {
        let Step { caller, key, id, etag } = step;
        let mut tx = self.db().write().await?;
        if let Claim::Repeat { .. } = tx.claim(key).await? {
            return self.repeat(&mut tx, caller, id).await;
        }
        let mut assessment = admitted(&mut tx, caller, id).await?;
        let cycle = self.cycle(&mut tx, assessment.cycle_id).await?;
        assessment.etag().admits(etag)?;
        let event = rule(&mut tx, &cycle, &mut assessment).await?;
        let revision = assessment.revision;
        assessments::update(&mut tx, &mut assessment, self.env().now()).await?;
        let origin = change::origin_of(caller, key, self.env());
        tx.append(Stream::new("assessment", id), revision, &origin, &[event(&assessment)]).await?;
        tx.settle(key, id.uuid()).await?;
        let position = tx.commit().await?.position;
        Ok(Done { value: assessment, position })
    }

    async fn repeat(&self, tx: &mut Tx, caller: &Caller, id: AssessmentId) -> Result<Done<Assessment>, Error> {
        Ok(Done { value: admitted(tx, caller, id).await?, position: self.db().head() })
    }

    /// Gets an assessment.
    pub async fn get_assessment(&self, caller: &Caller, id: AssessmentId) -> Result<Assessment, Error> {
        let mut tx = self.db().read_one().await?;
        admitted(&mut tx, caller, id).await
    }

    /// A page of assessments in the order of their ids.
    pub async fn list_assessments(
        &self,
        filter: assessments::Filter,
        after: Option<AssessmentId>,
        limit: i64,
    ) -> Result<Vec<Assessment>, Error> {
        let mut tx = self.db().read_one().await?;
        Ok(assessments::page(&mut tx, &filter, after, limit).await?)
    }

    /// What the register says of a team in a year.
    pub async fn team_facts(&self, caller: &Caller, team_id: TeamId, year: i32) -> Result<TeamFacts, Error> {
        let mut tx = self.db().read().await?;
        let not_in_force = Refusal::TeamNotInForce { team_id };
        let Some(team) = facts::find_team(&mut tx, team_id).await? else {
            return Err(absent(caller, not_in_force));
        };
        caller.admit(&team.path())?;
        let day = |month, day| i16::try_from(year).ok().and_then(|year| Date::new(year, month, day).ok());
        let (Some(first), Some(last)) = (day(1, 1), day(12, 31)) else { return Err(not_in_force.into()) };
        let today = self.env().today();
        Ok(facts::team_facts(&mut tx, team_id, (first, last), today, today).await?.0)
    }
}

/// First and last day of the year evaluated.
fn year_of(cycle: &Cycle) -> (Date, Date) {
    let first = cycle.first_day();
    (first, first.plus_months(12).plus_days(-1))
}

/// Makes the event of a step once the record has its new version.
type Event = Box<dyn FnOnce(&Assessment) -> NewEvent + Send>;

async fn admitted(tx: &mut Tx, caller: &Caller, id: AssessmentId) -> Result<Assessment, Error> {
    let Some(assessment) = assessments::find(tx, id).await? else {
        return Err(absent(caller, Refusal::AssessmentNotFound { assessment_id: id }));
    };
    caller.admit(&assessment.path())?;
    Ok(assessment)
}
