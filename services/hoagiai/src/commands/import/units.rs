//! `hoagiai import units`: a data set that is compiled in, into a folder, through the contract of its own registry.

use std::process::ExitCode;

use crate::{
    builtin::LoadError, cli::ImportUnitsArgs, commands::token, demo, failure::Failure, folder::Folder,
    progress::Progress, server,
};

pub(super) async fn run(args: ImportUnitsArgs) -> Result<ExitCode, Failure> {
    let tree = server::configuration(&args.data, &args.place, true)?;
    let folder = Folder::lock(&args.data)?;
    server::create_databases(&args.place).await?;
    let server =
        server::launch(tree).install_telemetry().start().await.map_err(|error| server::not_started(&error, &folder))?;
    let loaded = async {
        let client = demo::client(&server, token::issuer(&folder)?)?;
        args.built_in.load(&client, &Progress::new()).await.map_err(|error| refused(&error))
    };
    let loaded = loaded.await;
    server.shutdown().await;
    let loaded = loaded?;
    println!("đã nạp {} bản ghi mới, {} đã có từ trước", loaded.created, loaded.unchanged);
    Ok(ExitCode::SUCCESS)
}

fn refused(error: &LoadError) -> Failure {
    let remedy = "the folder keeps units that contradict the data set (a demo does): use another folder with --data";
    Failure::failed("the units could not be loaded", remedy).because(error)
}
