//! Whose key was destroyed is found no more.

use hoagiai_proto::registry::v1 as pb;
use hoagiai_store::KeySubject;
use hoagiai_testkit::engines::Engine;
use hoagiai_types::Uuid;

use crate::{names::*, world::*};

crate::on_both!(an_erased_person_is_not_found_again);

async fn an_erased_person_is_not_found_again(world: World) {
    let city = world.small_city().await;
    let (_, ids) = team_of(&world, &city, 0, &["Nguyễn Văn Kín", "Nguyễn Thị Kín", "Lê Mở"]).await;
    let at = position(&world, &city, &ids[2]).await;
    assert_eq!(search(&world, &city.officer(), ask("kín", at)).await.total_count, 2);
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.write().await.unwrap();
    tx.erase(KeySubject::from(ids[0].parse::<Uuid>().unwrap())).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let world = World::over(database).await.unwrap();
    let found = search(&world, &city.officer(), ask("kín", at)).await;
    assert_eq!(found.total_count, 1, "neither shown nor counted");
    assert_eq!(found.matches[0].mediator.as_ref().unwrap().mediator_id, ids[1]);
    let list = pb::ListMediatorsRequest { unit_id: city.ward.clone(), ..Default::default() };
    let listed = world.mediators(&city.officer()).list_mediators(list).await.unwrap().into_inner().mediators;
    assert_eq!(listed.len(), 3, "counts stay");

    // On PostgreSQL another process may erase while this one serves.
    if world.db.engine == Engine::Postgres {
        let other = world.db.open_again().await.unwrap();
        let mut tx = other.write().await.unwrap();
        tx.erase(KeySubject::from(ids[1].parse::<Uuid>().unwrap())).await.unwrap();
        tx.commit().await.unwrap();
        other.close().await;
        let found = search(&world, &city.officer(), ask("kín", at)).await;
        assert_eq!((found.matches.len(), found.total_count), (0, 0), "the keys are asked for at every search");
    }
}
