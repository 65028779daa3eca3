//! A city with a few communes and teams, the service over a fresh database, and the people who call it.

use std::sync::Arc;

use hoagiai_evaluation::{
    api::{Assessments, Criteria, Cycles},
    config::Config,
    feeds::{CaseFacts, RegistryFacts},
    rules,
    usecases::Evaluation,
};
use hoagiai_identity::{Area, Role, testing::account};
use hoagiai_proto::{
    common::v1::Decision,
    evaluation::v1::{
        self as pb, assessment_service_client::AssessmentServiceClient,
        assessment_service_server::AssessmentServiceServer, criteria_service_client::CriteriaServiceClient,
        criteria_service_server::CriteriaServiceServer, cycle_service_client::CycleServiceClient,
        cycle_service_server::CycleServiceServer,
    },
    google::Date as PbDate,
    registry::v1::UnitKind,
};
use hoagiai_rpc::convert;
use hoagiai_runtime::CancellationToken;
use hoagiai_store::{follow, wait_for};
use hoagiai_testkit::{
    engines::TestDb,
    facts::{CaseScript, RegistryScript, TeamAt},
    served::{Cast, by, serve},
};
use hoagiai_types::{Date, Timestamp, Uuid};
use tonic::{Code, Status, service::Routes, transport::Channel};
use tonic_types::StatusExt;

pub(crate) const CITY: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
pub(crate) const LIMIT: std::time::Duration = std::time::Duration::from_secs(20);

pub(crate) fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(CITY.as_u128() + (n << 8))
}

/// The commune of a number.
pub(crate) fn commune(n: u128) -> Uuid {
    uuid(0x1000 + n)
}

