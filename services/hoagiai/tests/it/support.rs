//! The command as a process, and a small demo in this one.

use std::{
    path::Path,
    process::{Command, Output},
};

use hoagiai::{
    cli::Place,
    demo::{self, Demo},
    figures::Figures,
    folder::Folder,
    population::Size,
    progress::Progress,
    server,
};
use hoagiai_identity::{
    Area, Grant, Role,
    token::{Issuer, NewToken},
};
use hoagiai_proto::journal::v1::{GetHeadRequest, journal_service_client::JournalServiceClient};
use hoagiai_runtime::{LOCAL_ISSUER, Server};
use hoagiai_types::Env;
use tonic::Request;

/// A city that loads in seconds: every turn of the play, a few times each.
pub(crate) const SMALL: Demo = Demo {
    size: Size { teams: 150, mediators: 970, successful: 95, unsuccessful: 16, in_progress: 9, recognized: 90 },
    seed: 35,
};

/// Runs `hoagiai` with these words, without the surroundings of whoever runs the tests.
pub(crate) fn hoagiai(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoagiai"));
    let ours = |name: &str| name.starts_with("HOAGIAI");
    std::env::vars().filter(|(name, _)| ours(name)).for_each(|(name, _)| {
        command.env_remove(name);
    });
    command.args(words).output().unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a run of the small demo left.
#[derive(Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) figures: Figures,
    pub(crate) already: bool,
    /// Position and hash of the heads of the journals.
    pub(crate) heads: Vec<(i64, Vec<u8>)>,
}

/// Runs the small demo on a folder and stops.
pub(crate) async fn small_demo(path: &Path) -> Left {
    let place = Place { database_url: None, listen: Some(([127, 0, 0, 1], 0).into()), config: None };
    let tree = server::configuration(path, &place, true).unwrap();
    let folder = Folder::lock(path).unwrap();
    let server = server::launch(tree).start().await.unwrap();
    let client = demo::client(&server, issuer(path)).unwrap();
    let loaded = SMALL.load(&folder, &client, &Progress::new()).await;
    let loaded = loaded.unwrap_or_else(|failure| panic!("{failure}"));
    let left =
        Left { figures: loaded.reports.city().unwrap(), already: loaded.already, heads: heads(path, &server).await };
    server.shutdown().await;
    left
}

fn issuer(path: &Path) -> Issuer {
    Issuer::open(&path.join("keys/issuer.pem"), LOCAL_ISSUER, "hoagiai").unwrap()
}

async fn heads(path: &Path, server: &Server) -> Vec<(i64, Vec<u8>)> {
    let env = Env::system();
    let token = NewToken::for_subject("test", vec![Grant::of(Role::Operator, Area::Everywhere)]);
    let token = issuer(path).mint(&token, env.now(), env.ids.next_uuid(env.now())).unwrap().token;
    let mut heads = Vec::new();
    for journal in ["registry", "cases", "evaluation"] {
        let mut request = Request::new(GetHeadRequest { journal: journal.to_owned() });
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        let head = JournalServiceClient::new(server.channel().unwrap()).get_head(request).await.unwrap().into_inner();
        heads.push((head.position, head.hash));
    }
    heads
}
