//! Services as processes of their own, as an operator runs them: programs, settings from `deploy/`, ports, signals.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

/// A process that is not serving after this time has failed to start.
const START: Duration = Duration::from_secs(60);
/// Longer than the drain takes.
const STOP: Duration = Duration::from_secs(45);

/// A program of the suite, built beside the tests.
///
/// # Errors
/// It is not there: the tests of one package alone do not build the programs of others.
pub fn program(name: &str) -> Result<PathBuf> {
    let tests = std::env::current_exe()?;
    let built = tests.parent().and_then(Path::parent).context("the tests lie in no build folder")?;
    let program = built.join(name);
    ensure!(program.is_file(), "{name} is not built: `cargo build --workspace --bins`, or test the whole workspace");
    Ok(program)
}

/// The settings that are shipped for a service.
#[must_use]
pub fn shipped_settings(service: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../deploy/config/{service}.toml"))
}

/// A port that was free a moment ago.
///
/// # Errors
/// There is none.
pub fn free_port() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// A process that serves.
pub struct Serving {
    child: Child,
    /// Where its gRPC port is.
    pub address: SocketAddr,
}

/// Starts a program with words and environment variables, without the surroundings of whoever runs the tests, and waits
/// until it says that it serves.
///
/// # Errors
/// It ends, or says nothing of the kind in time; the error holds what it said.
pub fn serve(program: &Path, words: &[&str], variables: &[(String, String)]) -> Result<Serving> {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HOAGIAI")) {
        command.env_remove(name);
    }
    command.args(words).envs(variables.iter().cloned()).stdin(Stdio::null());
    // Logs go to standard output or error, by program: both are read.
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (said, hear) = mpsc::channel();
    let out = child.stdout.take().context("no standard output")?;
    let err = child.stderr.take().context("no standard error")?;
    listen(out, said.clone());
    listen(err, said);
    let mut all = String::new();
    loop {
        match hear.recv_timeout(START) {
            Ok(line) => {
                if let Some(address) = serving(&line) {
                    // What it says later is read on by the listeners, so that its pipes never fill.
                    return Ok(Serving { child, address });
                }
                all.push_str(&line);
                all.push('\n');
            }
            Err(_) => {
                let _ = child.kill();
                let status = child.wait()?;
                bail!("{} did not serve ({status}):\n{all}", program.display());
            }
        }
    }
}

fn listen(pipe: impl std::io::Read + Send + 'static, said: mpsc::Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody listens any more once it serves: the line is read and dropped.
            let _ = said.send(line);
        }
    });
}

/// The address in the log line of a server that serves, in either format of logs.
fn serving(line: &str) -> Option<SocketAddr> {
    if !line.contains("serving") {
        return None;
    }
    let at = line.find("address")? + "address".len();
    let rest = line[at..].trim_start_matches(['"', ':', '=', ' ', '\u{1b}', '[', '0', 'm', '3', '2']);
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':')).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

impl Serving {
    /// Kills it, as `kill -9` does.
    ///
    /// # Errors
    /// It has ended already.
    pub fn kill(&mut self) -> Result<ExitStatus> {
        self.child.kill()?;
        Ok(self.child.wait()?)
    }

    /// Asks it to stop with SIGTERM and waits until it has.
    ///
    /// # Errors
    /// It does not end in time.
    pub fn terminate(mut self) -> Result<ExitStatus> {
        let sent = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status()?;
        ensure!(sent.success(), "the process cannot be signalled");
        let (ended, end) = mpsc::channel();
        let id = self.child.id();
        std::thread::spawn(move || {
            let _ = ended.send(self.child.wait());
            // Dropped only now: it has ended.
            drop(self);
        });
        match end.recv_timeout(STOP) {
            Ok(status) => Ok(status?),
            Err(_) => bail!("process {id} did not end within {} s of SIGTERM", STOP.as_secs()),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::serving;

    #[test]
    fn the_address_of_a_server_is_read_from_either_format_of_logs() {
        let text = "2026-11-26T17:00:00Z  INFO hoagiai_runtime::launch: serving address=127.0.0.1:41234 admin=None";
        let json = r#"{"level":"INFO","fields":{"message":"serving","address":"127.0.0.1:41234","admin":"None"}}"#;
        for line in [text, json] {
            assert_eq!(serving(line), Some(([127, 0, 0, 1], 41234).into()), "{line}");
        }
        assert_eq!(serving("INFO stopping calls=0"), None);
    }
}
