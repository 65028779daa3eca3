//! What is refused, and where.

use super::*;

crate::on_both!(
    five_thousand_faults_are_five_thousand_rows_and_change_nothing,
    partial_keeps_the_good_rows,
    rows_are_held_against_what_is_known,
    an_area_is_not_left,
    files_that_are_not_read_are_refused_by_reason,
);

async fn five_thousand_faults_are_five_thousand_rows_and_change_nothing(world: World) {
    let city = with_teams(&world).await;
    let before = head(&world, &city).await;
    let mut text = String::from("STT;Họ và tên;Giới tính;Dân tộc;Thôn/TDP;Số QĐ;Ngày QĐ\n");
    for n in 1..=5_000 {
        // Every kind of row: no such day, no such area, and between them good ones.
        let (place, date) = if n % 2 == 0 { (1, "31/02/2020") } else { (77, "03/02/2020") };
        text += &format!("{n};{NAME} {};Nam;Kinh;TDP {place};1/QĐ;{date}\n", letters(n));
        text += &format!("{n};{NAME} {};Nam;Kinh;TDP 1;1/QĐ;03/02/2020\n", letters(n + 10_000));
    }
    let answered = import_people(&world, &city.officer(), header(&city.ward), text.as_bytes(), "").await;
    assert_eq!(answered.faults.len(), 5_000);
    assert!(answered.faults.is_sorted_by_key(|fault| fault.row));
    for fault in &answered.faults {
        assert!(fault.row > 1 && !fault.column.is_empty() && !fault.column_name.is_empty() && !fault.value.is_empty());
        assert!(fault.message.ends_with('.') && fault.reason() != pb::RosterFaultReason::Unspecified);
    }
    let dates = answered.faults.iter().filter(|fault| fault.reason() == pb::RosterFaultReason::NotADate);
    assert_eq!(dates.filter(|fault| fault.value == "31/02/2020" && fault.column == "G").count(), 2_500);
    let outcome = |wanted| answered.rows.iter().filter(|row| row.outcome() == wanted).count();
    assert_eq!((outcome(pb::RosterRowOutcome::NotTaken), outcome(pb::RosterRowOutcome::Faulty)), (5_000, 5_000));
    assert!(!answered.summary.applied);
    assert_eq!(answered.refusal(), (Code::FailedPrecondition, "ROSTER_ROWS_FAULTY".to_owned()));
    assert!(listed(&world, &city).await.1.is_empty());
    assert_eq!(head(&world, &city).await, before, "not one entry");
}

async fn partial_keeps_the_good_rows(world: World) {
    let city = with_teams(&world).await;
    let mut people = three(1);
    people.push(MediatorRow { place: area(77), ..person(1, 4) });
    people.push(people[0].clone());
    let asked = pb::RosterHeader { partial: true, ..header(&city.ward) };
    let answered = import_people(&world, &city.officer(), asked, &people_file(&people), "").await;
    use pb::RosterFaultReason as R;
    // The leader stands twice in the file: both rows name a leader.
    assert_eq!(answered.reasons(), [(2, R::TwoLeaders), (5, R::AreaUnknown), (6, R::DuplicateRow)]);
    assert_eq!((answered.summary.created_count, answered.summary.faulty_row_count), (2, 3));
    assert!(answered.summary.applied && answered.refused.is_none());
    assert_eq!(listed(&world, &city).await.1.len(), 2);
}

async fn rows_are_held_against_what_is_known(world: World) {
    use pb::RosterFaultReason as R;
    let city = with_teams(&world).await;
    let officer = city.officer();
    import_people(&world, &officer, header(&city.ward), &people_file(&three(1)), "").await.good();
    let (teams, people) = listed(&world, &city).await;
    let gone = people.iter().find(|one| one.person.as_ref().unwrap().full_name.ends_with(&letters(3))).unwrap();
    world.mediators(&city.chair()).decide_cessation(cease(&gone.mediator_id)).await.unwrap();

    let mut rows = three(1);
    rows[0].decision = paper("126/QĐ-UBND", "2025-08-01");
    rows[1].place.area = "TDP 1".into();
    rows.push(MediatorRow { leader: true, ..person(1, 5) });
    rows.push(MediatorRow { place: Place { commune: "Phường Ngọc Hà".into(), ..area(1) }, ..person(1, 6) });
    let answered = import_people(&world, &officer, header(&city.ward), &people_file(&rows), "").await;
    let expected = [(2, R::TwoLeaders), (4, R::AlreadyCeased), (5, R::TwoLeaders), (6, R::CommuneUnknown)];
    assert_eq!(answered.reasons(), expected);
    rows.remove(3);
    rows[0].leader = false;
    let answered = import_people(&world, &officer, header(&city.ward), &people_file(&rows), "").await;
    assert_eq!(answered.reasons()[0], (2, R::DecisionDiffers));
    assert!(!teams[0].leader_mediator_id.is_empty());
    let other = MediatorRow { leader: true, ..person(1, 5) };
    let answered = import_people(&world, &officer, header(&city.ward), &people_file(&[other]), "").await;
    assert_eq!(answered.reasons(), [(2, R::TeamHasLeader)]);

    let second = TeamRow { name: "Tổ hòa giải khu tập thể".into(), ..team(1, 3) };
    let again = TeamRow { decision: paper("13/QĐ-UBND", "2025-07-15"), ..team(2, 3) };
    let bytes = teams_file(&[second.clone(), again, team(3, 3), team(3, 3)]);
    let answered = import_teams(&world, &officer, header(&city.ward), &bytes).await;
    assert_eq!(answered.reasons(), [(2, R::AreaHasTeam), (3, R::DecisionDiffers), (5, R::DuplicateRow)]);
    let excepted = TeamRow { exception: "Khu tập thể trên 500 hộ".into(), ..second };
    let summary = import_teams(&world, &officer, header(&city.ward), &teams_file(&[excepted])).await.good();
    assert_eq!(summary.created_count, 1, "rule 2 with a stated exception");
    let answered = import_people(&world, &officer, header(&city.ward), &people_file(&[person(1, 8)]), "").await;
    assert_eq!(answered.reasons(), [(2, R::TeamAmbiguous)], "two teams now, and none named");
    let named = MediatorRow { team: "Khu tập thể".into(), ..person(1, 8) };
    import_people(&world, &officer, header(&city.ward), &people_file(&[named]), "").await.good();
}

