//! Cases on the wire.

use hoagiai_proto::cases::v1::{self as pb, case_service_server::CaseService};
use hoagiai_rpc::{Page, Problem, deadline, request};
use hoagiai_store::Entry;
use tonic::{Request, Response, Status};

use super::{Api, convert};
use crate::{
    domain::{Case, CaseId, Change, Source},
    error::Error,
    events,
    usecases::{Filter, Reading},
};

type Answer<T> = Result<Response<T>, Status>;

/// A verb on a case: read the change, make it, answer the case.
macro_rules! verb {
    ($self:ident, $request:ident, $response:ident, $field:ident, |$message:ident, $day:ident, $faults:ident| $change:expr) => {{
        let ($message, caller, key, origin) = $self.open($request)?;
        let day = (stringify!($field), $message.$field.as_ref());
        let (id, etag, change) =
            convert::target(&$message.case_id, &$message.etag, day, |$day, $faults| Some($change))?;
        let done = $self.cases.change(&caller, &key, &origin, id, etag, &change).await.map_err(Problem::from)?;
        Ok(Response::new(pb::$response { case: Some(events::case_message(&done.record)), position: done.position }))
    }};
}

#[tonic::async_trait]
impl CaseService for Api {
    async fn receive_case(&self, request: Request<pb::ReceiveCaseRequest>) -> Answer<pb::ReceiveCaseResponse> {
        let (message, caller, key, origin) = self.open(request)?;
        self.wait(message.at_least).await?;
        let (team, receipt, content) = convert::receipt(message)?;
        let done = self.cases.receive(&caller, &key, &origin, team, &receipt, &content).await.map_err(Problem::from)?;
        let case = Some(events::case_message(&done.record));
        Ok(Response::new(pb::ReceiveCaseResponse { case, position: done.position }))
    }

    async fn ask_scope(&self, request: Request<pb::AskScopeRequest>) -> Answer<pb::AskScopeResponse> {
        let (message, caller, key, origin) = self.open(request)?;
        let (id, etag) = convert::read(|faults| {
            let etag = hoagiai_rpc::convert::may_etag(&message.etag, faults);
            Some((hoagiai_rpc::convert::need_id("case_id", &message.case_id, faults)?, etag))
        })?;
        let done =
            self.cases.change(&caller, &key, &origin, id, etag, &Change::AskScope).await.map_err(Problem::from)?;
        let case = Some(events::case_message(&done.record));
        Ok(Response::new(pb::AskScopeResponse { case, position: done.position }))
    }

    async fn decide_scope(&self, request: Request<pb::DecideScopeRequest>) -> Answer<pb::DecideScopeResponse> {
        verb!(self, request, DecideScopeResponse, decide_date, |message, day, _faults| convert::scope(&message, day))
    }

    async fn choose_mediator(&self, request: Request<pb::ChooseMediatorRequest>) -> Answer<pb::ChooseMediatorResponse> {
        verb!(self, request, ChooseMediatorResponse, assign_date, |message, day, faults| convert::put_mediators(
            Source::Parties,
            &message.mediator_ids,
            day,
            faults
        )?)
    }

    async fn assign_mediator(&self, request: Request<pb::AssignMediatorRequest>) -> Answer<pb::AssignMediatorResponse> {
        verb!(self, request, AssignMediatorResponse, assign_date, |message, day, faults| convert::put_mediators(
            Source::Leader,
            &message.mediator_ids,
            day,
            faults
        )?)
    }

    async fn declare_conflict(
        &self,
        request: Request<pb::DeclareConflictRequest>,
    ) -> Answer<pb::DeclareConflictResponse> {
        verb!(self, request, DeclareConflictResponse, declare_date, |message, day, faults| Change::DeclareConflict {
            mediator: hoagiai_rpc::convert::need_id("mediator_id", &message.mediator_id, faults)?,
            day,
        })
    }

    async fn record_session(&self, request: Request<pb::RecordSessionRequest>) -> Answer<pb::RecordSessionResponse> {
        verb!(self, request, RecordSessionResponse, session_date, |message, day, faults| Change::RecordSession(
            convert::session(&message, day, faults)
        ))
    }

