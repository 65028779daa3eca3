//! Every list pages each record exactly once.

use std::collections::HashSet;

use hoagiai_proto::registry::v1 as pb;

use crate::world::*;

crate::on_both!(units_page_exactly_once, teams_page_exactly_once, mediators_page_exactly_once, tokens_are_bound);

async fn units_page_exactly_once(world: World) {
    let city = world.small_city().await;
    let rows = (1..=45).map(|n| unit(&format!("00004-x{n}"), "Tổ", pb::UnitKind::ResidentialGroup, "00004")).collect();
    world.units(OPERATOR).import_units(import(rows)).await.unwrap();
    let mut units = world.units(OPERATOR);
    let (mut codes, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListUnitsRequest {
            parent_unit_id: city.ward.clone(),
            page_size: 7,
            page_token: token,
            ..Default::default()
        };
        let page = units.list_units(request).await.unwrap().into_inner();
        assert!(page.units.len() <= 7);
        codes.extend(page.units.into_iter().map(|unit| unit.code));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(codes.len(), 48);
    assert!(codes.is_sorted() && codes.iter().collect::<HashSet<_>>().len() == 48);
    let top = pb::ListUnitsRequest::default();
    assert_eq!(units.list_units(top).await.unwrap().into_inner().units[0].unit_id, city.city);
    let before = pb::ListUnitsRequest { parent_unit_id: city.ward, valid_at: day("2025-06-30"), ..Default::default() };
    assert!(units.list_units(before).await.unwrap().into_inner().units.is_empty());
}

async fn teams_page_exactly_once(world: World) {
    let city = world.small_city().await;
    let mut request = plan(&city.ward, &[(city.areas[0].as_str(), 3); 25]);
    for one in &mut request.plans[1..] {
        one.exception_reason = "địa bàn rộng".into();
    }
    world.teams(&city.chair()).plan_teams(request).await.unwrap();
    for (who, unit_id) in [
        (city.chair(), String::new()),
        (city.department(), city.city.clone()),
        (city.department(), city.ward.clone()),
        ("auditor~everywhere".into(), city.areas[0].clone()),
        (format!("{}+{}", city.chair(), city.other_chair()), String::new()),
    ] {
        let mut teams = world.teams(&who);
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListTeamsRequest {
                unit_id: unit_id.clone(),
                page_size: 4,
                page_token: token,
                ..Default::default()
            };
            let page = teams.list_teams(request).await.unwrap().into_inner();
            seen.extend(page.teams.into_iter().map(|team| team.team_id));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert!(seen.is_sorted() && seen.len() == 25, "{who} {}", seen.len());
        assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 25);
    }
}

async fn mediators_page_exactly_once(world: World) {
    let city = world.small_city().await;
    let (team, _) = world.recognized(&city, 0, 10).await;
    world.elected(&city, 1, 12).await;
    let mut mediators = world.mediators(&city.officer());
    let mut all = HashSet::new();
    for (team_id, state, expected) in [
        (String::new(), pb::MediatorState::Unspecified, 22),
        (team.team_id, pb::MediatorState::Unspecified, 10),
        (String::new(), pb::MediatorState::Recognized, 10),
        (String::new(), pb::MediatorState::Elected, 12),
    ] {
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListMediatorsRequest {
                team_id: team_id.clone(),
                state: state.into(),
                page_size: 3,
                page_token: token,
                ..Default::default()
            };
            let page = mediators.list_mediators(request).await.unwrap().into_inner();
            assert!(page.mediators.iter().all(|m| m.person.as_ref().is_some_and(|p| p.full_name.starts_with(NAME))));
            seen.extend(page.mediators.into_iter().map(|m| m.mediator_id));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!((seen.len(), seen.iter().collect::<HashSet<_>>().len()), (expected, expected));
        all.extend(seen);
    }
    assert_eq!(all.len(), 22);
}

async fn tokens_are_bound(world: World) {
    let city = world.small_city().await;
    let mut request = plan(&city.ward, &[(city.areas[0].as_str(), 3), (city.areas[1].as_str(), 3)]);
    request.plans[1].display_name = "Tổ hòa giải số 2".into();
    world.teams(&city.chair()).plan_teams(request).await.unwrap();
    let mut teams = world.teams(&city.chair());
    let request = pb::ListTeamsRequest { page_size: 1, ..Default::default() };
    let page_token = teams.list_teams(request).await.unwrap().into_inner().next_page_token;
    assert!(!page_token.is_empty());
    let request =
        pb::ListTeamsRequest { unit_id: city.ward.clone(), page_token: page_token.clone(), ..Default::default() };
    assert_eq!(refusal(teams.list_teams(request).await).1, "PAGE_TOKEN_INVALID");
    let request = pb::ListTeamsRequest { page_token, ..Default::default() };
    assert_eq!(refusal(world.teams(&city.department()).list_teams(request).await).1, "PAGE_TOKEN_INVALID");
}
