//! The REST forms under schemathesis, which knows the API from its description alone: no answer of 5xx, none outside its
//! schema, whatever is sent and whoever sends it.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, ensure};

use crate::{
    served::{Served, token},
    steps::target,
    tools,
};

/// Those who may do most between them.
const ROLES: [&str; 6] =
    ["justice_department", "commune_justice_officer", "commune_chair", "team_leader", "operator", "auditor"];
/// What an answer is held to. Calls without credentials are another test's (the tool's own question keeps the header that it was
/// given, and calls that ignored). That a request which the description allows is taken is not asked: an id of nobody is none.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
    response_schema_conformance,unsupported_method,allow_header_conformance";
/// Who gives a call a thousandth of a second is told 504, rightly.
const CONFIG: &str = "[parameters]\n\"header.x-request-timeout\" = \"10\"\n";

/// How the requests are made.
pub(crate) struct Plan {
    /// How long in all.
    pub(crate) seconds: u32,
    /// The same requests again; none: others each time.
    pub(crate) seed: Option<u32>,
}

/// Asks a sandbox, in each role for its part of the time.
pub(crate) fn run(plan: &Plan) -> anyhow::Result<()> {
    let program = tools::schemathesis()?;
    let data = target().join("check-schemathesis");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let config = target().join("schemathesis.toml");
    fs::write(&config, CONFIG)?;
    let server = Served::sandbox(&data, "127.0.0.1:9")?;
    let mut failed = Vec::new();
    let seconds = (plan.seconds / u32::try_from(ROLES.len())?).max(1);
    for role in ROLES {
        println!("schemathesis as {role} for {seconds} s");
        let token = token(&data, role, "*")?;
        if !asked((&program, &config), &server.http, &token, (seconds, plan.seed))? {
            failed.push(role);
        }
    }
    ensure!(failed.is_empty(), "answers that do not fit, as {}", failed.join(", "));
    Ok(())
}

fn asked(
    (program, config): (&Path, &Path),
    http: &str,
    token: &str,
    (seconds, seed): (u32, Option<u32>),
) -> anyhow::Result<bool> {
    let mut command = Command::new(program);
    command.arg("--config-file").arg(config);
    command.arg("run").arg(format!("{http}/openapi.json")).args(["--url", http, "--checks", CHECKS]);
    // By the phase "coverage", and with several workers, the tool itself breaks off (Python's parser and its recursion).
    command.args(["--phases", "fuzzing", "--workers", "1", "--max-time", &seconds.to_string()]);
    command.args(["--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off", "--no-color"]);
    command.arg("--header").arg(format!("authorization: Bearer {token}")).args(["--header", "x-purpose: test"]);
    if let Some(seed) = seed {
        command.args(["--seed", &seed.to_string()]);
    }
    command.env("PYTHONPATH", program.ancestors().nth(2).unwrap_or(Path::new(""))).current_dir(target());
    Ok(command.status().context("schemathesis cannot be started")?.success())
}
