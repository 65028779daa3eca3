//! P24: identity numbers that an account may have compared in a day, through the contract.

use std::{collections::BTreeSet, time::Duration};

use hoagiai_proto::registry::v1::{self as pb, lookup_service_client::LookupServiceClient, registry_event::Fact};
use hoagiai_types::Timestamp;
use prost::Message as _;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::{names::person, world::*};

crate::on_both!(
    p24_numbers_are_counted_exactly_between_calls_at_once_and_the_next_day_is_free,
    p24_a_request_that_states_more_than_are_left_is_refused_whole,
    p24_a_number_counts_the_same_whether_it_is_known_or_not_and_a_repeat_counts_none,
    p24_a_correction_states_a_number_too_and_keeps_the_one_that_is_there,
    p24_who_supervises_reads_who_was_stopped_and_nobody_else,
);

/// What rules/lookups.toml gives an officer of a commune, and a head of the Front's committee.
const OFFICER: usize = 1000;
const FRONT: usize = 200;
const LANES: usize = 8;

/// The methods of all services that take an identity number, each of which counts it (ADR 0032). One that is new belongs
/// here, and in the test of the quotas of roles, once it does.
const COUNTING: [&str; 4] = ["CorrectMediator", "NominateCandidates", "RecordElection", "SetMediatorProfile"];

/// Whether a message, or one within, has the field.
macro_rules! takes_a_number {
    ($message:expr) => {{
        let (mut seen, mut ahead, mut found) = (BTreeSet::new(), vec![$message], false);
        while let Some(message) = ahead.pop() {
            if seen.insert(message.full_name().to_owned()) {
                found |= message.fields().any(|field| field.name() == "identity_number");
                ahead.extend(message.fields().filter_map(|field| field.kind().as_message().cloned()));
            }
        }
        found
    }};
}

#[test]
fn every_method_that_takes_an_identity_number_is_known_to_count_it() {
    let services = hoagiai_proto::pool().services();
    let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
    let taking: BTreeSet<String> =
        methods.filter(|method| takes_a_number!(method.input())).map(|method| method.name().to_owned()).collect();
    assert_eq!(taking, COUNTING.map(str::to_owned).into());
}

fn number(of: usize) -> String {
    format!("0011900{of:05}")
}

fn profile(mediator: &str, number: &str) -> pb::SetMediatorProfileRequest {
    pb::SetMediatorProfileRequest { mediator_id: mediator.into(), identity_number: number.into(), ..Default::default() }
}

/// Candidates with the numbers from one on.
fn candidates(team: &str, numbers: std::ops::Range<usize>) -> pb::NominateCandidatesRequest {
    let mut request = nominate(team, numbers.len());
    for (nomination, of) in request.nominations.iter_mut().zip(numbers) {
        let person = nomination.person.as_mut().unwrap();
        (person.full_name, person.identity_number) = (format!("{NAME} {of}"), number(of));
    }
    request
}

async fn list(world: &World, request: pb::ListLookupsRequest) -> pb::ListLookupsResponse {
    let (channel, bearer) = world.client("auditor~everywhere");
    LookupServiceClient::with_interceptor(channel, bearer).list_lookups(request).await.unwrap().into_inner()
}

/// An account and its day: compared, quota, refused.
fn told(day: &pb::LookupDay) -> (String, i32, i32, i32) {
    (day.account.clone(), day.number_count, day.quota, day.refused_count)
}

async fn p24_numbers_are_counted_exactly_between_calls_at_once_and_the_next_day_is_free(world: World) {
    let city = world.small_city().await;
    let (_, mediators) = world.recognized(&city, 0, LANES as i32).await;
    let mut lanes = tokio::task::JoinSet::new();
    let asked = OFFICER + 10 * LANES;
    for (lane, mediator) in mediators.iter().cloned().enumerate() {
        let mut officer = world.mediators(&city.officer());
        lanes.spawn(async move {
            let (mut done, mut refused) = (0, Vec::new());
            for of in (lane..asked).step_by(LANES) {
                match officer.set_mediator_profile(profile(&mediator, &number(of))).await {
                    Ok(_) => done += 1,
                    Err(status) => refused.push(status),
                }
            }
            (done, refused)
        });
    }
    let (mut done, mut refused) = (0, Vec::new());
    for (of_lane, refused_there) in lanes.join_all().await {
        done += of_lane;
        refused.extend(refused_there);
    }
    assert_eq!((done, refused.len()), (OFFICER, 10 * LANES));
    for status in refused {
        let details = status.get_error_details();
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert_eq!(details.error_info().unwrap().reason, "LOOKUP_QUOTA_EXHAUSTED");
        // Nine in the morning: fifteen hours are left of the day.
        assert_eq!(details.retry_info().unwrap().retry_delay, Some(Duration::from_secs(15 * 3600)));
    }

    // Another officer is not concerned, and this one only with numbers.
    let other = format!("commune_justice_officer~{}+commune_justice_officer~{}", city.ward, city.other_ward);
    world.mediators(&other).set_mediator_profile(profile(&mediators[0], &number(1))).await.unwrap();
    let plain = pb::SetMediatorProfileRequest { languages: vec!["tyz".into()], ..profile(&mediators[0], "") };
    world.mediators(&city.officer()).set_mediator_profile(plain).await.unwrap();

    // A day of Việt Nam ends at 17:00 UTC.
    world.clock.set(Timestamp::parse("2026-03-02T16:59:59Z").unwrap());
    let again = world.mediators(&city.officer()).set_mediator_profile(profile(&mediators[0], &number(2))).await;
    assert_eq!(refusal(again), (Code::ResourceExhausted, "LOOKUP_QUOTA_EXHAUSTED".into()));
    world.clock.set(Timestamp::parse("2026-03-02T17:00:00Z").unwrap());
    world.mediators(&city.officer()).set_mediator_profile(profile(&mediators[0], &number(2))).await.unwrap();

    // Told once, without a number; read by whoever follows the journal.
    let officer = city.officer();
    let database = world.stop().await.open_again().await.unwrap();
    let (mut facts, mut after) = (Vec::new(), 0);
    loop {
        let entries = database.entries(after, 500).await.unwrap();
        let Some(last) = entries.last() else { break };
        after = last.position;
        for entry in entries.into_iter().filter(|entry| entry.kind == "LookupQuotaExhausted") {
            assert_eq!(entry.actor, officer);
            facts.push(pb::RegistryEvent::decode(entry.payload.as_slice()).unwrap().fact.unwrap());
        }
    }
    let fact = pb::LookupQuotaExhausted {
        account: officer,
        lookup_date: day("2026-03-02"),
        number_count: OFFICER as i32,
        quota: OFFICER as i32,
    };
    assert_eq!(facts, [Fact::LookupQuotaExhausted(fact)]);
}

