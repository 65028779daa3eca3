//! `hoagiai`: every service in one process, the demo, tokens and proofs.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hoagiai::main()
}
