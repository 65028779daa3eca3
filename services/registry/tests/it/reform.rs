//! The reorganisation of 1 July 2025 on the population of the city: 5,111 teams and 30,666 mediators in one request, how long
//! it takes, and that it is whole or not at all when the process is killed in the middle.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use hoagiai_proto::registry::v1 as pb;
use hoagiai_registry::MIGRATIONS;
use hoagiai_store::{DatabaseConfig, Db, on, verify::verify};
use hoagiai_testkit::engines::{Engine, keys};
use hoagiai_types::{Env, ManualClock, Timestamp, Uuid};

use crate::{reorganizations::reform, units::csv, world::*};

#[test]
fn rule_01_the_city_of_5111_teams_is_reorganised_in_one_request_on_sqlite() {
    run_within(Engine::Sqlite, LIMIT, the_city_is_reorganised_in_one_request);
}

#[test]
fn rule_01_the_city_of_5111_teams_is_reorganised_in_one_request_on_postgres() {
    run_within(Engine::Postgres, LIMIT, the_city_is_reorganised_in_one_request);
}

#[test]
fn a_reorganisation_is_whole_or_nothing_under_kill_9() {
    run_within(Engine::Sqlite, LIMIT, whole_or_nothing);
}

/// Long enough for a slow machine with other work.
const LIMIT: Duration = Duration::from_secs(600);

const TEAMS: usize = 5_111;
const PER_TEAM: usize = 6;
/// Teams of the city that is killed again and again: as many processes must start as there are kills.
const KILLED: usize = 1_000;
const KILLS: u64 = 8;
const NOW: &str = "2026-03-02T02:00:00Z";
/// Tells the process that a test starts which folder it works on.
const FOLDER: &str = "HOAGIAI_TEST_REFORM_FOLDER";

/// The areas of the city as it was, in turn in each of the 526 communes, with the commune.
fn areas(count: usize) -> Vec<(String, String)> {
    let communes: Vec<String> =
        csv("units-2024.csv").into_iter().filter(|r| r[0].len() == 5).map(|r| r[0].clone()).collect();
    let area = |n: usize| {
        let commune = &communes[n % communes.len()];
        (format!("{commune}-{:03}", n / communes.len()), commune.clone())
    };
    (0..count).map(area).collect()
}

/// The reform, with a word about every area of a divided commune: by turns to each of the units it was divided among.
fn whole_reform(teams: usize) -> pb::ApplyReorganizationRequest {
    let (_, mut request) = reform();
    let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for r in csv("predecessors.csv").into_iter().filter(|r| r[2] != "WHOLE") {
        parts.entry(r[1].clone()).or_default().push(r[0].clone());
    }
    let divided =
        areas(teams).into_iter().enumerate().filter_map(|(n, (area, commune))| Some((n, area, parts.get(&commune)?)));
    request.attachments = divided
        .map(|(n, area, to)| pb::AttachmentRow {
            subject: Some(pb::attachment_row::Subject::AreaCode(area)),
            code: to[n % to.len()].clone(),
        })
        .collect();
    request
}

async fn populate(world: World, teams: usize) -> World {
    let (old, _) = reform();
    let mut units = world.units(OPERATOR);
    units.import_units(old).await.unwrap();
    let group = |(code, commune): &(String, String)| {
        let mut row = unit(code, "Tổ dân phố", pb::UnitKind::ResidentialGroup, commune);
        (row.valid_from, row.household_count) = (None, 90);
        row
    };
    let areas = areas(teams);
    for areas in areas.chunks(2_000) {
        units.import_units(import(areas.iter().map(group).collect())).await.unwrap();
    }
    let mut by_commune: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let (world, ids) = ids(world).await;
    for (area, commune) in &areas {
        by_commune.entry(commune).or_default().push(ids[area].clone());
    }
    let mut chair = world.teams("commune_chair~everywhere");
    for (commune, areas) in by_commune {
        let areas: Vec<(&str, i32)> = areas.iter().map(|area| (area.as_str(), 6)).collect();
        let mut request = plan(&ids[commune], &areas);
        request.decision = decision("2025-03-03");
        chair.plan_teams(request).await.unwrap();
    }
    // Elections of 30,666 persons are not what is measured: their records are put there as elections would leave them.
    let engine = world.db.engine;
    let db = world.stop().await;
    let open = db.open_again().await.unwrap();
    let mut tx = open.write().await.unwrap();
    for _ in 0..PER_TEAM {
        let sql = if engine == Engine::Sqlite { MEDIATORS_SQLITE } else { MEDIATORS_POSTGRES };
        on!(&mut tx, |c| sqlx::query(sql).execute(c).await.map(drop)).unwrap();
    }
    tx.commit().await.unwrap();
    open.close().await;
    World::over(db).await.unwrap()
}

