//! Records that may be of one person, through the contract.

use std::{collections::BTreeSet, time::Duration};

use hoagiai_proto::registry::v1 as pb;
use tonic::{Code, Request};

use crate::{names::*, world::*};

crate::on_both!(
    candidates_have_their_reasons_and_are_gone_once_decided,
    rule_16_one_person_in_two_teams_is_warned_of,
    one_person_counts_once_and_both_histories_stay,
    a_merge_is_undone_whole,
    what_cannot_be_merged_is_refused,
    who_sees_one_record_alone_learns_nothing_of_the_other,
    candidates_page_exactly_once,
    two_decisions_at_once_leave_one,
    every_reason_of_names_and_duplicates_is_produced,
);

async fn find(world: &World, who: &str, unit: &str, at_least: i64) -> pb::FindDuplicatesResponse {
    let request = pb::FindDuplicatesRequest { unit_id: unit.into(), at_least, ..Default::default() };
    loop {
        match world.duplicates(who).find_duplicates(request.clone()).await {
            Ok(answer) => return answer.into_inner(),
            Err(status) if status.code() == Code::Unavailable => tokio::task::yield_now().await,
            Err(status) => panic!("{status:?}"),
        }
    }
}

fn mark(one: &str, other: &str, verdict: pb::DuplicateVerdict) -> pb::MarkDuplicateRequest {
    pb::MarkDuplicateRequest {
        mediator_id: one.into(),
        other_mediator_id: other.into(),
        verdict: verdict.into(),
        reason: "Đã đối chiếu căn cước".into(),
        ..Default::default()
    }
}

fn undo(duplicate: &pb::Duplicate) -> pb::UndoDuplicateRequest {
    pb::UndoDuplicateRequest {
        duplicate_id: duplicate.duplicate_id.clone(),
        reason: "Nhầm người".into(),
        ..Default::default()
    }
}

async fn get(world: &World, who: &str, id: &str) -> pb::GetMediatorResponse {
    world
        .mediators(who)
        .get_mediator(pb::GetMediatorRequest { mediator_id: id.into(), ..Default::default() })
        .await
        .unwrap()
        .into_inner()
}

async fn team(world: &World, id: &str) -> pb::Team {
    world
        .teams(OPERATOR)
        .get_team(pb::GetTeamRequest { team_id: id.into(), ..Default::default() })
        .await
        .unwrap()
        .into_inner()
        .team
        .unwrap()
}

fn numbered(name: &str, number: &str, birth_year: i32, phone: &str) -> pb::Person {
    let (identity_number, phone) = (number.into(), phone.into());
    pb::Person { identity_number, birth_year, phone, ..person(name) }
}

/// Two teams of Ba Đình: the third of each is one person, by number, name, year and phone.
async fn twins(world: &World, city: &City) -> ([pb::Team; 2], [Vec<String>; 2]) {
    let one = [
        numbered("Nguyễn Văn An", "001190000001", 1961, "0911111111"),
        numbered("Lê Thị Bình", "001190000002", 1962, "0922222222"),
        numbered("Trần Thị Hòa", "001190000003", 1963, "0933333333"),
    ];
    let other = [
        numbered("Phạm Văn Cường", "001190000004", 1964, "0944444444"),
        numbered("Lê Thị Bính", "001190000005", 1962, "0955555555"),
        numbered("Trần Thị Hoà", "001190000003", 1963, "0933333333"),
    ];
    let (first, ids) = team_of_people(world, city, 0, &one).await;
    let (second, others) = team_of_people(world, city, 1, &other).await;
    ([first, second], [ids, others])
}

