//! Consumers of a journal.

use std::{
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream::BoxStream};
use hoagiai_store::{
    DatabaseConfig, Db, Entry, FeedError, FeedSource, LocalFeed, Projection, ProjectionError, StoreError, Tx, follow,
    on, quarantined, rebuild, replay, wait_for,
};
use hoagiai_testkit::{
    engines::{TestDb, keys},
    on_each_engine,
};
use hoagiai_types::{Env, Uuid};
use tokio_util::sync::CancellationToken;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Dice, TEAMS, append, count, team};

on_each_engine!(TEAMS;
    a_consumer_applies_every_entry_once_and_a_reader_waits_for_its_own_write,
    a_consumer_killed_at_random_points_resumes_without_loss_or_repeat,
    a_consumer_process_killed_hard_resumes_without_loss_or_repeat,
    an_entry_refused_again_and_again_is_put_aside_with_its_stream_and_can_be_replayed,
    two_consumers_of_one_projection_apply_each_entry_once,
    a_projection_is_built_again_from_nothing,
    a_source_that_comes_late_and_leaves_early_raises_no_alarm,
);

/// Keeps each entry under its position: applied twice, the key refuses it.
#[derive(Clone, Default)]
struct Facts {
    refuse: Arc<AtomicBool>,
}

const KEEP: &str = "INSERT INTO facts (position, payload) VALUES ($1, $2)";

impl Projection for Facts {
    fn name(&self) -> &'static str {
        "facts"
    }

    async fn apply(&self, tx: &mut Tx, entry: &Entry) -> Result<(), ProjectionError> {
        if entry.payload == b"poison" && self.refuse.load(Ordering::SeqCst) {
            return Err(ProjectionError::Refused("no sense".into()));
        }
        on!(tx, |c| sqlx::query(KEEP).bind(entry.position).bind(&entry.payload).execute(c).await.map(drop))?;
        Ok(())
    }

    // Refuses a run as a whole, after it wrote the rest: only one by one does it show which entry makes no sense, and nothing
    // of the run may be left.
    async fn apply_all(&self, tx: &mut Tx, entries: &[&Entry]) -> Result<(), ProjectionError> {
        let mut refused = None;
        for entry in entries {
            match self.apply(tx, entry).await {
                Err(ProjectionError::Refused(why)) => refused = Some(why),
                other => other?,
            }
        }
        refused.map_or(Ok(()), |why| Err(ProjectionError::Refused(why)))
    }

    async fn clear(&self, tx: &mut Tx) -> Result<(), ProjectionError> {
        on!(tx, |c| sqlx::query("DELETE FROM facts").execute(c).await.map(drop))?;
        Ok(())
    }
}

const LONG: Duration = Duration::from_secs(30);

fn start(consumer: &Db, source: &Db, facts: &Facts) -> CancellationToken {
    let stop = CancellationToken::new();
    tokio::spawn(follow(consumer.clone(), LocalFeed(source.clone()), facts.clone(), stop.clone()));
    stop
}

async fn facts(db: &Db) -> Vec<i64> {
    let mut tx = db.read().await.unwrap();
    on!(&mut tx, |c| sqlx::query_scalar("SELECT position FROM facts ORDER BY position").fetch_all(c).await).unwrap()
}

async fn a_consumer_applies_every_entry_once_and_a_reader_waits_for_its_own_write(source: TestDb) {
    let consumer = source.another("consumer", TEAMS).await.unwrap();
    for n in 0..300 {
        append(&source, team(n), 0, b"x").await.unwrap();
    }
    assert!(matches!(wait_for(&consumer, "facts", 1, Duration::from_millis(20)).await, Err(StoreError::Busy(_))));
    let stop = start(&consumer, &source, &Facts::default());
    wait_for(&consumer, "facts", 300, LONG).await.unwrap();
    let position = append(&source, team(1_000), 0, b"mine").await.unwrap();
    wait_for(&consumer, "facts", position, LONG).await.unwrap();
    assert_eq!(facts(&consumer).await, (1..=301).collect::<Vec<i64>>());
    let statuses = consumer.feed_statuses();
    assert_eq!((statuses[0].0, statuses[0].1.position, statuses[0].1.failures), ("facts", 301, 0));
    stop.cancel();
}

