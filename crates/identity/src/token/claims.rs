//! What a token says: written by the local issuer, read and doubted by the verifier.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{LEEWAY_SECONDS, Reason, STANDARD_LIFETIME_SECONDS, compact};
use crate::{Grant, Principal, Role, Via};

/// The last second of the year 9999: later instants are refused rather than computed with.
const END_OF_TIME: i64 = 253_402_300_799;
const MAX_GRANTS: usize = 64;

/// How long a token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Fifteen minutes.
    Standard,
    /// Less than that; more is refused.
    Short(Duration),
    /// As long as asked: for the developer's sandbox only. The verifier refuses it unless it is configured to bear it.
    Sandbox(Duration),
}

impl Lifetime {
    /// In whole seconds; none when zero or longer than the kind allows.
    pub(super) fn seconds(self) -> Option<i64> {
        let seconds = match self {
            Lifetime::Standard => u64::from(STANDARD_LIFETIME_SECONDS),
            Lifetime::Short(time) if time.as_secs() <= u64::from(STANDARD_LIFETIME_SECONDS) => time.as_secs(),
            Lifetime::Short(_) => 0,
            Lifetime::Sandbox(time) => time.as_secs(),
        };
        i64::try_from(seconds).ok().filter(|seconds| (1..=10 * 366 * 86_400).contains(seconds))
    }
}

/// A token to be minted.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The account.
    pub subject: String,
    /// Its agency.
    pub agency: Option<String>,
    /// Who acts for the account (`act`): the gateway, when it passes on a call of another issuer's account.
    pub actor: Option<String>,
    /// The registered person behind it.
    pub person: Option<Uuid>,
    /// Roles with areas and dates.
    pub grants: Vec<Grant>,
    /// Scopes that narrow the roles.
    pub scopes: BTreeSet<String>,
    /// A fixed purpose.
    pub purpose: Option<String>,
    /// SHA-256 of the client certificate that must be shown with it.
    pub certificate: Option<[u8; 32]>,
    /// How long it lives.
    pub lifetime: Lifetime,
}

impl NewToken {
    /// A token of the standard life, for an account in these roles.
    pub fn for_subject(subject: impl Into<String>, grants: Vec<Grant>) -> Self {
        NewToken {
            subject: subject.into(),
            agency: None,
            actor: None,
            person: None,
            grants,
            scopes: BTreeSet::new(),
            purpose: None,
            certificate: None,
            lifetime: Lifetime::Standard,
        }
    }

    pub(super) fn claims(
        &self,
        issuer: &str,
        audience: &str,
        issued: i64,
        lifetime: i64,
        id: Uuid,
    ) -> Map<String, Value> {
        let role = |grant: &Grant| {
            let day = |day: Option<crate::Date>| day.map(|day| day.to_string());
            json!({"role": grant.role.name(), "area": grant.area.to_string(), "from": day(grant.from), "to": day(grant.to)})
        };
        let scopes: Vec<&str> = self.scopes.iter().map(String::as_str).collect();
        let all = [
            ("iss", json!(issuer)),
            ("aud", json!(audience)),
            ("sub", json!(self.subject)),
            ("iat", json!(issued)),
            ("nbf", json!(issued)),
            ("exp", json!(issued.saturating_add(lifetime))),
            ("jti", json!(id.to_string())),
            ("agency", json!(self.agency)),
            ("act", self.actor.as_ref().map_or(Value::Null, |actor| json!({"sub": actor}))),
            ("person", json!(self.person.map(|person| person.to_string()))),
            ("roles", self.grants.iter().map(role).collect()),
            ("scope", if scopes.is_empty() { Value::Null } else { json!(scopes.join(" ")) }),
            ("purpose", json!(self.purpose)),
            ("cnf", self.certificate.map_or(Value::Null, |hash| json!({"x5t#S256": compact::encode(&hash)}))),
        ];
        all.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// When a token is good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) issued: i64,
    pub(super) begins: i64,
    pub(super) expires: i64,
}

impl Times {
    pub(super) fn read(claims: &Map<String, Value>, longest: i64) -> Result<Times, Reason> {
        let second = |name: &'static str| match claims.get(name) {
            None => Ok(None),
            Some(value) => match value.as_i64().filter(|second| (0..=END_OF_TIME).contains(second)) {
                Some(second) => Ok(Some(second)),
                None => Err(Reason::ClaimMalformed(name)),
            },
        };
        let expires = second("exp")?.ok_or(Reason::ClaimMissing("exp"))?;
        let issued = second("iat")?.ok_or(Reason::ClaimMissing("iat"))?;
        let begins = second("nbf")?.unwrap_or(issued);
        match () {
            () if expires <= issued || expires <= begins => Err(Reason::TimesInverted),
            // Also from nbf: a token dated back must not be kept for later.
            () if expires - issued > longest || expires - begins > longest => Err(Reason::LifetimeTooLong),
            () => Ok(Times { issued, begins, expires }),
        }
    }

    /// Asked on every call, cached or not.
    pub(super) fn hold_at(&self, now: i64) -> Result<(), Reason> {
        match () {
            () if now >= self.expires + LEEWAY_SECONDS => Err(Reason::Expired),
            () if now < self.begins - LEEWAY_SECONDS => Err(Reason::NotYetValid),
            () if now < self.issued - LEEWAY_SECONDS => Err(Reason::IssuedInFuture),
            () => Ok(()),
        }
    }
}

