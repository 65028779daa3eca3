//! The credential under which an officer's call goes on to the services: the same account with the roles that were assigned to
//! it, for a quarter of an hour at most, kept while nothing of it changes.

use std::{collections::HashMap, sync::Arc, time::Duration};

use hoagiai_identity::{
    Principal,
    token::{Issuer, IssuerError, NewToken},
};
use hoagiai_types::{Env, Timestamp};
use parking_lot::Mutex;

use super::assigned::Account;

/// A kept one is made anew when less than this is left of it: longer than any call takes.
const RENEW: Duration = Duration::from_secs(5 * 60);
/// Who acts for the account (`act`).
const ACTOR: &str = "service:gateway";

/// Makes and keeps the credentials of officers: one an account that has roles.
#[derive(Clone)]
pub(super) struct Assertions {
    issuer: Arc<Issuer>,
    env: Env,
    kept: Arc<Mutex<HashMap<String, Kept>>>,
}

struct Kept {
    principal: Arc<Principal>,
    account: Account,
    token: Arc<str>,
    until: Timestamp,
}

impl Assertions {
    pub(super) fn new(issuer: Arc<Issuer>, env: Env) -> Self {
        Self { issuer, env, kept: Arc::default() }
    }

    /// The credential of an account now.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn of(&self, principal: &Arc<Principal>, account: Account) -> Result<Arc<str>, IssuerError> {
        let now = self.env.now();
        if let Some(kept) = self.kept.lock().get(&principal.subject)
            && kept.until > now.plus(RENEW)
            && kept.account == account
            && kept.principal == *principal
        {
            return Ok(kept.token.clone());
        }
        let minted = self.issuer.mint(&token(principal, &account), now, self.env.ids.next_uuid(now))?;
        let token: Arc<str> = minted.token.as_str().into();
        let kept = Kept { principal: principal.clone(), account, token: token.clone(), until: minted.expires };
        let mut all = self.kept.lock();
        // Those of accounts that call no more go.
        all.retain(|_, kept| kept.until > now);
        all.insert(principal.subject.clone(), kept);
        Ok(token)
    }
}

/// What the account's own token says, and the roles. What narrows it goes on narrowing.
fn token(principal: &Principal, account: &Account) -> NewToken {
    let mut token = NewToken::for_subject(principal.subject.clone(), account.grants.clone());
    token.actor = Some(ACTOR.to_owned());
    token.agency.clone_from(&principal.agency);
    token.person = account.person.or(principal.person);
    token.purpose.clone_from(&principal.purpose);
    let narrows = |scope: &&String| scope.starts_with(Principal::SCOPE_PREFIX);
    token.scopes = principal.scopes.iter().filter(narrows).cloned().collect();
    token
}
