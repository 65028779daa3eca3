//! `ReportService`.

use hoagiai_proto::reporting::v1::{self as pb, report_service_server::ReportService};
use hoagiai_rpc::{Page, Violations, convert as read, request};
use hoagiai_types::Uuid;
use tonic::{Request, Response, Status};

use super::{convert, faulty};
use crate::{
    domain::{Kind, Positions},
    usecases::{Boundaries, Question, Reporting},
};

/// The reports on the wire.
pub struct ReportsApi(pub Reporting);

#[tonic::async_trait]
impl ReportService for ReportsApi {
    async fn compute_report(
        &self,
        request: Request<pb::ComputeReportRequest>,
    ) -> Result<Response<pb::ComputeReportResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let mut faults = Violations::default();
        let unit = read::need_id("unit_id", &request.unit_id, &mut faults);
        let period = convert::need_period(request.first_date.as_ref(), request.last_date.as_ref(), &mut faults);
        let boundaries = read::may_date("boundaries_date", request.boundaries_date.as_ref(), &mut faults);
        let (Some(unit), Some(period)) = (unit, period) else { return Err(faulty(faults)) };
        let period = period?;
        let question = Question {
            unit,
            form_code: request.form_code,
            form_version: request.form_version,
            period,
            boundaries: Boundaries { day: boundaries.unwrap_or(period.last), successors: request.follow_successors },
            at_least: convert::positions(request.at_least),
        };
        let report = self.0.compute(&caller, question).await?;
        Ok(Response::new(pb::ComputeReportResponse { report: Some(convert::report(report)) }))
    }

    async fn explain_cell(
        &self,
        request: Request<pb::ExplainCellRequest>,
    ) -> Result<Response<pb::ExplainCellResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<(usize, Uuid)> = page.after()?;
        let mut faults = Violations::default();
        let unit = read::need_id("unit_id", &request.unit_id, &mut faults);
        let period = convert::need_period(request.first_date.as_ref(), request.last_date.as_ref(), &mut faults);
        let (Some(unit), Some(period)) = (unit, period) else { return Err(faulty(faults)) };
        let period = period?;
        let question = Question {
            unit,
            form_code: request.form_code,
            form_version: request.form_version,
            period,
            boundaries: Boundaries::of(period),
            at_least: Positions::default(),
        };
        let mut answer = self.0.explain(&caller, question, &request.column_code, after, page.size().limit()).await?;
        let next_page_token = page.cut(&mut answer.records, |record| {
            (Kind::ALL.iter().position(|kind| *kind == record.kind).unwrap_or_default(), record.id)
        });
        let records = answer.records.iter().map(convert::record).collect();
        Ok(Response::new(pb::ExplainCellResponse { records, next_page_token, count: answer.count }))
    }
}
