//! Puts facts in line for those who follow them over SPDCI: a projection of the registry's journal with a cursor of its own, so
//! that a fact and the cursor behind it are kept together. It knows teams down to their areas, which the line of webhooks does
//! not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hoagiai_store::{Entry, Projection, ProjectionError, StoreError, Tx};
use hoagiai_types::{Env, Uuid};
use prost_reflect::MessageDescriptor;

use super::{
    followed::{Place, followed},
    locate::named,
};
use crate::{
    domain::{Consumer, ConsumerId, Happening, Notice, SpdciSubscriptionId, Spot},
    store::{consumers, notices, spdci_subscriptions},
};

/// The follower of the registry's journal for those who speak SPDCI.
pub(crate) struct Notices {
    message: Option<MessageDescriptor>,
    env: Env,
}

impl Notices {
    /// Facts of the registry alone can be followed.
    pub(crate) const JOURNAL: &'static str = "registry";

    pub(crate) fn new(env: Env) -> Self {
        Self { message: hoagiai_proto::pool().get_message_by_name("hoagiai.registry.v1.RegistryEvent"), env }
    }

    /// The events among some entries, each where it was felt when it was recorded: what a later one says of a team does not
    /// count yet.
    async fn read<'e>(&self, tx: &mut Tx, entries: &[&'e Entry]) -> Result<Vec<(&'e Entry, Happening)>, StoreError> {
        let Some(message) = &self.message else { return Ok(Vec::new()) };
        let read: Vec<_> = entries.iter().map(|entry| followed(&entry.payload)).collect();
        let teams: BTreeSet<Uuid> = read
            .iter()
            .flatten()
            .flat_map(|one| &one.places)
            .filter_map(|place| match place {
                Place::Team(team) => Some(*team),
                Place::Spot(_) => None,
            })
            .collect();
        let mut known = notices::spots(tx, &teams.into_iter().collect::<Vec<_>>()).await?;
        let (mut learnt, mut found) = (BTreeMap::new(), Vec::new());
        for (entry, read) in entries.iter().copied().zip(read) {
            let said = named(message, &entry.payload).spots;
            known.extend(said.iter().map(|(team, spot)| (*team, *spot)));
            learnt.extend(said);
            let Some(read) = read else { continue };
            let spot = |place: &Place| match place {
                Place::Team(team) => known.get(team).copied(),
                Place::Spot(spot) => Some(*spot),
            };
            let spots = read.places.iter().filter_map(spot).collect();
            found.push((entry, Happening { event: read.event, record: read.record, spots }));
        }
        notices::put_spots(tx, &learnt).await?;
        Ok(found)
    }

    /// The notices of some events: one for each subscription that each fits.
    async fn fitting(&self, tx: &mut Tx, events: &[(&Entry, Happening)]) -> Result<Vec<Notice>, StoreError> {
        let followed: BTreeSet<Uuid> = events.iter().flat_map(|(_, event)| event.followed()).collect();
        let followers = spdci_subscriptions::followers(tx, &followed.into_iter().collect::<Vec<_>>()).await?;
        let consumers: BTreeSet<ConsumerId> = followers.iter().map(|one| one.consumer).collect();
        let consumers = consumers::standing_of(tx, &consumers.into_iter().collect::<Vec<_>>()).await?;
        let consumers: HashMap<ConsumerId, Consumer> = consumers.into_iter().map(|one| (one.id, one)).collect();
        let mut by_followed: HashMap<Uuid, Vec<_>> = HashMap::new();
        for one in &followers {
            by_followed.entry(one.followed).or_default().push(one);
        }
        let mut fitting = Vec::new();
        for (entry, event) in events {
            let followed: BTreeSet<Uuid> = event.followed().collect();
            let following = followed.iter().filter_map(|id| by_followed.get(id)).flatten();
            for one in following.filter(|one| one.event == event.event && one.listens(entry.record_time)) {
                let spot = consumers.get(&one.consumer).and_then(|consumer| told_at(consumer, event, one.followed));
                let Some(spot) = spot else { continue };
                fitting.push(Notice {
                    id: self.env.new_id(),
                    subscription: one.id,
                    consumer: one.consumer,
                    position: entry.position,
                    event: event.event,
                    record: event.record,
                    commune: spot.commune,
                    day: entry.valid_time,
                    record_time: entry.record_time,
                });
            }
        }
        Ok(fitting)
    }
}

fn told_at(consumer: &Consumer, event: &Happening, followed: Uuid) -> Option<Spot> {
    event.told_at(followed, &consumer.policy.area_unit_ids)
}

impl Projection for Notices {
    fn name(&self) -> &'static str {
        "gateway.registry.notices"
    }

    async fn apply(&self, tx: &mut Tx, entry: &Entry) -> Result<(), ProjectionError> {
        self.apply_all(tx, &[entry]).await
    }

    async fn apply_all(&self, tx: &mut Tx, entries: &[&Entry]) -> Result<(), ProjectionError> {
        let events = self.read(tx, entries).await?;
        if events.is_empty() {
            return Ok(());
        }
        let mut fitting = self.fitting(tx, &events).await?;
        if fitting.is_empty() {
            return Ok(());
        }
        let now = self.env.now();
        let subscriptions: BTreeSet<SpdciSubscriptionId> = fitting.iter().map(|one| one.subscription).collect();
        let subscriptions: Vec<_> = subscriptions.into_iter().collect();
        let running = spdci_subscriptions::announce(tx, &subscriptions, now).await?;
        fitting.retain(|one| running.contains(&one.subscription));
        Ok(notices::put_in_line(tx, &fitting, now).await?)
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        // What is in line stays: the ledger tells what was sent.
        Ok(notices::clear_spots(tx).await?)
    }
}
