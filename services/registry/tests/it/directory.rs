//! The directory through the contract, on both engines (rule 57).

use hoagiai_proto::registry::v1::{self as pb, directory_service_client::DirectoryServiceClient};
use hoagiai_store::{KeySubject, on};
use hoagiai_types::{Timestamp, Uuid};
use tonic::{Code, Request};

use crate::training::recognized_on;
use crate::world::*;

crate::on_both!(
    rule_57_an_entry_shows_name_team_area_and_the_chosen_contact_alone,
    rule_57_who_is_absent_and_who_is_not_published_are_answered_alike,
    rule_57_the_public_is_told_the_present_alone,
    rule_57_was_this_person_a_mediator_on_that_day,
    rule_57_a_verification_is_as_known_then,
    rule_57_answers_are_named_by_their_content,
    rule_57_the_directory_pages_exactly_once,
    rule_57_erasure_empties_the_directory,
    rule_57_a_mediator_chooses_for_himself_alone,
);

/// The gateway, asking for a visitor.
const PUBLIC: &str = "service~everywhere";

fn list(unit: &str) -> pb::ListDirectoryRequest {
    pb::ListDirectoryRequest { unit_id: unit.into(), ..Default::default() }
}

fn get(mediator: &str) -> pb::GetDirectoryEntryRequest {
    pb::GetDirectoryEntryRequest { mediator_id: mediator.into(), ..Default::default() }
}

fn publish(mediator: &str, contact: &str) -> pb::PublishContactRequest {
    pb::PublishContactRequest {
        mediator_id: mediator.into(),
        contact: contact.into(),
        consent_date: day("2026-02-01"),
        ..Default::default()
    }
}

fn by_id(mediator: &str, on: &str) -> pb::VerifyMediatorRequest {
    pb::VerifyMediatorRequest { mediator_id: mediator.into(), valid_at: day(on), ..Default::default() }
}

fn by_name(name: &str, commune: &str, on: &str) -> pb::VerifyMediatorRequest {
    let (full_name, commune_unit_id) = (name.into(), commune.into());
    pb::VerifyMediatorRequest { full_name, commune_unit_id, valid_at: day(on), ..Default::default() }
}

fn stating<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("x-purpose", "xac minh tu cach".parse().unwrap());
    request
}

impl World {
    fn directory(&self, who: &str) -> DirectoryServiceClient<Client> {
        let (channel, bearer) = self.client(who);
        DirectoryServiceClient::with_interceptor(channel, bearer)
    }

    async fn entries(&self, who: &str, unit: &str) -> Vec<pb::DirectoryEntry> {
        self.directory(who).list_directory(list(unit)).await.unwrap().into_inner().entries
    }

    async fn verified(&self, who: &str, request: pb::VerifyMediatorRequest) -> pb::VerifyMediatorResponse {
        self.directory(who).verify_mediator(stating(request)).await.unwrap().into_inner()
    }
}

