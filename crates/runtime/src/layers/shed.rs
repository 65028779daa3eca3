//! Sixth: how many calls run at once. Above the limit a call waits at most 50 ms, then is refused at once with
//! RESOURCE_EXHAUSTED and RetryInfo: an answer in time for fewer beats an answer too late for all. Below the deadline,
//! so that waiting counts; above authentication, so that refusing costs nothing.
//!
//! The limit finds itself: it grows while calls are quick and shrinks while they are slow (additive increase,
//! multiplicative decrease). Under pressure the newest waiting call of the most critical class goes first: the oldest
//! is the one whose caller has most likely given up.

use super::{Handler, Layer, Method, Request, Response, body, fault::Fault};
use crate::{config::LoadConfig, telemetry::Metrics};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};
use tokio::sync::{Semaphore, oneshot};

/// How much it hurts when a call is refused; header `x-criticality`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Criticality {
    /// Reports and imports: may wait for the night.
    Batch,
    /// Lists and searches: a person presses the button again.
    Sheddable,
    /// The default.
    Critical,
    /// Saving what somebody has just said or signed.
    CriticalPlus,
}

impl Criticality {
    /// The header that carries it.
    pub const HEADER: &'static str = "x-criticality";

    const ALL: [Self; 4] = [Self::Batch, Self::Sheddable, Self::Critical, Self::CriticalPlus];

    /// Reads the header's value.
    #[must_use]
    pub fn parse(word: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word().as_bytes().eq_ignore_ascii_case(word))
    }

    /// The header's value.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Sheddable => "sheddable",
            Self::Critical => "critical",
            Self::CriticalPlus => "critical_plus",
        }
    }

    /// What a method is when its caller says nothing.
    pub(super) fn of_method(service: &str, verb: &str) -> Self {
        let begins = |words: &[&str]| words.iter().any(|word| verb.starts_with(word));
        match () {
            () if begins(&["Compute", "Export", "Reconcile", "Import", "Rehearse"]) => Self::Batch,
            () if begins(&["List", "Search", "Find", "Explain"]) => Self::Sheddable,
            () if service.starts_with("grpc.health.") => Self::CriticalPlus,
            () => Self::Critical,
        }
    }

    /// The share of all places, in percent, above which the class gets none.
    fn share(self) -> usize {
        match self {
            Self::Batch => 50,
            Self::Sheddable => 80,
            Self::Critical => 95,
            Self::CriticalPlus => 100,
        }
    }
}

pub(super) struct Shed {
    places: Arc<Places>,
    streams: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

impl Shed {
    pub(super) fn new(config: &LoadConfig, metrics: Arc<Metrics>) -> Self {
        Self { places: Places::new(config), streams: Arc::new(Semaphore::new(config.streams)), metrics }
    }
}

impl Layer for Shed {
    async fn around<H: Handler>(&self, request: Request, inner: &H) -> Response {
        let method = request.extensions().get::<Arc<Method>>();
        let stated = request.headers().get(Criticality::HEADER).and_then(|word| Criticality::parse(word.as_bytes()));
        let class = stated.or(method.map(|method| method.criticality)).unwrap_or(Criticality::Sheddable);
        let streams = method.is_some_and(|method| method.streams);
        let health = method.is_some_and(|method| method.name.starts_with("grpc.health."));
        let refused = |class: Criticality| {
            self.metrics.shed(class.word());
            body::answer(Fault::Overloaded { retry_after: Duration::from_millis(500) }.status())
        };
        if health && !streams {
            // Whether the server lives must be answered above all when it is busy.
            inner.handle(request).await
        } else if streams {
            let Ok(place) = self.streams.clone().try_acquire_owned() else { return refused(class) };
            inner.handle(request).await.map(|inside| body::held(inside, place))
        } else {
            let Some(place) = self.places.take(class).await else { return refused(class) };
            inner.handle(request).await.map(|inside| body::held(inside, place))
        }
    }
}

/// The places for calls, and those who wait for one.
#[derive(Debug)]
pub(super) struct Places {
    state: Mutex<State>,
    queue_time: Duration,
    slow: Duration,
    fewest: usize,
    most: usize,
}

#[derive(Debug)]
struct State {
    limit: usize,
    taken: usize,
    waiting: [VecDeque<oneshot::Sender<Place>>; 4],
    window: Window,
}

/// What was seen since the limit was last looked at.
#[derive(Debug)]
struct Window {
    since: Instant,
    calls: u32,
    slow_calls: u32,
    filled: bool,
}

impl Window {
    fn new(since: Instant) -> Self {
        Self { since, calls: 0, slow_calls: 0, filled: false }
    }
}

/// A place, given back when the answer has left.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    since: Instant,
}

const WINDOW: Duration = Duration::from_millis(250);

