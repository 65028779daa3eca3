//! Rule 62: who is due or overdue, and the figures of a year.

use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use super::recognized_on;
use crate::world::*;

crate::on_both!(
    rule_62_new_mediators_are_due_then_overdue_until_they_are_trained,
    rule_62_a_year_asks_everybody,
    rule_62_who_is_due_pages_exactly_once_in_the_areas_of_the_caller,
    rule_62_the_figures_of_a_year_are_whole_numbers_by_commune,
);

fn ask(unit: &str, duty: pb::TrainingDuty, on: &str) -> pb::ListTrainingDueRequest {
    pb::ListTrainingDueRequest { unit_id: unit.into(), duty: duty.into(), valid_at: day(on), ..Default::default() }
}

async fn due(world: &World, who: &str, request: pb::ListTrainingDueRequest) -> Vec<pb::TrainingDue> {
    world.trainings(who).list_training_due(request).await.unwrap().into_inner().dues
}

const NEW: pb::TrainingDuty = pb::TrainingDuty::NewMediator;

async fn rule_62_new_mediators_are_due_then_overdue_until_they_are_trained(world: World) {
    let city = world.small_city().await;
    let (_, old) = recognized_on(&world, &city.ward, &city.areas[2], 3, "2025-09-01").await;
    let (_, new) = recognized_on(&world, &city.ward, &city.areas[0], 3, "2025-09-10").await;
    let officer = city.officer();
    let states = |dues: &[pb::TrainingDue]| dues.iter().map(|one| one.state()).collect::<Vec<_>>();
    use pb::TrainingDueState::{Due, Overdue};
    assert!(due(&world, &officer, ask(&city.ward, NEW, "2025-08-31")).await.is_empty(), "nobody in force yet");
    let listed = due(&world, &officer, ask(&city.ward, NEW, "2026-03-01")).await;
    assert_eq!(states(&listed), [Due; 6]);
    assert_eq!((listed[0].due_date, listed[5].due_date), (day("2026-03-01"), day("2026-03-10")));
    assert_eq!(listed[0].recognition_date, day("2025-09-01"), "the longest in force first");
    let listed = due(&world, &officer, ask(&city.ward, NEW, "2026-03-02")).await;
    assert_eq!(states(&listed), [Overdue, Overdue, Overdue, Due, Due, Due]);
    for (state, expected) in [(Due, 3), (Overdue, 3)] {
        let request = pb::ListTrainingDueRequest { state: state.into(), ..ask(&city.ward, NEW, "2026-03-02") };
        assert_eq!(states(&due(&world, &officer, request).await), vec![state; expected]);
    }
    // One is trained, one ceases: as of the days before, both were still due.
    let (_, sessions) = world.open_course(&officer, &city.ward, &["2026-02-20"]).await;
    world.attended(&officer, &sessions[0], &[&new[0], &old[0]]).await;
    world.mediators(&city.chair()).decide_cessation(cease(&new[1])).await.unwrap();
    assert_eq!(due(&world, &officer, ask(&city.ward, NEW, "2026-03-02")).await.len(), 3);
    assert_eq!(due(&world, &officer, ask(&city.ward, NEW, "2026-02-19")).await.len(), 5, "trained on the next day");
    assert_eq!(due(&world, &officer, ask(&city.ward, NEW, "2025-12-31")).await.len(), 6);
    // Recognised before the plan of the city: no duty.
    let team = due(&world, &officer, ask(&city.areas[2], NEW, "2026-03-02")).await;
    assert_eq!(team.len(), 2, "by area unit too");
}

async fn rule_62_a_year_asks_everybody(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    let officer = city.officer();
    let (_, sessions) = world.open_course(&officer, &city.ward, &["2025-11-20", "2026-02-20"]).await;
    world.attended(&officer, &sessions[0], &[&who[0], &who[1]]).await;
    world.attended(&officer, &sessions[1], &[&who[0]]).await;
    let yearly = |on| ask(&city.ward, pb::TrainingDuty::Yearly, on);
    let of_2025 = due(&world, &officer, yearly("2025-12-31")).await;
    assert_eq!(of_2025.iter().map(|one| one.mediator_id.as_str()).collect::<Vec<_>>(), [who[2].as_str()]);
    assert_eq!(of_2025[0].due_date, day("2025-12-31"));
    assert_eq!(due(&world, &officer, yearly("2026-02-19")).await.len(), 3);
    assert_eq!(due(&world, &officer, yearly("2026-02-20")).await.len(), 2);
    let request = pb::ListTrainingDueRequest { state: pb::TrainingDueState::Overdue.into(), ..yearly("2026-02-20") };
    assert!(due(&world, &officer, request).await.is_empty());
}

