//! The ledger in the long run: lines are bounded, what is old is forgotten a little at a time, and what was forgotten is known.
//! How far the bus has a journal moves forward alone, but for a replay.

use std::time::Duration;

use hoagiai_gateway::{
    MIGRATIONS,
    domain::{
        Consumer, ConsumerId, Delivery, DeliveryState, Policy, Scheme, Subscription, SubscriptionId, SubscriptionState,
    },
    store::{
        bus::{self, Cursor, Parked},
        consumers, deliveries, disclosures, subscriptions, upkeep,
    },
};
use hoagiai_testkit::engines::TestDb;
use hoagiai_types::{Id, Timestamp, Uuid};

hoagiai_testkit::on_each_engine!(
    MIGRATIONS;
    a_line_is_bounded_in_age_and_length,
    what_is_old_is_forgotten_and_known_to_be,
    the_bus_moves_forward_alone_but_for_a_replay,
    a_call_over_the_quota_is_not_counted,
);

const DAY: Duration = Duration::from_secs(86_400);

fn time(days: u32) -> Timestamp {
    Timestamp::from_micros(1_767_200_000_000_000).plus(DAY * days)
}

async fn consumer(test: &TestDb) -> ConsumerId {
    let valid_from = "2026-01-01".parse().unwrap();
    let policy = Policy {
        allowed_methods: vec![],
        area_unit_ids: vec![],
        daily_quota: 2,
        standing_purpose: String::new(),
        valid_from,
        valid_to: None,
    };
    let one = Consumer {
        id: Id::from_uuid(Uuid::from_u128(1)),
        agency_codes: vec![],
        display_name: "Tòa án".into(),
        policy,
        revoked: false,
        revoke_reason: String::new(),
        revision: 1,
        create_time: time(0),
        update_time: time(0),
    };
    let mut tx = test.db.write().await.unwrap();
    consumers::insert(&mut tx, &one).await.unwrap();
    tx.commit().await.unwrap();
    one.id
}

async fn subscription(test: &TestDb, number: u128, consumer: ConsumerId) -> SubscriptionId {
    let one = Subscription {
        id: Id::from_uuid(Uuid::from_u128(number)),
        consumer,
        event_kinds: vec!["registry.*".into()],
        endpoint: "https://portal.example/hook".into(),
        scheme: Scheme::V1a,
        public_key: String::new(),
        acknowledgment: None,
        state: SubscriptionState::Disabled,
        rate_per_minute: 0,
        disable_reason: String::new(),
        handshake_count: 0,
        next_attempt_time: None,
        failing_since: None,
        revision: 1,
        create_time: time(0),
    };
    let mut tx = test.db.write().await.unwrap();
    subscriptions::insert(&mut tx, &one, "key").await.unwrap();
    tx.commit().await.unwrap();
    one.id
}

/// A fact in line, since so many days.
fn in_line(subscription: SubscriptionId, position: i64, days: u32) -> Delivery {
    let number = subscription.uuid().as_u128() << 32 | u128::from(position.unsigned_abs());
    Delivery {
        id: Id::from_uuid(Uuid::from_u128(number)),
        subscription,
        journal: "registry".into(),
        position,
        kind: "MediatorRecognized".into(),
        event: "{}".into(),
        state: DeliveryState::Waiting,
        attempt_count: 0,
        next_attempt_time: Some(time(days)),
        last_outcome: String::new(),
        day: "2026-01-01".parse().unwrap(),
        acknowledge_time: None,
        park_time: None,
        revision: 1,
        create_time: time(days),
    }
}

async fn put(test: &TestDb, line: &[Delivery]) {
    let mut tx = test.db.write().await.unwrap();
    deliveries::put_in_line(&mut tx, line).await.unwrap();
    tx.commit().await.unwrap();
}

/// Positions of a line in a state, and why.
async fn of(test: &TestDb, line: SubscriptionId, state: DeliveryState) -> Vec<(i64, String)> {
    let mut tx = test.db.read().await.unwrap();
    let found = deliveries::page(&mut tx, line, Some(state), None, 1_000).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|one| (one.position, one.last_outcome)).collect();
    found.sort();
    found
}

