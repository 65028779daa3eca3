//! The case service alone in a process.

use std::process::ExitCode;

use hoagiai_runtime::{Part, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run(hoagiai_case::NAME, vec![Part::new(hoagiai_case::NAME, hoagiai_case::service)])
}
