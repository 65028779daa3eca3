//! Searching mediators by name.

use std::{collections::HashMap, sync::Arc, time::Duration};

use hoagiai_identity::Caller;
use hoagiai_names::{Filter, Found, Hit, Query};
use hoagiai_store::{Position, Sealed, StoreError, Tx};
use hoagiai_types::Uuid;

use super::{
    PERSON, Registry,
    areas::{Cut, cut},
};
use crate::{
    domain::{Mediator, Person, UnitId},
    error::Error,
    events,
    store::{self, AsOf, UnitFilter},
};

/// What is asked for.
pub(crate) struct Wanted {
    /// The name.
    pub(crate) query: Query,
    /// All but the areas of the caller.
    pub(crate) filter: Filter,
    /// Who had a record on a day, as known at an instant, and where; none: today as known now.
    pub(crate) at: Option<AsOf>,
    /// Position of the journal that the answer must have seen, and how long there is to wait for it.
    pub(crate) at_least: (Position, Option<Duration>),
    /// Where the page begins.
    pub(crate) after: Option<(u32, Uuid)>,
    /// How many rows.
    pub(crate) limit: usize,
}

/// One page of an answer.
pub(crate) struct Matched {
    /// Who was found, why, and where the page after begins.
    pub(crate) rows: Vec<(Mediator, Person, Hit)>,
    /// How many on all pages.
    pub(crate) total: u64,
    /// How far into the journal the answer goes.
    pub(crate) position: Position,
}

impl Registry {
    /// Searches by name, within the areas of the caller.
    pub(crate) async fn search(&self, caller: &Caller, mut wanted: Wanted) -> Result<Matched, Error> {
        let (at_least, wait) = wanted.at_least;
        let position = self.names.reach(at_least, wait).await?;
        let mut tx = self.db.read().await?;
        let unit = wanted.filter.unit.map(UnitId::from_uuid);
        let cut = cut(&mut tx, caller, unit, wanted.at).await?;
        wanted.filter = match wanted.at {
            // Who has one unit and asks for everything asks for that unit.
            None => Filter { unit: cut.unit.map(UnitFilter::id), within: cut.within, ..wanted.filter },
            Some(at) => Self::filter_then(&mut tx, at, cut, wanted.filter).await?,
        };
        drop(tx);
        loop {
            let (asked, found) = self.look_up(wanted).await?;
            wanted = asked;
            let ids: Vec<Uuid> = found.hits.iter().map(|hit| hit.id).collect();
            let mut tx = self.db.read().await?;
            let mediators = match wanted.at {
                _ if ids.is_empty() => Vec::new(),
                None => store::mediators::of_ids(&mut tx, &ids).await?,
                Some(at) => store::mediator_versions::of_ids(&mut tx, &ids, at).await?,
            };
            let persons = persons_now(&mut tx, &mediators).await?;
            let known = mediators.into_iter().zip(persons);
            let mut known: HashMap<Uuid, _> =
                known.map(|(mediator, who)| (mediator.id.uuid(), (mediator, who))).collect();
            let (mut rows, mut erased) = (Vec::with_capacity(ids.len()), Vec::new());
            for hit in found.hits {
                match known.remove(&hit.id) {
                    Some((mediator, Some(person))) => rows.push((mediator, person, hit)),
                    _ => erased.push(hit.id),
                }
            }
            if erased.is_empty() {
                return Ok(Matched { rows, total: found.total, position });
            }
            // Erased a moment ago: neither their names nor that they were there may be learnt.
            self.names.forget(&erased);
        }
    }

    /// A filter of a day that is past: the names know where people are now, the tables know who was there then.
    pub(super) async fn filter_then(
        tx: &mut Tx,
        at: AsOf,
        Cut { unit, within }: Cut,
        asked: Filter,
    ) -> Result<Filter, Error> {
        let rows = store::Filter {
            unit,
            team: asked.team,
            state: None,
            within,
            at: Some(at),
            after: Uuid::nil(),
            limit: i64::MAX,
        };
        let there = store::mediator_versions::there(tx, at, &rows, asked.in_force_on).await?;
        let Filter { language, expertise, .. } = asked;
        Ok(Filter { only: Some(Arc::new(there)), language, expertise, ..Filter::default() })
    }

    /// Asks the names, on a thread that may take its time.
    async fn look_up(&self, wanted: Wanted) -> Result<(Wanted, Found), Error> {
        let names = self.names.clone();
        let ask = move || {
            let found = names.read().search(&wanted.query, &wanted.filter, wanted.after, wanted.limit);
            (wanted, found)
        };
        tokio::task::spawn_blocking(ask).await.map_err(|_| StoreError::Unavailable(None).into())
    }
}

/// Who mediators are, by the keys that are in the database now: whoever was erased by another process a moment ago must
/// not be found by a key that this one still has in memory.
async fn persons_now(tx: &mut Tx, mediators: &[Mediator]) -> Result<Vec<Option<Person>>, Error> {
    let sealed: Vec<Sealed> =
        (mediators.iter().map(|mediator| Sealed::from_bytes(&mediator.sealed_person))).collect::<Result<_, _>>()?;
    let subjects: Vec<Uuid> = sealed.iter().map(|sealed| sealed.subject).collect();
    let keys = tx.data_keys(&subjects).await?;
    let mut persons = Vec::with_capacity(mediators.len());
    for (mediator, sealed) in mediators.iter().zip(&sealed) {
        let opened = keys.unseal(PERSON, sealed)?;
        persons.push(opened.and_then(|bytes| events::person_from(&bytes, mediator.statistics)));
    }
    Ok(persons)
}