macro_rules! mediators {
    ($id:literal, $sealed:literal) => {
        concat!(
            "INSERT INTO mediators (id, team_id, area_unit_id, commune_id, province_id, election_id, election_index, state,
            votes_for, nominated_by_front, gender, ethnic_class, education_class, sealed_person, revision, created_at,
            updated_at) SELECT ", $id, ", id, area_unit_id, commune_id, province_id, id, 0, 'recognized', 80, TRUE, 'female',
            'kinh', 'other', ", $sealed, ", 3, created_at, updated_at FROM teams"
        )
    };
}
const MEDIATORS_SQLITE: &str = mediators!("randomblob(16)", "zeroblob(200)");
const MEDIATORS_POSTGRES: &str = mediators!("gen_random_uuid()", "decode(repeat('00', 200), 'hex')");

/// Ids by code of everything before the reform.
async fn ids(world: World) -> (World, BTreeMap<String, String>) {
    let db = world.stop().await;
    let open = db.open_again().await.unwrap();
    let mut tx = open.read().await.unwrap();
    let sql = "SELECT code, unit_id FROM unit_versions";
    let rows: Vec<(String, Uuid)> = on!(&mut tx, |c| sqlx::query_as(sql).fetch_all(c).await).unwrap();
    drop(tx);
    open.close().await;
    let ids = rows.into_iter().map(|(code, id)| (code, id.to_string())).collect();
    (World::over(db).await.unwrap(), ids)
}

async fn the_city_is_reorganised_in_one_request(world: World) {
    let engine = world.db.engine;
    let world = populate(world, TEAMS).await;
    let request = whole_reform(TEAMS);
    let bytes = prost::Message::encoded_len(&request);
    let (began, before) = (Instant::now(), crate::load::cpu());
    let done = world.units(OPERATOR).apply_reorganization(request).await.unwrap().into_inner();
    let took = began.elapsed();
    let told = done.reorganization.unwrap();
    let spent = crate::load::cpu() - before;
    eprintln!(
        "reorganisation of {TEAMS} teams on {engine:?}: {took:?}, {spent:?} of CPU here, a request of {bytes} bytes"
    );
    assert!(bytes < 1024 * 1024, "{bytes}");
    assert_eq!((told.created_unit_count, told.ended_unit_count), (126, 556));
    assert_eq!((told.moved_team_count, told.open_attachment_count), (5_111, 0));
    assert_eq!(told.changed_unit_count, 5_111, "every area lies in a new commune");
    let db = world.stop().await;
    let open = db.open_again().await.unwrap();
    assert_eq!(state(&open).await, State { reorganizations: 1, moved: TEAMS as i64, left: 0, people_left: 0 });
    open.close().await;
    db.remove().await;
}

/// How far a database is: nothing of a reorganisation, or all of it.
#[derive(Debug, PartialEq, Eq)]
struct State {
    reorganizations: i64,
    moved: i64,
    /// Teams and mediators in a commune that has ended.
    left: i64,
    people_left: i64,
}

