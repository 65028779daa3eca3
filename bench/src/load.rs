//! A closed loop of clients: a fixed number of calls in flight for a fixed time, latencies in a histogram.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;

/// What a run measured.
pub(crate) struct Measured {
    /// Calls that succeeded, a second.
    pub(crate) per_second: f64,
    /// Latencies in microseconds.
    pub(crate) latency: Histogram<u64>,
}

/// Runs `call(number)` with `in_flight` at once for `length`, after a warm-up of a tenth of it. The first error ends the run:
/// a figure that hides failures is no figure.
pub(crate) async fn run<F, R>(in_flight: usize, length: Duration, call: F) -> anyhow::Result<Measured>
where
    F: Fn(u64) -> R + Send + Sync + 'static,
    R: Future<Output = anyhow::Result<()>> + Send,
{
    let call = Arc::new(call);
    let next = Arc::new(AtomicU64::new(0));
    let warm = Instant::now() + length / 10;
    let end = warm + length;
    let mut workers = Vec::new();
    for _ in 0..in_flight {
        let (call, next) = (Arc::clone(&call), Arc::clone(&next));
        workers.push(tokio::spawn(async move {
            let mut latency = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
            loop {
                let start = Instant::now();
                if start >= end {
                    return anyhow::Ok(latency);
                }
                call(next.fetch_add(1, Ordering::Relaxed)).await?;
                if start >= warm {
                    latency.saturating_record(u64::try_from(start.elapsed().as_micros())?);
                }
            }
        }));
    }
    let mut latency = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
    for worker in workers {
        latency.add(worker.await??)?;
    }
    Ok(Measured { per_second: latency.len() as f64 / length.as_secs_f64(), latency })
}
