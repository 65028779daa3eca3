//! Removes what was kept of SPDCI messages once it is of no more use, some rows at a time, so that nobody waits for it.

use std::time::Duration;

use hoagiai_runtime::CancellationToken;
use hoagiai_types::Timestamp;

use crate::{error::Error, usecases::Gateway};

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(3_600);
/// Between two removals: others have their turn.
const BREATH: Duration = Duration::from_millis(200);

/// Removes what is older than `keep`, until stopped.
pub(crate) async fn forget_messages(gateway: Gateway, keep: Duration, stop: CancellationToken) {
    let forgetting = async {
        loop {
            if let Err(error) = all(&gateway, keep).await {
                tracing::warn!(%error, "old messages of SPDCI could not be removed; tried again in an hour");
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    stop.run_until_cancelled(forgetting).await;
}

async fn all(gateway: &Gateway, keep: Duration) -> Result<(), Error> {
    let keep = i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
    let before = Timestamp::from_micros(gateway.env().now().as_micros().saturating_sub(keep));
    while gateway.forget_messages(before).await? {
        tokio::time::sleep(BREATH).await;
    }
    Ok(())
}
