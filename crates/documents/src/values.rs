//! What templates are filled with, and the words by which they may ask for it.

use std::collections::BTreeMap;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text to print.
    Text(String),
    /// Whether something holds: decides which lines are printed.
    Flag(bool),
    /// Things of one kind, printed one after another.
    Rows(Vec<Values>),
}

/// Values by name. A name that is not there is a value that is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values(BTreeMap<&'static str, Value>);

impl Values {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds text; empty text is a value that is not known.
    pub fn text(&mut self, name: &'static str, text: impl ToString) -> &mut Self {
        let text = text.to_string();
        if !text.trim().is_empty() {
            self.0.insert(name, Value::Text(text));
        }
        self
    }

    /// Adds text that may not be known.
    pub fn may_text(&mut self, name: &'static str, text: Option<impl ToString>) -> &mut Self {
        if let Some(text) = text {
            self.text(name, text);
        }
        self
    }

    /// Adds a flag.
    pub fn flag(&mut self, name: &'static str, holds: bool) -> &mut Self {
        self.0.insert(name, Value::Flag(holds));
        self
    }

    /// Adds rows.
    pub fn rows(&mut self, name: &'static str, rows: Vec<Values>) -> &mut Self {
        self.0.insert(name, Value::Rows(rows));
        self
    }

    /// The text of a name.
    #[must_use]
    pub fn find_text(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The rows of a name; none is no rows.
    #[must_use]
    pub fn find_rows(&self, name: &str) -> &[Values] {
        match self.0.get(name) {
            Some(Value::Rows(rows)) => rows,
            _ => &[],
        }
    }

    /// Whether a flag holds, or rows or text are there.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        match self.0.get(name) {
            None => false,
            Some(Value::Flag(holds)) => *holds,
            Some(Value::Text(_)) => true,
            Some(Value::Rows(rows)) => !rows.is_empty(),
        }
    }
}

/// The names that a template may use, with what a person calls each: `{name}` of any other is refused when the template
/// is read, so that a slip of the pen does not wait for the day on which the paper is needed.
///
/// Made of groups, because kinds of papers share most of their words.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary {
    /// Texts.
    pub texts: &'static [&'static [Word]],
    /// Flags.
    pub flags: &'static [&'static str],
    /// Rows.
    pub rows: &'static [&'static [RowsWord]],
}

/// A name, and what it is called in Vietnamese.
pub type Word = (&'static str, &'static str);

/// The name of rows, what they are called, and the texts of one.
pub type RowsWord = (&'static str, &'static str, &'static [Word]);

impl Vocabulary {
    /// What a text is called, in the row of `rows` first.
    #[must_use]
    pub fn label(&self, rows: Option<&str>, name: &str) -> Option<&'static str> {
        let called = |texts: &'static [Word]| texts.iter().find(|(text, _)| *text == name).map(|(_, label)| *label);
        let of_row = rows.and_then(|rows| self.find_rows(rows)).and_then(|(.., texts)| called(texts));
        of_row.or_else(|| self.texts.iter().find_map(|group| called(group)))
    }

    /// What rows are called.
    #[must_use]
    pub fn rows_label(&self, name: &str) -> Option<&'static str> {
        self.find_rows(name).map(|(_, label, _)| *label)
    }

    /// Whether lines may be made to depend on the name.
    #[must_use]
    pub fn is_condition(&self, name: &str) -> bool {
        self.flags.contains(&name) || self.rows_label(name).is_some() || self.label(None, name).is_some()
    }

    fn find_rows(&self, name: &str) -> Option<&'static RowsWord> {
        self.rows.iter().flat_map(|group| group.iter()).find(|(rows, ..)| *rows == name)
    }
}

/// A value that the paper cannot be printed without.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The rows that it is one of, if any.
    pub rows: Option<String>,
    /// Its name.
    pub name: String,
    /// In which of the rows, from 0.
    pub at: Vec<usize>,
    /// What it is called in Vietnamese.
    pub label: &'static str,
}

impl Missing {
    /// Its path: `place`, or `people[0,2].birth_year`.
    #[must_use]
    pub fn path(&self) -> String {
        match &self.rows {
            None => self.name.clone(),
            Some(rows) => format!("{rows}[{}].{}", numbers(self.at.iter().copied()), self.name),
        }
    }

    /// What a person calls it: `năm sinh (dòng 1, 3)`.
    #[must_use]
    pub fn called(&self) -> String {
        match &self.rows {
            None => self.label.to_owned(),
            Some(_) => format!("{} (dòng {})", self.label, numbers(self.at.iter().map(|at| at + 1))),
        }
    }
}

fn numbers(numbers: impl Iterator<Item = usize>) -> String {
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}
