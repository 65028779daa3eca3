//! Why a paper cannot be printed. How it is told is in `error.rs`.

use hoagiai_documents::Missing;
use hoagiai_types::Date;

use crate::domain::PaperKind;

/// Why a paper cannot be printed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PaperError {
    /// The record lacks what the paper must say.
    #[error("the paper {} lacks {} values", kind.word(), missing.len())]
    Missing {
        /// The paper.
        kind: PaperKind,
        /// What is lacking.
        missing: Vec<Missing>,
    },
    /// The paper is made of another record.
    #[error("the paper {} is not made of this record", .0.word())]
    Kind(PaperKind),
    /// No wording for the day.
    #[error("no wording of the paper {} for {day}", kind.word())]
    Wording {
        /// The paper.
        kind: PaperKind,
        /// The day.
        day: Date,
    },
    /// The fonts of the format lack a character.
    #[error("the fonts lack U+{:04X}", u32::from(*.0))]
    Character(char),
    /// The file could not be made.
    #[error("the file of a paper could not be written")]
    File(#[source] Box<dyn std::error::Error + Send + Sync>),
}
