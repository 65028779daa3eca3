//! Tables of reporting: SQL and rows. Every statement stands in [`STATEMENTS`], which a test prepares on both engines.

pub mod explain;
pub mod facts;
pub mod tables;
pub mod units;

/// Every statement of the service.
pub const STATEMENTS: &[&[&str]] = &[explain::STATEMENTS, facts::STATEMENTS, tables::STATEMENTS, units::STATEMENTS];
