//! Reading one's own writes: waiting until a database knows of a position in a journal, its own or one that it follows.

use std::time::Duration;

use super::position;
use crate::{Db, Position, StoreError};

/// How often the database is asked although nobody announced anything: another replica or process may be the one that
/// moves on.
const LOOK: Duration = Duration::from_millis(100);

/// Waits until a projection has applied everything up to `at_least`, so that a caller reads what it wrote elsewhere.
///
/// # Errors
/// [`StoreError::Busy`] when that takes longer than `limit`.
pub async fn wait_for(db: &Db, projection: &str, at_least: Position, limit: Duration) -> Result<(), StoreError> {
    let mut progress = db.progress(projection).subscribe();
    let reached = async {
        loop {
            if *progress.borrow_and_update() >= at_least || position(db, projection).await? >= at_least {
                return Ok(());
            }
            let _ = tokio::time::timeout(LOOK, progress.wait_for(|p| *p >= at_least)).await;
        }
    };
    tokio::time::timeout(limit, reached).await.map_err(|_| StoreError::Busy(None))?
}

impl Db {
    /// Waits until reads of this database know everything up to `at_least` of a journal: of its own, or of one that it
    /// follows in this process.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it does not follow that journal, [`StoreError::Busy`] when it takes longer than `limit`.
    pub async fn reflects(&self, journal: &str, at_least: Position, limit: Duration) -> Result<(), StoreError> {
        if journal == self.journal() {
            return tokio::time::timeout(limit, self.has_own(at_least)).await.map_err(|_| StoreError::Busy(None))?;
        }
        let projection = format!("{}.{journal}", self.journal());
        if !self.follows(&projection) {
            return Err(StoreError::NotFound);
        }
        wait_for(self, &projection, at_least, limit).await
    }

    async fn has_own(&self, at_least: Position) -> Result<(), StoreError> {
        let mut head = self.watch_head();
        while *head.borrow_and_update() < at_least && self.signed_head().await?.position < at_least {
            let _ = tokio::time::timeout(LOOK, head.wait_for(|head| *head >= at_least)).await;
        }
        Ok(())
    }
}
