//! UnitService.

use hoagiai_proto::registry::v1::{self as pb, unit_service_server::UnitService};
use hoagiai_rpc::{
    Page, Violations,
    convert::{may_date, may_id, may_time, need_date, need_id},
};
use tonic::{Request, Response, Status};

use super::{Api, convert, reading, refuse, whole};
use crate::usecases::LineageRow;

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
        let parent = whole(out, Some(parent))?;
        let after: String = page.after()?.unwrap_or_default();
        let at = (after.as_str(), page.size().limit());
        let units = self.registry.list_units(parent, convert::value(message.kind), valid_at, at).await;
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
        let unit = whole(out, unit)?;
        let (before, after) = self.registry.lineage(unit).await.map_err(refuse)?;
        Ok(Response::new(pb::GetLineageResponse {
            predecessors: before.iter().map(convert::lineage).collect(),
            successors: after.iter().map(convert::lineage).collect(),
        }))
    }
}

fn edge(index: usize, row: pb::UnitLineageRow, out: &mut Violations) -> Option<LineageRow> {
    let extent = convert::need(format!("rows[{index}].extent"), row.extent, out);
    let change_date = need_date(format!("rows[{index}].change_date"), row.change_date.as_ref(), out);
    Some(LineageRow {
        code: row.code,
        predecessor_code: row.predecessor_code,
        extent: extent?,
        change_date: change_date?,
    })
}
