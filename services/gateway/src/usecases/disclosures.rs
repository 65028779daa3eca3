//! Calls of consumers: counted, and what they were told of mediators written down before the answer leaves.

use hoagiai_identity::{Caller, Role};
use hoagiai_store::{Origin, Stream};
use hoagiai_types::Uuid;

use super::{Gateway, consumers::found};
use crate::{
    domain::{Consumer, ConsumerId, Disclosed, DisclosureId, Refusal, Statements},
    error::Error,
    events,
    store::disclosures::{self, Disclosure},
};

/// A call that was answered, and is told once this is written.
pub struct Call<'a> {
    /// Who called.
    pub consumer: &'a Consumer,
    /// `hoagiai.registry.v1.DirectoryService/GetDirectoryEntry`.
    pub method: &'a str,
    /// Why.
    pub purpose: &'a str,
    /// On whose behalf, as the consumer says; empty: not said.
    pub on_behalf_of: &'a str,
    /// What the consumer states about why it may be told.
    pub statements: Statements,
    /// What the answer tells.
    pub disclosed: Disclosed,
}

impl Gateway {
    /// Takes one of the calls of the day, in one statement: of many at once none gets the same. Answers how many it is with it.
    /// A call that fails after it has cost one all the same.
    ///
    /// # Errors
    /// The quota is used up, or it could not be written: then the call must not go on.
    pub async fn count_call(&self, consumer: &Consumer) -> Result<i64, Error> {
        let quota = consumer.policy.daily_quota;
        let mut tx = self.db().write().await?;
        let calls = disclosures::count(&mut tx, consumer.id, self.env().today(), quota).await?;
        let calls = calls.ok_or(Refusal::QuotaExhausted(quota))?;
        tx.commit().await?;
        Ok(calls)
    }

    /// Writes down what a call tells; nothing, where it names nobody.
    ///
    /// # Errors
    /// It could not be written: then the answer must not leave.
    pub async fn record_call(&self, call: Call<'_>) -> Result<(), Error> {
        if call.disclosed.mediators.is_empty() {
            return Ok(());
        }
        let (consumer, today) = (call.consumer, self.env().today());
        let mediators: Vec<Uuid> = call.disclosed.mediators.into_iter().collect();
        let fields: Vec<String> = call.disclosed.fields.into_iter().collect();
        let one = Disclosure {
            id: self.env().new_id(),
            consumer_id: consumer.id,
            display_name: consumer.display_name.clone(),
            method: call.method.to_owned(),
            purpose: call.purpose.to_owned(),
            on_behalf_of: call.on_behalf_of.to_owned(),
            fields: fields.join(","),
            mediator_count: i64::try_from(mediators.len()).unwrap_or(i64::MAX),
            disclose_time: self.env().now(),
            statements: call.statements,
        };
        let mut tx = self.db().write().await?;
        let stated = disclosures::seal(&mut tx, &one).await?;
        disclosures::insert(&mut tx, &one, &mediators, stated.as_ref()).await?;
        let origin = Origin {
            actor: format!("consumer:{}", consumer.id),
            purpose: Some(one.purpose.clone()),
            request_id: None,
            record_time: one.disclose_time,
        };
        let event = events::mediators_disclosed(&one, &mediators, stated.as_ref(), today);
        tx.append(Stream::new("disclosure", one.id), 0, &origin, &[event]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What consumers were told of a mediator, newest first. A mediator asks about himself or herself alone.
    ///
    /// # Errors
    /// A mediator asks about another.
    pub async fn disclosures_of_mediator(
        &self,
        caller: &Caller,
        mediator: Uuid,
        before: Option<DisclosureId>,
        limit: i64,
    ) -> Result<Vec<Disclosure>, Error> {
        let watches = caller.principal().grants.iter().any(|grant| {
            matches!(grant.role, Role::JusticeDepartment | Role::Auditor) && grant.in_force(self.env().today())
        });
        if !watches && caller.principal().person != Some(mediator) {
            return Err(Refusal::NotTheMediator(mediator).into());
        }
        let mut tx = self.db().read_one().await?;
        Ok(disclosures::of_mediator(&mut tx, mediator, before, limit).await?)
    }

    /// What a consumer was told, newest first.
    ///
    /// # Errors
    /// No such consumer.
    pub async fn disclosures_to_consumer(
        &self,
        consumer: ConsumerId,
        before: Option<DisclosureId>,
        limit: i64,
    ) -> Result<Vec<Disclosure>, Error> {
        let mut tx = self.db().read().await?;
        found(&mut tx, consumer).await?;
        Ok(disclosures::of_consumer(&mut tx, consumer, before, limit).await?)
    }
}
