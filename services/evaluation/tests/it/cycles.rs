//! Cycles through the contract.

use hoagiai_evaluation::MIGRATIONS;
use hoagiai_proto::evaluation::v1 as pb;
use hoagiai_testkit::{engines::TestDb, served::by};
use hoagiai_types::Uuid;
use tonic::Code;

use crate::world::{CITY, World, reason, uuid};

hoagiai_testkit::on_each_engine!(
    MIGRATIONS;
    a_cycle_is_created_published_opened_and_closed,
    a_cycle_is_refused_for_the_wrong_place_year_or_set,
    a_stale_etag_and_another_area_are_refused,
    a_repeated_request_has_one_effect,
    cycles_are_listed_once_each_newest_first,
);

async fn a_cycle_is_created_published_opened_and_closed(test: TestDb) {
    let mut world = World::open(test).await;
    let draft = world.create_cycle(2025).await.unwrap();
    assert_eq!(draft.state(), pb::CycleState::Draft);
    assert_eq!(draft.self_assess_due_date.map(|d| (d.month, d.day)), Some((11, 15)));
    let id = draft.cycle_id.clone();
    let open = pb::OpenCycleRequest { cycle_id: id.clone(), ..Default::default() };
    let early = world.cycles.open_cycle(by("dept", open.clone())).await;
    assert_eq!(reason(early), (Code::FailedPrecondition, "CYCLE_STATE_WRONG".into()));

    let publish = pb::PublishCycleRequest { cycle_id: id.clone(), etag: draft.etag, ..Default::default() };
    let published = world.cycles.publish_cycle(by("dept", publish)).await.unwrap().into_inner();
    let opened = world.cycles.open_cycle(by("dept", open)).await.unwrap().into_inner();
    assert!(opened.position > published.position);
    let close = pb::CloseCycleRequest { cycle_id: id.clone(), ..Default::default() };
    let closed = world.cycles.close_cycle(by("dept", close)).await.unwrap().into_inner().cycle.unwrap();
    assert_eq!(closed.state(), pb::CycleState::Closed);
    assert_eq!(closed.criteria_set.as_ref().unwrap().digest, draft.criteria_set.unwrap().digest);

    let get = pb::GetCycleRequest { cycle_id: id };
    let got = world.cycles.get_cycle(by("leader", get)).await.unwrap().into_inner().cycle;
    assert_eq!(got, Some(closed));
    let kinds: Vec<String> = world.test.db.entries(0, 10).await.unwrap().into_iter().map(|e| e.kind).collect();
    assert_eq!(kinds, ["CycleCreated", "CyclePublished", "CycleOpened", "CycleClosed"]);
}

async fn a_cycle_is_refused_for_the_wrong_place_year_or_set(test: TestDb) {
    let mut world = World::open(test).await;
    let request = |place: Uuid, year, version: &str| pb::CreateCycleRequest {
        province_unit_id: place.to_string(),
        year,
        criteria_set_code: "five_good_team".into(),
        criteria_set_version: version.into(),
        request_id: String::new(),
    };
    let cases = [
        (request(uuid(9), 2025, "2023"), "PLACE_NOT_FOUND", Code::NotFound),
        (request(CITY, 2025, "1999"), "CRITERIA_SET_NOT_FOUND", Code::NotFound),
        (request(CITY, 2025, "2021"), "CRITERIA_SET_NOT_IN_FORCE", Code::FailedPrecondition),
    ];
    for (request, expected, code) in cases {
        assert_eq!(reason(world.cycles.create_cycle(by("ministry", request)).await), (code, expected.into()));
    }
    world.create_cycle(2025).await.unwrap();
    assert_eq!(reason(world.create_cycle(2025).await), (Code::AlreadyExists, "CYCLE_ALREADY_EXISTS".into()));
    let missing = pb::GetCycleRequest { cycle_id: uuid(77).to_string() };
    let missing = world.cycles.get_cycle(by("leader", missing)).await;
    assert_eq!(reason(missing), (Code::NotFound, "CYCLE_NOT_FOUND".into()));
}

async fn a_stale_etag_and_another_area_are_refused(test: TestDb) {
    let mut world = World::open(test).await;
    let id = world.create_cycle(2025).await.unwrap().cycle_id;
    let publish =
        |etag: &str| pb::PublishCycleRequest { cycle_id: id.clone(), etag: etag.into(), ..Default::default() };
    assert_eq!(world.cycles.publish_cycle(by("dept", publish("\"7\""))).await.unwrap_err().code(), Code::Aborted);
    let malformed = world.cycles.publish_cycle(by("dept", publish("7"))).await.unwrap_err();
    assert_eq!(malformed.code(), Code::InvalidArgument);
    // A ward does not publish for its city, and learns nothing of whether the city has a cycle.
    let denied = world.cycles.publish_cycle(by("ward", publish(""))).await.unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    let create = pb::CreateCycleRequest {
        province_unit_id: uuid(9).to_string(),
        year: 2025,
        criteria_set_code: "x".into(),
        criteria_set_version: "x".into(),
        request_id: String::new(),
    };
    assert_eq!(world.cycles.create_cycle(by("dept", create)).await.unwrap_err().code(), Code::PermissionDenied);
}

async fn a_repeated_request_has_one_effect(test: TestDb) {
    let mut world = World::open(test).await;
    let request = pb::CreateCycleRequest {
        province_unit_id: CITY.to_string(),
        year: 2025,
        criteria_set_code: "five_good_team".into(),
        criteria_set_version: "2023".into(),
        request_id: uuid(0x777).to_string(),
    };
    let first = world.cycles.create_cycle(by("dept", request.clone())).await.unwrap().into_inner();
    let again = world.cycles.create_cycle(by("dept", request.clone())).await.unwrap().into_inner();
    assert_eq!(first.cycle, again.cycle);
    let other = pb::CreateCycleRequest { year: 2024, ..request.clone() };
    assert!(world.cycles.create_cycle(by("dept", other)).await.is_err(), "the id was used for another request");
    let publish = pb::PublishCycleRequest {
        cycle_id: first.cycle.unwrap().cycle_id,
        request_id: uuid(0x778).to_string(),
        ..Default::default()
    };
    let first = world.cycles.publish_cycle(by("dept", publish.clone())).await.unwrap().into_inner();
    let again = world.cycles.publish_cycle(by("dept", publish)).await.unwrap().into_inner();
    assert_eq!(first.cycle, again.cycle);
    assert_eq!(world.test.db.head(), 2);
}

async fn cycles_are_listed_once_each_newest_first(test: TestDb) {
    let mut world = World::open(test).await;
    for year in [2024, 2026, 2023, 2025] {
        world.create_cycle(year).await.unwrap();
    }
    let mut years = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListCyclesRequest { year: 0, page_size: 3, page_token };
        let page = world.cycles.list_cycles(by("leader", request)).await.unwrap().into_inner();
        years.extend(page.cycles.into_iter().map(|cycle| cycle.year));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(years, [2026, 2025, 2024, 2023]);
    let request = pb::ListCyclesRequest { year: 2024, ..Default::default() };
    assert_eq!(world.cycles.list_cycles(by("leader", request)).await.unwrap().into_inner().cycles.len(), 1);
}
