//! `CycleService`.

use hoagiai_proto::evaluation::v1::{self as pb, cycle_service_server::CycleService};
use hoagiai_rpc::{Page, Violations, change, convert as read, request};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{domain::CycleId, usecases::Evaluation};

/// The cycles on the wire.
pub struct Cycles(pub Evaluation);

#[tonic::async_trait]
impl CycleService for Cycles {
    async fn create_cycle(
        &self,
        request: Request<pb::CreateCycleRequest>,
    ) -> Result<Response<pb::CreateCycleResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let province = read::need_id("province_unit_id", &request.province_unit_id, &mut faults);
        let Some(province) = province.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let set = (request.criteria_set_code.as_str(), request.criteria_set_version.as_str());
        let done = self.0.create_cycle(&caller, &key, province, request.year, set).await?;
        let cycle = Some(convert::cycle(&done.value));
        Ok(Response::new(pb::CreateCycleResponse { cycle, position: done.position }))
    }

    async fn publish_cycle(
        &self,
        request: Request<pb::PublishCycleRequest>,
    ) -> Result<Response<pb::PublishCycleResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("cycle_id", &request.cycle_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.publish_cycle(&caller, &key, id, etag).await?;
        let cycle = Some(convert::cycle(&done.value));
        Ok(Response::new(pb::PublishCycleResponse { cycle, position: done.position }))
    }

    async fn open_cycle(
        &self,
        request: Request<pb::OpenCycleRequest>,
    ) -> Result<Response<pb::OpenCycleResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("cycle_id", &request.cycle_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.open_cycle(&caller, &key, id, etag).await?;
        let cycle = Some(convert::cycle(&done.value));
        Ok(Response::new(pb::OpenCycleResponse { cycle, position: done.position }))
    }

    async fn close_cycle(
        &self,
        request: Request<pb::CloseCycleRequest>,
    ) -> Result<Response<pb::CloseCycleResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("cycle_id", &request.cycle_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.close_cycle(&caller, &key, id, etag).await?;
        let cycle = Some(convert::cycle(&done.value));
        Ok(Response::new(pb::CloseCycleResponse { cycle, position: done.position }))
    }

    async fn get_cycle(&self, request: Request<pb::GetCycleRequest>) -> Result<Response<pb::GetCycleResponse>, Status> {
        let (request, _) = request::parts(request)?;
        let mut faults = Violations::default();
        let id = read::need_id("cycle_id", &request.cycle_id, &mut faults);
        let Some(id) = id else { return Err(super::faulty(faults)) };
        let cycle = self.0.get_cycle(id).await?;
        Ok(Response::new(pb::GetCycleResponse { cycle: Some(convert::cycle(&cycle)) }))
    }

    async fn list_cycles(
        &self,
        request: Request<pb::ListCyclesRequest>,
    ) -> Result<Response<pb::ListCyclesResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<(i32, CycleId)> = page.after()?;
        let mut cycles = self.0.list_cycles(request.year, after, page.size().limit()).await?;
        let next_page_token = page.cut(&mut cycles, |cycle| (cycle.year, cycle.id));
        let cycles = cycles.iter().map(convert::cycle).collect();
        Ok(Response::new(pb::ListCyclesResponse { cycles, next_page_token }))
    }
}
