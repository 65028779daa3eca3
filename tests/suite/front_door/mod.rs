//! The front door: what the contracts say is served over REST as over gRPC, whatever they come to say.

mod agencies;
mod bus;
mod bus_parks;
mod client;
mod log;
mod manners;
mod p20_access;
mod p20_states;
mod p21_existence;
mod p21_timing;
mod p22_fields;
mod p24_lookups;
mod p30_carriers;
mod p30_tokens;
mod published;
mod raw;
mod receiver;
mod requests;
mod spdci;
mod spdci_followed;
mod spdci_killed;
mod walk;
mod webhooks;
mod world;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use hoagiai_identity::{Area, Grant, Role};
use hoagiai_runtime::Part;
use hoagiai_testkit::{
    engines::OwnPostgres,
    server::{self, Starting, TestServer},
};

/// Every service and the gateway in front of them, as the all-in-one has them, with settings of the gateway for tests.
fn everything() -> Starting {
    services().configuration("[gateway]\nvisitor_calls_per_minute = 60\nlisten = \"127.0.0.1:0\"\nallowed_origins = [\"https://portal.example\"]")
}

/// The same without settings of the gateway: a table stands once in a file.
fn services() -> Starting {
    server::of([
        Part::new("registry", hoagiai_registry::service),
        Part::new("cases", hoagiai_case::service),
        Part::new("evaluation", hoagiai_evaluation::service),
        Part::new("reporting", hoagiai_reporting::service),
        Part::new("gateway", hoagiai_gateway::service),
    ])
}

/// The journals and the databases that they are given.
const DATABASES: [(&str, &str); 5] =
    [("registry", "r"), ("cases", "c"), ("evaluation", "e"), ("reporting", "p"), ("gateway", "g")];

async fn on_postgres(postgres: &OwnPostgres) -> TestServer {
    over(postgres, everything()).await
}

async fn over(postgres: &OwnPostgres, starting: Starting) -> TestServer {
    for (_, database) in DATABASES {
        postgres.create_database(database).await.unwrap();
    }
    beside(postgres, starting).await
}

/// The same over the databases of another.
async fn beside(postgres: &OwnPostgres, starting: Starting) -> TestServer {
    let with = |starting: Starting, (journal, database)| starting.database(journal, &postgres.url(database));
    DATABASES.into_iter().fold(starting, with).start().await.unwrap()
}

/// Waits, in real time, until it holds.
async fn until(what: &str, holds: impl AsyncFnMut() -> bool) {
    until_within(Duration::from_secs(30), what, holds).await;
}

/// The same, for as long as it may take.
async fn until_within(longest: Duration, what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < longest, "after {longest:?} still not: {what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A file or a folder of the tools.
fn tool(path: &str) -> PathBuf {
    let found = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools").join(path);
    assert!(found.exists(), "{} is missing: run `cargo xtask tools`", found.display());
    found
}

/// A token of whoever may do everything that no single office may.
fn everybody(server: &TestServer) -> String {
    let grants = Role::ALL.iter().map(|role| Grant::of(*role, Area::Everywhere));
    server.token("everybody", grants.collect()).unwrap()
}

/// What a visitor is answered.
pub(crate) async fn get(address: std::net::SocketAddr, path: &str) -> (u16, String) {
    let answer = client::send(address, (http::Method::GET, path), &[], "").await;
    (answer.status.as_u16(), String::from_utf8_lossy(&answer.body).into_owned())
}

/// A test on both engines.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test(&crate::front_door::everything().start().await.unwrap()).await;
                }
            )+
        }

        mod postgresql {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let postgres = hoagiai_testkit::engines::OwnPostgres::start().unwrap();
                    let server = crate::front_door::on_postgres(&postgres).await;
                    super::$test(&server).await;
                    server.stop().await;
                }
            )+
        }
    };
}
use on_both;
