//! LookupService.

use hoagiai_proto::registry::v1::{self as pb, lookup_service_server::LookupService};
use hoagiai_rpc::{
    Page, Violations,
    convert::{date, may_date, time},
};
use tonic::{Request, Response, Status};

use super::{Api, convert::int, reading, refuse, whole};
use crate::domain::LookupDay;

#[tonic::async_trait]
impl LookupService for Api {
    async fn list_lookups(
        &self,
        request: Request<pb::ListLookupsRequest>,
    ) -> Result<Response<pb::ListLookupsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let from = may_date("from_date", message.from_date.as_ref(), &mut out);
        let to = may_date("to_date", message.to_date.as_ref(), &mut out);
        let days = whole(out, Some((from, to)))?;
        let rows = (page.after()?, page.size().limit());
        let mut rows = self.registry.list_lookups(days, message.refused_only, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut rows, |row| (row.day, row.account.clone()));
        let lookup_days = rows.into_iter().map(lookup_day).collect();
        Ok(Response::new(pb::ListLookupsResponse { lookup_days, next_page_token }))
    }
}

fn lookup_day(day: LookupDay) -> pb::LookupDay {
    pb::LookupDay {
        account: day.account,
        lookup_date: Some(date(day.day)),
        number_count: int(day.numbers),
        quota: int(day.quota),
        refused_count: int(day.refused),
        refuse_time: day.refused_at.map(time),
        update_time: Some(time(day.updated_at)),
    }
}
