//! Agencies that follow the registry over SPDCI: they subscribe, things happen, and each is told what its own question would
//! answer, at least once, in order, and nothing that it has not asked for.

mod cast;
mod long_run;
mod two_gateways;
mod unreadable;

use std::{collections::BTreeSet, sync::Arc};

use hoagiai_spdci::conformance::{Kind, faults};
use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_types::Env;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    agencies::{Door, load, text},
    everybody, everything, over,
    receiver::{Manner, Receiver},
    until,
    webhooks::open_to_all,
};
use cast::{AUTHORITY, DIRECTORY, Follower, Registry, Told, follow, told_in};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_is_told_what_it_may_ask_on_sqlite() {
    let (court, police) = (Receiver::start().await, Receiver::start().await);
    let server = everything().configuration(&open_to_all(&[&court, &police])).start().await.unwrap();
    who_follows_is_told_what_it_may_ask(&server, &court, &police).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_is_told_what_it_may_ask_on_postgresql() {
    let (court, police) = (Receiver::start().await, Receiver::start().await);
    let postgres = OwnPostgres::start().unwrap();
    let server = over(&postgres, everything().configuration(&open_to_all(&[&court, &police]))).await;
    who_follows_is_told_what_it_may_ask(&server, &court, &police).await;
    server.stop().await;
}

async fn who_follows_is_told_what_it_may_ask(server: &TestServer, court: &Arc<Receiver>, police: &Arc<Receiver>) {
    load(server).await;
    let door = Door::of(server);
    let registry = Registry::of(&door, server, Env::system().today());
    let teams = registry.list("/v1/teams?pageSize=500&state=TEAM_STATE_ACTIVE", "teams").await;
    let mediators = registry.list("/v1/mediators?pageSize=1000", "mediators").await;
    // Those in force who do not lead: each death takes one.
    let members = |team: &Value| -> Vec<String> {
        let in_force = mediators.iter().filter(|one| {
            one["teamId"] == team["teamId"] && one["state"] == "MEDIATOR_STATE_RECOGNIZED" && one["leader"] != true
        });
        in_force.map(|one| text(&one["mediatorId"])).collect()
    };
    // A commune with two teams: one loses four and takes the other in.
    let of = |team: &Value| text(&team["communeUnitId"]);
    let (one, other) = teams
        .iter()
        .filter(|one| members(one).len() >= 4)
        .find_map(|one| {
            let other = teams.iter().find(|other| of(other) == of(one) && other["teamId"] != one["teamId"])?;
            Some((one.clone(), other.clone()))
        })
        .unwrap();
    let elsewhere = teams.iter().find(|team| of(team) != of(&one)).unwrap().clone();
    let (commune, team) = (of(&one), text(&one["teamId"]));
    let (here, there) = (members(&one), members(&elsewhere));

    let masked = json!({
        "method": format!("{DIRECTORY}/GetDirectoryEntry"),
        "fields": "entry.mediatorId,entry.teamId,freshness.validAt",
    });
    let court = Follower::connect(&door, "000.11.00.H26", &[&commune], masked, court).await;
    let whole = json!({ "method": format!("{DIRECTORY}/GetDirectoryEntry") });
    let police = Follower::connect(&door, "000.12.00.H26", &[&commune], whole, police).await;

    let codes = subscribed(&court, (&commune, &team), (&here[0], &there[0])).await;
    let unit = ("UNIT_ID", commune.as_str());
    let answer = police.subscribe("p1", &[follow("ceased", "MediatorCeased", "Mediator", unit)]).await;
    let of_police = text(&answer["subscribe_response"][0]["subscriptions"][0]["code"]);

    who_ceases_is_told_under_each_mask(&registry, (&court, &police), &here[0], &there[0]).await;
    an_endpoint_that_fails_is_told_later_under_the_same_id(&registry, (&court, &police), &here[1]).await;
    let new = registry.recognised(&team).await;
    until("recognised", async || !court.told_of("MediatorRecognized").is_empty()).await;
    assert_eq!(court.told_of("MediatorRecognized")[0].records[0]["mediator_id"], new.as_str());
    a_team_that_is_taken_in_is_told(&registry, &court, (&one, &other)).await;
    what_became_of_it_is_told(&court, &codes[0]).await;
    who_unsubscribes_is_told_no_more(&registry, (&court, &police), (&codes[0], &of_police), &here[2]).await;
    what_is_followed_is_listed(&court, &police, &codes).await;
    why_it_may_know_is_kept(&door, server, &court, &here[0]).await;
    who_is_not_connected_any_more_is_told_nothing(&registry, (&court, &police), &here[3]).await;
}

/// Subscribes to everything, with faults between; the codes of those that run.
async fn subscribed(
    court: &Follower<'_>,
    (commune, team): (&str, &str),
    (mediator, stranger): (&str, &str),
) -> Vec<String> {
    let unit = ("UNIT_ID", commune);
    let items = [
        follow("ceased", "MediatorCeased", "Mediator", unit),
        follow("recognised", "MediatorRecognized", "Mediator", unit),
        follow("moved", "MediatorMoved", "Mediator", unit),
        follow("dissolved", "TeamDissolved", "MediationTeam", unit),
        follow("standing", "TeamStandingChanged", "MediationTeam", ("TEAM_ID", team)),
        follow("one", "MediatorMoved", "Mediator", ("MEDIATOR_ID", mediator)),
        follow("stranger", "MediatorMoved", "Mediator", ("MEDIATOR_ID", stranger)),
        follow("twice", "MediatorCeased", "Mediator", unit),
        follow("nonsense", "MediatorAged", "Mediator", unit),
    ];
    let answer = court.subscribe("c1", &items).await;
    let answers = answer["subscribe_response"].as_array().unwrap();
    let reason = |at: usize| (&answers[at]["status"], &answers[at]["status_reason_code"]);
    for (at, code) in
        [(6, "rjct.person_id.invalid"), (7, "rjct.event.already_subscribed"), (8, "rjct.notify_types.invalid")]
    {
        assert_eq!(reason(at), (&json!("rjct"), &json!(code)), "{answer}");
    }
    let mut codes = Vec::new();
    for answer in &answers[..6] {
        assert_eq!((&answer["status"], &answer["locale"]), (&json!("succ"), &json!("vie")), "{answer}");
        codes.push(text(&answer["subscriptions"][0]["subscription_code"]));
    }
    // What it may not ask for it cannot follow; an address that nobody consented at is sent nothing.
    let mut envelope = court.envelope(("subscribe", "c2", 1), json!({ "subscribe_request": [items[0].clone()] }), true);
    envelope["header"]["sender_uri"] = json!("https://elsewhere.example/");
    let refused = court.send("/registry/subscribe", &envelope).await;
    assert_eq!(refused["message"]["error"]["code"], "err.sender_uri.invalid");
    codes
}

async fn who_ceases_is_told_under_each_mask(
    registry: &Registry<'_>,
    (court, police): (&Follower<'_>, &Follower<'_>),
    mediator: &str,
    stranger: &str,
) {
    registry.dies(stranger).await;
    registry.dies(mediator).await;
    for agency in [court, police] {
        until("told of a death", async || !agency.told_of("MediatorCeased").is_empty()).await;
    }
    let last = registry.today.plus_days(-1).to_string();
    let of = |agency: &Follower<'_>| {
        let told = agency.told_of("MediatorCeased");
        assert_eq!(told.len(), 1, "what happens elsewhere is not told: {told:?}");
        assert_eq!(told[0].records.len(), 1);
        assert_eq!(told[0].records[0]["mediator_id"], mediator);
        // As on the last day.
        assert_eq!(told[0].records[0]["valid_at"], last.as_str());
        told[0].records[0].clone()
    };
    let (masked, whole) = (of(court), of(police));
    assert!(masked.get("full_name").is_none() && masked.get("team_id").is_some(), "{masked}");
    assert!(!text(&whole["full_name"]).is_empty(), "{whole}");
    // The team of one mediator less, by its id.
    until("the team stands otherwise", async || !court.told_of("TeamStandingChanged").is_empty()).await;
    assert_eq!(court.told_of("TeamStandingChanged")[0].records[0]["@type"], "MediationTeam");
    assert!(police.told().iter().all(|one| one.event == "MediatorCeased"), "nothing that it does not follow");
}