async fn candidates_have_their_reasons_and_are_gone_once_decided(world: World) {
    let city = world.small_city().await;
    let (_, [ids, others]) = twins(&world, &city).await;
    let at = position(&world, &city, &ids[0]).await;
    let found = find(&world, &city.officer(), &city.ward, at).await;
    use pb::DuplicateReason as R;
    let both = |one: &str, other: &str| BTreeSet::from([one.to_owned(), other.to_owned()]);
    let told: Vec<_> = found
        .candidates
        .iter()
        .map(|one| {
            let ids = [&one.first, &one.second].map(|record| record.as_ref().unwrap().mediator_id.as_str());
            (both(ids[0], ids[1]), one.reasons().collect::<Vec<_>>(), one.score)
        })
        .collect();
    let all = vec![R::IdentityNumber, R::NameBirthYearArea, R::NamePhone, R::InForceInTwoTeams];
    let name = vec![R::NameBirthYearArea, R::InForceInTwoTeams];
    assert_eq!(told, [(both(&ids[2], &others[2]), all, 100), (both(&ids[1], &others[1]), name, 50),]);
    assert_eq!(found.total_count, 2);
    let text = format!("{found:?}");
    assert!(!text.contains("001190000003") && text.contains("*********003"), "masked");

    // Each decided away; a decision taken back brings the pair back.
    let mut officer = world.duplicates(&city.officer());
    let stale = pb::MarkDuplicateRequest {
        etag: found.candidates[1].etag.clone(),
        ..mark(&ids[2], &others[2], pb::DuplicateVerdict::Different)
    };
    position(&world, &city, &others[2]).await;
    assert_eq!(refusal(officer.mark_duplicate(stale).await), (Code::Aborted, "STALE_ETAG".into()));
    let fresh = pb::MarkDuplicateRequest {
        etag: found.candidates[1].etag.clone(),
        ..mark(&ids[1], &others[1], pb::DuplicateVerdict::Different)
    };
    let marked = officer.mark_duplicate(fresh).await.unwrap().into_inner();
    let different = marked.duplicate.unwrap();
    assert_eq!(
        (different.verdict(), different.actor.as_str()),
        (pb::DuplicateVerdict::Different, city.officer().as_str())
    );
    assert_eq!(different.reason, "Đã đối chiếu căn cước");
    let same =
        officer.mark_duplicate(mark(&ids[2], &others[2], pb::DuplicateVerdict::Same)).await.unwrap().into_inner();
    assert_eq!(find(&world, &city.officer(), &city.ward, same.position).await.total_count, 0);
    let undone = officer.undo_duplicate(undo(&different)).await.unwrap().into_inner();
    assert_eq!(undone.duplicate.unwrap().verdict(), pb::DuplicateVerdict::Undone);
    assert_eq!(find(&world, &city.officer(), &city.ward, undone.position).await.total_count, 1);
}

async fn rule_16_one_person_in_two_teams_is_warned_of(world: World) {
    let city = world.small_city().await;
    let (_, [ids, others]) = twins(&world, &city).await;
    // Once one of the records has ceased, the person is in one team from then on, but was in two before.
    let ceased = world.mediators(&city.chair()).decide_cessation(cease(&others[2])).await.unwrap().into_inner();
    let found = find(&world, &city.officer(), &city.ward, ceased.position).await;
    let holds = |record: &Option<pb::Mediator>, id: &str| record.as_ref().unwrap().mediator_id == id;
    let of = |id: &str| found.candidates.iter().find(|one| holds(&one.first, id) || holds(&one.second, id)).unwrap();
    assert!(of(&ids[2]).reasons().any(|reason| reason == pb::DuplicateReason::InForceInTwoTeams));
    // A warning: nothing was refused, both teams had their three mediators.
    assert_eq!(of(&ids[1]).reasons().count(), 2);
}

