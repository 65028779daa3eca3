//! How the directory says no: alike for who is absent, not published and not for the caller.

use hoagiai_proto::registry::v1::ErrorReason as Reason;
use hoagiai_rpc::Problem;

use crate::domain::MediatorId;

/// Why the directory does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DirectoryError {
    /// Nobody whom the caller may be told of.
    #[error("no entry of {0} in the directory")]
    EntryNotFound(MediatorId),
    /// The policy of the caller does not allow the question there.
    #[error("not disclosed")]
    NotDisclosed,
    /// No contact of the mediator is published.
    #[error("no contact of {0} is published")]
    ContactNotPublished(MediatorId),
}

impl DirectoryError {
    /// How it is told.
    pub(super) fn problem(self) -> Problem {
        match self {
            DirectoryError::EntryNotFound(id) => Problem::new(Reason::DirectoryEntryNotFound).with("mediator_id", id),
            DirectoryError::NotDisclosed => Problem::new(Reason::DirectoryNotDisclosed),
            DirectoryError::ContactNotPublished(id) => {
                Problem::new(Reason::ContactNotPublished).with("mediator_id", id)
            }
        }
    }
}