async fn an_endpoint_that_fails_is_told_later_under_the_same_id(
    registry: &Registry<'_>,
    (court, police): (&Follower<'_>, &Follower<'_>),
    mediator: &str,
) {
    court.receiver.behave(Manner::Failing);
    registry.dies(mediator).await;
    // Another agency is held up by nothing.
    until("the other is told", async || police.told_of("MediatorCeased").len() == 2).await;
    let tried = || -> Vec<Told> { court.receiver.refused().iter().flat_map(|(_, message)| told_in(message)).collect() };
    until("tried", async || tried().iter().any(|one| one.event == "MediatorCeased")).await;
    let first = tried().into_iter().find(|one| one.event == "MediatorCeased").unwrap();
    until("written down", async || {
        court.in_state("FAILED").await.iter().any(|one| one["callbackId"] == first.reference.as_str())
    })
    .await;
    let failed = court.in_state("FAILED").await;
    let one = failed.iter().find(|one| one["callbackId"] == first.reference.as_str()).unwrap();
    assert_eq!(
        (&one["action"], &one["event"], &one["lastOutcome"]),
        (&json!("notify"), &json!("MediatorCeased"), &json!("STATUS_503"))
    );
    // It is the agency's own: nobody else sees it or sends it again.
    let path = format!("/v1/callbacks/{}:redeliver", first.reference);
    let refused = police.door.ask(Method::POST, &path, &[("authorization", &police.bearer().await)], json!({})).await;
    assert_eq!((refused.status, refused.reason().as_str()), (StatusCode::NOT_FOUND, "DELIVERY_NOT_FOUND"));
    court.receiver.behave(Manner::Good);
    // By hand, before the schedule.
    if !court.told().iter().any(|told| told.reference == first.reference) {
        let answer = court.door.ask(Method::POST, &path, &[("authorization", &court.bearer().await)], json!({})).await;
        assert!(answer.status == StatusCode::OK || answer.reason() == "DELIVERY_STATE_WRONG", "{:?}", answer.json());
    }
    until("told", async || court.told_of("MediatorCeased").len() == 2).await;
    let told = court.told_of("MediatorCeased").pop().unwrap();
    assert_eq!((&told.reference, told.records[0]["mediator_id"].as_str()), (&first.reference, Some(mediator)));
    until("nothing is in line", async || court.in_state("FAILED").await.is_empty()).await;
    let again = court.door.ask(Method::POST, &path, &[("authorization", &court.bearer().await)], json!({})).await;
    assert_eq!(again.reason(), "DELIVERY_STATE_WRONG", "what is acknowledged is through");
}