async fn p24_a_request_that_states_more_than_are_left_is_refused_whole(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 20).await;
    let mut front = world.mediators(&city.front());
    for hundred in [0..60, 60..120, 120..180] {
        front.nominate_candidates(candidates(&team.team_id, hundred)).await.unwrap();
    }
    let refused = front.nominate_candidates(candidates(&team.team_id, 180..FRONT + 1)).await;
    assert_eq!(refusal(refused), (Code::ResourceExhausted, "LOOKUP_QUOTA_EXHAUSTED".into()));
    let everybody = pb::ListMediatorsRequest { unit_id: city.ward.clone(), page_size: 500, ..Default::default() };
    let there = world.mediators(&city.officer()).list_mediators(everybody).await.unwrap().into_inner();
    assert_eq!(there.mediators.len(), 180, "nobody of the request that was refused");
    front.nominate_candidates(candidates(&team.team_id, 180..FRONT)).await.unwrap();
    let mut minutes = election(&team.team_id, &[80]);
    minutes.candidates[0].person.as_mut().unwrap().identity_number = number(FRONT);
    assert_eq!(refusal(front.record_election(minutes.clone()).await).1, "LOOKUP_QUOTA_EXHAUSTED");
    minutes.candidates[0].person.as_mut().unwrap().identity_number = String::new();
    front.record_election(minutes).await.unwrap();
    let days = list(&world, pb::ListLookupsRequest::default()).await.lookup_days;
    assert_eq!(days.iter().map(told).collect::<Vec<_>>(), [(city.front(), FRONT as i32, FRONT as i32, 22)]);
}

async fn p24_a_number_counts_the_same_whether_it_is_known_or_not_and_a_repeat_counts_none(world: World) {
    let city = world.small_city().await;
    let (_, mediators) = world.recognized(&city, 0, 3).await;
    let mut officer = world.mediators(&city.officer());
    let count = async || list(&world, pb::ListLookupsRequest::default()).await.lookup_days[0].number_count;
    let mut request = profile(&mediators[0], &number(1));
    request.request_id = new_id();
    officer.set_mediator_profile(request.clone()).await.unwrap();
    officer.set_mediator_profile(request).await.unwrap();
    assert_eq!(count().await, 1, "a repeat is answered without asking anew");
    officer.set_mediator_profile(profile(&mediators[0], &number(1))).await.unwrap();
    assert_eq!(count().await, 2, "its own number, known");
    officer.set_mediator_profile(profile(&mediators[1], &number(1))).await.unwrap();
    assert_eq!(count().await, 3, "another's, known");
    officer.set_mediator_profile(profile(&mediators[1], &number(2))).await.unwrap();
    assert_eq!(count().await, 4, "nobody's");
    // What did not happen told nothing, and counts nothing.
    let stale = pb::SetMediatorProfileRequest { etag: "\"1\"".into(), ..profile(&mediators[1], &number(3)) };
    officer.set_mediator_profile(stale).await.unwrap_err();
    let mut elsewhere = world.mediators(&city.turned().officer());
    let answer = elsewhere.set_mediator_profile(profile(&mediators[1], &number(3))).await;
    assert_eq!(answer.unwrap_err().code(), Code::PermissionDenied);
    let days = list(&world, pb::ListLookupsRequest::default()).await.lookup_days;
    assert_eq!(days.iter().map(told).collect::<Vec<_>>(), [(city.officer(), 4, OFFICER as i32, 0)]);
}

