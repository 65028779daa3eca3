//! A principal in one call: the permission that the method asks for, and the questions a use case puts to it.

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

use crate::{AreaPath, Date, Denied, Explanation, Finding, Grant, GrantFinding, Permission, Principal, Roles, Scope};

/// Who calls, holding which permission, on which day. Made by [`crate::Policy::caller`] only, so that having one
/// means the permission was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    principal: Arc<Principal>,
    permission: Permission,
    holders: Roles,
    today: Date,
    purpose: Option<String>,
}

/// People who may not touch a record whatever their role: they or theirs are a side of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflicts {
    people: BTreeSet<Uuid>,
    subjects: BTreeSet<String>,
}

impl Conflicts {
    /// Nobody.
    pub fn none() -> Self {
        Conflicts::default()
    }

    /// These registered people (mediators).
    pub fn of_people(people: impl IntoIterator<Item = Uuid>) -> Self {
        Conflicts { people: people.into_iter().collect(), subjects: BTreeSet::new() }
    }

    /// And the account with this subject (an officer who is a neighbour, a party with an account).
    #[must_use]
    pub fn and_subject(mut self, subject: impl Into<String>) -> Self {
        self.subjects.insert(subject.into());
        self
    }

    /// Whether the principal is one of them.
    pub fn includes(&self, principal: &Principal) -> bool {
        self.subjects.contains(&principal.subject)
            || principal.person.is_some_and(|person| self.people.contains(&person))
    }
}

impl Caller {
    pub(crate) fn new(
        principal: Arc<Principal>,
        permission: Permission,
        holders: Roles,
        today: Date,
    ) -> Result<Self, Denied> {
        let purpose = principal.purpose.clone();
        let caller = Caller { principal, permission, holders, today, purpose };
        if caller.grants().next().is_none() {
            Err(Denied::Role)
        } else if !caller.principal.scopes_allow(&caller.permission) {
            Err(Denied::Scope)
        } else {
            Ok(caller)
        }
    }

    /// The same caller, stating why it asks; what the call states goes before what the credential fixes.
    #[must_use]
    pub fn stating(mut self, purpose: impl Into<String>) -> Self {
        self.purpose = Some(purpose.into());
        self
    }

    /// Whether the permission holds for a record at `path`.
    ///
    /// # Errors
    /// [`Denied::Area`]: the caller holds the permission, but elsewhere.
    pub fn admit(&self, path: &AreaPath) -> Result<(), Denied> {
        if self.grants().any(|grant| grant.area.covers(path)) { Ok(()) } else { Err(Denied::Area) }
    }

    /// [`Caller::admit`], unless the caller is in conflict of interest, which outranks every role and area.
    ///
    /// # Errors
    /// [`Denied::ConflictOfInterest`] before [`Denied::Area`].
    pub fn admit_unless_conflicted(&self, path: &AreaPath, conflicts: &Conflicts) -> Result<(), Denied> {
        if conflicts.includes(&self.principal) { Err(Denied::ConflictOfInterest) } else { self.admit(path) }
    }

    /// What a list may show.
    pub fn scope(&self) -> Scope {
        Scope::of(self.grants().map(|grant| grant.area))
    }

    /// The account that calls, as written into the journal.
    pub fn subject(&self) -> &str {
        &self.principal.subject
    }

    /// The registered person behind the account.
    pub fn person(&self) -> Option<Uuid> {
        self.principal.person
    }

    /// Why it asks, if it said so.
    pub fn purpose(&self) -> Option<&str> {
        self.purpose.as_deref()
    }

    /// The principal behind the call.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The permission that was asked for.
    pub fn permission(&self) -> &Permission {
        &self.permission
    }

    /// The day of the call in Việt Nam.
    pub fn today(&self) -> Date {
        self.today
    }

    /// The roles, of those that hold the permission, that the caller has in force over `path`: a rule that treats a
    /// mediator's reading otherwise than an officer's asks here.
    pub fn roles_over(&self, path: &AreaPath) -> Roles {
        self.grants().filter(|grant| grant.area.covers(path)).map(|grant| grant.role).collect()
    }

    /// Why the answer for a record at `path` is what it is, grant by grant.
    pub fn explain(&self, path: &AreaPath, conflicts: &Conflicts) -> Explanation {
        Explanation::of(&self.principal, &self.permission, self.holders, self.today, path, conflicts)
    }

    /// Grants in force whose role holds the permission.
    fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.principal.grants.iter().filter(|grant| self.holders.contains(grant.role) && grant.in_force(self.today))
    }
}

impl Explanation {
    pub(crate) fn of(
        principal: &Principal,
        permission: &Permission,
        holders: Roles,
        today: Date,
        path: &AreaPath,
        conflicts: &Conflicts,
    ) -> Self {
        let finding = |grant: &Grant| match () {
            () if !holders.contains(grant.role) => Finding::RoleLacksPermission,
            () if !grant.has_begun(today) => Finding::NotYetInForce,
            () if grant.has_ended(today) => Finding::NoLongerInForce,
            () if !grant.area.covers(path) => Finding::OtherArea,
            () => Finding::Admits,
        };
        let grants: Vec<GrantFinding> = principal
            .grants
            .iter()
            .map(|grant| GrantFinding { grant: grant.clone(), finding: finding(grant) })
            .collect();
        let found = |finding| grants.iter().any(|entry| entry.finding == finding);
        // The order of the layers: role and scope before anything is read, then conflict, then area.
        let outcome = match () {
            () if !found(Finding::Admits) && !found(Finding::OtherArea) => Err(Denied::Role),
            () if !principal.scopes_allow(permission) => Err(Denied::Scope),
            () if conflicts.includes(principal) => Err(Denied::ConflictOfInterest),
            () if !found(Finding::Admits) => Err(Denied::Area),
            () => Ok(()),
        };
        Explanation { permission: permission.clone(), holders, outcome, grants }
    }
}
