//! Explaining a cell: no number without its records.

use std::collections::BTreeMap;

use hoagiai_identity::Caller;
use hoagiai_types::Uuid;

use super::{Question, Reporting, reports::figures};
use crate::{
    domain::{Cell, Kind, Meaning, Refusal, Slots},
    error::Error,
    store::explain::{self, Asked},
};

/// A record that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: Uuid,
    /// Its team, if it has one.
    pub team: Option<Uuid>,
}

/// The figure and a page of its records.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The figure of the total.
    pub count: i64,
    /// Records by kind and id, at most as many as asked for.
    pub records: Vec<Record>,
}

impl Reporting {
    /// The records behind the total of a column, after a kind and id.
    pub async fn explain(
        &self,
        caller: &Caller,
        question: Question,
        column_code: &str,
        after: Option<(usize, Uuid)>,
        limit: i64,
    ) -> Result<Explained, Error> {
        let mut tx = self.db.read().await?;
        let (form, place, unit) = self.open(&mut tx, caller, &question).await?;
        let column = form.columns.iter().position(|column| column.code == column_code);
        let column = column.map(|place| (place, &form.columns[place].meaning));
        let Some((column, Meaning::Count(_, named))) = column else {
            return Err(Refusal::ColumnNotFound { column_code: column_code.to_owned() }.into());
        };
        let mut wanted: BTreeMap<Kind, Slots> = BTreeMap::new();
        for count in named.iter().map(|id| &form.counts[*id]) {
            let slots = wanted.entry(count.kind).or_default();
            *slots = slots.or(count.slots);
        }
        let (from, after) = after.unwrap_or((0, Uuid::nil()));
        let mut records = Vec::new();
        for (kind, slots) in wanted {
            let open = limit - i64::try_from(records.len()).unwrap_or(limit);
            let place = Kind::ALL.iter().position(|one| *one == kind).unwrap_or_default();
            if open <= 0 || place < from {
                continue;
            }
            let (period, criteria_set) = (question.period, form.criteria_set());
            let asked = Asked { kind, slots, unit: question.unit, period, criteria_set };
            let after = if place == from { after } else { Uuid::nil() };
            let found = explain::records(&mut tx, asked, after, open).await?;
            records.extend(found.into_iter().map(|(id, team)| Record { kind, id, team }));
        }
        let report = figures(&mut tx, &form, place, unit, (question.period, question.boundaries)).await?;
        let count = match report.total.cells.get(column) {
            Some(Cell::Count(count)) => *count,
            _ => 0,
        };
        Ok(Explained { count, records })
    }
}
