//! Two axes of time: what teams and mediators were on a day, and what was known of it at an instant.

use std::{collections::HashSet, time::Duration};

use hoagiai_proto::{google, registry::v1 as pb};
use hoagiai_store::on;
use hoagiai_types::Timestamp;

use crate::world::*;

crate::on_both!(
    a_team_reads_as_it_was_on_each_day,
    what_is_recorded_late_was_not_known_before,
    what_is_told_out_of_order_holds_from_its_day,
    a_mediator_reads_as_he_or_she_was,
    lists_of_the_past_page_exactly_once,
    histories_page_by_version,
    whoever_keeps_or_kept_a_record_reads_its_past,
    random_histories_say_what_a_list_of_changes_says,
    nothing_in_a_version_names_anybody,
);

async fn team_at(world: &World, who: &str, team: &str, at: (&str, Option<Timestamp>)) -> Option<pb::Team> {
    let request = pb::GetTeamRequest { team_id: team.into(), valid_at: day(at.0), known_at: at.1.map(proto) };
    match world.teams(who).get_team(request).await {
        Ok(answer) => answer.into_inner().team,
        Err(status) => {
            assert_eq!(status.code(), tonic::Code::NotFound, "{status:?}");
            None
        }
    }
}

fn proto(time: Timestamp) -> prost_types::Timestamp {
    time.to_proto()
}

async fn a_team_reads_as_it_was_on_each_day(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    world.mediators(&city.chair()).decide_cessation(cease(&mediators[0])).await.unwrap();
    use pb::TeamState::{Active, Forming, Planned, Understaffed};
    for (on, expected) in [
        ("2025-07-31", None),
        ("2025-08-01", Some((Planned, 0, ""))),
        ("2025-08-19", Some((Planned, 0, ""))),
        ("2025-08-20", Some((Forming, 0, ""))),
        ("2025-09-09", Some((Forming, 0, ""))),
        ("2025-09-10", Some((Forming, 3, ""))),
        ("2025-09-25", Some((Active, 3, mediators[0].as_str()))),
        ("2026-01-11", Some((Active, 3, mediators[0].as_str()))),
        ("2026-01-12", Some((Understaffed, 2, ""))),
        ("2040-01-01", Some((Understaffed, 2, ""))),
    ] {
        let found = team_at(&world, &city.officer(), &team.team_id, (on, None)).await;
        let found = found.map(|t| (t.state(), t.mediator_count, t.leader_mediator_id));
        assert_eq!(found, expected.map(|(state, n, leader)| (state, n, leader.to_owned())), "{on}");
    }
    // Asked for today, the tables of versions answer what the table of today answers.
    let request = pb::GetTeamRequest { team_id: team.team_id.clone(), ..Default::default() };
    let today = world.teams(&city.officer()).get_team(request).await.unwrap().into_inner().team;
    assert_eq!(team_at(&world, &city.officer(), &team.team_id, ("2026-03-02", None)).await, today);
}

async fn what_is_recorded_late_was_not_known_before(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let before = world.clock_now();
    world.clock.advance(Duration::from_secs(60));
    world.mediators(&city.chair()).decide_cessation(cease(&mediators[1])).await.unwrap();
    let after = world.clock_now();
    let count = |on: &'static str, known: Option<Timestamp>| {
        let (world, team, who) = (&world, team.team_id.clone(), city.officer());
        async move { team_at(world, &who, &team, (on, known)).await.map(|team| team.mediator_count) }
    };
    assert_eq!(count("2026-01-12", Some(before)).await, Some(3), "decided, not recorded yet");
    assert_eq!(count("2026-01-12", Some(after)).await, Some(2));
    assert_eq!(count("2026-01-12", None).await, Some(2));
    assert_eq!(count("2026-01-11", Some(after)).await, Some(3));
    let long_ago = Timestamp::parse("2020-01-01T00:00:00Z");
    assert_eq!(count("2026-01-12", long_ago).await, None, "nothing was known");
}

async fn what_is_told_out_of_order_holds_from_its_day(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 6).await;
    let mut chair = world.mediators(&city.chair());
    for (who, on) in [(&mediators[1], "2026-02-10"), (&mediators[2], "2025-11-03"), (&mediators[3], "2025-12-01")] {
        world.clock.advance(Duration::from_secs(60));
        chair.decide_cessation(ceased(who, on)).await.unwrap();
    }
    for (on, expected) in [
        ("2025-11-02", (6, 3)),
        ("2025-11-03", (5, 2)),
        ("2025-12-01", (4, 2)),
        ("2026-02-09", (4, 2)),
        ("2026-02-10", (3, 2)),
    ] {
        let found = team_at(&world, &city.officer(), &team.team_id, (on, None)).await.unwrap();
        assert_eq!((found.mediator_count, found.female_mediator_count), expected, "{on}");
    }
}

