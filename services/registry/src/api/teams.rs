//! TeamService.

use hoagiai_proto::{
    google,
    registry::v1::{self as pb, team_service_server::TeamService},
};
use hoagiai_rpc::{
    Page, Violations,
    convert::{date, may_date, may_etag, may_id, may_time, need_date, need_id, time},
};
use hoagiai_store::Entry;
use hoagiai_types::{Etag, Id, Uuid, text};
use tonic::{Request, Response, Status};

use super::{Api, convert, reading, refuse, whole};
use crate::{
    domain::{AreaException, Decision, Deviation, LAST_DAY, TeamId, TeamReview},
    usecases::{NewName, Part, Successor, deviation_key},
};

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
        let plans: Option<Vec<_>> = message
            .plans
            .into_iter()
            .enumerate()
            .map(|(i, plan)| convert::team_plan(&format!("plans[{i}]"), plan, &mut out))
            .collect();
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
        let successor = may_id("successor_team_id", &message.successor_team_id, &mut out);
        let (team, decision) = whole(out, team.zip(decision))?;
        let handover = (successor, message.cases_settled);
        let done = self.registry.dissolve_team(&change, team, &decision, handover, etag).await;
        let (team, position) = done.map_err(refuse)?;
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
        let until = until(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let team = whole(out, team)?;
        let rows = (page.after()?, page.size().limit());
        let mut entries = self.registry.team_history(&caller, team, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut entries, |entry| entry.stream_version);
        let entries = entries.into_iter().filter(until).map(entry).collect();
        Ok(Response::new(pb::GetTeamHistoryResponse { entries, next_page_token }))
    }

    async fn update_team(
        &self,
        request: Request<pb::UpdateTeamRequest>,
    ) -> Result<Response<pb::UpdateTeamResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let since = may_date("change_date", message.change_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let new = new_name(&message, &mut out);
        let team = whole(out, team)?;
        let (team, position) = self.registry.update_team(&change, team, new, since, etag).await.map_err(refuse)?;
        Ok(Response::new(pb::UpdateTeamResponse { team: Some(convert::team(&team)), position }))
    }

    async fn change_target_size(
        &self,
        request: Request<pb::ChangeTargetSizeRequest>,
    ) -> Result<Response<pb::ChangeTargetSizeResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (team, decision) = whole(out, team.zip(decision))?;
        let size = convert::count(message.target_size);
        let done = self.registry.change_target_size(&change, team, size, decision, etag).await;
        let (team, position) = done.map_err(refuse)?;
        Ok(Response::new(pb::ChangeTargetSizeResponse { team: Some(convert::team(&team)), position }))
    }

    async fn merge_teams(
        &self,
        request: Request<pb::MergeTeamsRequest>,
    ) -> Result<Response<pb::MergeTeamsResponse>, Status> {
        let (message, change) = self.change(request)?;
        let asked = merger(message)?;
        let done = self.registry.merge_teams(&change, &asked.0, asked.1, &asked.2).await.map_err(refuse)?;
        Ok(Response::new(pb::MergeTeamsResponse {
            successor: done.successors.first().map(convert::team),
            teams: done.ended.iter().map(convert::team).collect(),
            position: done.position,
        }))
    }

    async fn split_team(
        &self,
        request: Request<pb::SplitTeamRequest>,
    ) -> Result<Response<pb::SplitTeamResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let parts: Option<Vec<Part>> =
            message.parts.into_iter().enumerate().map(|(i, one)| part(i, one, &mut out)).collect();
        let ((team, decision), parts) = whole(out, team.zip(decision).zip(parts))?;
        let keeper = usize::try_from(message.keeper_index).unwrap_or_default();
        let done = self.registry.split_team(&change, team, (parts, keeper), &decision, etag).await.map_err(refuse)?;
        Ok(Response::new(pb::SplitTeamResponse {
            successors: done.successors.iter().map(convert::team).collect(),
            team: done.ended.first().map(convert::team),
            position: done.position,
        }))
    }

    async fn transfer_team(
        &self,
        request: Request<pb::TransferTeamRequest>,
    ) -> Result<Response<pb::TransferTeamResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let area = need_id("area_unit_id", &message.area_unit_id, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let ((team, area), decision) = whole(out, team.zip(area).zip(decision))?;
        let to = (area, text::nfc(message.exception_reason.trim()));
        let (team, position) = self.registry.transfer_team(&change, team, to, &decision, etag).await.map_err(refuse)?;
        Ok(Response::new(pb::TransferTeamResponse { team: Some(convert::team(&team)), position }))
    }

    async fn correct_team(
        &self,
        request: Request<pb::CorrectTeamRequest>,
    ) -> Result<Response<pb::CorrectTeamResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let plan = convert::may_decision("plan_decision", message.plan_decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let team = whole(out, team)?;
        let right = (Some(text::nfc(message.display_name.trim())), plan);
        let done = self.registry.correct_team(&change, team, right, &message.reason, etag).await;
        let (team, position) = done.map_err(refuse)?;
        Ok(Response::new(pb::CorrectTeamResponse { team: Some(convert::team(&team)), position }))
    }

    async fn get_team_lineage(
        &self,
        request: Request<pb::GetTeamLineageRequest>,
    ) -> Result<Response<pb::GetTeamLineageResponse>, Status> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let team = whole(out, team)?;
        let (before, after) = self.registry.team_lineage(&caller, team, at).await.map_err(refuse)?;
        Ok(Response::new(pb::GetTeamLineageResponse {
            predecessor_team_ids: before.iter().map(ToString::to_string).collect(),
            successor_team_ids: after.iter().map(ToString::to_string).collect(),
        }))
    }

    async fn record_annual_review(
        &self,
        request: Request<pb::RecordAnnualReviewRequest>,
    ) -> Result<Response<pb::RecordAnnualReviewResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let date = need_date("review_date", message.review_date.as_ref(), &mut out);
        let result = convert::need("result", message.result, &mut out);
        let ((team, date), result) = whole(out, team.zip(date).zip(result))?;
        let held = (date, result, text::nfc(message.minutes_number.trim()));
        let (review, position) = self.registry.record_review(&change, team, held).await.map_err(refuse)?;
        Ok(Response::new(pb::RecordAnnualReviewResponse { team_review: Some(self::review(&review)), position }))
    }

    async fn record_area_exception(
        &self,
        request: Request<pb::RecordAreaExceptionRequest>,
    ) -> Result<Response<pb::RecordAreaExceptionResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let area = need_id("area_unit_id", &message.area_unit_id, &mut out);
        let kind = convert::need("kind", message.kind, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let valid_to = may_date("valid_to", message.valid_to.as_ref(), &mut out);
        let ((area_unit, kind), decision) = whole(out, area.zip(kind).zip(decision))?;
        let exception = AreaException {
            id: Id::from_uuid(Uuid::nil()),
            area_unit,
            commune: area_unit,
            province: area_unit,
            kind,
            reason: text::nfc(message.reason.trim()),
            decision,
            valid_to: valid_to.unwrap_or(LAST_DAY),
        };
        let (id, position) = self.registry.record_exception(&change, exception).await.map_err(refuse)?;
        Ok(Response::new(pb::RecordAreaExceptionResponse { area_exception_id: id.to_string(), position }))
    }

    async fn list_deviations(
        &self,
        request: Request<pb::ListDeviationsRequest>,
    ) -> Result<Response<pb::ListDeviationsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let unit = whole(out, unit)?;
        let rows = (page.after()?, page.size().limit());
        let asked = (unit, convert::value(message.kind));
        let (mut found, counts) = self.registry.list_deviations(&caller, asked, at, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, deviation_key);
        let count = |(kind, count)| pb::TeamDeviationCount { kind: convert::number(kind), count };
        Ok(Response::new(pb::ListDeviationsResponse {
            deviations: found.iter().map(deviation).collect(),
            counts: counts.into_iter().map(count).collect(),
            next_page_token,
        }))
    }
}