async fn a_consumer_killed_at_random_points_resumes_without_loss_or_repeat(source: TestDb) {
    let consumer = source.another("consumer", TEAMS).await.unwrap();
    let mut dice = Dice(11);
    for n in 0..25 {
        for m in 0..8 {
            append(&source, team(n * 8 + m), 0, b"x").await.unwrap();
        }
        let work = tokio::spawn(follow(
            consumer.db.clone(),
            LocalFeed(source.db.clone()),
            Facts::default(),
            CancellationToken::new(),
        ));
        tokio::time::sleep(Duration::from_micros(dice.roll(12_000))).await;
        work.abort();
    }
    let _stop = start(&consumer, &source, &Facts::default());
    wait_for(&consumer, "facts", 200, LONG).await.unwrap();
    assert_eq!(facts(&consumer).await, (1..=200).collect::<Vec<i64>>());
}

/// The child of the test below; by itself it does nothing.
#[tokio::test]
async fn child_that_consumes_until_it_is_killed() {
    let Ok(urls) = std::env::var("STORE_TEST_CHILD") else { return };
    let open = async |url: &str, journal| {
        let config = DatabaseConfig {
            accept_unsafe_server: true,
            readers: Some(2),
            writers: Some(2),
            ..DatabaseConfig::at(url)
        };
        Db::open(&config, journal, TEAMS, keys(), Env::system()).await.unwrap()
    };
    let (source, consumer) = urls.split_once(' ').unwrap();
    let (source, consumer) = (open(source, "test").await, open(consumer, "consumer").await);
    follow(consumer, LocalFeed(source), Facts::default(), CancellationToken::new()).await;
}

async fn a_consumer_process_killed_hard_resumes_without_loss_or_repeat(source: TestDb) {
    use secrecy::ExposeSecret;
    let consumer = source.another("consumer", TEAMS).await.unwrap();
    let urls = format!("{} {}", source.config.url.expose_secret(), consumer.config.url.expose_secret());
    let mut dice = Dice(5);
    for round in 0..6_u128 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["feed::child_that_consumes_until_it_is_killed", "--exact"])
            .env("STORE_TEST_CHILD", &urls)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for n in 0..60 {
            append(&source, team(round * 60 + n), 0, b"x").await.unwrap();
        }
        let reached = wait_for(&consumer, "facts", i64::try_from(round * 60).unwrap() + 1, LONG).await;
        tokio::time::sleep(Duration::from_millis(dice.roll(60))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        reached.unwrap();
    }
    let _stop = start(&consumer, &source, &Facts::default());
    wait_for(&consumer, "facts", 360, LONG).await.unwrap();
    assert_eq!(facts(&consumer).await, (1..=360).collect::<Vec<i64>>());
}

async fn an_entry_refused_again_and_again_is_put_aside_with_its_stream_and_can_be_replayed(source: TestDb) {
    let consumer = source.another("consumer", TEAMS).await.unwrap();
    append(&source, team(1), 0, b"x").await.unwrap();
    append(&source, team(1), 1, b"poison").await.unwrap();
    append(&source, team(2), 0, b"x").await.unwrap();
    append(&source, team(1), 2, b"x").await.unwrap();
    append(&source, team(3), 0, b"x").await.unwrap();
    let projection = Facts::default();
    projection.refuse.store(true, Ordering::SeqCst);
    let stop = start(&consumer, &source, &projection);
    wait_for(&consumer, "facts", 5, LONG).await.unwrap();
    append(&source, team(1), 3, b"x").await.unwrap();
    wait_for(&consumer, "facts", 6, LONG).await.unwrap();
    assert_eq!(facts(&consumer).await, [1, 3, 5]);
    let aside = quarantined(&consumer, "facts").await.unwrap();
    assert_eq!(aside.iter().map(|e| e.position).collect::<Vec<_>>(), [2, 4, 6]);
    assert_eq!(aside[0].payload, b"poison");
    assert!(matches!(replay(&consumer.db, &projection).await, Err(ProjectionError::Refused(_))));
    assert_eq!(quarantined(&consumer, "facts").await.unwrap().len(), 3);
    projection.refuse.store(false, Ordering::SeqCst);
    assert_eq!(replay(&consumer.db, &projection).await.unwrap(), 3);
    assert_eq!(facts(&consumer).await, [1, 2, 3, 4, 5, 6]);
    append(&source, team(1), 4, b"x").await.unwrap();
    wait_for(&consumer, "facts", 7, LONG).await.unwrap();
    assert_eq!(facts(&consumer).await.len(), 7);
    stop.cancel();
}

