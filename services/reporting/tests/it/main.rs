//! Reporting through its contract, on both engines, fed by scripted journals.

mod explain;
mod forms;
mod random;
mod reports;
mod schema;
mod world;
