//! Work for several endpoints side by side: one turn of each at a time, and nobody waits for another's. Whoever fails is left
//! alone for a while: a thousand messages in line must not be a thousand attempts at once.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    hash::Hash,
    sync::Arc,
    time::Duration,
};

use hoagiai_types::Timestamp;
use parking_lot::Mutex;
use tokio::{
    sync::Semaphore,
    task::{Id, JoinError, JoinSet},
    time::{Instant, timeout_at},
};

use crate::domain::SubscriptionId;

/// The longest that an endpoint which fails is left alone, and what the wait doubles up to.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The turns that are being taken, by whose they are. Dropped, they are broken off.
pub(crate) struct Lanes<K> {
    turns: JoinSet<()>,
    whose: HashMap<Id, K>,
    at_once: Arc<Semaphore>,
}

impl<K: Copy + Eq + Hash> Lanes<K> {
    /// So many turns at once; those behind wait in the order in which they came.
    pub(crate) fn new(at_once: usize) -> Self {
        Self { turns: JoinSet::new(), whose: HashMap::new(), at_once: Arc::new(Semaphore::new(at_once)) }
    }

    /// Those whose turn it is.
    pub(crate) fn busy(&self) -> HashSet<K> {
        self.whose.values().copied().collect()
    }

    /// Begins a turn.
    pub(crate) fn start(&mut self, key: K, turn: impl Future<Output = ()> + Send + 'static) {
        let at_once = self.at_once.clone();
        let task = self.turns.spawn(async move {
            // The semaphore is never closed.
            let _permit = at_once.acquire_owned().await;
            turn.await;
        });
        self.whose.insert(task.id(), key);
    }

    /// Waits, and takes note of the turns that end meanwhile.
    pub(crate) async fn rest(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while let Ok(Some(ended)) = timeout_at(until, self.turns.join_next_with_id()).await {
            self.end(ended);
        }
        tokio::time::sleep_until(until).await;
    }

    fn end(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                tracing::error!(panicked = error.is_panic(), "a turn of sending ended before its time");
                error.id()
            }
        };
        self.whose.remove(&id);
    }
}

/// Endpoints of webhooks that are left alone for a while, as this process knows it; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct EndpointPauses(Arc<Mutex<HashMap<SubscriptionId, Pause>>>);

#[derive(Clone, Copy)]
struct Pause {
    failures: u32,
    until: Timestamp,
}

impl EndpointPauses {
    /// Those who are left alone now.
    pub(crate) fn now(&self, now: Timestamp) -> HashSet<SubscriptionId> {
        self.0.lock().iter().filter(|(_, pause)| now < pause.until).map(|(key, _)| *key).collect()
    }

    /// Is left alone no longer.
    pub(crate) fn end(&self, key: SubscriptionId) {
        self.0.lock().remove(&key);
    }

    /// Wants to be left alone until then.
    pub(crate) fn until(&self, key: SubscriptionId, until: Timestamp) {
        self.0.lock().insert(key, Pause { failures: 0, until });
    }

    /// Failed: is left alone for two seconds, doubling up to a minute.
    pub(crate) fn failed(&self, key: SubscriptionId, now: Timestamp) {
        let mut pauses = self.0.lock();
        let failures = pauses.get(&key).map_or(0, |pause| pause.failures).saturating_add(1);
        let wait = Duration::from_secs(1 << failures.min(6)).min(LONGEST_PAUSE);
        pauses.insert(key, Pause { failures, until: now.plus(wait) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_waits_for_anothers_turn_and_what_breaks_frees_its_lane() {
        let mut lanes = Lanes::new(2);
        let told = Arc::new(Mutex::new(Vec::new()));
        lanes.start("slow", std::future::pending());
        for key in ["quick", "broken", "later"] {
            let told = told.clone();
            lanes.start(key, async move {
                assert_ne!(key, "broken");
                told.lock().push(key);
            });
        }
        assert_eq!(lanes.busy().len(), 4);
        while lanes.busy().len() > 1 {
            lanes.rest(Duration::from_millis(1)).await;
        }
        assert_eq!((told.lock().clone(), lanes.busy()), (vec!["quick", "later"], HashSet::from(["slow"])));
    }

    #[test]
    fn who_fails_is_left_alone_longer_and_longer_until_it_answers() {
        let (pauses, start) = (EndpointPauses::default(), Timestamp::from_micros(0));
        let [one, other] = [1, 2].map(|id| SubscriptionId::from_uuid(hoagiai_types::Uuid::from_u128(id)));
        let rests = |seconds| pauses.now(start.plus(Duration::from_secs(seconds))).contains(&one);
        for (failure, wait) in [2, 4, 8, 16, 32, 60, 60].into_iter().enumerate() {
            pauses.failed(one, start);
            assert!(rests(wait - 1) && !rests(wait), "after failure {}", failure + 1);
        }
        pauses.end(one);
        assert!(!rests(0));
        pauses.until(one, start.plus(Duration::from_secs(1)));
        pauses.failed(one, start);
        assert!(rests(1) && !rests(2), "what it wanted itself is no failure");
        assert!(pauses.now(start).contains(&one) && !pauses.now(start).contains(&other));
    }
}
