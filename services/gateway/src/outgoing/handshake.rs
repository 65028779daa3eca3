//! An endpoint is asked whether it wants to be sent to, before anything is sent (CloudEvents webhooks §4): nobody is made to
//! receive what another subscribed for him.

use std::time::Duration;

use hoagiai_outbound::{
    client::Request,
    webhook::handshake::{Ask, Consent},
};
use hoagiai_store::{Origin, StoreError, Stream, Tx};
use http::Method;

use super::deliverer::Deliverer;
use crate::{
    domain::{DisableReason, Subscription, SubscriptionState},
    events,
    store::subscriptions,
};

/// Waits before the next handshake; after the last the subscription is switched off.
const WAITS: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(60), Duration::from_secs(300), Duration::from_secs(1_800)];

impl Deliverer {
    /// Asks one endpoint.
    pub(super) async fn shake_hands(&self, mut one: Subscription) -> Result<(), StoreError> {
        let ask = Ask { origin: self.origin.clone(), per_minute: None };
        let (method, url) = (Method::OPTIONS, one.endpoint.clone());
        let mut tx = self.db.read().await?;
        let client = self.client_of(&mut tx, &one).await?;
        drop(tx);
        let sent = client.send(Request { method, url, headers: ask.headers(), body: Default::default() }).await;
        let before = one.state;
        match sent.map(|answer| ask.judge(&answer.headers)) {
            Ok(Consent::Granted { per_minute }) => {
                one.activate(per_minute.map_or(0, |rate| rate.get().into()));
                self.wake(one.id);
            }
            refused => {
                match refused {
                    Ok(Consent::Withheld(why)) => {
                        tracing::info!(subscription = %one.id, reason = %why, "an endpoint did not consent");
                    }
                    Err(fault) => {
                        tracing::info!(subscription = %one.id, reason = fault.class(), "an endpoint did not answer");
                    }
                    Ok(Consent::Granted { .. }) => {}
                }
                let wait = usize::try_from(one.handshake_count).ok().and_then(|count| WAITS.get(count));
                one.handshake_count += 1;
                match wait {
                    Some(wait) => one.next_attempt_time = Some(self.env.now().plus(*wait)),
                    None => one.disable(DisableReason::HandshakeRefused),
                }
            }
        }
        let mut tx = self.db.write().await?;
        self.move_to(&mut tx, &mut one, before).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes a subscription as the gateway moved it; the journal tells of another state. If somebody else moved it in the
    /// meantime, what he did stands.
    pub(super) async fn move_to(
        &self,
        tx: &mut Tx,
        one: &mut Subscription,
        before: SubscriptionState,
    ) -> Result<(), StoreError> {
        let held = subscriptions::find(tx, one.id).await?;
        if held.is_none_or(|held| held.revision != one.revision) {
            return Ok(());
        }
        subscriptions::update(tx, one).await?;
        if one.state != before {
            let stream = Stream::new("subscription", one.id);
            let version = tx.stream_version(stream).await?;
            let origin = Origin {
                actor: "service:gateway".to_owned(),
                purpose: None,
                request_id: None,
                record_time: self.env.now(),
            };
            tx.append(stream, version, &origin, &[events::subscription_moved(one, self.env.today())]).await?;
        }
        Ok(())
    }
}