async fn rule_62_who_is_due_pages_exactly_once_in_the_areas_of_the_caller(world: World) {
    let city = world.small_city().await;
    for (n, on) in ["2025-09-01", "2025-09-05", "2025-09-05"].into_iter().enumerate() {
        recognized_on(&world, &city.ward, &city.areas[n], 5, on).await;
    }
    recognized_on(&world, &city.other_ward, &city.other_areas[0], 4, "2025-09-05").await;
    for (who, unit, expected) in [
        (city.officer(), String::new(), 15),
        (city.department(), city.city.clone(), 19),
        (city.department(), city.other_ward.clone(), 4),
        (format!("{}+commune_justice_officer~{}", city.officer(), city.other_ward), String::new(), 19),
        (city.officer(), city.other_ward.clone(), 0),
    ] {
        let mut trainings = world.trainings(&who);
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let request =
                pb::ListTrainingDueRequest { page_size: 4, page_token: token, ..ask(&unit, NEW, "2026-03-03") };
            let page = trainings.list_training_due(request).await.unwrap().into_inner();
            assert!(page.dues.len() <= 4);
            seen.extend(
                page.dues
                    .into_iter()
                    .map(|one| (one.recognition_date.map(|d| (d.year, d.month, d.day)), one.mediator_id)),
            );
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert!(seen.is_sorted() && seen.len() == expected, "{who} {}", seen.len());
        seen.dedup();
        assert_eq!(seen.len(), expected);
    }
}

async fn rule_62_the_figures_of_a_year_are_whole_numbers_by_commune(world: World) {
    let city = world.small_city().await;
    let (_, first) = recognized_on(&world, &city.ward, &city.areas[0], 5, "2025-09-10").await;
    recognized_on(&world, &city.ward, &city.areas[1], 3, "2025-12-20").await;
    let (_, other) = recognized_on(&world, &city.other_ward, &city.other_areas[0], 3, "2025-09-10").await;
    let department = city.department();
    let (_, sessions) = world.open_course(&department, &city.city, &["2025-11-20", "2026-02-20"]).await;
    world.attended(&department, &sessions[0], &[&first[0], &first[1], &first[2], &other[0]]).await;
    world.attended(&department, &sessions[1], &[&first[0]]).await;
    world.mediators(&city.chair()).decide_cessation(cease(&first[4])).await.unwrap();
    let measure = async |who: &str, unit: &str, year, on| {
        let request =
            pb::GetTrainingIndicatorsRequest { unit_id: unit.into(), year, valid_at: on, ..Default::default() };
        world.trainings(who).get_training_indicators(request).await.unwrap().into_inner()
    };
    let of_2025 = measure(&city.officer(), &city.ward, 2025, None).await;
    let total = of_2025.total.unwrap();
    assert_eq!(of_2025.valid_at, day("2025-12-31"));
    assert_eq!((total.mediator_count, total.trained_count, total.attended_minutes), (8, 3, 630));
    // Candidates 0, 2, 4 of each list are women.
    assert_eq!((total.female_mediator_count, total.female_trained_count), (5, 2));
    assert_eq!((total.team_count, total.trained_team_count, total.material_count), (2, 1, 3));
    assert_eq!((total.new_mediator_count, total.new_in_time_count, total.new_not_due_count), (8, 3, 5));
    let share = total.trained_share.unwrap();
    assert_eq!((share.numerator, share.denominator, share.percent.as_str()), (3, 8, "37.50"));
    assert!(!total.target_met && of_2025.communes.is_empty());
    let target = of_2025.target_share.unwrap();
    assert_eq!((target.numerator, target.denominator, of_2025.rule_version.as_str()), (90, 100, "kh-183-2025"));

    // Seen half a year later: two missed the last day, one had ceased, three are not due yet.
    let later = measure(&department, &city.city, 2025, day("2026-03-11")).await;
    let total = later.total.unwrap();
    let new = (total.new_in_time_count, total.new_missed_count, total.new_not_due_count, total.new_ceased_count);
    assert_eq!(new, (4, 3, 3, 1));
    let share = total.new_in_time_share.unwrap();
    assert_eq!((share.numerator, share.denominator), (4, 7), "not due and ceased are in neither part");
    assert_eq!(later.communes.len(), 2);
    let sum: i64 = later.communes.iter().map(|one| one.new_missed_count).sum();
    assert_eq!(sum, 3);
    let ward = later.communes.iter().find(|one| one.unit_id == city.ward).unwrap();
    assert_eq!((ward.new_missed_count, ward.mediator_count), (1, 8));

    let of_2026 = measure(&department, &city.city, 2026, None).await;
    let total = of_2026.total.unwrap();
    assert_eq!(of_2026.valid_at, day("2026-03-02"), "today, when the year is not over");
    assert_eq!((total.mediator_count, total.trained_count, total.new_mediator_count), (10, 1, 0));
    let before = measure(&department, &city.city, 2024, None).await;
    assert_eq!((before.total.unwrap(), before.target_share), (blank(&city.city), None));
    let request = pb::GetTrainingIndicatorsRequest {
        unit_id: city.other_ward.clone(),
        year: 2026,
        valid_at: None,
        ..Default::default()
    };
    let refused = world.trainings(&city.officer()).get_training_indicators(request).await;
    assert_eq!(refusal(refused).0, Code::PermissionDenied);
}

fn blank(unit: &str) -> pb::TrainingIndicators {
    let nothing = || Some(hoagiai_proto::common::v1::Ratio::default());
    pb::TrainingIndicators {
        unit_id: unit.into(),
        trained_share: nothing(),
        new_in_time_share: nothing(),
        female_share: nothing(),
        ..Default::default()
    }
}
