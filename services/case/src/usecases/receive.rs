//! A case is received and gets the next number of its team's open book.

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{Claim, Origin, RequestKey};
use hoagiai_types::Id;

use super::{Cases, Done, path};
use crate::{
    domain::{Case, Content, Receipt, Refusal, TeamId},
    error::Error,
    events,
    store::{append, book_stream, books, case_stream, cases, known},
};

impl Cases {
    /// Receives a case.
    pub async fn receive(
        &self,
        caller: &Caller,
        request: &RequestKey,
        origin: &Origin,
        team: TeamId,
        receipt: &Receipt,
        content: &Content,
    ) -> Result<Done<Case>, Error> {
        let mut tx = self.db.write().await?;
        let claim = tx.claim(request).await?;
        let found = known::find_team_and_book(&mut tx, team).await?;
        // Who holds a grant for this very team may learn that it is not known here; others may not.
        let nowhere = AreaPath { team: Some(team.uuid()), ..AreaPath::default() };
        caller.admit(&found.as_ref().map_or(nowhere, |(team, _)| path(&team.place)))?;
        if let Claim::Repeat { resource } = claim {
            let id = Id::from_uuid(resource);
            let record = cases::find(&mut tx, id).await?.ok_or(Error::CaseNotFound(id))?;
            return Ok(Done { record, position: tx.commit().await?.position });
        }
        let (team, book) = found.ok_or(Refusal::TeamNotInForce(team))?;
        let (id, now) = (self.env.new_id(), origin.record_time);
        let mut case = Case::receive(id, &team, book.as_ref(), receipt, caller.today(), now)?;
        let (number, revision) = books::take_number(&mut tx, case.book, case.received_on)
            .await?
            .ok_or(Refusal::NoOpenBook(case.place.team))?;
        case.number = number;
        let sealed = tx.seal(id.into(), events::CONTENT, &events::encode_content(content)).await?;
        cases::insert(&mut tx, &case, &sealed).await?;
        append(&mut tx, book_stream(case.book), revision, origin, events::entry_added(&case)).await?;
        append(&mut tx, case_stream(id), case.revision, origin, events::received(&case, &sealed)).await?;
        tx.settle(request, id.uuid()).await?;
        Ok(Done { position: tx.commit().await?.position, record: case })
    }
}
