//! The life of a process: configuration, start, signals, stop, exit code. What `main` calls.

use crate::{
    config::Source,
    launch::{Launch, StartError},
    server::Server,
    service::Part,
};
use std::{path::PathBuf, process::ExitCode};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Runs services until the process is told to stop: the whole of a service's `main`.
///
/// Configuration: the file named by `--config` or `HOAGIAI_CONFIG`, then the environment.
/// `--check-config` and `--print-config` do what they say and end; `--migrate` brings the database up to date and ends.
pub fn run(name: &'static str, parts: Vec<Part>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let code = runtime.block_on(async {
        match from_arguments(name, &arguments, parts).await {
            Ok(code) => code,
            Err(error) => failed(&error),
        }
    });
    // Blocking work that hangs must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    code
}

async fn from_arguments(name: &'static str, arguments: &[String], parts: Vec<Part>) -> Result<ExitCode, StartError> {
    let file = arguments.iter().position(|word| word == "--config").and_then(|at| arguments.get(at + 1));
    let file = file.map(PathBuf::from).or_else(|| std::env::var_os("HOAGIAI_CONFIG").map(PathBuf::from));
    let tree = Source::process(file).with_defaults(defaults(name)).load()?;
    if arguments.iter().any(|word| word == "--print-config") {
        print!("{}", tree.print());
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.iter().any(|word| word == "--check-config") {
        tree.config()?;
        println!("ok");
        return Ok(ExitCode::SUCCESS);
    }
    let launch = parts.into_iter().fold(Launch::new(name, tree), Launch::part);
    if arguments.iter().any(|word| word == "--migrate") {
        // Opening a database migrates it: a start that ends at once is a migration, with every check of a start.
        launch.start().await?.shutdown().await;
        println!("migrated");
        return Ok(ExitCode::SUCCESS);
    }
    serve(launch).await
}

/// The ports of a service that runs alone; the all-in-one has 7000 and 7090.
fn defaults(name: &str) -> String {
    let offset = match name {
        "registry" => 1,
        "case" | "cases" => 2,
        "evaluation" => 3,
        "reporting" => 4,
        "gateway" => 5,
        _ => 0,
    };
    format!("[server]\nlisten = \"127.0.0.1:{}\"\n[admin]\nlisten = \"127.0.0.1:{}\"\n", 7000 + offset, 7090 + offset)
}

/// Starts, serves until SIGTERM or SIGINT, and stops. A second signal, or the drain limit, aborts.
///
/// Exit codes: 0 when every call ended, 3 when calls were cut, 4 when a database broke.
///
/// # Errors
/// The server cannot start.
pub async fn serve(launch: Launch) -> Result<ExitCode, StartError> {
    let mut signals = Signals::new()?;
    let server = tokio::select! {
        started = launch.install_telemetry().start() => started?,
        () = signals.next() => return Ok(ExitCode::SUCCESS),
    };
    let broken = server.broken_token();
    tokio::select! {
        () = signals.next() => {}
        // What was acknowledged is safe; nothing more may be. Restarting is for whoever watches over the process.
        () = broken.cancelled() => server.hurry_token().cancel(),
    }
    let code = stop(server, signals).await;
    Ok(if broken.is_cancelled() { ExitCode::from(4) } else { code })
}

async fn stop(server: Server, mut signals: Signals) -> ExitCode {
    let hurry = server.hurry_token();
    let second = tokio::spawn(async move {
        signals.next().await;
        hurry.cancel();
    });
    let stopped = server.shutdown().await;
    second.abort();
    if stopped.aborted_calls == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, StartError> {
        let listen = |kind| signal(kind).map_err(StartError::Signals);
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Prints an error with its causes, for people.
fn failed(error: &dyn std::error::Error) -> ExitCode {
    let mut text = format!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!("\n  because: {error}"));
        cause = error.source();
    }
    eprintln!("{text}");
    ExitCode::FAILURE
}