async fn p24_a_correction_states_a_number_too_and_keeps_the_one_that_is_there(world: World) {
    let city = world.small_city().await;
    let (_, mediators) = world.recognized(&city, 0, 3).await;
    let mut officer = world.mediators(&city.officer());
    officer.set_mediator_profile(profile(&mediators[0], "001190000345")).await.unwrap();
    let mut right = pb::CorrectMediatorRequest {
        mediator_id: mediators[0].clone(),
        person: Some(person("Nguyễn Thị Đúng")),
        reason: "Sai tên".into(),
        ..Default::default()
    };
    let masked = |answer: pb::CorrectMediatorResponse| answer.mediator.unwrap().person.unwrap().masked_identity_number;
    let done = officer.correct_mediator(right.clone()).await.unwrap().into_inner();
    assert_eq!(masked(done), "*********345", "as before, none was given");
    right.person.as_mut().unwrap().identity_number = "001190000678".into();
    assert_eq!(masked(officer.correct_mediator(right).await.unwrap().into_inner()), "*********678");
    // It is the one that others are compared with now.
    officer.set_mediator_profile(profile(&mediators[1], "001190000678")).await.unwrap();
    let at_least = crate::names::position(&world, &city, &mediators[2]).await;
    let find = pb::FindDuplicatesRequest { unit_id: city.ward.clone(), at_least, ..Default::default() };
    let found = loop {
        match world.duplicates(&city.officer()).find_duplicates(find.clone()).await {
            Ok(answer) => break answer.into_inner(),
            Err(status) if status.code() == Code::Unavailable => tokio::task::yield_now().await,
            Err(status) => panic!("{status:?}"),
        }
    };
    let reasons: Vec<_> = found.candidates.iter().flat_map(pb::DuplicateCandidate::reasons).collect();
    assert!(reasons.contains(&pb::DuplicateReason::IdentityNumber), "{found:?}");
    let days = list(&world, pb::ListLookupsRequest::default()).await.lookup_days;
    assert_eq!(days.iter().map(told).collect::<Vec<_>>(), [(city.officer(), 3, OFFICER as i32, 0)]);
}

async fn p24_who_supervises_reads_who_was_stopped_and_nobody_else(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 20).await;
    // Five days of three accounts; one of them is stopped on the third.
    let accounts = ["", "+mediator", "+party"].map(|more| match more {
        "" => city.front(),
        more => format!("{}{more}~{}", city.front(), city.ward),
    });
    let (mut of, mut stopped) = (0, Vec::new());
    for on in 2..7 {
        world.clock.set(Timestamp::parse(&format!("2026-03-0{on}T02:00:00Z")).unwrap());
        for account in &accounts {
            let mut front = world.mediators(account);
            front.nominate_candidates(candidates(&team.team_id, of..of + 1)).await.unwrap();
            of += 1;
            if on == 4 && account == &accounts[1] {
                for _ in 0..4 {
                    let sixty = candidates(&team.team_id, of..of + 60);
                    let answer = front.nominate_candidates(sixty).await;
                    stopped.extend(answer.is_err().then(|| account.clone()));
                    of += 60;
                }
            }
        }
    }
    assert_eq!(stopped, [accounts[1].clone()]);
    let mut all = Vec::new();
    let mut request = pb::ListLookupsRequest { page_size: 2, ..Default::default() };
    loop {
        let page = list(&world, request.clone()).await;
        assert!(page.lookup_days.len() <= 2);
        all.extend(page.lookup_days.into_iter().map(|one| (one.lookup_date.unwrap().day, one.account)));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let mut sorted = all.clone();
    sorted.sort_by(|one, other| other.cmp(one));
    sorted.dedup();
    assert_eq!((all.len(), &all), (15, &sorted), "each once, newest first");

    let some =
        pb::ListLookupsRequest { from_date: day("2026-03-03"), to_date: day("2026-03-04"), ..Default::default() };
    assert_eq!(list(&world, some.clone()).await.lookup_days.len(), 6);
    let refused = list(&world, pb::ListLookupsRequest { refused_only: true, ..some.clone() }).await.lookup_days;
    assert_eq!(refused.iter().map(told).collect::<Vec<_>>(), [(accounts[1].clone(), 181, FRONT as i32, 60)]);
    assert_eq!(Timestamp::from_proto(&refused[0].refuse_time.unwrap()), Timestamp::parse("2026-03-04T02:00:00Z"));

    let ask = async |who: &str, request: pb::ListLookupsRequest| {
        let (channel, bearer) = world.client(who);
        LookupServiceClient::with_interceptor(channel, bearer).list_lookups(request).await
    };
    let backwards = pb::ListLookupsRequest { from_date: day("2026-03-04"), to_date: day("2026-03-03"), ..some.clone() };
    assert_eq!(fields(ask("auditor~everywhere", backwards).await), ["to_date"]);
    ask(&city.department(), some.clone()).await.unwrap();
    for who in [city.officer(), city.chair(), city.front()] {
        assert_eq!(ask(&who, some.clone()).await.unwrap_err().code(), Code::PermissionDenied, "{who}");
    }
}
