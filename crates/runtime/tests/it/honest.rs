//! An honest client beside an attack: steady calls, none of which may fail.

use crate::support::say;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

/// What the honest client saw.
#[derive(Debug, Default)]
pub(crate) struct Honest {
    pub(crate) calls: usize,
    pub(crate) failed: Vec<String>,
    latencies: Vec<Duration>,
}

impl Honest {
    pub(crate) fn p99(&mut self) -> Duration {
        self.latencies.sort();
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * 99 / 100).copied().unwrap_or_default()
    }
}

/// A client that calls a hundred times a second until stopped.
pub(crate) struct Client {
    stop: CancellationToken,
    made: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<Honest>,
}

impl Client {
    pub(crate) fn start(channel: Channel) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let made = Arc::new(AtomicUsize::new(0));
        let counted = made.clone();
        let task = tokio::spawn(async move {
            let mut seen = Honest::default();
            let mut tick = tokio::time::interval(Duration::from_millis(10));
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while !stopped.is_cancelled() {
                tick.tick().await;
                let began = Instant::now();
                seen.calls += 1;
                counted.fetch_add(1, Ordering::SeqCst);
                match say(&channel, "Say", "honest").await {
                    Ok(_) => seen.latencies.push(began.elapsed()),
                    Err(status) => seen.failed.push(status.to_string()),
                }
            }
            seen
        });
        Self { stop, made, task }
    }

    /// Waits until so many calls were made: a shorter attack than that says nothing of the honest.
    pub(crate) async fn has_called(&self, calls: usize) {
        let limit = Duration::from_secs(30);
        crate::support::until("honest calls", limit, || self.made.load(Ordering::SeqCst) >= calls).await;
    }

    pub(crate) async fn stop(self) -> Honest {
        self.stop.cancel();
        self.task.await.expect("an honest client")
    }
}
