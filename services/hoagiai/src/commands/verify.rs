//! `hoagiai journal verify`: every journal of a folder from its first entry, beside a server or without one.

use std::{process::ExitCode, sync::Arc};

use hoagiai_store::{
    DatabaseConfig, Db, Keyring, Migrations, StoreError, Witness,
    verify::{Report, verify, verify_file},
};
use hoagiai_types::Env;

use crate::{
    cli::VerifyArgs,
    databases,
    failure::{Code, Failure},
    folder::Folder,
    server,
};

/// Faults shown of one journal.
const SHOWN: usize = 20;

pub(super) async fn run(args: VerifyArgs) -> Result<ExitCode, Failure> {
    let folder = Folder::existing(&args.data)?;
    let file = server::keys(folder.path());
    if !file.exists() {
        let what = format!("{} has no keys: nothing was served from it yet", folder.path().display());
        return Err(Failure::input(what, "start `hoagiai serve` or `hoagiai demo` on it first"));
    }
    let keys = Keyring::open_or_create(&file).map_err(|error| {
        let remedy = "without the keys of the folder nothing can be proven: restore keys/ from the backup";
        Failure::input("the keys of the folder cannot be used", remedy).because(&error)
    })?;
    let keys = Arc::new(keys);
    let urls = args.database_url.as_deref().map(databases::urls).transpose()?;
    let mut reports = Vec::with_capacity(databases::SERVICES.len());
    for (index, service) in databases::SERVICES.into_iter().enumerate() {
        let url = urls.as_ref().and_then(|urls| urls.get(index)).map(|(_, url)| url.as_str());
        if url.is_none() && service == GATEWAY && !has_begun(&folder, service) {
            println!("{service}: not begun: nothing was served over HTTP from this folder yet");
            continue;
        }
        let report = match url {
            Some(url) => verify_server(&folder, service, url, keys.clone()).await,
            None => verify_folder(&folder, service, &keys).await,
        };
        reports.push((service, report));
    }
    // All journals begin before the first call is served: beside one with entries, an empty one was emptied.
    let served = reports.iter().any(|(_, report)| report.as_ref().is_ok_and(|report| report.entries > 0));
    let mut faults = 0;
    for (service, report) in reports {
        faults += match report {
            Ok(report) if report.is_unbegun() && !served => not_begun(service),
            report => show(service, report)?,
        };
    }
    if faults == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("the journals are not what was signed: keep the folder as it is, and compare with the last backup");
    Ok(Code::Journal.into())
}

/// What is served from a folder may be the services alone, without the gateway in front of them.
const GATEWAY: &str = "gateway";

/// Whether anything of a journal is there: whoever takes the file away leaves the witness, and the other way round.
fn has_begun(folder: &Folder, service: &str) -> bool {
    ["db", "witness"].iter().any(|kind| folder.path().join(format!("{service}.{kind}")).exists())
}

/// The SQLite file of a service; its witness lies beside it.
async fn verify_folder(folder: &Folder, service: &str, keys: &Keyring) -> Result<Report, StoreError> {
    let witness = Witness::at(folder.path().join(format!("{service}.witness")));
    let path = folder.path().join(format!("{service}.db"));
    if !path.exists() {
        let what = format!("{} is missing", path.display());
        let finding = hoagiai_store::verify::Finding { position: 0, what };
        let checkpoints = witness.read(service)?.len();
        return Ok(Report { checkpoints, findings: vec![finding], ..Report::default() });
    }
    verify_file(&path, service, &keys.verifying(), Some(&witness)).await
}

/// The PostgreSQL database of a service.
async fn verify_server(
    folder: &Folder,
    service: &'static str,
    url: &str,
    keys: Arc<Keyring>,
) -> Result<Report, StoreError> {
    let mut config = DatabaseConfig::at(url);
    config.witness = Some(folder.path().join(format!("{service}.witness")));
    // What a server accepts is its own matter; here it is only read.
    config.accept_unsafe_server = true;
    let db = Db::open(&config, service, migrations(service), keys, Env::system()).await?;
    let report = verify(&db).await;
    db.close().await;
    report
}

fn migrations(service: &str) -> Migrations {
    match service {
        "registry" => hoagiai_registry::MIGRATIONS,
        "cases" => hoagiai_case::MIGRATIONS,
        "evaluation" => hoagiai_evaluation::MIGRATIONS,
        "gateway" => hoagiai_gateway::MIGRATIONS,
        _ => hoagiai_reporting::MIGRATIONS,
    }
}

/// Prints that there is nothing to verify, which is no fault.
fn not_begun(service: &str) -> usize {
    println!("{service}: not begun: the first start was broken off, or is under way; start once more");
    0
}

/// Prints what was found; answers the number of faults.
fn show(service: &str, report: Result<Report, StoreError>) -> Result<usize, Failure> {
    let report = match report {
        Ok(report) => report,
        Err(StoreError::Tampered { position, what }) => {
            println!("{service}: ALTERED at position {position}: {what}");
            return Ok(1);
        }
        // A file that the engine cannot read is not a journal that holds.
        Err(error @ (StoreError::Database(_) | StoreError::Inconsistent { .. })) => {
            println!("{service}: UNREADABLE: {error}");
            return Ok(1);
        }
        Err(error) => {
            let remedy = "give the --database-url of the server of this folder, and see that it runs";
            return Err(Failure::failed(format!("the journal of {service} cannot be read"), remedy).because(&error));
        }
    };
    if report.is_clean() {
        println!("{service}: ok, {} entries, {} signed checkpoints", report.entries, report.checkpoints);
    }
    for finding in report.findings.iter().take(SHOWN) {
        println!("{service}: ALTERED at position {}: {}", finding.position, finding.what);
    }
    if report.findings.len() > SHOWN {
        println!("{service}: and {} faults more", report.findings.len() - SHOWN);
    }
    Ok(report.findings.len())
}
