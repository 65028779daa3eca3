//! `AssessmentService`.

use hoagiai_proto::evaluation::v1::{self as pb, assessment_service_server::AssessmentService};
use hoagiai_rpc::{Page, Violations, change, convert as read, request};
use tonic::{Request, Response, Status};

use super::{convert, faulty};
use crate::{
    domain::AssessmentId,
    store::assessments::Filter,
    usecases::{Evaluation, Refuse, SelfAssess, Step},
};

/// The assessments on the wire.
pub struct Assessments(pub Evaluation);

#[tonic::async_trait]
impl AssessmentService for Assessments {
    async fn self_assess(
        &self,
        request: Request<pb::SelfAssessRequest>,
    ) -> Result<Response<pb::SelfAssessResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let cycle_id = read::need_id("cycle_id", &request.cycle_id, &mut faults);
        let team_id = read::need_id("team_id", &request.team_id, &mut faults);
        let meeting_date = read::need_date("meeting_date", request.meeting_date.as_ref(), &mut faults);
        let (Some(cycle_id), Some(team_id), Some(meeting_date)) = (cycle_id, team_id, meeting_date) else {
            return Err(faulty(faults));
        };
        let meeting = SelfAssess {
            cycle_id,
            team_id,
            meeting_date,
            votes_in_favour: request.votes_in_favour,
            claims: request.claims.into_iter().map(convert::read_claim).collect(),
            intends_to_propose: request.intends_to_propose,
            registry_at_least: request.registry_at_least,
            cases_at_least: request.cases_at_least,
        };
        let done = self.0.self_assess(&caller, &key, meeting).await?;
        let assessment = Some(convert::assessment(&done.value));
        Ok(Response::new(pb::SelfAssessResponse { assessment, position: done.position }))
    }

    async fn propose_assessment(
        &self,
        request: Request<pb::ProposeAssessmentRequest>,
    ) -> Result<Response<pb::ProposeAssessmentResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("assessment_id", &request.assessment_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let date = read::need_date("propose_date", request.propose_date.as_ref(), &mut faults);
        let (Some(id), Some(date), true) = (id, date, faults.is_empty()) else {
            return Err(faulty(faults));
        };
        let step = Step { caller: &caller, key: &key, id, etag };
        let done = self.0.propose(step, date).await?;
        let assessment = Some(convert::assessment(&done.value));
        Ok(Response::new(pb::ProposeAssessmentResponse { assessment, position: done.position }))
    }

    async fn return_assessment(
        &self,
        request: Request<pb::ReturnAssessmentRequest>,
    ) -> Result<Response<pb::ReturnAssessmentResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("assessment_id", &request.assessment_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let (Some(id), true) = (id, faults.is_empty()) else {
            return Err(faulty(faults));
        };
        let step = Step { caller: &caller, key: &key, id, etag };
        let done = self.0.send_back(step, request.reason).await?;
        let assessment = Some(convert::assessment(&done.value));
        Ok(Response::new(pb::ReturnAssessmentResponse { assessment, position: done.position }))
    }

    async fn start_review(
        &self,
        request: Request<pb::StartReviewRequest>,
    ) -> Result<Response<pb::StartReviewResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("assessment_id", &request.assessment_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let date = read::need_date("meeting_date", request.meeting_date.as_ref(), &mut faults);
        let (Some(id), Some(date), true) = (id, date, faults.is_empty()) else {
            return Err(faulty(faults));
        };
        let step = Step { caller: &caller, key: &key, id, etag };
        let done = self.0.start_review(step, date).await?;
        let assessment = Some(convert::assessment(&done.value));
        Ok(Response::new(pb::StartReviewResponse { assessment, position: done.position }))
    }

    async fn recognize_team(
        &self,
        request: Request<pb::RecognizeTeamRequest>,
    ) -> Result<Response<pb::RecognizeTeamResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("assessment_id", &request.assessment_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let decision = convert::need_decision(request.decision, &mut faults);
        let (Some(id), Some(decision), true) = (id, decision, faults.is_empty()) else {
            return Err(faulty(faults));
        };
        let step = Step { caller: &caller, key: &key, id, etag };
        let done = self.0.recognize(step, decision).await?;
        let assessment = Some(convert::assessment(&done.value));
        Ok(Response::new(pb::RecognizeTeamResponse { assessment, position: done.position }))
    }

    async fn refuse_team(
        &self,
        request: Request<pb::RefuseTeamRequest>,
    ) -> Result<Response<pb::RefuseTeamResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("assessment_id", &request.assessment_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let decision = convert::need_decision(request.decision, &mut faults);
        let refusals = request.refusals.into_iter().map(|one| (one.criterion_code, one.reason)).collect();
        let (Some(id), Some(decision), true) = (id, decision, faults.is_empty()) else {
            return Err(faulty(faults));
        };
        let step = Step { caller: &caller, key: &key, id, etag };
        let done = self.0.refuse(step, Refuse { decision, refusals }).await?;
        let assessment = Some(convert::assessment(&done.value));
        Ok(Response::new(pb::RefuseTeamResponse { assessment, position: done.position }))
    }

    async fn get_assessment(
        &self,
        request: Request<pb::GetAssessmentRequest>,
    ) -> Result<Response<pb::GetAssessmentResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let mut faults = Violations::default();
        let id = read::need_id("assessment_id", &request.assessment_id, &mut faults);
        let Some(id) = id else { return Err(faulty(faults)) };
        let assessment = self.0.get_assessment(&caller, id).await?;
        Ok(Response::new(pb::GetAssessmentResponse { assessment: Some(convert::assessment(&assessment)) }))
    }

    async fn list_assessments(
        &self,
        request: Request<pb::ListAssessmentsRequest>,
    ) -> Result<Response<pb::ListAssessmentsResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<AssessmentId> = page.after()?;
        let mut faults = Violations::default();
        let cycle = read::need_id("cycle_id", &request.cycle_id, &mut faults);
        let commune = read::may_id("commune_unit_id", &request.commune_unit_id, &mut faults);
        let Some(cycle) = cycle.filter(|_| faults.is_empty()) else { return Err(faulty(faults)) };
        let filter = Filter { cycle, commune, state: convert::state_filter(request.state()), scope: caller.scope() };
        let mut assessments = self.0.list_assessments(filter, after, page.size().limit()).await?;
        let next_page_token = page.cut(&mut assessments, |one| one.id);
        let assessments = assessments.iter().map(convert::assessment).collect();
        Ok(Response::new(pb::ListAssessmentsResponse { assessments, next_page_token }))
    }

    async fn get_team_facts(
        &self,
        request: Request<pb::GetTeamFactsRequest>,
    ) -> Result<Response<pb::GetTeamFactsResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let mut faults = Violations::default();
        let team_id = read::need_id("team_id", &request.team_id, &mut faults);
        let Some(team_id) = team_id else { return Err(faulty(faults)) };
        let facts = self.0.team_facts(&caller, team_id, request.year).await?;
        Ok(Response::new(pb::GetTeamFactsResponse { team_facts: Some(convert::facts(&facts)) }))
    }
}
