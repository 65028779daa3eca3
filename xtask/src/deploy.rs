//! Lints what is in `deploy/` with the tools of the trade: nothing there can be run where there is no container engine.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::ensure;

use crate::{
    steps::{root, run},
    tools,
};

/// Lints container files, compose files, units of systemd, rules of alerts and shell scripts.
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
    alerts(&deploy.join("prometheus"))?;
    let mut scripts = vec![root().join(".ci/run")];
    scripts.extend(with_extension(&deploy, "sh")?);
    scripts.extend(with_extension(&root().join("examples"), "sh")?);
    run(Command::new("shellcheck").args(scripts))
}

/// Checks the rules of alerts, and tries each: what it fires at, and what it lets pass.
fn alerts(folder: &Path) -> anyhow::Result<()> {
    let (promtool, rules, tests) = (tools::promtool()?, folder.join("alerts.yaml"), folder.join("alerts.test.yaml"));
    run(Command::new(&promtool).args(["check", "rules"]).arg(&rules))?;
    run(Command::new(&promtool).args(["test", "rules"]).arg(&tests))?;
    let (rules, tests) = (std::fs::read_to_string(rules)?, std::fs::read_to_string(tests)?);
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    ensure!(!alerts.is_empty(), "alerts.yaml has no alert");
    for alert in alerts {
        let (fires, passes) = (format!("\n        alertname: {alert}\n"), format!(", alertname: {alert} }}\n"));
        ensure!(tests.contains(&fires) && tests.contains(&passes), "alerts.test.yaml does not try {alert}");
    }
    Ok(())
}

fn with_extension(folder: &Path, extension: &str) -> anyhow::Result<Vec<PathBuf>> {
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
