//! Who is calling, whoever vouched for it: a token, a client certificate, a gateway or the process itself.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{Area, Date, Permission, Role};

/// A role for an area and for dates.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where it holds.
    pub area: Area,
    /// First day in force; none: since ever.
    pub from: Option<Date>,
    /// Last day in force, that day included; none: until revoked.
    pub to: Option<Date>,
}

impl Grant {
    /// A grant without dates.
    pub fn of(role: Role, area: Area) -> Self {
        Grant { role, area, from: None, to: None }
    }

    /// Whether the first day has come.
    pub fn has_begun(&self, today: Date) -> bool {
        self.from.is_none_or(|from| from <= today)
    }

    /// Whether the last day has passed.
    pub fn has_ended(&self, today: Date) -> bool {
        self.to.is_some_and(|to| to < today)
    }

    /// Whether the grant is in force that day.
    pub fn in_force(&self, today: Date) -> bool {
        self.has_begun(today) && !self.has_ended(today)
    }
}

/// What vouched for the principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// An access token of this issuer.
    Token {
        /// The `iss` of the token.
        issuer: String,
    },
    /// A client certificate with this SHA-256 fingerprint, bound to an agency or a service.
    Certificate {
        /// Fingerprint of the leaf certificate.
        sha256: [u8; 32],
    },
    /// The process itself: timers, projections, command line.
    Process,
}

/// Who is calling and what was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Stable name of the account, unique in its issuer; never a personal name.
    pub subject: String,
    /// The agency or unit the account belongs to, by code.
    pub agency: Option<String>,
    /// The client that the token was given to (`client_id`, RFC 9068 §2.2), where its issuer says so. With the issuer it
    /// names a system of an agency.
    pub client_id: Option<String>,
    /// The registered person behind the account (a mediator's id), if any: conflicts of interest are found by it.
    pub person: Option<Uuid>,
    /// Roles with areas and dates.
    pub grants: Vec<Grant>,
    /// What vouched for it.
    pub via: Via,
    /// Scopes of the token. Those beginning with [`Principal::SCOPE_PREFIX`] narrow what the roles permit; others
    /// (`openid` …) say nothing here.
    pub scopes: BTreeSet<String>,
    /// A purpose fixed by the credential (an agency's standing purpose); a call may state its own.
    pub purpose: Option<String>,
}

impl Principal {
    /// `hoagiai:registry` lets only `registry.*` through, `hoagiai:registry.teams.plan` only that permission.
    pub const SCOPE_PREFIX: &str = "hoagiai:";

    /// A principal with nothing but a name and grants.
    pub fn new(subject: impl Into<String>, via: Via, grants: Vec<Grant>) -> Self {
        let (subject, scopes) = (subject.into(), BTreeSet::new());
        Principal { subject, agency: None, client_id: None, person: None, grants, via, scopes, purpose: None }
    }

    /// The process itself: everywhere, as the role `service`.
    pub fn process(name: &str) -> Self {
        Principal::new(format!("service:{name}"), Via::Process, vec![Grant::of(Role::Service, Area::Everywhere)])
    }

    /// Whether the scopes of the credential let this permission through.
    pub fn scopes_allow(&self, permission: &Permission) -> bool {
        let mut narrowing = self.scopes.iter().filter_map(|scope| scope.strip_prefix(Self::SCOPE_PREFIX)).peekable();
        narrowing.peek().is_none() || narrowing.any(|prefix| permission.is_under(prefix))
    }
}
