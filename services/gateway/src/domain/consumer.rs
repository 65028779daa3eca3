//! An agency or portal.

use hoagiai_types::{Date, Etag, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ConsumerId, Policy, Refusal};

/// An agency or portal that is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// Id.
    pub id: ConsumerId,
    /// Its codes.
    pub agency_codes: Vec<AgencyCode>,
    /// Name.
    pub display_name: String,
    /// What it may ask.
    pub policy: Policy,
    /// Whether revoked.
    pub revoked: bool,
    /// Why.
    pub revoke_reason: String,
    /// Changes so far.
    pub revision: i64,
    /// When the record was made.
    pub create_time: Timestamp,
    /// When it was changed last.
    pub update_time: Timestamp,
}

/// A code of an agency. Two systems are in use at the same time (QĐ 20/2020/QĐ-TTg, QCVN 102:2016/BTTTT).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyCode {
    /// Which system.
    pub system: CodeSystem,
    /// The code; nothing is read out of its text.
    pub value: String,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Option<Date>,
}

/// Systems of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeSystem {
    /// QĐ 20/2020/QĐ-TTg.
    Qd20,
    /// QCVN 102:2016/BTTTT.
    Qcvn102,
}

impl CodeSystem {
    /// As the database and problems name it.
    pub const fn word(self) -> &'static str {
        match self {
            CodeSystem::Qd20 => "qd20",
            CodeSystem::Qcvn102 => "qcvn102",
        }
    }
}

impl AgencyCode {
    /// Whether the code is in use on a day.
    pub fn in_use(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day <= to)
    }
}

impl Consumer {
    /// The version for `etag`.
    pub const fn etag(&self) -> Etag {
        Etag::new(self.revision)
    }

    /// The code that the agency goes by on a day: that of QĐ 20 if it has one.
    pub fn code(&self, day: Date) -> Option<&str> {
        let in_use = |system| self.agency_codes.iter().find(|code| code.system == system && code.in_use(day));
        in_use(CodeSystem::Qd20).or_else(|| in_use(CodeSystem::Qcvn102)).map(|code| code.value.as_str())
    }

    /// Whether anything about it may still change.
    ///
    /// # Errors
    /// It is revoked.
    pub fn stands(&self) -> Result<(), Refusal> {
        if self.revoked { Err(Refusal::ConsumerRevoked(self.id)) } else { Ok(()) }
    }

    /// Replaces what it may ask.
    ///
    /// # Errors
    /// It is revoked.
    pub fn set_policy(&mut self, policy: Policy) -> Result<Policy, Refusal> {
        self.stands()?;
        Ok(std::mem::replace(&mut self.policy, policy))
    }

    /// Revokes it for good.
    ///
    /// # Errors
    /// It is revoked already.
    pub fn revoke(&mut self, reason: &str) -> Result<(), Refusal> {
        self.stands()?;
        (self.revoked, self.revoke_reason) = (true, reason.to_owned());
        Ok(())
    }
}

#[cfg(test)]
impl Consumer {
    /// A consumer of a code, for tests of rules.
    pub(crate) fn sample(code: &str) -> Self {
        let valid_from: Date = "2026-01-01".parse().unwrap();
        let code = AgencyCode { system: CodeSystem::Qd20, value: code.to_owned(), valid_from, valid_to: None };
        let policy = Policy {
            allowed_methods: vec![],
            area_unit_ids: vec![],
            daily_quota: 2,
            standing_purpose: String::new(),
            valid_from,
            valid_to: Some("2026-12-31".parse().unwrap()),
        };
        Consumer {
            id: hoagiai_types::Id::from_uuid(hoagiai_types::Uuid::nil()),
            agency_codes: vec![code],
            display_name: "Tòa án".into(),
            policy,
            revoked: false,
            revoke_reason: String::new(),
            revision: 1,
            create_time: Timestamp::default(),
            update_time: Timestamp::default(),
        }
    }
}
