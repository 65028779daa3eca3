//! Tokens of the folder's issuer by role and area, made when first needed and renewed before they run out.

use std::collections::HashMap;

use hoagiai_identity::{
    Area, Grant, Role,
    token::{Issuer, IssuerError, NewToken},
};
use hoagiai_types::{Env, Timestamp};
use parking_lot::Mutex;
use tonic::metadata::{Ascii, MetadataValue};

/// In whose name a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Who {
    /// The role.
    pub role: Role,
    /// Where it holds.
    pub area: Area,
}

/// No token could be made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The issuer refused.
    #[error("no token could be made")]
    Issuer(#[from] IssuerError),
    /// The token is no header value.
    #[error("the token is no header value")]
    Header,
}

/// Renewed when less than this is left.
const MARGIN_MICROS: i64 = 120 * 1_000_000;

pub(super) struct Tokens {
    issuer: Issuer,
    env: Env,
    made: Mutex<HashMap<Who, (MetadataValue<Ascii>, Timestamp)>>,
}

impl Tokens {
    pub(super) fn new(issuer: Issuer, env: Env) -> Self {
        Self { issuer, env, made: Mutex::new(HashMap::new()) }
    }

    pub(super) fn bearer(&self, who: Who) -> Result<MetadataValue<Ascii>, TokenError> {
        let now = self.env.now();
        let mut made = self.made.lock();
        let fresh = made.get(&who).filter(|(_, expires)| expires.as_micros() - now.as_micros() > MARGIN_MICROS);
        if let Some((value, _)) = fresh {
            return Ok(value.clone());
        }
        let token = NewToken::for_subject(subject(who), vec![Grant::of(who.role, who.area)]);
        let minted = self.issuer.mint(&token, now, self.env.ids.next_uuid(now))?;
        let mut value: MetadataValue<Ascii> =
            format!("Bearer {}", minted.token).parse().map_err(|_| TokenError::Header)?;
        value.set_sensitive(true);
        made.insert(who, (value.clone(), minted.expires));
        Ok(value)
    }
}

/// The account: the same in every run, because a repeated request is one of the same caller.
#[must_use]
pub fn subject(who: Who) -> String {
    match who.area {
        Area::Everywhere => format!("demo.{}", who.role),
        area => format!("demo.{}.{area}", who.role),
    }
}
