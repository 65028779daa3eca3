//! A city of two communes with teams, the service over a fresh database, and the people who call it.

use hoagiai_identity::{Area, Role, testing::account};
use hoagiai_proto::{
    google::Date as PbDate,
    registry::v1::UnitKind,
    reporting::v1::{
        self as pb, form_service_client::FormServiceClient, form_service_server::FormServiceServer,
        report_service_client::ReportServiceClient, report_service_server::ReportServiceServer,
    },
};
use hoagiai_reporting::{
    api::{FormsApi, ReportsApi},
    config::Config,
    feeds::{CaseFacts, EvaluationFacts, RegistryFacts},
    rules,
    usecases::Reporting,
};
use hoagiai_rpc::convert;
use hoagiai_runtime::CancellationToken;
use hoagiai_store::{follow, wait_for};
use hoagiai_testkit::{
    engines::TestDb,
    facts::{CaseScript, CaseStep, EvaluationScript, RegistryScript, TeamAt},
    served::{Cast, by, serve},
};
use hoagiai_types::{Date, Timestamp, Uuid};
use tonic::{Code, Status, service::Routes, transport::Channel};
use tonic_types::StatusExt;

pub(crate) const CITY: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
pub(crate) const LIMIT: std::time::Duration = std::time::Duration::from_secs(60);

pub(crate) fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(CITY.as_u128() + (n << 8))
}

pub(crate) fn commune(n: u128) -> Uuid {
    uuid(0x1000 + n)
}

/// The team of a number; each commune has ten.
pub(crate) fn team(n: u128) -> TeamAt {
    TeamAt { team: uuid(0x2000 + n), area: uuid(0x3000 + n), commune: commune(n / 10), province: CITY }
}

pub(crate) fn mediator(team: u128, n: u128) -> Uuid {
    uuid(0x8000 + team * 0x10 + n)
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
    pub(crate) evaluation: EvaluationScript,
    pub(crate) reports: ReportServiceClient<Channel>,
    pub(crate) forms: FormServiceClient<Channel>,
    shutdown: CancellationToken,
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

impl World {
    /// The service over empty journals.
    pub(crate) async fn empty(test: TestDb, stutter: bool) -> Self {
        test.clock.set(Timestamp::parse("2026-01-20T02:00:00Z").unwrap());
        let (registry, cases) = (RegistryScript::default(), CaseScript::default());
        let evaluation = EvaluationScript::default();
        if stutter {
            for feed in [&registry.0, &cases.0, &evaluation.0] {
                feed.stutter();
            }
        }
        let env = test.db.env().clone();
        let config = Config { catch_up_ms: 300 };
        let reporting = Reporting::new(test.db.clone(), env.clone(), rules::load_builtin().unwrap(), config);
        let shutdown = CancellationToken::new();
        tokio::spawn(follow(test.db.clone(), registry.0.clone(), RegistryFacts, shutdown.clone()));
        tokio::spawn(follow(test.db.clone(), cases.0.clone(), CaseFacts, shutdown.clone()));
        tokio::spawn(follow(test.db.clone(), evaluation.0.clone(), EvaluationFacts, shutdown.clone()));
        let routes = Routes::default()
            .add_service(FormServiceServer::new(FormsApi(reporting.clone())))
            .add_service(ReportServiceServer::new(ReportsApi(reporting)));
        let channel = serve(routes, cast(), env).await.unwrap();
        let (reports, forms) = (ReportServiceClient::new(channel.clone()), FormServiceClient::new(channel));
        World { test, registry, cases, evaluation, reports, forms, shutdown }
    }

    /// Two communes: the first with three teams of five (and an area without a team), the second with one.
    pub(crate) async fn open(test: TestDb) -> Self {
        let world = Self::empty(test, false).await;
        world.script();
        world.settle().await;
        world
    }

    pub(crate) fn script(&self) {
        let ever = (None, None);
        self.registry.unit(CITY, ("01", "Thành phố Hà Nội"), UnitKind::Municipality, None, ever);
        for (n, code) in [(0, "00004"), (1, "00008")] {
            let name = format!("Phường số {n}");
            self.registry.unit(commune(n), (code, &name), UnitKind::Ward, Some(CITY), (Some(day("2025-07-01")), None));
        }
        // The ward that the first commune was until the reorganisation.
        let old = (None, Some(day("2025-06-30")));
        self.registry.unit(uuid(0x500), ("001", "Quận Ba Đình"), UnitKind::UrbanDistrict, Some(CITY), old);
        self.registry.unit(commune(9), ("00001", "Phường cũ"), UnitKind::Ward, Some(uuid(0x500)), old);
        for n in [0, 1, 2, 10] {
            let at = team(n);
            self.area(n);
            self.registry.team(at, &format!("Tổ hòa giải số {}", 12 - n), day("2025-01-01"));
            for m in 0..5u8 {
                let class = (1 + i32::from(m % 2), 1 + i32::from(m == 4), 1 + i32::from(m % 3));
                self.registry.mediator(mediator(n, m.into()), at.team, day("2025-01-01"), class);
            }
        }
        self.area(5);
    }

    pub(crate) fn area(&self, n: u128) {
        let (at, ever) = (team(n), (None, None));
        self.registry.unit(at.area, ("00004-001", "Tổ dân phố"), UnitKind::ResidentialGroup, Some(at.commune), ever);
    }

    /// A case with its steps, each on a day.
    pub(crate) fn case(&self, n: u128, of: u128, category: i32, on: &str, steps: &[(&str, CaseStep)]) -> Uuid {
        let case = uuid(0x10_0000 + n);
        self.cases.received(case, team(of).team, category, day(on));
        for (on, step) in steps {
            self.cases.step(case, day(on), step);
        }
        case
    }

    pub(crate) async fn settle(&self) {
        let db = &self.test.db;
        wait_for(db, "reporting.registry", self.registry.0.head(), LIMIT).await.unwrap();
        wait_for(db, "reporting.cases", self.cases.0.head(), LIMIT).await.unwrap();
        wait_for(db, "reporting.evaluation", self.evaluation.0.head(), LIMIT).await.unwrap();
    }

    pub(crate) async fn report(&mut self, unit: Uuid, form: &str, first: &str, last: &str) -> pb::Report {
        let request = ask(unit, form, first, last);
        let answer = self.reports.compute_report(by("dept", request)).await.unwrap().into_inner();
        answer.report.unwrap()
    }
}

pub(crate) fn ask(unit: Uuid, form: &str, first: &str, last: &str) -> pb::ComputeReportRequest {
    pb::ComputeReportRequest {
        unit_id: unit.to_string(),
        form_code: form.into(),
        form_version: String::new(),
        first_date: pb_day(first),
        last_date: pb_day(last),
        ..Default::default()
    }
}

/// `dept` sees the city, `ministry` all, `ward` the first commune.
fn cast() -> Cast {
    let one = |role: Role, area| account(role.name()).holds(role, area).build();
    Cast::from([
        ("dept", one(Role::JusticeDepartment, Area::Unit(CITY))),
        ("ministry", one(Role::JusticeMinistry, Area::Everywhere)),
        ("ward", one(Role::CommunePc, Area::Unit(commune(0)))),
    ])
}

/// Counts of a row by column; ratios as the numerator.
pub(crate) fn counts(row: &pb::ReportRow) -> Vec<i64> {
    row.cells.iter().map(|cell| cell.ratio.as_ref().map_or(cell.count, |ratio| ratio.numerator)).collect()
}

/// Code and reason of a refusal.
pub(crate) fn reason<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    (status.code(), reason)
}