async fn a_team_that_is_taken_in_is_told(
    registry: &Registry<'_>,
    court: &Follower<'_>,
    (one, other): (&Value, &Value),
) {
    let body = json!({
        "teams": [{ "teamId": other["teamId"] }], "successorTeamId": one["teamId"],
        "decision": registry.decision("78"), "targetSize": 20,
    });
    registry.act("/v1/teams:merge", body).await;
    until("the end of a team", async || !court.told_of("TeamDissolved").is_empty()).await;
    until("its mediators", async || !court.told_of("MediatorMoved").is_empty()).await;
    // As it was on its last day: on the day of the decision there is none.
    let ended = &court.told_of("TeamDissolved")[0].records[0];
    assert_eq!((&ended["team_id"], &ended["@type"]), (&other["teamId"], &json!("MediationTeam")));
    assert_eq!(ended["valid_at"], registry.today.plus_days(-1).to_string());
    let moved = &court.told_of("MediatorMoved")[0].records[0];
    assert_eq!(moved["team_id"], one["teamId"], "where they go on");
    // Each once, and those of one subscription in the order in which they were recorded.
    let told = court.told();
    let references: BTreeSet<&str> = told.iter().map(|one| one.reference.as_str()).collect();
    assert_eq!(references.len(), told.len());
    for event in ["MediatorCeased", "MediatorMoved", "TeamStandingChanged"] {
        let times: Vec<String> = court.told_of(event).into_iter().map(|one| one.timestamp).collect();
        assert!(times.is_sorted(), "{event}: {times:?}");
    }
}

