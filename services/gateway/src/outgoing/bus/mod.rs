//! Facts to the city's bus: NATS JetStream, CloudEvents in binary mode, in the order of each journal. The journals are the truth
//! and the bus carries copies: the gateway keeps how far the bus has each journal, and moves on only when the stream has a fact,
//! or refuses it for good. The id is the same whenever a fact is sent, so that the stream drops a second one within its window
//! and a consumer knows it after.

mod publish;
mod replay;

use std::{
    convert::Infallible,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_nats::{
    ConnectOptions,
    jetstream::{self, stream},
};
use futures_util::{StreamExt as _, future::try_join_all};
use hoagiai_rpc::JournalFeed;
use hoagiai_runtime::{BoxError, CancellationToken};
use hoagiai_store::{Db, Entry, FeedSource as _, Position, StoreError};
use hoagiai_types::Env;

use crate::{
    config::{Begin, BusConfig},
    store::bus::{self, Cursor, Parked},
};
use publish::{Fate, Publisher};

/// A journal that cannot be read, or was set back, is opened again so long after.
const REOPEN: Duration = Duration::from_secs(1);
/// Waits before the bus is tried again: doubling from half a second.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Facts between two looks at the cursor.
const AT_ONCE: usize = 100;
/// Within it the stream drops what it has already; outages that last longer are for consumers to tell, by the id.
const DUPLICATES: Duration = Duration::from_secs(10 * 60);

/// A journal that goes to the bus.
pub(crate) type Source = (&'static str, JournalFeed);

/// Sends facts to the bus.
pub(crate) struct Bus {
    config: BusConfig,
    db: Db,
    env: Env,
    sources: Vec<Source>,
    /// Whether anything was acknowledged since it was last connected.
    moved: AtomicBool,
}

impl Bus {
    pub(crate) fn new(config: BusConfig, db: Db, env: Env, sources: Vec<Source>) -> Self {
        Self { config, db, env, sources, moved: AtomicBool::new(false) }
    }

    /// Sends until stopped. A bus that is down holds up nothing but itself.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let sending = async {
            let mut wait = FIRST_WAIT;
            loop {
                let Err(error) = self.connected().await;
                tracing::warn!(%error, "the bus is not to be reached or refuses; tried again later");
                if self.moved.swap(false, Ordering::Relaxed) {
                    wait = FIRST_WAIT;
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        };
        stop.run_until_cancelled(sending).await;
    }

    /// Connects and sends until it breaks off.
    async fn connected(&self) -> Result<Infallible, BoxError> {
        // Before the bus is there: what was asked for is not forgotten because it is down.
        self.begin().await?;
        let mut options = ConnectOptions::new().name("hoagiai-gateway").connection_timeout(Duration::from_secs(5));
        if let Some(token) = &self.config.token {
            options = options.token(token.expose().to_owned());
        }
        let servers: Vec<&str> = self.config.url.split(',').map(str::trim).collect();
        let context = jetstream::new(options.connect(servers).await?);
        context.get_or_create_stream(self.stream()).await?;
        let publisher = Publisher::new(context, self.config.stream.clone());
        let journals = try_join_all(self.sources.iter().map(|source| self.follow(&publisher, source)));
        match journals.await?.pop() {
            Some(never) => match never {},
            None => std::future::pending().await,
        }
    }

    fn stream(&self) -> stream::Config {
        stream::Config {
            name: self.config.stream.clone(),
            subjects: vec!["hoagiai.>".to_owned()],
            duplicate_window: DUPLICATES,
            num_replicas: self.config.replicas,
            storage: stream::StorageType::File,
            ..stream::Config::default()
        }
    }

    /// Where each journal begins, the first time; and a replay, the first time that its id is seen.
    async fn begin(&self) -> Result<(), StoreError> {
        for (journal, _) in &self.sources {
            let after = match self.config.begin {
                Begin::Start => 0,
                // How far the lines of agencies are: what happens from now on.
                Begin::Now => hoagiai_store::position(&self.db, &super::projection(journal)).await?,
            };
            let mut tx = self.db.write().await?;
            bus::begin(&mut tx, journal, after).await?;
            tx.commit().await?;
        }
        self.replay_once().await
    }

    /// Sends a journal until the bus does not take it.
    async fn follow(&self, publisher: &Publisher, source: &Source) -> Result<Infallible, BoxError> {
        let (journal, feed) = source;
        loop {
            self.send_parked(publisher, source).await?;
            let begun = self.cursor(journal).await?;
            match feed.open(begun.position).await {
                Ok(mut entries) => {
                    while let Some(Ok(batch)) = entries.next().await {
                        if !self.send_batch(publisher, journal, begun.replays, &batch).await? {
                            break;
                        }
                    }
                }
                Err(error) => tracing::debug!(%error, journal, "the journal cannot be read; opened again"),
            }
            tokio::time::sleep(REOPEN).await;
        }
    }

    async fn cursor(&self, journal: &str) -> Result<Cursor, StoreError> {
        let mut tx = self.db.read_one().await?;
        Ok(bus::cursor(&mut tx, journal).await?.unwrap_or(Cursor { position: 0, replays: 0 }))
    }

    /// Sends a batch; false: the journal was set back, and must be opened again.
    async fn send_batch(
        &self,
        publisher: &Publisher,
        journal: &'static str,
        replays: i64,
        batch: &[Entry],
    ) -> Result<bool, BoxError> {
        for batch in batch.chunks(AT_ONCE) {
            let cursor = self.cursor(journal).await?;
            if cursor.replays != replays {
                return Ok(false);
            }
            // Another process may have sent some.
            let ahead = batch.iter().filter(|entry| entry.position > cursor.position);
            self.send(publisher, journal, cursor, ahead).await?;
        }
        Ok(true)
    }

    /// Sends facts in their order and writes down how far it came. What is refused for good is parked, and does not hold up
    /// what follows; what is refused for now ends it.
    async fn send(
        &self,
        publisher: &Publisher,
        journal: &'static str,
        cursor: Cursor,
        entries: impl Iterator<Item = &Entry>,
    ) -> Result<(), BoxError> {
        let (mut last, mut parked, mut failure) = (None::<Position>, Vec::new(), None);
        // One after the other: of several under way when a server dies, the client's own buffer brings some after those that
        // are sent again, and the order is lost.
        for entry in entries {
            match publisher.publish(journal, entry).await {
                Fate::Taken => {}
                Fate::Refused(outcome) => parked.push(refused(journal, entry, outcome)),
                Fate::Later(error) => {
                    failure = Some(error);
                    break;
                }
            }
            last = Some(entry.position);
        }
        if let Some(last) = last {
            let mut tx = self.db.write().await?;
            bus::taken(&mut tx, journal, cursor.position, last).await?;
            for one in &parked {
                bus::park(&mut tx, one, self.env.now()).await?;
            }
            bus::advance(&mut tx, journal, cursor, last).await?;
            tx.commit().await?;
            self.moved.store(true, Ordering::Relaxed);
        }
        failure.map_or(Ok(()), Err)
    }
}

/// A fact that the bus refuses for good.
fn refused(journal: &'static str, entry: &Entry, outcome: &'static str) -> Parked {
    tracing::error!(journal, position = entry.position, outcome, "the bus refuses a fact for good: it is parked");
    Parked {
        journal: journal.to_owned(),
        position: entry.position,
        kind: entry.kind.clone(),
        outcome: outcome.to_owned(),
        attempt_count: 0,
    }
}
