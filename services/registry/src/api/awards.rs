//! AwardService.

use hoagiai_proto::registry::v1::{self as pb, award_service_server::AwardService};
use hoagiai_rpc::{
    Page, Violations,
    convert::{may_date, may_etag, may_id, need_date, need_id},
};
use tonic::{Request, Response, Status};

use super::{
    Api,
    convert::{self, training as wire},
    reading, refuse, whole,
};
use crate::usecases::ContestPlan;

#[tonic::async_trait]
impl AwardService for Api {
    async fn record_contest(
        &self,
        request: Request<pb::RecordContestRequest>,
    ) -> Result<Response<pb::RecordContestResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let name = wire::need_text("display_name", &message.display_name, &mut out);
        let level = convert::need("level", message.level, &mut out);
        let first = need_date("first_date", message.first_date.as_ref(), &mut out);
        let last = may_date("last_date", message.last_date.as_ref(), &mut out);
        let results = wire::results(&message.results, &mut out);
        let given = unit.zip(name).zip(level).zip(first).zip(results);
        let ((((unit, name), level), first), results) = whole(out, given)?;
        let days = (first, last.unwrap_or(first));
        let plan = ContestPlan { unit, name, level, days, place: wire::stored(&message.place), results };
        let (contest, position) = self.registry.record_contest(&change, plan).await.map_err(refuse)?;
        Ok(Response::new(pb::RecordContestResponse { contest: Some(wire::contest(&contest)), position }))
    }

    async fn correct_contest(
        &self,
        request: Request<pb::CorrectContestRequest>,
    ) -> Result<Response<pb::CorrectContestResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let contest = need_id("contest_id", &message.contest_id, &mut out);
        let results = wire::results(&message.results, &mut out);
        let reason = wire::need_text("reason", &message.reason, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (contest, told) = whole(out, contest.zip(results.zip(reason)))?;
        let (contest, position) = self.registry.correct_contest(&change, contest, told, etag).await.map_err(refuse)?;
        Ok(Response::new(pb::CorrectContestResponse { contest: Some(wire::contest(&contest)), position }))
    }

    async fn list_contests(
        &self,
        request: Request<pb::ListContestsRequest>,
    ) -> Result<Response<pb::ListContestsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = may_id("unit_id", &message.unit_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let unit = whole(out, Some(unit))?;
        let rows = (page.after()?, page.size().limit());
        let mut found = self.registry.list_contests(&caller, unit, at, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, |one| one.id.uuid());
        let contests = found.iter().map(wire::contest).collect();
        Ok(Response::new(pb::ListContestsResponse { contests, next_page_token }))
    }

    async fn record_commendations(
        &self,
        request: Request<pb::RecordCommendationsRequest>,
    ) -> Result<Response<pb::RecordCommendationsResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let who: Vec<_> = message
            .recipients
            .iter()
            .enumerate()
            .map(|(i, one)| wire::honoured("recipients", i, (&one.mediator_id, &one.team_id), &mut out))
            .collect();
        let who: Option<Vec<_>> = who.into_iter().collect();
        let form = convert::need("form", message.form, &mut out);
        let level = convert::need("level", message.level, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let ((who, kind), decision) = whole(out, who.zip(form.zip(level)).zip(decision))?;
        let told = (decision, wire::stored(&message.achievement));
        let done = self.registry.record_commendations(&change, who, kind, told).await;
        let (recorded, position) = done.map_err(refuse)?;
        let commendations = recorded.iter().map(wire::commendation).collect();
        Ok(Response::new(pb::RecordCommendationsResponse { commendations, position }))
    }

    async fn revoke_commendation(
        &self,
        request: Request<pb::RevokeCommendationRequest>,
    ) -> Result<Response<pb::RevokeCommendationResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let commendation = need_id("commendation_id", &message.commendation_id, &mut out);
        let day = need_date("revoke_date", message.revoke_date.as_ref(), &mut out);
        let reason = wire::need_text("reason", &message.reason, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let ((commendation, day), reason) = whole(out, commendation.zip(day).zip(reason))?;
        let done = self.registry.revoke_commendation(&change, commendation, (day, &reason), etag).await;
        let (commendation, position) = done.map_err(refuse)?;
        let commendation = Some(wire::commendation(&commendation));
        Ok(Response::new(pb::RevokeCommendationResponse { commendation, position }))
    }

    async fn list_commendations(
        &self,
        request: Request<pb::ListCommendationsRequest>,
    ) -> Result<Response<pb::ListCommendationsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = may_id("unit_id", &message.unit_id, &mut out);
        let team = may_id("team_id", &message.team_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let of = whole(out, Some((unit, team)))?;
        let rows = (page.after()?, page.size().limit());
        let mut found = self.registry.list_commendations(&caller, of, at, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, |one| one.id.uuid());
        let commendations = found.iter().map(wire::commendation).collect();
        Ok(Response::new(pb::ListCommendationsResponse { commendations, next_page_token }))
    }
}