    async fn pause_case(&self, request: Request<pb::PauseCaseRequest>) -> Answer<pb::PauseCaseResponse> {
        verb!(self, request, PauseCaseResponse, pause_date, |message, day, _faults| Change::Pause(day))
    }

    async fn resume_case(&self, request: Request<pb::ResumeCaseRequest>) -> Answer<pb::ResumeCaseResponse> {
        verb!(self, request, ResumeCaseResponse, resume_date, |message, day, _faults| Change::Resume(day))
    }

    async fn decline_case(&self, request: Request<pb::DeclineCaseRequest>) -> Answer<pb::DeclineCaseResponse> {
        verb!(self, request, DeclineCaseResponse, decline_date, |message, day, _faults| Change::Decline(day))
    }

    async fn conclude_case(&self, request: Request<pb::ConcludeCaseRequest>) -> Answer<pb::ConcludeCaseResponse> {
        verb!(self, request, ConcludeCaseResponse, conclude_date, |message, day, _faults| Change::Conclude {
            day,
            successful: message.successful,
            agreement: message.agreement.clone(),
            reason: convert::reason(message.unsuccessful_reason()),
        })
    }

    async fn get_case(&self, request: Request<pb::GetCaseRequest>) -> Answer<pb::GetCaseResponse> {
        let (message, caller) = request::parts(request)?;
        let id = case_id(&message.case_id)?;
        let reading = match message.view() {
            pb::CaseView::Full => {
                let origin = hoagiai_rpc::change::origin(&caller, &self.cases.env);
                self.cases.get_full(&caller, &origin, id).await
            }
            pb::CaseView::Unspecified | pb::CaseView::Basic => self.cases.get(&caller, id).await,
        };
        let Reading { case, content } = reading.map_err(Problem::from)?;
        let case = pb::Case { content: content.as_ref().map(events::content_message), ..events::case_message(&case) };
        Ok(Response::new(pb::GetCaseResponse { case: Some(case) }))
    }

    async fn list_cases(&self, request: Request<pb::ListCasesRequest>) -> Answer<pb::ListCasesResponse> {
        let (message, caller) = request::parts(request)?;
        let page = Page::of(&message, &caller)?;
        let filter = convert::read(|faults| {
            let team = hoagiai_rpc::convert::may_id("team_id", &message.team_id, faults);
            let unit = hoagiai_rpc::convert::may_id("unit_id", &message.unit_id, faults);
            Some(Filter { team, unit, state: convert::state(message.state()) })
        })?;
        let after = page.after::<CaseId>()?;
        let mut cases = self.cases.list(&caller, filter, after, page.size().limit()).await.map_err(Problem::from)?;
        let next_page_token = page.cut(&mut cases, |case: &Case| case.id);
        let cases = cases.iter().map(events::case_message).collect();
        Ok(Response::new(pb::ListCasesResponse { cases, next_page_token }))
    }

    async fn get_case_history(
        &self,
        request: Request<pb::GetCaseHistoryRequest>,
    ) -> Answer<pb::GetCaseHistoryResponse> {
        let (message, caller) = request::parts(request)?;
        let entries = self.cases.history(&caller, case_id(&message.case_id)?).await.map_err(Problem::from)?;
        Ok(Response::new(pb::GetCaseHistoryResponse { entries: entries.into_iter().map(history_entry).collect() }))
    }
}

impl Api {
    /// Waits for the facts of the registry, as long as the call has time and the configuration allows.
    pub(super) async fn wait(&self, at_least: i64) -> Result<(), Problem> {
        let waited: Result<(), Error> = self.cases.catch_up(at_least, deadline::for_call(self.catch_up)).await;
        Ok(waited?)
    }
}

fn case_id(text: &str) -> Result<CaseId, Problem> {
    convert::read(|faults| hoagiai_rpc::convert::need_id("case_id", text, faults))
}

fn history_entry(entry: Entry) -> pb::CaseHistoryEntry {
    pb::CaseHistoryEntry {
        version: entry.stream_version,
        kind: entry.kind,
        valid_date: Some(hoagiai_rpc::convert::date(entry.valid_time)),
        record_time: Some(hoagiai_rpc::convert::time(entry.record_time)),
        actor: entry.actor,
        purpose: entry.purpose.unwrap_or_default(),
        position: entry.position,
    }
}
