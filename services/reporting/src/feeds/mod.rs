//! What reporting takes from the journals of others, applied exactly once with the cursor. What it does not know it passes
//! over.

mod cases;
mod evaluation;
mod registry;

use hoagiai_proto::google;
use hoagiai_store::ProjectionError;
use hoagiai_types::{Date, Id, Uuid};

pub use cases::CaseFacts;
pub use evaluation::EvaluationFacts;
pub use registry::RegistryFacts;

/// Name of the projection of the registry's journal.
pub const REGISTRY: &str = "reporting.registry";
/// Name of the projection of the case service's journal.
pub const CASES: &str = "reporting.cases";
/// Name of the projection of the evaluation service's journal.
pub const EVALUATION: &str = "reporting.evaluation";

fn id<T>(field: &str, text: &str) -> Result<Id<T>, ProjectionError> {
    text.parse().map_err(|_| ProjectionError::Refused(format!("{field} is no id")))
}

fn uuid(field: &str, text: &str) -> Result<Uuid, ProjectionError> {
    Ok(id::<()>(field, text)?.uuid())
}

fn day(date: Option<&google::Date>, else_: Date) -> Date {
    date.and_then(hoagiai_rpc::convert::read_date).unwrap_or(else_)
}
