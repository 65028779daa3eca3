//! `SubscriptionService`.

use hoagiai_proto::gateway::v1::{self as pb, subscription_service_server::SubscriptionService};
use hoagiai_rpc::{Page, Violations, change, convert as read, request};
use tonic::{Request, Response, Status};

use super::{convert, id};
use crate::{
    domain::{AcknowledgmentRule, Scheme, SpdciSubscriptionId, SubscriptionId},
    usecases::{Gateway, NewSubscription},
};

/// Subscriptions on the wire.
pub struct Subscriptions(pub Gateway);

#[tonic::async_trait]
impl SubscriptionService for Subscriptions {
    async fn create_subscription(
        &self,
        request: Request<pb::CreateSubscriptionRequest>,
    ) -> Result<Response<pb::CreateSubscriptionResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let scheme = match request.signing_scheme() {
            pb::SigningScheme::V1 => Scheme::V1,
            _ => Scheme::V1a,
        };
        let acknowledgment = request
            .acknowledgment_rule
            .map(|rule| AcknowledgmentRule { json_field: rule.json_field, accepted_values: rule.accepted_values });
        let new = NewSubscription {
            consumer: id("consumer_id", &request.consumer_id)?,
            event_kinds: request.event_kinds,
            endpoint: request.endpoint,
            scheme,
            acknowledgment,
        };
        let done = self.0.create_subscription(&caller, &key, new).await?;
        let (subscription, secret) = &done.value;
        Ok(Response::new(pb::CreateSubscriptionResponse {
            subscription: Some(convert::subscription(subscription)),
            signing_secret: secret.clone().unwrap_or_default(),
            position: done.position,
        }))
    }

    async fn get_subscription(
        &self,
        request: Request<pb::GetSubscriptionRequest>,
    ) -> Result<Response<pb::GetSubscriptionResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let one = self.0.get_subscription(&caller, id("subscription_id", &request.subscription_id)?).await?;
        let subscription = Some(convert::subscription(&one));
        Ok(Response::new(pb::GetSubscriptionResponse { subscription }))
    }

    async fn list_subscriptions(
        &self,
        request: Request<pb::ListSubscriptionsRequest>,
    ) -> Result<Response<pb::ListSubscriptionsResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<SubscriptionId> = page.after()?;
        let consumer = id("consumer_id", &request.consumer_id)?;
        let mut found = self.0.list_subscriptions(&caller, consumer, after, page.size().limit()).await?;
        let next_page_token = page.cut(&mut found, |one| one.id);
        let subscriptions = found.iter().map(convert::subscription).collect();
        Ok(Response::new(pb::ListSubscriptionsResponse { subscriptions, next_page_token }))
    }

    async fn list_registry_subscriptions(
        &self,
        request: Request<pb::ListRegistrySubscriptionsRequest>,
    ) -> Result<Response<pb::ListRegistrySubscriptionsResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<SpdciSubscriptionId> = page.after()?;
        let consumer = id("consumer_id", &request.consumer_id)?;
        let state = convert::read_registry_subscription_state(request.state());
        let mut found = self.0.list_followings(&caller, consumer, state, after, page.size().limit()).await?;
        let next_page_token = page.cut(&mut found, |one| one.id);
        let registry_subscriptions = found.iter().map(convert::registry_subscription).collect();
        Ok(Response::new(pb::ListRegistrySubscriptionsResponse { registry_subscriptions, next_page_token }))
    }

    async fn enable_subscription(
        &self,
        request: Request<pb::EnableSubscriptionRequest>,
    ) -> Result<Response<pb::EnableSubscriptionResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("subscription_id", &request.subscription_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.enable_subscription(&caller, &key, id, etag).await?;
        let subscription = Some(convert::subscription(&done.value));
        Ok(Response::new(pb::EnableSubscriptionResponse { subscription, position: done.position }))
    }

    async fn end_subscription(
        &self,
        request: Request<pb::EndSubscriptionRequest>,
    ) -> Result<Response<pb::EndSubscriptionResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("subscription_id", &request.subscription_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.end_subscription(&caller, &key, id, etag).await?;
        let subscription = Some(convert::subscription(&done.value));
        Ok(Response::new(pb::EndSubscriptionResponse { subscription, position: done.position }))
    }

    async fn replay_subscription(
        &self,
        request: Request<pb::ReplaySubscriptionRequest>,
    ) -> Result<Response<pb::ReplaySubscriptionResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("subscription_id", &request.subscription_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let from = (request.journal.as_str(), request.after_position);
        let done = self.0.replay_subscription(&caller, &key, id, etag, from).await?;
        let (subscription, delivery_count) = &done.value;
        Ok(Response::new(pb::ReplaySubscriptionResponse {
            subscription: Some(convert::subscription(subscription)),
            delivery_count: *delivery_count,
            position: done.position,
        }))
    }
}
