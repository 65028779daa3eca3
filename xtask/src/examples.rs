//! Runs what is in `examples/` against the city of the demo, as a portal developer would: each must say the same.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};

use crate::{
    served::{Served, hoagiai, output, token},
    steps::{root, target},
    tools,
};

/// Phường Ba Đình.
const COMMUNE: &str = "00004";

/// Runs every example; they are built upon the folder that the step `demo` leaves.
pub(crate) fn run() -> anyhow::Result<()> {
    let data = target().join("check-demo/data");
    ensure!(data.is_dir(), "no city to run against: the step `demo` makes it");
    let server = Served::start(&data)?;
    let officer = token(&data, "commune_justice_officer", "*")?;
    let request = format!(r#"{{"code": "{COMMUNE}"}}"#);
    let found = hoagiai(&["call", "FindUnit", &request, "--server", &server.grpc, "--token", &officer])?;
    let found: serde_json::Value = serde_json::from_str(&found)?;
    let commune = found["unit"]["unitId"].as_str().context("a unit without an id")?;
    let chair = token(&data, "commune_chair", commune)?;

    let examples = root().join("examples");
    let mut shell = Command::new("bash");
    shell.arg(examples.join("portal.sh"));
    let mut python = Command::new("python3");
    python.arg(examples.join("portal.py"));
    let mut typescript = Command::new(tools::tsx()?);
    typescript.arg(examples.join("portal.ts"));
    let mut before = None;
    for mut example in [shell, python, typescript] {
        example.arg(COMMUNE).env("HOAGIAI_API", &server.http).env("HOAGIAI_TOKEN", &chair);
        let said = output(&mut example)?;
        // Each plans a team, which the next one counts.
        let teams = before.map_or_else(|| teams(&said), |count| Ok(count + 1))?;
        let expected = format!(
            "{COMMUNE} on 2025-07-01: Phường Ba Đình\nteams: {teams}\nrefused: INVALID_FIELDS plans[0].target_size\n\
             planned: Tổ hòa giải mẫu, TEAM_STATE_PLANNED\nagain: the same team\n"
        );
        let words: Vec<_> = example.get_args().collect();
        ensure!(said == expected, "{words:?} said\n{said}instead of\n{expected}");
        before = Some(teams);
    }
    println!("examples: three portals, one answer");
    drop(server);
    agencies()
}

/// What an agency says from its signing in to the end of its subscription.
const AGENCY: &str = "directory: 1 entry, more\nentry: named, True\nsubscription: active\n\
    event: vn.hoagiai.registry.v1.ContactPublicationChanged, urn:hoagiai:registry\nsubscription: ended\n";
/// What one says that does not listen itself.
const ONLOOKER: &str = "directory: 1 entry, more\nentry: named, True\nsubscription: SUBSCRIPTION_STATE_PENDING, key whpk_\n\
    ledger: 0\nsubscription: SUBSCRIPTION_STATE_ENDED\n";

/// Runs the agencies against a sandbox, which is made twice: the second time by a reset.
fn agencies() -> anyhow::Result<()> {
    let data = target().join("check-sandbox");
    let folder = data.to_str().context("a folder whose name is no text")?;
    if data.exists() {
        std::fs::remove_dir_all(&data)?;
    }
    hoagiai(&["sandbox", "--once", "--listen", "127.0.0.1:0", "--data", folder])?;
    let endpoint = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let server = Served::sandbox(&data, &endpoint)?;
    let officer = token(&data, "commune_justice_officer", "*")?;
    let call = |method: &str, request: &str| {
        let answer = hoagiai(&["call", method, request, "--server", &server.grpc, "--token", &officer])?;
        Ok::<serde_json::Value, anyhow::Error>(serde_json::from_str(&answer)?)
    };
    let listed = call("ListMediators", r#"{"page_size": 1}"#)?;
    let mediator = listed["mediators"][0]["mediatorId"].as_str().context("a city without mediators")?.to_owned();

    let examples = root().join("examples");
    let mut python = Command::new("python3");
    python.arg(examples.join("agency.py"));
    let mut typescript = Command::new(tools::tsx()?);
    typescript.arg(examples.join("agency.ts"));
    let surroundings = |command: &mut Command| {
        command.arg(&endpoint).env("HOAGIAI_API", &server.http).env("HOAGIAI_SANDBOX", data.join("sandbox.json"));
    };
    for mut example in [python, typescript] {
        surroundings(&mut example);
        let mut process = example.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let mut said = String::new();
        for line in BufReader::new(process.stdout.take().context("nothing is said")?).lines() {
            let line = line?;
            said.push_str(&line);
            said.push('\n');
            if line == "subscription: active" {
                let contact = r#""contact": "0912 345 678", "consent_date": {"year": 2026, "month": 1, "day": 2}"#;
                call("PublishContact", &format!(r#"{{"mediator_id": "{mediator}", {contact}}}"#))?;
            }
        }
        let ended = process.wait()?;
        ensure!(ended.success() && said == AGENCY, "an agency ended with {ended} and said\n{said}instead of\n{AGENCY}");
    }
    let mut shell = Command::new("bash");
    shell.arg(examples.join("agency.sh"));
    surroundings(&mut shell);
    let said = output(&mut shell)?;
    ensure!(said == ONLOOKER, "an agency said\n{said}instead of\n{ONLOOKER}");
    println!("examples: three agencies, signed in, told and subscribed, on a sandbox that was reset");
    Ok(())
}

fn teams(said: &str) -> anyhow::Result<u32> {
    let count = said.lines().find_map(|line| line.strip_prefix("teams: "));
    count.with_context(|| format!("no count of teams in\n{said}"))?.parse().context("a count that is no number")
}
