//! `hoagiai import`: what a folder, or a server elsewhere, is to take in.

mod rosters;
mod units;

use std::process::ExitCode;

use hoagiai_sheets::RosterKind;

use crate::{cli::ImportCommand, failure::Failure};

pub(super) async fn run(command: ImportCommand) -> Result<ExitCode, Failure> {
    match command {
        ImportCommand::Units(args) => units::run(args).await,
        ImportCommand::Teams(args) => rosters::run(RosterKind::Teams, args).await,
        ImportCommand::Mediators(args) => rosters::run(RosterKind::Mediators, args).await,
        ImportCommand::Template(args) => rosters::template(&args),
    }
}
