//! Register books on the wire.

use hoagiai_proto::cases::v1::{self as pb, register_book_service_server::RegisterBookService};
use hoagiai_rpc::{Page, Problem, convert::may_etag, convert::need_date, convert::need_id, request};
use tonic::{Request, Response, Status};

use super::{Api, convert};
use crate::{
    domain::{BookId, Entry},
    events,
};

#[tonic::async_trait]
impl RegisterBookService for Api {
    async fn open_register_book(
        &self,
        request: Request<pb::OpenRegisterBookRequest>,
    ) -> Result<Response<pb::OpenRegisterBookResponse>, Status> {
        let (message, caller, key, origin) = self.open(request)?;
        self.wait(message.at_least).await?;
        let (team, day) = convert::opening(&message)?;
        let done = self.cases.open_book(&caller, &key, &origin, team, day).await.map_err(Problem::from)?;
        let register_book = Some(events::book_message(&done.record));
        Ok(Response::new(pb::OpenRegisterBookResponse { register_book, position: done.position }))
    }

    async fn close_register_book(
        &self,
        request: Request<pb::CloseRegisterBookRequest>,
    ) -> Result<Response<pb::CloseRegisterBookResponse>, Status> {
        let (message, caller, key, origin) = self.open(request)?;
        let (id, etag, day) = convert::read(|faults| {
            let id = need_id("register_book_id", &message.register_book_id, faults);
            let etag = may_etag(&message.etag, faults);
            let day = need_date("close_date", message.close_date.as_ref(), faults);
            Some((id?, etag, day?))
        })?;
        let done = self.cases.close_book(&caller, &key, &origin, id, etag, day).await.map_err(Problem::from)?;
        let register_book = Some(events::book_message(&done.record));
        Ok(Response::new(pb::CloseRegisterBookResponse { register_book, position: done.position }))
    }

    async fn list_register_entries(
        &self,
        request: Request<pb::ListRegisterEntriesRequest>,
    ) -> Result<Response<pb::ListRegisterEntriesResponse>, Status> {
        let (message, caller) = request::parts(request)?;
        let page = Page::of(&message, &caller)?;
        let id: BookId = convert::read(|faults| need_id("register_book_id", &message.register_book_id, faults))?;
        let after = page.after::<i32>()?.unwrap_or(0);
        let mut entries =
            self.cases.list_entries(&caller, id, after, page.size().limit()).await.map_err(Problem::from)?;
        let next_page_token = page.cut(&mut entries, |entry: &Entry| entry.number);
        let register_entries = entries.iter().map(events::entry_message).collect();
        Ok(Response::new(pb::ListRegisterEntriesResponse { register_entries, next_page_token }))
    }
}