async fn a_line_is_bounded_in_age_and_length(test: TestDb) {
    let agency = consumer(&test).await;
    let (long, old) = (subscription(&test, 1, agency).await, subscription(&test, 2, agency).await);
    put(&test, &(1..=7).map(|position| in_line(long, position, 20)).collect::<Vec<_>>()).await;
    put(&test, &[in_line(old, 1, 1), in_line(old, 2, 2), in_line(old, 3, 20)]).await;
    let mut tx = test.db.write().await.unwrap();
    assert_eq!(upkeep::park_overdue(&mut tx, time(10), 1, time(30)).await.unwrap(), 1, "a little at a time");
    assert_eq!(upkeep::park_overdue(&mut tx, time(10), 5, time(30)).await.unwrap(), 1);
    assert_eq!(upkeep::park_overdue(&mut tx, time(10), 5, time(30)).await.unwrap(), 0);
    assert_eq!(upkeep::longer_than(&mut tx, 4).await.unwrap(), [(long, 7)]);
    assert_eq!(upkeep::park_first(&mut tx, long, 3, time(30)).await.unwrap(), 3);
    assert_eq!(upkeep::longer_than(&mut tx, 4).await.unwrap(), []);
    tx.commit().await.unwrap();
    let parked = |positions: &[i64], why: &str| positions.iter().map(|at| (*at, why.to_owned())).collect::<Vec<_>>();
    assert_eq!(of(&test, old, DeliveryState::Parked).await, parked(&[1, 2], "WAITED_TOO_LONG"));
    assert_eq!(of(&test, long, DeliveryState::Parked).await, parked(&[1, 2, 3], "LINE_TOO_LONG"));
    assert_eq!(of(&test, long, DeliveryState::Waiting).await, parked(&[4, 5, 6, 7], ""));
    let mut tx = test.db.write().await.unwrap();
    let open = upkeep::open(&mut tx).await.unwrap();
    let of_state = |state: &str| open.iter().find(|one| one.state == state).map(|one| (one.count, one.oldest));
    assert_eq!((of_state("waiting"), of_state("parked")), (Some((5, Some(time(20)))), Some((5, None))));
    // What fell out comes by a replay from a position, and does not fall out again at once.
    assert_eq!(deliveries::replay(&mut tx, old, "registry", 0, time(31)).await.unwrap(), 2);
    assert_eq!(upkeep::park_overdue(&mut tx, time(10), 5, time(31)).await.unwrap(), 0);
    tx.commit().await.unwrap();
    test.remove().await;
}

