//! Who may import whom. The layout shows the architecture only as long as no arrow points the wrong way.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use crate::steps::root;

/// Which crates of this workspace a crate may depend on, beside itself (not for tests: a test may see the testkit).
const CRATES: &[(&str, &[&str])] = &[
    ("hoagiai-types", &[]),
    ("hoagiai-proto", &[]),
    ("hoagiai-rules", &["hoagiai-types"]),
    ("hoagiai-documents", &["hoagiai-types"]),
    ("hoagiai-names", &["hoagiai-types"]),
    ("hoagiai-sheets", &["hoagiai-types"]),
    // Knows nothing of mediation: it can be published on its own.
    ("hoagiai-transcode", &[]),
    ("hoagiai-openapi", &["hoagiai-transcode"]),
    ("hoagiai-outbound", &[]),
    // Knows the standard and what an agency may ask, no contract: the gateway asks the registry.
    ("hoagiai-spdci", &["hoagiai-types"]),
    ("hoagiai-identity", &["hoagiai-types"]),
    ("hoagiai-store", &["hoagiai-types"]),
    ("hoagiai-rpc", &["hoagiai-types", "hoagiai-proto", "hoagiai-identity", "hoagiai-store"]),
    ("hoagiai-runtime", &["hoagiai-types", "hoagiai-proto", "hoagiai-identity", "hoagiai-store", "hoagiai-rpc"]),
    (
        "hoagiai-testkit",
        &["hoagiai-types", "hoagiai-proto", "hoagiai-identity", "hoagiai-store", "hoagiai-rpc", "hoagiai-runtime"],
    ),
    ("hoagiai-registry", SERVICE),
    ("hoagiai-case", SERVICE),
    ("hoagiai-evaluation", SERVICE),
    ("hoagiai-reporting", SERVICE),
    // Knows the contracts and the runtime, and no rule.
    (
        "hoagiai-gateway",
        &[
            "hoagiai-types",
            "hoagiai-proto",
            "hoagiai-identity",
            "hoagiai-store",
            "hoagiai-rpc",
            "hoagiai-runtime",
            "hoagiai-transcode",
            "hoagiai-openapi",
            "hoagiai-outbound",
            "hoagiai-spdci",
        ],
    ),
];

const SERVICE: &[&str] = &[
    "hoagiai-types",
    "hoagiai-rules",
    "hoagiai-documents",
    "hoagiai-names",
    "hoagiai-sheets",
    "hoagiai-proto",
    "hoagiai-identity",
    "hoagiai-store",
    "hoagiai-rpc",
    "hoagiai-runtime",
];

/// Words that a file of a service may name only in these places of its `src` (a folder or a file).
const WORDS: &[(&str, &[&str])] = &[
    ("sqlx::", &["store/", "lib.rs"]),
    ("tonic::", &["api/", "clients/", "feeds/", "lib.rs", "backends.rs", "faces/"]),
    // `error.rs` names the reasons of the contract, nothing else of it.
    (
        "hoagiai_proto::",
        &["api/", "clients/", "feeds/", "events.rs", "events/", "error.rs", "error/", "lib.rs", "faces/"],
    ),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// Fails on every arrow that the tables above do not have.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut wrong = crate_arrows()?;
    for service in ["registry", "case", "evaluation", "reporting"] {
        wrong.extend(word_arrows(&root().join("services").join(service).join("src"))?);
    }
    ensure!(wrong.is_empty(), "arrows that the architecture does not have:\n  {}", wrong.join("\n  "));
    println!("arrows: as drawn");
    Ok(())
}

fn crate_arrows() -> anyhow::Result<Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .context("cannot run cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let allowed: BTreeMap<_, _> = CRATES.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let Some(allowed) = allowed.get(package.name.as_str()) else { continue };
        for dependency in &package.dependencies {
            let normal = dependency.kind.is_none() && dependency.name.starts_with("hoagiai");
            if normal && !allowed.contains(&dependency.name.as_str()) {
                wrong.push(format!("{} depends on {}", package.name, dependency.name));
            }
        }
    }
    Ok(wrong)
}

fn word_arrows(src: &Path) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut folders = vec![src.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let place = path.strip_prefix(src)?.to_string_lossy().into_owned();
            let text = fs::read_to_string(&path)?;
            for (word, places) in WORDS {
                if places.iter().any(|allowed| place.starts_with(allowed)) {
                    continue;
                }
                for (number, line) in text.lines().enumerate() {
                    let code = line.split("//").next().unwrap_or_default();
                    if code.contains(word) {
                        wrong.push(format!("{}:{} names {word}", path.display(), number + 1));
                    }
                }
            }
        }
    }
    Ok(wrong)
}
