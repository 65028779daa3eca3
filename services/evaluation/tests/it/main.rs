//! Evaluation through its contract, on both engines, fed by scripted journals.

mod assessments;
mod composed;
mod criteria;
mod cycles;
mod facts;
mod scale;
mod schema;
mod world;