async fn a_mediator_reads_as_he_or_she_was(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let before = world.clock_now();
    world.clock.advance(Duration::from_secs(60));
    world.mediators(&city.chair()).decide_cessation(cease(&mediators[0])).await.unwrap();
    let mut officer = world.mediators(&city.officer());
    use pb::MediatorState::{Ceased, Elected, Recognized, Submitted};
    for (on, known, expected) in [
        ("2025-08-20", None, (Elected, false)),
        ("2025-08-29", None, (Submitted, false)),
        ("2025-09-10", None, (Recognized, false)),
        ("2025-09-25", None, (Recognized, true)),
        ("2026-01-12", None, (Ceased, false)),
        ("2026-01-12", Some(before), (Recognized, true)),
    ] {
        let request =
            pb::GetMediatorRequest { mediator_id: mediators[0].clone(), valid_at: day(on), known_at: known.map(proto) };
        let found = officer.get_mediator(request).await.unwrap().into_inner().mediator.unwrap();
        assert_eq!((found.state(), found.leader), expected, "{on}");
        assert_eq!(found.person.unwrap().full_name, format!("{NAME} 0"));
        assert_eq!(found.team_id, team.team_id);
    }
    let request =
        pb::GetMediatorRequest { mediator_id: mediators[0].clone(), valid_at: day("2025-08-19"), ..Default::default() };
    assert_eq!(refusal(officer.get_mediator(request).await).1, "MEDIATOR_NOT_FOUND");
    let request = pb::ListMediatorsRequest {
        team_id: team.team_id,
        state: Recognized.into(),
        valid_at: day("2026-01-11"),
        ..Default::default()
    };
    let then = officer.list_mediators(request).await.unwrap().into_inner().mediators;
    assert_eq!((then.len(), then.iter().filter(|m| m.leader).count()), (3, 1));
}

async fn lists_of_the_past_page_exactly_once(world: World) {
    let city = world.small_city().await;
    let mut request = plan(&city.ward, &[(city.areas[0].as_str(), 3); 25]);
    for one in &mut request.plans[1..] {
        one.exception_reason = "địa bàn rộng".into();
    }
    let planned = world.teams(&city.chair()).plan_teams(request).await.unwrap().into_inner().teams;
    let before = world.clock_now();
    world.clock.advance(Duration::from_secs(60));
    for team in &planned[..5] {
        let request = pb::DissolveTeamRequest {
            team_id: team.team_id.clone(),
            decision: decision("2026-01-15"),
            ..Default::default()
        };
        world.teams(&city.chair()).dissolve_team(request).await.unwrap();
    }
    for (who, unit_id, on, known, expected) in [
        (city.chair(), String::new(), "2026-01-14", None, 25),
        (city.chair(), String::new(), "2026-01-15", None, 20),
        (city.chair(), String::new(), "2026-01-15", Some(before), 25),
        (city.department(), city.city.clone(), "2026-01-15", None, 20),
        (city.department(), city.ward.clone(), "2026-01-15", None, 20),
        ("auditor~everywhere".into(), city.areas[0].clone(), "2026-01-15", None, 20),
        (city.chair(), String::new(), "2025-07-31", None, 0),
        (city.other_chair(), String::new(), "2026-01-15", None, 0),
    ] {
        let mut teams = world.teams(&who);
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListTeamsRequest {
                unit_id: unit_id.clone(),
                state: pb::TeamState::Planned.into(),
                page_size: 4,
                page_token: token,
                valid_at: day(on),
                known_at: known.map(proto),
            };
            let page = teams.list_teams(request).await.unwrap().into_inner();
            seen.extend(page.teams.into_iter().map(|team| team.team_id));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert!(seen.is_sorted() && seen.len() == expected, "{who} {on} {}", seen.len());
        assert_eq!(seen.iter().collect::<HashSet<_>>().len(), expected);
    }
}

