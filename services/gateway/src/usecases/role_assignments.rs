//! Assignments of roles: give, end, read.

use hoagiai_identity::{Area, AreaPath, Caller, Denied, Role};
use hoagiai_rpc::{Violations, change};
use hoagiai_store::{Claim, RequestKey, Stream, Tx};
use hoagiai_types::{Date, Etag, Timestamp, Uuid};

use super::{Done, Gateway};
use crate::{
    domain::{Refusal, RoleAssignment, RoleAssignmentId, fits, may_give, may_take, takes_over},
    error::Error,
    events,
    store::role_assignments::{self, Wanted},
};

/// A role to be assigned.
pub struct NewRoleAssignment {
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
    /// Last day.
    pub valid_to: Option<Date>,
    /// By which decision.
    pub ground: String,
}

async fn found(tx: &mut Tx, id: RoleAssignmentId, known_at: Option<Timestamp>) -> Result<RoleAssignment, Error> {
    Ok(role_assignments::find(tx, id, known_at).await?.ok_or(Refusal::RoleAssignmentNotFound(id))?)
}

impl Gateway {
    /// Assigns a role to an account.
    ///
    /// # Errors
    /// The request has faults, the role is not the caller's to give there, or the account cannot have it.
    pub async fn assign_role(
        &self,
        caller: &Caller,
        key: &RequestKey,
        new: NewRoleAssignment,
    ) -> Result<Done<RoleAssignment>, Error> {
        let now = self.env().now();
        let mut new = RoleAssignment {
            id: self.env().new_id(),
            issuer: new.issuer,
            subject: new.subject,
            display_name: new.display_name,
            role: new.role,
            area: new.area,
            person: new.person,
            valid_from: new.valid_from,
            valid_to: new.valid_to,
            ground: new.ground,
            end_ground: String::new(),
            ended_at_once: false,
            change_number: 0,
            revision: 1,
            create_time: now,
            update_time: now,
        };
        self.check_account(&new)?;
        // The role before the place: who may not give it learns nothing of what there is.
        may_take(caller, self.access(), new.role)?;
        let place = self.officers().place_of(&new).await?;
        let row = may_give(caller, self.access(), &new, &place)?;
        if row.person && new.person.is_none() {
            return Err(fault("person_id", "REQUIRED", "is required for this role", "là bắt buộc với vai trò này"));
        }
        let mut tx = self.db().write().await?;
        if let Claim::Repeat { resource } = tx.claim(key).await? {
            let value = found(&mut tx, RoleAssignmentId::from_uuid(resource), None).await?;
            return Ok(Done { value, position: self.db().head() });
        }
        // First of all: two who assign to one account at the same time come one after the other.
        new.change_number = role_assignments::number(&mut tx).await?;
        let today = self.env().today();
        let standing = role_assignments::standing(&mut tx, (&new.issuer, &new.subject), today).await?;
        fits(&standing, &new)?;
        role_assignments::insert(&mut tx, &new).await?;
        let origin = change::origin_of(caller, key, self.env());
        let event = events::role_assigned(&new);
        tx.append(Stream::new("role_assignment", new.id), 0, &origin, &[event]).await?;
        tx.settle(key, new.id.uuid()).await?;
        let position = tx.commit().await?.position;
        self.refresh_assigned().await;
        Ok(Done { value: new, position })
    }

    /// Ends an assignment, after a day or at once.
    ///
    /// # Errors
    /// No such assignment, over already, not the caller's to take, or changed since.
    pub async fn end_role_assignment(
        &self,
        caller: &Caller,
        key: &RequestKey,
        (id, etag): (RoleAssignmentId, Option<Etag>),
        last_day: Option<Date>,
        ground: &str,
    ) -> Result<Done<RoleAssignment>, Error> {
        let today = self.env().today();
        if last_day.is_some_and(|day| day < today) {
            return Err(fault("last_day", "IN_THE_PAST", "has passed; leave it out to end at once", "đã qua"));
        }
        self.check_taker(caller, id).await?;
        let mut tx = self.db().write().await?;
        let claim = tx.claim(key).await?;
        let number = role_assignments::number(&mut tx).await?;
        let mut one = found(&mut tx, id, None).await?;
        if let Claim::Repeat { .. } = claim {
            return Ok(Done { value: one, position: self.db().head() });
        }
        one.etag().admits(etag)?;
        one.end(last_day, ground, today)?;
        one.change_number = number;
        let version = one.revision;
        role_assignments::end(&mut tx, &mut one, self.env().now()).await?;
        let origin = change::origin_of(caller, key, self.env());
        let event = events::role_assignment_ended(&one, today);
        tx.append(Stream::new("role_assignment", one.id), version, &origin, &[event]).await?;
        tx.settle(key, one.id.uuid()).await?;
        let position = tx.commit().await?.position;
        self.refresh_assigned().await;
        Ok(Done { value: one, position })
    }

    /// Gets an assignment, as it is or as was known then.
    ///
    /// # Errors
    /// No such assignment.
    pub async fn get_role_assignment(
        &self,
        id: RoleAssignmentId,
        known_at: Option<Timestamp>,
    ) -> Result<RoleAssignment, Error> {
        found(&mut self.db().read_one().await?, id, known_at).await
    }

    /// A page of assignments, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_role_assignments(
        &self,
        wanted: &Wanted,
        after: Option<RoleAssignmentId>,
        limit: i64,
    ) -> Result<Vec<RoleAssignment>, Error> {
        Ok(role_assignments::page(&mut self.db().read_one().await?, wanted, after, limit).await?)
    }

    /// Whether an assignment is the caller's to end. Its role and its area never change, so this holds until it is ended.
    async fn check_taker(&self, caller: &Caller, id: RoleAssignmentId) -> Result<(), Error> {
        let one = found(&mut self.db().read_one().await?, id, None).await?;
        let row = may_take(caller, self.access(), one.role)?;
        // Whoever takes it everywhere takes it whether the registry answers or not.
        if takes_over(caller, row, &AreaPath::default()) {
            return Ok(());
        }
        let place = self.officers().place_of(&one).await?;
        if takes_over(caller, row, &place) { Ok(()) } else { Err(Denied::Area.into()) }
    }

    /// Whether the account is one of an issuer whose roles are assigned here.
    fn check_account(&self, new: &RoleAssignment) -> Result<(), Error> {
        let Some(prefix) = self.officers().prefix_of(&new.issuer) else {
            let english = "is no issuer that is configured with `roles_assigned`";
            return Err(fault(
                "issuer",
                "NOT_ASSIGNED",
                english,
                "không phải hệ thống định danh được phân công vai trò",
            ));
        };
        if new.subject.strip_prefix(prefix).is_none_or(str::is_empty) {
            let english = "is no account of the issuer: it begins with the prefix of the issuer";
            return Err(fault(
                "subject",
                "NOT_OF_THE_ISSUER",
                english,
                "không phải tài khoản của hệ thống định danh này",
            ));
        }
        Ok(())
    }
}

fn fault(field: &str, reason: &'static str, english: &str, vietnamese: &str) -> Error {
    let mut faults = Violations::default();
    faults.add(field, reason, english, vietnamese);
    hoagiai_rpc::Problem::from(faults).into()
}
