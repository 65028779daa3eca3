//! Text files (CSV): separated by comma, semicolon or tab, whichever the file uses.

use csv::{ReaderBuilder, Terminator};

use crate::{
    cell::Cell,
    encoding,
    limits::Limits,
    refusal::Refusal,
    table::{Gatherer, Table},
};

/// Reads a whole file.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Table, Refusal> {
    let text = encoding::text(bytes)?;
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&text))
        .terminator(Terminator::CRLF)
        .from_reader(text.as_bytes());
    let mut gatherer = Gatherer::new(limits, String::new(), true);
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { rest: text.as_bytes(), read: 0, line: 1 };
    while reader.read_record(&mut record).map_err(|_| Refusal::Malformed { what: "a line" })? {
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        for (column, written) in record.iter().enumerate() {
            gatherer.admit_text(line, written)?;
            gatherer.put(line, column, Cell::text(written))?;
        }
    }
    gatherer.finish()
}

/// Counts lines as people see them: a record begins at its first character, not at the empty lines before it.
struct Lines<'a> {
    rest: &'a [u8],
    read: u64,
    line: u32,
}

impl Lines<'_> {
    /// The line of the record that is found at a place of the text; places only grow.
    fn of(&mut self, place: u64) -> u32 {
        while let Some((first, rest)) = self.rest.split_first() {
            if self.read >= place && !matches!(first, b'\r' | b'\n') {
                break;
            }
            let ends = *first == b'\n' || *first == b'\r' && rest.first() != Some(&b'\n');
            self.line = self.line.saturating_add(u32::from(ends));
            self.read += 1;
            self.rest = rest;
        }
        self.line
    }
}

/// The character that separates most of the first lines alike, outside of quotes.
fn separator(text: &str) -> u8 {
    let mut best = (0, b',');
    for candidate in [b'\t', b';', b','] {
        let mut counts: Vec<usize> = text.lines().take(40).map(|line| outside_quotes(line, candidate)).collect();
        counts.retain(|count| *count > 0);
        counts.sort_unstable();
        // Title rows have none, and long texts have many commas: the middle of the lines that have any tells.
        let usual = counts.get(counts.len() / 2).copied().unwrap_or(0) * counts.len();
        if usual > best.0 {
            best = (usual, candidate);
        }
    }
    best.1
}

fn outside_quotes(line: &str, candidate: u8) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for byte in line.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            byte if byte == candidate && !quoted => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<Vec<String>> {
        let table = read(text.as_bytes(), &Limits::default()).unwrap();
        table.rows.iter().map(|row| row.cells.iter().map(Cell::shown).collect()).collect()
    }

    #[test]
    fn the_separator_is_found() {
        for separator in [",", ";", "\t"] {
            let text = format!("Danh sách\nSTT{separator}Họ tên\n1{separator}\"A, B; C\"\n");
            assert_eq!(shown(&text), [vec!["Danh sách"], vec!["STT", "Họ tên"], vec!["1", "A, B; C"]]);
        }
    }

    #[test]
    fn rows_are_numbered_by_their_lines_and_may_break_in_quotes() {
        let table = read("a,b\n\n\"x\ny\",2\nz,3\n".as_bytes(), &Limits::default()).unwrap();
        let numbers: Vec<u32> = table.rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 3, 5]);
        assert_eq!(table.rows[1].cell(0), &Cell::Text("x y".into()));
    }
}