async fn what_became_of_it_is_told(court: &Follower<'_>, code: &str) {
    let became = court.status("s1", "subscribe", ("subscription_code_list", json!([code]))).await;
    assert_eq!(faults(Kind::TxnOnStatus, &became), Vec::<String>::new(), "{became}");
    let answers = &became["message"]["txnstatus_response"]["txn_status"]["subscribe_response"];
    assert_eq!(answers.as_array().unwrap().len(), 1, "that one alone: {answers}");
    assert_eq!(answers[0]["subscriptions"][0]["subscription_code"], code);
    let by_reference = court.status("s2", "subscribe", ("reference_id_list", json!(["moved", "twice"]))).await;
    let answers = &by_reference["message"]["txnstatus_response"]["txn_status"]["subscribe_response"];
    let references: Vec<&Value> = answers.as_array().unwrap().iter().map(|one| &one["reference_id"]).collect();
    assert_eq!(references, ["moved", "twice"]);
    // The same later, and what is not there is told at once.
    let asked = |id: &str, of: &str| {
        let message = json!({
            "txnstatus_request": {
                "reference_id": "r", "txn_type": "subscribe", "attribute_type": "transaction_id", "attribute_value": of,
            },
        });
        court.envelope(("txn-status", id, 1), message, true)
    };
    let ack = court.send("/registry/txn/status", &asked("s3", "t-c1")).await;
    assert_eq!((faults(Kind::Ack, &ack), &ack["message"]["ack_status"]), (Vec::new(), &json!("ACK")));
    until("txn/on-status", async || !court.callbacks("/registry/txn/on-status").is_empty()).await;
    let answer = court.callbacks("/registry/txn/on-status").pop().unwrap();
    assert_eq!(faults(Kind::TxnOnStatus, &answer), Vec::<String>::new());
    let answers = &answer["message"]["txnstatus_response"]["txn_status"]["subscribe_response"];
    assert_eq!(answers.as_array().unwrap().len(), 9);
    let unknown = court.send("/registry/txn/status", &asked("s4", "t-nothing")).await;
    assert_eq!(unknown["message"]["error"]["code"], "err.request.not_found");
}

async fn who_unsubscribes_is_told_no_more(
    registry: &Registry<'_>,
    (court, police): (&Follower<'_>, &Follower<'_>),
    (code, of_police): (&str, &str),
    mediator: &str,
) {
    let message = json!({
        "timestamp": "2026-11-27T08:00:00+07:00",
        "subscription_codes": [code, of_police, "no-code"],
    });
    // Without an address: whoever has no endpoint left must be able to end it.
    let envelope = court.envelope(("unsubscribe", "u1", 3), message, false);
    let ack = court.send("/registry/unsubscribe", &envelope).await;
    assert_eq!((faults(Kind::Ack, &ack), &ack["message"]["ack_status"]), (Vec::new(), &json!("NACK")), "{ack}");
    let became = court.status("u2", "unsubscribe", ("subscription_code_list", json!([code]))).await;
    assert_eq!(faults(Kind::TxnOnStatus, &became), Vec::<String>::new(), "{became}");
    let became = &became["message"]["txnstatus_response"]["txn_status"];
    assert_eq!(became["subscription_status"], json!([{ "code": code, "status": "unsubscribe" }]));
    // Another agency's is as if it were not there.
    assert_eq!(became["status_reason_code"], "rjct.subscription_code.invalid");
    let message = json!({ "timestamp": "2026-11-27T08:00:00+07:00", "subscription_codes": [code] });
    court.send("/registry/unsubscribe", &court.envelope(("unsubscribe", "u3", 1), message, true)).await;
    until("on-unsubscribe", async || !court.callbacks("/registry/on-unsubscribe").is_empty()).await;
    let again = court.callbacks("/registry/on-unsubscribe").pop().unwrap();
    assert_eq!(faults(Kind::OnUnsubscribe, &again), Vec::<String>::new());
    assert_eq!(again["message"]["status_reason_code"], "rjct.event.already_unsubscribed");

    let standing = court.told_of("TeamStandingChanged").len();
    registry.dies(mediator).await;
    until("the other is told", async || police.told_of("MediatorCeased").len() == 3).await;
    until("the team is told", async || court.told_of("TeamStandingChanged").len() > standing).await;
    assert_eq!(court.told_of("MediatorCeased").len(), 2, "it has unsubscribed");
}

