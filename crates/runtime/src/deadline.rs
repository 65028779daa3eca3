//! The deadline of the current call, for whatever it calls in turn.

use std::time::{Duration, Instant};

tokio::task_local! {
    static UNTIL: Instant;
}

/// Runs a future under a deadline that [`remaining`] tells. Does not end it.
pub(crate) async fn scope<F: Future>(until: Instant, call: F) -> F::Output {
    UNTIL.scope(until, call).await
}

/// The time left to the current call; none outside of calls and in streams without a deadline.
#[must_use]
pub fn remaining() -> Option<Duration> {
    UNTIL.try_with(|until| until.saturating_duration_since(Instant::now())).ok()
}
