//! The deadline of the call being served, and how calls to other services inherit it. The layer of the runtime that
//! reads `grpc-timeout` puts it here; everything called within asks here.

use std::time::{Duration, Instant};

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Less than this is not worth a call.
const LEAST: Duration = Duration::from_millis(10);

/// Runs a call that must have answered by `deadline`.
pub async fn within<F: Future>(deadline: Instant, call: F) -> F::Output {
    DEADLINE.scope(deadline, call).await
}

/// The time left for the call being served; none outside of calls (timers, projections).
pub fn left() -> Option<Duration> {
    DEADLINE.try_with(|deadline| deadline.saturating_duration_since(Instant::now())).ok()
}

/// The time that an outgoing call may take: at most `limit`, and a little less than what is left, so that there is
/// still time to answer. None: too little is left to ask.
pub fn for_call(limit: Duration) -> Option<Duration> {
    match left() {
        None => Some(limit),
        Some(left) if left < LEAST => None,
        Some(left) => Some(limit.min(left - left / 20)),
    }
}
