//! Forms, the counts that their columns are made of, reports. Pure: no database, no wire, no clock.

mod counts;
mod form;
mod refusal;
mod report;
mod rollup;
mod words;

pub use counts::{Count, CountId, Counts, Groups, Kind, Slots};
pub use form::{CompiledColumn, CompiledForm, Form, FormColumn, InvalidForm, Meaning};
pub use refusal::Refusal;
pub use report::{Cell, Period, Positions, Report, Row, Subject, compute};
pub use rollup::{Attribution, Places, Row as RollupRow, Successions, attribute};
pub use words::{CASE_CATEGORIES, CASE_STATES, CaseState, UnitKind, case_slot, is_open, mediator_slot};

/// Marks ids: see [`hoagiai_types::Id`].
pub mod marker {
    /// A unit of the registry.
    pub enum UnitMark {}
    /// A team of the registry.
    pub enum TeamMark {}
}

/// Id of a unit.
pub type UnitId = hoagiai_types::Id<marker::UnitMark>;
/// Id of a team.
pub type TeamId = hoagiai_types::Id<marker::TeamMark>;
