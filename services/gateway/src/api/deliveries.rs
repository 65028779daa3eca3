//! `DeliveryService`.

use std::collections::BTreeSet;

use hoagiai_proto::gateway::v1::{self as pb, delivery_service_server::DeliveryService};
use hoagiai_rpc::{Page, Violations, change, convert as read, request};
use tonic::{Request, Response, Status};

use super::{convert, id};
use crate::{
    domain::{CallbackId, DeliveryId},
    usecases::Gateway,
};

/// The ledger on the wire.
pub struct Deliveries(pub Gateway);

#[tonic::async_trait]
impl DeliveryService for Deliveries {
    async fn list_deliveries(
        &self,
        request: Request<pb::ListDeliveriesRequest>,
    ) -> Result<Response<pb::ListDeliveriesResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let before: Option<DeliveryId> = page.after()?;
        let subscription = id("subscription_id", &request.subscription_id)?;
        let state = convert::read_delivery_state(request.state());
        let mut found = self.0.list_deliveries(&caller, subscription, state, before, page.size().limit()).await?;
        let next_page_token = page.cut(&mut found, |one| one.id);
        let deliveries = found.iter().map(convert::delivery).collect();
        Ok(Response::new(pb::ListDeliveriesResponse { deliveries, next_page_token }))
    }

    async fn redeliver_delivery(
        &self,
        request: Request<pb::RedeliverDeliveryRequest>,
    ) -> Result<Response<pb::RedeliverDeliveryResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("delivery_id", &request.delivery_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.redeliver(&caller, &key, id, etag).await?;
        let delivery = Some(convert::delivery(&done.value));
        Ok(Response::new(pb::RedeliverDeliveryResponse { delivery, position: done.position }))
    }

    async fn reconcile_deliveries(
        &self,
        request: Request<pb::ReconcileDeliveriesRequest>,
    ) -> Result<Response<pb::ReconcileDeliveriesResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("subscription_id", &request.subscription_id, &mut faults);
        let day = read::need_date("day", request.day.as_ref(), &mut faults);
        let ids = request.delivery_ids.iter().enumerate();
        let had = ids.filter_map(|(at, id)| read::need_id(format!("delivery_ids[{at}]"), id, &mut faults));
        let had: BTreeSet<DeliveryId> = had.collect();
        let Some((id, day)) = id.zip(day).filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.reconcile(&caller, &key, id, day, &had).await?;
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let ids = |ids: &[DeliveryId]| ids.iter().map(DeliveryId::to_string).collect();
        Ok(Response::new(pb::ReconcileDeliveriesResponse {
            ledger_count: count(done.value.ledger),
            matched_count: count(done.value.matched),
            lacking_ids: ids(&done.value.lacking),
            acknowledged_ids: ids(&done.value.acknowledged),
            unknown_ids: ids(&done.value.unknown),
            position: done.position,
        }))
    }

    async fn list_callbacks(
        &self,
        request: Request<pb::ListCallbacksRequest>,
    ) -> Result<Response<pb::ListCallbacksResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let before: Option<CallbackId> = page.after()?;
        let consumer = id("consumer_id", &request.consumer_id)?;
        let state = convert::read_callback_state(request.state());
        let mut found = self.0.list_callbacks(&caller, consumer, state, before, page.size().limit()).await?;
        let next_page_token = page.cut(&mut found, |one| one.id);
        let callbacks = found.iter().map(convert::callback).collect();
        Ok(Response::new(pb::ListCallbacksResponse { callbacks, next_page_token }))
    }

    async fn redeliver_callback(
        &self,
        request: Request<pb::RedeliverCallbackRequest>,
    ) -> Result<Response<pb::RedeliverCallbackResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("callback_id", &request.callback_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.redeliver_callback(&caller, &key, id, etag).await?;
        let callback = Some(convert::callback(&done.value));
        Ok(Response::new(pb::RedeliverCallbackResponse { callback, position: done.position }))
    }
}
