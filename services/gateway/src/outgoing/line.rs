//! Puts facts in line: a projection of each journal, so that a fact and the cursor behind it are kept together, and each fact
//! is put in line once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hoagiai_store::{Entry, Projection, ProjectionError, StoreError, Tx};
use hoagiai_types::{Env, Uuid};
use prost_reflect::MessageDescriptor;

use super::{
    OFFERED,
    event::cloud_event,
    locate::{Named, named},
};
use crate::{
    domain::{Consumer, ConsumerId, Delivery, DeliveryState, Subscription, SubscriptionState},
    store::{
        consumers, deliveries,
        places::{self, Place},
        subscriptions, upkeep,
    },
};

/// Records that lie nowhere in particular: whoever is connected may know of them.
const EVERYWHERE: [&str; 2] = ["unit", "reorganization"];

/// The line of one journal.
pub(crate) struct Line {
    name: &'static str,
    journal: &'static str,
    message: Option<MessageDescriptor>,
    env: Env,
}

/// Where a fact lies.
enum Whereabouts {
    Everywhere,
    In(Place),
    Unknown,
}

impl Line {
    /// The line of a journal.
    pub(crate) fn of(journal: &'static str, env: Env) -> Self {
        let (name, message) = match journal {
            "registry" => ("gateway.registry", "hoagiai.registry.v1.RegistryEvent"),
            "cases" => ("gateway.cases", "hoagiai.cases.v1.CaseEvent"),
            _ => ("gateway.evaluation", "hoagiai.evaluation.v1.EvaluationEvent"),
        };
        Self { name, journal, message: hoagiai_proto::pool().get_message_by_name(message), env }
    }

    /// What the entries name, and what they tell of where teams and mediators are.
    async fn read(&self, tx: &mut Tx, entries: &[&Entry]) -> Result<Vec<Named>, StoreError> {
        let Some(message) = &self.message else { return Ok(entries.iter().map(|_| Named::default()).collect()) };
        let found: Vec<Named> = entries.iter().map(|entry| named(message, &entry.payload)).collect();
        if self.journal == "registry" {
            let (mut teams, mut communes, mut mediators) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
            for one in &found {
                communes.extend(one.teams.iter().map(|(team, (_, commune))| (*team, *commune)));
                teams.extend(one.teams.iter().map(|(team, place)| (*team, *place)));
                mediators.extend(one.mediators.iter().map(|(mediator, team)| (*mediator, *team)));
            }
            places::put_teams(tx, &teams).await?;
            places::put_communes(tx, &communes).await?;
            places::put_mediators(tx, &mediators).await?;
        }
        Ok(found)
    }

    async fn offer(&self, tx: &mut Tx, entries: &[&Entry], named: &[Named]) -> Result<(), StoreError> {
        let receivers = Receivers::read(tx, self.journal).await?;
        // Rows of what lies before were told of once, and are gone: a journal that is read anew does not tell of it again.
        let forgotten = upkeep::forgotten(tx, self.journal).await?;
        let (mut line, today) = (Vec::new(), self.env.today());
        for (entry, named) in entries.iter().zip(named).filter(|(entry, _)| entry.position > forgotten) {
            let wanted: Vec<_> = receivers.of(self.journal, entry).collect();
            if wanted.is_empty() {
                continue;
            }
            let place = whereabouts(tx, entry, named).await?;
            let admitted: Vec<_> = wanted.into_iter().filter(|(_, consumer)| covers(consumer, &place)).collect();
            let Some(event) = (!admitted.is_empty()).then(|| text(self.journal, entry)).flatten() else { continue };
            let now = self.env.now();
            line.extend(admitted.into_iter().map(|(subscription, _)| Delivery {
                id: self.env.new_id(),
                subscription: subscription.id,
                journal: self.journal.to_owned(),
                position: entry.position,
                kind: entry.kind.clone(),
                event: event.clone(),
                state: DeliveryState::Waiting,
                attempt_count: 0,
                next_attempt_time: Some(now),
                last_outcome: String::new(),
                day: today,
                acknowledge_time: None,
                park_time: None,
                revision: 1,
                create_time: now,
            }));
        }
        deliveries::put_in_line(tx, &line).await
    }
}

/// Who is told of facts of a journal.
struct Receivers {
    subscriptions: Vec<Subscription>,
    consumers: HashMap<ConsumerId, Consumer>,
}

impl Receivers {
    async fn read(tx: &mut Tx, journal: &str) -> Result<Self, StoreError> {
        use SubscriptionState as S;
        let (mut found, mut consumers) = (Vec::new(), HashMap::new());
        if !OFFERED.contains(&journal) {
            return Ok(Self { subscriptions: found, consumers });
        }
        // What happens while an endpoint is not there yet, or not any more, waits for it.
        for state in [S::Pending, S::Active, S::Disabled] {
            found.extend(subscriptions::in_state(tx, state).await?);
        }
        if !found.is_empty() {
            consumers.extend(consumers::standing(tx).await?.into_iter().map(|consumer| (consumer.id, consumer)));
        }
        Ok(Self { subscriptions: found, consumers })
    }

    /// The subscriptions that want a fact, each with its consumer. Facts from before a subscription are not told to it.
    fn of<'a>(&'a self, journal: &'a str, entry: &'a Entry) -> impl Iterator<Item = (&'a Subscription, &'a Consumer)> {
        let wanting = self
            .subscriptions
            .iter()
            .filter(move |one| one.wants(journal, &entry.kind) && one.create_time <= entry.record_time);
        wanting.filter_map(|one| Some((one, self.consumers.get(&one.consumer)?)))
    }
}

async fn whereabouts(tx: &mut Tx, entry: &Entry, named: &Named) -> Result<Whereabouts, StoreError> {
    if EVERYWHERE.contains(&entry.stream_kind.as_str()) {
        return Ok(Whereabouts::Everywhere);
    }
    let mut place = named.place;
    if let (None, Some(team)) = (place, named.team) {
        place = places::of_team(tx, team).await?;
    }
    if let (None, Some(mediator)) = (place, named.mediator) {
        place = places::of_mediator(tx, mediator).await?;
    }
    Ok(place.map_or(Whereabouts::Unknown, Whereabouts::In))
}

/// Whether the policy of a consumer reaches a fact. Of what lies nowhere that is known, nobody is told.
fn covers(consumer: &Consumer, place: &Whereabouts) -> bool {
    let areas: &[Uuid] = &consumer.policy.area_unit_ids;
    match place {
        Whereabouts::Everywhere => true,
        Whereabouts::In((province, commune)) => areas.contains(province) || areas.contains(commune),
        Whereabouts::Unknown => false,
    }
}

fn text(journal: &str, entry: &Entry) -> Option<String> {
    let event = cloud_event(journal, entry).ok()?.structured().ok()?;
    String::from_utf8(event).ok()
}

impl Projection for Line {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn apply(&self, tx: &mut Tx, entry: &Entry) -> Result<(), ProjectionError> {
        self.apply_all(tx, &[entry]).await
    }

    async fn apply_all(&self, tx: &mut Tx, entries: &[&Entry]) -> Result<(), ProjectionError> {
        let named = self.read(tx, entries).await?;
        self.offer(tx, entries, &named).await?;
        Ok(())
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        // What is in line stays: the ledger tells what was sent.
        if self.journal == "registry" {
            places::clear(tx).await?;
        }
        Ok(())
    }
}
