//! What the service does, one function a use case: claim → read → check area → rule → write → settle → commit.

mod assessments;
mod criteria;
mod cycles;

use std::{collections::HashMap, sync::Arc};

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{Db, Position, StoreError, Tx, wait_for};
use hoagiai_types::Env;
use parking_lot::RwLock;

pub use assessments::{Refuse, SelfAssess, Step};

use crate::{
    config::Config,
    domain::{CompiledSet, Cycle, CycleId, Refusal},
    error::Error,
    rules::Rules,
    store::cycles as stored,
};

/// Name of the projection of the registry's journal.
pub const REGISTRY: &str = "evaluation.registry";
/// Name of the projection of the case service's journal.
pub const CASES: &str = "evaluation.cases";

/// The use cases and what they need.
#[derive(Clone)]
pub struct Evaluation(Arc<Inner>);

struct Inner {
    db: Db,
    env: Env,
    rules: Arc<Rules>,
    config: Config,
    /// Frozen sets by digest: compiled once, however many teams they judge.
    sets: RwLock<HashMap<String, Arc<CompiledSet>>>,
}

/// A result and the position of the journal after it.
#[derive(Clone, Debug)]
pub struct Done<T> {
    /// The result.
    pub value: T,
    /// Position of the last event appended, or the head.
    pub position: Position,
}

impl Evaluation {
    /// The use cases over a database.
    pub fn new(db: Db, env: Env, rules: Arc<Rules>, config: Config) -> Self {
        let sets = rules.sets.iter().map(|set| (set.digest.clone(), set.clone())).collect();
        Evaluation(Arc::new(Inner { db, env, rules, config, sets: RwLock::new(sets) }))
    }

    /// Time and ids.
    pub fn env(&self) -> &Env {
        &self.0.env
    }

    fn db(&self) -> &Db {
        &self.0.db
    }

    async fn caught_up(&self, projection: &str, at_least: Position) -> Result<(), Error> {
        if at_least == 0 {
            return Ok(());
        }
        match wait_for(self.db(), projection, at_least, self.0.config.catch_up()).await {
            Err(StoreError::Busy(_)) => Err(Error::NotCaughtUp(at_least)),
            other => Ok(other?),
        }
    }

    async fn cycle(&self, tx: &mut Tx, id: CycleId) -> Result<Cycle, Error> {
        let row = stored::find(tx, id).await?.ok_or(Refusal::CycleNotFound { cycle_id: id })?;
        self.with_set(tx, row).await
    }

    async fn with_set(&self, tx: &mut Tx, row: stored::CycleRow) -> Result<Cycle, Error> {
        let known = self.0.sets.read().get(&row.set_digest).cloned();
        let set = match known {
            Some(set) => set,
            None => {
                let set = Arc::new(CompiledSet::compile(&stored::definition(tx, &row.set_digest).await?)?);
                self.0.sets.write().insert(row.set_digest.clone(), set.clone());
                set
            }
        };
        Ok(row.with(set)?)
    }
}

/// What to answer for a record that is not there: its absence is told only to those who may see every place, so that
/// nobody learns from the difference what exists elsewhere.
fn absent(caller: &Caller, refusal: Refusal) -> Error {
    match caller.admit(&AreaPath::default()) {
        Ok(()) => refusal.into(),
        Err(denied) => denied.into(),
    }
}
