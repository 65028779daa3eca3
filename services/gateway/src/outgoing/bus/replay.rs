//! What an operator asks of the bus once, by the id in the settings: journals set back, parked facts sent again.

use hoagiai_runtime::BoxError;
use hoagiai_store::{Db, FeedSource as _, StoreError};

use futures_util::StreamExt as _;

use super::{
    Bus, Source,
    publish::{Fate, Publisher},
    refused,
};
use crate::store::bus::{self, Parked};

/// Parked facts that are read at once.
const AT_ONCE: i64 = 100;

impl Bus {
    /// Sets journals back and puts what is parked in line, unless that was done under this id: all of it, or nothing.
    pub(super) async fn replay_once(&self) -> Result<(), StoreError> {
        let Some(asked) = &self.config.replay else { return Ok(()) };
        let mut tx = self.db.write().await?;
        if bus::ask_once(&mut tx, &asked.id, self.env.now()).await? {
            for (journal, after) in &asked.after {
                bus::set_back(&mut tx, journal, *after).await?;
            }
            if asked.parked {
                bus::ask_again(&mut tx).await?;
            }
            tracing::info!(id = asked.id, "a replay to the bus begins");
        }
        tx.commit().await.map(drop)
    }

    /// Sends what was parked and is asked for again; what is refused again stays parked.
    pub(super) async fn send_parked(&self, publisher: &Publisher, source: &Source) -> Result<(), BoxError> {
        let mut after = 0;
        loop {
            let due = due(&self.db, source.0, after).await?;
            let Some(last) = due.last() else { return Ok(()) };
            after = last.position;
            for one in due {
                self.send_again(publisher, source, &one).await?;
            }
        }
    }

    async fn send_again(&self, publisher: &Publisher, (journal, feed): &Source, one: &Parked) -> Result<(), BoxError> {
        let before = one.position - 1;
        // A journal that cannot be read just now: it stays due, until the bus is connected again.
        let Ok(mut opened) = feed.open(before).await else { return Ok(()) };
        let Some(Ok(batch)) = opened.next().await else { return Ok(()) };
        let Some(entry) = batch.iter().find(|entry| entry.position == one.position) else { return Ok(()) };
        let fate = publisher.publish(journal, entry).await;
        let mut tx = self.db.write().await?;
        match fate {
            Fate::Taken => bus::taken(&mut tx, journal, before, one.position).await?,
            Fate::Refused(why) => bus::park(&mut tx, &refused(journal, entry, why), self.env.now()).await?,
            Fate::Later(error) => return Err(error),
        }
        tx.commit().await?;
        Ok(())
    }
}

async fn due(db: &Db, journal: &str, after: i64) -> Result<Vec<Parked>, StoreError> {
    let mut tx = db.read_one().await?;
    bus::due(&mut tx, journal, after, AT_ONCE).await
}