async fn rule_57_an_entry_shows_name_team_area_and_the_chosen_contact_alone(world: World) {
    let city = world.small_city().await;
    let (team, who) = world.active(&city, 0).await;
    world.elected(&city, 1, 3).await;
    let agency = format!("agency~{}", city.city);
    for caller in [PUBLIC, agency.as_str()] {
        let entries = world.entries(caller, &city.ward).await;
        assert_eq!(entries.len(), 3, "in force, no candidates");
        let one = &entries[0];
        assert!(one.full_name.starts_with(NAME));
        assert_eq!((one.team_display_name.as_str(), &one.team_id), ("Tổ hòa giải", &team.team_id));
        assert_eq!((one.area_display_name.as_str(), &one.area_unit_id), ("Tổ dân phố số 1", &city.areas[0]));
        assert_eq!(one.commune_display_name, "Phường Ba Đình");
        assert!(entries.iter().all(|entry| entry.contact.is_empty()), "the phone of the record is not published");
    }
    let request = pb::FindDirectoryTeamsRequest { unit_id: city.areas[0].clone(), ..Default::default() };
    let teams = world.directory(PUBLIC).find_directory_teams(request).await.unwrap().into_inner().teams;
    assert_eq!((teams.len(), teams[0].mediator_count), (1, 3));
    // The one of an id, in a unit that it serves.
    for (unit, id, expected) in [
        (&city.ward, &team.team_id, 1),
        (&city.ward, &city.ward, 0),
        (&city.areas[0], &team.team_id, 1),
        (&city.areas[1], &team.team_id, 0),
    ] {
        let one = pb::FindDirectoryTeamsRequest { unit_id: unit.clone(), team_id: id.clone(), ..Default::default() };
        let found = world.directory(PUBLIC).find_directory_teams(one).await.unwrap().into_inner().teams;
        assert_eq!(found.len(), expected, "{id} in {unit}");
        assert!(found.iter().all(|found| found.team_id == team.team_id));
    }
    let mut officer = world.directory(&city.officer());
    officer.publish_contact(publish(&who[1], "hoagiai@example.vn")).await.unwrap();
    let entry = world.directory(PUBLIC).get_directory_entry(get(&who[1])).await.unwrap().into_inner().entry.unwrap();
    assert_eq!(entry.contact, "hoagiai@example.vn");
    let before = pb::GetDirectoryEntryRequest { valid_at: day("2026-01-31"), ..get(&who[1]) };
    let before = world.directory(&agency).get_directory_entry(before).await.unwrap().into_inner().entry.unwrap();
    assert_eq!(before.contact, "", "not for days before the consent");
    let withdraw = pb::WithdrawContactRequest { mediator_id: who[1].clone(), ..Default::default() };
    officer.withdraw_contact(withdraw.clone()).await.unwrap();
    let on = pb::GetDirectoryEntryRequest { valid_at: day("2026-03-01"), ..get(&who[1]) };
    let entry = world.directory(&agency).get_directory_entry(on).await.unwrap().into_inner().entry.unwrap();
    assert_eq!(entry.contact, "", "withdrawn for every day");
    assert_eq!(refusal(officer.withdraw_contact(withdraw).await), (Code::NotFound, "CONTACT_NOT_PUBLISHED".into()));
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let kept: Vec<Option<Vec<u8>>> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT sealed_contact FROM directory_contacts").fetch_all(c).await)
            .unwrap();
    assert_eq!(kept, [None]);
    drop(tx);
    db.close().await;
}

async fn rule_57_who_is_absent_and_who_is_not_published_are_answered_alike(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    let (_, held) = world.elected(&city, 1, 3).await;
    let (_, elsewhere) = recognized_on(&world, &city.other_ward, &city.other_areas[0], 3, "2025-09-10").await;
    world.mediators(&city.chair()).decide_cessation(cease(&who[2])).await.unwrap();
    let agency = format!("agency~{}", city.ward);
    let hidden = [held.mediators[0].mediator_id.clone(), who[2].clone(), new_id()];
    for caller in [PUBLIC, agency.as_str()] {
        world.directory(caller).get_directory_entry(get(&who[0])).await.unwrap();
        for id in &hidden {
            let answer = refusal(world.directory(caller).get_directory_entry(get(id)).await);
            assert_eq!(answer, (Code::NotFound, "DIRECTORY_ENTRY_NOT_FOUND".into()));
        }
    }
    let answer = refusal(world.directory(&agency).get_directory_entry(get(&elsewhere[0])).await);
    assert_eq!(answer, (Code::NotFound, "DIRECTORY_ENTRY_NOT_FOUND".into()), "of another commune");
    for id in hidden.iter().chain([&elsewhere[0]]) {
        let answer = world.verified(&agency, by_id(id, "2026-03-02")).await;
        assert!(!answer.in_force && answer.matches.is_empty());
    }
    let refused = refusal(world.directory(&agency).list_directory(list(&city.other_ward)).await);
    assert_eq!(refused, (Code::PermissionDenied, "DIRECTORY_NOT_DISCLOSED".into()));
    let absent = refusal(world.directory(&agency).list_directory(list(&new_id())).await);
    assert_eq!(absent, refused, "a unit that is not there is none of the caller's");
    assert_eq!(refusal(world.directory(PUBLIC).list_directory(list(&new_id())).await).1, "UNIT_NOT_FOUND");
}

