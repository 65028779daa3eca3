//! The names of mediators in memory: read from the tables after a start, then kept up to date by following the journal of
//! this registry, as every replica does. What a fact says is not applied: it tells which records to read again, so that
//! the names are what the tables say whatever kinds of facts there are. Nothing here is ever logged.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use hoagiai_names::{Index, Place, Record, Standing};
use hoagiai_proto::registry::v1::{self as pb, registry_event::Fact};
use hoagiai_store::{DataKeys, Db, Entry, FeedError, FeedSource, LocalFeed, Position, Sealed, StoreError};
use hoagiai_types::{Timestamp, Uuid};
use parking_lot::{RwLock, RwLockReadGuard};
use prost::Message as _;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    domain::{EducationClass, EthnicClass, Gender, LAST_DAY, MediatorState, Person, Statistics},
    error::Error,
    events,
    store::search::{self, IDS, NameRow},
    usecases::PERSON,
};

/// Records of one read while the names are built.
const PAGE: i64 = 2_000;
/// Pages that are opened at once while the next is read.
const OPENING: usize = 2;
/// How long an erased person may stay in memory: as long as an unwrapped key.
const ERASED_EVERY: Duration = Duration::from_secs(30);
/// Clocks of replicas may differ by less than this.
const SKEW_MICROS: i64 = 300_000_000;
/// How long to wait after a failure.
const AGAIN: Duration = Duration::from_secs(1);

/// The names, and how far into the journal they go.
pub(crate) struct Names {
    index: RwLock<Index>,
    /// None until they are built.
    reached: watch::Sender<Option<Position>>,
}

impl Names {
    /// No names yet.
    pub(crate) fn new() -> Self {
        Self { index: RwLock::new(Index::new()), reached: watch::Sender::new(None) }
    }

    /// Waits until the names go at least to a position of the journal, and answers how far they go.
    pub(crate) async fn reach(&self, at_least: Position, limit: Option<Duration>) -> Result<Position, Error> {
        let mut reached = self.reached.subscribe();
        let there = |position: &Option<Position>| position.is_some_and(|position| position >= at_least);
        let now = *reached.borrow();
        match (now, limit) {
            (Some(position), _) if position >= at_least => Ok(position),
            // Building takes longer than a caller waits.
            (None, _) | (_, None) => Err(Error::NamesNotReady),
            (Some(_), Some(limit)) => match tokio::time::timeout(limit, reached.wait_for(there)).await {
                Ok(Ok(position)) => Ok(position.unwrap_or(at_least)),
                _ => Err(Error::NamesNotReady),
            },
        }
    }

    /// The names, for reading. Not to be held over an await.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read()
    }

    /// Forgets persons whose keys are destroyed.
    pub(crate) fn forget(&self, mediators: &[Uuid]) {
        if !mediators.is_empty() {
            let mut index = self.index.write();
            mediators.iter().for_each(|mediator| index.remove(*mediator));
        }
    }
}

/// Builds the names and follows the journal until `shutdown`.
pub(crate) async fn follow_names(db: Db, names: Arc<Names>, shutdown: CancellationToken) {
    let work = async {
        loop {
            let Err(error) = build_and_follow(&db, &names).await;
            tracing::warn!(%error, "the names are read again");
            tokio::time::sleep(AGAIN).await;
        }
    };
    shutdown.run_until_cancelled(work).await;
}

/// Never ends but by a failure.
enum Never {}

async fn build_and_follow(db: &Db, names: &Arc<Names>) -> Result<Never, FeedError> {
    let mut erased = Timestamp::from_micros(db.env().now().as_micros() - SKEW_MICROS);
    // Everything numbered so far is in the tables; what comes after is followed.
    let from = match *names.reached.borrow() {
        Some(position) => position,
        None => db.head(),
    };
    if names.reached.borrow().is_none() {
        build(db, names).await?;
        names.reached.send_replace(Some(from));
    }
    let mut feed = LocalFeed(db.clone()).open(from).await?;
    let mut sweep = tokio::time::interval(ERASED_EVERY);
    loop {
        tokio::select! {
            batch = feed.next() => {
                let batch = batch.ok_or_else(|| FeedError("the journal is closed".into()))??;
                read_again(db, names, &batch).await?;
                names.reached.send_replace(batch.last().map(|entry| entry.position));
            }
            _ = sweep.tick() => erased = forget_erased(db, names, erased).await?,
        }
    }
}

/// Reads all names, page by page, opening them on other threads.
async fn build(db: &Db, names: &Arc<Names>) -> Result<(), StoreError> {
    let began = Instant::now();
    let mut opening: VecDeque<JoinHandle<Result<Vec<Opened>, StoreError>>> = VecDeque::new();
    let mut after = Some(Uuid::nil());
    while after.is_some() || !opening.is_empty() {
        if let Some(last) = after {
            let mut tx = db.read().await?;
            let rows = search::names_after(&mut tx, last, PAGE).await?;
            after = rows.last().map(|row| row.id);
            let keys = keys_of(&mut tx, &rows).await?;
            opening.push_back(tokio::task::spawn_blocking(move || open(rows, &keys)));
        }
        if (opening.len() > OPENING || after.is_none())
            && let Some(page) = opening.pop_front()
        {
            let page = page.await.map_err(|_| StoreError::Unavailable(None))??;
            put(names, &page);
        }
    }
    let (records, names) = {
        let index = names.read();
        (index.len(), index.names())
    };
    tracing::info!(records, names, duration_ms = began.elapsed().as_millis(), "names are ready to be searched");
    Ok(())
}

