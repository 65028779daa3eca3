//! Programs in other languages, with the packages that `cargo xtask check --only tools` installs.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let folder = target.join("tools").join(name);
    assert!(folder.is_dir(), "{} is missing: run `cargo xtask check --only tools`", folder.display());
    folder
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/readers").join(name)
}

/// Python with the readers of events and webhooks.
pub(crate) fn python(name: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(script(name)).env("PYTHONPATH", folder("outbound-python"));
    command
}

/// Node.js with the readers of webhooks.
pub(crate) fn node(name: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(script(name)).env("NODE_PATH", folder("outbound-node").join("node_modules"));
    command
}

/// Gives a program JSON and takes JSON.
pub(crate) fn ask(command: &mut Command, question: &Value) -> Value {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?} failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Seconds since 1970 UTC: readers refuse what is older than five minutes.
#[expect(clippy::disallowed_methods, reason = "programs that are not ours ask their own clock")]
pub(crate) fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
