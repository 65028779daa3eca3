//! A sheet or a text file as rows of cells, whatever it came from.

use std::collections::HashMap;

use crate::{
    cell::Cell,
    encoding,
    limits::Limits,
    refusal::{Quantity, Refusal},
    tcvn3,
};

/// A row with something in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Its number in the sheet, or the line in a text file, from 1.
    pub(crate) number: u32,
    /// Cells by column, from 0; those after the last with something in it are left out.
    pub(crate) cells: Vec<Cell>,
    /// Columns that show the value of a merged cell which begins elsewhere.
    lent: Vec<usize>,
    /// Columns of the widest merge that begins in the row.
    pub(crate) widest_merge: usize,
}

impl Row {
    /// A cell as it shows, merged ones with the value that they share.
    pub(crate) fn cell(&self, column: usize) -> &Cell {
        const NOTHING: &Cell = &Cell::Empty;
        self.cells.get(column).unwrap_or(NOTHING)
    }

    /// Cells that hold a value of their own.
    pub(crate) fn own(&self) -> impl Iterator<Item = (usize, &Cell)> {
        self.cells.iter().enumerate().filter(|(column, cell)| !cell.is_empty() && !self.lent.contains(column))
    }
}

/// Cells merged into one: first and last row, first and last column; rows from 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Merge {
    pub(crate) rows: (u32, u32),
    pub(crate) columns: (usize, usize),
}

/// A table as it is read: rows in order.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The name of the sheet; empty for a text file.
    pub(crate) sheet: String,
    /// Rows with something in them.
    pub(crate) rows: Vec<Row>,
    /// Whether groups of a header may be told by empty cells after them, because the file knows no merged cells.
    pub(crate) flat: bool,
}

/// Gathers cells within limits.
pub(crate) struct Gatherer<'a> {
    limits: &'a Limits,
    table: Table,
    cells: usize,
}

impl<'a> Gatherer<'a> {
    pub(crate) fn new(limits: &'a Limits, sheet: String, flat: bool) -> Self {
        Self { limits, table: Table { sheet, rows: Vec::new(), flat }, cells: 0 }
    }

    fn too_large(quantity: Quantity, limit: usize, row: u32) -> Refusal {
        Refusal::TooLarge { quantity, limit: limit as u64, row }
    }

    /// Refuses a text that is too long before anything is made of it.
    pub(crate) fn admit_text(&self, row: u32, text: &str) -> Result<(), Refusal> {
        let most = self.limits.cell_characters;
        if text.len() > most && text.chars().nth(most).is_some() {
            return Err(Self::too_large(Quantity::CellCharacters, most, row));
        }
        Ok(())
    }

    /// Puts a cell; cells come row by row.
    pub(crate) fn put(&mut self, row: u32, column: usize, cell: Cell) -> Result<(), Refusal> {
        if cell.is_empty() {
            return Ok(());
        }
        if column >= self.limits.columns {
            return Err(Self::too_large(Quantity::Columns, self.limits.columns, row));
        }
        self.count(row)?;
        let rows = &mut self.table.rows;
        if rows.last().is_none_or(|last| last.number != row) {
            if rows.len() >= self.limits.rows {
                return Err(Self::too_large(Quantity::Rows, self.limits.rows, row));
            }
            if rows.last().is_some_and(|last| last.number > row) {
                return Err(Refusal::Malformed { what: "the order of the rows" });
            }
            rows.push(Row { number: row, ..Row::default() });
        }
        if let Some(last) = rows.last_mut() {
            if last.cells.len() <= column {
                last.cells.resize(column + 1, Cell::Empty);
            }
            if let Some(place) = last.cells.get_mut(column) {
                *place = cell;
            }
        }
        Ok(())
    }

    fn count(&mut self, row: u32) -> Result<(), Refusal> {
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(Self::too_large(Quantity::Cells, self.limits.cells, row));
        }
        Ok(())
    }

    /// Lets merged cells show the value of their first one. Rows that hold nothing of their own stay away.
    pub(crate) fn merge(&mut self, merges: &[Merge]) -> Result<(), Refusal> {
        let places: HashMap<u32, usize> = self.table.rows.iter().enumerate().map(|(i, row)| (row.number, i)).collect();
        for merge in merges {
            let Some(first) = places.get(&merge.rows.0) else { continue };
            let Some(row) = self.table.rows.get_mut(*first) else { continue };
            let width = merge.columns.1.saturating_sub(merge.columns.0) + 1;
            row.widest_merge = row.widest_merge.max(width);
            let value = row.cell(merge.columns.0).clone();
            if value.is_empty() {
                continue;
            }
            let last_column = merge.columns.1.min(self.limits.columns - 1);
            for index in *first..self.table.rows.len() {
                let Some(row) = self.table.rows.get_mut(index).filter(|row| row.number <= merge.rows.1) else { break };
                for column in merge.columns.0..=last_column {
                    if row.cell(column).is_empty() {
                        if row.cells.len() <= column {
                            row.cells.resize(column + 1, Cell::Empty);
                        }
                        if let Some(place) = row.cells.get_mut(column) {
                            *place = value.clone();
                        }
                        row.lent.push(column);
                    }
                    let number = row.number;
                    self.cells += 1;
                    if self.cells > self.limits.cells {
                        return Err(Self::too_large(Quantity::Cells, self.limits.cells, number));
                    }
                }
            }
        }
        Ok(())
    }

    /// The table, its texts in Unicode.
    pub(crate) fn finish(self) -> Result<Table, Refusal> {
        if self.table.rows.is_empty() {
            return Err(Refusal::Empty);
        }
        unicode(self.table)
    }
}

/// Workbooks written with the fonts of before Unicode hold TCVN3 as Latin-1 characters: all of a sheet, or the sheet is
/// refused, because a text such as `Tó` reads both ways.
fn unicode(mut table: Table) -> Result<Table, Refusal> {
    let (mut old, mut new) = (None, None);
    for row in &table.rows {
        for cell in &row.cells {
            let Cell::Text(text) = cell else { continue };
            if encoding::is_broken(text) {
                return Err(Refusal::MixedEncodings { line: row.number });
            }
            if text.chars().any(tcvn3::betrays) && tcvn3::decoded(text).is_some() {
                old = old.or(Some(row.number));
            } else if text.chars().any(|c| u32::from(c) > 0xFF && encoding::is_vietnamese(c)) {
                new = new.or(Some(row.number));
            }
        }
    }
    match (old, new) {
        (None, _) => return Ok(table),
        (Some(old), Some(new)) => return Err(Refusal::MixedEncodings { line: old.max(new) }),
        (Some(_), None) => {}
    }
    for cell in table.rows.iter_mut().flat_map(|row| &mut row.cells) {
        let Cell::Text(text) = cell else { continue };
        if let Some(decoded) = tcvn3::decoded(text) {
            *cell = Cell::text(&decoded);
        }
    }
    Ok(table)
}
