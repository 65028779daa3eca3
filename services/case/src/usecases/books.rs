//! Register books are opened, closed and read.

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{Claim, Origin, RequestKey, Tx};
use hoagiai_types::{Date, Etag, Id};

use super::{Cases, Done, path};
use crate::{
    domain::{BookId, Entry, Refusal, RegisterBook, TeamId},
    error::Error,
    events,
    store::{append, book_stream, books, handovers, known},
};

impl Cases {
    /// Opens the next book of a team.
    pub async fn open_book(
        &self,
        caller: &Caller,
        request: &RequestKey,
        origin: &Origin,
        team: TeamId,
        day: Date,
    ) -> Result<Done<RegisterBook>, Error> {
        let mut tx = self.db.write().await?;
        let claim = tx.claim(request).await?;
        let found = known::find_team(&mut tx, team).await?;
        let nowhere = AreaPath { team: Some(team.uuid()), ..AreaPath::default() };
        caller.admit(&found.as_ref().map_or(nowhere, |team| path(&team.place)))?;
        if let Claim::Repeat { resource } = claim {
            let record = get(&mut tx, caller, Id::from_uuid(resource)).await?;
            return Ok(Done { record, position: tx.commit().await?.position });
        }
        let known = found.ok_or(Refusal::TeamNotInForce(team))?;
        let before = books::find_last(&mut tx, team).await?;
        let mut book = RegisterBook::open(self.env.new_id(), &known, before.as_ref(), day, caller.today())?;
        if !books::insert(&mut tx, &mut book).await? {
            let other = books::find_last(&mut tx, team).await?;
            return Err(Refusal::BookAlreadyOpen(other.map_or(book.id, |other| other.id)).into());
        }
        append(&mut tx, book_stream(book.id), book.revision, origin, events::book_opened(&book)).await?;
        tx.settle(request, book.id.uuid()).await?;
        Ok(Done { position: tx.commit().await?.position, record: book })
    }

    /// Closes a book.
    pub async fn close_book(
        &self,
        caller: &Caller,
        request: &RequestKey,
        origin: &Origin,
        id: BookId,
        etag: Option<Etag>,
        day: Date,
    ) -> Result<Done<RegisterBook>, Error> {
        let mut tx = self.db.write().await?;
        let claim = tx.claim(request).await?;
        let mut book = get(&mut tx, caller, id).await?;
        if let Claim::Repeat { .. } = claim {
            return Ok(Done { record: book, position: tx.commit().await?.position });
        }
        Etag::new(book.revision).admits(etag)?;
        book.close(day, caller.today())?;
        books::close(&mut tx, &mut book).await?;
        append(&mut tx, book_stream(id), book.revision, origin, events::book_closed(&book, day)).await?;
        tx.settle(request, id.uuid()).await?;
        Ok(Done { position: tx.commit().await?.position, record: book })
    }

    /// Entries of a book after a number, at most `limit`.
    pub async fn list_entries(&self, caller: &Caller, id: BookId, after: i32, limit: i64) -> Result<Vec<Entry>, Error> {
        let mut tx = self.db.read().await?;
        get(&mut tx, caller, id).await?;
        Ok(books::entries(&mut tx, id, after, limit).await?)
    }
}

/// A book of the caller's areas: where it was opened, where its team lies now, or where the team lies that keeps it.
async fn get(tx: &mut Tx, caller: &Caller, id: BookId) -> Result<RegisterBook, Error> {
    let Some(book) = books::find(tx, id).await? else {
        caller.admit(&AreaPath::default())?;
        return Err(Error::BookNotFound(id));
    };
    let refused = match caller.admit(&path(&book.place)) {
        Ok(()) => return Ok(book),
        Err(refused) => refused,
    };
    let keeper = handovers::keeper(tx, id).await?.unwrap_or(book.place.team);
    let today = known::find_team(tx, keeper).await?;
    match today.is_some_and(|team| caller.admit(&path(&team.place)).is_ok()) {
        true => Ok(book),
        false => Err(refused.into()),
    }
}
