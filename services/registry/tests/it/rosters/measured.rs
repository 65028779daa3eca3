//! A roster of the city, measured by hand.

use super::*;

/// 32,000 mediators of 5,000 teams in 126 communes: run by hand, `cargo nextest run --release -p hoagiai-registry
/// --run-ignored only roster --no-capture`.
async fn a_city(world: World) {
    let mut rows = vec![unit("01", "Thành phố Hà Nội", pb::UnitKind::Municipality, "")];
    for commune in 0..126 {
        let code = format!("{:05}", 10_000 + commune);
        rows.push(unit(&code, &format!("Xã {}", letters(commune)), pb::UnitKind::Commune, "01"));
        for area in 1..=40 {
            let code = format!("{code}-{area:03}");
            rows.push(unit(&code, &format!("Thôn {area}"), pb::UnitKind::Hamlet, &code[..5]));
        }
    }
    for rows in rows.chunks(5_000) {
        world.units(OPERATOR).import_units(import(rows.to_vec())).await.unwrap();
    }
    let city = world.find("01").await.unit_id;
    let place = |commune: usize, area: usize| Place {
        commune: format!("Xã {}", letters(commune)),
        area: format!("Thôn {area}"),
        area_code: String::new(),
    };
    let (mut teams, mut people) = (Vec::new(), Vec::new());
    for n in 0..5_000 {
        let place = place(n % 126, n / 126 + 1);
        teams.push(TeamRow { place: place.clone(), ..team(1, 7) });
        for k in 0..(32_000 / 5_000 + usize::from(n % 5 < 2)) {
            let leader = k == 0;
            people.push(MediatorRow { place: place.clone(), leader, ..person(1, n * 7 + k) });
        }
    }
    let (teams, people) = (teams_file(&teams), people_file(&people));
    eprintln!("{:?}: files of {} and {} KiB", world.db.engine, teams.len() / 1024, people.len() / 1024);
    for what in ["first", "again"] {
        let began = std::time::Instant::now();
        let done = import_teams(&world, OPERATOR, header(&city), &teams).await.good();
        eprintln!(
            "  teams, {what}: {} made, {} there in {:?}",
            done.created_count,
            done.unchanged_count,
            began.elapsed()
        );
        let began = std::time::Instant::now();
        let done = import_people(&world, OPERATOR, header(&city), &people, "").await.good();
        eprintln!(
            "  mediators, {what}: {} made, {} there in {:?}",
            done.created_count,
            done.unchanged_count,
            began.elapsed()
        );
    }
}

#[test]
#[ignore = "a measurement, not a test"]
fn a_roster_of_the_city_on_sqlite() {
    run(hoagiai_testkit::engines::Engine::Sqlite, a_city);
}

#[test]
#[ignore = "a measurement, not a test"]
fn a_roster_of_the_city_on_postgres() {
    run(hoagiai_testkit::engines::Engine::Postgres, a_city);
}
