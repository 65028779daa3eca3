//! Time limits as they stand on a day (rules 14, 18, 22), by commune and by city.

use hoagiai_proto::registry::v1 as pb;

use crate::world::*;

crate::on_both!(
    rule_14_overdue_is_shown_and_never_approved_by_itself,
    deadlines_page_exactly_once_in_every_state,
    standings_count_what_the_lists_show,
);

async fn rule_14_overdue_is_shown_and_never_approved_by_itself(world: World) {
    let city = world.small_city().await;
    let (_, list) = world.submitted(&city, 0, 3).await;
    let mut deadlines = world.deadlines(&city.officer());
    let at = |on: &str| pb::ListDeadlinesRequest { valid_at: day(on), ..Default::default() };
    use pb::DeadlineState::{Due, MetLate, Overdue};
    for (on, expected) in [("2025-09-09", Due), ("2025-09-10", Overdue), ("2026-03-02", Overdue)] {
        let all = deadlines.list_deadlines(at(on)).await.unwrap().into_inner().deadlines;
        let one = &all[0];
        assert_eq!((all.len(), one.state(), one.procedure_code.as_str()), (1, expected, "1.002211"), "{on}");
        assert_eq!((one.start_date, one.due_date, one.done_date), (day("2025-08-29"), day("2025-09-09"), None));
    }
    let before = deadlines.list_deadlines(at("2025-08-28")).await.unwrap().into_inner().deadlines;
    assert!(before.is_empty(), "not received yet");
    let request =
        pb::GetRecognitionListRequest { recognition_list_id: list.recognition_list_id.clone(), ..Default::default() };
    let kept = world.mediators(&city.chair()).get_recognition_list(request).await.unwrap().into_inner();
    assert_eq!(kept.recognition_list.unwrap().state(), pb::RecognitionListState::Submitted, "for ever, if need be");
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id,
        decision: decision("2025-11-03"),
        ..Default::default()
    };
    world.mediators(&city.chair()).decide_recognition(request).await.unwrap();
    for (on, expected, done) in [("2025-11-02", Overdue, None), ("2025-11-03", MetLate, day("2025-11-03"))] {
        let all = deadlines.list_deadlines(at(on)).await.unwrap().into_inner().deadlines;
        assert_eq!((all[0].state(), all[0].done_date), (expected, done), "as it stood on {on}");
    }
}

/// Files of every kind in two areas.
async fn some_files(world: &World, city: &City) {
    let (team, mediators) = world.active(city, 0).await;
    let mut leader = world.mediators(&leader_of(&team));
    leader.propose_cessation(propose(&mediators[1])).await.unwrap();
    leader.propose_cessation(propose(&mediators[2])).await.unwrap();
    let mut late = submit(&mediators[2]);
    (late.verify_date, late.receive_date) = (day("2026-01-20"), day("2026-01-20"));
    world.mediators(&city.front()).submit_cessation(late).await.unwrap();
    world.submitted(city, 1, 3).await;
    world.with_leader_submitted(city, 2).await;
}

async fn deadlines_page_exactly_once_in_every_state(world: World) {
    let city = world.small_city().await;
    some_files(&world, &city).await;
    let mut deadlines = world.deadlines(&city.department());
    let mut total = 0;
    use pb::DeadlineState::{Due, Met, MetLate, Overdue, Unspecified};
    for as_of in ["2025-09-24", "2026-01-12", "2026-03-02"] {
        let mut sum = 0;
        for state in [Due, Overdue, Met, MetLate, Unspecified] {
            let (mut seen, mut token) = (Vec::new(), String::new());
            loop {
                let request = pb::ListDeadlinesRequest {
                    unit_id: city.city.clone(),
                    state: state.into(),
                    valid_at: day(as_of),
                    page_size: 2,
                    page_token: token,
                    ..Default::default()
                };
                let page = deadlines.list_deadlines(request).await.unwrap().into_inner();
                seen.extend(page.deadlines);
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            // What the statement chose is what the rule draws.
            assert!(state == Unspecified || seen.iter().all(|one| one.state() == state), "{as_of} {state:?}");
            let days = |one: &pb::Deadline| one.due_date.map(|day| (day.year, day.month, day.day));
            assert!(seen.is_sorted_by_key(days), "the earliest last day first");
            let mut ids: Vec<_> = seen.iter().map(|one| (one.record_id.clone(), one.step)).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), seen.len(), "each once");
            match state {
                Unspecified => assert_eq!((sum, total <= seen.len()), (seen.len(), true)),
                _ => sum += seen.len(),
            }
            total = if state == Unspecified { seen.len() } else { total };
        }
    }
    assert_eq!(total, 10, "three lists, two submissions and decisions of leaders, two checks, one decision");
    let request =
        pb::ListDeadlinesRequest { procedure: pb::AdministrativeProcedure::CeaseMediator.into(), ..Default::default() };
    let ceasing = deadlines.list_deadlines(request).await.unwrap().into_inner().deadlines;
    assert!(ceasing.len() == 3 && ceasing.iter().all(|one| one.procedure_code == "2.000930"));
    let elsewhere = world.deadlines(&city.other_chair()).list_deadlines(pb::ListDeadlinesRequest::default()).await;
    assert!(elsewhere.unwrap().into_inner().deadlines.is_empty(), "another ward's are not mine");
}

async fn standings_count_what_the_lists_show(world: World) {
    let city = world.small_city().await;
    some_files(&world, &city).await;
    let mut deadlines = world.deadlines(&city.department());
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListOverdueProceduresRequest { page_size: 1, page_token: token, ..Default::default() };
        let page = deadlines.list_overdue_procedures(request).await.unwrap().into_inner();
        all.extend(page.standings);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let counts: Vec<_> = all
        .iter()
        .map(|one| (one.procedure_code.as_str(), one.due_count, one.overdue_count, one.met_count, one.met_late_count))
        .collect();
    // Of the lists one is open and two were decided a day late; of the leaders one is open; of the procedures of ceasing
    // one check and one decision are open, one check was late.
    assert_eq!(counts, [("1.002211", 0, 1, 0, 2), ("2.000930", 0, 2, 0, 1), ("2.000950", 0, 1, 3, 0)]);
    assert!(all.iter().all(|one| one.commune_unit_id == city.ward));
    assert_eq!(all[1].oldest_due_date, day("2026-01-15"));
    let early = pb::ListOverdueProceduresRequest { valid_at: day("2025-09-09"), ..Default::default() };
    assert!(deadlines.list_overdue_procedures(early.clone()).await.unwrap().into_inner().standings.is_empty());
    let every = pb::ListOverdueProceduresRequest { all_communes: true, ..early };
    let every = deadlines.list_overdue_procedures(every).await.unwrap().into_inner().standings;
    assert_eq!((every.len(), every[0].due_count), (1, 3));
}