async fn one_person_counts_once_and_both_histories_stay(world: World) {
    let city = world.small_city().await;
    let ([first, second], [ids, others]) = twins(&world, &city).await;
    assert_eq!((first.mediator_count, second.mediator_count), (3, 3));
    let request = mark(&ids[2], &others[2], pb::DuplicateVerdict::Same);
    let request = pb::MarkDuplicateRequest { request_id: new_id(), ..request };
    let marked = world.duplicates(&city.officer()).mark_duplicate(request.clone()).await.unwrap().into_inner();
    let again = world.duplicates(&city.officer()).mark_duplicate(request).await.unwrap().into_inner();
    assert_eq!(again.duplicate, marked.duplicate, "a repeat changes nothing");
    let duplicate = marked.duplicate.unwrap();
    assert_eq!((&duplicate.survivor_mediator_id, &duplicate.merged_mediator_id), (&ids[2], &others[2]));

    // In force once: the team of the merged record has one fewer.
    assert_eq!(
        (team(&world, &first.team_id).await.mediator_count, team(&world, &second.team_id).await.mediator_count),
        (3, 2)
    );
    let list = pb::ListMediatorsRequest {
        unit_id: city.ward.clone(),
        state: pb::MediatorState::Recognized.into(),
        ..Default::default()
    };
    let listed = world.mediators(&city.officer()).list_mediators(list).await.unwrap().into_inner().mediators;
    assert_eq!(listed.len(), 5);
    // Found once, and on no day twice.
    let on =
        pb::SearchMediatorsRequest { in_force_date: day("2025-09-10"), ..ask("Trần Thị Hòa", marked.position) };
    assert_eq!(search(&world, &city.officer(), on).await.total_count, 1);
    // The old id answers the record to use, with a note.
    let read = get(&world, &city.officer(), &others[2]).await;
    assert_eq!((read.merged_into_mediator_id, read.mediator.unwrap().mediator_id), (ids[2].clone(), ids[2].clone()));
    let read = get(&world, &city.officer(), &ids[2]).await;
    assert_eq!(read.merged_into_mediator_id, "");

    // Both histories are there whole.
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.read().await.unwrap();
    for (id, last) in [(&ids[2], "MediatorAbsorbed"), (&others[2], "MediatorMerged")] {
        let stream = hoagiai_store::Stream::new("mediator", hoagiai_types::Id::<()>::from_uuid(id.parse().unwrap()));
        let history = tx.read_stream(stream, 0, 100).await.unwrap();
        let kinds: Vec<&str> = history.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(kinds, ["CandidacyRecorded", "MediatorSubmitted", "MediatorRecognized", last]);
    }
    drop(tx);
    db.close().await;
}

async fn a_merge_is_undone_whole(world: World) {
    let city = world.small_city().await;
    let ([_, second], [ids, others]) = twins(&world, &city).await;
    let before = get(&world, &city.officer(), &others[2]).await.mediator.unwrap();
    let mut officer = world.duplicates(&city.officer());
    let marked =
        officer.mark_duplicate(mark(&ids[2], &others[2], pb::DuplicateVerdict::Same)).await.unwrap().into_inner();
    let duplicate = marked.duplicate.unwrap();
    let stale = pb::UndoDuplicateRequest { etag: "\"99\"".into(), ..undo(&duplicate) };
    assert!(officer.undo_duplicate(stale).await.is_err());
    let undone = officer.undo_duplicate(undo(&duplicate)).await.unwrap().into_inner();
    let after = get(&world, &city.officer(), &others[2]).await;
    assert_eq!(after.merged_into_mediator_id, "");
    let mut after = after.mediator.unwrap();
    (after.etag, after.update_time) = (before.etag.clone(), before.update_time);
    assert_eq!(after, before, "as it was");
    assert_eq!(team(&world, &second.team_id).await.mediator_count, 3);
    assert_eq!(find(&world, &city.officer(), &city.ward, undone.position).await.total_count, 2);
    assert_eq!(search(&world, &city.officer(), ask("Trần Thị Hòa", undone.position)).await.total_count, 2);
    // And merged again, the other way round.
    let again =
        officer.mark_duplicate(mark(&others[2], &ids[2], pb::DuplicateVerdict::Same)).await.unwrap().into_inner();
    assert_eq!(again.duplicate.unwrap().duplicate_id, duplicate.duplicate_id);
}

