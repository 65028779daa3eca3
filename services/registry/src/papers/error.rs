//! Why a paper cannot be printed, and how that is told.

use hoagiai_documents::Missing;
use hoagiai_proto::registry::v1::ErrorReason as Reason;
use hoagiai_rpc::{Problem, Violations};
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

impl PaperError {
    /// How it is told. What is lacking is named; no value of the record is.
    pub(crate) fn problem(self) -> Problem {
        match self {
            PaperError::Missing { kind, missing } => {
                let mut lacking = Violations::default();
                for one in &missing {
                    lacking.add(one.path(), "MISSING", &format!("is missing ({})", one.called()), &one.called());
                }
                let join = |texts: Vec<String>| texts.join(", ");
                Problem::new(Reason::DocumentDataMissing)
                    .with("kind", kind.word())
                    .with("missing", join(missing.iter().map(Missing::path).collect()))
                    .with("labels", join(missing.iter().map(Missing::called).collect()))
                    .in_fields(lacking)
            }
            PaperError::Kind(kind) => {
                Problem::new(Reason::DocumentKindWrong).with("kind", kind.word()).with("record", kind.record().word())
            }
            PaperError::Wording { kind, day } => {
                Problem::new(Reason::DocumentWordingMissing).with("kind", kind.word()).with("date", day)
            }
            PaperError::Character(c) => {
                Problem::new(Reason::DocumentCharacterMissing).with("code_point", format!("U+{:04X}", u32::from(c)))
            }
            PaperError::File(cause) => Problem::internal(cause.as_ref()),
        }
    }
}
