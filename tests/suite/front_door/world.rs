//! Two wards of one city with a record of every kind in each: the year that the demo plays, and by REST what it leaves out.

use std::{collections::BTreeMap, sync::Arc};

use hoagiai::{
    clients::{Client, Servers},
    data,
    play::Play,
    population::{Population, Size},
    progress::Progress,
};
use hoagiai_identity::{Area, Grant, Role, token::Issuer};
use hoagiai_runtime::LOCAL_ISSUER;
use hoagiai_store::{DatabaseConfig, Db, Keyring, Migrations, on};
use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_types::{Env, Uuid};

use super::{
    client::{Answer, send},
    requests::{Ids, RestRequest, request_of},
    walk::table,
};

/// What is there.
pub(super) struct World {
    pub(super) server: TestServer,
    pub(super) city: Uuid,
    /// A ward, its areas, its records.
    pub(super) here: Ward,
    /// Another ward of the city.
    pub(super) there: Ward,
    /// The databases of the registry, the cases and the evaluation, for what no procedure does.
    databases: Vec<Db>,
    _postgres: Option<OwnPostgres>,
}

/// A ward and the record of each kind that requests name there.
#[derive(Clone, Debug)]
pub(super) struct Ward {
    pub(super) id: Uuid,
    /// The area unit of the records' team.
    pub(super) area: Uuid,
    /// An area unit of the same ward with none of the records.
    pub(super) other_area: Uuid,
    pub(super) ids: Ids,
}

/// What the play does not make: a method that makes it, and the fields of the requests that name it.
const MORE: [&str; 11] = [
    "MarkDuplicate",
    "PlanCourse",
    "ScheduleSession",
    "OpenCourse",
    "RecordAttendance",
    "ConcludeCourse",
    "IssueCertificates",
    "RegisterTrainer",
    "RecordContest",
    "RecordCommendations",
    "ProposeCessation",
];

/// The first record of a kind in a ward, of mediators one in force who does not lead: the field that names it, whose database, its table, and how the ward is found.
const RECORDS: [(&str, usize, &str); 18] = [
    ("team_id", 0, "SELECT id FROM teams WHERE area_unit_id = $1 ORDER BY id LIMIT 1"),
    (
        "mediator_id",
        0,
        "SELECT id FROM mediators WHERE area_unit_id = $1 AND recognition_date < '2026-01-01' AND cessation_date IS NULL AND id NOT IN (SELECT leader_id FROM teams WHERE leader_id IS NOT NULL) ORDER BY id LIMIT 1",
    ),
    (
        "other_mediator_id",
        0,
        "SELECT id FROM mediators WHERE area_unit_id = $1 AND recognition_date < '2026-01-01' AND cessation_date IS NULL AND id NOT IN (SELECT leader_id FROM teams WHERE leader_id IS NOT NULL) ORDER BY id LIMIT 1 OFFSET 1",
    ),
    (
        "election_id",
        0,
        "SELECT id FROM elections WHERE team_id IN (SELECT id FROM teams WHERE area_unit_id = $1) ORDER BY id LIMIT 1",
    ),
    (
        "recognition_list_id",
        0,
        "SELECT id FROM recognition_lists WHERE team_id IN (SELECT id FROM teams WHERE area_unit_id = $1) ORDER BY id LIMIT 1",
    ),
    (
        "leader_term_id",
        0,
        "SELECT id FROM leader_terms WHERE team_id IN (SELECT id FROM teams WHERE area_unit_id = $1) ORDER BY id LIMIT 1",
    ),
    (
        "cessation_id",
        0,
        "SELECT id FROM ceasings WHERE team_id IN (SELECT id FROM teams WHERE area_unit_id = $1) ORDER BY id LIMIT 1",
    ),
    ("commendation_id", 0, "SELECT id FROM commendations WHERE area_unit_id = $1 ORDER BY id LIMIT 1"),
    (
        "duplicate_id",
        0,
        "SELECT id FROM duplicates WHERE first_id IN (SELECT id FROM mediators WHERE area_unit_id = $1) ORDER BY id LIMIT 1",
    ),
    ("course_id", 0, "SELECT id FROM training_courses WHERE commune_id = $2 ORDER BY id LIMIT 1"),
    (
        "session_id",
        0,
        "SELECT s.id FROM training_sessions s JOIN training_courses c ON c.id = s.course_id WHERE c.commune_id = $2 ORDER BY s.id LIMIT 1",
    ),
    ("trainer_id", 0, "SELECT id FROM trainers WHERE commune_id = $2 ORDER BY id LIMIT 1"),
    ("contest_id", 0, "SELECT id FROM contests WHERE commune_id = $2 ORDER BY id LIMIT 1"),
    ("register_book_id", 1, "SELECT id FROM register_books WHERE area_unit_id = $1 ORDER BY id LIMIT 1"),
    ("case_id", 1, "SELECT id FROM cases WHERE area_unit_id = $1 ORDER BY id LIMIT 1"),
    ("assessment_id", 2, "SELECT id FROM assessments WHERE commune_id = $2 AND area_unit_id <> $3 ORDER BY id LIMIT 1"),
    (
        "successor_team_id",
        0,
        "SELECT id FROM teams WHERE commune_id = $2 AND area_unit_id <> $1 AND area_unit_id <> $3 ORDER BY id LIMIT 1",
    ),
    (
        "certificate_id",
        0,
        "SELECT t.id FROM training_certificates t JOIN training_courses c ON c.id = t.course_id WHERE c.commune_id = $2 ORDER BY t.id LIMIT 1",
    ),
];

