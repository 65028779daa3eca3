//! Searching mediators by name through the contract.

use std::{collections::BTreeSet, time::Duration};

use hoagiai_proto::registry::v1 as pb;
use tonic::{Code, Request};

use crate::world::*;

crate::on_both!(
    names_are_found_as_people_write_them,
    results_and_counts_are_cut_to_the_areas_of_the_caller,
    a_search_is_filtered_by_day_team_and_skill,
    pages_of_a_search_hold_each_match_once,
    a_search_waits_for_the_position_it_must_have_seen,
    a_restart_finds_the_same,
    searches_go_on_while_names_change,
    short_and_malformed_queries_are_refused,
    an_identity_number_is_nowhere_but_sealed,
);

/// A team in an area whose mediators in force have these names.
pub(crate) async fn team_of(world: &World, city: &City, area: usize, names: &[&str]) -> (pb::Team, Vec<String>) {
    team_of_people(world, city, area, &names.iter().map(|name| person(name)).collect::<Vec<_>>()).await
}

pub(crate) fn person(name: &str) -> pb::Person {
    let mut person = candidate(0, 0).person.unwrap();
    person.full_name = name.into();
    person
}

pub(crate) async fn team_of_people(
    world: &World,
    city: &City,
    area: usize,
    people: &[pb::Person],
) -> (pb::Team, Vec<String>) {
    let team = world.planned(city, area, i32::try_from(people.len()).unwrap()).await;
    let mut request = election(&team.team_id, &vec![80; people.len()]);
    for (candidate, person) in request.candidates.iter_mut().zip(people) {
        candidate.person = Some(person.clone());
    }
    let mut front = world.mediators(&city.front());
    let held = front.record_election(request).await.unwrap().into_inner().election.unwrap();
    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id,
        decision: decision("2025-09-10"),
        ..Default::default()
    };
    let decided = world.mediators(&city.chair()).decide_recognition(request).await.unwrap().into_inner();
    (decided.team.unwrap(), held.mediators.into_iter().map(|mediator| mediator.mediator_id).collect())
}

/// The newest position of the journal, told by a change of no consequence.
pub(crate) async fn position(world: &World, city: &City, mediator: &str) -> i64 {
    let request = pb::SetMediatorProfileRequest { mediator_id: mediator.into(), ..Default::default() };
    let officer = format!("{}+commune_justice_officer~{}", city.officer(), city.other_ward);
    world.mediators(&officer).set_mediator_profile(request).await.unwrap().into_inner().position
}

/// Searches once the names were read after the start.
pub(crate) async fn search(
    world: &World,
    who: &str,
    request: pb::SearchMediatorsRequest,
) -> pb::SearchMediatorsResponse {
    loop {
        match world.mediators(who).search_mediators(request.clone()).await {
            Ok(answer) => return answer.into_inner(),
            Err(status) if status.code() == Code::Unavailable => tokio::task::yield_now().await,
            Err(status) => panic!("{status:?}"),
        }
    }
}

pub(crate) fn ask(query: &str, at_least: i64) -> pb::SearchMediatorsRequest {
    pb::SearchMediatorsRequest { query: query.into(), at_least, ..Default::default() }
}

const PEOPLE: [&str; 6] =
    ["Nguyễn Văn Hòa", "Nguyễn Văn Hoá", "Trần Thị Quý", "Đặng Thị Lý", "H'Đơk Ksơr", "Phạm Đức Anh"];

