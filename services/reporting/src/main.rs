//! Runs the reporting service alone.

use std::process::ExitCode;

use hoagiai_runtime::{Part, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run("reporting", vec![Part::new("reporting", hoagiai_reporting::service)])
}
