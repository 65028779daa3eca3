//! What the gateway does of its own, one function a use case: claim → read → rule → write → settle → commit.

mod callbacks;
mod consumers;
mod credentials;
mod deliveries;
mod disclosures;
mod messages;
mod role_assignments;
mod spdci_subscriptions;
mod subscriptions;

use std::sync::Arc;

use hoagiai_identity::{Caller, Policy as AccessTable};
use hoagiai_rpc::annotations::method_rules;
use hoagiai_store::{Db, Position, Tx};
use hoagiai_types::Env;

pub use credentials::NewCredential;
pub use deliveries::Reconciled;
pub use disclosures::Call;
pub use messages::{Arrived, DueKind};
pub use role_assignments::NewRoleAssignment;
pub(crate) use spdci_subscriptions::Told;
pub use spdci_subscriptions::{MOST, Subscribed, Unsubscribed};
pub use subscriptions::NewSubscription;

use crate::{
    agencies::{Connected, reaches},
    domain::{ConsumerId, Policy, Refusal, faults},
    error::Error,
    officers::Officers,
    outgoing::{EndpointPauses, Ways},
};

/// The use cases and what they need.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    db: Db,
    env: Env,
    access: Arc<AccessTable>,
    connected: Connected,
    ways: Ways,
    pauses: EndpointPauses,
    officers: Officers,
}

/// A result and the position of the journal after it.
#[derive(Clone, Debug)]
pub struct Done<T> {
    /// The result.
    pub value: T,
    /// Position of the last event appended, or the head.
    pub position: Position,
}

impl Gateway {
    /// The use cases over a database.
    pub(crate) fn new(
        db: Db,
        env: Env,
        access: Arc<AccessTable>,
        connected: Connected,
        (ways, pauses): (Ways, EndpointPauses),
        officers: Officers,
    ) -> Self {
        Gateway(Arc::new(Inner { db, env, access, connected, ways, pauses, officers }))
    }

    /// Time and ids.
    pub fn env(&self) -> &Env {
        &self.0.env
    }

    fn db(&self) -> &Db {
        &self.0.db
    }

    /// The agencies, as this process knows them.
    pub(crate) fn connected(&self) -> &Connected {
        &self.0.connected
    }

    fn access(&self) -> &AccessTable {
        &self.0.access
    }

    fn officers(&self) -> &Officers {
        &self.0.officers
    }

    /// Whether the caller may touch what is this consumer's.
    fn owns(caller: &Caller, consumer: ConsumerId) -> bool {
        reaches(caller.principal(), caller.today(), consumer)
    }

    /// Begins to read what is a consumer's, which must be there and the caller's to see.
    async fn read_own(&self, caller: &Caller, consumer: ConsumerId) -> Result<Tx, Error> {
        if !Self::owns(caller, consumer) {
            return Err(Refusal::ConsumerNotFound(consumer).into());
        }
        let mut tx = self.db().read().await?;
        consumers::found(&mut tx, consumer).await?;
        Ok(tx)
    }

    /// Whether a policy can be kept.
    fn check(&self, policy: &Policy) -> Result<(), Error> {
        let mut out = hoagiai_rpc::Violations::default();
        let rules = method_rules().map_err(|error| hoagiai_rpc::Problem::internal(&error))?;
        faults(policy, hoagiai_proto::pool(), |path| rules.get(path), &self.0.access, &mut out);
        if out.is_empty() { Ok(()) } else { Err(hoagiai_rpc::Problem::from(out).into()) }
    }

    /// What was changed holds in this process at once, in others within seconds.
    async fn refresh(&self) {
        if let Err(error) = self.0.connected.load(self.db(), self.env().now()).await {
            tracing::warn!(%error, "the agencies could not be read again; the next look will");
        }
    }

    /// The same for assignments of roles.
    async fn refresh_assigned(&self) {
        if let Err(error) = self.officers().assigned().load(self.db(), self.env().now()).await {
            tracing::warn!(%error, "the assignments of roles could not be read again; the next look will");
        }
    }
}