async fn what_is_old_is_forgotten_and_known_to_be(test: TestDb) {
    let agency = consumer(&test).await;
    let line = subscription(&test, 1, agency).await;
    let mut all: Vec<Delivery> = (1..=5).map(|position| in_line(line, position, 0)).collect();
    put(&test, &all).await;
    let mut tx = test.db.write().await.unwrap();
    for (one, days) in all.iter_mut().take(3).zip([1, 2, 50]) {
        one.acknowledged(time(days));
        assert!(deliveries::update(&mut tx, one).await.unwrap());
    }
    assert_eq!(upkeep::park_overdue(&mut tx, time(10), 1, time(40)).await.unwrap(), 1);
    assert_eq!(upkeep::forgotten(&mut tx, "registry").await.unwrap(), 0);
    assert_eq!(upkeep::forget_acknowledged(&mut tx, time(10), 1).await.unwrap(), 1, "a little at a time");
    assert_eq!(upkeep::forgotten(&mut tx, "registry").await.unwrap(), 1);
    assert_eq!(upkeep::forget_acknowledged(&mut tx, time(10), 10).await.unwrap(), 1);
    assert_eq!(upkeep::forget_acknowledged(&mut tx, time(10), 10).await.unwrap(), 0);
    assert_eq!(upkeep::forgotten(&mut tx, "registry").await.unwrap(), 2);
    // Parked on the fortieth day: its own age does not count.
    assert_eq!(upkeep::forget_parked(&mut tx, time(40), 10).await.unwrap(), 0);
    assert_eq!(upkeep::forget_parked(&mut tx, time(41), 10).await.unwrap(), 1);
    assert_eq!(upkeep::forgotten(&mut tx, "registry").await.unwrap(), 4);
    assert_eq!(upkeep::forgotten(&mut tx, "evaluation").await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(of(&test, line, DeliveryState::Acknowledged).await, [(3, "ACKNOWLEDGED".to_owned())]);
    assert_eq!(of(&test, line, DeliveryState::Waiting).await, [(5, String::new())]);
    test.remove().await;
}

async fn the_bus_moves_forward_alone_but_for_a_replay(test: TestDb) {
    let mut tx = test.db.write().await.unwrap();
    assert_eq!(bus::cursor(&mut tx, "registry").await.unwrap(), None);
    bus::begin(&mut tx, "registry", 5).await.unwrap();
    bus::begin(&mut tx, "registry", 0).await.unwrap();
    let begun = Cursor { position: 5, replays: 0 };
    assert_eq!(bus::cursor(&mut tx, "registry").await.unwrap(), Some(begun), "it begins once");
    bus::advance(&mut tx, "registry", begun, 9).await.unwrap();
    bus::advance(&mut tx, "registry", begun, 7).await.unwrap();
    let further = Cursor { position: 9, replays: 0 };
    assert_eq!(bus::cursor(&mut tx, "registry").await.unwrap(), Some(further), "another process is further");
    assert!(bus::ask_once(&mut tx, "2026-11-27", time(0)).await.unwrap());
    assert!(!bus::ask_once(&mut tx, "2026-11-27", time(1)).await.unwrap());
    bus::set_back(&mut tx, "registry", 20).await.unwrap();
    assert_eq!(bus::cursor(&mut tx, "registry").await.unwrap(), Some(further), "nothing is left out");
    bus::set_back(&mut tx, "registry", 2).await.unwrap();
    let back = Cursor { position: 2, replays: 1 };
    bus::advance(&mut tx, "registry", further, 10).await.unwrap();
    assert_eq!(
        bus::cursor(&mut tx, "registry").await.unwrap(),
        Some(back),
        "whoever has not heard of it does not undo it"
    );

    let parked = |position, attempt_count| Parked {
        journal: "registry".into(),
        position,
        kind: "MediatorRecognized".into(),
        outcome: "TOO_LARGE".into(),
        attempt_count,
    };
    for position in [3, 4, 8] {
        bus::park(&mut tx, &parked(position, 0), time(1)).await.unwrap();
    }
    assert_eq!(bus::due(&mut tx, "registry", 0, 10).await.unwrap(), []);
    bus::ask_again(&mut tx).await.unwrap();
    bus::park(&mut tx, &parked(3, 0), time(2)).await.unwrap();
    assert_eq!(
        bus::due(&mut tx, "registry", 0, 10).await.unwrap(),
        [parked(4, 1), parked(8, 1)],
        "3 was refused again"
    );
    bus::taken(&mut tx, "registry", 3, 4).await.unwrap();
    assert_eq!(bus::count_parked(&mut tx, "registry").await.unwrap(), 2);
    assert_eq!(bus::forget(&mut tx, time(2), 10).await.unwrap(), 2);
    tx.commit().await.unwrap();
    test.remove().await;
}

async fn a_call_over_the_quota_is_not_counted(test: TestDb) {
    let agency = consumer(&test).await;
    let day = |text: &str| text.parse().unwrap();
    let mut tx = test.db.write().await.unwrap();
    for expected in [Some(1), Some(2), None, None] {
        assert_eq!(disclosures::count(&mut tx, agency, day("2026-11-27"), 2).await.unwrap(), expected);
    }
    assert_eq!(disclosures::count(&mut tx, agency, day("2026-11-28"), 2).await.unwrap(), Some(1));
    assert_eq!(upkeep::forget_calls(&mut tx, day("2026-11-28"), 10).await.unwrap(), 1);
    assert_eq!(disclosures::calls(&mut tx, agency, day("2026-11-27")).await.unwrap(), 0);
    assert_eq!(disclosures::calls(&mut tx, agency, day("2026-11-28")).await.unwrap(), 1);
    tx.commit().await.unwrap();
    test.remove().await;
}
