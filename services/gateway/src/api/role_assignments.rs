//! `RoleAssignmentService`.

use hoagiai_proto::gateway::v1::{self as pb, role_assignment_service_server::RoleAssignmentService};
use hoagiai_rpc::{Page, Violations, change, convert as read, request};
use tonic::{Request, Response, Status};

use super::{convert, faulty};
use crate::{
    domain::RoleAssignmentId,
    store::role_assignments::Wanted,
    usecases::{Gateway, NewRoleAssignment},
};

/// Assignments of roles on the wire.
pub struct RoleAssignments(pub Gateway);

#[tonic::async_trait]
impl RoleAssignmentService for RoleAssignments {
    async fn assign_role(
        &self,
        request: Request<pb::AssignRoleRequest>,
    ) -> Result<Response<pb::AssignRoleResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let done = self.0.assign_role(&caller, &key, new(request)?).await?;
        let role_assignment = Some(convert::role_assignment(&done.value));
        Ok(Response::new(pb::AssignRoleResponse { role_assignment, position: done.position }))
    }

    async fn end_role_assignment(
        &self,
        request: Request<pb::EndRoleAssignmentRequest>,
    ) -> Result<Response<pb::EndRoleAssignmentResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let key = change::key(&request, &caller)?;
        let mut faults = Violations::default();
        let id = read::need_id("role_assignment_id", &request.role_assignment_id, &mut faults);
        let etag = read::may_etag(&request.etag, &mut faults);
        let last_day = read::may_date("last_day", request.last_day.as_ref(), &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(faulty(faults)) };
        let done = self.0.end_role_assignment(&caller, &key, (id, etag), last_day, request.ground.trim()).await?;
        let role_assignment = Some(convert::role_assignment(&done.value));
        Ok(Response::new(pb::EndRoleAssignmentResponse { role_assignment, position: done.position }))
    }

    async fn get_role_assignment(
        &self,
        request: Request<pb::GetRoleAssignmentRequest>,
    ) -> Result<Response<pb::GetRoleAssignmentResponse>, Status> {
        let (request, _) = request::parts(request)?;
        let mut faults = Violations::default();
        let id = read::need_id("role_assignment_id", &request.role_assignment_id, &mut faults);
        let known_at = read::may_time("known_at", request.known_at.as_ref(), &mut faults);
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(faulty(faults)) };
        let found = self.0.get_role_assignment(id, known_at).await?;
        let role_assignment = Some(convert::role_assignment(&found));
        Ok(Response::new(pb::GetRoleAssignmentResponse { role_assignment }))
    }

    async fn list_role_assignments(
        &self,
        request: Request<pb::ListRoleAssignmentsRequest>,
    ) -> Result<Response<pb::ListRoleAssignmentsResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<RoleAssignmentId> = page.after()?;
        let mut faults = Violations::default();
        let wanted = Wanted {
            role: convert::read_role(request.role()).map_or("", |role| role.name()).to_owned(),
            valid_at: read::may_date("valid_at", request.valid_at.as_ref(), &mut faults),
            known_at: read::may_time("known_at", request.known_at.as_ref(), &mut faults),
            subject: request.subject,
            area: request.area,
        };
        if !faults.is_empty() {
            return Err(faulty(faults));
        }
        let mut found = self.0.list_role_assignments(&wanted, after, page.size().limit()).await?;
        let next_page_token = page.cut(&mut found, |one| one.id);
        let role_assignments = found.iter().map(convert::role_assignment).collect();
        Ok(Response::new(pb::ListRoleAssignmentsResponse { role_assignments, next_page_token }))
    }
}

/// What is to be assigned.
fn new(request: pb::AssignRoleRequest) -> Result<NewRoleAssignment, Status> {
    let mut faults = Violations::default();
    let role = convert::read_role(request.role());
    let area = request.area.parse().ok();
    if area.is_none() {
        faults.add("area", "NOT_AN_AREA", "must be `*`, a unit, or `team:` and a team", "phạm vi không hợp lệ");
    }
    let person = read::may_id::<()>("person_id", &request.person_id, &mut faults);
    let valid_from = read::need_date("valid_from", request.valid_from.as_ref(), &mut faults);
    let valid_to = read::may_date("valid_to", request.valid_to.as_ref(), &mut faults);
    if valid_from.zip(valid_to).is_some_and(|(from, to)| to < from) {
        faults.add("valid_to", "BEFORE_FIRST_DAY", "is before the first day", "trước ngày bắt đầu");
    }
    let (Some(role), Some(area), Some(valid_from), true) = (role, area, valid_from, faults.is_empty()) else {
        return Err(faulty(faults));
    };
    Ok(NewRoleAssignment {
        issuer: request.issuer,
        subject: request.subject,
        display_name: request.display_name.trim().to_owned(),
        role,
        area,
        person: person.map(|id| id.uuid()),
        valid_from,
        valid_to,
        ground: request.ground.trim().to_owned(),
    })
}
