//! Which services can serve: told to gRPC health, to `/readyz`, and kept true by asking each database now and then.

use crate::service::Check;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use tonic_health::{ServingStatus, server::HealthReporter};

/// How long it may take to answer.
const LIMIT: Duration = Duration::from_secs(3);

/// The health of a server.
#[derive(Debug)]
pub(crate) struct Health {
    reporter: HealthReporter,
    groups: Mutex<BTreeMap<&'static str, Group>>,
    built: AtomicBool,
    stopping: AtomicBool,
}

/// A service of ours: one database, several gRPC services.
#[derive(Debug)]
struct Group {
    grpc_names: Vec<&'static str>,
    ready: bool,
}

impl Health {
    pub(crate) async fn new(reporter: HealthReporter) -> Arc<Self> {
        reporter.set_service_status("", ServingStatus::NotServing).await;
        Arc::new(Self {
            reporter,
            groups: Mutex::default(),
            built: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
        })
    }

    fn groups(&self) -> MutexGuard<'_, BTreeMap<&'static str, Group>> {
        self.groups.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Makes a service known, not serving yet.
    pub(crate) async fn add(&self, name: &'static str, grpc_names: Vec<&'static str>) {
        self.groups().insert(name, Group { grpc_names, ready: false });
        self.tell().await;
    }

    /// All services are there: from now on "" can serve.
    pub(crate) async fn built(&self) {
        self.built.store(true, SeqCst);
        self.tell().await;
    }

    /// Sets what a service's own check said.
    pub(crate) async fn set(&self, name: &'static str, ready: bool) {
        let changed = match self.groups().get_mut(name) {
            Some(group) => std::mem::replace(&mut group.ready, ready) != ready,
            None => false,
        };
        if changed {
            tracing::info!(service = name, ready, "readiness changed");
            self.tell().await;
        }
    }

    /// First thing when stopping: whoever balances load looks elsewhere.
    pub(crate) async fn stop(&self) {
        self.stopping.store(true, SeqCst);
        self.tell().await;
    }

    /// Whether everything serves, and a line for each service.
    pub(crate) fn ready(&self) -> (bool, String) {
        let (built, stopping) = (self.built.load(SeqCst), self.stopping.load(SeqCst));
        let groups = self.groups();
        let mut text = String::new();
        for (name, group) in groups.iter() {
            text.push_str(&format!("{name}: {}\n", if group.ready { "ready" } else { "not ready" }));
        }
        if stopping {
            text.push_str("stopping\n");
        } else if !built {
            text.push_str("starting\n");
        }
        (built && !stopping && groups.values().all(|group| group.ready), text)
    }

    async fn tell(&self) {
        let stopping = self.stopping.load(SeqCst);
        let (all, _) = self.ready();
        let mut told = vec![("", all)];
        for group in self.groups().values() {
            told.extend(group.grpc_names.iter().map(|name| (*name, group.ready && !stopping)));
        }
        for (name, serving) in told {
            let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
            self.reporter.set_service_status(name, status).await;
        }
    }

    /// Asks a service's check now.
    pub(crate) async fn ask(&self, name: &'static str, check: &Check) {
        let answered = tokio::time::timeout(LIMIT, check()).await;
        self.set(name, answered.unwrap_or(false)).await;
    }

    /// Keeps asking until stopped.
    pub(crate) async fn watch(
        self: Arc<Self>,
        name: &'static str,
        check: Check,
        every: Duration,
        stop: CancellationToken,
    ) {
        let asking = async {
            loop {
                tokio::time::sleep(every).await;
                self.ask(name, &check).await;
            }
        };
        stop.run_until_cancelled(asking).await;
    }
}
