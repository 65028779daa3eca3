//! A running registry, callers for it, and the steps that most tests begin with.

use std::{future::Future, sync::Arc, time::Duration};

use hoagiai_identity::{Area, Grant, Principal, Role, Via};
use hoagiai_proto::{
    common::v1 as common,
    google,
    registry::v1::{
        self as pb, deadline_service_client::DeadlineServiceClient, document_service_client::DocumentServiceClient,
        duplicate_service_client::DuplicateServiceClient, mediator_service_client::MediatorServiceClient,
        team_service_client::TeamServiceClient, unit_service_client::UnitServiceClient,
    },
};
use hoagiai_registry::MIGRATIONS;
use hoagiai_runtime::{Identity, Launch, Part, Server, config::Source};
use hoagiai_testkit::engines::{Engine, TestDb, keys};
use hoagiai_types::{Clock, Env, ManualClock, SystemIds, Timestamp, Uuid};
use secrecy::ExposeSecret;
use tonic::{
    Request, Status,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use tonic_types::StatusExt;

pub(crate) use crate::papers::*;

pub(crate) type Client = InterceptedService<Channel, Bearer>;

/// A registry on a fresh database, on 2026-03-02, with its server.
pub(crate) struct World {
    server: Server,
    pub(crate) db: TestDb,
    pub(crate) clock: Arc<ManualClock>,
}

#[derive(Clone)]
pub(crate) struct Bearer(String);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", format!("Bearer {}", self.0).parse().unwrap());
        Ok(request)
    }
}

/// `commune_chair~<unit>+front_head~<unit>`: a token of the tests says itself what it grants; `everywhere` is an area, and
/// `@<mediator>` at the end the person behind the account.
fn principal(token: &str) -> Option<Principal> {
    let grant = |text: &str| {
        let (role, area) = text.split_once('~')?;
        let area = if area == "everywhere" { Area::Everywhere } else { area.parse().ok()? };
        Some(Grant::of(role.parse::<Role>().ok()?, area))
    };
    let (roles, person) = token.split_once('@').map_or((token, None), |(roles, person)| (roles, person.parse().ok()));
    let grants: Option<Vec<Grant>> = roles.split('+').map(grant).collect();
    Some(Principal { person, ..Principal::new(token, Via::Process, grants?) })
}

/// Runs a test on a fresh world, with a limit of two minutes.
pub(crate) fn run<F: Future<Output = ()>>(engine: Engine, test: impl FnOnce(World) -> F) {
    run_within(engine, Duration::from_secs(120), test);
}

/// Runs a test on a fresh world, with a limit.
pub(crate) fn run_within<F: Future<Output = ()>>(engine: Engine, limit: Duration, test: impl FnOnce(World) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let world = World::start(engine).await.unwrap();
        tokio::time::timeout(limit, test(world)).await.expect("the test did not end");
    });
}

impl World {
    async fn start(engine: Engine) -> anyhow::Result<Self> {
        let db = TestDb::of(engine, "registry", MIGRATIONS).await?;
        db.clock.set(Timestamp::parse("2026-03-02T02:00:00Z").unwrap());
        // The server opens the same database; a SQLite file has one writer.
        db.db.close().await;
        Self::over(db).await
    }

    /// A registry over a database that nobody has open.
    pub(crate) async fn over(db: TestDb) -> anyhow::Result<Self> {
        let folder = db.folder().display().to_string();
        let server = serve(db.config.url.expose_secret(), &folder, db.engine, db.clock.clone()).await?;
        let clock = db.clock.clone();
        Ok(Self { server, db, clock })
    }

    pub(crate) fn client(&self, who: &str) -> (Channel, Bearer) {
        (self.server.inside(), Bearer(who.to_owned()))
    }

    pub(crate) fn units(&self, who: &str) -> UnitServiceClient<Client> {
        let (channel, bearer) = self.client(who);
        UnitServiceClient::with_interceptor(channel, bearer)
    }

    pub(crate) fn teams(&self, who: &str) -> TeamServiceClient<Client> {
        let (channel, bearer) = self.client(who);
        TeamServiceClient::with_interceptor(channel, bearer)
    }

    pub(crate) fn deadlines(&self, who: &str) -> DeadlineServiceClient<Client> {
        let (channel, bearer) = self.client(who);
        DeadlineServiceClient::with_interceptor(channel, bearer)
    }

    pub(crate) fn mediators(&self, who: &str) -> MediatorServiceClient<Client> {
        let (channel, bearer) = self.client(who);
        MediatorServiceClient::with_interceptor(channel, bearer)
    }

