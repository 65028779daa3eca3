//! Runs what is in `examples/` against the city of the demo, as a portal developer would: each must say the same.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, ensure};

use crate::{
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

fn token(data: &Path, role: &str, area: &str) -> anyhow::Result<String> {
    let data = data.to_str().context("a folder whose name is no text")?;
    Ok(hoagiai(&["token", "--data", data, "--role", role, "--area", area])?.trim().to_owned())
}

fn hoagiai(words: &[&str]) -> anyhow::Result<String> {
    output(Command::new(target().join("release/hoagiai")).args(words))
}

/// What a command says when it succeeds. Its words are not shown: tokens are among them.
fn output(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().to_owned();
    let ended = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {program:?}"))?;
    ensure!(ended.status.success(), "{program:?} ended with {}", ended.status);
    Ok(String::from_utf8(ended.stdout)?)
}

/// A server on free ports; it ends with this value.
struct Served {
    process: Child,
    grpc: String,
    http: String,
}

impl Served {
    /// A sandbox, made anew.
    fn sandbox(data: &Path, endpoint: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(target().join("release/hoagiai"));
        command.args(["sandbox", "--reset", "--webhook", endpoint, "--once", "--listen", "127.0.0.1:0", "--data"]);
        output(command.arg(data))?;
        let mut command = Command::new(target().join("release/hoagiai"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data"]).arg(data);
        let open = format!("[gateway.webhooks]\nnetworks = [\"127.0.0.1\"]\nplain_http = [\"{endpoint}\"]\n");
        let config = data.with_extension("toml");
        std::fs::write(&config, open)?;
        Self::spawn(command.arg("--config").arg(config))
    }

    fn start(data: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(target().join("release/hoagiai"));
        Self::spawn(command.args(["serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data"]).arg(data))
    }

    fn spawn(command: &mut Command) -> anyhow::Result<Self> {
        let mut process =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().context("cannot serve the demo")?;
        let said = process.stderr.take().context("nothing is said")?;
        let mut served = Self { process, grpc: String::new(), http: String::new() };
        let mut lines = BufReader::new(said).lines();
        // serving gRPC on 127.0.0.1:7000, HTTP on http://127.0.0.1:8080 (/docs); …
        for line in lines.by_ref() {
            let line = line?;
            if let Some((grpc, rest)) =
                line.strip_prefix("serving gRPC on ").and_then(|rest| rest.split_once(", HTTP on "))
            {
                served.grpc = format!("http://{grpc}");
                served.http = rest.split(' ').next().unwrap_or_default().to_owned();
                // Nobody reads what it says from here on, and it must not wait for a reader.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(served);
            }
        }
        anyhow::bail!("the server ended before it served")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
