//! `CriteriaService`.

use hoagiai_proto::evaluation::v1::{self as pb, criteria_service_server::CriteriaService};
use hoagiai_rpc::{Page, request};
use tonic::{Request, Response, Status};

use super::convert;
use crate::usecases::Evaluation;

/// The criteria sets on the wire.
pub struct Criteria(pub Evaluation);

#[tonic::async_trait]
impl CriteriaService for Criteria {
    async fn get_criteria_set(
        &self,
        request: Request<pb::GetCriteriaSetRequest>,
    ) -> Result<Response<pb::GetCriteriaSetResponse>, Status> {
        let (request, _) = request::parts(request)?;
        let set = self.0.criteria_set(&request.code, &request.version)?;
        Ok(Response::new(pb::GetCriteriaSetResponse { criteria_set: Some(convert::criteria_set(&set)) }))
    }

    async fn list_criteria_sets(
        &self,
        request: Request<pb::ListCriteriaSetsRequest>,
    ) -> Result<Response<pb::ListCriteriaSetsResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<(String, String)> = page.after()?;
        let mut sets = self.0.criteria_sets(after.as_ref(), usize::from(page.size().get()) + 1);
        let next_page_token = page.cut(&mut sets, |set| {
            let (code, version) = set.key();
            (code.to_owned(), version.to_owned())
        });
        let criteria_sets = sets.iter().map(|set| convert::criteria_set(set)).collect();
        Ok(Response::new(pb::ListCriteriaSetsResponse { criteria_sets, next_page_token }))
    }
}
