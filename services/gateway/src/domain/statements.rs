//! What a consumer states about why it may be told.

use hoagiai_spdci::Kept;
use serde::{Deserialize, Serialize};

/// The consent and the authority that a consumer stated, as it stated them: kept, and verified by nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statements {
    /// Of the person concerned.
    pub consent: Option<Kept>,
    /// By which it asks.
    pub authorization: Option<Kept>,
}

impl Statements {
    /// Whether nothing is stated.
    pub const fn is_empty(&self) -> bool {
        self.consent.is_none() && self.authorization.is_none()
    }

    /// The digests alone: the texts may name people.
    #[must_use]
    pub fn without_texts(&self) -> Self {
        let digest = |kept: &Kept| Kept { json: String::new(), digest: kept.digest.clone() };
        Self { consent: self.consent.as_ref().map(digest), authorization: self.authorization.as_ref().map(digest) }
    }
}
