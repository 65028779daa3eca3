//! UnitService.

use hoagiai_proto::registry::v1::{self as pb, unit_service_server::UnitService};
use hoagiai_rpc::{
    Page, Violations,
    convert::{may_date, may_etag, may_id, may_time, need_date, need_id},
};
use hoagiai_types::text;
use tonic::{Request, Response, Status};

use super::{Api, convert, reading, refuse, reorganizations as wire, whole};
use crate::{domain::FIRST_DAY, usecases::LineageRow};

#[tonic::async_trait]
impl UnitService for Api {
    async fn import_units(
        &self,
        request: Request<pb::ImportUnitsRequest>,
    ) -> Result<Response<pb::ImportUnitsResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let rows: Option<Vec<_>> =
            message.rows.into_iter().enumerate().map(|(i, row)| convert::unit_row(i, row, &mut out)).collect();
        let rows = whole(out, rows)?;
        let done = self.registry.import_units(&change, &rows, &message.source, message.validate_only).await;
        let done = done.map_err(refuse)?;
        Ok(Response::new(pb::ImportUnitsResponse {
            created_count: done.created,
            unchanged_count: done.unchanged,
            position: done.position,
        }))
    }

    async fn import_unit_lineage(
        &self,
        request: Request<pb::ImportUnitLineageRequest>,
    ) -> Result<Response<pb::ImportUnitLineageResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let rows: Option<Vec<_>> =
            message.rows.into_iter().enumerate().map(|(i, row)| edge(i, row, &mut out)).collect();
        let rows = whole(out, rows)?;
        let done = self.registry.import_lineage(&change, &rows).await.map_err(refuse)?;
        Ok(Response::new(pb::ImportUnitLineageResponse {
            created_count: done.created,
            unchanged_count: done.unchanged,
            position: done.position,
        }))
    }

    async fn get_unit(&self, request: Request<pb::GetUnitRequest>) -> Result<Response<pb::GetUnitResponse>, Status> {
        let (message, _) = reading(request)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let valid_at = may_date("valid_at", message.valid_at.as_ref(), &mut out);
        let known_at = may_time("known_at", message.known_at.as_ref(), &mut out);
        let unit = whole(out, unit)?;
        let unit = self.registry.get_unit(unit, valid_at, known_at).await.map_err(refuse)?;
        Ok(Response::new(pb::GetUnitResponse { unit: Some(convert::unit(&unit)) }))
    }

    async fn find_unit(&self, request: Request<pb::FindUnitRequest>) -> Result<Response<pb::FindUnitResponse>, Status> {
        let (message, _) = reading(request)?;
        let mut out = Violations::default();
        let valid_at = may_date("valid_at", message.valid_at.as_ref(), &mut out);
        let known_at = may_time("known_at", message.known_at.as_ref(), &mut out);
        let code = whole(out, Some(message.code))?;
        let unit = self.registry.find_unit(&code, valid_at, known_at).await.map_err(refuse)?;
        Ok(Response::new(pb::FindUnitResponse { unit: Some(convert::unit(&unit)) }))
    }

    async fn list_units(
        &self,
        request: Request<pb::ListUnitsRequest>,
    ) -> Result<Response<pb::ListUnitsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let parent = may_id("parent_unit_id", &message.parent_unit_id, &mut out);
        let valid_at = may_date("valid_at", message.valid_at.as_ref(), &mut out);
        let known_at = may_time("known_at", message.known_at.as_ref(), &mut out);
        let parent = whole(out, Some(parent))?;
        let after: String = page.after()?.unwrap_or_default();
        let at = (after.as_str(), page.size().limit());
        let units = self.registry.list_units(parent, convert::value(message.kind), (valid_at, known_at), at).await;
        let mut units = units.map_err(refuse)?;
        let next_page_token = page.cut(&mut units, |unit| unit.version.code.clone());
        Ok(Response::new(pb::ListUnitsResponse { units: units.iter().map(convert::unit).collect(), next_page_token }))
    }

    async fn get_lineage(
        &self,
        request: Request<pb::GetLineageRequest>,
    ) -> Result<Response<pb::GetLineageResponse>, Status> {
        let (message, _) = reading(request)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let valid_at = may_date("valid_at", message.valid_at.as_ref(), &mut out);
        let known_at = may_time("known_at", message.known_at.as_ref(), &mut out);
        let unit = whole(out, unit)?;
        let walk = self.registry.lineage(unit, (valid_at, known_at), convert::count(message.depth)).await;
        let walk = walk.map_err(refuse)?;
        let edges = |edges: &[_]| edges.iter().map(|(edge, distance)| wire::lineage(edge, *distance)).collect();
        Ok(Response::new(pb::GetLineageResponse {
            predecessors: edges(&walk.before),
            successors: edges(&walk.after),
            truncated: walk.truncated,
        }))
    }

    async fn apply_reorganization(
        &self,
        request: Request<pb::ApplyReorganizationRequest>,
    ) -> Result<Response<pb::ApplyReorganizationResponse>, Status> {
        let (message, change) = self.change(request)?;
        let validate_only = message.validate_only;
        let mut out = Violations::default();
        let asked = wire::request(message, &mut out);
        let asked = whole(out, asked)?;
        let done = self.registry.reorganize(&change, &asked, validate_only).await.map_err(refuse)?;
        Ok(Response::new(pb::ApplyReorganizationResponse {
            reorganization: Some(wire::reorganization(&done.done)),
            attachments: done.attachments.iter().map(wire::attachment).collect(),
            shared_area_unit_ids: done.shared.iter().map(ToString::to_string).collect(),
            position: done.position,
        }))
    }

    async fn get_reorganization(
        &self,
        request: Request<pb::GetReorganizationRequest>,
    ) -> Result<Response<pb::GetReorganizationResponse>, Status> {
        let (message, _) = reading(request)?;
        let mut out = Violations::default();
        let id = need_id("reorganization_id", &message.reorganization_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let id = whole(out, id)?;
        let done = self.registry.get_reorganization(id, at).await.map_err(refuse)?;
        Ok(Response::new(pb::GetReorganizationResponse { reorganization: Some(wire::reorganization(&done)) }))
    }

    async fn list_attachments(
        &self,
        request: Request<pb::ListAttachmentsRequest>,
    ) -> Result<Response<pb::ListAttachmentsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let of = may_id("reorganization_id", &message.reorganization_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let of = whole(out, Some(of))?;
        let rows = (page.after()?, page.size().limit());
        let found = self.registry.list_attachments(&caller, of, convert::value(message.state), at, rows).await;
        let mut found = found.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, |one| one.id.map(hoagiai_types::Id::uuid));
        let attachments = found.iter().map(wire::attachment).collect();
        Ok(Response::new(pb::ListAttachmentsResponse { attachments, next_page_token }))
    }

    async fn resolve_attachment(
        &self,
        request: Request<pb::ResolveAttachmentRequest>,
    ) -> Result<Response<pb::ResolveAttachmentResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let id = need_id("attachment_id", &message.attachment_id, &mut out);
        let to = need_id("unit_id", &message.unit_id, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (id, to) = whole(out, id.zip(to))?;
        let (one, position) = self.registry.resolve_attachment(&change, id, to, etag).await.map_err(refuse)?;
        Ok(Response::new(pb::ResolveAttachmentResponse { attachment: Some(wire::attachment(&one)), position }))
    }

    async fn correct_unit_version(
        &self,
        request: Request<pb::CorrectUnitVersionRequest>,
    ) -> Result<Response<pb::CorrectUnitVersionResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let from = may_date("valid_from", message.valid_from.as_ref(), &mut out).unwrap_or(FIRST_DAY);
        let etag = may_etag(&message.etag, &mut out);
        let unit = whole(out, unit)?;
        let (correction, reason) = (wire::correction(&message), text::nfc(message.reason.trim()));
        let done = self.registry.correct_unit_version(&change, (unit, from), &correction, &reason, etag).await;
        let (unit, position) = done.map_err(refuse)?;
        Ok(Response::new(pb::CorrectUnitVersionResponse { unit: Some(convert::unit(&unit)), position }))
    }

    async fn record_household_count(
        &self,
        request: Request<pb::RecordHouseholdCountRequest>,
    ) -> Result<Response<pb::RecordHouseholdCountResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let from = need_date("valid_from", message.valid_from.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (unit, from) = whole(out, unit.zip(from))?;
        let households = convert::count(message.household_count);
        let done = self.registry.record_household_count(&change, unit, (from, households), etag).await;
        let (unit, position) = done.map_err(refuse)?;
        Ok(Response::new(pb::RecordHouseholdCountResponse { unit: Some(convert::unit(&unit)), position }))
    }
}

fn edge(index: usize, row: pb::UnitLineageRow, out: &mut Violations) -> Option<LineageRow> {
    let extent = convert::need(format!("rows[{index}].extent"), row.extent, out);
    let change_date = need_date(format!("rows[{index}].change_date"), row.change_date.as_ref(), out);
    let decision = match row.decision {
        Some(decision) => Some(convert::need_decision(Some(decision), out)?),
        None => None,
    };
    Some(LineageRow {
        code: row.code,
        predecessor_code: row.predecessor_code,
        extent: extent?,
        change_date: change_date?,
        change: convert::value(row.change),
        decision,
    })
}
