//! Sealed data and erased keys.

use std::sync::Arc;

use hoagiai_store::{Db, KeySubject, Keyring, Sealed, StoreError, on, verify};
use hoagiai_testkit::{engines::TestDb, on_each_engine};
use hoagiai_types::Uuid;

use crate::support::{TEAMS, count, event, origin, team};

on_each_engine!(TEAMS;
    sealed_content_opens_for_its_field_and_subject_alone,
    an_erased_key_opens_nothing_and_the_chain_stays_valid,
    a_key_rolled_back_is_never_used,
    an_erasure_rolled_back_erases_nothing,
    two_writers_of_one_subject_share_its_key,
    master_keys_rotate_without_losing_a_byte,
    the_stored_bytes_hold_neither_content_nor_key,
);

fn subject(n: u128) -> KeySubject {
    Uuid::from_u128(n).into()
}

async fn seal(db: &Db, n: u128, content: &[u8]) -> Sealed {
    let mut tx = db.write().await.unwrap();
    let sealed = tx.seal(subject(n), "mediator.name", content).await.unwrap();
    tx.commit().await.unwrap();
    sealed
}

async fn unseal(db: &Db, sealed: &Sealed) -> Result<Option<Vec<u8>>, StoreError> {
    db.read().await.unwrap().unseal("mediator.name", sealed).await
}

async fn sealed_content_opens_for_its_field_and_subject_alone(db: TestDb) {
    let sealed = seal(&db, 1, "Nguyễn Thị An".as_bytes()).await;
    let stored = Sealed::from_bytes(&sealed.to_bytes()).unwrap();
    assert_eq!(stored, sealed);
    assert_eq!(unseal(&db, &stored).await.unwrap().unwrap(), "Nguyễn Thị An".as_bytes());
    let again = db.open_again().await.unwrap();
    assert_eq!(unseal(&again, &stored).await.unwrap().unwrap(), "Nguyễn Thị An".as_bytes());
    let mut tx = db.read().await.unwrap();
    assert!(matches!(tx.unseal("mediator.phone", &sealed).await, Err(StoreError::Unsealable)));
    let other = seal(&db, 2, b"x").await;
    let swapped = Sealed { subject: other.subject, ..sealed.clone() };
    assert!(matches!(unseal(&db, &swapped).await, Err(StoreError::Unsealable)));
    let mut altered = sealed.clone();
    altered.ciphertext[20] ^= 1;
    assert!(matches!(unseal(&db, &altered).await, Err(StoreError::Unsealable)));
    assert!(matches!(Sealed::from_bytes(&sealed.to_bytes()[..20]), Err(StoreError::Unsealable)));
    let twice = seal(&db, 1, "Nguyễn Thị An".as_bytes()).await;
    assert_ne!(twice.ciphertext, sealed.ciphertext);
}

