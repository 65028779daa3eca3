//! Teams from the chairman's plan to the day on which they are in force (domain §14.1 and §14.2).

use std::collections::HashMap;

use hoagiai_identity::Role;
use hoagiai_proto::registry::v1::{
    DecideLeaderRequest, DecideRecognitionRequest, ElectLeaderRequest, ElectionRound, LeaderVote, PlanTeamsRequest,
    RecognitionRefusal, RecordElectionRequest, SubmitLeaderRequest, SubmitRecognitionListRequest, TeamPlan as Planned,
    mediator_service_client::MediatorServiceClient, team_service_client::TeamServiceClient,
};
use hoagiai_rpc::convert::date;
use hoagiai_types::{Date, Uuid};

use super::{
    Formed, Ground, Play,
    convert::{candidate, count, decision},
    id, need, of_commune,
};
use crate::{
    clients::{CallError, Service},
    population::{AreaPlan, CommunePlan, ElectionPlan, TeamPlan, in_sentence},
};

/// Teams of one plan.
const PLANS: usize = 200;

/// A team planned.
pub(super) struct PlannedTeam<'a> {
    id: Uuid,
    commune: Uuid,
    chairman: String,
    area: &'a AreaPlan,
    plan: &'a TeamPlan,
}

impl<'a> Play<'a> {
    /// Plans the teams of a commune.
    pub(super) async fn plan_teams(
        &self,
        ground: &Ground,
        plan: &'a CommunePlan,
    ) -> Result<Vec<PlannedTeam<'a>>, CallError> {
        let commune = *need("ListUnits", "a commune of the plan", ground.communes.get(&plan.code))?;
        let areas = self.units_below(Some(commune)).await?;
        let areas: HashMap<&str, &str> = areas.iter().map(|unit| (unit.code.as_str(), unit.unit_id.as_str())).collect();
        let chairman = format!("Chủ tịch UBND {}", in_sentence(&plan.name));
        let pairs: Vec<(&AreaPlan, &TeamPlan)> = plan.areas.iter().zip(&plan.teams).collect();
        let mut planned = Vec::with_capacity(pairs.len());
        for (index, pairs) in pairs.chunks(PLANS).enumerate() {
            let plans = pairs.iter().map(|(area, team)| {
                let unit = need("ListUnits", "an area of the plan", areas.get(area.code.as_str()))?;
                Ok(Planned {
                    area_unit_id: (*unit).to_owned(),
                    display_name: format!("Tổ hòa giải {}", in_sentence(&area.name)),
                    target_size: count(team.size),
                    exception_reason: String::new(),
                })
            });
            let message = PlanTeamsRequest {
                commune_unit_id: commune.to_string(),
                decision: decision(format!("{:02}/QĐ-UBND", index + 1), plan.plan_date, chairman.clone()),
                plans: plans.collect::<Result<_, CallError>>()?,
                request_id: self.request_id(&format!("plan/{}/{index}", plan.code)),
            };
            let who = of_commune(Role::CommuneChair, commune);
            let answer = self.client.call(Service::Registry, "PlanTeams", who, message, async |channel, request| {
                TeamServiceClient::new(channel).plan_teams(request).await
            });
            for ((area, plan), team) in pairs.iter().zip(answer.await?.teams) {
                let (id, chairman) = (id("PlanTeams", "team_id", &team.team_id)?, chairman.clone());
                planned.push(PlannedTeam { id, commune, chairman, area, plan });
            }
        }
        Ok(planned)
    }

    /// Brings a planned team into force: elections, lists and decisions, then the leader.
    pub(super) async fn form(&self, team: PlannedTeam<'a>) -> Result<Formed<'a>, CallError> {
        let mut mediators = Vec::with_capacity(team.plan.size as usize);
        let mut recognized = None;
        for (round, election) in team.plan.elections(team.area).iter().enumerate() {
            let (election_id, candidates) = self.elect(&team, round, election).await?;
            self.recognize(&team, round, election, &election_id, &candidates).await?;
            mediators.extend(election.recognized().filter_map(|index| candidates.get(index).copied()));
            recognized = Some(election.decide_date);
        }
        let recognized = need("RecordElection", "an election", recognized)?;
        let active = self.lead(&team, &mediators, recognized).await?;
        Ok(Formed { commune: team.commune, plan: team.plan, area: team.area, id: team.id, mediators, active })
    }

    /// The minutes; gives the election and its candidates in order.
    async fn elect(
        &self,
        team: &PlannedTeam<'_>,
        round: usize,
        plan: &ElectionPlan,
    ) -> Result<(String, Vec<Uuid>), CallError> {
        let call = "RecordElection";
        let turn = if plan.supplementary { ElectionRound::Supplementary } else { ElectionRound::First };
        let message = RecordElectionRequest {
            team_id: team.id.to_string(),
            form: plan.form,
            round: turn.into(),
            election_date: Some(date(plan.date)),
            household_count: count(team.area.households),
            attending_household_count: count(plan.attending),
            witnessed: true,
            candidates: plan.candidates.iter().map(candidate).collect(),
            request_id: self.team_step(team.plan, &format!("elect/{round}")),
            ..RecordElectionRequest::default()
        };
        let who = of_commune(Role::FrontHead, team.commune);
        let answer = self.client.call(Service::Registry, call, who, message, async |channel, request| {
            MediatorServiceClient::new(channel).record_election(request).await
        });
        let election = need(call, "the election", answer.await?.election)?;
        let ids = election.mediators.iter().map(|mediator| id(call, "mediator_id", &mediator.mediator_id));
        Ok((election.election_id, ids.collect::<Result<_, _>>()?))
    }

    /// The list before the chairman, and his decision.
    async fn recognize(
        &self,
        team: &PlannedTeam<'_>,
        round: usize,
        plan: &ElectionPlan,
        election_id: &str,
        candidates: &[Uuid],
    ) -> Result<(), CallError> {
        let call = "SubmitRecognitionList";
        let named = |index: usize| candidates.get(index).map(Uuid::to_string);
        let message = SubmitRecognitionListRequest {
            team_id: team.id.to_string(),
            election_id: election_id.to_owned(),
            mediator_ids: plan.listed.iter().filter_map(|index| named(*index)).collect(),
            receive_date: Some(date(plan.receive_date)),
            request_id: self.team_step(team.plan, &format!("list/{round}")),
            ..SubmitRecognitionListRequest::default()
        };
        let who = of_commune(Role::FrontHead, team.commune);
        let answer = self.client.call(Service::Registry, call, who, message, async |channel, request| {
            MediatorServiceClient::new(channel).submit_recognition_list(request).await
        });
        let list = need(call, "the list", answer.await?.recognition_list)?;
        let refusals = plan.refused.and_then(named).map(|mediator_id| RecognitionRefusal {
            mediator_id,
            reason: "Bằng phiếu ở vị trí cuối, vượt số lượng hòa giải viên đã quyết định.".to_owned(),
        });
        let number = format!("{}/QĐ-UBND", 100 + team.plan.draw(10, 400));
        let message = DecideRecognitionRequest {
            recognition_list_id: list.recognition_list_id,
            decision: decision(number, plan.decide_date, team.chairman.clone()),
            refusals: refusals.into_iter().collect(),
            request_id: self.team_step(team.plan, &format!("recognize/{round}")),
            ..DecideRecognitionRequest::default()
        };
        let who = of_commune(Role::CommuneChair, team.commune);
        let answer =
            self.client.call(Service::Registry, "DecideRecognition", who, message, async |channel, request| {
                MediatorServiceClient::new(channel).decide_recognition(request).await
            });
        answer.await?;
        Ok(())
    }

    /// The leader, voted, submitted and recognised; gives the first day in force.
    async fn lead(&self, team: &PlannedTeam<'_>, mediators: &[Uuid], recognized: Date) -> Result<Date, CallError> {
        let call = "ElectLeader";
        let plan = team.plan.leader(recognized);
        let votes = plan.votes.iter().filter_map(|(index, votes)| {
            mediators.get(*index).map(|id| LeaderVote { mediator_id: id.to_string(), votes: count(*votes) })
        });
        let message = ElectLeaderRequest {
            team_id: team.id.to_string(),
            form: plan.form,
            election_date: Some(date(plan.date)),
            votes: votes.collect(),
            request_id: self.team_step(team.plan, "leader/elect"),
            ..ElectLeaderRequest::default()
        };
        let front = of_commune(Role::FrontHead, team.commune);
        let answer = self.client.call(Service::Registry, call, front, message, async |channel, request| {
            MediatorServiceClient::new(channel).elect_leader(request).await
        });
        let leader_term_id = need(call, "the term", answer.await?.leader_term)?.leader_term_id;
        let message = SubmitLeaderRequest {
            leader_term_id: leader_term_id.clone(),
            receive_date: Some(date(plan.receive_date)),
            request_id: self.team_step(team.plan, "leader/submit"),
            ..SubmitLeaderRequest::default()
        };
        let answer = self.client.call(Service::Registry, "SubmitLeader", front, message, async |channel, request| {
            MediatorServiceClient::new(channel).submit_leader(request).await
        });
        answer.await?;
        let number = format!("{}/QĐ-UBND", 500 + team.plan.draw(11, 400));
        let message = DecideLeaderRequest {
            leader_term_id,
            decision: decision(number, plan.decide_date, team.chairman.clone()),
            recognized: true,
            request_id: self.team_step(team.plan, "leader/recognize"),
            ..DecideLeaderRequest::default()
        };
        let chair = of_commune(Role::CommuneChair, team.commune);
        let answer = self.client.call(Service::Registry, "DecideLeader", chair, message, async |channel, request| {
            MediatorServiceClient::new(channel).decide_leader(request).await
        });
        self.saw_registry(answer.await?.position);
        Ok(plan.decide_date)
    }
}
