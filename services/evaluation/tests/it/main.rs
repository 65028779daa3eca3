//! Evaluation through its contract, on both engines, fed by scripted journals.

mod assessments;
mod criteria;
mod cycles;
mod facts;
mod schema;
mod world;
