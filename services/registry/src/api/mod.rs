//! The contract: each method converts in, calls one use case, converts out. Nothing is decided here.

mod awards;
pub(crate) mod convert;
mod deadlines;
mod directory;
mod documents;
mod duplicates;
mod lookups;
mod mediators;
pub(crate) mod papers;
mod procedures;
pub(crate) mod reorganizations;
mod rosters;
mod search;
pub(crate) mod teams;
mod training;
mod units;

use std::{sync::Arc, time::Duration};

use hoagiai_identity::Caller;
use hoagiai_proto::google;
use hoagiai_rpc::{
    Problem, Violations, change,
    convert::{may_date, may_time},
    deadline, request,
};
use hoagiai_types::Env;
use tokio::sync::Semaphore;
use tonic::Status;

use crate::{
    error::Error,
    usecases::{AsOf, Change, Registry},
};

/// The services of the registry.
#[derive(Clone)]
pub(crate) struct Api {
    registry: Registry,
    env: Env,
    /// Places for files that are taken in.
    files: Arc<Semaphore>,
}

impl Api {
    /// The contract over a registry.
    pub(crate) fn new(registry: Registry, env: Env) -> Self {
        Self { registry, env, files: rosters::places() }
    }

    /// Splits a request that changes something into its message and what the journal needs of it.
    fn change<R: hoagiai_rpc::Request>(&self, request: tonic::Request<R>) -> Result<(R, Change), Status> {
        let (message, caller) = request::parts(request)?;
        let key = change::key(&message, &caller)?;
        let origin = change::origin_of(&caller, &key, &self.env);
        Ok((message, Change { caller, key, origin }))
    }

    /// The point in time that a request asks for; none for today as known now.
    fn as_of(
        &self,
        valid_at: Option<&google::Date>,
        known_at: Option<&prost_types::Timestamp>,
        out: &mut Violations,
    ) -> Option<AsOf> {
        let valid_at = may_date("valid_at", valid_at, out);
        let known_at = may_time("known_at", known_at, out);
        self.registry.as_of(valid_at, known_at)
    }
}

/// Splits a request that only reads.
fn reading<R>(request: tonic::Request<R>) -> Result<(R, Caller), Status> {
    Ok(request::parts(request)?)
}

/// How long a search waits for a position of the journal.
const WAIT: Duration = Duration::from_secs(3);

/// How long this call can wait for a position of the journal.
fn waiting() -> Option<Duration> {
    deadline::for_call(WAIT)
}

/// A refusal as the wire carries it.
fn refuse(error: Error) -> Status {
    error.problem().status()
}

/// Everything that was asked for, or every fault of it at once.
fn whole<T>(faults: Violations, value: Option<T>) -> Result<T, Status> {
    faults.ok().map_err(Problem::from)?;
    // No fault and no value: a converter forgot to name one, which is a fault of ours.
    value.ok_or_else(|| Problem::new("INTERNAL").status())
}
