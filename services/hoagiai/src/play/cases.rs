//! Register books and cases (domain §14.3).

use std::sync::atomic::Ordering;

use hoagiai_identity::Role;
use hoagiai_proto::cases::v1::{
    AskScopeRequest, AssignMediatorRequest, CaseCategory, ChooseMediatorRequest, ConcludeCaseRequest,
    DecideScopeRequest, DeclareConflictRequest, OpenRegisterBookRequest, PauseCaseRequest, ReceiveCaseRequest,
    RecordSessionRequest, ResumeCaseRequest, case_service_client::CaseServiceClient,
    register_book_service_client::RegisterBookServiceClient,
};
use hoagiai_rpc::convert::date;
use hoagiai_types::{Date, Uuid};

use super::{Formed, Play, convert::content, need, of_commune};
use crate::{
    clients::{CallError, Service},
    population::{CasePlan, Choice, Outcome, Stage},
    progress::Phase,
};

/// A case of a team: what each step needs.
struct Step<'a> {
    play: &'a Play<'a>,
    team: &'a Formed<'a>,
    number: usize,
    case_id: String,
}

impl Play<'_> {
    /// Opens the book of a team and plays its cases one after the other, as they are numbered.
    pub(super) async fn keep_book(&self, team: &Formed<'_>, phase: &Phase) -> Result<(), CallError> {
        let message = OpenRegisterBookRequest {
            team_id: team.id.to_string(),
            open_date: Some(date(team.active)),
            request_id: self.team_step(team.plan, "book"),
            at_least: self.registry.load(Ordering::Relaxed),
        };
        let leader = of_commune(Role::TeamLeader, team.commune);
        let answer = self.client.call(Service::Cases, "OpenRegisterBook", leader, message, async |channel, request| {
            RegisterBookServiceClient::new(channel).open_register_book(request).await
        });
        self.saw_cases(answer.await?.position);
        for (number, plan) in team.plan.cases(team.area, team.active).iter().enumerate() {
            self.play_case(team, number, plan).await?;
            phase.add(1);
        }
        Ok(())
    }

    async fn play_case(&self, team: &Formed<'_>, number: usize, plan: &CasePlan) -> Result<(), CallError> {
        let call = "ReceiveCase";
        let message = ReceiveCaseRequest {
            team_id: team.id.to_string(),
            ground: plan.ground,
            category: plan.category,
            receive_date: Some(date(plan.receive_date)),
            content: Some(content(plan)),
            request_id: self.team_step(team.plan, &format!("case/{number}")),
            at_least: 0,
        };
        let who = of_commune(Role::Mediator, team.commune);
        let answer = self.client.call(Service::Cases, call, who, message, async |channel, request| {
            CaseServiceClient::new(channel).receive_case(request).await
        });
        let answer = answer.await?;
        self.saw_cases(answer.position);
        let case_id = need(call, "the case", answer.case)?.case_id;
        let step = Step { play: self, team, number, case_id };
        // An open case stops where it stands; a concluded one passes every stage.
        let stop = match plan.outcome {
            Outcome::InProgress(stage) => Some(stage),
            _ => None,
        };
        if stop == Some(Stage::Received) {
            return Ok(());
        }
        step.scope(plan).await?;
        if stop == Some(Stage::Accepted) {
            return Ok(());
        }
        step.assign(plan).await?;
        if stop == Some(Stage::Assigned) {
            return Ok(());
        }
        step.sessions(plan, stop.is_some()).await?;
        match stop {
            Some(Stage::Paused) => step.pause(plan.sessions[0]).await,
            Some(_) => Ok(()),
            None => step.conclude(plan).await,
        }
    }
}