async fn names_are_found_as_people_write_them(world: World) {
    let city = world.small_city().await;
    let (_, ids) = team_of(&world, &city, 0, &PEOPLE).await;
    let at = position(&world, &city, &ids[0]).await;
    use pb::MatchReason as R;
    for (query, first, why) in [
        ("Nguyễn Văn Hòa", 0, R::Exact),
        ("Nguyễn Văn Hoà", 0, R::TonePlacement),
        ("tran thi quy", 2, R::MarksOmitted),
        ("Nguye\u{302}\u{303}n Va\u{306}n Ho\u{301}a", 1, R::TonePlacement),
        ("nguyeenx vawn hoas", 1, R::TypingKeys),
        ("Nguye64n Va8n Hoa1", 1, R::TypingKeys),
        ("Trần Thị Quí", 2, R::Spelling),
        ("DANG THI LI", 3, R::Spelling),
        ("hdok ksor", 4, R::MarksOmitted),
        ("Phạm Anh", 5, R::FewerSyllables),
        ("P.Đ. Anh", 5, R::Initials),
        ("Anh Phạm Đức", 5, R::OtherOrder),
        ("Trần Thị Thu Quý", 2, R::SyllableNotInName),
        ("tran thi quu", 2, R::Slip),
    ] {
        let found = search(&world, &city.officer(), ask(query, at)).await;
        let best = found.matches.first().unwrap_or_else(|| panic!("{query}"));
        let who = best.mediator.as_ref().unwrap();
        assert_eq!(who.mediator_id, ids[first], "{query}");
        assert!(best.reasons.contains(&why.into()), "{query} {:?}", best.reasons);
        assert!(found.position >= at && found.total_count >= 1);
    }
    assert_eq!(search(&world, &city.officer(), ask("Lê Thị Bưởi", at)).await.total_count, 0);
}

async fn results_and_counts_are_cut_to_the_areas_of_the_caller(world: World) {
    let city = world.small_city().await;
    let (team, ids) = team_of(&world, &city, 0, &["Nguyễn Văn An", "Lê Thị An", "Trần Văn An"]).await;
    let other = city.turned();
    let (_, others) = team_of(&world, &other, 0, &["Nguyễn Văn An", "Phạm Thị An", "Lê Văn An"]).await;
    let at = position(&world, &city, &others[0]).await.max(position(&world, &city, &ids[0]).await);
    let count = |who: String, unit_id: String| {
        let world = &world;
        async move {
            let found = search(world, &who, pb::SearchMediatorsRequest { unit_id, ..ask("an", at) }).await;
            assert_eq!(found.total_count, i64::try_from(found.matches.len()).unwrap(), "nothing is counted unseen");
            found.total_count
        }
    };
    let none = String::new();
    assert_eq!(count(city.officer(), none.clone()).await, 3);
    assert_eq!(count(city.officer(), city.city.clone()).await, 3, "of the city I see my ward");
    assert_eq!(count(city.officer(), city.other_ward.clone()).await, 0);
    assert_eq!(count(city.department(), none.clone()).await, 6);
    assert_eq!(count(city.department(), city.other_ward.clone()).await, 3);
    assert_eq!(count("auditor~everywhere".into(), none.clone()).await, 6);
    assert_eq!(count(format!("mediator~team:{}", team.team_id), none.clone()).await, 3);
    assert_eq!(count(city.department(), city.areas[0].clone()).await, 3);
    assert_eq!(count(city.department(), new_id()).await, 0);
    let operator = world.mediators(OPERATOR).search_mediators(ask("an", at)).await;
    assert_eq!(refusal(operator).0, Code::PermissionDenied);
}

async fn a_search_is_filtered_by_day_team_and_skill(world: World) {
    let city = world.small_city().await;
    let (team, ids) = team_of(&world, &city, 0, &["Nguyễn Văn An", "Lê Thị An", "Trần Văn An"]).await;
    team_of(&world, &city, 1, &["Phạm Thị An", "Lê Văn An", "Bùi An"]).await;
    let request = pb::SetMediatorProfileRequest {
        mediator_id: ids[1].clone(),
        languages: vec!["tyz".into()],
        expertises: vec!["Đất đai".into()],
        ..Default::default()
    };
    let set = world.mediators(&city.officer()).set_mediator_profile(request).await.unwrap().into_inner();
    let shown = set.mediator.unwrap().person.unwrap();
    assert_eq!(
        (shown.full_name.as_str(), shown.languages, shown.expertises),
        ("Lê Thị An", vec!["tyz".into()], vec!["Đất đai".into()])
    );
    let ceased = world.mediators(&city.chair()).decide_cessation(cease(&ids[2])).await.unwrap().into_inner();
    let found = async |request: pb::SearchMediatorsRequest| {
        let request = pb::SearchMediatorsRequest { at_least: ceased.position, ..request };
        search(&world, &city.officer(), request).await.total_count
    };
    let an = || ask("an", 0);
    assert_eq!(found(an()).await, 6);
    assert_eq!(found(pb::SearchMediatorsRequest { team_id: team.team_id.clone(), ..an() }).await, 3);
    assert_eq!(found(pb::SearchMediatorsRequest { in_force_date: day("2026-03-02"), ..an() }).await, 5);
    assert_eq!(found(pb::SearchMediatorsRequest { in_force_date: day("2026-01-12"), ..an() }).await, 6, "the last day");
    assert_eq!(
        found(pb::SearchMediatorsRequest { in_force_date: day("2025-09-09"), ..an() }).await,
        0,
        "the day before"
    );
    assert_eq!(found(pb::SearchMediatorsRequest { language: "tyz".into(), ..an() }).await, 1);
    assert_eq!(found(pb::SearchMediatorsRequest { expertise: "dat dai".into(), ..an() }).await, 1);
    assert_eq!(found(pb::SearchMediatorsRequest { expertise: "Lao động".into(), ..an() }).await, 0);
}