const DATABASES: [(&str, Migrations); 3] = [
    ("registry", hoagiai_registry::MIGRATIONS),
    ("cases", hoagiai_case::MIGRATIONS),
    ("evaluation", hoagiai_evaluation::MIGRATIONS),
];

impl World {
    pub(super) async fn on_sqlite() -> Self {
        Self::on_sqlite_with("").await
    }

    /// The same with more configuration.
    pub(super) async fn on_sqlite_with(more: &str) -> Self {
        let server = super::everything().configuration(more).start().await.unwrap();
        let folder = server.folder().to_owned();
        Self::played(server, None, |name| DatabaseConfig::sqlite(folder.join(format!("{name}.db")))).await
    }

    pub(super) async fn on_postgres() -> Self {
        Self::on_postgres_with("").await
    }

    /// The same with more configuration.
    pub(super) async fn on_postgres_with(more: &str) -> Self {
        let postgres = OwnPostgres::start().unwrap();
        let server = super::over(&postgres, super::everything().configuration(more)).await;
        let urls: BTreeMap<&str, String> =
            DATABASES.iter().map(|(name, _)| (*name, postgres.url(&name[..1]))).collect();
        Self::played(server, Some(postgres), |name| DatabaseConfig::at(urls[name].clone())).await
    }

    async fn played(
        server: TestServer,
        postgres: Option<OwnPostgres>,
        config: impl Fn(&str) -> DatabaseConfig,
    ) -> Self {
        let issuer = Issuer::open(&issuer_of(&server), LOCAL_ISSUER, "hoagiai").unwrap();
        let client = Client::new(Servers::One(vec![server.server().channel().unwrap()]), issuer, Env::system());
        let size = Size { teams: 8, mediators: 40, successful: 40, unsuccessful: 6, in_progress: 6, recognized: 3 };
        let communes: Vec<_> = data::communes().unwrap().into_iter().take(2).collect();
        let population = Population::generate(size, 35, &communes).unwrap();
        Play::new(&client, &population).run(&Progress::new()).await.unwrap();

        let mut databases = Vec::new();
        for (name, migrations) in DATABASES {
            let keys = Arc::new(Keyring::from_seed(7));
            databases.push(Db::open(&config(name), name, migrations, keys, Env::system()).await.unwrap());
        }
        let city =
            one(&databases[0], "SELECT unit_id FROM unit_versions WHERE code = $4 LIMIT 1", [Uuid::nil(); 3], "01")
                .await
                .unwrap();
        let cycle = one(&databases[2], "SELECT id FROM cycles WHERE province_id = $1", [city; 3], "").await.unwrap();
        let mut wards = Vec::new();
        for commune in &communes {
            wards.push(ward(&databases, &server, &commune.code, (city, cycle)).await);
        }
        let [here, there] = wards.try_into().unwrap();
        Self { server, city, here, there, databases, _postgres: postgres }
    }

