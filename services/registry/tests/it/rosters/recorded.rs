//! What a roster records, and that nothing is ever half-loaded.

use hoagiai_proto::common::v1 as common;
use hoagiai_store::on;

use super::*;

crate::on_both!(
    teams_and_mediators_are_recorded_as_they_were_decided,
    a_repeat_changes_nothing_and_a_new_phone_is_a_correction,
    a_request_is_answered_again_with_its_first_effect,
    a_dry_run_tells_all_and_writes_nothing,
    an_import_that_fails_in_the_middle_leaves_nothing,
    rule_20_one_leader_a_team_also_from_paper,
    names_of_a_roster_are_nowhere_in_the_clear,
    templates_are_given_to_everybody,
);

async fn teams_and_mediators_are_recorded_as_they_were_decided(world: World) {
    let city = with_teams(&world).await;
    let (teams, _) = listed(&world, &city).await;
    assert!(teams.iter().all(|team| team.state() == pb::TeamState::Understaffed), "in force, and nobody is known yet");
    assert_eq!(teams[0].display_name, "Tổ hòa giải tổ dân phố số 1");
    assert_eq!(teams[0].active_date, day("2025-07-15"));
    let plan = teams[0].plan_decision.clone().unwrap();
    assert_eq!((plan.number.as_str(), plan.issuer.as_str()), ("12/QĐ-UBND", "Chủ tịch UBND phường Ba Đình"));

    let mut people = [three(1), three(2)].concat();
    people.extend((4..=5).map(|name| MediatorRow { decision: paper("200/QĐ-UBND", "2025-12-01"), ..person(2, name) }));
    let summary = import_people(&world, &city.officer(), header(&city.ward), &people_file(&people), "").await.good();
    assert_eq!((summary.row_count, summary.created_count, summary.faulty_row_count), (8, 8, 0));
    assert_eq!(summary.deviating_team_count, 1, "five where the decision fixed three: recorded, and shown (rule 6)");
    let (teams, people) = listed(&world, &city).await;
    assert_eq!(teams.iter().map(|team| team.mediator_count).collect::<Vec<_>>(), [3, 5, 0]);
    assert_eq!(teams[0].state(), pb::TeamState::Active);
    let leader = people.iter().find(|one| one.mediator_id == teams[0].leader_mediator_id).unwrap();
    assert!(leader.leader && leader.state() == pb::MediatorState::Recognized && leader.election_id.is_empty());
    assert_eq!(leader.recognition_date, day("2025-08-01"));
    assert_eq!(leader.person.as_ref().unwrap().full_name, format!("{NAME} {}", letters(1)));
    let request = pb::GetTeamHistoryRequest { team_id: teams[1].team_id.clone(), ..Default::default() };
    let history = world.teams(&city.chair()).get_team_history(request).await.unwrap().into_inner().entries;
    let kinds: Vec<&str> = history.iter().map(|entry| entry.kind.as_str()).collect();
    let expected =
        ["TeamPlanned", "TeamStandingChanged", "LeaderDecided", "TeamStandingChanged", "TeamStandingChanged"];
    assert_eq!(kinds, expected, "on the day of the first decision, and of the second");
}

async fn a_repeat_changes_nothing_and_a_new_phone_is_a_correction(world: World) {
    let city = with_teams(&world).await;
    let officer = city.officer();
    let mut people = three(1);
    import_people(&world, &officer, header(&city.ward), &people_file(&people), "").await.good();
    let (before, _) = listed(&world, &city).await;
    let again = import_teams(&world, &officer, header(&city.ward), &teams_file(&[team(1, 5), team(2, 3)])).await.good();
    assert_eq!((again.created_count, again.updated_count, again.unchanged_count), (0, 0, 2));
    let again = import_people(&world, &officer, header(&city.ward), &people_file(&people), "").await.good();
    assert_eq!((again.created_count, again.updated_count, again.unchanged_count), (0, 0, 3));

    people[1].phone = "0987654321".into();
    people[2].phone = String::new();
    let changed = import_people(&world, &officer, header(&city.ward), &people_file(&people), "").await.good();
    assert_eq!((changed.created_count, changed.updated_count, changed.unchanged_count), (0, 1, 2));
    let (after, known) = listed(&world, &city).await;
    assert_eq!(before, after, "teams were not touched");
    let mut phones: Vec<&str> = known.iter().map(|one| one.person.as_ref().unwrap().phone.as_str()).collect();
    phones.sort_unstable();
    assert_eq!(phones, ["0912345678", "0912345678", "0987654321"], "what a roster leaves empty stays");

    people[0].gender = Gender::Female;
    import_people(&world, &officer, header(&city.ward), &people_file(&people), "").await.good();
    let (after, _) = listed(&world, &city).await;
    assert_eq!((before[0].female_mediator_count, after[0].female_mediator_count), (1, 2), "counted anew");
    let resized = import_teams(&world, &officer, header(&city.ward), &teams_file(&[team(1, 7)])).await.good();
    assert_eq!(resized.updated_count, 1);
    assert_eq!(listed(&world, &city).await.0[0].target_size, 7);
}

