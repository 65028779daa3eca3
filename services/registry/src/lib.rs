//! The registry of units, teams and mediators.

pub mod domain;