async fn an_area_is_not_left(world: World) {
    let city = with_teams(&world).await;
    let bytes = people_file(&three(1));
    let away = format!("commune_justice_officer~{}", city.other_ward);
    let answered = import_people(&world, &away, header(&city.ward), &bytes, "").await;
    assert_eq!(answered.refusal().0, Code::PermissionDenied);
    let answered = import_people(&world, &city.officer(), header(&city.city), &bytes, "").await;
    assert_eq!(answered.refusal().0, Code::PermissionDenied, "a commune does not import for the city");
    let answered = import_people(&world, &city.officer(), header(&new_id()), &bytes, "").await;
    assert_eq!(answered.refusal().0, Code::PermissionDenied, "permission before existence");
    let answered = import_people(&world, &city.chair(), header(&city.ward), &bytes, "").await;
    assert_eq!(answered.refusal().0, Code::PermissionDenied, "the chairman decides; his officer keeps the list");
    let answered = import_people(&world, &city.department(), header(&city.city), &bytes, "").await;
    assert_eq!(answered.refusal(), (Code::FailedPrecondition, "ROSTER_ROWS_FAULTY".to_owned()), "rows name no commune");
    let mut people = three(1);
    people.iter_mut().for_each(|one| one.place.commune = "Ba Đình".into());
    let of_city = import_people(&world, &city.department(), header(&city.city), &people_file(&people), "").await.good();
    assert_eq!(of_city.created_count, 3);
    let one_area: Vec<MediatorRow> =
        (11..=12).map(|name| MediatorRow { place: Place::default(), ..person(2, name) }).collect();
    let bytes = people_file(&one_area);
    let of_area = import_people(&world, &city.officer(), header(&city.areas[1]), &bytes, "").await.good();
    assert_eq!(of_area.created_count, 2, "a roster of one tổ dân phố need not name it");
}

/// Every reason of a file that is not read.
async fn unread(world: &World, city: &City) -> Vec<(Code, String)> {
    let who = city.officer();
    let sheet = pb::RosterHeader { sheet: "Không có".into(), ..header(&city.ward) };
    let good = teams_file(&[team(1, 5)]);
    vec![
        import_teams(world, &who, header(&city.ward), b"\xD0\xCF\x11\xE0 old").await.refusal(),
        import_teams(world, &who, header(&city.ward), "a\nNguyá»…n\n".as_bytes()).await.refusal(),
        import_teams(world, &who, header(&city.ward), "x;y\n1;2\n".as_bytes()).await.refusal(),
        import_teams(world, &who, sheet, &good).await.refusal(),
        import_teams(world, &who, header(&city.ward), &teams_file(&[team(99, 5)])).await.refusal(),
    ]
}

async fn files_that_are_not_read_are_refused_by_reason(world: World) {
    let city = world.small_city().await;
    let reasons: Vec<String> = unread(&world, &city).await.into_iter().map(|(_, reason)| reason).collect();
    let expected = [
        "ROSTER_UNREADABLE",
        "ROSTER_ENCODING_MIXED",
        "ROSTER_HEADER_NOT_FOUND",
        "ROSTER_SHEET_NOT_FOUND",
        "ROSTER_ROWS_FAULTY",
    ];
    assert_eq!(reasons, expected);
    let bytes = teams_file(&[team(1, 5)]);
    let nothing = pb::ImportTeamsRequest { chunk: bytes.clone(), ..Default::default() };
    let answer = rosters(&world, &city.officer()).import_teams(stream::iter([nothing])).await;
    assert_eq!(fields(answer.map(drop)), ["header"]);
    let twice = pb::ImportTeamsRequest { header: Some(header(&city.ward)), chunk: bytes, ..Default::default() };
    let answer = rosters(&world, &city.officer()).import_teams(stream::iter([twice.clone(), twice])).await;
    assert_eq!(fields(answer.map(drop)), ["header"]);
    let huge = vec![b'x'; 17 * 1024 * 1024];
    let answered = import_teams(&world, &city.officer(), header(&city.ward), &huge).await;
    assert_eq!(answered.refusal().1, "ROSTER_UNREADABLE");
}
