//! `hoagiai serve`: the services on a folder, until the process is told to stop.

use std::process::ExitCode;

use crate::{cli::ServeArgs, failure::Failure, folder::Folder, server};

pub(super) async fn run(args: ServeArgs) -> Result<ExitCode, Failure> {
    let tree = server::with_front(&args.data, &args.place, &args.front, false)?;
    let folder = Folder::lock(&args.data)?;
    server::create_databases(&args.place).await?;
    let launch = server::launch_with_front(tree).on_ready(|server| {
        let http = server.face("http").map(|address| format!(", HTTP on http://{address} (/docs)"));
        eprintln!("serving gRPC on {}{}; Ctrl-C stops", server.local_addr(), http.unwrap_or_default());
    });
    hoagiai_runtime::serve(launch).await.map_err(|error| server::not_started(&error, &folder))
}
