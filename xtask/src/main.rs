//! `cargo xtask …`: the checks that a change must pass, in one command, the same on a desk and in CI.

mod arrows;
mod deploy;
mod examples;
mod fuzz;
mod schemathesis;
mod served;
mod steps;
mod tools;

use clap::{Parser, Subcommand};

/// Checks and chores of the project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything that must hold: format, lints, contracts, arrows, tests on both engines, documentation, supply chain,
    /// deployment files, and the main job at full size.
    Check {
        /// Only these steps, by name, for example `--only fmt,arrows`.
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
        /// All but these steps.
        #[arg(long, value_delimiter = ',')]
        skip: Vec<String>,
    },
    /// Finds or installs the tools that the checks need: PostgreSQL's server binaries, buf, strace, Envoy, clients of Connect, …
    Tools,
    /// Fuzzes the transcoder, each target for a while; what is found fails and is kept in `crates/transcode/fuzz/artifacts`.
    Fuzz {
        /// How long each target runs.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Only these targets, by name.
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Asks the REST forms whatever their description allows, and what it does not, in several roles; an answer of 5xx or
    /// outside its schema fails.
    Schemathesis {
        /// How long in all.
        #[arg(long, default_value_t = 600)]
        seconds: u32,
        /// Makes the same requests again.
        #[arg(long)]
        seed: Option<u32>,
    },
    /// Compares the arrows between crates with those of the architecture.
    Arrows,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Check { only, skip } => steps::check(&only, &skip),
        Command::Tools => tools::ensure_all(),
        Command::Fuzz { seconds, only } => fuzz::run(seconds, &only),
        Command::Schemathesis { seconds, seed } => schemathesis::run(&schemathesis::Plan { seconds, seed }),
        Command::Arrows => arrows::check(),
    }
}
