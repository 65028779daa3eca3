//! Fuzzing of what reads requests: libFuzzer over the targets of `crates/transcode/fuzz`, one after the other.

use std::{collections::BTreeSet, path::Path, process::Command};

use anyhow::{Context, ensure};

use crate::{
    steps::{root, target},
    tools,
};

/// Runs every target for so many seconds. What is found on the way stays in `corpus`, which is not part of the repository;
/// what fails is in `artifacts`, and becomes a seed when it is mended.
pub(crate) fn run(seconds: u32, only: &[String]) -> anyhow::Result<()> {
    let program = tools::cargo_fuzz()?;
    let home = root().join("crates/transcode/fuzz");
    let targets = names(&home.join("fuzz_targets"))?;
    for asked in only {
        ensure!(targets.contains(asked), "no target `{asked}`; there are {targets:?}");
    }
    // The versions that the program is built of; cargo adds what only fuzzing needs.
    std::fs::copy(root().join("Cargo.lock"), home.join("Cargo.lock"))?;
    let mut failed = Vec::new();
    for name in targets.iter().filter(|name| only.is_empty() || only.contains(name)) {
        println!("\n── {name} ──");
        if !fuzz(&program, &home, name, seconds)? {
            failed.push(name.as_str());
        }
    }
    ensure!(failed.is_empty(), "found something: {}; see crates/transcode/fuzz/artifacts", failed.join(", "));
    Ok(())
}

/// Whether a target held.
fn fuzz(program: &Path, home: &Path, name: &str, seconds: u32) -> anyhow::Result<bool> {
    let folder = |of: &str| home.join(of).join(name);
    std::fs::create_dir_all(folder("corpus"))?;
    let mut command = Command::new(program);
    // The crate has no unsafe code for a sanitizer to watch, and without one twice as much is tried.
    command.args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir"]).arg(home).arg("--target-dir");
    command.arg(target().join("fuzz")).arg(name).arg(folder("corpus")).arg(folder("seeds"));
    command.args(["--", "-timeout=10", "-rss_limit_mb=2048", "-max_len=8192", "-print_final_stats=1"]);
    command.arg(format!("-max_total_time={seconds}"));
    // Instrumentation is an unstable option of the compiler; nothing that is shipped is built this way.
    command.env("RUSTC_BOOTSTRAP", "1").env("CARGO", env!("CARGO")).current_dir(root());
    Ok(command.status().with_context(|| format!("cannot start {command:?}"))?.success())
}

fn names(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let files = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let stem = |file: &std::fs::DirEntry| Some(file.path().file_stem()?.to_str()?.to_owned());
    Ok(files.iter().filter_map(stem).collect())
}
