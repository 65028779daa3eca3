//! `hoagiai`.

fn main() {}
