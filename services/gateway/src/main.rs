//! The gateway alone in a process.

use std::process::ExitCode;

use hoagiai_runtime::{Part, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run("gateway", vec![Part::new("gateway", hoagiai_gateway::service)])
}