async fn what_cannot_be_merged_is_refused(world: World) {
    let city = world.small_city().await;
    let (_, [ids, others]) = twins(&world, &city).await;
    let (active, led) = world.active(&city, 2).await;
    let mut officer = world.duplicates(&city.officer());
    let same = |one: &str, other: &str| mark(one, other, pb::DuplicateVerdict::Same);
    let one = refusal(officer.mark_duplicate(same(&ids[0], &ids[0])).await);
    assert_eq!(one.0, Code::InvalidArgument);
    let leader = active.leader_mediator_id.clone();
    assert_eq!(leader, led[0]);
    assert_eq!(refusal(officer.mark_duplicate(same(&ids[0], &leader)).await).1, "SURVIVOR_WRONG");
    world.mediators(&city.chair()).decide_cessation(cease(&others[0])).await.unwrap();
    assert_eq!(refusal(officer.mark_duplicate(same(&others[0], &ids[0])).await).1, "SURVIVOR_WRONG");
    officer.mark_duplicate(same(&ids[2], &others[2])).await.unwrap();
    assert_eq!(refusal(officer.mark_duplicate(same(&others[2], &ids[1])).await).1, "MEDIATOR_MERGED");
    assert_eq!(refusal(officer.mark_duplicate(same(&ids[1], &others[2])).await).1, "MEDIATOR_MERGED");
    // A chain of merges is followed to its end.
    officer.mark_duplicate(same(&ids[1], &ids[2])).await.unwrap();
    assert_eq!(get(&world, &city.officer(), &others[2]).await.merged_into_mediator_id, ids[1]);
    // Whose team has no place any more stays merged.
    let twins = officer.mark_duplicate(same(&ids[0], &led[1])).await.unwrap().into_inner().duplicate.unwrap();
    let request = pb::DissolveTeamRequest {
        team_id: active.team_id,
        decision: decision("2026-02-20"),
        cases_settled: true,
        ..Default::default()
    };
    world.teams(&city.chair()).dissolve_team(request).await.unwrap();
    assert_eq!(refusal(officer.undo_duplicate(undo(&twins)).await).1, "TEAM_STATE_WRONG");
}

async fn who_sees_one_record_alone_learns_nothing_of_the_other(world: World) {
    let city = world.small_city().await;
    let here = numbered("Trần Thị Hòa", "001190000003", 1963, "0933333333");
    let (_, ids) = team_of_people(&world, &city, 0, &[here.clone(), person("Lê Thị Một"), person("Lê Thị Hai")]).await;
    let other = city.turned();
    let (_, others) = team_of_people(&world, &other, 0, &[here, person("Lê Thị Ba"), person("Lê Thị Bốn")]).await;
    let at = position(&world, &city, &others[0]).await;
    for who in [city.officer(), other.officer()] {
        for unit in [&city.ward, &city.other_ward, &city.city] {
            assert_eq!(find(&world, &who, unit, at).await.total_count, 0, "half a pair is no pair");
        }
        let request = mark(&ids[0], &others[0], pb::DuplicateVerdict::Same);
        assert_eq!(refusal(world.duplicates(&who).mark_duplicate(request).await).0, Code::PermissionDenied);
    }
    assert_eq!(find(&world, &city.department(), &city.city, at).await.total_count, 1);
    let request = mark(&others[0], &ids[0], pb::DuplicateVerdict::Same);
    let marked = world.duplicates(&city.department()).mark_duplicate(request).await.unwrap().into_inner();
    // Of a record elsewhere only the note is told.
    let read = get(&world, &city.officer(), &ids[0]).await;
    assert_eq!((read.merged_into_mediator_id, read.mediator.unwrap().mediator_id), (others[0].clone(), ids[0].clone()));
    // And a decision elsewhere is answered like one that is not there.
    let duplicate = marked.duplicate.unwrap();
    let absent = pb::Duplicate { duplicate_id: new_id(), ..duplicate.clone() };
    let (there, not) = (undo(&duplicate), undo(&absent));
    let mut officer = world.duplicates(&city.officer());
    assert_eq!(refusal(officer.undo_duplicate(there).await), refusal(officer.undo_duplicate(not).await));
    let front = world
        .duplicates(&city.front())
        .find_duplicates(pb::FindDuplicatesRequest { unit_id: city.ward.clone(), ..Default::default() })
        .await;
    assert_eq!(refusal(front).0, Code::PermissionDenied);
}

