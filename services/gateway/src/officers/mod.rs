//! Calls of officers whose roles are assigned here: who somebody is, the provider's token says; what he may, the table of
//! assignments. Such a call goes on under a credential that the gateway makes: the same account, with its roles. Shown to a
//! service itself, the provider's token has no roles.

mod assertion;
mod assigned;
mod places;

use std::sync::Arc;

use hoagiai_identity::{AreaPath, Grant, Principal, Via, token::bearer};
use hoagiai_rpc::Problem;
use hoagiai_runtime::{Identity, Setup};
use hoagiai_types::{Env, Timestamp};
use http::{HeaderMap, HeaderValue, header};

use crate::domain::RoleAssignment;
use assertion::Assertions;
pub(crate) use assigned::{Assigned, keep_fresh};
use places::Places;

/// Knows officers and what was assigned to them.
#[derive(Clone)]
pub(crate) struct Officers {
    identity: Arc<Identity>,
    assertions: Option<Assertions>,
    assigned: Assigned,
    places: Places,
    env: Env,
}

impl Officers {
    /// Without an issuer of its own the gateway can put no roles on, and officers may do nothing.
    pub(crate) fn new(setup: &Setup) -> Self {
        let (identity, env) = (setup.identity().clone(), setup.env().clone());
        let assertions = identity.issuer().map(|issuer| Assertions::new(issuer.clone(), env.clone()));
        Self { identity, assertions, assigned: Assigned::nothing(), places: Places::new(setup), env }
    }

    /// The assignments, as this process knows them.
    pub(crate) fn assigned(&self) -> &Assigned {
        &self.assigned
    }

    /// The prefix of the accounts of an issuer whose roles are assigned here.
    pub(crate) fn prefix_of(&self, issuer: &str) -> Option<&str> {
        self.identity.assigns_roles_of(issuer)
    }

    /// Where the area of an assignment lies.
    ///
    /// # Errors
    /// The registry knows no such unit or team, or does not answer.
    pub(crate) async fn place_of(&self, assignment: &RoleAssignment) -> Result<AreaPath, Problem> {
        self.places.of(assignment.area).await
    }

    /// The roles that an account has now: those of its token, or those assigned.
    ///
    /// # Errors
    /// BUSY: nobody knows what is assigned.
    pub(crate) fn roles(&self, principal: &Principal) -> Result<Vec<Grant>, Problem> {
        let assigned = self.account(principal, self.env.now())?;
        Ok(assigned.map_or_else(|| principal.grants.clone(), |account| account.grants))
    }

    /// Puts the roles of an officer on a call. Others' calls, and what does not hold, are left to the service.
    ///
    /// # Errors
    /// BUSY: nobody knows what is assigned; somebody's roles may be ended.
    pub(crate) fn put_roles_on(&self, headers: &mut HeaderMap) -> Result<(), Problem> {
        let shown = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let now = self.env.now();
        let Ok(principal) =
            bearer(shown).map_err(drop).and_then(|token| self.identity.verify(token, None, now).map_err(drop))
        else {
            return Ok(());
        };
        let Some(account) = self.account(&principal, now)?.filter(|account| !account.grants.is_empty()) else {
            return Ok(());
        };
        let Some(assertions) = &self.assertions else {
            tracing::error!("no roles can be put on: the gateway has no issuer of its own, `identity.local_key`");
            return Ok(());
        };
        let token = assertions.of(&principal, account).map_err(|error| Problem::internal(&error))?;
        let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|error| Problem::internal(&error))?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
        Ok(())
    }

    /// A credential for an account whose own token is bound to what services do not see, with its roles.
    ///
    /// # Errors
    /// BUSY: nobody knows what is assigned.
    pub(crate) fn acting_for(&self, principal: &Arc<Principal>) -> Result<Arc<str>, Problem> {
        let own = || assigned::Account { grants: principal.grants.clone(), person: principal.person };
        let account = self.account(principal, self.env.now())?.unwrap_or_else(own);
        let assertions = self.assertions.as_ref().ok_or_else(|| {
            tracing::error!("nobody can be vouched for: the gateway has no issuer of its own, `identity.local_key`");
            Problem::new("UNAUTHENTICATED")
        })?;
        assertions.of(principal, account).map_err(|error| Problem::internal(&error))
    }

    /// What is assigned to an account; none: its roles are not assigned here.
    fn account(&self, principal: &Principal, now: Timestamp) -> Result<Option<assigned::Account>, Problem> {
        let Via::Token { issuer } = &principal.via else { return Ok(None) };
        if self.prefix_of(issuer).is_none() {
            return Ok(None);
        }
        let account = self.assigned.account((issuer, &principal.subject), now);
        account.map(Some).map_err(|stale| {
            tracing::error!(error = %stale, "officers are refused");
            Problem::new("BUSY")
        })
    }
}
