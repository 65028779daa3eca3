//! Templates: papers as data, read and checked once, filled as often as needed. No code runs in one.

mod fill;
mod read;
mod text;

use hoagiai_types::Date;

use crate::{
    layout::{Layout, Style},
    model::{Document, Page},
    values::{Missing, Values, Vocabulary},
};

pub(crate) use read::LineText;
use text::Piece;

/// Why a template was refused.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// Not TOML of this form.
    #[error("the template is not readable")]
    Unreadable(#[from] toml::de::Error),
    /// It says what cannot be printed.
    #[error("the template `{kind}`: {what}")]
    Wrong {
        /// Its kind.
        kind: String,
        /// What is wrong.
        what: String,
    },
}

/// A paper as data.
#[derive(Debug, Clone)]
pub struct Template {
    /// What it prints, as the program names it.
    pub kind: String,
    /// The number of the form, such as `Mẫu 01`; empty where the law gives none.
    pub form: String,
    /// What people call it.
    pub title: String,
    /// Version of the text.
    pub version: String,
    /// First day on which it is used.
    pub valid_from: Date,
    /// Whether the wording is ours, because the one of the law was not found.
    pub provisional: bool,
    /// The texts that it rests on.
    pub sources: Vec<String>,
    /// Code of the administrative procedure.
    pub procedure: String,
    page: Page,
    vocabulary: Vocabulary,
    blocks: Vec<Part>,
}

/// A block, when it is printed.
#[derive(Debug, Clone)]
struct Part {
    when: Option<When>,
    what: PartKind,
}

#[derive(Debug, Clone)]
enum PartKind {
    Line(TemplateLine),
    Grid { widths: Vec<u16>, cells: Vec<Vec<TemplateLine>> },
    Table { rows: String, columns: Vec<Column> },
}

#[derive(Debug, Clone)]
struct TemplateLine {
    when: Option<When>,
    what: LineKind,
}

#[derive(Debug, Clone)]
enum LineKind {
    Rule(u16),
    Text { style: Style, text: Vec<Piece>, each: Option<String> },
}

#[derive(Debug, Clone)]
struct Column {
    width: u16,
    heading: (Style, Vec<Piece>),
    cell: (Style, Vec<Piece>),
}

/// A condition: a name, and whether it must hold or not.
#[derive(Debug, Clone)]
struct When {
    name: String,
    holds: bool,
}

impl Template {
    /// Reads a template and checks every name and style in it.
    ///
    /// # Errors
    /// When the text is not of the form, or names what there is not.
    pub fn read(
        text: &str,
        layout: &Layout,
        vocabulary: impl Fn(&str) -> Option<Vocabulary>,
    ) -> Result<Self, TemplateError> {
        read::template(toml::from_str(text)?, layout, vocabulary)
    }

    /// Fills the template.
    ///
    /// # Errors
    /// Every value that must be there and is not.
    pub fn fill(&self, values: &Values) -> Result<Document, Vec<Missing>> {
        fill::document(self, values)
    }
}

#[cfg(test)]
mod tests;
