//! Two gateways of one database: what is due is sent by one of them, once and in order, and by the other alone when one is gone.

use std::{collections::BTreeSet, sync::Arc};

use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_types::Env;
use serde_json::{Value, json};

use super::{
    super::{
        agencies::{Door, load, text},
        beside, everything, over,
        receiver::Receiver,
        spdci::{envelope_of, question},
        until,
        webhooks::open_to_all,
    },
    cast::{DIRECTORY, Follower, Registry, Told, follow, told_in},
};

/// Mediators who die while both are there, and after.
const BOTH: usize = 4;
const ONE: usize = 2;
/// Questions of an agency that are answered later.
const QUESTIONS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_of_one_database_send_once() {
    let court = Receiver::start().await;
    let postgres = OwnPostgres::start().unwrap();
    let settings = open_to_all(&[&court]);
    let one = over(&postgres, everything().configuration(&settings)).await;
    let other = beside(&postgres, everything().configuration(&settings)).await;
    load(&one).await;
    let here = both_are_there(&one, &court).await;
    drop(one);
    let door = Door::of(&other);
    let registry = Registry::of(&door, &other, Env::system().today());
    for mediator in &here[BOTH..] {
        registry.dies(mediator).await;
    }
    let all = (here.len(), here.len(), QUESTIONS);
    until("the other tells alone", async || came(&court) == all).await;

    let told = notices(&court);
    let who: Vec<String> = told.iter().map(|told| text(&told.records[0]["mediator_id"])).collect();
    assert_eq!(who, here, "each once, in order");
    let references: BTreeSet<_> = told.iter().map(|told| &told.reference).collect();
    assert_eq!(references.len(), here.len());
    assert!(court.taken().values().all(|came| came.len() == 1), "each fact once");
    let answers: BTreeSet<_> = answers(&court).iter().map(|one| text(&one["message"]["correlation_id"])).collect();
    assert_eq!(answers.len(), QUESTIONS, "each answer once");
    drop(door);
    other.stop().await;
}

/// An agency follows a commune and asks, and mediators die, while both send; all of these, and those who are to die.
async fn both_are_there(one: &TestServer, court: &Arc<Receiver>) -> Vec<String> {
    let door = Door::of(one);
    let registry = Registry::of(&door, one, Env::system().today());
    let (commune, mut here) = registry.commune().await;
    here.truncate(BOTH + ONE);
    assert_eq!(here.len(), BOTH + ONE);
    let agency = follows(&door, &commune, court).await;
    for number in 0..QUESTIONS {
        let question = question("one", "Mediator", "MEDIATOR_ID", &here[number % here.len()]);
        let mut asked = envelope_of(agency.code, &format!("q{number}"), &json!([question]));
        asked["header"]["sender_uri"] = json!(format!("http://{}/", court.address));
        let ack = agency.send("/registry/search", &asked).await;
        assert_eq!(ack["message"]["ack_status"], "ACK", "{ack}");
    }
    for mediator in &here[..BOTH] {
        registry.dies(mediator).await;
    }
    until("everything is told", async || came(court) == (BOTH, BOTH, QUESTIONS)).await;
    // What was sent is written down by whoever sent it; that of subscribing is among it.
    until("nothing is in line", async || agency.in_state("ACKNOWLEDGED").await.len() == BOTH + QUESTIONS + 1).await;
    here
}

/// Notices, facts and answers so far.
fn came(court: &Receiver) -> (usize, usize, usize) {
    (notices(court).len(), court.taken().len(), answers(court).len())
}

fn notices(court: &Receiver) -> Vec<Told> {
    let came = court.callbacks();
    came.iter().filter(|(path, _)| path == "/registry/notify").flat_map(|(_, message)| told_in(message)).collect()
}

fn answers(court: &Receiver) -> Vec<Value> {
    let came = court.callbacks();
    came.into_iter().filter(|(path, _)| path == "/registry/on-search").map(|(_, message)| message).collect()
}

/// An agency that follows a commune over SPDCI, and its facts by an endpoint.
async fn follows<'a>(door: &'a Door<'a>, commune: &str, court: &'a Arc<Receiver>) -> Follower<'a> {
    let entry = json!({ "method": format!("{DIRECTORY}/GetDirectoryEntry") });
    let agency = Follower::connect(door, "000.11.00.H26", &[commune], entry, court).await;
    agency.subscribe("s1", &[follow("ceased", "MediatorCeased", "Mediator", ("UNIT_ID", commune))]).await;
    agency.hooks(&["registry.MediatorCeased"], "/other-hook").await;
    agency
}