impl Step<'_> {
    fn request_id(&self, step: &str) -> String {
        self.play.team_step(self.team.plan, &format!("case/{}/{step}", self.number))
    }

    fn mediator(&self, index: usize) -> String {
        self.team.mediators.get(index).map(Uuid::to_string).unwrap_or_default()
    }

    async fn scope(&self, plan: &CasePlan) -> Result<(), CallError> {
        let (leader, mediator) = self.roles();
        if plan.asks_scope {
            let (case_id, request_id) = (self.case_id.clone(), self.request_id("ask"));
            let message = AskScopeRequest { case_id, request_id, etag: String::new() };
            let answer =
                self.play.client.call(Service::Cases, "AskScope", mediator, message, async |channel, request| {
                    CaseServiceClient::new(channel).ask_scope(request).await
                });
            answer.await?;
        }
        let message = DecideScopeRequest {
            case_id: self.case_id.clone(),
            category: plan.corrected.unwrap_or(CaseCategory::Unspecified.into()),
            decide_date: Some(date(plan.scope_date)),
            request_id: self.request_id("scope"),
            ..DecideScopeRequest::default()
        };
        let answer = self.play.client.call(Service::Cases, "DecideScope", leader, message, async |channel, request| {
            CaseServiceClient::new(channel).decide_scope(request).await
        });
        self.play.saw_cases(answer.await?.position);
        Ok(())
    }

    async fn assign(&self, plan: &CasePlan) -> Result<(), CallError> {
        let mediator_ids: Vec<String> = plan.mediators.iter().map(|index| self.mediator(*index)).collect();
        match plan.choice {
            Choice::Immediate => Ok(()),
            Choice::Parties => self.choose(plan, mediator_ids).await,
            Choice::Leader => {
                if let Some(index) = plan.conflicted {
                    self.appoint(plan, vec![self.mediator(index)], "assign/0").await?;
                    self.declare_conflict(plan, index).await?;
                }
                self.appoint(plan, mediator_ids, "assign").await
            }
        }
    }

    async fn choose(&self, plan: &CasePlan, mediator_ids: Vec<String>) -> Result<(), CallError> {
        let message = ChooseMediatorRequest {
            case_id: self.case_id.clone(),
            mediator_ids,
            assign_date: Some(date(plan.assign_date)),
            request_id: self.request_id("choose"),
            ..ChooseMediatorRequest::default()
        };
        let answer = self.play.client.call(
            Service::Cases,
            "ChooseMediator",
            self.roles().0,
            message,
            async |channel, request| CaseServiceClient::new(channel).choose_mediator(request).await,
        );
        answer.await?;
        Ok(())
    }

    async fn appoint(&self, plan: &CasePlan, mediator_ids: Vec<String>, step: &str) -> Result<(), CallError> {
        let message = AssignMediatorRequest {
            case_id: self.case_id.clone(),
            mediator_ids,
            assign_date: Some(date(plan.assign_date)),
            request_id: self.request_id(step),
            ..AssignMediatorRequest::default()
        };
        let answer = self.play.client.call(
            Service::Cases,
            "AssignMediator",
            self.roles().0,
            message,
            async |channel, request| CaseServiceClient::new(channel).assign_mediator(request).await,
        );
        self.play.saw_cases(answer.await?.position);
        Ok(())
    }

    async fn declare_conflict(&self, plan: &CasePlan, index: usize) -> Result<(), CallError> {
        let message = DeclareConflictRequest {
            case_id: self.case_id.clone(),
            mediator_id: self.mediator(index),
            declare_date: Some(date(plan.assign_date)),
            request_id: self.request_id("conflict"),
            ..DeclareConflictRequest::default()
        };
        let answer = self.play.client.call(
            Service::Cases,
            "DeclareConflict",
            self.roles().1,
            message,
            async |channel, request| CaseServiceClient::new(channel).declare_conflict(request).await,
        );
        answer.await?;
        Ok(())
    }

    /// Holds the sessions; of a case that stays open the first one only.
    async fn sessions(&self, plan: &CasePlan, open: bool) -> Result<(), CallError> {
        let days = if open { &plan.sessions[..1] } else { &plan.sessions[..] };
        for (index, day) in days.iter().enumerate() {
            let immediate = index == 0 && plan.choice == Choice::Immediate;
            let witness = plan.mediators.first().filter(|_| immediate).map(|index| self.mediator(*index));
            let message = RecordSessionRequest {
                case_id: self.case_id.clone(),
                session_date: Some(date(*day)),
                public_session: plan.public,
                all_parties_agreed_to_public: plan.public,
                immediate,
                mediator_id: witness.unwrap_or_default(),
                late_reason: if index == 0 { plan.late_reason.to_owned() } else { String::new() },
                request_id: self.request_id(&format!("session/{index}")),
                ..RecordSessionRequest::default()
            };
            let answer = self.play.client.call(
                Service::Cases,
                "RecordSession",
                self.roles().1,
                message,
                async |channel, request| CaseServiceClient::new(channel).record_session(request).await,
            );
            self.play.saw_cases(answer.await?.position);
            if index == 0 && plan.pauses && !open {
                self.pause(*day).await?;
                self.resume(days[1]).await?;
            }
        }
        Ok(())
    }

    async fn pause(&self, day: Date) -> Result<(), CallError> {
        let (case_id, request_id) = (self.case_id.clone(), self.request_id("pause"));
        let message = PauseCaseRequest { case_id, pause_date: Some(date(day)), request_id, etag: String::new() };
        let answer =
            self.play.client.call(Service::Cases, "PauseCase", self.roles().1, message, async |channel, request| {
                CaseServiceClient::new(channel).pause_case(request).await
            });
        self.play.saw_cases(answer.await?.position);
        Ok(())
    }

    async fn resume(&self, day: Date) -> Result<(), CallError> {
        let (case_id, request_id) = (self.case_id.clone(), self.request_id("resume"));
        let message = ResumeCaseRequest { case_id, resume_date: Some(date(day)), request_id, etag: String::new() };
        let answer =
            self.play.client.call(Service::Cases, "ResumeCase", self.roles().1, message, async |channel, request| {
                CaseServiceClient::new(channel).resume_case(request).await
            });
        answer.await?;
        Ok(())
    }

    async fn conclude(&self, plan: &CasePlan) -> Result<(), CallError> {
        let reason = match plan.outcome {
            Outcome::Unsuccessful(reason) => reason,
            _ => 0,
        };
        let message = ConcludeCaseRequest {
            case_id: self.case_id.clone(),
            conclude_date: Some(date(plan.conclude_date)),
            successful: plan.outcome == Outcome::Successful,
            agreement: plan.agreement.clone(),
            unsuccessful_reason: reason,
            request_id: self.request_id("conclude"),
            ..ConcludeCaseRequest::default()
        };
        let answer =
            self.play.client.call(Service::Cases, "ConcludeCase", self.roles().1, message, async |channel, request| {
                CaseServiceClient::new(channel).conclude_case(request).await
            });
        self.play.saw_cases(answer.await?.position);
        Ok(())
    }

    /// The leader and the mediator.
    fn roles(&self) -> (crate::clients::Who, crate::clients::Who) {
        (of_commune(Role::TeamLeader, self.team.commune), of_commune(Role::Mediator, self.team.commune))
    }
}