async fn what_is_followed_is_listed(court: &Follower<'_>, police: &Follower<'_>, codes: &[String]) {
    let ids = |found: &[Value]| -> BTreeSet<String> {
        found.iter().map(|one| text(&one["registrySubscriptionId"])).collect()
    };
    let all = court.followed("").await;
    assert_eq!(ids(&all), codes.iter().cloned().collect(), "also what ended");
    let ended = court.followed("state=REGISTRY_SUBSCRIPTION_STATE_ENDED").await;
    assert_eq!((ended.len(), &ended[0]["registrySubscriptionId"]), (1, &json!(codes[0])));
    let running = court.followed("state=REGISTRY_SUBSCRIPTION_STATE_ACTIVE&pageSize=1000").await;
    assert_eq!(running.len(), codes.len() - 1);
    for one in &running {
        assert_eq!(one["consumerId"], court.consumer.as_str());
        assert!(text(&one["callback"]).starts_with("http://127.0.0.1:") && one["createTime"].is_string(), "{one}");
        assert_eq!((one["startTime"].is_null(), one["endTime"].is_null()), (true, true));
        assert!(!one.to_string().contains("Đương sự"), "what was stated is not shown");
    }
    // Nobody else's, and by pages.
    let path = format!("/v1/consumers/{}/registrySubscriptions?pageSize=4", court.consumer);
    let bearer = police.bearer().await;
    let refused = police.door.ask(Method::GET, &path, &[("authorization", &bearer)], Value::Null).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{:?}", refused.json());
    let first = court.ask(Method::GET, &path, Value::Null).await;
    let rest =
        court.ask(Method::GET, &format!("{path}&pageToken={}", text(&first["nextPageToken"])), Value::Null).await;
    let of = |page: &Value| page["registrySubscriptions"].as_array().unwrap().clone();
    assert_eq!((of(&first).len(), [of(&first), of(&rest)].concat()), (4, all));
    assert_eq!(rest["nextPageToken"], "");
}

/// On which authority something was told, the auditor reads; the mediator reads that there was one.
async fn why_it_may_know_is_kept(door: &Door<'_>, server: &TestServer, court: &Follower<'_>, mediator: &str) {
    let path = format!("/v1/consumers/{}/disclosures", court.consumer);
    let header = [("authorization", door.department_header())];
    let told = door.ask(Method::GET, &path, &header, Value::Null).await.json();
    let disclosures = told["disclosures"].as_array().unwrap();
    assert!(!disclosures.is_empty());
    for one in disclosures {
        assert_eq!((&one["authorization"]["json"], one["consent"].is_null()), (&json!(AUTHORITY), true), "{one}");
        assert_eq!(text(&one["authorization"]["sha256"]).len(), 64);
    }
    let all = format!("Bearer {}", everybody(server));
    let path = format!("/v1/mediators/{mediator}/disclosures");
    let of_one = door.agency(&all, &path).await.json();
    let own = of_one["disclosures"].as_array().unwrap();
    let own = own.iter().find(|one| one["consumerId"] == court.consumer.as_str()).unwrap();
    assert_eq!(own["authorization"]["json"], "", "it may name others");
    assert_eq!(own["authorization"]["sha256"], disclosures[0]["authorization"]["sha256"]);
}

async fn who_is_not_connected_any_more_is_told_nothing(
    registry: &Registry<'_>,
    (court, police): (&Follower<'_>, &Follower<'_>),
    mediator: &str,
) {
    let path = format!("/v1/credentials/{}:revoke", police.credential);
    let header = [("authorization", court.door.department_header())];
    let body = json!({ "reason": "Hết hợp đồng" });
    let revoked = court.door.ask(Method::POST, &path, &header, body).await;
    assert_eq!(revoked.status, StatusCode::OK, "{:?}", revoked.json());
    let (before, standing) = (police.receiver.callbacks().len(), court.told_of("TeamStandingChanged").len());
    registry.dies(mediator).await;
    until("others are told", async || court.told_of("TeamStandingChanged").len() > standing).await;
    let path = format!("/v1/consumers/{}/callbacks", police.consumer);
    until("written down", async || {
        let ledger = court.door.ask(Method::GET, &path, &header, Value::Null).await.json();
        ledger["callbacks"].as_array().unwrap().iter().any(|one| one["lastOutcome"] == "NOT_CONNECTED")
    })
    .await;
    assert_eq!(police.receiver.callbacks().len(), before);
}
