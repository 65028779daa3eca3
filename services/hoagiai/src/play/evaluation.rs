//! The yearly evaluation: the city opens a cycle, teams assess and propose themselves, communes decide (domain §14.4).

use std::sync::atomic::Ordering;

use hoagiai_identity::{Area, Role};
use hoagiai_proto::evaluation::v1::{
    AssessmentState, CloseCycleRequest, CreateCycleRequest, CriterionClaim, CriterionRefusal, CriterionSource, Cycle,
    OpenCycleRequest, ProposeAssessmentRequest, PublishCycleRequest, RecognizeTeamRequest, RefuseTeamRequest,
    ReturnAssessmentRequest, SelfAssessRequest, StartReviewRequest, assessment_service_client::AssessmentServiceClient,
    cycle_service_client::CycleServiceClient,
};
use hoagiai_rpc::convert::date;
use hoagiai_types::Date;

use super::{
    Formed, Ground, Play,
    convert::{count, decision},
    need, of_commune,
};
use crate::{
    clients::{CallError, Service, Who},
    population::{Evaluation, calendar},
};

/// The criteria of the demo's cycle.
const CRITERIA: (&str, &str) = ("five_good_team", "2023");

fn department(ground: &Ground) -> Who {
    Who { role: Role::JusticeDepartment, area: Area::Unit(ground.city) }
}