async fn an_erased_key_opens_nothing_and_the_chain_stays_valid(db: TestDb) {
    let sealed = seal(&db, 1, b"secret").await;
    let mut tx = db.write().await.unwrap();
    tx.append(team(1), 0, &origin(&db), &[event(&sealed.to_bytes())]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(unseal(&db, &sealed).await.unwrap().is_some());
    let mut tx = db.write().await.unwrap();
    tx.erase(subject(1)).await.unwrap();
    assert_eq!(tx.unseal("mediator.name", &sealed).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(unseal(&db, &sealed).await.unwrap(), None);
    assert_eq!(unseal(&db.open_again().await.unwrap(), &sealed).await.unwrap(), None);
    let mut tx = db.write().await.unwrap();
    assert!(matches!(tx.seal(subject(1), "mediator.name", b"x").await, Err(StoreError::Erased)));
    drop(tx);
    assert_eq!(count(&db, "SELECT count(*) FROM data_keys WHERE wrapped IS NOT NULL").await, 0);
    assert_eq!(verify::verify(&db).await.unwrap().findings, []);
}

async fn a_key_rolled_back_is_never_used(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    let lost = tx.seal(subject(1), "mediator.name", b"lost").await.unwrap();
    drop(tx);
    let kept = seal(&db, 1, b"kept").await;
    let again = db.open_again().await.unwrap();
    assert_eq!(unseal(&again, &kept).await.unwrap().unwrap(), b"kept");
    assert!(matches!(unseal(&again, &lost).await, Err(StoreError::Unsealable)));
}

async fn an_erasure_rolled_back_erases_nothing(db: TestDb) {
    let sealed = seal(&db, 1, b"kept").await;
    let mut tx = db.write().await.unwrap();
    tx.erase(subject(1)).await.unwrap();
    drop(tx);
    assert_eq!(unseal(&db, &sealed).await.unwrap().unwrap(), b"kept");
}

async fn two_writers_of_one_subject_share_its_key(db: TestDb) {
    let sealed = futures_util::future::join_all((0..8_u8).map(|n| {
        let db = db.db.clone();
        tokio::spawn(async move { seal(&db, 1, &[n]).await })
    }))
    .await;
    let again = db.open_again().await.unwrap();
    for (sealed, n) in sealed.into_iter().zip(0_u8..) {
        assert_eq!(unseal(&again, &sealed.unwrap()).await.unwrap().unwrap(), [n]);
    }
    assert_eq!(count(&db, "SELECT count(*) FROM data_keys").await, 1);
}

async fn master_keys_rotate_without_losing_a_byte(db: TestDb) {
    let path = db.folder().join("keys");
    let keys = Arc::new(Keyring::from_seed(1));
    keys.save_new(&path).unwrap();
    let db2 = Db::open(&db.config, "test", TEAMS, keys.clone(), db.env().clone()).await.unwrap();
    let mut sealed = Vec::new();
    for n in 0..20 {
        sealed.push(seal(&db2, n, b"old").await);
    }
    assert_eq!(keys.add_master(&path).unwrap(), 2);
    let new = seal(&db2, 100, b"new").await;
    assert_eq!(db2.rewrap_data_keys().await.unwrap(), 20);
    assert_eq!(db2.rewrap_data_keys().await.unwrap(), 0);
    db2.close().await;
    let text: String = std::fs::read_to_string(&path).unwrap();
    let without_old: String = text.lines().filter(|l| !l.starts_with("master 1")).map(|l| format!("{l}\n")).collect();
    let keys = Arc::new(Keyring::from_text(&without_old).unwrap());
    let db3 = Db::open(&db.config, "test", TEAMS, keys, db.env().clone()).await.unwrap();
    for sealed in &sealed {
        assert_eq!(unseal(&db3, sealed).await.unwrap().unwrap(), b"old");
    }
    assert_eq!(unseal(&db3, &new).await.unwrap().unwrap(), b"new");
}

mod sqlite_alone {
    use hoagiai_testkit::engines::{Engine, run};

    use super::TEAMS;

    #[test]
    fn a_destroyed_key_is_in_no_file_once_its_destruction_is_acknowledged() {
        run(Engine::Sqlite, TEAMS, super::destroyed);
    }
    #[test]
    fn a_destroyed_key_leaves_the_log_when_the_last_reader_of_older_states_is_done() {
        run(Engine::Sqlite, TEAMS, super::destroyed_under_a_reader);
    }
    #[test]
    fn a_key_wrapped_anew_is_not_found_under_its_old_master_key() {
        run(Engine::Sqlite, TEAMS, super::wrapped_anew);
    }
}

/// The key of a subject as it is stored.
async fn wrapped(db: &Db, n: u128) -> Vec<u8> {
    let mut tx = db.read_one().await.unwrap();
    let find = "SELECT wrapped FROM data_keys WHERE subject = $1";
    on!(&mut tx, |c| sqlx::query_scalar(find).bind(Uuid::from_u128(n)).fetch_one(c).await).unwrap()
}

/// Names of the files that hold these bytes.
fn files_with(db: &TestDb, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(db.folder()).unwrap() {
        let path = file.unwrap().path();
        if std::fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

async fn erase(db: &Db, n: u128) {
    let mut tx = db.write().await.unwrap();
    tx.erase(subject(n)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn destroyed(db: TestDb) {
    for n in 0..40 {
        seal(&db, n, b"content").await;
    }
    let keys = [wrapped(&db, 7).await, wrapped(&db, 8).await];
    assert_eq!(files_with(&db, &keys[0]), ["test.db-wal"]);
    erase(&db, 7).await;
    // The log went into the file, where the other key still is.
    assert_eq!((files_with(&db, &keys[0]), files_with(&db, &keys[1])), (vec![], vec!["test.db".to_owned()]));
    erase(&db, 8).await;
    assert_eq!(files_with(&db, &keys[1]), Vec::<String>::new());
    assert!(unseal(&db, &seal(&db, 9, b"more").await).await.unwrap().is_some());
}

async fn destroyed_under_a_reader(db: TestDb) {
    seal(&db, 1, b"content").await;
    let key = wrapped(&db, 1).await;
    let mut reader = db.read().await.unwrap();
    on!(&mut reader, |c| sqlx::query("SELECT count(*) FROM data_keys").execute(c).await.map(drop)).unwrap();
    erase(&db, 1).await;
    assert_eq!(files_with(&db, &key), ["test.db-wal"], "an older state is being read");
    drop(reader);
    let gone = async {
        while !files_with(&db, &key).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), gone).await.unwrap();
}

async fn wrapped_anew(db: TestDb) {
    let path = db.folder().join("keys");
    db.keys().save_new(&path).unwrap();
    seal(&db, 1, b"content").await;
    let old = wrapped(&db, 1).await;
    db.keys().add_master(&path).unwrap();
    assert_eq!(db.rewrap_data_keys().await.unwrap(), 1);
    assert_eq!(files_with(&db, &old), Vec::<String>::new());
    assert_eq!(files_with(&db, &wrapped(&db, 1).await), ["test.db"]);
}

async fn the_stored_bytes_hold_neither_content_nor_key(db: TestDb) {
    let sealed = seal(&db, 1, b"CANARY-name").await;
    let mut tx = db.write().await.unwrap();
    tx.append(team(1), 0, &origin(&db), &[event(&sealed.to_bytes())]).await.unwrap();
    tx.commit().await.unwrap();
    // On PostgreSQL the folder holds the witness alone; the tables are looked at instead.
    if db.is_sqlite() {
        for file in std::fs::read_dir(db.folder()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(6).any(|w| w == b"CANARY"));
        }
    } else {
        let found = "SELECT count(*) FROM journal_entry WHERE position('CANARY'::bytea IN payload) > 0";
        assert_eq!(count(&db, found).await, 0);
    }
}
