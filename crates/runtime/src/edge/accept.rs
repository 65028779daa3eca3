//! The accept loop: a place first, then a connection; back-off where the kernel refuses (EMFILE made tonic's loop spin
//! at 100 % CPU); TLS within its own time. Also takes connections made inside the process.

use super::{
    connection::{Activity, Peer, Shared, serve},
    guarded::{Limits, OnCut},
    permits::Permits,
    tls::{Tls, client_certificate},
};
use crate::{layers::Handler, telemetry::Metrics};
use std::{sync::Arc, time::Duration};
use tokio::{io::DuplexStream, net::TcpListener, sync::mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const ACCEPT_BACK_OFF: Duration = Duration::from_millis(100);

/// A connection made by another service of the same process.
pub(crate) type Arrival = DuplexStream;

/// What an edge is made of.
pub(crate) struct EdgeParts<H> {
    pub(crate) handler: H,
    pub(crate) config: crate::config::ServerConfig,
    pub(crate) tls: Option<Tls>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) drain: CancellationToken,
    pub(crate) abort: CancellationToken,
}

/// A running edge.
pub(crate) struct Edge {
    /// Connections and calls that still live.
    pub(crate) tasks: TaskTracker,
    pub(crate) activity: Arc<Activity>,
}

impl Edge {
    /// Accepts on the listener and from inside the process until drained.
    pub(crate) fn start<H: Handler>(
        listener: TcpListener,
        inside: mpsc::Receiver<Arrival>,
        parts: EdgeParts<H>,
    ) -> Self {
        let tasks = TaskTracker::new();
        let activity = Activity::new();
        let cuts = parts.metrics.clone();
        let on_cut: OnCut = Arc::new(move |why| cuts.connection_cut(why.word()));
        let config = &parts.config;
        let shared = Arc::new(Shared {
            handler: parts.handler,
            limits: Limits { begun: config.begun.get(), idle: config.idle.get(), frames: config.frames() },
            max_streams: config.streams_per_connection,
            header_list: config.header_list_bytes,
            ping_interval: config.ping_interval.get(),
            ping_timeout: config.ping_timeout.get(),
            max_age: config.connection_age.get(),
            on_cut,
            drain: parts.drain.clone(),
            abort: parts.abort,
            calls: tasks.clone(),
            activity: activity.clone(),
        });
        let places = config.places();
        let permits = Permits::new(places, config.connections_per_address);
        let outside = accept(listener, permits, parts.tls, config.handshake.get(), shared.clone(), parts.metrics);
        let drain = parts.drain;
        tasks.spawn({
            let drain = drain.clone();
            async move { drain.run_until_cancelled(outside).await }
        });
        tasks.spawn(async move { drain.run_until_cancelled(accept_inside(inside, shared)).await });
        Self { tasks, activity }
    }
}

async fn accept<H: Handler>(
    listener: TcpListener,
    permits: Arc<Permits>,
    tls: Option<Tls>,
    handshake: Duration,
    shared: Arc<Shared<H>>,
    metrics: Arc<Metrics>,
) {
    let mut spread = Spread::default();
    while let Some(place) = permits.place().await {
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                metrics.accept_failed();
                tracing::warn!(error = %error, "accepting a connection failed");
                tokio::time::sleep(ACCEPT_BACK_OFF).await;
                continue;
            }
        };
        let Some(permit) = permits.admit(place, address.ip()) else {
            metrics.connection_cut("address");
            tracing::debug!(peer = %address, "too many connections from one address");
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (shared, metrics, jitter) = (shared.clone(), metrics.clone(), spread.next());
        let tls = tls.as_ref().map(Tls::acceptor);
        let abort = shared.abort.clone();
        let tracker = shared.calls.clone();
        tracker.spawn(async move {
            let _permit = permit;
            let _open = metrics.connection();
            let peer = Peer { address: Some(address), certificate: None };
            let Some(tls) = tls else { return serve(shared, stream, peer, jitter).await };
            let secured = tokio::time::timeout(handshake, tls.accept(stream));
            match abort.run_until_cancelled(secured).await {
                Some(Ok(Ok(stream))) => {
                    let peer = Peer { certificate: client_certificate(&stream), ..peer };
                    serve(shared, stream, peer, jitter).await;
                }
                Some(Ok(Err(error))) => tracing::debug!(peer = %address, error = %error, "TLS handshake failed"),
                Some(Err(_)) => metrics.connection_cut("handshake"),
                None => {}
            }
        });
    }
}

async fn accept_inside<H: Handler>(mut arrivals: mpsc::Receiver<Arrival>, shared: Arc<Shared<H>>) {
    while let Some(stream) = arrivals.recv().await {
        // Places and ages are for strangers; the limits on calls hold for all.
        let peer = Peer { address: None, certificate: None };
        shared.calls.clone().spawn(serve(shared.clone(), stream, peer, f64::from(u16::MAX)));
    }
}

/// Spreads the ages of connections over ±10 %, so that clients that came together do not leave together: the fractional
/// parts of multiples of the golden ratio lie evenly and need no random numbers.
#[derive(Default)]
struct Spread(f64);

impl Spread {
    fn next(&mut self) -> f64 {
        self.0 = (self.0 + 0.618_033_988_749_894_9).fract();
        0.9 + 0.2 * self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_do_not_grow_old_together() {
        let mut spread = Spread::default();
        let ages: Vec<f64> = (0..100).map(|_| spread.next()).collect();
        assert!(ages.iter().all(|age| (0.9..=1.1).contains(age)));
        let mut sorted = ages.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] > 0.0005), "two connections leave at the same time");
    }
}