async fn a_request_is_answered_again_with_its_first_effect(world: World) {
    let city = with_teams(&world).await;
    let (officer, id) = (city.officer(), new_id());
    let mut people = three(1);
    people.push(MediatorRow { place: area(9), ..person(1, 9) });
    let asked = pb::RosterHeader { partial: true, ..header(&city.ward) };
    let first = import_people(&world, &officer, asked.clone(), &people_file(&people), &id).await;
    let second = import_people(&world, &officer, asked.clone(), &people_file(&people), &id).await;
    assert_eq!((first.faults.len(), first.summary.created_count), (1, 3));
    assert_eq!((&first.faults, &first.rows, &first.summary), (&second.faults, &second.rows, &second.summary));
    people.pop();
    let other = import_people(&world, &officer, asked, &people_file(&people), &id).await;
    assert_eq!(other.refusal().1, "REQUEST_ID_REUSED");
}

async fn a_dry_run_tells_all_and_writes_nothing(world: World) {
    let city = with_teams(&world).await;
    let before = head(&world, &city).await;
    let asked = pb::RosterHeader { validate_only: true, ..header(&city.ward) };
    let answered = import_people(&world, &city.officer(), asked, &people_file(&three(1)), &new_id()).await.good();
    assert_eq!((answered.created_count, answered.applied, answered.roster_import_id.as_str()), (3, false, ""));
    assert!(listed(&world, &city).await.1.is_empty());
    assert_eq!(head(&world, &city).await, before);
    // The same id is free: nothing was done under it.
    let done = import_people(&world, &city.officer(), header(&city.ward), &people_file(&three(1)), &new_id()).await;
    assert!(done.good().applied);
}

async fn an_import_that_fails_in_the_middle_leaves_nothing(world: World) {
    let city = with_teams(&world).await;
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    // The last statement of an import fails: everything before it was written in the same transaction.
    let mut tx = db.write().await.unwrap();
    on!(&mut tx, |c| sqlx::query("ALTER TABLE roster_imports RENAME TO hidden").execute(c).await.map(drop)).unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let world = World::over(database).await.unwrap();
    let (teams, _) = listed(&world, &city).await;
    let answered = import_people(&world, &city.officer(), header(&city.ward), &people_file(&three(1)), &new_id()).await;
    assert_eq!(answered.refusal().0, Code::Internal);
    assert_eq!(listed(&world, &city).await, (teams, Vec::new()));
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.write().await.unwrap();
    let kinds: Vec<String> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT kind FROM journal").fetch_all(c).await).unwrap();
    assert!(kinds.iter().all(|kind| !kind.starts_with("Mediator")), "nor in the journal");
    on!(&mut tx, |c| sqlx::query("ALTER TABLE hidden RENAME TO roster_imports").execute(c).await.map(drop)).unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let world = World::over(database).await.unwrap();
    let done = import_people(&world, &city.officer(), header(&city.ward), &people_file(&three(1)), &new_id()).await;
    assert_eq!(done.good().created_count, 3, "asked again, it is done whole");
}

async fn rule_20_one_leader_a_team_also_from_paper(world: World) {
    let city = with_teams(&world).await;
    let mut people = three(1);
    people[1].leader = true;
    let answered = import_people(&world, &city.officer(), header(&city.ward), &people_file(&people), "").await;
    use pb::RosterFaultReason as R;
    assert_eq!(answered.reasons(), [(2, R::TwoLeaders), (3, R::TwoLeaders)]);
    people.iter_mut().for_each(|one| one.leader = false);
    import_people(&world, &city.officer(), header(&city.ward), &people_file(&people), "").await.good();
    people[1].leader = true;
    people[1].leader_decision = paper("300/QĐ-UBND", "2025-09-01");
    let later = import_people(&world, &city.officer(), header(&city.ward), &people_file(&people), "").await.good();
    assert_eq!((later.updated_count, later.unchanged_count), (1, 2), "a leader named later, by a paper of its own");
    let (teams, known) = listed(&world, &city).await;
    let leader = known.iter().find(|one| one.leader).unwrap();
    assert_eq!(teams[0].leader_mediator_id, leader.mediator_id);
    assert_eq!(leader.person.as_ref().unwrap().gender(), common::Gender::Female);
}

async fn names_of_a_roster_are_nowhere_in_the_clear(world: World) {
    let city = with_teams(&world).await;
    let mut people = three(1);
    people.push(MediatorRow { place: area(77), ..person(1, 4) });
    let asked = pb::RosterHeader { partial: true, ..header(&city.ward) };
    import_people(&world, &city.officer(), asked, &people_file(&people), &new_id()).await;
    let db = world.stop().await.open_again().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let payloads: Vec<Vec<u8>> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT payload FROM journal").fetch_all(c).await).unwrap();
    let answers: Vec<String> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT answer FROM roster_imports").fetch_all(c).await).unwrap();
    assert!(answers.iter().any(|answer| answer.contains("AREA_UNKNOWN")));
    for bytes in payloads.iter().map(Vec::as_slice).chain(answers.iter().map(String::as_bytes)) {
        for secret in [NAME, "0912345678"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
    drop(tx);
    db.close().await;
}

async fn templates_are_given_to_everybody(world: World) {
    let city = world.small_city().await;
    for kind in [pb::RosterKind::Teams, pb::RosterKind::Mediators] {
        let request = pb::GetRosterTemplateRequest { kind: kind.into() };
        let who = format!("mediator~{}", city.ward);
        let body = rosters(&world, &who).get_roster_template(request).await.unwrap().into_inner().body.unwrap();
        assert!(body.data.starts_with(b"PK") && body.content_type.ends_with("spreadsheetml.sheet"));
    }
}