async fn pages_of_a_search_hold_each_match_once(world: World) {
    let city = world.small_city().await;
    let mut last = 0;
    for area in 0..3 {
        let names = [
            "Nguyễn Văn An",
            "Nguyễn Văn Ân",
            "Nguyễn An",
            "An Văn Nguyễn",
            "Nguyễn Văn Anh",
            "Trần Thị An",
            "Lê Bình",
        ];
        let (_, ids) = team_of(&world, &city, area, &names).await;
        last = position(&world, &city, &ids[0]).await;
    }
    let whole = search(&world, &city.officer(), ask("nguyen van an", last)).await;
    let ids = |answer: &pb::SearchMediatorsResponse| -> Vec<String> {
        answer.matches.iter().map(|found| found.mediator.as_ref().unwrap().mediator_id.clone()).collect()
    };
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::SearchMediatorsRequest { page_size: 2, page_token: token, ..ask("nguyen van an", last) };
        let page = search(&world, &city.officer(), request).await;
        assert_eq!(page.total_count, whole.total_count);
        seen.extend(ids(&page));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        // Another query, another caller: the token is of neither.
        let request = pb::SearchMediatorsRequest { page_token: token.clone(), ..ask("nguyen van anh", last) };
        assert_eq!(refusal(world.mediators(&city.officer()).search_mediators(request).await).1, "PAGE_TOKEN_INVALID");
        let request =
            pb::SearchMediatorsRequest { page_token: token.clone(), page_size: 2, ..ask("nguyen van an", last) };
        assert_eq!(refusal(world.mediators(&city.chair()).search_mediators(request).await).1, "PAGE_TOKEN_INVALID");
    }
    assert_eq!(seen, ids(&whole));
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
    assert!(seen.len() >= 9, "{}", seen.len());
}

async fn a_search_waits_for_the_position_it_must_have_seen(world: World) {
    let city = world.small_city().await;
    let (_, ids) = team_of(&world, &city, 0, &PEOPLE[..3]).await;
    for n in 0..20 {
        let request = pb::SetMediatorProfileRequest {
            mediator_id: ids[0].clone(),
            expertises: vec![format!("Việc thứ {n}")],
            ..Default::default()
        };
        let position =
            world.mediators(&city.officer()).set_mediator_profile(request).await.unwrap().into_inner().position;
        let request = pb::SearchMediatorsRequest { expertise: format!("việc thứ {n}"), ..ask("hoa", position) };
        assert_eq!(search(&world, &city.officer(), request).await.total_count, 1, "a caller finds what it wrote");
    }
    let mut far = Request::new(ask("hoa", 1_000_000));
    far.set_timeout(Duration::from_millis(400));
    let answer = world.mediators(&city.officer()).search_mediators(far).await;
    let status = answer.as_ref().unwrap_err();
    assert!(tonic_types::StatusExt::get_error_details(status).retry_info().is_some());
    assert_eq!(refusal(answer), (Code::Unavailable, "NAMES_NOT_READY".into()));
}