async fn candidates_page_exactly_once(world: World) {
    let city = world.small_city().await;
    let people: Vec<_> = (0..6).map(|n| numbered("Trần Thị Hòa", &format!("00119000000{}", n / 2), 1963, "")).collect();
    let (_, ids) = team_of_people(&world, &city, 0, &people).await;
    let at = position(&world, &city, &ids[0]).await;
    let total = find(&world, &city.officer(), &city.ward, at).await.total_count;
    assert_eq!(total, 15, "six records of one name: each with each");
    let (mut seen, mut scores, mut token) = (BTreeSet::new(), Vec::new(), String::new());
    loop {
        let request = pb::FindDuplicatesRequest {
            unit_id: city.ward.clone(),
            page_size: 4,
            page_token: token,
            at_least: at,
            ..Default::default()
        };
        let page = world.duplicates(&city.officer()).find_duplicates(request).await.unwrap().into_inner();
        for one in &page.candidates {
            let ids = [&one.first, &one.second].map(|record| record.as_ref().unwrap().mediator_id.clone());
            assert!(seen.insert(ids), "twice");
            scores.push(one.score);
        }
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!((seen.len(), scores.iter().filter(|score| **score == 100).count()), (15, 3));
    assert!(scores.is_sorted_by(|a, b| a >= b), "most likely first");
}

async fn two_decisions_at_once_leave_one(world: World) {
    let city = world.small_city().await;
    let (_, [ids, others]) = twins(&world, &city).await;
    let decide = |one: &str, other: &str| {
        let mut officer = world.duplicates(&city.officer());
        let request = mark(one, other, pb::DuplicateVerdict::Same);
        async move { officer.mark_duplicate(request).await.map(|answer| answer.into_inner().duplicate.unwrap()) }
    };
    let answers = tokio::join!(decide(&ids[2], &others[2]), decide(&others[2], &ids[2]), decide(&ids[2], &others[2]));
    let won: Vec<_> = [answers.0, answers.1, answers.2].into_iter().flatten().collect();
    assert_eq!(won.len(), 1);
    let read = get(&world, &city.officer(), &won[0].merged_mediator_id).await;
    assert_eq!(read.merged_into_mediator_id, won[0].survivor_mediator_id);
    let list = pb::ListMediatorsRequest {
        unit_id: city.ward.clone(),
        state: pb::MediatorState::Recognized.into(),
        ..Default::default()
    };
    let listed = world.mediators(&city.officer()).list_mediators(list).await.unwrap().into_inner().mediators;
    assert_eq!(listed.len(), 5);
}

async fn every_reason_of_names_and_duplicates_is_produced(world: World) {
    let city = world.small_city().await;
    let (_, [ids, others]) = twins(&world, &city).await;
    let (mut people, mut pairs) =
        (world.mediators(&city.officer()), world.duplicates("commune_justice_officer~everywhere"));
    let mut seen = Vec::new();
    seen.push(refusal(people.search_mediators(ask("x", 0)).await).1);
    let mut far =
        Request::new(pb::FindDuplicatesRequest { unit_id: city.ward.clone(), at_least: 1 << 40, ..Default::default() });
    // The server says why a twentieth of it before the caller stops waiting: enough on a machine that does other things.
    far.set_timeout(Duration::from_secs(2));
    seen.push(refusal(pairs.find_duplicates(far).await).1);
    let absent = pb::Duplicate { duplicate_id: new_id(), ..Default::default() };
    seen.push(refusal(pairs.undo_duplicate(undo(&absent)).await).1);
    let request = mark(&ids[2], &others[2], pb::DuplicateVerdict::Same);
    pairs.mark_duplicate(request.clone()).await.unwrap();
    seen.push(refusal(pairs.mark_duplicate(request).await).1);
    seen.push(refusal(pairs.mark_duplicate(mark(&ids[0], &others[2], pb::DuplicateVerdict::Same)).await).1);
    world.mediators(&city.chair()).decide_cessation(cease(&others[0])).await.unwrap();
    seen.push(refusal(pairs.mark_duplicate(mark(&others[0], &ids[0], pb::DuplicateVerdict::Same)).await).1);
    let all = [
        "QUERY_TOO_SHORT",
        "NAMES_NOT_READY",
        "DUPLICATE_NOT_FOUND",
        "DUPLICATE_STATE_WRONG",
        "MEDIATOR_MERGED",
        "SURVIVOR_WRONG",
    ];
    assert_eq!(seen, all);
}
