//! `hoagiai sandbox`: a small city, test agencies with their secrets, and a server to try the interfaces against.

use std::process::ExitCode;

use hoagiai_runtime::Server;

use super::{demo::stopped, token};
use crate::{
    cli::SandboxArgs,
    demo::{self, Demo},
    failure::Failure,
    folder::Folder,
    population::Size,
    progress::Progress,
    sandbox::{self, Agency},
    server,
};

/// A team in each commune and some more: there in seconds.
const CITY: Demo = Demo {
    size: Size { teams: 252, mediators: 1_512, successful: 95, unsuccessful: 16, in_progress: 9, recognized: 150 },
    seed: 2022,
};

pub(super) async fn run(args: SandboxArgs) -> Result<ExitCode, Failure> {
    if args.reset {
        sandbox::reset(&args.data)?;
    }
    let tree = server::sandbox(&args)?;
    let folder = Folder::lock(&args.data)?;
    let there = sandbox::is_made(&folder)?;
    if !there {
        CITY.fits(&folder)?;
        sandbox::mark(&folder)?;
    }
    let launch = server::launch_with_front(tree).install_telemetry();
    let server = launch.start().await.map_err(|error| server::not_started(&error, &folder))?;
    let made = tokio::select! {
        made = make(&folder, &server, there) => made,
        stop = stopped() => stop,
    };
    let ended = match made {
        Ok(()) if args.once => Ok(ExitCode::SUCCESS),
        Ok(()) => stopped().await.map(|()| ExitCode::SUCCESS),
        Err(failure) => Err(failure),
    };
    server.shutdown().await;
    ended
}

async fn make(folder: &Folder, server: &Server, there: bool) -> Result<(), Failure> {
    if !there {
        let client = demo::client(server, token::issuer(folder)?)?;
        let city = CITY.load(folder, &client, &Progress::new()).await?.city;
        print_agencies(&sandbox::connect(folder, &client, city).await?);
    }
    let file = folder.path().join(sandbox::MARK);
    println!("Đơn vị thử nghiệm và khóa bí mật: {}", file.display());
    if let Some(http) = server.face("http") {
        println!("serving a sandbox on http://{http} (/docs, /oauth/token, /registry/sync/search, /asyncapi.json)");
    }
    Ok(())
}

/// Who they are; the secrets are in the file, which its owner alone can read.
fn print_agencies(agencies: &[Agency]) {
    for one in agencies {
        let (count, quota) = (one.methods.len(), one.daily_quota);
        println!("  {}  {}: {count} chức năng, {quota} lượt mỗi ngày", one.agency_code, one.display_name);
    }
}
