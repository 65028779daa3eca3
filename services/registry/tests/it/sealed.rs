//! Names of people are nowhere in the clear.

use hoagiai_proto::registry::v1 as pb;
use hoagiai_store::{KeySubject, on};
use hoagiai_testkit::engines::{Engine, TestDb};
use hoagiai_types::Uuid;

use crate::world::*;

crate::on_both!(names_are_nowhere_in_the_clear, an_erased_person_stays_a_number);

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

async fn names_are_nowhere_in_the_clear(world: World) {
    let city = world.small_city().await;
    let (_, list) = world.submitted(&city, 0, 5).await;
    let reason = "đã chuyển hộ khẩu sang nơi khác";
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id.clone(),
        decision: decision("2025-09-10"),
        refusals: vec![pb::RecognitionRefusal { mediator_id: list.mediator_ids[0].clone(), reason: reason.into() }],
        ..Default::default()
    };
    world.mediators(&city.chair()).decide_recognition(request).await.unwrap();
    let database = world.stop().await;
    let payloads = nowhere(database, &[NAME, "0912345678", reason]).await;
    assert!(payloads > 20);
}

/// Holds that a database has these texts in no file, no event and no record; answers how many events it has.
pub(crate) async fn nowhere(database: TestDb, secrets: &[&str]) -> usize {
    if database.engine == Engine::Sqlite {
        let mut files = 0;
        for file in std::fs::read_dir(database.folder()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
            files += usize::from(holds(&bytes, "SQLite format 3") && holds(&bytes, "Phường Ba Đình"));
            assert!(secrets.iter().all(|secret| !holds(&bytes, secret)));
        }
        assert!(files > 0, "the database itself was read");
    }
    let db = database.open_again().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let payloads: Vec<Vec<u8>> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT payload FROM journal").fetch_all(c).await).unwrap();
    let people: Vec<Vec<u8>> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT sealed_person FROM mediators").fetch_all(c).await).unwrap();
    let identities: Vec<Vec<u8>> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT sealed_number FROM mediator_identities").fetch_all(c).await)
            .unwrap();
    assert!(people.len() > 2);
    for bytes in payloads.iter().chain(&people).chain(&identities) {
        assert!(secrets.iter().all(|secret| !holds(bytes, secret)));
    }
    drop(tx);
    db.close().await;
    payloads.len()
}

async fn an_erased_person_stays_a_number(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 3).await;
    let subject: Uuid = mediators[1].parse().unwrap();
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.write().await.unwrap();
    tx.erase(KeySubject::from(subject)).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let world = World::over(database).await.unwrap();
    let request = pb::ListMediatorsRequest { team_id: team.team_id, ..Default::default() };
    let listed = world.mediators(&city.officer()).list_mediators(request).await.unwrap().into_inner().mediators;
    assert_eq!(listed.iter().filter(|m| m.person.is_none()).count(), 1);
    assert_eq!(listed.iter().filter(|m| m.state() == pb::MediatorState::Recognized).count(), 3, "counts stay");
}