/// The team of a number; each commune has ten.
pub(crate) fn team(n: u128) -> TeamAt {
    TeamAt { team: uuid(0x2000 + n), area: uuid(0x3000 + n), commune: commune(n / 10), province: CITY }
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn pb_day(text: &str) -> Option<PbDate> {
    Some(convert::date(day(text)))
}

pub(crate) struct World {
    pub(crate) test: TestDb,
    pub(crate) registry: RegistryScript,
    pub(crate) cases: CaseScript,
    pub(crate) assessments: AssessmentServiceClient<Channel>,
    pub(crate) cycles: CycleServiceClient<Channel>,
    pub(crate) criteria: CriteriaServiceClient<Channel>,
    shutdown: CancellationToken,
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

impl World {
    /// Twelve teams of five mediators in two communes; today is 20 December 2025.
    pub(crate) async fn open(test: TestDb) -> Self {
        Self::open_with(test, false).await
    }

    pub(crate) async fn open_with(test: TestDb, stutter: bool) -> Self {
        test.clock.set(Timestamp::parse("2025-12-20T02:00:00Z").unwrap());
        let (registry, cases) = (RegistryScript::default(), CaseScript::default());
        if stutter {
            registry.0.stutter();
            cases.0.stutter();
        }
        let ever = (None, None);
        registry.unit(CITY, ("01", "Thành phố Hà Nội"), UnitKind::Municipality, None, ever);
        registry.unit(commune(0), ("00004", "Phường Ba Đình"), UnitKind::Ward, Some(CITY), ever);
        for n in 0..12 {
            let at = team(n);
            registry.team(at, &format!("Tổ hòa giải số {n}"), day("2025-01-01"));
            for m in 0..5 {
                registry.mediator(mediator(n, m), at.team, day("2025-01-01"), (1 + (m as i32 % 2), 1, 3));
            }
        }
        registry.planned_team(team(12), day("2025-02-01"));
        let env = test.db.env().clone();
        let rules = rules::load_builtin().unwrap();
        let config = Config { catch_up_ms: 300 };
        let evaluation = Evaluation::new(test.db.clone(), env.clone(), rules, config);
        let shutdown = CancellationToken::new();
        tokio::spawn(follow(test.db.clone(), registry.0.clone(), RegistryFacts, shutdown.clone()));
        tokio::spawn(follow(test.db.clone(), cases.0.clone(), CaseFacts, shutdown.clone()));
        let routes = Routes::default()
            .add_service(CriteriaServiceServer::new(Criteria(evaluation.clone())))
            .add_service(CycleServiceServer::new(Cycles(evaluation.clone())))
            .add_service(AssessmentServiceServer::new(Assessments(evaluation)));
        let channel = serve(routes, cast(), env).await.unwrap();
        let world = World {
            assessments: AssessmentServiceClient::new(channel.clone()),
            cycles: CycleServiceClient::new(channel.clone()),
            criteria: CriteriaServiceClient::new(channel),
            test,
            registry,
            cases,
            shutdown,
        };
        world.settle().await;
        world
    }

    /// Waits until everything scripted is applied.
    pub(crate) async fn settle(&self) {
        let db = &self.test.db;
        wait_for(db, "evaluation.registry", self.registry.0.head(), LIMIT).await.unwrap();
        wait_for(db, "evaluation.cases", self.cases.0.head(), LIMIT).await.unwrap();
    }

    /// Cases of a team in 2025: so many successful, unsuccessful, still open.
    pub(crate) async fn has_cases(&self, n: u128, successful: u128, unsuccessful: u128, open: u128) {
        use hoagiai_testkit::facts::CaseStep::Conclude;
        for c in 0..successful + unsuccessful + open {
            let case = uuid(0x10_0000 + n * 0x100 + c);
            self.cases.received(case, team(n).team, 1, day("2025-03-01"));
            if c < successful + unsuccessful {
                self.cases.step(case, day("2025-04-01"), &Conclude(c < successful));
            }
        }
        self.settle().await;
    }

    pub(crate) async fn create_cycle(&mut self, year: i32) -> Result<pb::Cycle, Status> {
        let request = pb::CreateCycleRequest {
            province_unit_id: CITY.to_string(),
            year,
            criteria_set_code: "five_good_team".into(),
            criteria_set_version: "2023".into(),
            request_id: String::new(),
        };
        Ok(self.cycles.create_cycle(by("dept", request)).await?.into_inner().cycle.unwrap())
    }

    /// A cycle of 2025, open.
    pub(crate) async fn open_cycle(&mut self) -> pb::Cycle {
        let id = self.create_cycle(2025).await.unwrap().cycle_id;
        let publish = pb::PublishCycleRequest { cycle_id: id.clone(), ..Default::default() };
        self.cycles.publish_cycle(by("dept", publish)).await.unwrap();
        let open = pb::OpenCycleRequest { cycle_id: id, ..Default::default() };
        self.cycles.open_cycle(by("dept", open)).await.unwrap().into_inner().cycle.unwrap()
    }

    pub(crate) async fn self_assess(&mut self, request: pb::SelfAssessRequest) -> Result<pb::Assessment, Status> {
        Ok(self.assessments.self_assess(by("dept", request)).await?.into_inner().assessment.unwrap())
    }

    pub(crate) async fn propose(&mut self, id: &str) -> Result<pb::Assessment, Status> {
        let request = pb::ProposeAssessmentRequest {
            assessment_id: id.into(),
            propose_date: pb_day("2025-11-20"),
            ..Default::default()
        };
        Ok(self.assessments.propose_assessment(by("dept", request)).await?.into_inner().assessment.unwrap())
    }

    pub(crate) async fn review(&mut self, id: &str) -> Result<pb::Assessment, Status> {
        let request = pb::StartReviewRequest {
            assessment_id: id.into(),
            meeting_date: pb_day("2025-12-05"),
            ..Default::default()
        };
        Ok(self.assessments.start_review(by("dept", request)).await?.into_inner().assessment.unwrap())
    }

    pub(crate) async fn recognize(&mut self, id: &str) -> Result<pb::Assessment, Status> {
        let request = pb::RecognizeTeamRequest {
            assessment_id: id.into(),
            decision: decision("2025-12-10"),
            ..Default::default()
        };
        Ok(self.assessments.recognize_team(by("dept", request)).await?.into_inner().assessment.unwrap())
    }
}

pub(crate) fn mediator(team: u128, n: u128) -> Uuid {
    uuid(0x8000 + team * 0x10 + n)
}

pub(crate) fn decision(on: &str) -> Option<Decision> {
    Some(Decision { number: "125/QĐ-UBND".into(), issue_date: pb_day(on), issuer: "UBND phường".into() })
}

/// A meeting of a team on 10 November 2025 with every claim met and four of five in favour.
pub(crate) fn meeting(cycle: &pb::Cycle, n: u128) -> pb::SelfAssessRequest {
    let claim = |code: &str| pb::CriterionClaim { criterion_code: code.into(), met: true, evidence: "sổ".into() };
    pb::SelfAssessRequest {
        cycle_id: cycle.cycle_id.clone(),
        team_id: team(n).team.to_string(),
        meeting_date: pb_day("2025-11-10"),
        votes_in_favour: 4,
        claims: ["c2", "c3", "c4", "c5"].map(claim).into(),
        intends_to_propose: true,
        ..Default::default()
    }
}

/// `dept` sees the city, `ministry` all, `ward` the first commune, `leader` the first team.
fn cast() -> Cast {
    let one = |role: Role, area| account(role.name()).holds(role, area).build();
    [
        ("dept", one(Role::JusticeDepartment, Area::Unit(CITY))),
        ("ministry", one(Role::JusticeMinistry, Area::Everywhere)),
        ("ward", one(Role::CommunePc, Area::Unit(commune(0)))),
        ("leader", one(Role::TeamLeader, Area::Team(team(0).team))),
    ]
    .into_iter()
    .map(|(name, principal)| (name, Arc::clone(&principal)))
    .collect()
}

/// Code and reason of a refusal.
pub(crate) fn reason<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    (status.code(), reason)
}

/// The metadata of a refusal.
pub(crate) fn metadata(status: &Status, key: &str) -> String {
    let info = status.get_details_error_info().unwrap();
    info.metadata.get(key).cloned().unwrap_or_default()
}
