//! The columns of a table that was read: what each is named, and what it tells.

use crate::field::Field;

/// A column of a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Place, from 0.
    pub index: usize,
    /// As its header names it, over two rows with a space between.
    pub name: String,
    /// What it tells; none: it is not read.
    pub field: Option<Field>,
}

/// Columns by field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns(pub(crate) Vec<Column>);

impl Columns {
    pub(crate) fn of(&self, field: Field) -> Option<usize> {
        self.0.iter().find(|column| column.field == Some(field)).map(|column| column.index)
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.of(field).is_some()
    }
}