    pub(crate) fn documents(&self, who: &str) -> DocumentServiceClient<Client> {
        let (channel, bearer) = self.client(who);
        DocumentServiceClient::with_interceptor(channel, bearer)
    }

    pub(crate) fn duplicates(&self, who: &str) -> DuplicateServiceClient<Client> {
        let (channel, bearer) = self.client(who);
        DuplicateServiceClient::with_interceptor(channel, bearer)
    }

    /// Ends the server and opens its database to the test.
    pub(crate) async fn stop(self) -> TestDb {
        self.server.shutdown().await;
        self.db
    }

    /// The instant that the registry takes for now.
    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn find(&self, code: &str) -> pb::Unit {
        let request = pb::FindUnitRequest { code: code.into(), ..Default::default() };
        self.units(OPERATOR).find_unit(request).await.unwrap().into_inner().unit.unwrap()
    }

    /// Hà Nội with two wards, three residential groups in each.
    pub(crate) async fn small_city(&self) -> City {
        let mut rows = vec![
            unit("01", "Thành phố Hà Nội", pb::UnitKind::Municipality, ""),
            unit("00004", "Phường Ba Đình", pb::UnitKind::Ward, "01"),
            unit("00008", "Phường Ngọc Hà", pb::UnitKind::Ward, "01"),
        ];
        for ward in ["00004", "00008"] {
            for n in 1..=3 {
                let code = format!("{ward}-{n:03}");
                let mut group = unit(&code, &format!("Tổ dân phố số {n}"), pb::UnitKind::ResidentialGroup, ward);
                group.household_count = 100;
                rows.push(group);
            }
        }
        self.units(OPERATOR).import_units(import(rows)).await.unwrap();
        let id = |code: &'static str| async move { self.find(code).await.unit_id };
        City {
            city: id("01").await,
            ward: id("00004").await,
            areas: [id("00004-001").await, id("00004-002").await, id("00004-003").await],
            other_ward: id("00008").await,
            other_areas: [id("00008-001").await, id("00008-002").await, id("00008-003").await],
        }
    }

    /// One team for an area of Ba Đình.
    pub(crate) async fn planned(&self, city: &City, area: usize, size: i32) -> pb::Team {
        let request = plan(&city.ward, &[(&city.areas[area], size)]);
        let planned = self.teams(&city.chair()).plan_teams(request).await.unwrap().into_inner();
        planned.teams.into_iter().next().unwrap()
    }

    /// A team whose candidates were elected.
    pub(crate) async fn elected(&self, city: &City, area: usize, size: i32) -> (pb::Team, pb::Election) {
        let team = self.planned(city, area, size).await;
        let votes = vec![80; usize::try_from(size).unwrap()];
        let election = self.mediators(&city.front()).record_election(election(&team.team_id, &votes)).await;
        (team, election.unwrap().into_inner().election.unwrap())
    }

    /// A team whose elected persons are before the chairman.
    pub(crate) async fn submitted(&self, city: &City, area: usize, size: i32) -> (pb::Election, pb::RecognitionList) {
        let (_, election) = self.elected(city, area, size).await;
        let list = self.mediators(&city.front()).submit_recognition_list(list_of(&election)).await.unwrap();
        (election, list.into_inner().recognition_list.unwrap())
    }

    /// A team with recognised mediators.
    pub(crate) async fn recognized(&self, city: &City, area: usize, size: i32) -> (pb::Team, Vec<String>) {
        let (_, list) = self.submitted(city, area, size).await;
        let request = pb::DecideRecognitionRequest {
            recognition_list_id: list.recognition_list_id,
            decision: decision("2025-09-10"),
            ..Default::default()
        };
        let decided = self.mediators(&city.chair()).decide_recognition(request).await.unwrap().into_inner();
        (decided.team.unwrap(), list.mediator_ids)
    }

    /// A team whose leader is elected and before the chairman.
    pub(crate) async fn with_leader_submitted(
        &self,
        city: &City,
        area: usize,
    ) -> (pb::Team, Vec<String>, pb::LeaderTerm) {
        let (team, mediators) = self.recognized(city, area, 3).await;
        let mut front = self.mediators(&city.front());
        let term = front.elect_leader(leader_vote(&team.team_id, &[(&mediators[0], 3)])).await.unwrap();
        let term = term.into_inner().leader_term.unwrap();
        let request = pb::SubmitLeaderRequest {
            leader_term_id: term.leader_term_id,
            receive_date: day("2025-09-22"),
            ..Default::default()
        };
        let term = front.submit_leader(request).await.unwrap().into_inner().leader_term.unwrap();
        (team, mediators, term)
    }

