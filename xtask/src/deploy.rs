//! Lints what is in `deploy/` with the tools of the trade: nothing there can be run where there is no container engine.

use std::{path::PathBuf, process::Command};

use crate::{
    steps::{root, run},
    tools,
};

/// Lints container files, compose files, units of systemd and shell scripts.
pub(crate) fn lint() -> anyhow::Result<()> {
    let deploy = root().join("deploy");
    run(Command::new(tools::hadolint()?).arg(deploy.join("Containerfile")))?;
    run(Command::new(tools::dclint()?)
        .args(["--max-warnings", "0", "--config"])
        .args([deploy.join(".dclintrc.json"), deploy.join("compose.yaml")]))?;
    for unit in with_extension(&deploy.join("systemd"), "service")? {
        if tools::has("systemd-analyze") {
            run(Command::new("systemd-analyze").args(["verify", "--man=no", "--recursive-errors=no"]).arg(unit))?;
        }
    }
    let mut scripts = vec![root().join(".ci/run")];
    scripts.extend(with_extension(&deploy, "sh")?);
    scripts.extend(with_extension(&root().join("examples"), "sh")?);
    run(Command::new("shellcheck").args(scripts))
}

fn with_extension(folder: &std::path::Path, extension: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
