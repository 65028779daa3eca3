//! TeamService.

use hoagiai_proto::registry::v1::{self as pb, team_service_server::TeamService};
use hoagiai_rpc::{
    Page, Violations,
    convert::{date, may_etag, may_id, need_id, time},
};
use hoagiai_store::Entry;
use tonic::{Request, Response, Status};

use super::{Api, convert, reading, refuse, whole};

#[tonic::async_trait]
impl TeamService for Api {
    async fn plan_teams(
        &self,
        request: Request<pb::PlanTeamsRequest>,
    ) -> Result<Response<pb::PlanTeamsResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let commune = need_id("commune_unit_id", &message.commune_unit_id, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let plans: Option<Vec<_>> =
            message.plans.into_iter().enumerate().map(|(i, plan)| convert::team_plan(i, plan, &mut out)).collect();
        let ((commune, decision), plans) = whole(out, commune.zip(decision).zip(plans))?;
        let (teams, position) = self.registry.plan_teams(&change, commune, decision, plans).await.map_err(refuse)?;
        Ok(Response::new(pb::PlanTeamsResponse { teams: teams.iter().map(convert::team).collect(), position }))
    }

    async fn get_team(&self, request: Request<pb::GetTeamRequest>) -> Result<Response<pb::GetTeamResponse>, Status> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let team = whole(out, team)?;
        let team = self.registry.get_team(&caller, team, at).await.map_err(refuse)?;
        Ok(Response::new(pb::GetTeamResponse { team: Some(convert::team(&team)) }))
    }

    async fn list_teams(
        &self,
        request: Request<pb::ListTeamsRequest>,
    ) -> Result<Response<pb::ListTeamsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = may_id("unit_id", &message.unit_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let unit = whole(out, Some(unit))?;
        let rows = (page.after()?, page.size().limit());
        let teams = self.registry.list_teams(&caller, unit, convert::value(message.state), at, rows).await;
        let mut teams = teams.map_err(refuse)?;
        let next_page_token = page.cut(&mut teams, |team| team.id.uuid());
        Ok(Response::new(pb::ListTeamsResponse { teams: teams.iter().map(convert::team).collect(), next_page_token }))
    }

    async fn dissolve_team(
        &self,
        request: Request<pb::DissolveTeamRequest>,
    ) -> Result<Response<pb::DissolveTeamResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (team, decision) = whole(out, team.zip(decision))?;
        let (team, position) = self.registry.dissolve_team(&change, team, &decision, etag).await.map_err(refuse)?;
        Ok(Response::new(pb::DissolveTeamResponse { team: Some(convert::team(&team)), position }))
    }

    async fn get_team_history(
        &self,
        request: Request<pb::GetTeamHistoryRequest>,
    ) -> Result<Response<pb::GetTeamHistoryResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let team = whole(out, team)?;
        let rows = (page.after()?, page.size().limit());
        let mut entries = self.registry.team_history(&caller, team, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut entries, |entry| entry.stream_version);
        let entries = entries.into_iter().map(entry).collect();
        Ok(Response::new(pb::GetTeamHistoryResponse { entries, next_page_token }))
    }
}

/// A fact of a record's history for the wire.
pub(super) fn entry(entry: Entry) -> pb::HistoryEntry {
    pb::HistoryEntry {
        version: entry.stream_version,
        kind: entry.kind,
        valid_date: Some(date(entry.valid_time)),
        record_time: Some(time(entry.record_time)),
        actor: entry.actor,
        position: entry.position,
    }
}
