//! The credential under which an agency's call goes on to the services: made here, for a quarter of an hour at most, kept
//! while it and the policy last.

use std::{collections::HashMap, sync::Arc, time::Duration};

use hoagiai_identity::{
    Area, Grant, Principal, Role,
    token::{Issuer, IssuerError, NewToken},
};
use hoagiai_rpc::annotations::method_rules;
use hoagiai_types::{Env, Timestamp};
use parking_lot::Mutex;

use super::{SUBJECT, connected::Agency};
use crate::domain::{Consumer, ConsumerId};

/// A kept one is made anew when less than this is left of it: longer than any call takes.
const RENEW: Duration = Duration::from_secs(5 * 60);

/// Makes and keeps the credentials of agencies.
#[derive(Clone)]
pub(super) struct Assertions {
    issuer: Arc<Issuer>,
    env: Env,
    kept: Arc<Mutex<HashMap<ConsumerId, Kept>>>,
}

struct Kept {
    revision: i64,
    token: Arc<str>,
    until: Timestamp,
}

impl Assertions {
    pub(super) fn new(issuer: Arc<Issuer>, env: Env) -> Self {
        Self { issuer, env, kept: Arc::default() }
    }

    /// The credential of an agency now.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn of(&self, agency: &Agency) -> Result<Arc<str>, IssuerError> {
        let (consumer, now) = (&agency.consumer, self.env.now());
        if let Some(kept) = self.kept.lock().get(&consumer.id)
            && kept.revision == consumer.revision
            && kept.until > now.plus(RENEW)
        {
            return Ok(kept.token.clone());
        }
        let minted = self.issuer.mint(&token(consumer, self.env.today()), now, self.env.ids.next_uuid(now))?;
        let token: Arc<str> = minted.token.as_str().into();
        let kept = Kept { revision: consumer.revision, token: token.clone(), until: minted.expires };
        self.kept.lock().insert(consumer.id, kept);
        Ok(token)
    }
}

fn token(consumer: &Consumer, today: hoagiai_types::Date) -> NewToken {
    let policy = &consumer.policy;
    let grant = |unit: &hoagiai_types::Uuid| Grant {
        role: Role::Agency,
        area: Area::Unit(*unit),
        from: Some(policy.valid_from),
        to: policy.valid_to,
    };
    let mut token =
        NewToken::for_subject(format!("{SUBJECT}{}", consumer.id), policy.area_unit_ids.iter().map(grant).collect());
    token.agency = consumer.code(today).map(str::to_owned);
    token.purpose = Some(policy.standing_purpose.clone()).filter(|purpose| !purpose.is_empty());
    // The services hold it to the permissions of its methods too.
    let permission = |method: &String| {
        let rule = method_rules().ok()?.get(&format!("/{method}"))?;
        Some(format!("{}{}", Principal::SCOPE_PREFIX, rule.permission.as_ref()?.as_str()))
    };
    token.scopes = policy.allowed_methods.iter().filter_map(|allowed| permission(&allowed.method)).collect();
    token
}
