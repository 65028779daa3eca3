//! `hoagiai token`: a token of the folder's own issuer, for trying calls by hand.

use std::{process::ExitCode, time::Duration};

use hoagiai_identity::{
    Area, Grant, Role,
    token::{Issuer, Lifetime, NewToken},
};
use hoagiai_runtime::LOCAL_ISSUER;
use hoagiai_types::Env;

use crate::{cli::TokenArgs, failure::Failure, folder::Folder};

/// Whom tokens of the local issuer are meant for.
pub(super) const AUDIENCE: &str = "hoagiai";

pub(super) fn run(args: &TokenArgs) -> Result<ExitCode, Failure> {
    let role: Role = args.role.parse().map_err(|error| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        Failure::input(format!("--role: {error}"), format!("use one of {}", names.join(", ")))
    })?;
    let area: Area = args.area.parse().map_err(|error| {
        Failure::input(
            format!("--area: {error}"),
            "ids are in the answers of UnitService/ListUnits and TeamService/ListTeams",
        )
    })?;
    if args.subject.is_empty() || args.subject.len() > 200 || args.subject.chars().any(char::is_control) {
        return Err(Failure::input("--subject: 1 to 200 plain characters", "name the account, for example local"));
    }
    println!("{}", mint(&issuer(&Folder::existing(&args.data)?)?, &args.subject, role, area, args.minutes)?);
    Ok(ExitCode::SUCCESS)
}

/// The folder's issuer.
pub(super) fn issuer(folder: &Folder) -> Result<Issuer, Failure> {
    let opened = Issuer::open(&folder.issuer_key(), LOCAL_ISSUER, AUDIENCE);
    opened.map_err(|error| {
        Failure::input("the folder's key of tokens cannot be used", "its mode must be 600, its owner you")
            .because(&error)
    })
}

/// A token that lives so many minutes.
pub(super) fn mint(issuer: &Issuer, subject: &str, role: Role, area: Area, minutes: u32) -> Result<String, Failure> {
    let env = Env::system();
    let life = Duration::from_secs(u64::from(minutes) * 60);
    let mut token = NewToken::for_subject(subject, vec![Grant::of(role, area)]);
    token.lifetime = if minutes <= 15 { Lifetime::Short(life) } else { Lifetime::Sandbox(life) };
    let now = env.now();
    let minted = issuer.mint(&token, now, env.ids.next_uuid(now));
    Ok(minted.map_err(|error| Failure::failed("no token could be made", "").because(&error))?.token)
}
