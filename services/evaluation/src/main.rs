//! Runs the evaluation service alone.

use std::process::ExitCode;

use hoagiai_runtime::{Part, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run("evaluation", vec![Part::new("evaluation", hoagiai_evaluation::service)])
}
