//! What evaluation takes from the journals of others: each entry becomes at most one row, applied exactly once with the
//! cursor. What it does not know it passes over.

mod cases;
mod registry;

use hoagiai_proto::google;
use hoagiai_store::ProjectionError;
use hoagiai_types::{Date, Id};

pub use cases::CaseFacts;
pub use registry::RegistryFacts;

fn id<T>(field: &str, text: &str) -> Result<Id<T>, ProjectionError> {
    text.parse().map_err(|_| ProjectionError::Refused(format!("{field} is no id")))
}

fn day(date: Option<&google::Date>, else_: Date) -> Date {
    date.and_then(hoagiai_rpc::convert::read_date).unwrap_or(else_)
}
