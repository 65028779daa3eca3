//! Every way in which reporting says no.

use super::UnitId;

/// A rule that does not admit what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such form, or none in force.
    #[error("there is no form {code} of version {version}, or none in force at the end of the period")]
    FormNotFound {
        /// Its code.
        code: String,
        /// Its version; empty: the one in force.
        version: String,
    },
    /// No such unit at the end of the period.
    #[error("there is no unit {unit_id} at the end of the period")]
    UnitNotFound {
        /// The unit.
        unit_id: UnitId,
    },
    /// The form is for other units.
    #[error("the form is not for units of kind {kind}")]
    FormDoesNotFit {
        /// The kind of the unit.
        kind: &'static str,
    },
    /// Not a period.
    #[error("the period ends before it starts, or is longer than ten years")]
    PeriodWrong,
    /// No such column, or one without records.
    #[error("there is no column {column_code} with records of its own")]
    ColumnNotFound {
        /// The column.
        column_code: String,
    },
}
