//! The program as it is served, for what calls it from outside: on free ports, on a city that is there.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, ensure};

use crate::steps::target;

/// A server on free ports; it ends with this value.
pub(crate) struct Served {
    process: Child,
    pub(crate) grpc: String,
    pub(crate) http: String,
}

impl Served {
    /// A sandbox, made anew.
    pub(crate) fn sandbox(data: &Path, endpoint: &str) -> anyhow::Result<Self> {
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

    pub(crate) fn start(data: &Path) -> anyhow::Result<Self> {
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

/// A token of a server's own issuer.
pub(crate) fn token(data: &Path, role: &str, area: &str) -> anyhow::Result<String> {
    let data = data.to_str().context("a folder whose name is no text")?;
    Ok(hoagiai(&["token", "--data", data, "--role", role, "--area", area, "--minutes", "240"])?.trim().to_owned())
}

/// What the program says when it succeeds.
pub(crate) fn hoagiai(words: &[&str]) -> anyhow::Result<String> {
    output(Command::new(target().join("release/hoagiai")).args(words))
}

/// What a command says when it succeeds. Its words are not shown: tokens are among them.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().to_owned();
    let ended = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {program:?}"))?;
    ensure!(ended.status.success(), "{program:?} ended with {}", ended.status);
    Ok(String::from_utf8(ended.stdout)?)
}
