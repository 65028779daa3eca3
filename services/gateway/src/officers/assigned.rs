//! The assignments of roles in memory: asked on every call, so no call reads them from the database. What changed is read within
//! seconds of a change anywhere; when it cannot be read for a minute, nobody is given roles by them, since some may be ended.

use std::{collections::HashMap, sync::Arc, time::Duration};

use hoagiai_identity::Grant;
use hoagiai_runtime::CancellationToken;
use hoagiai_store::{Db, StoreError};
use hoagiai_types::{Env, Timestamp, Uuid};
use parking_lot::RwLock;

use crate::{domain::RoleAssignment, store::role_assignments};

/// How often changes elsewhere are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// How old the knowledge may be.
const STALE: Duration = Duration::from_secs(60);
/// Assignments of one statement.
const CHUNK: i64 = 2_000;

/// The assignments, shared.
#[derive(Clone)]
pub(crate) struct Assigned(Arc<RwLock<Known>>);

/// What is known of them, by account.
#[derive(Default)]
struct Known {
    read: Option<Timestamp>,
    last_number: i64,
    by_subject: HashMap<String, Vec<RoleAssignment>>,
}

/// What is assigned to an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) grants: Vec<Grant>,
    pub(super) person: Option<Uuid>,
}

/// The assignments were not read for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the assignments of roles were not read for a minute")]
pub(crate) struct Stale;

impl Assigned {
    /// Nothing yet.
    pub(crate) fn nothing() -> Self {
        Self(Arc::default())
    }

    /// Reads what changed since it was read last.
    pub(crate) async fn load(&self, db: &Db, now: Timestamp) -> Result<(), StoreError> {
        let (mut after, is_first) = {
            let known = self.0.read();
            (known.last_number, known.read.is_none())
        };
        // What ended long ago changes nothing for who knows nothing yet; a day more, for a clock that is a little behind.
        let from = is_first.then(|| now.date_in_vietnam().plus_days(-1));
        loop {
            let mut tx = db.read_one().await?;
            let changed = role_assignments::changed(&mut tx, after, from, CHUNK).await?;
            drop(tx);
            let is_last = changed.len() < usize::try_from(CHUNK).unwrap_or(usize::MAX);
            after = changed.last().map_or(after, |one| one.change_number);
            let mut known = self.0.write();
            known.learn(changed);
            if is_last {
                known.read = known.read.max(Some(now));
                return Ok(());
            }
        }
    }

    /// What is assigned to an account of an issuer.
    ///
    /// # Errors
    /// The assignments were not read for too long.
    pub(super) fn account(&self, (issuer, subject): (&str, &str), now: Timestamp) -> Result<Account, Stale> {
        let known = self.0.read();
        if known.read.is_none_or(|read| now.since(read) > STALE) {
            return Err(Stale);
        }
        let today = now.date_in_vietnam();
        let own = known.by_subject.get(subject).into_iter().flatten().filter(|one| one.issuer == issuer);
        let mut account = Account::default();
        for (one, grant) in own.filter_map(|one| Some((one, one.grant(today)?))) {
            account.grants.push(grant);
            account.person = account.person.or(one.person);
        }
        Ok(account)
    }
}

impl Known {
    /// Takes changes in their order. Whoever read later knows more: a slow reader must not take that back.
    fn learn(&mut self, changed: Vec<RoleAssignment>) {
        for one in changed {
            if one.change_number <= self.last_number {
                continue;
            }
            self.last_number = one.change_number;
            let own = self.by_subject.entry(one.subject.clone()).or_default();
            own.retain(|known| known.id != one.id);
            own.push(one);
        }
    }
}

/// Looks for changes that other replicas made.
pub(crate) async fn keep_fresh(assigned: Assigned, db: Db, env: Env, stop: CancellationToken) {
    let looking = async {
        loop {
            tokio::time::sleep(LOOK).await;
            if let Err(error) = assigned.load(&db, env.now()).await {
                tracing::warn!(%error, "the assignments of roles could not be read again");
            }
        }
    };
    stop.run_until_cancelled(looking).await;
}
