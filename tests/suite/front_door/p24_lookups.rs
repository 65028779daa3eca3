//! P24, nobody learns whose identity numbers are known by stating one after the other: 10,000 numbers as an officer, by
//! REST and by gRPC at once, are compared up to the quota of the day (rules/lookups.toml), not one more, and whoever
//! supervises sees it at once.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hoagiai_identity::{Area, Grant, Role};
use hoagiai_proto::{
    common::v1 as common,
    google,
    registry::v1::{
        self as pb, mediator_service_client::MediatorServiceClient, team_service_client::TeamServiceClient,
    },
};
use hoagiai_rpc::channel::Peer;
use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_types::{Env, ManualClock, SystemIds, Timestamp, Uuid};
use http::Method;
use serde_json::json;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::{
    client::{Answer, Kept, send},
    log::Log,
    manners::Portal,
};

const NUMBERS: usize = 10_000;
/// What an officer of a commune may have compared in a day.
const QUOTA: usize = 1_000;
const LANES: usize = 8;
const OFFICER: &str = "officer@phuong.example";

fn number(of: usize) -> String {
    format!("0011900{of:05}")
}

fn date(year: i32, month: i32, day: i32) -> Option<google::Date> {
    Some(google::Date { year, month, day })
}

fn instant(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Eight persons elected in a ward.
async fn people(peer: Peer, ward: &str, area: &str) -> Vec<String> {
    let decision =
        common::Decision { number: "01/QĐ-UBND".into(), issue_date: date(2025, 8, 1), issuer: "Chủ tịch".into() };
    let size = i32::try_from(LANES).unwrap();
    let plan = pb::TeamPlan {
        area_unit_id: area.into(),
        display_name: "Tổ 1".into(),
        target_size: size,
        ..Default::default()
    };
    let plans = pb::PlanTeamsRequest {
        commune_unit_id: ward.into(),
        decision: Some(decision),
        plans: vec![plan],
        ..Default::default()
    };
    let planned = TeamServiceClient::new(peer.clone()).plan_teams(plans).await.unwrap().into_inner();
    let candidate = |of: usize| pb::Candidate {
        person: Some(pb::Person {
            full_name: format!("Nguyễn Thị Số {of}"),
            gender: common::Gender::Female.into(),
            ethnic_class: common::EthnicClass::Kinh.into(),
            education_class: common::EducationClass::Other.into(),
            ..Default::default()
        }),
        nominated_by_front: true,
        consent_given: true,
        resident: true,
        standards_met: true,
        votes_for: 80,
        ..Default::default()
    };
    let election = pb::RecordElectionRequest {
        team_id: planned.teams[0].team_id.clone(),
        form: pb::ElectionForm::SecretBallot.into(),
        round: pb::ElectionRound::First.into(),
        election_date: date(2025, 8, 20),
        household_count: 100,
        attending_household_count: 90,
        witnessed: true,
        candidates: (0..LANES).map(candidate).collect(),
        ..Default::default()
    };
    let held = MediatorServiceClient::new(peer).record_election(election).await.unwrap().into_inner();
    held.election.unwrap().mediators.into_iter().map(|one| one.mediator_id).collect()
}

/// What an officer sees of one number.
#[derive(PartialEq, Eq, Debug)]
enum Told {
    Compared,
    /// When to come back.
    Refused(Duration),
}

async fn by_rest(kept: &mut Kept, mediator: &str, number: &str, token: &str) -> Told {
    let body = json!({ "identityNumber": number }).to_string();
    let answer = kept.post(&format!("/v1/mediators/{mediator}:setProfile"), token, body).await;
    match answer.status.as_u16() {
        200 => Told::Compared,
        429 => {
            assert_eq!(answer.reason(), "LOOKUP_QUOTA_EXHAUSTED");
            assert!(String::from_utf8_lossy(&answer.body).contains("tra cứu số định danh"), "{answer:?}");
            Told::Refused(Duration::from_secs(answer.header("retry-after").parse().unwrap()))
        }
        _ => panic!("{answer:?}"),
    }
}

async fn by_grpc(client: &mut MediatorServiceClient<Peer>, mediator: &str, number: &str) -> Told {
    let request = pb::SetMediatorProfileRequest {
        mediator_id: mediator.into(),
        identity_number: number.into(),
        ..Default::default()
    };
    match client.set_mediator_profile(request).await {
        Ok(_) => Told::Compared,
        Err(status) => {
            let details = status.get_error_details();
            assert_eq!(
                (status.code(), details.error_info().unwrap().reason.as_str()),
                (Code::ResourceExhausted, "LOOKUP_QUOTA_EXHAUSTED")
            );
            Told::Refused(details.retry_info().unwrap().retry_delay.unwrap())
        }
    }
}

/// What whoever supervises is told.
async fn report(server: &TestServer, query: &str) -> Answer {
    let auditor = server.token("auditor", vec![Grant::of(Role::Auditor, Area::Everywhere)]).unwrap();
    let bearer = format!("Bearer {auditor}");
    let address = server.server().face("http").unwrap();
    send(address, (Method::GET, &format!("/v1/lookups{query}")), &[("authorization", &bearer)], "").await
}

async fn p24_an_enumeration_is_stopped_at_the_quota_and_seen_at_once(server: TestServer, clock: Arc<ManualClock>) {
    let log = Log::of_this_process();
    let everybody = Role::ALL.iter().map(|role| Grant::of(*role, Area::Everywhere)).collect();
    let (ward, area) = Portal::new(&server).ward().await;
    let mediators = people(server.calling_as("everybody", everybody).unwrap(), &ward, &area).await;
    let grants = vec![Grant::of(Role::JusticeOfficer, Area::Unit(ward.parse::<Uuid>().unwrap()))];
    let address = server.server().face("http").unwrap();
    let (began, server) = (Instant::now(), Arc::new(server));
    let mut lanes = tokio::task::JoinSet::new();
    for (lane, mediator) in mediators.iter().cloned().enumerate() {
        let (server, token) = (server.clone(), server.token(OFFICER, grants.clone()).unwrap());
        let mut grpc = MediatorServiceClient::new(server.calling_as(OFFICER, grants.clone()).unwrap());
        lanes.spawn(async move {
            let (mut rest, mut told, mut seen) = (Kept::open(address).await, Vec::new(), None);
            for of in (lane..NUMBERS).step_by(LANES) {
                let number = number(of);
                told.push(match lane % 2 {
                    0 => by_rest(&mut rest, &mediator, &number, &token).await,
                    _ => by_grpc(&mut grpc, &mediator, &number).await,
                });
                if seen.is_none() && told.last() != Some(&Told::Compared) {
                    // The first answer that says no: it can be read that it was said.
                    let (stopped, reported) = (Instant::now(), report(&server, "?refusedOnly=true").await);
                    seen = Some((stopped.elapsed(), reported.json()["lookupDays"][0]["account"].clone()));
                }
            }
            (told, seen.unwrap())
        });
    }
    let (mut compared, mut refused, mut slowest) = (0, 0, Duration::ZERO);
    for (told, (took, account)) in lanes.join_all().await {
        assert_eq!(account, OFFICER);
        slowest = slowest.max(took);
        for one in told {
            match one {
                Told::Compared => compared += 1,
                // Nine in the morning: fifteen hours are left of the day.
                Told::Refused(wait) => {
                    assert_eq!(wait, Duration::from_secs(15 * 3_600));
                    refused += 1;
                }
            }
        }
    }
    println!(
        "P24: {NUMBERS} numbers in {:?}: {compared} compared, {refused} refused; reported after {slowest:?}",
        began.elapsed()
    );
    assert_eq!((compared, refused), (QUOTA, NUMBERS - QUOTA));
    assert!(slowest < Duration::from_secs(60), "{slowest:?}");

    let day = report(&server, "").await.json()["lookupDays"].clone();
    let told = (&day[0]["account"], &day[0]["numberCount"], &day[0]["quota"], &day[0]["refusedCount"]);
    assert_eq!(told, (&json!(OFFICER), &json!(QUOTA), &json!(QUOTA), &json!(NUMBERS - QUOTA)));
    let metrics = server.server().metrics();
    let counted = metrics.lines().find(|line| line.starts_with("hoagiai_registry_lookups_refused_total"));
    assert!(counted.unwrap().ends_with(&format!(" {}", NUMBERS - QUOTA)), "{counted:?}");
    let text = log.text();
    let warned: Vec<&str> =
        text.lines().filter(|line| line.contains("an account used up the identity numbers")).collect();
    assert_eq!(warned.len(), 1, "once a day");
    assert!(warned[0].contains("WARN") && !warned[0].contains(OFFICER), "{}", warned[0]);
    let leaked = text.lines().find(|line| line.contains("\"0011900") || line.contains("*********"));
    assert_eq!(leaked, None);

    // Others are not concerned, and neither is the next day.
    let mut rest = Kept::open(address).await;
    let other = server.token("colleague", grants.clone()).unwrap();
    assert_eq!(by_rest(&mut rest, &mediators[0], &number(1), &other).await, Told::Compared);
    clock.set(instant("2026-03-02T17:00:00Z"));
    let token = server.token(OFFICER, grants).unwrap();
    assert_eq!(by_rest(&mut rest, &mediators[0], &number(1), &token).await, Told::Compared);
    drop(rest);
    Arc::into_inner(server).unwrap().stop().await;
}

/// Everything at nine in the morning of 2 March 2026 in Việt Nam, on a clock that the test moves.
fn clock() -> (Env, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(instant("2026-03-02T02:00:00Z")));
    (Env { clock: clock.clone(), ids: Arc::new(SystemIds) }, clock)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p24_an_enumeration_on_sqlite() {
    let (env, clock) = clock();
    let server = super::everything().env(env).start().await.unwrap();
    p24_an_enumeration_is_stopped_at_the_quota_and_seen_at_once(server, clock).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p24_an_enumeration_on_postgresql() {
    let postgres = OwnPostgres::start().unwrap();
    let (env, clock) = clock();
    let server = super::over(&postgres, super::everything().env(env)).await;
    p24_an_enumeration_is_stopped_at_the_quota_and_seen_at_once(server, clock).await;
}
