//! The ledger of what goes to agencies that speak SPDCI: read it, put a callback in line again.

use hoagiai_identity::Caller;
use hoagiai_rpc::change;
use hoagiai_store::{Claim, RequestKey, Stream};
use hoagiai_types::Etag;

use super::{Done, Gateway};
use crate::{
    domain::{Callback, CallbackId, CallbackState, ConsumerId, Refusal},
    error::Error,
    events,
    store::{callbacks, messages, notices, spdci_subscriptions},
};

impl Gateway {
    /// A page of a consumer's callbacks, newest first.
    ///
    /// # Errors
    /// No such consumer, or another's.
    pub async fn list_callbacks(
        &self,
        caller: &Caller,
        consumer: ConsumerId,
        state: Option<CallbackState>,
        before: Option<CallbackId>,
        limit: i64,
    ) -> Result<Vec<Callback>, Error> {
        let mut tx = self.read_own(caller, consumer).await?;
        Ok(callbacks::page(&mut tx, consumer, state, before, limit).await?)
    }

    /// Puts a failed or parked callback in line again.
    ///
    /// # Errors
    /// There is none, it is in another state, the subscription of a notice has ended, or it changed since.
    pub async fn redeliver_callback(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: CallbackId,
        etag: Option<Etag>,
    ) -> Result<Done<Callback>, Error> {
        let mut tx = self.db().write().await?;
        let claim = tx.claim(key).await?;
        let one = callbacks::find(&mut tx, id).await?.filter(|one| Self::owns(caller, one.consumer));
        let one = one.ok_or(Refusal::CallbackNotFound(id))?;
        if let Claim::Repeat { .. } = claim {
            return Ok(Done { value: one, position: self.db().head() });
        }
        one.etag().admits(etag)?;
        one.state.may_redeliver()?;
        let now = self.env().now();
        match one.subscription {
            None => messages::redeliver(&mut tx, id.uuid(), one.revision, now).await?,
            Some(subscription) => {
                let of = spdci_subscriptions::find(&mut tx, subscription).await?;
                of.ok_or(Refusal::CallbackNotFound(id))?.may_redeliver()?;
                notices::redeliver(&mut tx, id, one.revision).await?;
                spdci_subscriptions::wake(&mut tx, subscription, now).await?;
            }
        }
        let stream = Stream::new("callback", id);
        let version = tx.stream_version(stream).await?;
        let origin = change::origin_of(caller, key, self.env());
        let event = events::callback_redelivered(id, one.consumer, self.env().today());
        tx.append(stream, version, &origin, &[event]).await?;
        tx.settle(key, id.uuid()).await?;
        let value = callbacks::find(&mut tx, id).await?.ok_or(Refusal::CallbackNotFound(id))?;
        let position = tx.commit().await?.position;
        Ok(Done { value, position })
    }
}
