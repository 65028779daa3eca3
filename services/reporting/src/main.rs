//! Runs the reporting service.

fn main() {}