async fn rule_57_the_public_is_told_the_present_alone(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    let not_disclosed = (Code::PermissionDenied, "DIRECTORY_NOT_DISCLOSED".to_owned());
    let past = pb::ListDirectoryRequest { valid_at: day("2026-03-01"), ..list(&city.ward) };
    assert_eq!(refusal(world.directory(PUBLIC).list_directory(past.clone()).await), not_disclosed);
    let today = pb::ListDirectoryRequest { valid_at: day("2026-03-02"), ..list(&city.ward) };
    world.directory(PUBLIC).list_directory(today).await.unwrap();
    let known = pb::GetDirectoryEntryRequest { known_at: Some(world.instant().to_proto()), ..get(&who[0]) };
    let known = refusal(world.directory(PUBLIC).get_directory_entry(known).await);
    assert_eq!(known, (Code::NotFound, "DIRECTORY_ENTRY_NOT_FOUND".into()), "told like who is not there");
    let verify = world.directory(PUBLIC).verify_mediator(stating(by_id(&who[0], "2026-03-02"))).await;
    assert_eq!(refusal(verify).0, Code::PermissionDenied);
    let agency = format!("agency~{}", city.city);
    world.directory(&agency).list_directory(past).await.unwrap();
    let silent = world.directory(&agency).verify_mediator(by_id(&who[0], "2026-03-02")).await;
    assert_eq!(refusal(silent), (Code::PermissionDenied, "PURPOSE_REQUIRED".into()));
    // Before the first policy, nothing is disclosed.
    world.clock.set(Timestamp::parse("2025-12-31T02:00:00Z").unwrap());
    assert_eq!(refusal(world.directory(&agency).list_directory(list(&city.ward)).await), not_disclosed);
}

async fn rule_57_was_this_person_a_mediator_on_that_day(world: World) {
    let city = world.small_city().await;
    let (team, who) = world.recognized(&city, 0, 3).await;
    let cease = cease(&who[1]);
    let last = cease.decision.as_ref().unwrap().issue_date;
    world.mediators(&city.chair()).decide_cessation(cease).await.unwrap();
    let agency = format!("agency~{}", city.city);
    let answer = world.verified(&agency, by_id(&who[1], "2025-09-10")).await;
    assert!(answer.in_force);
    let told = &answer.matches[0];
    assert_eq!((told.decision_number.as_str(), told.decision_date), ("125/QĐ-UBND", day("2025-09-10")));
    assert_eq!((&told.team_id, told.area_display_name.as_str()), (&team.team_id, "Tổ dân phố số 1"));
    assert!(!world.verified(&agency, by_id(&who[1], "2025-09-09")).await.in_force, "not yet");
    let on_last = pb::VerifyMediatorRequest { valid_at: last, ..by_id(&who[1], "2026-01-01") };
    assert!(world.verified(&agency, on_last).await.in_force, "the last day counts");
    assert!(!world.verified(&agency, by_id(&who[1], "2026-03-02")).await.in_force, "no longer");

    // By name: marks matter, capitals and where the mark stands do not.
    for (name, expected) in [
        (format!("{NAME} 0"), 1),
        (format!("{} 0", NAME.to_uppercase()), 1),
        ("Nguyen Thi Bi Mat 0".into(), 0),
        (format!("{NAME} 9"), 0),
    ] {
        let answer = world.verified(&agency, by_name(&name, &city.ward, "2025-12-01")).await;
        assert_eq!(answer.matches.len(), expected, "{name}");
        assert_eq!(answer.in_force, expected > 0);
    }
    let answer = world.verified(&agency, by_name(&format!("{NAME} 1"), &city.ward, "2026-03-02")).await;
    assert!(!answer.in_force, "ceased");
    let answer = world.verified(&agency, by_name(&format!("{NAME} 0"), &city.other_ward, "2025-12-01")).await;
    assert!(!answer.in_force, "of another commune");
    let mut both = by_id(&who[0], "2025-12-01");
    both.full_name = NAME.into();
    assert_eq!(fields(world.directory(&agency).verify_mediator(stating(both)).await), ["mediator_id"]);
    let none = pb::VerifyMediatorRequest { full_name: NAME.into(), ..Default::default() };
    assert_eq!(fields(world.directory(&agency).verify_mediator(stating(none)).await), ["mediator_id"]);
}