    /// An active team.
    pub(crate) async fn active(&self, city: &City, area: usize) -> (pb::Team, Vec<String>) {
        let (_, mediators, term) = self.with_leader_submitted(city, area).await;
        let request = decide_leader(&term.leader_term_id);
        let decided = self.mediators(&city.chair()).decide_leader(request).await.unwrap().into_inner();
        (decided.team.unwrap(), mediators)
    }

    /// Elects and recognises so many more mediators of a team that is there.
    pub(crate) async fn strengthen(&self, city: &City, team: &str, more: usize) -> Vec<String> {
        let mut front = self.mediators(&city.front());
        let held = front.record_election(election(team, &vec![80; more])).await.unwrap().into_inner().election.unwrap();
        let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
        let request = pb::DecideRecognitionRequest {
            recognition_list_id: list.recognition_list_id,
            decision: decision("2025-09-10"),
            ..Default::default()
        };
        self.mediators(&city.chair()).decide_recognition(request).await.unwrap();
        list.mediator_ids
    }

    /// A leader for a team whose mediators all vote for him or her.
    pub(crate) async fn lead(&self, city: &City, team: &str, who: &str, votes: i32) {
        let mut front = self.mediators(&city.front());
        let term = front.elect_leader(leader_vote(team, &[(who, votes)])).await.unwrap().into_inner();
        let leader_term_id = term.leader_term.unwrap().leader_term_id;
        let request = pb::SubmitLeaderRequest {
            leader_term_id: leader_term_id.clone(),
            receive_date: day("2025-09-22"),
            ..Default::default()
        };
        front.submit_leader(request).await.unwrap();
        self.mediators(&city.chair()).decide_leader(decide_leader(&leader_term_id)).await.unwrap();
    }

    /// Mediators and a leader for a planned team.
    pub(crate) async fn bring_into_force(&self, city: &City, team: &str, size: usize) -> Vec<String> {
        let mediators = self.strengthen(city, team, size).await;
        self.lead(city, team, &mediators[0], i32::try_from(size).unwrap()).await;
        mediators
    }
}

/// A server of the registry alone over a database.
pub(crate) async fn serve(url: &str, folder: &str, engine: Engine, clock: Arc<ManualClock>) -> anyhow::Result<Server> {
    let config = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n[data]\nfolder = \"{folder}\"\n\
         [load]\ndefault_deadline = \"60s\"\nlongest_deadline = \"60s\"\n[registry.database]\nurl = \"{url}\"\nreaders = 4\nwriters = 8\naccept_unsafe_server = {}\n\
         witness = \"{folder}/test.witness\"\n",
        engine == Engine::Postgres,
    );
    let launch = Launch::new("test", Source::text(config).load()?)
        .env(Env { clock, ids: Arc::new(SystemIds) })
        .identity(Identity::trusting(principal)?)
        .keys(keys())
        .part(Part::new("registry", hoagiai_registry::service));
    Ok(launch.start().await?)
}

/// A client for the units on a server, as an operator.
pub(crate) fn units_on(server: &Server) -> UnitServiceClient<Client> {
    UnitServiceClient::with_interceptor(server.inside(), Bearer(OPERATOR.to_owned()))
}

/// An operator of the system.
pub(crate) const OPERATOR: &str = "operator~everywhere";

/// The units of the small city.
pub(crate) struct City {
    pub(crate) city: String,
    pub(crate) ward: String,
    pub(crate) areas: [String; 3],
    pub(crate) other_ward: String,
    pub(crate) other_areas: [String; 3],
}

impl City {
    /// The same city with the other ward in the first place.
    pub(crate) fn turned(&self) -> Self {
        Self {
            city: self.city.clone(),
            ward: self.other_ward.clone(),
            areas: self.other_areas.clone(),
            other_ward: self.ward.clone(),
            other_areas: self.areas.clone(),
        }
    }

    pub(crate) fn chair(&self) -> String {
        format!("commune_chair~{}", self.ward)
    }

    pub(crate) fn front(&self) -> String {
        format!("front_head~{}", self.ward)
    }

    pub(crate) fn officer(&self) -> String {
        format!("commune_justice_officer~{}", self.ward)
    }

    pub(crate) fn other_chair(&self) -> String {
        format!("commune_chair~{}", self.other_ward)
    }

    pub(crate) fn department(&self) -> String {
        format!("justice_department~{}", self.city)
    }
}

pub(crate) fn day(text: &str) -> Option<google::Date> {
    let parts: Vec<i32> = text.split('-').map(|part| part.parse().unwrap()).collect();
    Some(google::Date { year: parts[0], month: parts[1], day: parts[2] })
}