/// What the mask of an update names.
fn new_name(message: &pb::UpdateTeamRequest, out: &mut Violations) -> NewName {
    let mut new = NewName::default();
    for path in message.update_mask.iter().flat_map(|mask| &mask.paths) {
        match path.as_str() {
            "display_name" => new.name = Some(text::nfc(message.display_name.trim())),
            "exception_reason" => new.exception_reason = Some(text::nfc(message.exception_reason.trim())),
            _ => out.add(
                "update_mask",
                "VALUE_NOT_ALLOWED",
                "names a field that is not changed here",
                "có trường không được sửa ở đây",
            ),
        }
    }
    new
}

type Merger = (Vec<(TeamId, Option<Etag>)>, Successor, Decision);

fn merger(message: pb::MergeTeamsRequest) -> Result<Merger, Status> {
    let mut out = Violations::default();
    let teams = message.teams.iter().enumerate().map(|(i, one)| {
        let team = need_id(format!("teams[{i}].team_id"), &one.team_id, &mut out)?;
        Some((team, may_etag(&one.etag, &mut out)))
    });
    let teams: Option<Vec<_>> = teams.collect();
    let team = may_id("successor_team_id", &message.successor_team_id, &mut out);
    if message.successor_team_id.is_empty() == message.plan.is_none() {
        out.add(
            "successor_team_id",
            "REQUIRED",
            "or `plan` must be given, one of both",
            "hoặc `plan` phải có, chỉ một trong hai",
        );
    }
    let plan = message.plan.and_then(|plan| convert::team_plan("plan", plan, &mut out));
    let size = (message.target_size != 0).then(|| convert::count(message.target_size));
    let successor = team.map(|team| Successor::Team(team, size)).or(plan.map(Successor::New));
    let decision = convert::need_decision(message.decision, &mut out);
    let ((teams, successor), decision) = whole(out, teams.zip(successor).zip(decision))?;
    Ok((teams, successor, decision))
}