    /// What a statement reads of the record here that a field names.
    pub(super) async fn state(&self, database: usize, statement: &'static str, field: &str) -> Option<String> {
        let id: Uuid = self.here.ids[field].parse().unwrap();
        let mut tx = self.databases[database].read().await.unwrap();
        on!(&mut tx, |c| sqlx::query_scalar(statement).bind(id).fetch_one(c).await).unwrap()
    }

    /// Puts the record here that a field names into a state, in its table alone.
    pub(super) async fn put(&self, database: usize, statement: &'static str, field: &str, state: Option<&str>) {
        let id: Uuid = self.here.ids[field].parse().unwrap();
        let mut tx = self.databases[database].write().await.unwrap();
        let done = on!(&mut tx, |c| sqlx::query(statement).bind(id).bind(state).execute(c).await.map(drop));
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        tx.commit().await.unwrap();
    }

    pub(super) async fn stop(self) {
        for database in &self.databases {
            database.close().await;
        }
        self.server.stop().await;
    }

    pub(super) fn http(&self) -> std::net::SocketAddr {
        self.server.server().face("http").unwrap()
    }

    pub(super) fn token(&self, role: Role, area: Option<Area>) -> String {
        let grants = area.map(|area| Grant::of(role, area)).into_iter().collect();
        self.server.token(role.name(), grants).unwrap()
    }
}

fn issuer_of(server: &TestServer) -> std::path::PathBuf {
    server.folder().join("issuer.pem")
}

/// Sends a request as somebody, stating a purpose.
pub(super) async fn ask(address: std::net::SocketAddr, request: &RestRequest, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str()), ("x-purpose", "test")];
    if !request.content_type.is_empty() {
        headers.push(("content-type", request.content_type));
    }
    send(address, (request.verb.clone(), &request.path), &headers, request.body.clone()).await
}

async fn ward(databases: &[Db], server: &TestServer, code: &str, (city, cycle): (Uuid, Uuid)) -> Ward {
    let registry = &databases[0];
    let nil = Uuid::nil();
    let id = one(registry, "SELECT unit_id FROM unit_versions WHERE code = $4 LIMIT 1", [nil; 3], code).await.unwrap();
    // A team with a case: what is not of its own is of the ward, and nothing is of the area that is left out.
    let area = one(
        &databases[1],
        "SELECT area_unit_id FROM cases WHERE commune_id = $2 ORDER BY id LIMIT 1",
        [nil, id, nil],
        "",
    );
    let area = area.await.unwrap();
    let others = "SELECT area_unit_id FROM teams WHERE commune_id = $2 AND area_unit_id <> $1 ORDER BY id DESC LIMIT 1";
    let other_area = one(registry, others, [area, id, nil], "").await.unwrap();
    let places = [area, id, other_area];
    let mut ids: Ids = BTreeMap::from([
        ("unit_id", id.to_string()),
        ("commune_unit_id", id.to_string()),
        ("area_unit_id", area.to_string()),
        ("province_unit_id", city.to_string()),
        ("cycle_id", cycle.to_string()),
    ]);
    find(databases, places, &mut ids).await;
    let (table, token) = (table(), super::everybody(server));
    for method in MORE {
        let binding = table.bindings().find(|binding| binding.rpc().name() == method).unwrap();
        let answer = ask(server.server().face("http").unwrap(), &request_of(binding, &ids), &token).await;
        assert_eq!(answer.status, 200, "{method} in {code}: {answer:?}");
        find(databases, places, &mut ids).await;
    }
    Ward { id, area, other_area, ids }
}

async fn find(databases: &[Db], places: [Uuid; 3], ids: &mut Ids) {
    for (name, database, statement) in RECORDS {
        if let Some(id) = one(&databases[database], statement, places, "").await {
            ids.insert(name, id.to_string());
        }
    }
}

/// The id that a statement finds, given an area unit, its ward, another area unit of it, and a code.
async fn one(database: &Db, statement: &'static str, [area, ward, other]: [Uuid; 3], code: &str) -> Option<Uuid> {
    let mut tx = database.read().await.unwrap();
    let row = on!(&mut tx, |c| sqlx::query_scalar::<_, Uuid>(statement)
        .bind(area)
        .bind(ward)
        .bind(other)
        .bind(code)
        .fetch_optional(c)
        .await);
    row.unwrap_or_else(|error| panic!("{statement}: {error}"))
}