impl Play<'_> {
    pub(super) async fn open_cycle(&self, ground: &Ground) -> Result<Cycle, CallError> {
        let who = department(ground);
        let message = CreateCycleRequest {
            province_unit_id: ground.city.to_string(),
            year: calendar::YEAR,
            criteria_set_code: CRITERIA.0.to_owned(),
            criteria_set_version: CRITERIA.1.to_owned(),
            request_id: self.request_id("cycle/create"),
        };
        let answer = self.client.call(Service::Evaluation, "CreateCycle", who, message, async |channel, request| {
            CycleServiceClient::new(channel).create_cycle(request).await
        });
        let cycle_id = need("CreateCycle", "the cycle", answer.await?.cycle)?.cycle_id;
        let request_id = self.request_id("cycle/publish");
        let message = PublishCycleRequest { cycle_id: cycle_id.clone(), request_id, etag: String::new() };
        let answer = self.client.call(Service::Evaluation, "PublishCycle", who, message, async |channel, request| {
            CycleServiceClient::new(channel).publish_cycle(request).await
        });
        answer.await?;
        let message = OpenCycleRequest { cycle_id, request_id: self.request_id("cycle/open"), etag: String::new() };
        let answer = self.client.call(Service::Evaluation, "OpenCycle", who, message, async |channel, request| {
            CycleServiceClient::new(channel).open_cycle(request).await
        });
        need("OpenCycle", "the cycle", answer.await?.cycle)
    }

    pub(super) async fn close_cycle(&self, ground: &Ground, cycle: &Cycle) -> Result<(), CallError> {
        let (cycle_id, request_id) = (cycle.cycle_id.clone(), self.request_id("cycle/close"));
        let message = CloseCycleRequest { cycle_id, request_id, etag: String::new() };
        let answer = self.client.call(
            Service::Evaluation,
            "CloseCycle",
            department(ground),
            message,
            async |channel, request| CycleServiceClient::new(channel).close_cycle(request).await,
        );
        answer.await?;
        Ok(())
    }

    /// What becomes of a team in the cycle.
    pub(super) async fn evaluate(&self, cycle: &Cycle, team: &Formed<'_>) -> Result<(), CallError> {
        let days = Days::of(team);
        match team.plan.evaluation {
            Evaluation::None => Ok(()),
            Evaluation::NotProposed => self.self_assess(cycle, team, &days, false).await.map(drop),
            Evaluation::Refused => {
                let assessment = self.self_assess(cycle, team, &days, true).await?;
                self.propose(team, &assessment, days.propose, "propose").await?;
                self.review(team, &assessment, &days).await?;
                self.refuse(cycle, team, assessment, &days).await
            }
            Evaluation::Recognized { returned } => {
                let assessment = self.self_assess(cycle, team, &days, true).await?;
                self.propose(team, &assessment, days.propose, "propose").await?;
                if returned {
                    self.give_back(team, &assessment).await?;
                    self.propose(team, &assessment, days.propose.plus_days(2), "propose/again").await?;
                }
                self.review(team, &assessment, &days).await?;
                self.recognize_team(team, assessment, &days).await
            }
        }
    }

    async fn self_assess(
        &self,
        cycle: &Cycle,
        team: &Formed<'_>,
        days: &Days,
        proposes: bool,
    ) -> Result<String, CallError> {
        let call = "SelfAssess";
        let members = team.plan.size;
        let votes = if proposes {
            members - team.plan.draw(22, (members - 1) / 2 + 1)
        } else {
            team.plan.draw(23, members + 1)
        };
        let criteria = cycle.criteria_set.iter().flat_map(|set| &set.criteria);
        let attested: Vec<_> = criteria.filter(|c| c.source == i32::from(CriterionSource::Attested)).collect();
        let missed = team.plan.draw(24, u32::try_from(attested.len()).unwrap_or(1).max(1)) as usize;
        let claims = attested.iter().enumerate().map(|(index, criterion)| CriterionClaim {
            criterion_code: criterion.code.clone(),
            met: proposes || index != missed,
            evidence: "Sổ theo dõi hoạt động hòa giải ở cơ sở và biên bản họp tổ.".to_owned(),
        });
        let message = SelfAssessRequest {
            cycle_id: cycle.cycle_id.clone(),
            team_id: team.id.to_string(),
            meeting_date: Some(date(days.meeting)),
            votes_in_favour: count(votes),
            claims: claims.collect(),
            intends_to_propose: proposes,
            request_id: self.team_step(team.plan, "assess"),
            registry_at_least: self.registry.load(Ordering::Relaxed),
            cases_at_least: self.cases.load(Ordering::Relaxed),
        };
        let who = of_commune(Role::TeamLeader, team.commune);
        let answer = self.client.call(Service::Evaluation, call, who, message, async |channel, request| {
            AssessmentServiceClient::new(channel).self_assess(request).await
        });
        let assessment = need(call, "the assessment", answer.await?.assessment)?;
        let known = AssessmentState::try_from(assessment.state).is_ok_and(|s| s != AssessmentState::Unspecified);
        need(call, "a state", known.then_some(assessment.assessment_id))
    }

    async fn propose(&self, team: &Formed<'_>, assessment: &str, day: Date, step: &str) -> Result<(), CallError> {
        let message = ProposeAssessmentRequest {
            assessment_id: assessment.to_owned(),
            propose_date: Some(date(day)),
            request_id: self.team_step(team.plan, step),
            ..ProposeAssessmentRequest::default()
        };
        let who = of_commune(Role::TeamLeader, team.commune);
        let answer =
            self.client.call(Service::Evaluation, "ProposeAssessment", who, message, async |channel, request| {
                AssessmentServiceClient::new(channel).propose_assessment(request).await
            });
        answer.await?;
        Ok(())
    }

    async fn give_back(&self, team: &Formed<'_>, assessment: &str) -> Result<(), CallError> {
        let message = ReturnAssessmentRequest {
            assessment_id: assessment.to_owned(),
            reason: "Thiếu biên bản họp tổ.".to_owned(),
            request_id: self.team_step(team.plan, "return"),
            ..ReturnAssessmentRequest::default()
        };
        let who = of_commune(Role::JusticeOfficer, team.commune);
        let answer =
            self.client.call(Service::Evaluation, "ReturnAssessment", who, message, async |channel, request| {
                AssessmentServiceClient::new(channel).return_assessment(request).await
            });
        answer.await?;
        Ok(())
    }

    async fn review(&self, team: &Formed<'_>, assessment: &str, days: &Days) -> Result<(), CallError> {
        let message = StartReviewRequest {
            assessment_id: assessment.to_owned(),
            meeting_date: Some(date(days.review)),
            request_id: self.team_step(team.plan, "review"),
            ..StartReviewRequest::default()
        };
        let who = of_commune(Role::CommunePc, team.commune);
        let answer = self.client.call(Service::Evaluation, "StartReview", who, message, async |channel, request| {
            AssessmentServiceClient::new(channel).start_review(request).await
        });
        answer.await?;
        Ok(())
    }

    async fn recognize_team(&self, team: &Formed<'_>, assessment_id: String, days: &Days) -> Result<(), CallError> {
        let message = RecognizeTeamRequest {
            assessment_id,
            decision: days.decision(team),
            request_id: self.team_step(team.plan, "five_good"),
            ..RecognizeTeamRequest::default()
        };
        let who = of_commune(Role::CommunePc, team.commune);
        let answer = self.client.call(Service::Evaluation, "RecognizeTeam", who, message, async |channel, request| {
            AssessmentServiceClient::new(channel).recognize_team(request).await
        });
        answer.await?;
        Ok(())
    }

    async fn refuse(&self, cycle: &Cycle, team: &Formed<'_>, id: String, days: &Days) -> Result<(), CallError> {
        let mut criteria = cycle.criteria_set.iter().flat_map(|set| &set.criteria);
        let attested = criteria.rfind(|c| c.source == i32::from(CriterionSource::Attested));
        let refusal = CriterionRefusal {
            criterion_code: need("OpenCycle", "an attested criterion", attested)?.code.clone(),
            reason: "Hồ sơ, sổ sách chưa chứng minh được tiêu chí này.".to_owned(),
        };
        let message = RefuseTeamRequest {
            assessment_id: id,
            decision: days.decision(team),
            refusals: vec![refusal],
            request_id: self.team_step(team.plan, "five_good/refuse"),
            ..RefuseTeamRequest::default()
        };
        let who = of_commune(Role::CommunePc, team.commune);
        let answer = self.client.call(Service::Evaluation, "RefuseTeam", who, message, async |channel, request| {
            AssessmentServiceClient::new(channel).refuse_team(request).await
        });
        answer.await?;
        Ok(())
    }
}

/// The days of a team's evaluation, within the limits of the guidance: 15 November, 30 November, 15 December.
struct Days {
    meeting: Date,
    propose: Date,
    review: Date,
    decide: Date,
}

impl Days {
    fn of(team: &Formed<'_>) -> Self {
        let after = |day: Date, purpose: u64, days: u32| day.plus_days(count(team.plan.draw(purpose, days)));
        let meeting = after(calendar::MEETINGS, 25, 14);
        let propose = after(calendar::PROPOSALS, 26, 12);
        let review = after(calendar::REVIEWS, 27, 6);
        Self { meeting, propose, review, decide: calendar::working_days_after(review, 1 + team.plan.draw(28, 4)) }
    }

    fn decision(&self, team: &Formed<'_>) -> Option<hoagiai_proto::common::v1::Decision> {
        let number = format!("{}/QĐ-UBND", 900 + team.plan.draw(29, 90));
        decision(number, self.decide, "Ủy ban nhân dân cấp xã".to_owned())
    }
}
