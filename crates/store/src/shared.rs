//! What the tasks behind a database need of it, without keeping it open: names, keys, the head that they move, the health
//! that they watch over.

use std::{path::PathBuf, sync::Arc, time::Duration};

use hoagiai_types::{Env, Timestamp};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::{Checkpoint, DatabaseConfig, Keyring, Position, Witness};

/// Whether the database can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// All is well.
    Good,
    /// The process must end and be started again: what was acknowledged is safe, what comes next would not be.
    Broken(&'static str),
}

/// What the tasks behind a database need of it; they must not keep it open.
pub(crate) struct Shared {
    pub(crate) journal: &'static str,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) env: Env,
    pub(crate) head: watch::Sender<Position>,
    pub(crate) health: watch::Sender<Health>,
    pub(crate) witness: Option<Witness>,
    witness_owed: Mutex<bool>,
    checkpoint_entries: i64,
    checkpoint_age: Duration,
}

impl Shared {
    pub(crate) fn new(
        config: &DatabaseConfig,
        witness: Option<PathBuf>,
        journal: &'static str,
        keys: Arc<Keyring>,
        env: Env,
    ) -> Self {
        Self {
            journal,
            keys,
            env,
            head: watch::Sender::new(0),
            health: watch::Sender::new(Health::Good),
            witness: witness.map(Witness::at),
            witness_owed: Mutex::new(false),
            checkpoint_entries: config.checkpoint_entries.max(1),
            checkpoint_age: Duration::from_secs(config.checkpoint_seconds.max(1)),
        }
    }

    pub(crate) fn journal(&self) -> &'static str {
        self.journal
    }
    pub(crate) fn keys(&self) -> &Keyring {
        &self.keys
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.env.now()
    }
    pub(crate) fn witness(&self) -> Option<&Witness> {
        self.witness.as_ref()
    }
    pub(crate) fn checkpoint_age(&self) -> Duration {
        self.checkpoint_age
    }
    pub(crate) fn checkpoint_due(&self, last: &Checkpoint, position: Position, now: Timestamp) -> bool {
        position - last.position >= self.checkpoint_entries || now.since(last.signed_at) >= self.checkpoint_age
    }
    pub(crate) fn publish(&self, position: Position) {
        self.head.send_if_modified(|head| {
            let ahead = position > *head;
            *head = position.max(*head);
            ahead
        });
    }
    pub(crate) fn set_health(&self, health: Health) {
        self.health.send_replace(health);
    }
    pub(crate) fn owe_witness(&self) {
        *self.witness_owed.lock() = true;
    }
    pub(crate) fn take_owed_witness(&self) -> Option<Witness> {
        let owed = std::mem::take(&mut *self.witness_owed.lock());
        self.witness.clone().filter(|_| owed)
    }
}
