//! The evaluation service: criteria sets, yearly cycles, assessments of teams ("Tổ hòa giải 5 tốt").

pub mod domain;
pub mod rules;
