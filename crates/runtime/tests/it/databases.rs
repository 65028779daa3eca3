//! A service with a database: opened where configuration says, asked by health, its journal served to those who may
//! read it, kept over a restart.

use hoagiai_identity::{Area, Grant, Role, token::NewToken};
use hoagiai_proto::journal::v1::{GetHeadRequest, journal_service_client::JournalServiceClient};
use hoagiai_rpc::channel::Outgoing;
use hoagiai_runtime::{BoxError, Launch, Part, Server, Service, Setup, config::Source};
use hoagiai_store::{Migrations, NewEvent, Origin, Stream};
use hoagiai_types::Env;
use std::{path::Path, sync::Arc};
use tonic::Code;

/// Appends one event each time that it starts, and asks for the head of its own journal through its peer.
async fn registry(setup: &Setup) -> Result<Service, BoxError> {
    let db = setup.open_db("registry", Migrations::NONE).await?;
    let env = setup.env();
    let mut tx = db.write().await?;
    let stream = Stream { kind: "unit", id: env.ids.next_uuid(env.now()) };
    let origin = Origin { actor: "service:registry".into(), purpose: None, request_id: None, record_time: env.now() };
    let event = NewEvent { kind: "UnitPlanned", valid_time: env.today(), payload: vec![1] };
    tx.append(stream, 0, &origin, &[event]).await?;
    tx.commit().await?;
    Ok(Service::new("registry").db(db))
}

async fn start(folder: &Path) -> Result<Server, hoagiai_runtime::StartError> {
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\ndrain_delay = \"0ms\"\n[admin]\nlisten = \"127.0.0.1:0\"\n[data]\nfolder = {folder:?}\n"
    );
    Launch::new("registry", Source::text(text).load().unwrap()).part(Part::new("registry", registry)).start().await
}

async fn head(server: &Server, role: Role) -> Result<i64, Code> {
    let (env, issuer) = (Env::system(), server.identity().issuer().unwrap());
    let now = env.now();
    let new = NewToken::for_subject("somebody", vec![Grant::of(role, Area::Everywhere)]);
    let token = issuer.mint(&new, now, env.ids.next_uuid(now)).unwrap().token;
    let peer = Outgoing::new(Arc::new(move || Some(token.clone()))).over(server.channel().unwrap());
    let answer = JournalServiceClient::new(peer).get_head(GetHeadRequest { journal: "registry".into() }).await;
    answer.map(|answer| answer.into_inner().position).map_err(|status| status.code())
}

#[tokio::test]
async fn the_journal_is_served_to_those_who_may_read_it_and_kept_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for start_number in 1..=2 {
        let server = start(&data).await.unwrap();
        assert_eq!(head(&server, Role::Auditor).await, Ok(start_number));
        assert_eq!(head(&server, Role::Party).await, Err(Code::PermissionDenied));
        let nobody = Outgoing::anonymous().over(server.inside());
        let refused = JournalServiceClient::new(nobody).get_head(GetHeadRequest { journal: "registry".into() }).await;
        assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);
        server.shutdown().await;
    }
    for file in ["registry.db", "keyring", "issuer.pem"] {
        assert!(data.join(file).exists(), "{file} lies in the data folder");
    }
}

#[tokio::test]
async fn a_service_reaches_another_with_its_own_token() {
    async fn asking(setup: &Setup) -> Result<Service, BoxError> {
        let peer = setup.peer("registry")?;
        let work = async move {
            // The registry may still be starting: that is what RetryInfo is for.
            let request = || GetHeadRequest { journal: "registry".into() };
            while JournalServiceClient::new(peer.clone()).get_head(request()).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        Ok(Service::new("cases").task("asks", work))
    }
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\ndrain_delay = \"0ms\"\n[admin]\nlisten = \"127.0.0.1:0\"\n[data]\nfolder = {:?}\n",
        folder.path()
    );
    let launch = Launch::new("both", Source::text(text).load().unwrap());
    let launch = launch.part(Part::new("cases", asking)).part(Part::new("registry", registry));
    let server = launch.start().await.unwrap();
    // The task ends, which is counted, when the other service has answered it.
    crate::support::until("the other service answers", std::time::Duration::from_secs(10), || {
        crate::support::counter(&server.metrics(), "hoagiai_server_task_failures_total", "asks") == 1.0
    })
    .await;
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::write(&data, "a file where the folder should be").unwrap();
    assert!(start(&data).await.is_err());
}