/// What the configuration says of the issuer of a token.
pub(super) struct Terms<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) subject_prefix: &'a str,
    pub(super) longest: i64,
    pub(super) may_vouch_for: &'a [Role],
}

/// The claims, believed.
pub(super) struct Believed {
    pub(super) principal: Principal,
    pub(super) token_id: String,
    pub(super) times: Times,
    pub(super) certificate: Option<[u8; 32]>,
    pub(super) has_actor: bool,
}

pub(super) fn believe(claims: &Map<String, Value>, terms: &Terms<'_>) -> Result<Believed, Reason> {
    let times = Times::read(claims, terms.longest)?;
    audience(claims, terms.audience)?;
    let required = |name| text(claims, name, 128)?.ok_or(Reason::ClaimMissing(name));
    let subject = plain("sub", required("sub")?)?;
    let token_id = plain("jti", required("jti")?)?;
    let via = Via::Token { issuer: terms.issuer.to_owned() };
    let grants = grants(claims, terms.may_vouch_for)?;
    let mut principal = Principal::new(format!("{}{subject}", terms.subject_prefix), via, grants);
    principal.agency = text(claims, "agency", 64)?.map(str::to_owned);
    principal.client_id = text(claims, "client_id", 128)?.map(|id| plain("client_id", id)).transpose()?;
    principal.purpose = text(claims, "purpose", 500)?.map(str::to_owned);
    let person =
        text(claims, "person", 36)?.map(|id| Uuid::try_parse(id).map_err(|_| Reason::ClaimMalformed("person")));
    principal.person = person.transpose()?;
    if let Some(scope) = text(claims, "scope", 2000)? {
        principal.scopes = scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    }
    let has_actor = claims.contains_key("act");
    Ok(Believed { principal, token_id, times, certificate: certificate(claims)?, has_actor })
}

/// Printable ASCII only: the subject is an actor in the journal and part of keys; two that look alike must be equal.
pub(super) fn plain(name: &'static str, text: &str) -> Result<String, Reason> {
    text.bytes().all(|b| b.is_ascii_graphic()).then(|| text.to_owned()).ok_or(Reason::ClaimMalformed(name))
}

pub(super) fn text<'a>(
    claims: &'a Map<String, Value>,
    name: &'static str,
    longest: usize,
) -> Result<Option<&'a str>, Reason> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text))
            if !text.is_empty() && text.len() <= longest && !text.chars().any(char::is_control) =>
        {
            Ok(Some(text))
        }
        Some(_) => Err(Reason::ClaimMalformed(name)),
    }
}

/// One audience or a short list that names us, character by character.
pub(super) fn audience(claims: &Map<String, Value>, ours: &str) -> Result<(), Reason> {
    let us = |value: &Value| value == ours;
    match claims.get("aud") {
        None => Err(Reason::ClaimMissing("aud")),
        Some(one @ Value::String(_)) => us(one).then_some(()).ok_or(Reason::Audience),
        Some(Value::Array(list)) if (1..=8).contains(&list.len()) && list.iter().all(Value::is_string) => {
            list.iter().any(us).then_some(()).ok_or(Reason::Audience)
        }
        Some(_) => Err(Reason::ClaimMalformed("aud")),
    }
}

fn grants(claims: &Map<String, Value>, may_vouch_for: &[Role]) -> Result<Vec<Grant>, Reason> {
    const MALFORMED: Reason = Reason::ClaimMalformed("roles");
    let list = match claims.get("roles") {
        None => return Ok(Vec::new()),
        // Many providers have a claim of that name for their own roles.
        Some(_) if may_vouch_for.is_empty() => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= MAX_GRANTS => list,
        Some(_) => return Err(MALFORMED),
    };
    let read = |entry: &Value| {
        let entry = entry.as_object().ok_or(MALFORMED)?;
        // An unknown field might be a restriction that we would not honour.
        if entry.keys().any(|key| !["role", "area", "from", "to"].contains(&key.as_str())) {
            return Err(MALFORMED);
        }
        let word = |name: &str| entry.get(name).and_then(Value::as_str).ok_or(MALFORMED);
        let day = |name: &str| match entry.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_str().and_then(|day| day.parse().ok()).map(Some).ok_or(MALFORMED),
        };
        let role: Role = word("role")?.parse().map_err(|_| MALFORMED)?;
        let area = word("area")?.parse().map_err(|_| MALFORMED)?;
        if may_vouch_for.contains(&role) {
            Ok(Grant { role, area, from: day("from")?, to: day("to")? })
        } else {
            Err(Reason::RoleNotVouched)
        }
    };
    list.iter().map(read).collect()
}

/// RFC 8705 §3.1. Another kind of confirmation is one that we cannot check, so the token is not for us.
fn certificate(claims: &Map<String, Value>) -> Result<Option<[u8; 32]>, Reason> {
    const MALFORMED: Reason = Reason::ClaimMalformed("cnf");
    let Some(confirmation) = claims.get("cnf") else { return Ok(None) };
    let fields = confirmation.as_object().filter(|fields| fields.len() == 1).ok_or(MALFORMED)?;
    let hash = fields.get("x5t#S256").and_then(Value::as_str).and_then(compact::decode).ok_or(MALFORMED)?;
    hash.try_into().map(Some).map_err(|_| MALFORMED)
}
