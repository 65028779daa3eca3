//! `subscribe` and `unsubscribe`: what an agency wants to be told of as it happens. It is told what a question of its own would
//! answer, so what it may not ask for it cannot follow.

use std::collections::BTreeSet;

use hoagiai_spdci::{
    EventType, Kept, Question, Registry, Rejection, Request, SubscribeAnswer, SubscribeItem, SubscribeReason,
    SubscribeRequest, SubscribeResponse, Subscription, UnsubscribeReason, UnsubscribeRequest, UnsubscribeResponse,
};
use hoagiai_types::Uuid;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::{CARRIED, Spdci, Visit, later::carried};
use crate::{
    agencies::stated,
    domain::{SpdciSubscription, SpdciSubscriptionState, admit},
    error::Error,
    store::messages::Transaction,
    usecases::{MOST, Subscribed, Unsubscribed},
};

/// Mediators are told of by this method, teams by the other.
const MEDIATORS: &str = "/hoagiai.registry.v1.DirectoryService/GetDirectoryEntry";
const TEAMS: &str = "/hoagiai.registry.v1.DirectoryService/FindDirectoryTeams";

/// A message that subscribes.
pub(super) struct Asking<'a> {
    pub(super) visit: &'a Visit,
    pub(super) request: &'a Request,
    pub(super) headers: &'a HeaderMap,
}

/// What of a subscription is kept sealed: what goes with each question, what was asked, and by which authority.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) carried: [String; CARRIED.len()],
    criteria: String,
    pub(super) authorize: Option<Kept>,
}

impl Spdci {
    /// Makes what a message asks for. False: a message of this id came before.
    pub(super) async fn subscribe(
        &self,
        asking: &Asking<'_>,
        asked: &SubscribeRequest,
        transaction: Transaction,
    ) -> Result<bool, Error> {
        let (visit, request) = (asking.visit, asking.request);
        let records: BTreeSet<Uuid> =
            asked.items.iter().filter_map(|item| record_of(&item.asked.as_ref().ok()?.filter)).collect();
        let records: Vec<Uuid> = records.into_iter().collect();
        let there = self.gateway.followable(&visit.agency.consumer, &records).await?;
        let checked: Vec<Result<(), Rejection<SubscribeReason>>> =
            asked.items.iter().map(|item| asking.may_follow(item, &there)).collect();
        let wanted = asked.items.iter().zip(&checked).filter_map(|(item, checked)| {
            checked
                .as_ref()
                .ok()
                .and(item.asked.as_ref().ok())
                .map(|what| self.wanted(asking, item, what, &transaction))
        });
        let wanted: Vec<SpdciSubscription> = wanted.collect();
        let references: Vec<&str> = asked.items.iter().map(|item| item.reference_id.as_str()).collect();
        let answer = |became: Vec<Subscribed>| {
            let mut became = became.into_iter();
            let answers = asked.items.iter().zip(checked).map(|(item, checked)| {
                let made = checked.and_then(|()| code(became.next()));
                SubscribeAnswer::new(item, visit.now, made.as_deref().map_err(Clone::clone))
            });
            let response = SubscribeResponse {
                transaction_id: request.transaction_id.clone(),
                correlation_id: visit.correlation_id.clone(),
                subscribe_response: answers.collect(),
            };
            serde_json::to_vec(&response).unwrap_or_default()
        };
        let wanted = (wanted, references.as_slice());
        self.gateway.subscribe_spdci(visit.arrived(request), transaction, wanted, answer).await
    }

    fn wanted(
        &self,
        asking: &Asking<'_>,
        item: &SubscribeItem,
        what: &Subscription,
        transaction: &Transaction,
    ) -> SpdciSubscription {
        let asked = Asked {
            carried: carried(asking.headers),
            criteria: what.criteria.json.clone(),
            authorize: what.authorize.clone(),
        };
        SpdciSubscription {
            id: self.gateway.env().new_id(),
            consumer: transaction.consumer,
            credential: transaction.credential,
            correlation: transaction.id,
            event: what.event,
            followed: followed_by(&what.filter),
            callback: transaction.callback.clone(),
            locale: item.locale.clone(),
            // Texts alone: always JSON.
            asked: Some(serde_json::to_vec(&asked).unwrap_or_default()),
            start_time: what.frequency.map(|frequency| frequency.start_time),
            end_time: what.frequency.map(|frequency| frequency.end_time),
            state: SpdciSubscriptionState::Active,
            attempt_count: 0,
            next_attempt_time: None,
            revision: 1,
            create_time: asking.visit.now,
        }
    }

