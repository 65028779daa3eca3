//! DuplicateService.

use hoagiai_proto::registry::v1::{self as pb, duplicate_service_server::DuplicateService};
use hoagiai_rpc::{
    Page, Violations,
    convert::{may_etag, need_id},
};
use tonic::{Request, Response, Status};

use super::{Api, convert, reading, refuse, waiting, whole};
use crate::usecases::{DuplicateCandidate, Marked};

#[tonic::async_trait]
impl DuplicateService for Api {
    async fn find_duplicates(
        &self,
        request: Request<pb::FindDuplicatesRequest>,
    ) -> Result<Response<pb::FindDuplicatesResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&pb::FindDuplicatesRequest { at_least: 0, ..message.clone() }, &caller)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let unit = whole(out, unit)?;
        let rows = (page.after()?, usize::from(page.size().get()) + 1);
        let found = self.registry.find_duplicates(&caller, (unit, at), (message.at_least, waiting()), rows).await;
        let (mut rows, total) = found.map_err(refuse)?;
        let key = |one: &DuplicateCandidate| {
            let [(first, _), (second, _)] = &one.records;
            (one.score, first.id.uuid(), second.id.uuid())
        };
        let next_page_token = page.cut(&mut rows, key);
        Ok(Response::new(pb::FindDuplicatesResponse {
            candidates: rows.iter().map(candidate).collect(),
            next_page_token,
            total_count: i64::try_from(total).unwrap_or(i64::MAX),
        }))
    }

    async fn mark_duplicate(
        &self,
        request: Request<pb::MarkDuplicateRequest>,
    ) -> Result<Response<pb::MarkDuplicateResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let one = need_id("mediator_id", &message.mediator_id, &mut out);
        let other = need_id("other_mediator_id", &message.other_mediator_id, &mut out);
        let verdict = convert::need("verdict", message.verdict, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (pair, verdict) = whole(out, one.zip(other).zip(verdict))?;
        let marked = self.registry.mark_duplicate(&change, pair, verdict, &message.reason, etag).await;
        let Marked { duplicate, reason, position } = marked.map_err(refuse)?;
        let duplicate = Some(convert::duplicates::duplicate(&duplicate, reason));
        Ok(Response::new(pb::MarkDuplicateResponse { duplicate, position }))
    }

    async fn undo_duplicate(
        &self,
        request: Request<pb::UndoDuplicateRequest>,
    ) -> Result<Response<pb::UndoDuplicateResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let id = need_id("duplicate_id", &message.duplicate_id, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let id = whole(out, id)?;
        let marked = self.registry.undo_duplicate(&change, id, &message.reason, etag).await;
        let Marked { duplicate, reason, position } = marked.map_err(refuse)?;
        let duplicate = Some(convert::duplicates::duplicate(&duplicate, reason));
        Ok(Response::new(pb::UndoDuplicateResponse { duplicate, position }))
    }
}

fn candidate(one: &DuplicateCandidate) -> pb::DuplicateCandidate {
    let [first, second] = &one.records;
    let record = |(mediator, person): &(_, Option<_>)| Some(convert::mediator(mediator, person.as_ref()));
    pb::DuplicateCandidate {
        first: record(first),
        second: record(second),
        reasons: one.reasons.iter().map(|reason| convert::number(*reason)).collect(),
        score: one.score.into(),
        etag: one.etag.to_string(),
    }
}