async fn rule_57_a_verification_is_as_known_then(world: World) {
    let city = world.small_city().await;
    let before = world.instant();
    world.clock.set(Timestamp::parse("2026-03-03T02:00:00Z").unwrap());
    let (_, who) = world.recognized(&city, 0, 3).await;
    let agency = format!("agency~{}", city.city);
    let known =
        |at: Timestamp| pb::VerifyMediatorRequest { known_at: Some(at.to_proto()), ..by_id(&who[0], "2025-12-01") };
    assert!(!world.verified(&agency, known(before)).await.in_force, "recorded later");
    assert!(world.verified(&agency, known(world.instant())).await.in_force);
}

async fn rule_57_answers_are_named_by_their_content(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 5).await;
    let mut public = world.directory(PUBLIC);
    let first = public.list_directory(list(&city.ward)).await.unwrap().into_inner();
    let fresh = first.freshness.unwrap();
    assert_eq!((fresh.max_age_seconds, fresh.valid_at, fresh.not_modified), (3600, day("2026-03-02"), false));
    assert!(fresh.position > 0);
    let again = pb::ListDirectoryRequest { if_none_match: fresh.entity_tag.clone(), ..list(&city.ward) };
    // A change elsewhere moves the position, not the name of the content.
    recognized_on(&world, &city.other_ward, &city.other_areas[0], 3, "2025-09-10").await;
    let same = public.list_directory(again.clone()).await.unwrap().into_inner();
    let told = same.freshness.unwrap();
    assert!(told.not_modified && same.entries.is_empty() && told.position > fresh.position);
    assert_eq!(told.entity_tag, fresh.entity_tag);
    let agency = world.directory(&format!("agency~{}", city.city)).list_directory(list(&city.ward)).await.unwrap();
    let agency = agency.into_inner().freshness.unwrap();
    assert_ne!(agency.entity_tag, fresh.entity_tag, "what one consumer holds is not another's");
    world.directory(&city.officer()).publish_contact(publish(&who[0], "0912345678")).await.unwrap();
    let changed = public.list_directory(again).await.unwrap().into_inner();
    assert!(!changed.freshness.unwrap().not_modified && changed.entries.len() == 5);
    // A page token goes with any tag.
    let page = public.list_directory(pb::ListDirectoryRequest { page_size: 2, ..list(&city.ward) }).await.unwrap();
    let page_token = page.into_inner().next_page_token;
    let next = pb::ListDirectoryRequest { page_size: 2, page_token, if_none_match: "x".into(), ..list(&city.ward) };
    assert_eq!(public.list_directory(next).await.unwrap().into_inner().entries.len(), 2);
    let entry = public.get_directory_entry(get(&who[0])).await.unwrap().into_inner().freshness.unwrap();
    let held = pb::GetDirectoryEntryRequest { if_none_match: entry.entity_tag, ..get(&who[0]) };
    let held = public.get_directory_entry(held).await.unwrap().into_inner();
    assert!(held.entry.is_none() && held.freshness.unwrap().not_modified);
}

