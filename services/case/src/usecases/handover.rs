//! Open cases and books go along when a team is merged, split, dissolved or transferred. Called by the feed, in the
//! transaction of the fact and its cursor.

use hoagiai_store::{Origin, StoreError, Tx};
use hoagiai_types::{Date, Id, Uuid};

use crate::{
    domain::{Case, MediatorId, Place, TeamId},
    events,
    store::{append, book_stream, books, case_stream, handovers},
};

/// The journal names the fact's own source as the actor.
const ACTOR: &str = "registry";
/// Open cases read at a time: a team has few.
const PAGE: i64 = 200;

/// A fact of the registry after which cases or books go elsewhere.
#[derive(Debug)]
pub struct Handover {
    /// Its place in the registry's journal.
    pub position: i64,
    /// The team that had them.
    pub team: TeamId,
    /// From which day.
    pub day: Date,
    /// Where cases and books go; none: they stay with a team that ended.
    pub keeper: Option<Place>,
    /// Where the mediators go on: a case follows the first of its mediators who does.
    pub mediators: Vec<(MediatorId, Place)>,
    /// Whether the team ended, so that its book is closed.
    pub ended: bool,
}

/// Hands over once; a fact that is told again changes nothing.
pub async fn hand_over(tx: &mut Tx, handover: &Handover) -> Result<(), StoreError> {
    let now = tx.db().env().now();
    if !handovers::mark(tx, handover.position, handover.team, now).await? {
        return Ok(());
    }
    let origin = Origin { actor: ACTOR.to_owned(), purpose: None, request_id: None, record_time: now };
    if handover.ended {
        hand_over_book(tx, handover, &origin).await?;
    }
    let (mut after, mut moved) = (Id::from_uuid(Uuid::nil()), 0);
    loop {
        let cases = handovers::open_cases(tx, handover.team, after, PAGE).await?;
        let Some(last) = cases.last() else { break };
        after = last.id;
        for mut case in cases {
            let Some(to) = place_of(&case, handover).filter(|to| *to != case.place) else { continue };
            let from = std::mem::replace(&mut case.place, to);
            handovers::move_case(tx, &mut case, now).await?;
            let event = events::case_handed_over(&case, &from, handover.day);
            append(tx, case_stream(case.id), case.revision, &origin, event).await?;
            moved += 1;
        }
    }
    handovers::count(tx, handover.position, moved).await
}

fn place_of(case: &Case, handover: &Handover) -> Option<Place> {
    let assigned = case.mediators.assigned();
    let followed = handover.mediators.iter().find(|(who, _)| assigned.iter().any(|one| one.mediator == *who));
    followed.map(|(_, place)| *place).or(handover.keeper)
}

/// Closes the open book of a team that ended, on the day of its end or of its last entry, and gives it to the keeper.
async fn hand_over_book(tx: &mut Tx, handover: &Handover, origin: &Origin) -> Result<(), StoreError> {
    let Some(mut book) = books::find_last(tx, handover.team).await? else { return Ok(()) };
    if book.closed_on.is_none() {
        let day = book.last_entry_on.unwrap_or(book.opened_on).max(handover.day).max(book.opened_on);
        book.closed_on = Some(day);
        books::close(tx, &mut book).await?;
        append(tx, book_stream(book.id), book.revision, origin, events::book_closed(&book, day)).await?;
    }
    if let Some(keeper) = handover.keeper {
        book.revision = handovers::hand_over_book(tx, book.id, book.revision, keeper.team).await?;
        let event = events::book_handed_over(&book, keeper.team, handover.day);
        append(tx, book_stream(book.id), book.revision, origin, event).await?;
    }
    Ok(())
}
