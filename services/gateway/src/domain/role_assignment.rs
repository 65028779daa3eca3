//! Who has which role where: the assignment of a role to an account, and the rules of giving and taking one.

use hoagiai_identity::{Area, AreaPath, Assignable, Caller, Denied, Grant, Level, Policy as AccessTable, Role};
use hoagiai_types::{Date, Etag, Timestamp, Uuid};

use super::{Refusal, RoleAssignmentId};

/// The roles of an account that have not ended, at most: they must fit into the token of a call.
pub const MOST_ROLES: usize = 24;

/// A role that an account has for an area and for days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssignment {
    /// Id.
    pub id: RoleAssignmentId,
    /// The issuer of the account's tokens.
    pub issuer: String,
    /// The account, with the prefix of its issuer.
    pub subject: String,
    /// The office.
    pub display_name: String,
    /// The role.
    pub role: Role,
    /// Where.
    pub area: Area,
    /// The registered person behind the account.
    pub person: Option<Uuid>,
    /// First day.
    pub valid_from: Date,
    /// Last day; none: until it is ended.
    pub valid_to: Option<Date>,
    /// By which decision.
    pub ground: String,
    /// By which decision it was ended; empty: it was not.
    pub end_ground: String,
    /// Whether it was ended before the end of its last day.
    pub ended_at_once: bool,
    /// The number of its last change among those of all assignments.
    pub change_number: i64,
    /// Changes so far.
    pub revision: i64,
    /// When the record was made.
    pub create_time: Timestamp,
    /// When it was changed last.
    pub update_time: Timestamp,
}

impl RoleAssignment {
    /// The version for `etag`.
    pub const fn etag(&self) -> Etag {
        Etag::new(self.revision)
    }

    /// Whether it is over: nothing comes of it any more.
    pub fn is_over(&self, today: Date) -> bool {
        self.ended_at_once || self.valid_to.is_some_and(|to| to < today)
    }

    /// As services are told of it; none: it is over.
    pub fn grant(&self, today: Date) -> Option<Grant> {
        let grant = Grant { role: self.role, area: self.area, from: Some(self.valid_from), to: self.valid_to };
        (!self.is_over(today)).then_some(grant)
    }

    /// Whether the same role for the same area holds on some day of both.
    fn meets(&self, other: &Self) -> bool {
        let ends_before = |one: &Self, other: &Self| one.valid_to.is_some_and(|to| to < other.valid_from);
        (self.role, self.area) == (other.role, other.area) && !ends_before(self, other) && !ends_before(other, self)
    }

    /// Ends it: after this day, or at once.
    ///
    /// # Errors
    /// It is over, or ends no later without this.
    pub fn end(&mut self, last_day: Option<Date>, ground: &str, today: Date) -> Result<(), Refusal> {
        if self.is_over(today) {
            return Err(Refusal::RoleAssignmentEnded);
        }
        match (last_day, self.valid_to) {
            (Some(day), Some(to)) if day >= to => return Err(Refusal::RoleAssignmentEndsSooner(to)),
            (Some(day), _) => self.valid_to = Some(day),
            (None, to) => {
                self.valid_to = Some(to.map_or(today, |to| to.min(today)));
                self.ended_at_once = true;
            }
        }
        ground.clone_into(&mut self.end_ground);
        Ok(())
    }
}

/// Whether the caller may give this role, there, to this account.
///
/// # Errors
/// It is the caller himself; the role is not the caller's to give, not for so wide an area, or the area is not the caller's.
pub fn may_give(
    caller: &Caller,
    table: &AccessTable,
    new: &RoleAssignment,
    place: &AreaPath,
) -> Result<Assignable, GiveError> {
    let is_himself = new.subject == caller.subject() || (new.person.is_some() && new.person == caller.person());
    if is_himself {
        return Err(Refusal::RoleAssignmentToOneself.into());
    }
    let row = may_take(caller, table, new.role)?;
    if Level::of(place) > row.widest {
        return Err(Refusal::RoleAreaTooWide(new.role, new.area).into());
    }
    if !takes_over(caller, row, place) {
        return Err(Denied::Area.into());
    }
    Ok(*row)
}

/// Whether the caller holds, over a place, a role by which this one is given and taken. Over everywhere: nobody has to ask
/// where the place is.
pub fn takes_over(caller: &Caller, row: &Assignable, place: &AreaPath) -> bool {
    caller.roles_over(place).iter().any(|role| row.by.contains(role))
}

/// Whether this role is the caller's to give and to take at all.
///
/// # Errors
/// It is not.
pub fn may_take<'a>(caller: &Caller, table: &'a AccessTable, role: Role) -> Result<&'a Assignable, Refusal> {
    let row = table.assignable(role).ok_or(Refusal::RoleNotAssignable(role))?;
    let mut grants = caller.principal().grants.iter().filter(|grant| grant.in_force(caller.today()));
    grants.any(|grant| row.by.contains(grant.role)).then_some(row).ok_or(Refusal::RoleNotAssignable(role))
}

