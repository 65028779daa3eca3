//! One connection: HTTP/2 with its limits, served until the peer leaves, the connection is old or idle, or the server
//! stops. Owns when a connection ends; `guarded` owns what it may send meanwhile.

use super::guarded::{Guarded, Limits, OnCut};
use crate::layers::{Handler, Request, Response};
use hyper::{body::Incoming, server::conn::http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Who is at the other end, in the extensions of each request.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// None: another service of this process.
    pub(crate) address: Option<SocketAddr>,
    /// SHA-256 of the leaf of a verified client certificate.
    pub(crate) certificate: Option<[u8; 32]>,
}

/// What goes on in a connection, or in a server: calls in flight, and when the last one ended.
#[derive(Debug)]
pub(crate) struct Activity {
    calls: AtomicUsize,
    origin: Instant,
    last_millis: AtomicU64,
}

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { calls: AtomicUsize::new(0), origin: Instant::now(), last_millis: AtomicU64::new(0) })
    }

    /// Counts a call until the answer is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> InFlight {
        self.calls.fetch_add(1, Relaxed);
        InFlight(self.clone())
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Relaxed)
    }

    /// How long there has been no call.
    pub(crate) fn idle(&self) -> Duration {
        if self.calls() > 0 {
            return Duration::ZERO;
        }
        self.origin.elapsed().saturating_sub(Duration::from_millis(self.last_millis.load(Relaxed)))
    }
}

/// A call in flight.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Activity>);

impl Drop for InFlight {
    fn drop(&mut self) {
        let millis = u64::try_from(self.0.origin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last_millis.store(millis, Relaxed);
        self.0.calls.fetch_sub(1, Relaxed);
    }
}

/// What every connection of a server shares.
pub(super) struct Shared<H> {
    pub(super) handler: H,
    pub(super) limits: Limits,
    pub(super) max_streams: u32,
    pub(super) header_list: u32,
    pub(super) ping_interval: Duration,
    pub(super) ping_timeout: Duration,
    /// Age at which a connection is asked to leave, before jitter.
    pub(super) max_age: Duration,
    pub(super) on_cut: OnCut,
    /// Ask every peer to leave (GOAWAY).
    pub(super) drain: CancellationToken,
    /// Drop everything at once.
    pub(super) abort: CancellationToken,
    pub(super) calls: TaskTracker,
    pub(super) activity: Arc<Activity>,
}

/// Runs the call tasks of a connection: tracked, and dropped on abort.
struct Calls {
    tracker: TaskTracker,
    abort: CancellationToken,
}

impl Clone for Calls {
    fn clone(&self) -> Self {
        Self { tracker: self.tracker.clone(), abort: self.abort.clone() }
    }
}

impl<F> hyper::rt::Executor<F> for Calls
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, call: F) {
        let abort = self.abort.clone();
        self.tracker.spawn(async move { abort.run_until_cancelled(call).await });
    }
}

/// Serves one connection to its end.
pub(super) async fn serve<H: Handler, I>(shared: Arc<Shared<H>>, io: I, peer: Peer, jitter: f64)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::new();
    let service = {
        let (shared, activity, peer) = (shared.clone(), activity.clone(), peer.clone());
        hyper::service::service_fn(move |request: http::Request<Incoming>| {
            let in_flight = (activity.begin(), shared.activity.begin());
            let (shared, peer) = (shared.clone(), peer.clone());
            async move {
                let mut request: Request = request.map(tonic::body::Body::new);
                request.extensions_mut().insert(peer);
                let answer: Response = shared.handler.handle(request).await;
                Ok::<_, Infallible>(answer.map(|body| crate::layers::body::held(body, in_flight)))
            }
        })
    };
    let executor = Calls { tracker: shared.calls.clone(), abort: shared.abort.clone() };
    let mut builder = http2::Builder::new(executor);
    // tonic's own server leaves the number of streams unlimited: 200,000 took 255 MB.
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(shared.max_streams)
        .max_header_list_size(shared.header_list)
        .max_frame_size(16 * 1024)
        .initial_stream_window_size(256 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .keep_alive_interval(shared.ping_interval)
        .keep_alive_timeout(shared.ping_timeout);
    let guarded = Guarded::new(io, shared.limits, shared.on_cut.clone());
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(guarded), service));
    let old = tokio::time::sleep(shared.max_age.mul_f64(jitter));
    let mut old = std::pin::pin!(old);
    let mut look = tokio::time::interval(shared.limits.idle / 4);
    look.reset();
    let mut leaving = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(peer = ?peer.address, error = %error, "a connection ended with an error");
                }
                return;
            }
            () = shared.abort.cancelled() => return,
            () = shared.drain.cancelled(), if !leaving => leaving = true,
            // No grace is set beside the age: hyper's grace cuts calls without a GOAWAY.
            () = old.as_mut(), if !leaving => leaving = true,
            _ = look.tick(), if !leaving => leaving = activity.idle() >= shared.limits.idle,
        }
        if leaving {
            connection.as_mut().graceful_shutdown();
        }
    }
}
