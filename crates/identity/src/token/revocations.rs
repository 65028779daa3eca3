//! What was taken back before it ran out. Asked on every call, also when the token is cached: that is what makes a
//! revocation effective at once. Filled by whoever learns of it (a command, a feed); this is the hook.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use hoagiai_types::Timestamp;

/// Revoked tokens and accounts. Cheap to ask (no lock), copied when changed.
#[derive(Debug, Default)]
pub struct Revocations(ArcSwap<Lists>);

#[derive(Clone, Debug, Default)]
struct Lists {
    /// (issuer, jti) → when the token runs out by itself.
    tokens: BTreeMap<(String, String), Timestamp>,
    /// subject → tokens issued up to then are refused.
    subjects: BTreeMap<String, Timestamp>,
}

impl Revocations {
    /// Refuses one token; `until` is when it runs out by itself and may be forgotten.
    pub fn revoke_token(&self, issuer: &str, token_id: &str, until: Timestamp) {
        self.change(|lists| {
            lists.tokens.insert((issuer.to_owned(), token_id.to_owned()), until);
        });
    }

    /// Refuses every token of an account (a lost phone, a role taken away) issued up to `until`, that second included.
    pub fn revoke_subject(&self, subject: &str, until: Timestamp) {
        self.change(|lists| {
            let known = lists.subjects.entry(subject.to_owned()).or_insert(until);
            *known = until.max(*known);
        });
    }

    /// Drops what has run out. `longest` is the longest life of any token, in seconds.
    pub fn forget(&self, now: Timestamp, longest: u32) {
        let seconds = |at: Timestamp| at.as_micros().div_euclid(1_000_000);
        let margin = 2 * super::LEEWAY_SECONDS;
        self.change(|lists| {
            lists.tokens.retain(|_, until| seconds(*until) + margin >= seconds(now));
            lists.subjects.retain(|_, until| seconds(*until) + i64::from(longest) + margin >= seconds(now));
        });
    }

    /// How many entries there are: tokens and accounts.
    pub fn len(&self) -> (usize, usize) {
        let lists = self.0.load();
        (lists.tokens.len(), lists.subjects.len())
    }

    pub(super) fn include(&self, issuer: &str, token_id: &str, subject: &str, issued_seconds: i64) -> bool {
        let lists = self.0.load();
        let by_account = lists.subjects.get(subject);
        by_account.is_some_and(|until| issued_seconds <= until.as_micros().div_euclid(1_000_000))
            // The usual list is empty: no key is built then.
            || (!lists.tokens.is_empty() && lists.tokens.contains_key(&(issuer.to_owned(), token_id.to_owned())))
    }

    fn change(&self, change: impl Fn(&mut Lists)) {
        self.0.rcu(|lists| {
            let mut lists = Lists::clone(lists);
            change(&mut lists);
            Arc::new(lists)
        });
    }
}