/// Whether an account that has these roles may have one more.
///
/// # Errors
/// It has it on some of the days, has too many, or is another person's.
pub fn fits(standing: &[RoleAssignment], new: &RoleAssignment) -> Result<(), Refusal> {
    if let Some(one) = standing.iter().find(|one| one.meets(new)) {
        return Err(Refusal::RoleAssignmentTaken(one.id));
    }
    if standing.len() >= MOST_ROLES {
        return Err(Refusal::RoleAssignmentsTooMany);
    }
    let is_other = |one: &RoleAssignment| one.person.is_some() && new.person.is_some() && one.person != new.person;
    if standing.iter().any(is_other) { Err(Refusal::RoleAssignmentPersonOther) } else { Ok(()) }
}

/// Why a role is not given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GiveError {
    /// A rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The caller's own areas.
    #[error(transparent)]
    Denied(#[from] Denied),
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hoagiai_identity::{
        Principal,
        testing::{ELSEWHERE, HERE, account, date},
    };
    use hoagiai_types::Id;

    use super::*;

    const TODAY: &str = "2026-11-27";

    fn assignment(role: Role, area: Area) -> RoleAssignment {
        RoleAssignment {
            id: Id::from_uuid(Uuid::from_u128(1)),
            issuer: "https://id.test".into(),
            subject: "city:an".into(),
            display_name: "Công chức tư pháp".into(),
            role,
            area,
            person: None,
            valid_from: date("2026-01-01"),
            valid_to: None,
            ground: "QĐ 1/2026".into(),
            end_ground: String::new(),
            ended_at_once: false,
            change_number: 1,
            revision: 1,
            create_time: Timestamp::default(),
            update_time: Timestamp::default(),
        }
    }

    fn caller(principal: impl Into<Arc<Principal>>) -> Caller {
        let table = AccessTable::embedded().unwrap();
        table.caller(principal.into(), "gateway.role_assignments.assign", date(TODAY)).unwrap()
    }

    #[test]
    fn a_role_is_given_by_whom_the_table_says_within_his_area_and_no_wider_than_it_is_for() {
        let table = AccessTable::embedded().unwrap();
        let commune = (Area::Unit(HERE.commune), HERE.commune_path());
        let city = (Area::Unit(HERE.province), AreaPath::of_province(HERE.province));
        let team = (Area::Team(HERE.team), HERE.path());
        let whole = (Area::Everywhere, AreaPath::default());
        let department = caller(account("department").holds(Role::JusticeDepartment, city.0).build());
        let elsewhere = Area::Unit(Uuid::from_u128(99));
        let other_city = caller(account("department").holds(Role::JusticeDepartment, elsewhere).build());
        let operator = caller(account("operator").holds(Role::Operator, Area::Everywhere).build());
        let not = |role| Err(GiveError::Refused(Refusal::RoleNotAssignable(role)));
        let wide = |role, area| Err(GiveError::Refused(Refusal::RoleAreaTooWide(role, area)));
        for (who, role, (area, place), expected) in [
            (&department, Role::JusticeOfficer, commune, Ok(())),
            (&department, Role::TeamLeader, team, Ok(())),
            (&department, Role::JusticeDepartment, city, Ok(())),
            (&department, Role::JusticeOfficer, city, wide(Role::JusticeOfficer, city.0)),
            (&department, Role::JusticeOfficer, whole, wide(Role::JusticeOfficer, whole.0)),
            (&department, Role::Mediator, commune, wide(Role::Mediator, commune.0)),
            (&department, Role::JusticeDepartment, whole, wide(Role::JusticeDepartment, whole.0)),
            (&department, Role::Operator, whole, not(Role::Operator)),
            (&department, Role::Auditor, commune, not(Role::Auditor)),
            (&department, Role::Agency, commune, not(Role::Agency)),
            (&other_city, Role::JusticeOfficer, commune, Err(GiveError::Denied(Denied::Area))),
            (&operator, Role::JusticeDepartment, city, Ok(())),
            (&operator, Role::Auditor, whole, Ok(())),
            (&operator, Role::JusticeOfficer, commune, not(Role::JusticeOfficer)),
            (&operator, Role::Service, whole, not(Role::Service)),
        ] {
            let answer = may_give(who, &table, &assignment(role, area), &place).map(drop);
            assert_eq!(answer, expected, "{role} for {area} by {}", who.subject());
        }
        // A role that has ended gives nothing, whatever another permits.
        let ended = account("both").holds(Role::Operator, Area::Everywhere);
        let ended = caller(ended.holds_between(Role::JusticeDepartment, city.0, None, Some("2026-11-26")).build());
        assert!(
            may_take(&ended, &table, Role::JusticeOfficer).is_err() && may_take(&ended, &table, Role::Auditor).is_ok()
        );
        assert!(ELSEWHERE.province == HERE.province);
        // What is taken is taken within the same area; who has it everywhere need not know where that is.
        let row = table.assignable(Role::JusticeOfficer).unwrap();
        assert!(
            takes_over(&department, row, &HERE.commune_path()) && !takes_over(&other_city, row, &HERE.commune_path())
        );
        assert!(!takes_over(&department, row, &AreaPath::default()));
        let auditing = table.assignable(Role::Auditor).unwrap();
        assert!(takes_over(&operator, auditing, &AreaPath::default()));
    }

    #[test]
    fn nobody_gives_himself_a_role_by_any_of_his_accounts() {
        let table = AccessTable::embedded().unwrap();
        let mut own = assignment(Role::Auditor, Area::Everywhere);
        let operator = account("city:an").holds(Role::Operator, Area::Everywhere);
        let mut person = Principal::clone(&operator.build());
        let himself = Err(GiveError::Refused(Refusal::RoleAssignmentToOneself));
        let place = AreaPath::default();
        assert_eq!(may_give(&caller(person.clone()), &table, &own, &place).map(drop), himself);
        person.person = Some(Uuid::from_u128(5));
        own.subject = "city:an-2".into();
        assert!(may_give(&caller(person.clone()), &table, &own, &place).is_ok());
        own.person = person.person;
        assert_eq!(may_give(&caller(person), &table, &own, &place).map(drop), himself);
    }

    #[test]
    fn an_account_has_a_role_once_for_an_area_and_a_day() {
        let area = Area::Unit(HERE.commune);
        let mut one = assignment(Role::JusticeOfficer, area);
        one.valid_to = Some(date("2026-12-31"));
        let days = |from: &str, to: Option<&str>| RoleAssignment {
            valid_from: date(from),
            valid_to: to.map(date),
            ..assignment(Role::JusticeOfficer, area)
        };
        let taken = Err(Refusal::RoleAssignmentTaken(one.id));
        for (new, expected) in [
            (days("2027-01-01", None), Ok(())),
            (days("2026-12-31", None), taken.clone()),
            (days("2025-01-01", Some("2025-12-31")), Ok(())),
            (days("2025-01-01", Some("2026-01-01")), taken.clone()),
            (days("2025-01-01", None), taken),
            (assignment(Role::CommuneChair, area), Ok(())),
            (assignment(Role::JusticeOfficer, Area::Unit(ELSEWHERE.commune)), Ok(())),
        ] {
            assert_eq!(fits(std::slice::from_ref(&one), &new), expected, "{new:?}");
        }
        let many: Vec<_> =
            (0..24).map(|n| assignment(Role::JusticeOfficer, Area::Unit(Uuid::from_u128(100 + n)))).collect();
        assert_eq!(fits(&many, &one), Err(Refusal::RoleAssignmentsTooMany));
        assert_eq!(fits(&many[1..], &one), Ok(()));
        let of = |n| RoleAssignment {
            person: Some(Uuid::from_u128(n)),
            ..assignment(Role::Mediator, Area::Team(HERE.team))
        };
        let other = RoleAssignment { area: Area::Team(ELSEWHERE.team), ..of(2) };
        assert_eq!(fits(&[of(1)], &other), Err(Refusal::RoleAssignmentPersonOther));
        assert_eq!(fits(&[of(2)], &other), Ok(()));
    }

    #[test]
    fn an_assignment_ends_after_a_day_or_at_once_and_only_sooner() {
        let today = date(TODAY);
        let mut one = assignment(Role::JusticeOfficer, Area::Unit(HERE.commune));
        one.end(Some(date("2026-12-31")), "QĐ 2", today).unwrap();
        assert!(!one.is_over(date("2026-12-31")) && one.is_over(date("2027-01-01")));
        for later in ["2026-12-31", "2027-06-01"] {
            let refused = one.end(Some(date(later)), "QĐ 3", today);
            assert_eq!(refused, Err(Refusal::RoleAssignmentEndsSooner(date("2026-12-31"))));
        }
        one.end(None, "QĐ 4", today).unwrap();
        assert_eq!((one.valid_to, one.ended_at_once, one.grant(today)), (Some(today), true, None));
        assert_eq!(one.end(None, "QĐ 5", today), Err(Refusal::RoleAssignmentEnded));
        let mut last_day = assignment(Role::JusticeOfficer, Area::Unit(HERE.commune));
        last_day.end(Some(today), "QĐ 6", today).unwrap();
        assert!(last_day.grant(today).is_some(), "it holds to the end of its last day");
        last_day.end(None, "QĐ 7", today).unwrap();
        assert!(last_day.grant(today).is_none());
    }
}
