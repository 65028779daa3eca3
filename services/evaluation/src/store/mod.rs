//! Tables of evaluation: SQL and rows. Every statement stands in [`STATEMENTS`], which a test prepares on both engines.

pub mod assessments;
pub mod cycles;
pub mod facts;

/// Every statement of the service.
pub const STATEMENTS: &[&[&str]] = &[cycles::STATEMENTS, assessments::STATEMENTS, facts::STATEMENTS];
