//! DeadlineService.

use hoagiai_identity::Caller;
use hoagiai_proto::registry::v1::{self as pb, deadline_service_server::DeadlineService};
use hoagiai_rpc::{Page, Violations, convert::may_id};
use tonic::{Request, Response, Status};

use super::{Api, convert, papers, reading, refuse, whole};
use crate::usecases::DeadlineQuery;

#[tonic::async_trait]
impl DeadlineService for Api {
    async fn list_deadlines(
        &self,
        request: Request<pb::ListDeadlinesRequest>,
    ) -> Result<Response<pb::ListDeadlinesResponse>, Status> {
        let (message, caller): (_, Caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let query = DeadlineQuery {
            unit: may_id("unit_id", &message.unit_id, &mut out),
            team: may_id("team_id", &message.team_id, &mut out),
            procedure: convert::value(message.procedure),
            state: convert::value(message.state),
            at: self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out),
            limit: page.size().limit(),
        };
        let query = whole(out, Some(query))?;
        let answer = self.registry.list_deadlines(&caller, query, page.after()?).await;
        let (mut rows, as_of) = answer.map_err(refuse)?;
        let next_page_token = page.cut(&mut rows, |row| (row.due, row.record, row.step.word().to_owned()));
        let deadlines = rows.iter().map(|row| papers::deadline(row, as_of)).collect();
        Ok(Response::new(pb::ListDeadlinesResponse { deadlines, next_page_token }))
    }

    async fn list_overdue_procedures(
        &self,
        request: Request<pb::ListOverdueProceduresRequest>,
    ) -> Result<Response<pb::ListOverdueProceduresResponse>, Status> {
        let (message, caller): (_, Caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let query = DeadlineQuery {
            unit: may_id("unit_id", &message.unit_id, &mut out),
            procedure: convert::value(message.procedure),
            at: self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out),
            limit: page.size().limit(),
            ..DeadlineQuery::default()
        };
        let query = whole(out, Some(query))?;
        let answer = self.registry.list_standings(&caller, query, message.all_communes, page.after()?).await;
        let mut rows = answer.map_err(refuse)?;
        let next_page_token = page.cut(&mut rows, |row| (row.commune.uuid(), row.procedure.word().to_owned()));
        let standings = rows.iter().map(papers::standing).collect();
        Ok(Response::new(pb::ListOverdueProceduresResponse { standings, next_page_token }))
    }
}
