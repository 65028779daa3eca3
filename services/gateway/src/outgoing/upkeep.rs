//! Keeps the ledger within its bounds, forgets what is old, and counts what is open: a little at a time, beside everything else.

use std::time::Duration;

use hoagiai_runtime::CancellationToken;
use hoagiai_store::{Db, StoreError};
use hoagiai_types::{Env, Timestamp};

use super::{ON_THE_BUS, projection};
use crate::{
    config::Keep,
    counted::Counted,
    store::{bus, upkeep},
};

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(15);
/// Rows of one statement: a writer that waits behind it hardly notices.
const BATCH: i64 = 500;
const DAY: Duration = Duration::from_secs(86_400);

/// Keeps the ledger.
pub(crate) struct Upkeep {
    db: Db,
    env: Env,
    keep: Keep,
    counted: Counted,
    bus: bool,
}

impl Upkeep {
    /// `bus`: whether there is one to count.
    pub(crate) fn new(db: Db, env: Env, keep: Keep, counted: Counted, bus: bool) -> Self {
        Self { db, env, keep, counted, bus }
    }

    /// Looks until stopped.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let looking = async {
            loop {
                if let Err(error) = self.round().await {
                    tracing::warn!(%error, "the ledger could not be kept within its bounds; tried again later");
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        stop.run_until_cancelled(looking).await;
    }

    async fn round(&self) -> Result<(), StoreError> {
        self.bound().await?;
        self.forget().await?;
        self.count().await
    }

    fn ago(&self, days: u32) -> Timestamp {
        let micros = i64::try_from((DAY * days).as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(self.env.now().as_micros().saturating_sub(micros))
    }

    /// Parks what is due for too long, and what makes a line too long.
    async fn bound(&self) -> Result<(), StoreError> {
        let (before, now) = (self.ago(self.keep.line_days), self.env.now());
        loop {
            let mut tx = self.db.write().await?;
            let parked = upkeep::park_overdue(&mut tx, before, BATCH, now).await?;
            tx.commit().await?;
            self.counted.out_of_line("age", parked);
            if parked < BATCH {
                break;
            }
        }
        let most = i64::from(self.keep.line_length);
        let mut tx = self.db.read_one().await?;
        let long = upkeep::longer_than(&mut tx, most).await?;
        drop(tx);
        for (line, length) in long {
            let mut surplus = length - most;
            while surplus > 0 {
                let mut tx = self.db.write().await?;
                let parked = upkeep::park_first(&mut tx, line, surplus.min(BATCH), now).await?;
                tx.commit().await?;
                self.counted.out_of_line("length", parked);
                tracing::warn!(subscription = %line, parked, "a line of deliveries is longer than it may be");
                if parked == 0 {
                    break;
                }
                surplus -= parked;
            }
        }
        Ok(())
    }

    /// Removes rows whose time is over.
    async fn forget(&self) -> Result<(), StoreError> {
        let (acknowledged, parked) = (self.ago(self.keep.acknowledged_days), self.ago(self.keep.parked_days));
        let calls = self.env.today().plus_days(-i32::try_from(self.keep.calls_days).unwrap_or(i32::MAX));
        for kind in ["acknowledged", "parked", "bus_parked", "calls"] {
            loop {
                let mut tx = self.db.write().await?;
                let gone = match kind {
                    "acknowledged" => upkeep::forget_acknowledged(&mut tx, acknowledged, BATCH).await?,
                    "parked" => upkeep::forget_parked(&mut tx, parked, BATCH).await?,
                    "bus_parked" => bus::forget(&mut tx, parked, BATCH).await?,
                    _ => upkeep::forget_calls(&mut tx, calls, BATCH).await?,
                };
                tx.commit().await?;
                self.counted.forgot(kind, gone);
                if gone < BATCH {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn count(&self) -> Result<(), StoreError> {
        let mut tx = self.db.read().await?;
        let (open, subscriptions) = (upkeep::open(&mut tx).await?, upkeep::subscriptions(&mut tx).await?);
        drop(tx);
        self.counted.ledger(&open, self.env.now());
        self.counted.subscriptions(&subscriptions);
        if !self.bus {
            return Ok(());
        }
        for journal in ON_THE_BUS {
            let head = hoagiai_store::position(&self.db, &projection(journal)).await?;
            let mut tx = self.db.read().await?;
            let reached = bus::cursor(&mut tx, journal).await?.map_or(0, |cursor| cursor.position);
            let parked = bus::count_parked(&mut tx, journal).await?;
            self.counted.bus(journal, head - reached, parked);
        }
        Ok(())
    }
}