fn part(index: usize, part: pb::SplitPart, out: &mut Violations) -> Option<Part> {
    let field = format!("parts[{index}].plan");
    if part.plan.is_none() {
        out.add(&field, "REQUIRED", "is required", "là bắt buộc");
    }
    let plan = part.plan.and_then(|plan| convert::team_plan(&field, plan, out));
    let ids = part.mediator_ids.iter().enumerate();
    let mediators: Option<Vec<_>> =
        ids.map(|(i, id)| need_id(format!("parts[{index}].mediator_ids[{i}]"), id, out)).collect();
    Some(Part { plan: plan?, mediators: mediators? })
}

/// A review for the wire.
pub(crate) fn review(review: &TeamReview) -> pb::TeamReview {
    pb::TeamReview {
        team_review_id: review.id.to_string(),
        team_id: review.team.to_string(),
        review_year: review.year,
        review_date: Some(date(review.date)),
        result: convert::number(review.result),
        leader_mediator_id: review.leader.map(|id| id.to_string()).unwrap_or_default(),
        minutes_number: review.minutes.clone(),
        create_time: Some(time(review.created_at)),
    }
}

fn deviation(one: &Deviation) -> pb::TeamDeviation {
    let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    pb::TeamDeviation {
        kind: convert::number(one.kind),
        area_unit_id: one.area_unit.to_string(),
        commune_unit_id: one.commune.to_string(),
        team_id: one.team.map(|id| id.to_string()).unwrap_or_default(),
        deficiencies: one.deficiencies.iter().map(convert::number).collect(),
        reason: one.reason.clone(),
        team_count: number(one.teams),
        mediator_count: number(one.mediators),
        target_size: number(one.target_size),
        review_year: one.review_year.unwrap_or(0),
    }
}

/// Which facts of a history are asked for: of a day and before, recorded at an instant or before. Facts are recorded in
/// order, days are not: a page may hold fewer than it could, and the next one goes on.
pub(super) fn until(
    valid_at: Option<&google::Date>,
    known_at: Option<&prost_types::Timestamp>,
    out: &mut Violations,
) -> impl Fn(&Entry) -> bool + use<> {
    let day = may_date("valid_at", valid_at, out);
    let known = may_time("known_at", known_at, out);
    move |entry| day.is_none_or(|day| entry.valid_time <= day) && known.is_none_or(|known| entry.record_time <= known)
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
