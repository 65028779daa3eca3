//! What each command does.

mod call;
mod config;
mod demo;
mod import;
mod sandbox;
mod serve;
mod token;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{
    cli::{Cli, Command, ConfigCommand, JournalCommand},
    failure::Failure,
};

/// Runs the command line of the process.
#[must_use]
pub fn main() -> ExitCode {
    // Clap ends the process itself on wrong usage (2) and after --help (0).
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            Failure::failed("the process cannot make its threads", "free some memory").because(&error).print();
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(run(cli.command));
    // Blocking work that hangs must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ended.unwrap_or_else(|failure| {
        failure.print();
        failure.code.into()
    })
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(args) => serve::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Sandbox(args) => sandbox::run(args).await,
        Command::Import(command) => import::run(command).await,
        Command::Call(args) => call::run(args).await,
        Command::Token(args) => token::run(&args),
        Command::Journal(JournalCommand::Verify(args)) => verify::run(args).await,
        Command::Config(ConfigCommand::Print(args)) => config::print(&args),
        Command::Config(ConfigCommand::Check(args)) => config::check(&args),
    }
}
