//! Journals written by a test instead of a service, so that a projection is tested without the service that feeds it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::{StreamExt, stream, stream::BoxStream};
use hoagiai_store::{Entry, FeedError, FeedSource, Position};
use hoagiai_types::{Date, Timestamp, Uuid};
use tokio::sync::watch;

/// A journal of entries that a test pushes. Clones share it.
#[derive(Clone)]
pub struct ScriptedFeed {
    entries: Arc<Mutex<Entries>>,
    head: watch::Sender<Position>,
    stutters: Arc<AtomicBool>,
}

/// Entries in order, and the version that each stream has reached.
#[derive(Default)]
struct Entries(Vec<Entry>, HashMap<Uuid, i64>);

impl Default for ScriptedFeed {
    fn default() -> Self {
        ScriptedFeed { entries: Arc::default(), head: watch::Sender::new(0), stutters: Arc::default() }
    }
}

impl ScriptedFeed {
    /// From now on it delivers everything from the start, whatever is asked for, and each batch twice.
    pub fn stutter(&self) {
        self.stutters.store(true, Ordering::SeqCst);
    }

    /// Appends a fact; answers its position.
    pub fn push(&self, stream: (&str, Uuid), kind: &str, valid_time: Date, payload: Vec<u8>) -> Position {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Entries(entries, versions) = &mut *entries;
        let position = Position::try_from(entries.len()).unwrap_or(Position::MAX - 1) + 1;
        let version = versions.entry(stream.1).or_default();
        *version += 1;
        entries.push(Entry {
            position,
            stream_kind: stream.0.to_owned(),
            stream_id: stream.1,
            stream_version: *version,
            kind: kind.to_owned(),
            valid_time,
            record_time: Timestamp::from_micros(0),
            actor: "test".to_owned(),
            purpose: None,
            request_id: None,
            payload,
            hash: [0; 32],
        });
        self.head.send_replace(position);
        position
    }

    /// Position of the last fact.
    pub fn head(&self) -> Position {
        *self.head.borrow()
    }

    fn after(&self, after: Position) -> Vec<Entry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let start = usize::try_from(after).unwrap_or(0);
        entries.0.iter().skip(start).take(256).cloned().collect()
    }
}

impl FeedSource for ScriptedFeed {
    async fn open(&self, after: Position) -> Result<BoxStream<'static, Result<Vec<Entry>, FeedError>>, FeedError> {
        let stutters = self.stutters.load(Ordering::SeqCst);
        let start = if stutters { 0 } else { after };
        let state = (self.clone(), self.head.subscribe(), start, Vec::new());
        Ok(stream::unfold(state, move |(feed, mut head, after, again)| async move {
            if !again.is_empty() {
                return Some((Ok(again), (feed, head, after, Vec::new())));
            }
            head.wait_for(|position| *position > after).await.ok()?;
            let entries = feed.after(after);
            let last = entries.last().map_or(after, |entry| entry.position);
            let again = if stutters { entries.clone() } else { Vec::new() };
            Some((Ok(entries), (feed, head, last, again)))
        })
        .boxed())
    }
}
