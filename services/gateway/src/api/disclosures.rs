//! `DisclosureService`.

use hoagiai_proto::gateway::v1::{self as pb, disclosure_service_server::DisclosureService};
use hoagiai_rpc::{Page, Violations, convert as read, request};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{domain::DisclosureId, usecases::Gateway};

/// Disclosures on the wire.
pub struct Disclosures(pub Gateway);

#[tonic::async_trait]
impl DisclosureService for Disclosures {
    async fn list_disclosures(
        &self,
        request: Request<pb::ListDisclosuresRequest>,
    ) -> Result<Response<pb::ListDisclosuresResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let before: Option<DisclosureId> = page.after()?;
        let mut faults = Violations::default();
        let mediator = read::need_id::<()>("mediator_id", &request.mediator_id, &mut faults);
        let Some(mediator) = mediator else { return Err(super::faulty(faults)) };
        let limit = page.size().limit();
        let mut found = self.0.disclosures_of_mediator(&caller, mediator.uuid(), before, limit).await?;
        let next_page_token = page.cut(&mut found, |one| one.id);
        let disclosures = found.iter().map(convert::disclosure).collect();
        Ok(Response::new(pb::ListDisclosuresResponse { disclosures, next_page_token }))
    }

    async fn list_consumer_disclosures(
        &self,
        request: Request<pb::ListConsumerDisclosuresRequest>,
    ) -> Result<Response<pb::ListConsumerDisclosuresResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let before: Option<DisclosureId> = page.after()?;
        let mut faults = Violations::default();
        let consumer = read::need_id("consumer_id", &request.consumer_id, &mut faults);
        let Some(consumer) = consumer else { return Err(super::faulty(faults)) };
        let mut found = self.0.disclosures_to_consumer(consumer, before, page.size().limit()).await?;
        let next_page_token = page.cut(&mut found, |one| one.id);
        let disclosures = found.iter().map(convert::disclosure).collect();
        Ok(Response::new(pb::ListConsumerDisclosuresResponse { disclosures, next_page_token }))
    }
}
