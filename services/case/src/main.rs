//! The case service alone.
fn main() {}
