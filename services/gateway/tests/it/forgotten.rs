//! What is kept of SPDCI messages goes when it is old and waits for nothing, and not before.

use hoagiai_gateway::{
    MIGRATIONS,
    domain::{CallbackState, Consumer, ConsumerId, Credential, CredentialId, CredentialKind, Policy},
    store::{
        consumers, credentials,
        messages::{self, By, Transaction},
    },
};
use hoagiai_spdci::Endpoint;
use hoagiai_testkit::engines::TestDb;
use hoagiai_types::{Id, Timestamp, Uuid};

hoagiai_testkit::on_each_engine!(MIGRATIONS; what_is_old_and_settled_goes_some_at_a_time);

fn transaction(number: u128, consumer: ConsumerId, credential: CredentialId, state: CallbackState) -> Transaction {
    Transaction {
        id: Uuid::from_u128(number),
        consumer,
        credential,
        action: Endpoint::Search,
        transaction_id: format!("t-{number}"),
        callback: "https://agency.example".into(),
        request: Some(b"{}".to_vec()),
        answer: None,
        attempt_count: 0,
        state,
    }
}

async fn what_is_old_and_settled_goes_some_at_a_time(test: TestDb) {
    let (consumer, credential): (ConsumerId, CredentialId) =
        (Id::from_uuid(Uuid::from_u128(1)), Id::from_uuid(Uuid::from_u128(2)));
    let [old, cut, new] = [1, 2, 3].map(|days| Timestamp::from_micros(days * 86_400_000_000));
    let mut tx = test.db.write().await.unwrap();
    let policy = Policy {
        allowed_methods: vec![],
        area_unit_ids: vec![],
        daily_quota: 1,
        standing_purpose: String::new(),
        valid_from: "2026-01-01".parse().unwrap(),
        valid_to: None,
    };
    let agency = Consumer {
        id: consumer,
        agency_codes: vec![],
        display_name: "Tòa án".into(),
        policy,
        revoked: false,
        revoke_reason: String::new(),
        revision: 1,
        create_time: old,
        update_time: old,
    };
    consumers::insert(&mut tx, &agency).await.unwrap();
    let kind = CredentialKind::Certificate([7; 32]);
    let one =
        Credential { id: credential, consumer, kind, expire_time: None, revoked: false, revision: 1, create_time: old };
    credentials::insert(&mut tx, &one).await.unwrap();
    // Three that are old and settled, one that is old and still waits, one that is new.
    let kept = [
        (10, CallbackState::Acknowledged, old),
        (11, CallbackState::Acknowledged, old),
        (12, CallbackState::Parked, old),
        (13, CallbackState::Waiting, old),
        (14, CallbackState::Acknowledged, new),
    ];
    for (number, state, time) in kept {
        let one = transaction(number, consumer, credential, state);
        let message = format!("m-{number}");
        assert!(messages::receive(&mut tx, consumer, (&message, &one.transaction_id), time).await.unwrap());
        messages::insert(&mut tx, &one, &[&format!("r-{number}")], time).await.unwrap();
    }
    tx.commit().await.unwrap();

    let mut tx = test.db.write().await.unwrap();
    assert!(messages::forget(&mut tx, cut, 2).await.unwrap(), "more is left");
    while messages::forget(&mut tx, cut, 2).await.unwrap() {}
    for (number, _, _) in kept {
        let by = format!("r-{number}");
        let found = messages::find(&mut tx, consumer, Endpoint::Search, By::Reference(&by)).await.unwrap();
        assert_eq!(found.is_some(), number >= 13, "{number}");
        // A message that is forgotten is taken again.
        let again = messages::receive(&mut tx, consumer, (&format!("m-{number}"), "t"), new).await.unwrap();
        assert_eq!(again, number <= 13, "{number}");
    }
}
