//! The register book (Sổ theo dõi hoạt động hòa giải ở cơ sở): opened and closed on days, numbered without gaps.

use hoagiai_types::Date;

use super::{BookId, CaseId, MediatorId, Place, Refusal, Team};

/// A book of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterBook {
    /// Id.
    pub id: BookId,
    /// Where its team stood when it was opened.
    pub place: Place,
    /// Number of the book within the team, from 1.
    pub number: i32,
    /// Ngày mở.
    pub opened_on: Date,
    /// Ngày khóa; none: open.
    pub closed_on: Option<Date>,
    /// Entries so far.
    pub entry_count: i32,
    /// The latest day of receipt among its entries.
    pub last_entry_on: Option<Date>,
    /// Version.
    pub revision: i64,
}

/// A line of a book: its case, as far as the register shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Number in the book, from 1.
    pub number: i32,
    /// The case.
    pub case: CaseId,
    /// The day of receipt.
    pub received_on: Date,
    /// The mediators on it.
    pub mediators: Vec<MediatorId>,
    /// The day of conclusion.
    pub concluded_on: Option<Date>,
    /// Whether hòa giải thành.
    pub successful: bool,
}

impl RegisterBook {
    /// Opens a book: the team's next one.
    ///
    /// # Errors
    /// The team is not in force, the book before is open or was closed later, or the day has not come.
    pub fn open(
        id: BookId,
        team: &Team,
        before: Option<&RegisterBook>,
        day: Date,
        today: Date,
    ) -> Result<Self, Refusal> {
        if !team.in_force(day) {
            return Err(Refusal::TeamNotInForce(team.place.team));
        }
        let closed_before = match before {
            None => None,
            Some(book) => Some(book.closed_on.ok_or(Refusal::BookAlreadyOpen(book.id))?),
        };
        if day > today || closed_before.is_some_and(|closed| day < closed) {
            return Err(Refusal::DateOutOfOrder("open_date"));
        }
        let number = before.map_or(1, |book| book.number + 1);
        let (closed_on, entry_count, last_entry_on) = (None, 0, None);
        Ok(RegisterBook {
            id,
            place: team.place,
            number,
            opened_on: day,
            closed_on,
            entry_count,
            last_entry_on,
            revision: 0,
        })
    }

    /// Closes the book.
    ///
    /// # Errors
    /// It is closed already, or the day lies before its last entry or has not come.
    pub fn close(&mut self, day: Date, today: Date) -> Result<(), Refusal> {
        if self.closed_on.is_some() {
            return Err(Refusal::BookClosed(self.id));
        }
        if day > today || day < self.opened_on || self.last_entry_on.is_some_and(|last| day < last) {
            return Err(Refusal::DateOutOfOrder("close_date"));
        }
        self.closed_on = Some(day);
        Ok(())
    }

    /// Whether the book takes an entry received on that day (rule 32).
    pub fn takes(&self, day: Date) -> bool {
        self.closed_on.is_none() && self.opened_on <= day
    }
}