async fn state(db: &Db) -> State {
    let mut tx = db.read().await.unwrap();
    let count = async |tx: &mut hoagiai_store::Tx, sql: &'static str| -> i64 {
        on!(tx, |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
    };
    State {
        reorganizations: count(&mut tx, "SELECT count(*) FROM reorganizations").await,
        moved: count(&mut tx, "SELECT count(*) FROM team_moves").await,
        left: count(&mut tx, LEFT_TEAMS).await,
        people_left: count(&mut tx, LEFT_PEOPLE).await,
    }
}

const LEFT_TEAMS: &str = "SELECT count(*) FROM teams t WHERE NOT EXISTS (SELECT 1 FROM unit_versions v
    WHERE v.unit_id = t.commune_id AND v.valid_to = '9999-12-31'
        AND v.superseded_at = (SELECT max(superseded_at) FROM unit_versions))";
const LEFT_PEOPLE: &str = "SELECT count(*) FROM mediators t WHERE NOT EXISTS (SELECT 1 FROM unit_versions v
    WHERE v.unit_id = t.commune_id AND v.valid_to = '9999-12-31'
        AND v.superseded_at = (SELECT max(superseded_at) FROM unit_versions))";

/// Kills the process at points of the write that are told by how much it has written, and looks what is there.
async fn whole_or_nothing(world: World) {
    let db = populate(world, KILLED).await.stop().await;
    let template = &db.file();
    let whole = run_until(template, u64::MAX).await;
    assert!(whole.1, "it ends when nobody kills it");
    let (mut none, mut all) = (0, 0);
    for kill in 0..KILLS {
        let (_, applied) = run_until(template, whole.0 * kill / KILLS).await;
        if applied { all += 1 } else { none += 1 }
    }
    eprintln!("{KILLS} kills while up to {} bytes were written: {none} left nothing, {all} everything", whole.0);
    assert!(none > 0, "some kill came before the commit");
    db.remove().await;
}

/// Runs the reform on a copy, kills the process once its log has grown by so much, and answers how far the log came and
/// whether the reform is there: all of it or nothing.
async fn run_until(template: &Path, bytes: u64) -> (u64, bool) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    std::fs::copy(template, &file).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "reform::what_the_killed_process_does", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("ready")), "the server did not start");
    let grown = watch(&mut child, &folder.path().join("test.db-wal"), bytes);
    let said = lines.map_while(Result::ok).any(|line| line.ends_with("done"));
    let config = DatabaseConfig::sqlite(&file);
    let open = Db::open(&config, "registry", MIGRATIONS, keys(), Env::system()).await.unwrap();
    let state = state(&open).await;
    let report = verify(&open).await.unwrap();
    open.close().await;
    assert!(report.is_clean(), "{:?}", report.findings);
    let nothing = State { reorganizations: 0, moved: 0, left: 0, people_left: 0 };
    let everything = State { reorganizations: 1, moved: KILLED as i64, left: 0, people_left: 0 };
    assert!(state == nothing || state == everything, "half of it: {state:?}");
    assert!(!said || state == everything, "what was acknowledged is there");
    (grown, state == everything)
}

/// Waits until the log has grown by so much or the process has ended, and kills it. Answers how far the log came.
fn watch(child: &mut Child, log: &Path, bytes: u64) -> u64 {
    let size = || std::fs::metadata(log).map_or(0, |file| file.len());
    let (before, mut most) = (size(), 0);
    loop {
        most = most.max(size().saturating_sub(before));
        if most >= bytes {
            child.kill().unwrap();
        }
        if child.try_wait().unwrap().is_some() {
            return most;
        }
        std::thread::yield_now();
    }
}

/// Not a test of its own: without a folder it does nothing.
#[test]
fn what_the_killed_process_does() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(ManualClock::new(Timestamp::parse(NOW).unwrap()));
        let url = DatabaseConfig::sqlite(folder.join("test.db"));
        let url = secrecy::ExposeSecret::expose_secret(&url.url).to_owned();
        let server = serve(&url, &folder.display().to_string(), Engine::Sqlite, clock).await.unwrap();
        println!("ready");
        units_on(&server).apply_reorganization(whole_reform(KILLED)).await.unwrap();
        println!("done");
        server.shutdown().await;
    });
}