async fn a_restart_finds_the_same(world: World) {
    let city = world.small_city().await;
    let (_, ids) = team_of(&world, &city, 0, &PEOPLE).await;
    let at = position(&world, &city, &ids[0]).await;
    let queries = ["nguyen van hoa", "quy", "P.D. Anh", "ksor", "thi"];
    let mut before = Vec::new();
    for query in queries {
        before.push(search(&world, &city.officer(), ask(query, at)).await.matches);
    }
    let world = World::over(world.stop().await).await.unwrap();
    for (query, before) in queries.iter().zip(before) {
        assert_eq!(search(&world, &city.officer(), ask(query, at)).await.matches, before, "{query}");
    }
}

async fn searches_go_on_while_names_change(world: World) {
    let city = world.small_city().await;
    let (_, ids) = team_of(&world, &city, 0, &PEOPLE).await;
    let at = position(&world, &city, &ids[0]).await;
    let writing = async {
        for n in 0..30 {
            let request = pb::SetMediatorProfileRequest {
                mediator_id: ids[n % ids.len()].clone(),
                languages: vec![["tyz", "hmn", "mtq"][n % 3].into()],
                ..Default::default()
            };
            world.mediators(&city.officer()).set_mediator_profile(request).await.unwrap();
        }
    };
    let reading = async {
        for _ in 0..60 {
            let found = search(&world, &city.officer(), ask("nguyen van", at)).await;
            assert_eq!(found.total_count, 2, "nobody is missed and nobody doubled");
        }
    };
    tokio::join!(writing, reading);
    let at = position(&world, &city, &ids[1]).await;
    assert_eq!(search(&world, &city.officer(), ask("thi", at)).await.total_count, 2);
}

async fn short_and_malformed_queries_are_refused(world: World) {
    let city = world.small_city().await;
    let mut officer = world.mediators(&city.officer());
    for query in ["a", " Đ. ", "\u{200B}\u{301}", "—!"] {
        let refused = refusal(officer.search_mediators(ask(query, 0)).await);
        assert_eq!(refused, (Code::InvalidArgument, "QUERY_TOO_SHORT".into()), "{query:?}");
    }
    assert_eq!(fields(officer.search_mediators(ask("", 0)).await), ["query"]);
    let request =
        pb::SearchMediatorsRequest { language: "Tày".into(), unit_id: "x".into(), page_size: -1, ..ask("an", -1) };
    assert_eq!(fields(officer.search_mediators(request).await), ["unit_id", "language", "page_size", "at_least"]);
    let marks = format!("Ho{} An", "\u{301}".repeat(110));
    officer.search_mediators(ask(&marks, 0)).await.ok();
}

const NUMBER: &str = "001190012345";

async fn an_identity_number_is_nowhere_but_sealed(world: World) {
    let city = world.small_city().await;
    let people = PEOPLE[..3].iter().map(|name| pb::Person { identity_number: NUMBER.into(), ..person(name) });
    let (_, ids) = team_of_people(&world, &city, 0, &people.collect::<Vec<_>>()).await;
    let get = pb::GetMediatorRequest { mediator_id: ids[0].clone(), ..Default::default() };
    let shown = world.mediators(&city.officer()).get_mediator(get).await.unwrap().into_inner();
    let shown = shown.mediator.unwrap().person.unwrap();
    assert_eq!((shown.identity_number.as_str(), shown.masked_identity_number.as_str()), ("", "*********345"));
    let request = pb::SetMediatorProfileRequest {
        mediator_id: ids[0].clone(),
        identity_number: "001190099999".into(),
        ..Default::default()
    };
    let set = world.mediators(&city.officer()).set_mediator_profile(request).await.unwrap().into_inner();
    assert_eq!(set.mediator.unwrap().person.unwrap().masked_identity_number, "*********999");
    let wrong = pb::SetMediatorProfileRequest {
        mediator_id: ids[0].clone(),
        identity_number: "12".into(),
        ..Default::default()
    };
    assert_eq!(fields(world.mediators(&city.officer()).set_mediator_profile(wrong).await), ["identity_number"]);
    crate::sealed::nowhere(world.stop().await, &[NUMBER, "001190099999"]).await;
}