impl Places {
    pub(super) fn new(config: &LoadConfig) -> Arc<Self> {
        let window = Window::new(Instant::now());
        Arc::new(Self {
            state: Mutex::new(State { limit: config.calls, taken: 0, waiting: Default::default(), window }),
            queue_time: config.queue_time.get(),
            slow: config.slow_call.get(),
            fewest: config.fewest_calls.min(config.calls),
            most: config.most_calls.max(config.calls),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Takes a place, waiting shortly for one; none when there are too many calls.
    pub(super) async fn take(self: &Arc<Self>, class: Criticality) -> Option<Place> {
        let waiting = {
            let mut state = self.state();
            if state.admits(class) {
                state.taken += 1;
                return Some(self.place());
            }
            state.window.filled = true;
            let queue = &mut state.waiting[class as usize];
            queue.retain(|waiting| !waiting.is_closed());
            let (sender, receiver) = oneshot::channel();
            queue.push_back(sender);
            receiver
        };
        tokio::time::timeout(self.queue_time, waiting).await.ok()?.ok()
    }

    fn place(self: &Arc<Self>) -> Place {
        Place { places: self.clone(), since: Instant::now() }
    }

    /// A call ended: learns from its time and hands its place on.
    fn leave(self: &Arc<Self>, took: Duration) {
        let mut state = self.state();
        state.taken -= 1;
        state.window.calls += 1;
        state.window.slow_calls += u32::from(took > self.slow);
        let now = Instant::now();
        if now.duration_since(state.window.since) >= WINDOW {
            state.limit = self.next_limit(&state);
            state.window = Window::new(now);
        }
        let mut handed = Vec::new();
        for class in Criticality::ALL.into_iter().rev() {
            while state.admits(class) {
                let Some(waiting) = state.waiting[class as usize].pop_back() else { break };
                if waiting.is_closed() {
                    continue;
                }
                state.taken += 1;
                handed.push((waiting, self.place()));
            }
        }
        drop(state);
        // Outside of the lock: a place that nobody takes any more is given back by its Drop, which locks again.
        for (waiting, place) in handed {
            let _ = waiting.send(place);
        }
    }

    fn next_limit(&self, state: &State) -> usize {
        let slow = state.window.slow_calls * 2 > state.window.calls;
        match () {
            () if slow => (state.limit * 9 / 10).max(self.fewest),
            () if state.window.filled => (state.limit + 8).min(self.most),
            () => state.limit,
        }
    }
}

impl State {
    fn admits(&self, class: Criticality) -> bool {
        // At least one place for each class, however small the limit.
        self.taken < (self.limit * class.share() / 100).max(1)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.leave(self.since.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(calls: usize) -> Arc<Places> {
        Places::new(&LoadConfig { calls, fewest_calls: calls, most_calls: calls, ..LoadConfig::default() })
    }

    #[tokio::test]
    async fn above_the_limit_a_call_is_refused_after_a_short_wait() {
        let places = places(2);
        let held = [places.take(Criticality::CriticalPlus).await, places.take(Criticality::CriticalPlus).await];
        assert!(held.iter().all(Option::is_some));
        let began = Instant::now();
        assert!(places.take(Criticality::CriticalPlus).await.is_none());
        assert!(began.elapsed() >= Duration::from_millis(50));
        drop(held);
        assert!(places.take(Criticality::CriticalPlus).await.is_some());
        assert_eq!(places.state().taken, 0, "every place was given back");
    }

    #[tokio::test]
    async fn the_less_critical_leave_room_for_the_more_critical() {
        let places = places(20);
        let mut held = Vec::new();
        for (class, room) in [
            (Criticality::Batch, 10),
            (Criticality::Sheddable, 16),
            (Criticality::Critical, 19),
            (Criticality::CriticalPlus, 20),
        ] {
            while let Some(place) = places.take(class).await {
                held.push(place);
            }
            assert_eq!(held.len(), room, "{class:?}");
        }
    }

    #[tokio::test]
    async fn the_newest_of_the_most_critical_goes_first() {
        let places = Places::new(&LoadConfig {
            calls: 1,
            fewest_calls: 1,
            most_calls: 1,
            queue_time: Duration::from_secs(30).into(),
            ..LoadConfig::default()
        });
        let held = places.take(Criticality::Critical).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for (name, class) in
            [("batch", Criticality::Batch), ("old", Criticality::Critical), ("new", Criticality::Critical)]
        {
            let (places, order) = (places.clone(), order.clone());
            let before = places.state().waiting.iter().map(VecDeque::len).sum::<usize>();
            waiting.push(tokio::spawn({
                let places = places.clone();
                async move {
                    let place = places.take(class).await;
                    order.lock().unwrap().push(name);
                    drop(place);
                }
            }));
            while places.state().waiting.iter().map(VecDeque::len).sum::<usize>() == before {
                tokio::task::yield_now().await;
            }
        }
        drop(held);
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), ["new", "old", "batch"]);
    }

    #[test]
    fn the_limit_shrinks_when_calls_are_slow_and_grows_when_it_holds_back_quick_ones() {
        let places =
            Places::new(&LoadConfig { calls: 100, fewest_calls: 50, most_calls: 104, ..LoadConfig::default() });
        let seen = |calls, slow_calls, filled| {
            let mut state = places.state();
            state.window = Window { since: Instant::now(), calls, slow_calls, filled };
            places.next_limit(&state)
        };
        assert_eq!(seen(10, 6, true), 90);
        assert_eq!(seen(10, 0, true), 104);
        assert_eq!(seen(10, 0, false), 100);
    }

    #[test]
    fn a_method_is_as_critical_as_its_verb() {
        for (verb, class) in [
            ("ListTeams", Criticality::Sheddable),
            ("ComputeReport", Criticality::Batch),
            ("RecordSession", Criticality::Critical),
        ] {
            assert_eq!(Criticality::of_method("hoagiai.cases.v1.CaseService", verb), class);
        }
        assert_eq!(Criticality::parse(b"CRITICAL_PLUS"), Some(Criticality::CriticalPlus));
        assert_eq!(Criticality::parse(b"urgent"), None);
    }
}
