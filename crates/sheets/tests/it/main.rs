//! Rosters as files: how people keep them, and how others would do harm with them.
#![expect(clippy::unwrap_used, reason = "a test stops at the first fault")]

mod fixtures;
mod headers;
mod hostile;
mod roundtrip;

use hoagiai_sheets::Options;
use hoagiai_types::Date;

/// Reading on 2026-03-02, a commune given.
fn options() -> Options {
    let today: Date = "2026-03-02".parse().unwrap();
    Options { commune_given: true, ..Options::on(today) }
}

/// A workbook of rows of texts; `=` begins nothing here.
fn book(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (r, row) in (0u32..).zip(rows) {
        for (c, text) in (0u16..).zip(*row) {
            sheet.write_string(r, c, *text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}
