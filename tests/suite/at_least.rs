//! Who has just changed the registry and asks another service with `x-at-least` is answered with the change known, or
//! told to come again: on both engines, for reads that have no field for it.

use std::{path::Path, time::Duration};

use hoagiai_identity::{Area, Grant, Role};
use hoagiai_proto::{
    cases::v1::{ListCasesRequest, case_service_client::CaseServiceClient},
    evaluation::v1::{ListCriteriaSetsRequest, criteria_service_client::CriteriaServiceClient},
    google::Date,
    registry::v1::{ImportUnitsRequest, UnitKind, UnitRow, unit_service_client::UnitServiceClient},
};
use hoagiai_rpc::channel::Peer;
use hoagiai_runtime::Part;
use hoagiai_store::{DatabaseConfig, Db, Keyring, Migrations, wait_for};
use hoagiai_testkit::{
    engines::OwnPostgres,
    server::{self, TestServer},
};
use hoagiai_types::Env;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

const FOLLOWERS: [(&str, Migrations); 2] =
    [("cases", hoagiai_case::MIGRATIONS), ("evaluation", hoagiai_evaluation::MIGRATIONS)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_waits_for_the_position_that_it_names_on_sqlite() {
    let server = parts().start().await.unwrap();
    let folder = server.folder().to_owned();
    reads_wait(&server, |journal| DatabaseConfig::sqlite(Path::new(&folder).join(format!("{journal}.db")))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_waits_for_the_position_that_it_names_on_postgresql() {
    let postgres = OwnPostgres::start().unwrap();
    let mut starting = parts();
    for (journal, database) in [("registry", "r"), ("cases", "c"), ("evaluation", "e")] {
        starting = starting.database(journal, &postgres.create_database(database).await.unwrap());
    }
    let server = starting.start().await.unwrap();
    reads_wait(&server, |journal| DatabaseConfig::at(postgres.url(&journal[..1]))).await;
    server.stop().await;
}

fn parts() -> server::Starting {
    server::of([
        Part::new("registry", hoagiai_registry::service),
        Part::new("cases", hoagiai_case::service),
        Part::new("evaluation", hoagiai_evaluation::service),
    ])
}

async fn reads_wait(server: &TestServer, config: impl Fn(&str) -> DatabaseConfig) {
    let grants = [Role::JusticeDepartment, Role::Auditor].map(|role| Grant::of(role, Area::Everywhere)).to_vec();
    let peer = server.calling_as("officer", grants).unwrap();
    let mut followers = Vec::new();
    for (journal, migrations) in FOLLOWERS {
        let keys = std::sync::Arc::new(Keyring::from_seed(7));
        followers.push(Db::open(&config(journal), journal, migrations, keys, Env::system()).await.unwrap());
    }
    let mut last = 0;
    for round in 0..20 {
        last = import(&peer, round).await;
        let header = format!("registry={last}");
        list_cases(&peer, &header).await.unwrap();
        list_criteria(&peer, &header).await.unwrap();
        for db in &followers {
            // The cursor stands in the database, where this handle, which follows nothing, finds it at once or never.
            let name = format!("{}.registry", db.journal());
            wait_for(db, &name, last, Duration::from_millis(50)).await.unwrap();
        }
        let mut own = UnitServiceClient::new(peer.clone());
        own.list_units(asking(hoagiai_proto::registry::v1::ListUnitsRequest::default(), &header)).await.unwrap();
    }
    let beyond = format!("registry={}", last + 1);
    for refused in [list_cases(&peer, &beyond).await, list_criteria(&peer, &beyond).await] {
        let status = refused.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::Unavailable, "AT_LEAST_NOT_REACHED"),
            "{status:?}"
        );
        assert!(status.get_details_retry_info().is_some());
    }
    for (header, why) in [("registry", "AT_LEAST_MALFORMED"), ("evaluation=1", "JOURNAL_NOT_FOLLOWED")] {
        let status = list_cases(&peer, header).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, why));
    }
}

async fn import(peer: &Peer, round: i32) -> i64 {
    let rows = vec![UnitRow {
        code: format!("9{round}"),
        display_name: "Tỉnh thử".into(),
        kind: UnitKind::Municipality.into(),
        valid_from: Some(Date { year: 2025, month: 7, day: 1 }),
        ..UnitRow::default()
    }];
    let import = ImportUnitsRequest { rows, source: "test".into(), ..ImportUnitsRequest::default() };
    UnitServiceClient::new(peer.clone()).import_units(import).await.unwrap().into_inner().position
}

async fn list_cases(peer: &Peer, header: &str) -> Result<(), Status> {
    CaseServiceClient::new(peer.clone()).list_cases(asking(ListCasesRequest::default(), header)).await.map(drop)
}

async fn list_criteria(peer: &Peer, header: &str) -> Result<(), Status> {
    let request = asking(ListCriteriaSetsRequest::default(), header);
    CriteriaServiceClient::new(peer.clone()).list_criteria_sets(request).await.map(drop)
}

/// With a deadline, so that what is never reached is refused within it.
fn asking<T>(message: T, header: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("x-at-least", header.parse().unwrap());
    request.set_timeout(Duration::from_secs(2));
    request
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}