async fn rule_57_the_directory_pages_exactly_once(world: World) {
    let city = world.small_city().await;
    for area in 0..3 {
        world.recognized(&city, area, 7).await;
    }
    for (unit, expected) in [(&city.city, 21), (&city.ward, 21), (&city.areas[1], 7), (&city.other_ward, 0)] {
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListDirectoryRequest { page_size: 5, page_token: token, ..list(unit) };
            let page = world.directory(PUBLIC).list_directory(request).await.unwrap().into_inner();
            assert!(page.entries.len() <= 5);
            seen.extend(page.entries.into_iter().map(|entry| entry.mediator_id));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert!(seen.is_sorted() && seen.len() == expected, "{}", seen.len());
    }
    let (mut seen, mut token) = (0, String::new());
    loop {
        let request = pb::FindDirectoryTeamsRequest {
            unit_id: city.ward.clone(),
            page_size: 1,
            page_token: token,
            ..Default::default()
        };
        let page = world.directory(PUBLIC).find_directory_teams(request).await.unwrap().into_inner();
        seen += page.teams.len();
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, 0, "teams without a leader are not in force yet");
}

async fn rule_57_erasure_empties_the_directory(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    world.directory(&city.officer()).publish_contact(publish(&who[1], "0912345678")).await.unwrap();
    let subject: Uuid = who[1].parse().unwrap();
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.write().await.unwrap();
    let sealed: Vec<Vec<u8>> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT sealed_contact FROM directory_contacts").fetch_all(c).await)
            .unwrap();
    assert!(sealed.iter().all(|bytes| !bytes.windows(10).any(|window| window == b"0912345678")));
    tx.erase(KeySubject::from(subject)).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let world = World::over(database).await.unwrap();
    let entries = world.entries(PUBLIC, &city.ward).await;
    assert!(entries.len() == 2 && entries.iter().all(|entry| entry.mediator_id != who[1]));
    let answer = refusal(world.directory(PUBLIC).get_directory_entry(get(&who[1])).await);
    assert_eq!(answer.1, "DIRECTORY_ENTRY_NOT_FOUND");
    let agency = format!("agency~{}", city.city);
    let answer = world.verified(&agency, by_name(&format!("{NAME} 1"), &city.ward, "2025-12-01")).await;
    assert!(!answer.in_force, "nobody is found by a name that is gone");
}

async fn rule_57_a_mediator_chooses_for_himself_alone(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    let (_, held) = world.elected(&city, 1, 3).await;
    let mine = format!("mediator~{}@{}", city.ward, who[0]);
    let done = world.directory(&mine).publish_contact(publish(&who[0], "0912345678")).await.unwrap().into_inner();
    let other = world.directory(&mine).publish_contact(publish(&who[1], "0912345678")).await;
    assert_eq!(refusal(other).0, Code::PermissionDenied);
    let nobody = world.directory(&format!("mediator~{}", city.ward)).publish_contact(publish(&who[0], "1")).await;
    assert_eq!(refusal(nobody).0, Code::PermissionDenied);
    let candidate = publish(&held.mediators[0].mediator_id, "0912345678");
    let candidate = world.directory(&city.officer()).publish_contact(candidate).await;
    assert_eq!(refusal(candidate), (Code::FailedPrecondition, "MEDIATOR_STATE_WRONG".into()));
    let mut late = publish(&who[0], "0912345678");
    late.consent_date = day("2026-03-03");
    assert_eq!(refusal(world.directory(&mine).publish_contact(late).await).1, "DATE_OUT_OF_ORDER");
    let mut again = publish(&who[0], "0987654321");
    (again.etag, again.request_id) = (done.etag.clone(), new_id());
    let first = world.directory(&mine).publish_contact(again.clone()).await.unwrap().into_inner();
    let repeat = world.directory(&mine).publish_contact(again).await.unwrap().into_inner();
    assert_eq!(first.etag, repeat.etag);
    let stale = pb::WithdrawContactRequest { mediator_id: who[0].clone(), etag: done.etag, ..Default::default() };
    assert_eq!(refusal(world.directory(&mine).withdraw_contact(stale).await).1, "STALE_ETAG");
}
