//! What agencies follow over days, by a clock that is moved by hand: who gives no answer holds up nobody else, what fails for
//! three days is parked and can be sent again, events are told within the time that was asked for, a team that comes to another
//! commune is told where it lay, and what one agency may follow has an end.

use std::{sync::Arc, time::Duration};

use hoagiai_spdci::conformance::{Kind, faults};
use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_types::{Clock as _, Env, ManualClock, SystemIds, Timestamp};
use http::Method;
use serde_json::{Value, json};

use super::{
    super::{
        agencies::{Door, load_at, text},
        everything, over,
        receiver::{Manner, Receiver},
        spdci::{envelope_of, question},
        until,
        webhooks::open_to_all,
    },
    cast::{DIRECTORY, Follower, Registry, date, follow},
};

/// Subscriptions of one agency that run at the same time.
const MOST: usize = 10_000;

/// Mediators who die in the course of it.
const DEATHS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_followed_for_days_on_sqlite() {
    let (court, police) = (Receiver::start().await, Receiver::start().await);
    let (clock, env) = by_hand();
    let server = everything().env(env).configuration(&open_to_all(&[&court, &police])).start().await.unwrap();
    what_is_followed_for_days(&server, &clock, &court, &police).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_followed_for_days_on_postgresql() {
    let (court, police) = (Receiver::start().await, Receiver::start().await);
    let (clock, env) = by_hand();
    let postgres = OwnPostgres::start().unwrap();
    let server = over(&postgres, everything().env(env).configuration(&open_to_all(&[&court, &police]))).await;
    what_is_followed_for_days(&server, &clock, &court, &police).await;
    server.stop().await;
}

pub(super) fn by_hand() -> (Arc<ManualClock>, Env) {
    let clock = Arc::new(ManualClock::new(Env::system().now()));
    (clock.clone(), Env { clock, ids: Arc::new(SystemIds) })
}

async fn what_is_followed_for_days(
    server: &TestServer,
    clock: &Arc<ManualClock>,
    court: &Arc<Receiver>,
    police: &Arc<Receiver>,
) {
    load_at(server, Env { clock: clock.clone(), ids: Arc::new(SystemIds) }).await;
    let door = Door::of(server);
    let registry = Registry::of(&door, server, clock.now().date_in_vietnam());
    let teams = registry.list("/v1/teams?pageSize=500&state=TEAM_STATE_ACTIVE", "teams").await;
    let mediators = registry.list("/v1/mediators?pageSize=1000", "mediators").await;
    let members = |team: &Value| -> Vec<String> {
        let in_force = mediators.iter().filter(|one| {
            one["communeUnitId"] == team["communeUnitId"]
                && one["state"] == "MEDIATOR_STATE_RECOGNIZED"
                && one["leader"] != true
        });
        in_force.map(|one| text(&one["mediatorId"])).collect()
    };
    let one = teams.iter().find(|one| members(one).len() > DEATHS).unwrap();
    let other = teams.iter().find(|other| other["communeUnitId"] != one["communeUnitId"]).unwrap();
    let (commune, here) = (text(&one["communeUnitId"]), members(one));
    let mut dying = here.iter();
    let mut dies = async || registry.dies(dying.next().unwrap()).await;

    let entry = json!({ "method": format!("{DIRECTORY}/GetDirectoryEntry") });
    let court = Follower::connect(&door, "000.11.00.H26", &[&commune], entry.clone(), court).await;
    let police = Follower::connect(&door, "000.12.00.H26", &[&commune], entry.clone(), police).await;
    for agency in [&court, &police] {
        let unit = ("UNIT_ID", commune.as_str());
        let moved = follow("moved", "TeamMoved", "MediationTeam", unit);
        agency.subscribe("s1", &[follow("ceased", "MediatorCeased", "Mediator", unit), moved]).await;
    }

    who_gives_no_answer_holds_up_nobody_else(&court, &police, &mut dies).await;
    events_are_told_within_the_time_asked_for(&court, clock, &commune, &mut dies).await;
    what_fails_for_three_days_is_parked_and_sent_again(&court, clock, &here[DEATHS], &mut dies).await;
    a_team_that_comes_to_another_commune_is_told(&registry, &court, (one, other)).await;
    // Days later the department has signed in again.
    let door = Door::of(server);
    let many =
        Follower::connect(&door, "000.13.00.H26", &[&text(&one["provinceUnitId"])], entry, police.receiver).await;
    what_one_agency_may_follow_has_an_end(&many, &mediators).await;
}

async fn who_gives_no_answer_holds_up_nobody_else(
    court: &Follower<'_>,
    police: &Follower<'_>,
    dies: &mut impl AsyncFnMut(),
) {
    court.receiver.behave(Manner::Silent);
    dies().await;
    until("one waits for its answer", async || court.receiver.unanswered().0 > 0).await;
    until("the other is told", async || police.told_of("MediatorCeased").len() == 1).await;
    dies().await;
    until("the other is told again", async || police.told_of("MediatorCeased").len() == 2).await;
    assert_eq!(court.receiver.unanswered(), (1, 0), "still waiting, and nothing more for that one meanwhile");
    court.receiver.behave(Manner::Good);
    // What got no answer failed: by hand, before the schedule.
    until("what failed is told", async || {
        for one in court.in_state("FAILED").await {
            let path = format!("/v1/callbacks/{}:redeliver", text(&one["callbackId"]));
            court.door.ask(Method::POST, &path, &[("authorization", &court.bearer().await)], json!({})).await;
        }
        court.told_of("MediatorCeased").len() == 2
    })
    .await;
}

async fn events_are_told_within_the_time_asked_for(
    court: &Follower<'_>,
    clock: &Arc<ManualClock>,
    commune: &str,
    dies: &mut impl AsyncFnMut(),
) {
    let hour = Duration::from_secs(3_600);
    let (start, end) = (clock.now().plus(hour), clock.now().plus(2 * hour));
    // The same once more, at another path of the endpoint.
    let mut item = follow("for an hour", "MediatorCeased", "Mediator", ("UNIT_ID", commune));
    item["subscribe_criteria"]["frequency"] =
        json!({ "start_time": start.to_string(), "end_time": end.to_string(), "frequency": "*" });
    let mut envelope = court.envelope(("subscribe", "w1", 1), json!({ "subscribe_request": [item] }), true);
    envelope["header"]["sender_uri"] = json!(format!("http://{}/hour", court.receiver.address));
    court.send("/registry/subscribe", &envelope).await;
    let listed = court.followed("").await;
    let listed = listed.iter().find(|one| text(&one["callback"]).ends_with("/hour")).unwrap();
    let instant = |field: &str| Timestamp::parse(&text(&listed[field])).unwrap();
    assert_eq!((instant("startTime"), instant("endTime")), (start, end));
    let before = court.told_of("MediatorCeased").len();
    // Before it, within it, after it: at the other path it is told each time.
    for (told, expected) in (before + 1..).zip([0, 1, 1]) {
        dies().await;
        until("told without end", async || court.told_of("MediatorCeased").len() == told).await;
        let in_line = court.ledger().await;
        let of_hour = in_line.iter().filter(|one| one["subscriptionId"] == listed["registrySubscriptionId"]);
        assert_eq!(of_hour.count(), expected);
        until("told within the hour", async || court.callbacks("/hour/registry/notify").len() == expected).await;
        clock.advance(hour + hour / 4);
    }
}

async fn what_fails_for_three_days_is_parked_and_sent_again(
    court: &Follower<'_>,
    clock: &Arc<ManualClock>,
    mediator: &str,
    dies: &mut impl AsyncFnMut(),
) {
    court.receiver.behave(Manner::Failing);
    let mut asked = envelope_of(court.code, "kept", &json!([question("one", "Mediator", "MEDIATOR_ID", mediator)]));
    asked["header"]["sender_uri"] = json!(format!("http://{}/", court.receiver.address));
    let ack = court.send("/registry/search", &asked).await;
    let correlation = text(&ack["message"]["correlation_id"]);
    dies().await;
    until("both failed", async || court.in_state("FAILED").await.len() == 2).await;
    while court.in_state("PARKED").await.len() < 2 {
        let before = court.receiver.refused().len();
        // Longer than any wait of the schedule.
        clock.advance(Duration::from_secs(30 * 3_600));
        until("tried", async || court.receiver.refused().len() > before || court.in_state("PARKED").await.len() == 2)
            .await;
    }
    let parked = court.in_state("PARKED").await;
    let of = |action: &str| parked.iter().find(|one| one["action"] == action).unwrap();
    let (notice, answer) = (of("notify"), of("on-search"));
    for one in &parked {
        assert_eq!((&one["attemptCount"], &one["lastOutcome"]), (&json!(10), &json!("STATUS_503")), "{one}");
        assert!(one["nextAttemptTime"].is_null());
    }
    assert_eq!(answer["callbackId"], correlation.as_str());
    // Given up is what was to be told, not what is followed.
    let running = court.followed("state=REGISTRY_SUBSCRIPTION_STATE_ACTIVE").await;
    assert!(running.iter().all(|one| one["attemptCount"] == 0 && one["nextAttemptTime"].is_null()), "{running:?}");

    court.receiver.behave(Manner::Good);
    let told = court.told_of("MediatorCeased").len();
    for one in &parked {
        court.ask(Method::POST, &format!("/v1/callbacks/{}:redeliver", text(&one["callbackId"])), json!({})).await;
    }
    until("told", async || court.told_of("MediatorCeased").len() > told).await;
    assert_eq!(court.told_of("MediatorCeased").pop().unwrap().reference, text(&notice["callbackId"]));
    until("answered", async || !court.callbacks("/registry/on-search").is_empty()).await;
    let answer = court.callbacks("/registry/on-search").pop().unwrap();
    assert_eq!((faults(Kind::OnSearch, &answer), &answer["message"]["correlation_id"]), (vec![], &json!(correlation)));
    until("both are through", async || court.in_state("PARKED").await.is_empty()).await;
}

/// Two communes become one: the agency of the one before is told what its team was on the last day.
async fn a_team_that_comes_to_another_commune_is_told(
    registry: &Registry<'_>,
    court: &Follower<'_>,
    (one, other): (&Value, &Value),
) {
    let mut before = Vec::new();
    for team in [one, other] {
        let unit = registry.get(&format!("/v1/units/{}", text(&team["communeUnitId"])), "unit").await;
        before.push((text(&unit["code"]), unit));
    }
    let parent = registry.get(&format!("/v1/units/{}", text(&one["provinceUnitId"])), "unit").await;
    let edge = |code: &str| {
        json!({
            "predecessorCode": code, "code": before[0].0, "change": "UNIT_CHANGE_MERGED", "extent": "LINEAGE_EXTENT_WHOLE",
        })
    };
    let body = json!({
        "decision": registry.decision("1656"), "effectiveDate": date(registry.today),
        "units": [{
            "code": before[0].0, "displayName": "Phường Hợp Nhất", "kind": before[0].1["kind"], "parentCode": parent["code"],
        }],
        "endedCodes": [before[0].0, before[1].0], "edges": [edge(&before[0].0), edge(&before[1].0)],
    });
    let done = registry.act("/v1/units:reorganize", body).await;
    assert_eq!(done["reorganization"]["openAttachmentCount"], 0, "{done}");
    until("a team has moved", async || !court.told_of("TeamMoved").is_empty()).await;
    let told = court.told_of("TeamMoved");
    let of_one: Vec<_> = told.iter().filter(|told| told.records[0]["team_id"] == one["teamId"]).collect();
    assert_eq!(of_one.len(), 1, "{told:?}");
    assert_eq!(of_one[0].records[0]["valid_at"], registry.today.plus_days(-1).to_string());
    assert!(told.iter().all(|told| told.records[0]["team_id"] != other["teamId"]), "another commune's: {told:?}");
    // And by its id, on a day on which it lay there.
    let mut asked = question("then", "MediationTeam", "TEAM_ID", &text(&one["teamId"]));
    asked["search_criteria"]["query"]["valid_at"] = json!(registry.today.plus_days(-1).to_string());
    let answer = court.send("/registry/sync/search", &envelope_of(court.code, "then", &json!([asked]))).await;
    let found = &answer["message"]["search_response"][0]["data"]["reg_records"];
    assert_eq!(found[0]["team_id"], one["teamId"], "{answer}");
}

/// By messages of a hundred, each with notices to another path of one endpoint.
async fn what_one_agency_may_follow_has_an_end(many: &Follower<'_>, mediators: &[Value]) {
    let events = ["MediatorCeased", "MediatorRecognized", "MediatorMoved"];
    let items: Vec<Value> = mediators
        .iter()
        .flat_map(|one| events.map(|event| (event, text(&one["mediatorId"]))))
        .take(100)
        .enumerate()
        .map(|(at, (event, one))| follow(&format!("r{at}"), event, "Mediator", ("MEDIATOR_ID", &one)))
        .collect();
    let address = many.receiver.address;
    for at in 0..MOST / items.len() {
        let message = json!({ "subscribe_request": items });
        let mut envelope = many.envelope(("subscribe", &format!("m{at}"), items.len()), message, true);
        envelope["header"]["sender_uri"] = json!(format!("http://{address}/{at}/"));
        let ack = many.send("/registry/subscribe", &envelope).await;
        assert_eq!(ack["message"]["ack_status"], "ACK", "{ack}");
    }
    let one_more = [items[0].clone()];
    let answer = many.subscribe("m-more", &one_more).await;
    let refused = &answer["subscribe_response"][0];
    assert_eq!(refused["status_reason_code"], "rjct.notify_details.invalid", "{answer}");
    // What ends makes room.
    let first = many.followed("pageSize=1").await;
    let message = json!({
        "timestamp": "2026-11-27T08:00:00+07:00", "subscription_codes": [first[0]["registrySubscriptionId"]],
    });
    many.send("/registry/unsubscribe", &many.envelope(("unsubscribe", "m-end", 1), message, false)).await;
    let answer = many.subscribe("m-again", &one_more).await;
    assert_eq!(answer["subscribe_response"][0]["status"], "succ", "{answer}");
}
