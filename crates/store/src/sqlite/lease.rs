//! The writing connection on loan: what a request holds from its turn to its end, and what it gives back.

use std::time::Duration;

use sqlx::SqliteConnection;
use tokio::sync::oneshot;

use crate::{Checkpoint, Position, StoreError, journal::Chain, tx::Additions};

/// How long a request waits for its turn to write.
pub(crate) const TURN: Duration = Duration::from_secs(5);

/// Somebody who waits for the writing connection.
pub(crate) struct Turn {
    pub(crate) reply: oneshot::Sender<Result<Lease, StoreError>>,
    /// Whether it is to have a transaction for itself: SQLite copies every page that a savepoint may have to restore, and
    /// walks through all copies at the end of each statement, which is quadratic for a request that writes very much.
    pub(crate) alone: bool,
}

/// What the writer is asked.
pub(crate) enum Command {
    Write(Turn),
    Checkpoint(oneshot::Sender<Result<Checkpoint, StoreError>>),
    Close(oneshot::Sender<()>),
}

/// What a lease ended in.
pub(crate) enum Returned {
    Commit { body: Box<Body>, additions: Additions, ack: oneshot::Sender<Result<Position, StoreError>> },
    Abandon { body: Box<Body> },
    Harden { body: Box<Body>, reply: oneshot::Sender<Result<Lease, StoreError>> },
}

/// What is lent: the connection, and the end of the chain as it stands inside the shared transaction.
pub(crate) struct Body {
    pub(super) conn: SqliteConnection,
    pub(super) chain: Chain,
    /// Whether earlier requests of the batch wait for the same commit.
    pub(super) shared: bool,
}

/// The writing connection, for the length of one transaction. Dropped, it goes back and is undone.
pub(crate) struct Lease {
    pub(super) body: Option<Box<Body>>,
    pub(super) back: Option<oneshot::Sender<Returned>>,
}

impl Lease {
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.body.as_mut().map(|b| &mut b.conn).ok_or(StoreError::Poisoned)
    }

    pub(crate) fn give_back(mut self, how: impl FnOnce(Box<Body>) -> Returned) -> Result<(), StoreError> {
        self.send(how)
    }

    fn send(&mut self, how: impl FnOnce(Box<Body>) -> Returned) -> Result<(), StoreError> {
        let (Some(body), Some(back)) = (self.body.take(), self.back.take()) else { return Err(StoreError::Poisoned) };
        back.send(how(body)).map_err(|_| StoreError::Unavailable(None))
    }

    pub(crate) async fn harden(&mut self) -> Result<(), StoreError> {
        if !self.body.as_ref().is_some_and(|b| b.shared) {
            return Ok(());
        }
        let (reply, lent) = oneshot::channel();
        self.send(|body| Returned::Harden { body, reply })?;
        *self = lent.await.map_err(|_| StoreError::Unavailable(None))??;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Fails when the writer is gone, and the connection with it: then there is nothing to undo.
        let _ = self.send(|body| Returned::Abandon { body });
    }
}
