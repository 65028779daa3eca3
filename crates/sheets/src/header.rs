//! Finding the header: below titles, over one row or two, with or without merged cells.

use std::collections::BTreeMap;

use crate::{
    cell::Cell,
    columns::{Column, Columns},
    field::{self, Field, RosterKind, Sureness},
    refusal::Refusal,
    table::{Row, Table},
};

/// Rows from the top in which a header is looked for.
const LOOKED_AT: usize = 40;
/// Fewer columns that are recognised are no header.
const FEWEST: usize = 2;

/// A header that was found.
pub(crate) struct Header {
    pub(crate) columns: Columns,
    /// The first row below it, by place in the table.
    pub(crate) below: usize,
}

/// What the file as a whole need not say, because the import says it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Given {
    /// One decision for every row.
    pub(crate) decision: bool,
    /// The place: every row lies in one thôn or tổ dân phố.
    pub(crate) area: bool,
    /// Every row lies in one commune.
    pub(crate) commune: bool,
}

/// Finds the header of a table.
pub(crate) fn find(table: &Table, kind: RosterKind, given: Given) -> Result<Header, Refusal> {
    let rows = table.rows.get(..table.rows.len().min(LOOKED_AT)).unwrap_or_default();
    let mut best: Option<(usize, usize, Columns)> = None;
    for (index, row) in rows.iter().enumerate() {
        let mut candidates = vec![(1, one_row(row))];
        if let Some(next) = rows.get(index + 1).filter(|next| may_be_second(row, next)) {
            candidates.push((2, two_rows(row, next, table.flat)));
        }
        for (height, names) in candidates {
            let columns = recognised(names);
            let known = columns.0.iter().filter(|column| column.field.is_some()).count();
            // The first that knows most: a second row must add something.
            if known >= FEWEST && best.as_ref().is_none_or(|(most, ..)| known > *most) {
                best = Some((known, index + height, columns));
            }
        }
    }
    let (columns, mut below) = best.map_or((Columns::default(), 0), |(_, below, columns)| (columns, below));
    let missing = missing(&columns, kind, given);
    if !missing.is_empty() {
        return Err(Refusal::HeaderNotFound { missing });
    }
    if table.rows.get(below).is_some_and(is_numbering) {
        below += 1;
    }
    Ok(Header { columns, below })
}

type Names = BTreeMap<usize, (String, String)>;

fn one_row(row: &Row) -> Names {
    let own = row.own().filter(|(_, cell)| matches!(cell, Cell::Text(_)));
    own.map(|(column, cell)| (column, (String::new(), cell.shown()))).collect()
}

/// A second row of a header holds texts alone, and no more of them than there are columns.
fn may_be_second(first: &Row, second: &Row) -> bool {
    let texts = second.own().all(|(_, cell)| matches!(cell, Cell::Text(_)));
    let apart = first.own().filter(|(_, cell)| matches!(cell, Cell::Text(_))).count() >= FEWEST;
    texts && apart && second.own().next().is_some()
}

/// Groups above, columns below: `Giới tính` over `Nam` and `Nữ`. Without merged cells a group reaches as far as the cells
/// after it are empty above and full below.
fn two_rows(first: &Row, second: &Row, flat: bool) -> Names {
    let width = first.cells.len().max(second.cells.len());
    let lower: Vec<bool> = {
        let mut own = vec![false; width];
        second.own().for_each(|(column, _)| own[column] = true);
        own
    };
    let mut names = Names::new();
    let mut group = String::new();
    for column in 0..width {
        let above = first.cell(column).shown();
        let below = if lower.get(column) == Some(&true) { second.cell(column).shown() } else { String::new() };
        let above = match (above.is_empty(), below.is_empty()) {
            (true, false) if flat => group.clone(),
            _ => above,
        };
        group.clone_from(&above);
        if !above.is_empty() || !below.is_empty() {
            names.insert(column, (above, below));
        }
    }
    names
}

/// Each column with what it tells; of two that tell the same, the surer, then the first.
fn recognised(names: Names) -> Columns {
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    let mut taken: BTreeMap<Field, (Sureness, usize)> = BTreeMap::new();
    for (index, (above, below)) in names {
        let name = [above.as_str(), below.as_str()].join(" ").trim().to_owned();
        let found = match below.is_empty() {
            true => field::recognised(&above),
            false => field::recognised(&name).or_else(|| field::recognised(&below)),
        };
        let mut told = found.map(|(field, _)| field);
        if let Some((field, sureness)) = found {
            match taken.get(&field).copied() {
                Some((other, _)) if other >= sureness => told = None,
                other => {
                    if let Some((_, place)) = other
                        && let Some(column) = columns.get_mut(place)
                    {
                        column.field = None;
                    }
                    taken.insert(field, (sureness, columns.len()));
                }
            }
        }
        columns.push(Column { index, name, field: told });
    }
    Columns(columns)
}

/// The columns without which no row could be taken.
fn missing(columns: &Columns, kind: RosterKind, given: Given) -> Vec<&'static str> {
    let has = |fields: &[Field]| fields.iter().any(|field| columns.has(*field));
    let mut missing = Vec::new();
    let mut need = |there: bool, field: Field| {
        if !there {
            missing.push(field.title());
        }
    };
    let decision = given.decision || has(&[Field::Decision]);
    need(decision || has(&[Field::DecisionNumber]), Field::DecisionNumber);
    need(decision || has(&[Field::DecisionDate]), Field::DecisionDate);
    need(given.commune || given.area || has(&[Field::Commune, Field::AreaCode]), Field::Commune);
    match kind {
        RosterKind::Teams => {
            need(given.area || has(&[Field::Area, Field::AreaCode]), Field::Area);
            need(has(&[Field::Size]), Field::Size);
        }
        RosterKind::Mediators => {
            need(has(&[Field::FullName, Field::GivenName]), Field::FullName);
            let marks = columns.has(Field::Male) && columns.has(Field::Female);
            need(marks || has(&[Field::Gender]), Field::Gender);
            need(has(&[Field::Ethnic, Field::Minority]), Field::Ethnic);
        }
    }
    missing
}

/// `(1) (2) (3)`, `A B 1 2`: the row of numbers that forms have below their header.
fn is_numbering(row: &Row) -> bool {
    let own: Vec<String> = row.own().map(|(_, cell)| cell.shown()).collect();
    let short = |text: &String| {
        let inner = text.trim_matches(['(', ')', '[', ']', ' ']);
        inner.chars().count() <= 2 && inner.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let numbers: Vec<u32> =
        own.iter().filter_map(|text| text.trim_matches(['(', ')', '[', ']', ' ']).parse().ok()).collect();
    own.len() >= 3 && own.iter().all(short) && numbers.len() >= 2 && numbers.windows(2).all(|w| w[1] == w[0] + 1)
}
