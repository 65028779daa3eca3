//! Runs the evaluation service.

fn main() {}
