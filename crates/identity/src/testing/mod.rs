//! Builders for the tests of every crate: principals, callers without a policy, signed tokens (see [`tokens`]) and forged
//! ones (see [`forge`], [`attacks`]).
//! Nothing here may be reached from a release build: feature `testing`.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "builders of tests: a fault must stop the test at once")]

pub mod attacks;
pub mod forge;
pub mod tokens;

use std::sync::Arc;

use uuid::Uuid;

use crate::{Area, AreaPath, Caller, Date, Grant, Permission, Principal, Role, Roles, Via};

/// A small world of areas: one city, two communes, an area unit with a team in each.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The city.
    pub province: Uuid,
    /// A commune of it.
    pub commune: Uuid,
    /// An area unit of the commune.
    pub area_unit: Uuid,
    /// The team of the area unit.
    pub team: Uuid,
}

/// The place most tests act in.
pub const HERE: Place = place(2);

/// Another commune of the same city.
pub const ELSEWHERE: Place = place(3);

const fn place(n: u128) -> Place {
    Place {
        province: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
        commune: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | n << 4),
        area_unit: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | n << 8),
        team: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | n << 12),
    }
}

impl Place {
    /// Where a record of the team lies.
    pub fn path(&self) -> AreaPath {
        self.commune_path().in_area_unit(self.area_unit).in_team(self.team)
    }

    /// Where a record of the commune lies.
    pub fn commune_path(&self) -> AreaPath {
        AreaPath::of_province(self.province).in_commune(self.commune)
    }

    /// The area for which the role is usually held here.
    pub fn area_of(&self, role: Role) -> Area {
        match role {
            Role::FrontHead | Role::AreaHead => Area::Unit(self.area_unit),
            Role::TeamLeader | Role::Mediator | Role::Party => Area::Team(self.team),
            Role::JusticeOfficer | Role::CommuneChair | Role::CommunePc | Role::CommuneFront => {
                Area::Unit(self.commune)
            }
            Role::JusticeDepartment | Role::CityFront | Role::Agency => Area::Unit(self.province),
            Role::JusticeMinistry | Role::Auditor | Role::Operator | Role::Service => Area::Everywhere,
        }
    }
}

/// A date such as `2026-03-01`.
pub fn date(text: &str) -> Date {
    text.parse().expect("a civil date")
}

/// Starts a principal without any grant.
pub fn account(subject: &str) -> Account {
    Account(Principal::new(subject, Via::Process, Vec::new()))
}

/// A principal in one role, for the area in which that role is usually held [`HERE`].
pub fn someone(role: Role) -> Arc<Principal> {
    account(role.name()).holds(role, HERE.area_of(role)).build()
}

/// A principal being built.
#[derive(Clone, Debug)]
pub struct Account(Principal);

impl Account {
    /// Adds a role without dates.
    #[must_use]
    pub fn holds(mut self, role: Role, area: Area) -> Self {
        self.0.grants.push(Grant::of(role, area));
        self
    }

    /// Adds a role with dates; the last day is included.
    #[must_use]
    pub fn holds_between(mut self, role: Role, area: Area, from: Option<&str>, to: Option<&str>) -> Self {
        self.0.grants.push(Grant { role, area, from: from.map(date), to: to.map(date) });
        self
    }

    /// The registered person behind the account.
    #[must_use]
    pub fn is_person(mut self, person: Uuid) -> Self {
        self.0.person = Some(person);
        self
    }

    /// The agency of the account.
    #[must_use]
    pub fn of_agency(mut self, agency: &str) -> Self {
        self.0.agency = Some(agency.to_owned());
        self
    }

    /// Adds a scope.
    #[must_use]
    pub fn scoped(mut self, scope: &str) -> Self {
        self.0.scopes.insert(scope.to_owned());
        self
    }

    /// A purpose fixed by the credential.
    #[must_use]
    pub fn for_purpose(mut self, purpose: &str) -> Self {
        self.0.purpose = Some(purpose.to_owned());
        self
    }

    /// The principal.
    pub fn build(self) -> Arc<Principal> {
        Arc::new(self.0)
    }
}

/// A caller that holds `permission` through every role it has, whatever the access table says: for tests of use
/// cases, which are about areas and rules, not about the table.
pub fn caller(principal: Arc<Principal>, permission: &str, today: Date) -> Caller {
    let permission: Permission = permission.parse().expect("a permission");
    let holders: Roles = Role::ALL.iter().copied().collect();
    Caller::new(principal, permission, holders, today).expect("the principal has a grant in force")
}
