//! Canaries: what is secret is found nowhere but in the answer to those who may read it.

use std::{
    io,
    sync::{Arc, Mutex},
};

use hoagiai_case::MIGRATIONS;
use hoagiai_proto::cases::v1 as pb;
use hoagiai_store::on;
use hoagiai_testkit::{
    engines::{Engine, TestDb},
    on_each_engine,
    served::by,
};
use hoagiai_types::Uuid;

use crate::world::{FIRST, World, session, success};

on_each_engine!(MIGRATIONS; content_is_in_no_file_log_or_error, a_destroyed_key_takes_the_content_with_it);

const CANARIES: [&str; 5] = ["kanari-summary", "kanari-name", "kanari-address", "kanari-agreement", "kanari-late"];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn assert_clean(what: &str, bytes: &[u8]) {
    for canary in CANARIES {
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary} in {what}");
    }
}

fn secret(world: &World) -> pb::ReceiveCaseRequest {
    let mut receipt = world.receipt("2026-03-01");
    let content = receipt.content.as_mut().unwrap();
    content.summary = CANARIES[0].to_owned();
    content.parties[0].full_name = CANARIES[1].to_owned();
    content.parties[1].address = CANARIES[2].to_owned();
    receipt
}

async fn content_is_in_no_file_log_or_error(db: TestDb) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let _ = tracing::subscriber::set_global_default(subscriber.finish());

    let (world, _) = World::with_book(db).await;
    let mut wrong = secret(&world);
    wrong.content.as_mut().unwrap().parties[0].age = 999;
    let late = pb::ReceiveCaseRequest { receive_date: crate::world::day("2026-04-09"), ..secret(&world) };
    for refused in [wrong, late] {
        let status = world.cases().receive_case(by("leader", refused)).await.unwrap_err();
        assert_clean("an error", format!("{status:?} {}", String::from_utf8_lossy(status.details())).as_bytes());
    }
    let answer = world.cases().receive_case(by("leader", secret(&world))).await.unwrap().into_inner();
    assert_clean("the answer to a receipt", format!("{answer:?}").as_bytes());
    let id = answer.case.unwrap().case_id;
    world.decide(&id, pb::ScopeExclusion::Unspecified, "").await.unwrap();
    world.assign(&id, &[FIRST], "2026-03-03").await.unwrap();
    let late = pb::RecordSessionRequest { late_reason: CANARIES[4].to_owned(), ..session(&id, "2026-03-10") };
    world.meet(late).await.unwrap();
    let early = world.conclude(success(&id, "2026-03-09", CANARIES[3])).await.unwrap_err();
    assert_clean("an error", format!("{early:?}").as_bytes());
    world.conclude(success(&id, "2026-03-11", CANARIES[3])).await.unwrap();
    let full = world.get("first", &id, pb::CaseView::Full).await.unwrap();
    assert_eq!(full.content.unwrap().agreement, CANARIES[3]);
    assert_clean("a basic view", format!("{:?}", world.get("first", &id, pb::CaseView::Basic).await).as_bytes());
    assert_clean("the history", format!("{:?}", world.history(&id).await).as_bytes());

    for entry in world.db.entries(0, 1_000).await.unwrap() {
        assert_clean(&entry.kind, &entry.payload);
    }
    let mut tx = world.db.read().await.unwrap();
    let (content, late): (Vec<u8>, Option<Vec<u8>>) =
        on!(&mut tx, |c| sqlx::query_as("SELECT content, late_reason FROM cases").fetch_one(c).await).unwrap();
    drop(tx);
    assert!(late.is_some());
    assert_clean("the table", &[content, late.unwrap_or_default()].concat());
    if world.db.engine == Engine::Sqlite {
        let files: Vec<_> = std::fs::read_dir(world.db.folder()).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(files.len() >= 2, "the file and its WAL");
        for file in files {
            assert_clean(&file.display().to_string(), &std::fs::read(&file).unwrap());
        }
    }
    let written = log.0.lock().unwrap().clone();
    assert!(!written.is_empty());
    assert_clean("the log", &written);
}

async fn a_destroyed_key_takes_the_content_with_it(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let id = world.in_mediation().await.case_id;
    let mut tx = world.db.write().await.unwrap();
    tx.erase(id.parse::<Uuid>().unwrap().into()).await.unwrap();
    tx.commit().await.unwrap();
    let read = world.get("first", &id, pb::CaseView::Full).await.unwrap();
    assert!(read.content.is_none(), "the case is there, what it was about is not");
    assert_eq!(world.conclude(success(&id, "2026-03-09", "x")).await.unwrap().state(), pb::CaseState::Successful);
    assert!(world.get("first", &id, pb::CaseView::Full).await.unwrap().content.is_none());
}
