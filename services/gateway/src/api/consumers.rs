//! `ConsumerService`.

use hoagiai_proto::gateway::v1::{self as pb, consumer_service_server::ConsumerService};
use hoagiai_rpc::{Page, Violations, change, convert as read, request};
use tonic::{Request, Response, Status};

use super::{convert, id};
use crate::{
    domain::{ConsumerId, CredentialId},
    usecases::{Gateway, NewCredential},
};

/// Consumers and their credentials on the wire.
pub struct Consumers(pub Gateway);

#[tonic::async_trait]
impl ConsumerService for Consumers {
    async fn create_consumer(
        &self,
        request: Request<pb::CreateConsumerRequest>,
    ) -> Result<Response<pb::CreateConsumerResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let codes = convert::read_codes(&request.agency_codes, &mut faults);
        let policy = convert::read_policy(request.policy.as_ref(), &mut faults);
        let Some(policy) = policy.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let name = request.display_name.trim().to_owned();
        let done = self.0.create_consumer(&caller, &key, name, codes, policy).await?;
        let consumer = Some(convert::consumer(&done.value));
        Ok(Response::new(pb::CreateConsumerResponse { consumer, position: done.position }))
    }

    async fn get_consumer(
        &self,
        request: Request<pb::GetConsumerRequest>,
    ) -> Result<Response<pb::GetConsumerResponse>, Status> {
        let (request, _) = request::parts(request)?;
        let (consumer, calls_today) = self.0.get_consumer(id("consumer_id", &request.consumer_id)?).await?;
        let consumer = Some(convert::consumer(&consumer));
        Ok(Response::new(pb::GetConsumerResponse { consumer, calls_today }))
    }

    async fn list_consumers(
        &self,
        request: Request<pb::ListConsumersRequest>,
    ) -> Result<Response<pb::ListConsumersResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<ConsumerId> = page.after()?;
        let mut consumers = self.0.list_consumers(after, page.size().limit()).await?;
        let next_page_token = page.cut(&mut consumers, |consumer| consumer.id);
        let consumers = consumers.iter().map(convert::consumer).collect();
        Ok(Response::new(pb::ListConsumersResponse { consumers, next_page_token }))
    }

    async fn set_consumer_policy(
        &self,
        request: Request<pb::SetConsumerPolicyRequest>,
    ) -> Result<Response<pb::SetConsumerPolicyResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("consumer_id", &request.consumer_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let policy = convert::read_policy(request.policy.as_ref(), &mut faults);
        let Some((id, policy)) = id.zip(policy).filter(|_| faults.is_empty()) else {
            return Err(super::faulty(faults));
        };
        let done = self.0.set_policy(&caller, &key, id, etag, policy).await?;
        let consumer = Some(convert::consumer(&done.value));
        Ok(Response::new(pb::SetConsumerPolicyResponse { consumer, position: done.position }))
    }

    async fn revoke_consumer(
        &self,
        request: Request<pb::RevokeConsumerRequest>,
    ) -> Result<Response<pb::RevokeConsumerResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("consumer_id", &request.consumer_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.revoke_consumer(&caller, &key, id, etag, &request.reason).await?;
        let consumer = Some(convert::consumer(&done.value));
        Ok(Response::new(pb::RevokeConsumerResponse { consumer, position: done.position }))
    }

    async fn issue_credential(
        &self,
        request: Request<pb::IssueCredentialRequest>,
    ) -> Result<Response<pb::IssueCredentialResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let consumer = read::need_id("consumer_id", &request.consumer_id, &mut faults);
        let expires = read::may_time("expire_time", request.expire_time.as_ref(), &mut faults);
        if expires.is_some_and(|time| time <= self.0.env().now()) {
            faults.add("expire_time", "NOT_IN_FUTURE", "must be in the future", "phải ở tương lai");
        }
        let new = new_credential(&request, &mut faults);
        let Some((consumer, new)) = consumer.zip(new).filter(|_| faults.is_empty()) else {
            return Err(super::faulty(faults));
        };
        let done = self.0.issue_credential(&caller, &key, consumer, new, expires).await?;
        let (credential, secret) = &done.value;
        Ok(Response::new(pb::IssueCredentialResponse {
            credential: Some(convert::credential(credential)),
            client_secret: secret.clone().unwrap_or_default(),
            position: done.position,
        }))
    }

    async fn list_credentials(
        &self,
        request: Request<pb::ListCredentialsRequest>,
    ) -> Result<Response<pb::ListCredentialsResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<CredentialId> = page.after()?;
        let consumer = id("consumer_id", &request.consumer_id)?;
        let mut credentials = self.0.list_credentials(consumer, after, page.size().limit()).await?;
        let next_page_token = page.cut(&mut credentials, |credential| credential.id);
        let credentials = credentials.iter().map(convert::credential).collect();
        Ok(Response::new(pb::ListCredentialsResponse { credentials, next_page_token }))
    }

    async fn rotate_credential(
        &self,
        request: Request<pb::RotateCredentialRequest>,
    ) -> Result<Response<pb::RotateCredentialResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("credential_id", &request.credential_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.rotate_credential(&caller, &key, id, etag, request.overlap_seconds).await?;
        let (credential, secret) = &done.value;
        Ok(Response::new(pb::RotateCredentialResponse {
            credential: Some(convert::credential(credential)),
            client_secret: secret.clone().unwrap_or_default(),
            position: done.position,
        }))
    }

    async fn revoke_credential(
        &self,
        request: Request<pb::RevokeCredentialRequest>,
    ) -> Result<Response<pb::RevokeCredentialResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("credential_id", &request.credential_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(super::faulty(faults)) };
        let done = self.0.revoke_credential(&caller, &key, id, etag, &request.reason).await?;
        let credential = Some(convert::credential(&done.value));
        Ok(Response::new(pb::RevokeCredentialResponse { credential, position: done.position }))
    }
}

/// What is to be issued: each kind has fields of its own, and takes none of another's.
fn new_credential(request: &pb::IssueCredentialRequest, out: &mut Violations) -> Option<NewCredential> {
    let kind = request.kind();
    let mut need = |field: &str, value: &str, needed: bool| match (needed, value.is_empty()) {
        (true, true) => out.add(field, "REQUIRED", "is required for this kind", "là bắt buộc với loại này"),
        (false, false) => out.add(field, "NOT_OF_THIS_KIND", "is of another kind", "không thuộc loại này"),
        _ => {}
    };
    need("certificate_sha256", &request.certificate_sha256, kind == pb::CredentialKind::Certificate);
    need("issuer", &request.issuer, kind == pb::CredentialKind::Token);
    need("subject", &request.subject, kind == pb::CredentialKind::Token);
    match kind {
        pb::CredentialKind::Unspecified => None,
        pb::CredentialKind::ClientSecret => Some(NewCredential::ClientSecret),
        pb::CredentialKind::Certificate => {
            convert::read_sha256(&request.certificate_sha256).map(NewCredential::Certificate)
        }
        pb::CredentialKind::Token => {
            Some(NewCredential::Token { issuer: request.issuer.clone(), subject: request.subject.clone() })
        }
    }
}
