//! One unit's versions corrected and recounted: what was believed before stays readable.

use std::time::Duration;

use hoagiai_proto::registry::v1 as pb;
use hoagiai_types::Timestamp;
use pb::UnitKind as Kind;
use tonic::Code;

use crate::{reorganizations::find, world::*};

crate::on_both!(a_correction_supersedes_and_never_overwrites, households_are_counted_from_a_day_on);

async fn a_correction_supersedes_and_never_overwrites(world: World) {
    let city = world.small_city().await;
    let before = Timestamp::parse("2026-03-02T02:00:00.5Z").unwrap();
    world.clock.advance(Duration::from_secs(60));
    let mut units = world.units(&city.department());
    let mut request = pb::CorrectUnitVersionRequest {
        unit_id: city.areas[0].clone(),
        valid_from: day("2025-07-01"),
        display_name: Some("Tổ dân phố số 1A".into()),
        reason: "Sai tên khi nhập liệu".into(),
        etag: "\"1\"".into(),
        ..Default::default()
    };
    let done = units.correct_unit_version(request.clone()).await.unwrap().into_inner().unit.unwrap();
    assert_eq!(
        (done.display_name.as_str(), done.household_count, done.etag.as_str()),
        ("Tổ dân phố số 1A", 100, "\"2\"")
    );
    let at = |known_at: Option<Timestamp>| find(&world, "00004-001", "2025-07-01", known_at);
    assert_eq!(at(None).await.unwrap().display_name, "Tổ dân phố số 1A");
    assert_eq!(at(Some(before)).await.unwrap().display_name, "Tổ dân phố số 1", "as it was believed");
    assert_eq!(refusal(units.correct_unit_version(request.clone()).await).0, Code::Aborted);
    request.etag.clear();
    request.valid_from = day("2025-08-01");
    let (code, reason) = refusal(units.correct_unit_version(request.clone()).await);
    assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "UNIT_VERSION_NOT_FOUND"));
    request.valid_from = day("2025-07-01");
    (request.code, request.kind) = (Some("00008-001".into()), Some(Kind::Ward.into()));
    let faults = fields(units.correct_unit_version(request.clone()).await);
    assert_eq!(faults, ["kind", "household_count", "code"]);
    request.unit_id = new_id();
    assert_eq!(
        refusal(world.units(OPERATOR).correct_unit_version(request).await),
        (Code::NotFound, "UNIT_NOT_FOUND".into())
    );
}

async fn households_are_counted_from_a_day_on(world: World) {
    let city = world.small_city().await;
    let officer = city.officer();
    let mut units = world.units(&officer);
    let count = |unit: &str, from: &str, households| pb::RecordHouseholdCountRequest {
        unit_id: unit.into(),
        valid_from: day(from),
        household_count: households,
        ..Default::default()
    };
    units.record_household_count(count(&city.areas[0], "2026-01-01", 140)).await.unwrap();
    units.record_household_count(count(&city.areas[0], "2025-10-01", 120)).await.unwrap();
    let mut seen = Vec::new();
    for on in ["2025-09-30", "2025-10-01", "2025-12-31", "2026-01-01"] {
        seen.push(find(&world, "00004-001", on, None).await.unwrap().household_count);
    }
    assert_eq!(seen, [100, 120, 120, 140]);
    let future = units.record_household_count(count(&city.areas[0], "2026-04-01", 150)).await;
    assert_eq!(refusal(future).1, "DATE_OUT_OF_ORDER");
    let ward = units.record_household_count(count(&city.ward, "2026-01-01", 150)).await;
    assert_eq!(refusal(ward), (Code::FailedPrecondition, "UNIT_KIND_WRONG".into()));
    let elsewhere = units.record_household_count(count(&city.other_areas[0], "2026-01-01", 150)).await;
    assert_eq!(refusal(elsewhere).0, Code::PermissionDenied);
}