async fn histories_page_by_version(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let (mut kinds, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::GetMediatorHistoryRequest {
            mediator_id: mediators[0].clone(),
            page_size: 2,
            page_token: token,
            ..Default::default()
        };
        let page = world.mediators(&city.officer()).get_mediator_history(request).await.unwrap().into_inner();
        kinds.extend(page.entries.into_iter().map(|entry| (entry.version, entry.kind)));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let expected = ["CandidacyRecorded", "MediatorSubmitted", "MediatorRecognized"];
    assert_eq!(kinds, (1i64..).zip(expected.map(str::to_owned)).collect::<Vec<_>>());
    let request = pb::GetTeamHistoryRequest { team_id: team.team_id, page_size: 3, ..Default::default() };
    let first = world.teams(&city.officer()).get_team_history(request.clone()).await.unwrap().into_inner();
    let request = pb::GetTeamHistoryRequest { page_token: first.next_page_token, ..request };
    let next = world.teams(&city.officer()).get_team_history(request).await.unwrap().into_inner();
    assert_eq!((first.entries.len(), first.entries[2].version, next.entries[0].version), (3, 3, 4));
    let request = pb::GetMediatorHistoryRequest { mediator_id: mediators[0].clone(), ..Default::default() };
    let elsewhere = format!("commune_justice_officer~{}", city.other_ward);
    let denied = world.mediators(&elsewhere).get_mediator_history(request).await;
    assert_eq!(refusal(denied).0, tonic::Code::PermissionDenied);
}

async fn whoever_keeps_or_kept_a_record_reads_its_past(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let request = |team_id: String| pb::GetTeamRequest { team_id, valid_at: day("2025-07-01"), ..Default::default() };
    let own = world.teams(&city.chair()).get_team(request(team.team_id.clone())).await;
    assert_eq!(refusal(own), (tonic::Code::NotFound, "TEAM_NOT_FOUND".into()), "not planned yet");
    for team_id in [team.team_id, new_id()] {
        let other = world.teams(&city.other_chair()).get_team(request(team_id)).await;
        assert_eq!(refusal(other).0, tonic::Code::PermissionDenied);
    }
}

/// A cheap source of chance that each run repeats.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// The simple model: each change with the instant at which it was recorded and the day from which it holds.
async fn random_histories_say_what_a_list_of_changes_says(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 20).await;
    let mut chance = Chance(20_250_701);
    let start = world.clock_now();
    let mut changes: Vec<(Timestamp, google::Date, String)> = Vec::new();
    let mut chair = world.mediators(&city.chair());
    let first = hoagiai_types::Date::new(2025, 10, 1).unwrap();
    let mut left = mediators.clone();
    for _ in 0..16 {
        world.clock.advance(Duration::from_secs(chance.below(3)));
        let who = left.remove(usize::try_from(chance.below(left.len() as u64)).unwrap());
        let on = first.plus_days(i32::try_from(chance.below(100)).unwrap());
        chair.decide_cessation(ceased(&who, &on.to_string())).await.unwrap();
        changes.push((world.clock_now(), day(&on.to_string()).unwrap(), who));
    }
    let key = |date: &google::Date| (date.year, date.month, date.day);
    let end = world.clock_now();
    let (mut teams, mut people) = (world.teams(&city.officer()), world.mediators(&city.officer()));
    for _ in 0..120 {
        let on = first.plus_days(i32::try_from(chance.below(104)).unwrap() - 2);
        let valid_at = day(&on.to_string());
        let known = start.plus(Duration::from_secs(chance.below(end.since(start).as_secs() + 2)));
        let gone: HashSet<&String> = changes
            .iter()
            .filter(|(at, day, _)| *at <= known && key(day) <= key(valid_at.as_ref().unwrap()))
            .map(|(_, _, who)| who)
            .collect();
        let request = pb::GetTeamRequest { team_id: team.team_id.clone(), valid_at, known_at: Some(proto(known)) };
        let found = teams.get_team(request).await.unwrap().into_inner().team.unwrap();
        assert_eq!(found.mediator_count, 20 - i32::try_from(gone.len()).unwrap(), "{on} {known:?}");
        let request = pb::ListMediatorsRequest {
            team_id: team.team_id.clone(),
            state: pb::MediatorState::Ceased.into(),
            valid_at,
            known_at: Some(proto(known)),
            ..Default::default()
        };
        let ceased = people.list_mediators(request).await.unwrap().into_inner().mediators;
        assert_eq!(ceased.iter().map(|m| &m.mediator_id).collect::<HashSet<_>>(), gone, "{on} {known:?}");
    }
}

async fn nothing_in_a_version_names_anybody(world: World) {
    let city = world.small_city().await;
    world.active(&city, 0).await;
    let db = world.stop().await.open_again().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let people: Vec<Vec<u8>> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT sealed_person FROM mediator_versions").fetch_all(c).await).unwrap();
    assert!(people.len() >= 9, "elected, submitted, recognised, each told anew");
    for bytes in people {
        assert!(!bytes.windows(NAME.len()).any(|window| window == NAME.as_bytes()));
    }
    drop(tx);
    db.close().await;
}