async fn keys_of(tx: &mut hoagiai_store::Tx, rows: &[NameRow]) -> Result<DataKeys, StoreError> {
    // A person's key is that of the record.
    let subjects: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    tx.data_keys(&subjects).await
}

/// A record with its name; none once the key was destroyed.
struct Opened(NameRow, Option<Person>);

fn open(rows: Vec<NameRow>, keys: &DataKeys) -> Result<Vec<Opened>, StoreError> {
    let opened = |row: NameRow| {
        if row.merged {
            return Ok(Opened(row, None));
        }
        let bytes = keys.unseal(PERSON, &Sealed::from_bytes(&row.sealed_person)?)?;
        Ok(Opened(row, bytes.and_then(|bytes| events::person_from(&bytes, UNCOUNTED))))
    };
    rows.into_iter().map(opened).collect()
}

/// Names need no statistics.
const UNCOUNTED: Statistics =
    Statistics { gender: Gender::Female, ethnic_class: EthnicClass::Kinh, education_class: EducationClass::None };

fn put(names: &Names, page: &[Opened]) {
    let mut index = names.index.write();
    for Opened(row, person) in page {
        match person {
            Some(person) => index.put(&record(row, person)),
            None => index.remove(row.id),
        }
    }
}

fn record<'a>(row: &NameRow, person: &'a Person) -> Record<'a> {
    let standing = match (row.state, row.recognition_date) {
        (_, Some(from)) => Standing::InForce(from, row.cessation_date.unwrap_or(LAST_DAY)),
        (MediatorState::Nominated | MediatorState::Elected | MediatorState::Tied | MediatorState::Submitted, None) => {
            Standing::Pending
        }
        (_, None) => Standing::Never,
    };
    Record {
        id: row.id,
        place: Place { province: row.province, commune: row.commune, area_unit: row.area_unit, team: row.team },
        standing,
        name: &person.full_name,
        birth_year: person.birth_year.unwrap_or(0),
        phone: &person.phone,
        identity: row.identity,
        languages: &person.details.languages,
        expertises: &person.details.expertises,
    }
}

/// Whether a fact may change what the names hold. Facts that are not known here do: to read again in vain costs little.
fn concerns(entry: &Entry, index: &Index) -> bool {
    match entry.kind.as_str() {
        // On the way before and after; what follows in the streams of its mediators is read there.
        "MediatorSubmitted"
        | "TeamPlanned"
        | "TeamDissolved"
        | "ElectionRecorded"
        | "RecognitionListSubmitted"
        | "RecognitionDecided"
        | "LeaderElected"
        | "LeaderSubmitted"
        | "LeaderDecided"
        | "LeaderEnded" => false,
        "TeamStandingChanged" => {
            let event = pb::RegistryEvent::decode(entry.payload.as_slice()).ok().and_then(|event| event.fact);
            let Some(Fact::TeamStandingChanged(pb::TeamStandingChanged { team: Some(team) })) = event else {
                return true;
            };
            let id = |text: &str| text.parse::<Uuid>().unwrap_or_default();
            let place = Place {
                province: id(&team.province_unit_id),
                commune: id(&team.commune_unit_id),
                area_unit: id(&team.area_unit_id),
                team: entry.stream_id,
            };
            // Numbers and leaders say nothing of names; another place does.
            index.place_of(entry.stream_id).is_some_and(|known| known != place)
        }
        _ => true,
    }
}

/// Reads again what a batch of the journal is about.
async fn read_again(db: &Db, names: &Names, batch: &[Entry]) -> Result<(), StoreError> {
    let (mediators, teams) = {
        let index = names.read();
        let streams = |kind: &str| -> Vec<Uuid> {
            let of_kind = batch.iter().filter(|entry| entry.stream_kind == kind && concerns(entry, &index));
            of_kind.map(|entry| entry.stream_id).collect::<BTreeSet<Uuid>>().into_iter().collect()
        };
        (streams("mediator"), streams("team"))
    };
    if mediators.is_empty() && teams.is_empty() {
        return Ok(());
    }
    let mut tx = db.read().await?;
    for ids in mediators.chunks(IDS) {
        let rows = search::names_of(&mut tx, ids).await?;
        let keys = keys_of(&mut tx, &rows).await?;
        put(names, &open(rows, &keys)?);
    }
    for ids in teams.chunks(IDS) {
        let rows = search::names_of_teams(&mut tx, ids).await?;
        let keys = keys_of(&mut tx, &rows).await?;
        put(names, &open(rows, &keys)?);
    }
    Ok(())
}

/// Forgets who was erased since an instant; answers the instant to go on from.
async fn forget_erased(db: &Db, names: &Names, since: Timestamp) -> Result<Timestamp, StoreError> {
    let mut tx = db.read_one().await?;
    let erased = search::erased_since(&mut tx, since).await?;
    drop(tx);
    let last = erased.last().map_or(since, |(_, at)| *at);
    names.forget(&erased.into_iter().map(|(subject, _)| subject).collect::<Vec<_>>());
    Ok(last.max(since))
}
