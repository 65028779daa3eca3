//! Consumers: create, change what they may ask, revoke, read.

use hoagiai_identity::Caller;
use hoagiai_rpc::change;
use hoagiai_store::{Claim, RequestKey, Stream, Tx};
use hoagiai_types::Etag;

use super::{Done, Gateway};
use crate::{
    domain::{AgencyCode, Consumer, ConsumerId, Policy, Refusal},
    error::Error,
    events,
    store::{consumers, disclosures},
};

/// The consumer, which must be there.
pub(super) async fn found(tx: &mut Tx, id: ConsumerId) -> Result<Consumer, Error> {
    Ok(consumers::find(tx, id).await?.ok_or(Refusal::ConsumerNotFound(id))?)
}

impl Gateway {
    /// Creates a consumer.
    ///
    /// # Errors
    /// The policy has faults, or a code is another's at the same time.
    pub async fn create_consumer(
        &self,
        caller: &Caller,
        key: &RequestKey,
        display_name: String,
        agency_codes: Vec<AgencyCode>,
        policy: Policy,
    ) -> Result<Done<Consumer>, Error> {
        self.check(&policy)?;
        let mut tx = self.db().write().await?;
        if let Claim::Repeat { resource } = tx.claim(key).await? {
            let value = found(&mut tx, ConsumerId::from_uuid(resource)).await?;
            return Ok(Done { value, position: self.db().head() });
        }
        for code in &agency_codes {
            if consumers::holder(&mut tx, code).await?.is_some() {
                return Err(Refusal::AgencyCodeTaken(code.value.clone()).into());
            }
        }
        let now = self.env().now();
        let consumer = Consumer {
            id: self.env().new_id(),
            agency_codes,
            display_name,
            policy,
            revoked: false,
            revoke_reason: String::new(),
            revision: 1,
            create_time: now,
            update_time: now,
        };
        consumers::insert(&mut tx, &consumer).await?;
        for code in &consumer.agency_codes {
            consumers::insert_code(&mut tx, consumer.id, code).await?;
        }
        consumers::raise_revision(&mut tx).await?;
        let origin = change::origin_of(caller, key, self.env());
        let event = events::consumer_created(&consumer, self.env().today());
        tx.append(Stream::new("consumer", consumer.id), 0, &origin, &[event]).await?;
        tx.settle(key, consumer.id.uuid()).await?;
        let position = tx.commit().await?.position;
        self.refresh().await;
        Ok(Done { value: consumer, position })
    }

    /// Replaces what a consumer may ask.
    ///
    /// # Errors
    /// No such consumer, revoked, changed since, or the policy has faults.
    pub async fn set_policy(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: ConsumerId,
        etag: Option<Etag>,
        policy: Policy,
    ) -> Result<Done<Consumer>, Error> {
        self.check(&policy)?;
        let today = self.env().today();
        let rule = |consumer: &mut Consumer| {
            let previous = consumer.set_policy(policy)?;
            Ok(events::consumer_policy_set(consumer, &previous, today))
        };
        self.move_consumer(caller, key, id, etag, rule).await
    }

    /// Revokes a consumer for good; its codes are free again.
    ///
    /// # Errors
    /// No such consumer, revoked already, or changed since.
    pub async fn revoke_consumer(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: ConsumerId,
        etag: Option<Etag>,
        reason: &str,
    ) -> Result<Done<Consumer>, Error> {
        let today = self.env().today();
        let rule = |consumer: &mut Consumer| {
            consumer.revoke(reason)?;
            Ok(events::consumer_revoked(consumer, today))
        };
        self.move_consumer(caller, key, id, etag, rule).await
    }

    async fn move_consumer(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: ConsumerId,
        etag: Option<Etag>,
        rule: impl FnOnce(&mut Consumer) -> Result<hoagiai_store::NewEvent, Refusal>,
    ) -> Result<Done<Consumer>, Error> {
        let mut tx = self.db().write().await?;
        let claim = tx.claim(key).await?;
        let mut consumer = found(&mut tx, id).await?;
        if let Claim::Repeat { .. } = claim {
            return Ok(Done { value: consumer, position: self.db().head() });
        }
        consumer.etag().admits(etag)?;
        let event = rule(&mut consumer)?;
        let version = consumer.revision;
        consumers::update(&mut tx, &mut consumer, self.env().now()).await?;
        if consumer.revoked {
            consumers::free_codes(&mut tx, consumer.id).await?;
        }
        consumers::raise_revision(&mut tx).await?;
        let origin = change::origin_of(caller, key, self.env());
        tx.append(Stream::new("consumer", consumer.id), version, &origin, &[event]).await?;
        tx.settle(key, consumer.id.uuid()).await?;
        let position = tx.commit().await?.position;
        self.refresh().await;
        Ok(Done { value: consumer, position })
    }

    /// Gets a consumer and the number of its calls today.
    ///
    /// # Errors
    /// No such consumer.
    pub async fn get_consumer(&self, id: ConsumerId) -> Result<(Consumer, i64), Error> {
        let mut tx = self.db().read().await?;
        let consumer = found(&mut tx, id).await?;
        let calls = disclosures::calls(&mut tx, id, self.env().today()).await?;
        Ok((consumer, calls))
    }

    /// A page of consumers, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_consumers(&self, after: Option<ConsumerId>, limit: i64) -> Result<Vec<Consumer>, Error> {
        let mut tx = self.db().read().await?;
        Ok(consumers::page(&mut tx, after, limit).await?)
    }
}