    /// Ends what a message names. False: a message of this id came before.
    pub(super) async fn unsubscribe(
        &self,
        visit: &Visit,
        request: &Request,
        asked: &UnsubscribeRequest,
        transaction: Transaction,
    ) -> Result<bool, Error> {
        let codes: Vec<_> = asked.codes.iter().map(|code| code.as_ref().ok()?.parse().ok()).collect();
        let answer = |became: Vec<Unsubscribed>| {
            let outcomes = asked.codes.iter().zip(became).map(|(code, became)| ended(code.clone()?, became));
            let (transaction_id, correlation_id) = (&request.transaction_id, &visit.correlation_id);
            let response = UnsubscribeResponse::new(transaction_id, correlation_id, visit.now, outcomes.collect());
            serde_json::to_vec(&response).unwrap_or_default()
        };
        self.gateway.unsubscribe_spdci(visit.arrived(request), transaction, &codes, answer).await
    }
}

impl Asking<'_> {
    /// Whether the agency could ask for what it wants to be told; of a mediator or a team, whether there is one that it may
    /// know of.
    fn may_follow(&self, item: &SubscribeItem, there: &BTreeSet<Uuid>) -> Result<(), Rejection<SubscribeReason>> {
        let what = item.asked.as_ref().map_err(Clone::clone)?;
        let method = if what.event.registry() == Registry::Mediator { MEDIATORS } else { TEAMS };
        let refused =
            |why: &dyn std::fmt::Display| Rejection::new(SubscribeReason::NotifyDetailsInvalid, &why.to_string());
        let (purpose, _) = stated(self.headers).map_err(|problem| refused(&problem))?;
        let today = self.visit.now.date_in_vietnam();
        admit(&self.visit.agency.consumer, method, purpose.as_deref(), today).map_err(|why| refused(&why))?;
        match record_of(&what.filter).filter(|record| !there.contains(record)) {
            None => Ok(()),
            Some(_) if what.event.registry() == Registry::Mediator => {
                Err(Rejection::new(SubscribeReason::PersonIdInvalid, "there is no such mediator"))
            }
            Some(_) => Err(Rejection::new(SubscribeReason::NotifyDetailsInvalid, "there is no such team")),
        }
    }
}

/// The mediator or team that a filter is of.
fn record_of(filter: &Question) -> Option<Uuid> {
    match filter {
        Question::MediatorById { id } => Some(id.uuid()),
        Question::TeamById { id } => Some(id.uuid()),
        Question::MediatorByName { .. } | Question::MediatorsOfUnit { .. } | Question::TeamsOfUnit { .. } => None,
    }
}

/// What a filter follows. None is by name: the protocol refuses it.
fn followed_by(filter: &Question) -> Uuid {
    match filter {
        Question::MediatorById { id } => id.uuid(),
        Question::TeamById { id } => id.uuid(),
        Question::MediatorByName { commune: unit, .. }
        | Question::MediatorsOfUnit { unit }
        | Question::TeamsOfUnit { unit } => unit.uuid(),
    }
}

fn code(became: Option<Subscribed>) -> Result<String, Rejection<SubscribeReason>> {
    match became {
        Some(Subscribed::Made(id)) => Ok(id.to_string()),
        Some(Subscribed::Already) => {
            Err(Rejection::new(SubscribeReason::AlreadySubscribed, "you are told of this at this address already"))
        }
        Some(Subscribed::TooMany) | None => {
            let what = format!("no more than {MOST} subscriptions of an agency run at the same time");
            Err(Rejection::new(SubscribeReason::NotifyDetailsInvalid, &what))
        }
    }
}

fn ended(code: String, became: Unsubscribed) -> Result<String, Rejection<UnsubscribeReason>> {
    match became {
        Unsubscribed::Ended => Ok(code),
        Unsubscribed::Before => {
            Err(Rejection::new(UnsubscribeReason::AlreadyUnsubscribed, &format!("{code}: has ended before")))
        }
        Unsubscribed::Unknown => {
            let what = format!("{code}: there is no subscription of yours of this code");
            Err(Rejection::new(UnsubscribeReason::SubscriptionCodeInvalid, &what))
        }
    }
}

/// The question that answers for one record of an event.
pub(super) fn question(event: EventType, record: Uuid) -> Question {
    match event.registry() {
        Registry::Mediator => Question::MediatorById { id: hoagiai_types::Id::from_uuid(record) },
        Registry::MediationTeam => Question::TeamById { id: hoagiai_types::Id::from_uuid(record) },
    }
}
