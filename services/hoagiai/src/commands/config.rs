//! `hoagiai config`: what would be used, without starting anything.

use std::process::ExitCode;

use crate::{cli::ConfigArgs, failure::Failure, server};

pub(super) fn print(args: &ConfigArgs) -> Result<ExitCode, Failure> {
    print!("{}", server::configuration(&args.data, &args.place, false)?.print());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn check(args: &ConfigArgs) -> Result<ExitCode, Failure> {
    server::configuration(&args.data, &args.place, false)?;
    println!("ok");
    Ok(ExitCode::SUCCESS)
}
