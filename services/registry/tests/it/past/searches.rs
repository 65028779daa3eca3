//! Searches, duplicates, histories and lineage: as of a day, as known at an instant.

use hoagiai_proto::registry::v1 as pb;

use super::then;
use crate::{successions::merge, world::*};

crate::on_both!(searches_and_duplicates_read_as_of_then, histories_and_lineage_end_where_they_are_asked_to,);

async fn searches_and_duplicates_read_as_of_then(world: World) {
    let city = world.small_city().await;
    let before = then(&world);
    let (team, who) = world.active(&city, 0).await;
    let in_force = then(&world);
    let position = world.mediators(&city.chair()).decide_cessation(cease(&who[1])).await.unwrap().into_inner().position;
    let request = pb::GetMediatorRequest { mediator_id: who[1].clone(), ..Default::default() };
    let mut people = world.mediators(&city.officer());
    let person = people.get_mediator(request).await.unwrap().into_inner().mediator.unwrap().person.unwrap();
    for (valid_at, known_at, in_force_date, expected) in [
        (None, None, None, Some(pb::MediatorState::Ceased)),
        (None, None, day("2026-03-02"), None),
        (day("2026-01-11"), None, None, Some(pb::MediatorState::Recognized)),
        (day("2026-01-11"), None, day("2026-01-11"), Some(pb::MediatorState::Recognized)),
        (None, in_force, day("2026-03-02"), Some(pb::MediatorState::Recognized)),
        (day("2025-08-30"), None, None, Some(pb::MediatorState::Submitted)),
        (day("2025-08-01"), None, None, None),
        (None, before, None, None),
    ] {
        let request = pb::SearchMediatorsRequest {
            query: person.full_name.clone(),
            team_id: team.team_id.clone(),
            in_force_date,
            valid_at,
            known_at,
            at_least: position,
            ..Default::default()
        };
        let found = people.search_mediators(request).await.unwrap().into_inner();
        let one = found.matches.iter().filter_map(|hit| hit.mediator.as_ref()).find(|one| one.mediator_id == who[1]);
        assert_eq!(one.map(|one| one.state()), expected, "{valid_at:?} {known_at:?} {in_force_date:?}");
        assert_eq!(found.total_count as usize, found.matches.len());
    }
    // Elsewhere nobody of this team is found, on whichever day.
    let request = pb::SearchMediatorsRequest {
        query: person.full_name.clone(),
        valid_at: day("2026-01-11"),
        at_least: position,
        ..Default::default()
    };
    let elsewhere = world.mediators(&city.other_chair()).search_mediators(request).await.unwrap().into_inner();
    assert_eq!((elsewhere.matches.len(), elsewhere.total_count), (0, 0));
    let asked = |valid_at, known_at| pb::FindDuplicatesRequest {
        unit_id: city.ward.clone(),
        valid_at,
        known_at,
        at_least: position,
        ..Default::default()
    };
    let mut duplicates = world.duplicates(&city.officer());
    assert_eq!(duplicates.find_duplicates(asked(None, before)).await.unwrap().into_inner().total_count, 0);
    let open = duplicates.find_duplicates(asked(None, None)).await.unwrap().into_inner();
    if let Some(pair) = open.candidates.first() {
        let undecided = then(&world);
        let request = pb::MarkDuplicateRequest {
            mediator_id: pair.first.as_ref().unwrap().mediator_id.clone(),
            other_mediator_id: pair.second.as_ref().unwrap().mediator_id.clone(),
            verdict: pb::DuplicateVerdict::Different.into(),
            reason: "hai người".into(),
            ..Default::default()
        };
        duplicates.mark_duplicate(request).await.unwrap();
        let then = duplicates.find_duplicates(asked(None, undecided)).await.unwrap().into_inner();
        let now = duplicates.find_duplicates(asked(None, None)).await.unwrap().into_inner();
        assert_eq!((then.total_count, now.total_count), (open.total_count, open.total_count - 1));
    }
}

async fn histories_and_lineage_end_where_they_are_asked_to(world: World) {
    let city = world.small_city().await;
    let (one, _) = world.active(&city, 0).await;
    let (two, _) = world.active(&city, 1).await;
    let apart = then(&world);
    let request = pb::MergeTeamsRequest { target_size: 9, ..merge(&[&two], &one.team_id, "2026-02-01") };
    world.teams(&city.chair()).merge_teams(request).await.unwrap();
    let mut teams = world.teams(&city.officer());
    for (valid_at, known_at, expected) in
        [(None, None, 1), (day("2026-02-01"), None, 1), (day("2026-01-31"), None, 0), (None, apart, 0)]
    {
        let request = pb::GetTeamLineageRequest { team_id: one.team_id.clone(), valid_at, known_at };
        let read = teams.get_team_lineage(request).await.unwrap().into_inner();
        assert_eq!(read.predecessor_team_ids.len(), expected, "{valid_at:?} {known_at:?}");
    }
    let whole = pb::GetTeamHistoryRequest { team_id: two.team_id.clone(), page_size: 1000, ..Default::default() };
    let all = teams.get_team_history(whole.clone()).await.unwrap().into_inner().entries;
    let until = pb::GetTeamHistoryRequest { known_at: apart, ..whole.clone() };
    let known = teams.get_team_history(until).await.unwrap().into_inner().entries;
    assert!(known.len() < all.len() && all.starts_with(&known), "{} of {}", known.len(), all.len());
    let until = pb::GetTeamHistoryRequest { valid_at: day("2025-09-10"), ..whole };
    let valid = teams.get_team_history(until).await.unwrap().into_inner().entries;
    assert!(!valid.is_empty() && valid.len() < all.len());
    assert!(valid.iter().all(|entry| entry.valid_date.is_some_and(|on| on.year == 2025)));
}
