//! Reporting through its contract, on both engines, fed by scripted journals.

mod composed;
mod explain;
mod forms;
mod random;
mod reports;
mod scale;
mod schema;
mod world;
