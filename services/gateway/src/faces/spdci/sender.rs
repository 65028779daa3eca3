//! Sends what is due to agencies, to each by itself: one that does not answer keeps nobody waiting but itself. Nothing is lost by
//! a process that ends: what it took for sending is due again when its lease ends.

use std::time::Duration;

use hoagiai_runtime::CancellationToken;

use super::Spdci;
use crate::{domain::ConsumerId, error::Error, outgoing::Lanes, usecases::DueKind};

/// How often it is looked whether anything is due.
const LOOK: Duration = Duration::from_millis(500);
/// Agencies at once, for each kind of message.
const AT_ONCE: usize = 32;
/// Messages to one agency in a row, before others have their turn.
const IN_A_ROW: usize = 32;

/// What became of the next message to an agency.
pub(super) enum Next {
    /// Nothing is due.
    Nothing,
    /// It is settled.
    Settled,
    /// It was not taken.
    Failed,
}

/// Sends until stopped.
pub(super) async fn run(spdci: Spdci, stop: CancellationToken) {
    let answers = send(spdci.clone(), DueKind::Answers);
    let notices = send(spdci, DueKind::Notices);
    stop.run_until_cancelled(async { tokio::join!(answers, notices) }).await;
}

async fn send(spdci: Spdci, kind: DueKind) {
    let mut lanes = Lanes::new(AT_ONCE);
    loop {
        noted(spdci.round(kind, &mut lanes).await);
        lanes.rest(LOOK).await;
    }
}

impl Spdci {
    async fn round(&self, kind: DueKind, lanes: &mut Lanes<ConsumerId>) -> Result<(), Error> {
        // Who is connected could not be read for a while: no attempt is lost on that.
        if !self.backends.gatekeeper().knows_agencies() {
            return Ok(());
        }
        let due = self.gateway.agencies_due(kind).await?;
        let busy = lanes.busy();
        for agency in due.into_iter().filter(|agency| !busy.contains(agency)) {
            let spdci = self.clone();
            lanes.start(agency, async move { noted(spdci.turn(kind, agency).await) });
        }
        Ok(())
    }

    /// Some messages to an agency, until one fails: each that is due has a schedule of its own, and an agency that fails is asked
    /// once a look.
    async fn turn(&self, kind: DueKind, agency: ConsumerId) -> Result<(), Error> {
        for _ in 0..IN_A_ROW {
            let next = match kind {
                DueKind::Answers => self.answer_next(agency).await?,
                DueKind::Notices => self.notify_next(agency).await?,
            };
            match next {
                Next::Settled => {}
                Next::Nothing | Next::Failed => break,
            }
        }
        Ok(())
    }
}

/// What keeps messages from being read or written is told to whoever looks after it, and tried again at the next look.
fn noted(ended: Result<(), Error>) {
    if let Err(error) = ended {
        tracing::warn!(%error, "what is due to agencies over SPDCI could not be read or written");
    }
}
