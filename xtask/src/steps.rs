//! The steps of `cargo xtask check`, each a command that fails loudly. Nothing is skipped unless asked by name.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, bail, ensure};

use crate::{arrows, deploy, examples, tools};

type Step = (&'static str, fn() -> anyhow::Result<()>);

const STEPS: &[Step] = &[
    ("tools", tools::ensure_all),
    ("fmt", || cargo(&["fmt", "--all", "--check"])),
    ("contracts", contracts),
    ("arrows", arrows::check),
    ("deploy", deploy::lint),
    ("clippy", || cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])),
    ("test", test),
    ("doc", doc),
    ("deny", deny),
    ("demo", demo),
    ("examples", examples::run),
];

/// Runs the steps in order and prints how long each took.
pub(crate) fn check(only: &[String], skip: &[String]) -> anyhow::Result<()> {
    let names: Vec<_> = STEPS.iter().map(|(name, _)| *name).collect();
    for asked in only.iter().chain(skip) {
        ensure!(names.contains(&asked.as_str()), "no step `{asked}`; the steps are {}", names.join(", "));
    }
    let mut took = Vec::new();
    for (name, run) in STEPS {
        let wanted = (only.is_empty() || only.iter().any(|o| o == name)) && !skip.iter().any(|s| s == name);
        if !wanted {
            continue;
        }
        println!("\n── {name} ──");
        let start = Instant::now();
        run().with_context(|| format!("step `{name}` failed"))?;
        took.push((name, start.elapsed()));
    }
    println!("\nAll steps passed:");
    for (name, duration) in took {
        println!("  {name:<10} {:>6.1} s", duration.as_secs_f64());
    }
    Ok(())
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The build folder, where tools and scratch files go too.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Runs a command in the root of the workspace and fails if it does.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let status = command.current_dir(root()).status().with_context(|| format!("cannot start {shown}"))?;
    ensure!(status.success(), "{shown} ended with {status}");
    Ok(())
}

fn cargo(args: &[&str]) -> anyhow::Result<()> {
    run(Command::new(env!("CARGO")).args(args))
}

fn contracts() -> anyhow::Result<()> {
    run(Command::new(tools::buf()?).arg("lint").arg(root().join("proto")))
}

fn test() -> anyhow::Result<()> {
    // A missing engine fails: no test of storage may pass on SQLite alone.
    let mut command = Command::new(env!("CARGO"));
    if tools::has("cargo-nextest") {
        command.args(["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]);
    } else {
        command.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    }
    run(command.env("REQUIRE_POSTGRES", "1"))
}

fn doc() -> anyhow::Result<()> {
    run(Command::new(env!("CARGO"))
        .args(["doc", "--workspace", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

fn deny() -> anyhow::Result<()> {
    // Advisories need the advisory database, which is fetched from outside: `cargo deny check advisories` where there is one.
    run(Command::new(tools::cargo_deny()?).args(["--locked", "check", "bans", "licenses", "sources"]))
}

/// The main job at full size, as the README runs it: the city's published figures must come out.
fn demo() -> anyhow::Result<()> {
    let scratch = target().join("check-demo");
    if scratch.exists() {
        std::fs::remove_dir_all(&scratch)?;
    }
    std::fs::create_dir_all(&scratch)?;
    let json = scratch.join("figures.json");
    cargo(&["build", "--release", "--locked", "--package", "hoagiai"])?;
    let start = Instant::now();
    run(Command::new(target().join("release/hoagiai"))
        .arg("demo")
        .args(["--once", "--listen", "127.0.0.1:0"])
        .arg("--data")
        .arg(scratch.join("data"))
        .arg("--json")
        .arg(&json))?;
    println!("demo: {:.1} s", start.elapsed().as_secs_f64());
    let got: serde_json::Value = serde_json::from_slice(&std::fs::read(&json)?)?;
    let expected = serde_json::json!({
        "communes": 126, "teams": 4964, "mediators": 32024, "received": 3850, "concluded": 3726,
        "successful": 3186, "unsuccessful": 540, "in_progress": 124,
        "success_rate": {"numerator": 3186, "denominator": 3726, "percent": "85.51"},
        "five_good": {"numerator": 3001, "denominator": 4964, "percent": "60.46"},
    });
    if got != expected {
        bail!("the demo's figures differ from the published ones:\n  got      {got}\n  expected {expected}");
    }
    run(Command::new(target().join("release/hoagiai")).args(["journal", "verify", "--data"]).arg(scratch.join("data")))
}