pub(crate) fn decision(date: &str) -> Option<common::Decision> {
    let issuer = "Chủ tịch UBND phường Ba Đình".into();
    Some(common::Decision { number: "125/QĐ-UBND".into(), issue_date: day(date), issuer })
}

pub(crate) fn unit(code: &str, name: &str, kind: pb::UnitKind, parent: &str) -> pb::UnitRow {
    pb::UnitRow {
        code: code.into(),
        display_name: name.into(),
        kind: kind.into(),
        parent_code: parent.into(),
        valid_from: day("2025-07-01"),
        ..Default::default()
    }
}

pub(crate) fn import(rows: Vec<pb::UnitRow>) -> pb::ImportUnitsRequest {
    pb::ImportUnitsRequest { rows, source: "Quyết định 19/2025/QĐ-TTg".into(), ..Default::default() }
}

pub(crate) fn plan(ward: &str, areas: &[(&str, i32)]) -> pb::PlanTeamsRequest {
    let one = |(area, target_size): &(&str, i32)| pb::TeamPlan {
        area_unit_id: (*area).to_owned(),
        display_name: "Tổ hòa giải".into(),
        target_size: *target_size,
        ..Default::default()
    };
    pb::PlanTeamsRequest {
        commune_unit_id: ward.into(),
        decision: decision("2025-08-01"),
        plans: areas.iter().map(one).collect(),
        ..Default::default()
    }
}

/// A name that is to be found nowhere in the clear.
pub(crate) const NAME: &str = "Nguyễn Thị Bí Mật";

pub(crate) fn candidate(n: usize, votes_for: i32) -> pb::Candidate {
    let woman = n.is_multiple_of(2);
    pb::Candidate {
        person: Some(pb::Person {
            full_name: format!("{NAME} {n}"),
            gender: if woman { common::Gender::Female } else { common::Gender::Male }.into(),
            birth_year: 1960,
            ethnic_class: common::EthnicClass::Kinh.into(),
            education_class: common::EducationClass::Other.into(),
            phone: "0912345678".into(),
            ..Default::default()
        }),
        nominated_by_front: true,
        consent_given: true,
        resident: true,
        standards_met: true,
        votes_for,
        ..Default::default()
    }
}

pub(crate) fn election(team: &str, votes: &[i32]) -> pb::RecordElectionRequest {
    pb::RecordElectionRequest {
        team_id: team.into(),
        form: pb::ElectionForm::SecretBallot.into(),
        round: pb::ElectionRound::First.into(),
        election_date: day("2025-08-20"),
        household_count: 100,
        attending_household_count: 90,
        witnessed: true,
        candidates: votes.iter().enumerate().map(|(n, votes)| candidate(n, *votes)).collect(),
        ..Default::default()
    }
}

/// The list of all who were elected or tied.
pub(crate) fn list_of(election: &pb::Election) -> pb::SubmitRecognitionListRequest {
    let on = |m: &&pb::Mediator| [pb::MediatorState::Elected, pb::MediatorState::Tied].contains(&m.state());
    pb::SubmitRecognitionListRequest {
        team_id: election.team_id.clone(),
        election_id: election.election_id.clone(),
        mediator_ids: election.mediators.iter().filter(on).map(|m| m.mediator_id.clone()).collect(),
        receive_date: day("2025-08-29"),
        ..Default::default()
    }
}

pub(crate) fn leader_vote(team: &str, votes: &[(&str, i32)]) -> pb::ElectLeaderRequest {
    let vote = |(who, votes): &(&str, i32)| pb::LeaderVote { mediator_id: (*who).to_owned(), votes: *votes };
    pb::ElectLeaderRequest {
        team_id: team.into(),
        form: pb::ElectionForm::PublicVote.into(),
        election_date: day("2025-09-20"),
        votes: votes.iter().map(vote).collect(),
        ..Default::default()
    }
}

pub(crate) fn new_id() -> String {
    Uuid::from_u128(u128::from(std::process::id()) << 64 | 0x0190_0000_0000_7000_8000_0000_0000_0001).to_string()
}

/// Code and reason of a refusal.
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (tonic::Code, String) {
    let status = answer.expect_err("refused");
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.clone()).unwrap_or_default();
    assert!(details.localized_message().is_some_and(|text| !text.message.is_empty()), "{status:?}");
    (status.code(), reason)
}

/// The fields that a refusal names.
pub(crate) fn fields<T: std::fmt::Debug>(answer: Result<T, Status>) -> Vec<String> {
    let details = answer.expect_err("refused").get_error_details();
    details.bad_request().map(|bad| bad.field_violations.iter().map(|v| v.field.clone()).collect()).unwrap_or_default()
}
