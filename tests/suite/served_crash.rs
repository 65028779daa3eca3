//! P10 and P13 on the program as it is shipped: `hoagiai serve` under load through gRPC, killed again and again, and its
//! PostgreSQL stopped as a loss of power would. What was answered is there; what was not is asked again under the same
//! request id and happens once.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hoagiai_identity::{
    Area, Grant, Role,
    token::{Issuer, Lifetime, NewToken},
};
use hoagiai_proto::{
    common::v1::Decision,
    google::Date,
    registry::v1::{
        FindUnitRequest, ImportUnitsRequest, PlanTeamsRequest, TeamPlan, UnitKind, UnitRow,
        team_service_client::TeamServiceClient, unit_service_client::UnitServiceClient,
    },
};
use hoagiai_rpc::channel::{Outgoing, Peer};
use hoagiai_runtime::LOCAL_ISSUER;
use hoagiai_store::{DatabaseConfig, Db, Keyring, on, verify};
use hoagiai_testkit::engines::OwnPostgres;
use hoagiai_tests::processes::{Serving, program, serve};
use hoagiai_types::{Env, Uuid};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::sync::watch;
use tonic::transport::Endpoint;

const WRITERS: usize = 4;
const AREAS: usize = 20;
/// Kills on SQLite, kills on PostgreSQL, stops of PostgreSQL, each with a kill of the server after it: over a hundred in all.
const KILLS: (usize, usize, usize) = (66, 36, 4);
/// Nothing here may take longer.
const LONG: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_answered_is_lost_when_the_server_is_killed_on_sqlite() {
    let work = tempfile::tempdir().unwrap();
    let place = Place { data: work.path().join("data"), url: None };
    let mut trial = Trial::begin(place, 0x7365_7276).await;
    for _ in 0..KILLS.0 {
        trial.kill_under_load().await;
    }
    let (answered, repeated) = trial.end().await;
    println!("P10 served, SQLite: {} kills, {answered} answers, {repeated} asked again: 0 lost, 0 twice", KILLS.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_answered_is_lost_when_server_or_postgresql_is_killed() {
    let work = tempfile::tempdir().unwrap();
    let postgres = OwnPostgres::start().unwrap();
    for name in ["city_registry", "city_cases", "city_evaluation", "city_reporting"] {
        postgres.create_database(name).await.unwrap();
    }
    let place = Place { data: work.path().join("data"), url: Some(postgres.url("city")) };
    let mut trial = Trial::begin(place, 0x706f_7374).await;
    for _ in 0..KILLS.1 {
        trial.kill_under_load().await;
    }
    for _ in 0..KILLS.2 {
        trial.stop_database_under_load(&postgres).await;
    }
    let (answered, repeated) = trial.end().await;
    println!(
        "P10 and P13 served, PostgreSQL: {} kills of the server, {} of the database, {answered} answers, {repeated} asked \
         again: 0 lost, 0 twice",
        KILLS.1 + KILLS.2,
        KILLS.2
    );
}

/// Where the data lies.
struct Place {
    data: PathBuf,
    /// On PostgreSQL: the URL that each service's is made from.
    url: Option<String>,
}

impl Place {
    fn serve(&self) -> Serving {
        let data = self.data.to_str().unwrap();
        let mut words = vec!["serve", "--listen", "127.0.0.1:0", "--data", data];
        words.extend(self.url.iter().flat_map(|url| ["--database-url", url.as_str()]));
        serve(&program("hoagiai").unwrap(), &words, &[]).unwrap()
    }

    fn registry(&self) -> DatabaseConfig {
        match &self.url {
            None => DatabaseConfig::sqlite(self.data.join("registry.db")),
            Some(url) => DatabaseConfig {
                witness: Some(self.data.join("registry.witness")),
                ..DatabaseConfig::at(url.replacen("/city?", "/city_registry?", 1))
            },
        }
    }
}

/// What was asked and what was answered, over the lives of all the servers.
#[derive(Default)]
struct Ledger {
    /// Request id → team, of everything that was answered.
    answered: BTreeMap<Uuid, Uuid>,
    /// Asked and not answered yet: whether it happened, nobody knows.
    open: Vec<(Uuid, usize)>,
    highest: i64,
    repeated: usize,
}

impl Ledger {
    /// Everything that was answered is there.
    fn hold_against(&self, head: i64, teams: &BTreeSet<Uuid>) {
        assert!(head >= self.highest, "{} was answered, the head is {head}", self.highest);
        let lost: Vec<&Uuid> = self.answered.values().filter(|team| !teams.contains(team)).collect();
        assert!(lost.is_empty(), "answered and lost: {lost:?}");
    }
}

struct Trial {
    place: Place,
    env: Env,
    random: StdRng,
    ledger: Arc<parking_lot::Mutex<Ledger>>,
    commune: String,
    areas: Arc<[String]>,
}

impl Trial {
    async fn begin(place: Place, seed: u64) -> Self {
        let server = place.serve();
        let (commune, areas) = units(peer(&server, &place.data)).await;
        assert!(server.terminate().unwrap().success());
        let random = StdRng::seed_from_u64(seed);
        Self { place, env: Env::system(), random, ledger: Arc::default(), commune, areas: areas.into() }
    }

    /// One life of the server: some answers, anywhere from the first, then the end.
    async fn kill_under_load(&mut self) {
        let mut server = self.place.serve();
        let load = self.load(&server, false);
        load.answers(self.random.random_range(1..30)).await;
        server.kill().unwrap();
        load.stop().await;
        self.check().await;
    }

    /// The database goes away under a server, comes back, and the same server goes on until it is killed, too.
    async fn stop_database_under_load(&mut self, postgres: &OwnPostgres) {
        let mut server = self.place.serve();
        let load = self.load(&server, false);
        load.answers(self.random.random_range(1..30)).await;
        postgres.stop_at_once().unwrap();
        postgres.start_again().unwrap();
        load.answers(10).await;
        server.kill().unwrap();
        load.stop().await;
        self.check().await;
    }

    /// What is open is asked until it is answered, and some of what was answered once more.
    async fn end(self) -> (usize, usize) {
        let server = self.place.serve();
        let again: Vec<(Uuid, Uuid)> = self.ledger.lock().answered.iter().map(|(r, t)| (*r, *t)).take(20).collect();
        let mut client = TeamServiceClient::new(peer(&server, &self.place.data));
        for (request, team) in again {
            let area = usize::try_from(request.as_u128() % AREAS as u128).unwrap();
            let answer = client.plan_teams(plan(&self.commune, &self.areas[area], request)).await.unwrap().into_inner();
            assert_eq!(answer.teams[0].team_id, team.to_string());
        }
        self.load(&server, true).done().await;
        assert!(server.terminate().unwrap().success());
        let teams = self.check().await;
        let ledger = self.ledger.lock();
        assert_eq!(teams.len(), ledger.answered.len(), "each request happened once");
        (ledger.answered.len(), ledger.repeated)
    }

    fn load(&self, server: &Serving, only_open: bool) -> Load {
        let (stop, answers) = (Arc::new(AtomicBool::new(false)), watch::Sender::new(0));
        let peer = peer(server, &self.place.data);
        let writers = (0..WRITERS).map(|_| {
            let writer = Writer {
                client: TeamServiceClient::new(peer.clone()),
                ledger: self.ledger.clone(),
                env: self.env.clone(),
                stop: stop.clone(),
                answers: answers.clone(),
                only_open,
            };
            tokio::spawn(writer.run(self.commune.clone(), self.areas.clone()))
        });
        Load { writers: writers.collect(), stop, answers }
    }

    /// Opens what the killed server left, as the next one would, and holds it against what was answered.
    async fn check(&self) -> BTreeSet<Uuid> {
        let keys = Arc::new(Keyring::open_or_create(&self.place.data.join("keys/keyring")).unwrap());
        let config = self.place.registry();
        let db = Db::open(&config, "registry", hoagiai_registry::MIGRATIONS, keys, Env::system()).await.unwrap();
        let report = verify::verify(&db).await.unwrap();
        assert!(report.is_clean(), "{:?}", report.findings);
        let mut tx = db.read().await.unwrap();
        let teams: Vec<Uuid> = on!(&mut tx, |c| sqlx::query_scalar("SELECT id FROM teams").fetch_all(c).await).unwrap();
        drop(tx);
        let teams: BTreeSet<Uuid> = teams.into_iter().collect();
        self.ledger.lock().hold_against(db.head(), &teams);
        db.close().await;
        teams
    }
}

/// Writers at work.
struct Load {
    writers: Vec<tokio::task::JoinHandle<()>>,
    stop: Arc<AtomicBool>,
    answers: watch::Sender<usize>,
}

impl Load {
    /// Waits for that many more answers.
    async fn answers(&self, more: usize) {
        let mut answers = self.answers.subscribe();
        let enough = *answers.borrow() + more;
        tokio::time::timeout(LONG, answers.wait_for(|count| *count >= enough)).await.unwrap().unwrap();
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.done().await;
    }

    async fn done(self) {
        for writer in self.writers {
            tokio::time::timeout(LONG, writer).await.unwrap().unwrap();
        }
    }
}

struct Writer {
    client: TeamServiceClient<Peer>,
    ledger: Arc<parking_lot::Mutex<Ledger>>,
    env: Env,
    stop: Arc<AtomicBool>,
    answers: watch::Sender<usize>,
    only_open: bool,
}

impl Writer {
    async fn run(mut self, commune: String, areas: Arc<[String]>) {
        while !self.stop.load(Ordering::SeqCst) {
            let Some((request, area)) = self.next() else { return };
            match self.client.plan_teams(plan(&commune, &areas[area], request)).await {
                Ok(answer) => {
                    let answer = answer.into_inner();
                    let mut ledger = self.ledger.lock();
                    ledger.answered.insert(request, answer.teams[0].team_id.parse().unwrap());
                    ledger.highest = ledger.highest.max(answer.position);
                    drop(ledger);
                    self.answers.send_modify(|count| *count += 1);
                }
                Err(refused) => {
                    assert_ne!(refused.code(), tonic::Code::InvalidArgument, "{refused:?}");
                    self.ledger.lock().open.push((request, area));
                    // As a client waits before it asks again; a killed server refuses at once.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }

    /// What was left open goes first.
    fn next(&self) -> Option<(Uuid, usize)> {
        let mut ledger = self.ledger.lock();
        if let Some(open) = ledger.open.pop() {
            ledger.repeated += 1;
            return Some(open);
        }
        let request = self.env.ids.next_uuid(self.env.now());
        (!self.only_open).then(|| (request, usize::try_from(request.as_u128() % AREAS as u128).unwrap()))
    }
}

/// A team planned by decision.
fn plan(commune: &str, area: &str, request: Uuid) -> PlanTeamsRequest {
    PlanTeamsRequest {
        commune_unit_id: commune.to_owned(),
        decision: Some(Decision {
            number: "01/QĐ-UBND".into(),
            issue_date: Some(Date { year: 2025, month: 7, day: 2 }),
            issuer: "Chủ tịch UBND".into(),
        }),
        plans: vec![TeamPlan {
            area_unit_id: area.to_owned(),
            display_name: "Tổ hòa giải".into(),
            target_size: 5,
            exception_reason: "địa bàn rộng".into(),
        }],
        request_id: request.to_string(),
    }
}

fn peer(server: &Serving, data: &Path) -> Peer {
    let issuer = Issuer::open(&data.join("keys/issuer.pem"), LOCAL_ISSUER, "hoagiai").unwrap();
    let grants = [Role::JusticeDepartment, Role::CommuneChair].map(|role| Grant::of(role, Area::Everywhere));
    let (new, env) = (NewToken::for_subject("chair", grants.to_vec()), Env::system());
    let new = NewToken { lifetime: Lifetime::Standard, ..new };
    let token = issuer.mint(&new, env.now(), env.ids.next_uuid(env.now())).unwrap().token;
    let channel = Endpoint::from_shared(format!("http://{}", server.address)).unwrap().connect_lazy();
    Outgoing::new(Arc::new(move || Some(token.clone()))).over(channel)
}

/// A commune with some residential groups; answers their ids.
async fn units(peer: Peer) -> (String, Vec<String>) {
    let from = Some(Date { year: 2025, month: 7, day: 1 });
    let row = |code: String, name: &str, kind: UnitKind, parent: &str, households| UnitRow {
        code,
        display_name: name.into(),
        kind: kind.into(),
        parent_code: parent.into(),
        valid_from: from,
        household_count: households,
        ..UnitRow::default()
    };
    let code = |i: usize| format!("00004-{i:03}");
    let mut rows = vec![
        row("01".into(), "Thành phố Hà Nội", UnitKind::Municipality, "", 0),
        row("00004".into(), "Phường Ba Đình", UnitKind::Ward, "01", 0),
    ];
    rows.extend((0..AREAS).map(|i| row(code(i), "Tổ dân phố", UnitKind::ResidentialGroup, "00004", 120)));
    let mut client = UnitServiceClient::new(peer);
    let import = ImportUnitsRequest { rows, source: "test".into(), ..ImportUnitsRequest::default() };
    client.import_units(import).await.unwrap();
    let mut ids = Vec::new();
    for code in std::iter::once("00004".to_owned()).chain((0..AREAS).map(code)) {
        let find = FindUnitRequest { code, valid_at: from, ..FindUnitRequest::default() };
        ids.push(client.find_unit(find).await.unwrap().into_inner().unit.unwrap().unit_id);
    }
    let areas = ids.split_off(1);
    (ids.remove(0), areas)
}
