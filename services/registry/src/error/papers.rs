//! How the refusal of a paper is told. What it lacks is named; no value of the record is.

use hoagiai_documents::Missing;
use hoagiai_proto::registry::v1::ErrorReason as Reason;
use hoagiai_rpc::{Problem, Violations};

use crate::papers::PaperError;

/// The problem of a paper.
pub(super) fn problem(error: PaperError) -> Problem {
    match error {
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
                .lacking(lacking)
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
