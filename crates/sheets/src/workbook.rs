//! Workbooks (XLSX), read cell by cell.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};
use hoagiai_types::Date;

use crate::{
    cell::Cell,
    limits::Limits,
    refusal::{Quantity, Refusal},
    table::{Gatherer, Merge, Table},
    zipped,
};

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads a sheet: the one of that name, or the first that is shown.
pub(crate) fn read(bytes: &[u8], sheet: Option<&str>, limits: &Limits) -> Result<Table, Refusal> {
    let archive = zipped::check(bytes, limits)?;
    // What a file can make a parser of somebody else's do is not known to its last corner: a panic of it is a file that
    // cannot be read, not the end of the call.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut book: Book<'_> = Xlsx::new(archive).map_err(|error| unreadable(&error))?;
        let name = chosen(&book, sheet, limits)?;
        sheet_of(&mut book, name, limits)
    }));
    read.unwrap_or(Err(Refusal::Malformed { what: "the sheet" }))
}

fn unreadable(error: &XlsxError) -> Refusal {
    match error {
        XlsxError::Password => Refusal::Encrypted,
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => {
            Refusal::Malformed { what: "a part is missing" }
        }
        XlsxError::NotAWorksheet(_) => Refusal::Malformed { what: "the sheet is a chart or a macro" },
        _ => Refusal::Malformed { what: "the content" },
    }
}

/// The sheet asked for; sheet names are compared as people remember them.
fn chosen(book: &Book<'_>, asked: Option<&str>, limits: &Limits) -> Result<String, Refusal> {
    let sheets = book.sheets_metadata();
    if sheets.len() > limits.sheets {
        let limit = limits.sheets as u64;
        return Err(Refusal::TooLarge { quantity: Quantity::Sheets, limit, row: 0 });
    }
    let names = || sheets.iter().map(|sheet| sheet.name.clone());
    let found = match asked {
        None => sheets.iter().find(|sheet| sheet.visible == SheetVisible::Visible).map(|sheet| sheet.name.clone()),
        Some(asked) => {
            let folded = hoagiai_types::text::fold(asked);
            names()
                .find(|name| name == asked)
                .or_else(|| names().find(|name| hoagiai_types::text::fold(name) == folded))
        }
    };
    match (found, asked) {
        (Some(name), _) => Ok(name),
        (None, None) => Err(Refusal::Empty),
        (None, Some(_)) => Err(Refusal::SheetNotFound { sheets: names().collect() }),
    }
}

fn sheet_of(book: &mut Book<'_>, name: String, limits: &Limits) -> Result<Table, Refusal> {
    let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| unreadable(&error))?;
    let mut gatherer = Gatherer::new(limits, name.clone(), false);
    let mut cells = book.worksheet_cells_reader(&name).map_err(|error| unreadable(&error))?;
    while let Some(found) = cells.next_cell().map_err(|error| unreadable(&error))? {
        let (row, column) = found.get_position();
        let row = row.saturating_add(1);
        let value = match found.get_value() {
            DataRef::String(text) => text_cell(&gatherer, row, text)?,
            DataRef::SharedString(text) => text_cell(&gatherer, row, text)?,
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_cell(&gatherer, row, text)?,
            DataRef::Int(number) => Cell::Number(*number as f64),
            DataRef::Float(number) => Cell::Number(*number),
            DataRef::Bool(flag) => Cell::Flag(*flag),
            DataRef::DateTime(moment) if moment.is_datetime() => {
                let (year, month, day, ..) = moment.to_ymd_hms_milli();
                day_of(year, month, day).map_or(Cell::Number(moment.as_f64()), Cell::Day)
            }
            DataRef::DateTime(duration) => Cell::Number(duration.as_f64()),
            DataRef::Error(_) => Cell::Broken,
            DataRef::Empty => Cell::Empty,
        };
        gatherer.put(row, column as usize, value)?;
    }
    let merges: Vec<Merge> = merged
        .iter()
        .map(|area| Merge {
            rows: (area.start.0.saturating_add(1), area.end.0.saturating_add(1)),
            columns: (area.start.1 as usize, area.end.1 as usize),
        })
        .collect();
    gatherer.merge(&merges)?;
    gatherer.finish()
}

fn text_cell(gatherer: &Gatherer<'_>, row: u32, text: &str) -> Result<Cell, Refusal> {
    gatherer.admit_text(row, text)?;
    Ok(Cell::text(text))
}

fn day_of(year: u16, month: u8, day: u8) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