async fn two_consumers_of_one_projection_apply_each_entry_once(source: TestDb) {
    let consumer = source.another("consumer", TEAMS).await.unwrap();
    let replica = consumer.open_again().await.unwrap();
    let (_a, _b) = (start(&consumer, &source, &Facts::default()), start(&replica, &source, &Facts::default()));
    for n in 0..120 {
        append(&source, team(n), 0, b"x").await.unwrap();
    }
    wait_for(&consumer, "facts", 120, LONG).await.unwrap();
    wait_for(&replica, "facts", 120, LONG).await.unwrap();
    assert_eq!(facts(&consumer).await, (1..=120).collect::<Vec<i64>>());
}

async fn a_projection_is_built_again_from_nothing(source: TestDb) {
    let consumer = source.another("consumer", TEAMS).await.unwrap();
    for n in 0..50 {
        append(&source, team(n), 0, &Uuid::from_u128(n).into_bytes()).await.unwrap();
    }
    let stop = start(&consumer, &source, &Facts::default());
    wait_for(&consumer, "facts", 50, LONG).await.unwrap();
    stop.cancel();
    crate::support::run(&consumer, "DELETE FROM facts WHERE position > 10").await.unwrap();
    let mut seen = 0;
    rebuild(&consumer.db, &LocalFeed(source.db.clone()), &Facts::default(), 50, |at| seen = at).await.unwrap();
    assert_eq!((seen, count(&consumer, "SELECT count(*) FROM facts").await), (50, 50));
}

/// A journal that refuses the first who open it and ends soon, as one in a service that starts and stops.
#[derive(Clone)]
struct Hesitant {
    journal: Db,
    refusals: Arc<AtomicUsize>,
}

impl FeedSource for Hesitant {
    async fn open(&self, after: i64) -> Result<BoxStream<'static, Result<Vec<Entry>, FeedError>>, FeedError> {
        if self.refusals.fetch_add(1, Ordering::SeqCst) < 3 {
            return Err(FeedError("UNAVAILABLE: the service is starting".into()));
        }
        Ok(LocalFeed(self.journal.clone()).open(after).await?.take(1).boxed())
    }
}

async fn a_source_that_comes_late_and_leaves_early_raises_no_alarm(source: TestDb) {
    let consumer = source.another("consumer", TEAMS).await.unwrap();
    let (stop, log) = (CancellationToken::new(), Log::default());
    let hesitant = Hesitant { journal: source.db.clone(), refusals: Arc::default() };
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(log.clone()).finish();
    let work = follow(consumer.db.clone(), hesitant.clone(), Facts::default(), stop.clone()).with_subscriber(lines);
    let work = tokio::spawn(work);
    for n in 0..3 {
        let position = append(&source, team(n), 0, b"x").await.unwrap();
        wait_for(&consumer, "facts", position, LONG).await.unwrap();
    }
    stop.cancel();
    work.await.unwrap();
    let log = log.text();
    assert!(log.contains("a feed is opened again") && hesitant.refusals.load(Ordering::SeqCst) > 3, "{log}");
    assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}
