//! The main job from end to end, with the same assertions, against one process on SQLite and against each service as a
//! process of its own on PostgreSQL, started with the settings that are shipped in `deploy/`.

use std::{net::SocketAddr, path::Path, sync::Arc};

use hoagiai::{
    clients::{Client, Servers, Service, Who},
    demo::Demo,
    figures::Figures,
    folder::Folder,
    population::Size,
    progress::Progress,
};
use hoagiai_identity::{Area, Role, token::Issuer};
use hoagiai_proto::journal::v1::{GetHeadRequest, journal_service_client::JournalServiceClient};
use hoagiai_runtime::LOCAL_ISSUER;
use hoagiai_store::{DatabaseConfig, Db, Keyring, verify};
use hoagiai_testkit::engines::OwnPostgres;
use hoagiai_tests::processes::{Serving, free_port, program, serve, shipped_settings};
use hoagiai_types::Env;
use tonic::transport::{Channel, Endpoint};

/// A city that loads in seconds: every turn of the play, a few times each.
const SMALL: Demo = Demo {
    size: Size { teams: 150, mediators: 970, successful: 95, unsuccessful: 16, in_progress: 9, recognized: 90 },
    seed: 35,
};
const JOURNALS: [Service; 3] = [Service::Registry, Service::Cases, Service::Evaluation];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_job_runs_in_one_process_on_sqlite() {
    let work = tempfile::tempdir().unwrap();
    let data = work.path().join("data");
    let words = ["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    let server = serve(&program("hoagiai").unwrap(), &words, &[]).unwrap();
    let issuer = Issuer::open(&data.join("keys/issuer.pem"), LOCAL_ISSUER, "hoagiai").unwrap();
    let client = Client::new(Servers::One(channels(&server)), issuer, Env::system());
    let heads = the_main_job(&client, work.path()).await;
    assert!(server.terminate().unwrap().success());

    for (journal, head) in JOURNALS.iter().zip(heads) {
        let name = journal.journal();
        let config = DatabaseConfig::sqlite(data.join(format!("{name}.db")));
        assert_eq!(verified(&config, *journal, &data.join("keys/keyring")).await, head, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_job_runs_on_separate_processes_on_postgresql() {
    let work = tempfile::tempdir().unwrap();
    let postgres = OwnPostgres::start().unwrap();
    let suite = Suite::start(work.path(), &postgres).await;
    let issuer = Issuer::open(&work.path().join("issuer.key"), LOCAL_ISSUER, "hoagiai").unwrap();
    let client = Client::new(Servers::Each(suite.servers.each_ref().map(channels)), issuer, Env::system());
    let heads = the_main_job(&client, work.path()).await;
    through_the_gateway(suite.front).await;
    assert!(suite.gateway.terminate().unwrap().success());
    for server in suite.servers {
        assert!(server.terminate().unwrap().success());
    }

    for (journal, head) in JOURNALS.iter().zip(heads) {
        let name = journal.journal();
        let config = DatabaseConfig::at(postgres.url(&format!("hoagiai_{name}")));
        assert_eq!(verified(&config, *journal, &work.path().join(format!("{name}.keys"))).await, head, "{name}");
    }
}

/// Loads the city, compares its figures with those meant, and does it again. Answers the heads of the journals.
async fn the_main_job(client: &Client, work: &Path) -> Vec<i64> {
    let folder = Folder::lock(&work.join("client")).unwrap();
    let first = SMALL.load(&folder, client, &Progress::new()).await.unwrap_or_else(|failure| panic!("{failure}"));
    let figures = first.reports.city().unwrap();
    assert!(!first.already && figures.are(SMALL.size, 126), "{figures:?}");
    assert_eq!((figures.success_rate.percent.as_str(), figures.five_good.percent.as_str()), ("85.59", "60.00"));
    let communes = first.reports.communes().unwrap();
    let sum = |of: fn(&Figures) -> i64| communes.iter().map(|(_, figures)| of(figures)).sum::<i64>();
    assert_eq!((sum(|f| f.teams), sum(|f| f.received)), (figures.teams, figures.received));

    let before = heads(client).await;
    let second = SMALL.load(&folder, client, &Progress::new()).await.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(second.already);
    assert_eq!(second.reports.city().unwrap(), figures);
    assert_eq!(heads(client).await, before, "a second run changes nothing");
    before
}

async fn heads(client: &Client) -> Vec<i64> {
    let who = Who { role: Role::Operator, area: Area::Everywhere };
    let mut heads = Vec::new();
    for journal in JOURNALS {
        let message = GetHeadRequest { journal: journal.journal() };
        let head = client.call(journal, "GetHead", who, message, async |channel, request| {
            JournalServiceClient::new(channel).get_head(request).await
        });
        heads.push(head.await.unwrap().position);
    }
    heads
}

/// Checks a journal from its first entry, as the auditor does, and answers its head.
async fn verified(config: &DatabaseConfig, journal: Service, keys: &Path) -> i64 {
    let keys = Arc::new(Keyring::open_or_create(keys).unwrap());
    let (name, migrations) = match journal {
        Service::Registry => ("registry", hoagiai_registry::MIGRATIONS),
        Service::Cases => ("cases", hoagiai_case::MIGRATIONS),
        Service::Evaluation => ("evaluation", hoagiai_evaluation::MIGRATIONS),
        Service::Reporting => ("reporting", hoagiai_reporting::MIGRATIONS),
        Service::Gateway => ("gateway", hoagiai_gateway::MIGRATIONS),
    };
    let db = Db::open(config, name, migrations, keys, Env::system()).await.unwrap();
    let report = verify::verify(&db).await.unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
    let head = db.head();
    db.close().await;
    head
}

fn channels(server: &Serving) -> Vec<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address)).unwrap();
    (0..2).map(|_| endpoint.connect_lazy()).collect()
}

/// The gateway stands in front of all four: it is ready, describes them, and asks the registry for a visitor.
async fn through_the_gateway(front: SocketAddr) {
    let get = async |path: &str| crate::front_door::get(front, path).await;
    assert_eq!(get("/readyz").await.0, 200);
    let (status, body) = get("/openapi.json").await;
    assert!(status == 200 && ["/v1/teams", "/v1/cases", "/v1/journals"].iter().all(|path| body.contains(path)));
    let (status, body) = get("/v1/units/00000000-0000-4000-8000-000000000001/directory").await;
    assert_eq!(status, 404, "{body}");
    assert_eq!(get("/v1/cases").await.0, 401);
}

/// The four services and the gateway, each with its shipped settings, a database of its own and the issuer that they share.
struct Suite {
    gateway: Serving,
    /// Where HTTP is answered.
    front: SocketAddr,
    /// Registry, cases, evaluation, reporting.
    servers: [Serving; 4],
}

impl Suite {
    async fn start(work: &Path, postgres: &OwnPostgres) -> Self {
        let mut peers = Vec::new();
        let mut servers = Vec::new();
        let services: [(&str, &str, &'static str); 4] = [
            ("registry", "registry", "hoagiai_registry"),
            ("case", "cases", "hoagiai_cases"),
            ("evaluation", "evaluation", "hoagiai_evaluation"),
            ("reporting", "reporting", "hoagiai_reporting"),
        ];
        for (program_name, section, database) in services {
            let url = postgres.create_database(database).await.unwrap();
            let secret = work.join(format!("{section}_database_url"));
            std::fs::write(&secret, url).unwrap();
            let address = free_port().unwrap();
            let own = [
                ("HOAGIAI__SERVER__LISTEN".to_owned(), address.to_string()),
                ("HOAGIAI__ADMIN__LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
                ("HOAGIAI__IDENTITY__LOCAL_KEY".to_owned(), text(&work.join("issuer.key"))),
                ("HOAGIAI__KEYS__FILE".to_owned(), text(&work.join(format!("{section}.keys")))),
                (format!("HOAGIAI__{}__DATABASE__URL_FILE", section.to_uppercase()), text(&secret)),
            ];
            let settings = text(&shipped_settings(program_name));
            let path = program(&format!("hoagiai-{program_name}")).unwrap();
            let variables: Vec<_> = own.iter().chain(&peers).cloned().collect();
            let words = ["--config", settings.as_str()];
            // The migration is a step of its own, as in the compose file.
            let migrated = std::process::Command::new(&path)
                .args(words)
                .arg("--migrate")
                .envs(variables.iter().cloned())
                .output()
                .unwrap();
            assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
            let server = serve(&path, &words, &variables).unwrap();
            assert_eq!(server.address, address);
            peers.push((format!("HOAGIAI__PEERS__{}", section.to_uppercase()), format!("http://{address}")));
            servers.push(server);
        }
        let servers = servers.try_into().unwrap_or_else(|_| unreachable!("four services"));
        let front = free_port().unwrap();
        let secret = work.join("gateway_database_url");
        std::fs::write(&secret, postgres.create_database("hoagiai_gateway").await.unwrap()).unwrap();
        peers.extend([
            ("HOAGIAI__KEYS__FILE".to_owned(), text(&work.join("gateway.keys"))),
            ("HOAGIAI__GATEWAY__DATABASE__URL_FILE".to_owned(), text(&secret)),
            ("HOAGIAI__SERVER__LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("HOAGIAI__ADMIN__LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("HOAGIAI__IDENTITY__LOCAL_KEY".to_owned(), text(&work.join("issuer.key"))),
            ("HOAGIAI__GATEWAY__LISTEN".to_owned(), front.to_string()),
        ]);
        let settings = text(&shipped_settings("gateway"));
        let words = ["--config", settings.as_str()];
        let migrated = std::process::Command::new(program("hoagiai-gateway").unwrap())
            .args(words)
            .arg("--migrate")
            .envs(peers.iter().cloned())
            .output()
            .unwrap();
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
        let gateway = serve(&program("hoagiai-gateway").unwrap(), &words, &peers).unwrap();
        Self { gateway, front, servers }
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
