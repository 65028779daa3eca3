//! What the gateway counts beside the calls themselves, for `/metrics` and the alerts in `deploy/prometheus`. Labels are words of
//! ours: never an agency, a person or an address.

use std::{sync::Arc, time::Duration};

use hoagiai_types::Timestamp;
use opentelemetry::{
    KeyValue,
    metrics::{Counter, Gauge, Meter},
};

use crate::{
    domain::{DeliveryState, Refusal, SubscriptionState},
    store::upkeep::Open,
};

/// Why calls of agencies are refused: a counter that is there from the beginning can be watched for its first rise.
const REFUSALS: [&str; 8] = [
    "stale",
    "not_connected",
    "revoked",
    "not_in_force",
    "method_not_allowed",
    "purpose_required",
    "quota_exhausted",
    "other",
];
const SESSIONS: [&str; 5] = ["stale", "denied", "provider_away", "unproven", "ended"];
const BOUNDS: [&str; 2] = ["age", "length"];

/// The counters and gauges; cheap to clone.
#[derive(Clone)]
pub(crate) struct Counted(Arc<Instruments>);

struct Instruments {
    refused: Counter<u64>,
    sessions_refused: Counter<u64>,
    out_of_line: Counter<u64>,
    forgotten: Counter<u64>,
    agencies_age: Gauge<f64>,
    deliveries: Gauge<i64>,
    overdue: Gauge<f64>,
    subscriptions: Gauge<i64>,
    bus_lag: Gauge<i64>,
    bus_parked: Gauge<i64>,
}

impl Counted {
    pub(crate) fn new(meter: &Meter) -> Self {
        let counter = |name, text| meter.u64_counter(name).with_description(text).build();
        let gauge = |name, text| meter.i64_gauge(name).with_description(text).build();
        let seconds = |name, text| meter.f64_gauge(name).with_unit("s").with_description(text).build();
        let counted = Self(Arc::new(Instruments {
            refused: counter("hoagiai.gateway.agencies_refused", "Calls of agencies refused, by reason."),
            sessions_refused: counter("hoagiai.gateway.sessions_refused", "Sign-ins and sessions refused, by reason."),
            out_of_line: counter(
                "hoagiai.gateway.out_of_line",
                "Deliveries parked because a line is bounded, by bound.",
            ),
            forgotten: counter("hoagiai.gateway.forgotten", "Rows removed after their time, by kind."),
            agencies_age: seconds("hoagiai.gateway.agencies_age", "How old the knowledge of agencies is."),
            deliveries: gauge("hoagiai.gateway.deliveries", "Deliveries that are not acknowledged, by state."),
            overdue: seconds("hoagiai.gateway.oldest_overdue", "How long the delivery that is due longest is due."),
            subscriptions: gauge("hoagiai.gateway.subscriptions", "Subscriptions, by state."),
            bus_lag: gauge("hoagiai.gateway.bus_lag", "Facts that the bus does not have yet, by journal."),
            bus_parked: gauge("hoagiai.gateway.bus_parked", "Facts that the bus refused for good, by journal."),
        }));
        REFUSALS.into_iter().for_each(|reason| counted.0.refused.add(0, &[KeyValue::new("reason", reason)]));
        SESSIONS.into_iter().for_each(|why| counted.0.sessions_refused.add(0, &[KeyValue::new("reason", why)]));
        BOUNDS.into_iter().for_each(|bound| counted.out_of_line(bound, 0));
        counted
    }

    /// A call of an agency was refused by a rule.
    pub(crate) fn refused(&self, refusal: &Refusal) {
        self.refused_for(match refusal {
            Refusal::ConsumerRevoked(_) => "revoked",
            Refusal::ConsumerNotInForce(_) => "not_in_force",
            Refusal::MethodNotAllowed(_) => "method_not_allowed",
            Refusal::PurposeRequired => "purpose_required",
            Refusal::QuotaExhausted(_) => "quota_exhausted",
            _ => "other",
        });
    }

    /// A call of an agency was refused for another reason.
    pub(crate) fn refused_for(&self, reason: &'static str) {
        self.0.refused.add(1, &[KeyValue::new("reason", reason)]);
    }

    /// Somebody was not signed in, or no longer.
    pub(crate) fn session_refused(&self, reason: &'static str) {
        self.0.sessions_refused.add(1, &[KeyValue::new("reason", reason)]);
    }

    /// Deliveries fell out of a line: for its `age` or its `length`.
    pub(crate) fn out_of_line(&self, bound: &'static str, count: i64) {
        self.0.out_of_line.add(count.unsigned_abs(), &[KeyValue::new("bound", bound)]);
    }

    /// Rows were removed after their time.
    pub(crate) fn forgot(&self, kind: &'static str, count: i64) {
        self.0.forgotten.add(count.unsigned_abs(), &[KeyValue::new("kind", kind)]);
    }

    /// How long ago the agencies were read.
    pub(crate) fn agencies_are_old(&self, age: Duration) {
        self.0.agencies_age.record(age.as_secs_f64(), &[]);
    }

    /// What the ledger has open: every state is told, so that one that is empty again does not keep its last number.
    pub(crate) fn ledger(&self, open: &[Open], now: Timestamp) {
        for state in DeliveryState::ALL.into_iter().filter(|state| *state != DeliveryState::Acknowledged) {
            let count = open.iter().find(|one| one.state == state.word()).map_or(0, |one| one.count);
            self.0.deliveries.record(count, &[KeyValue::new("state", state.word())]);
        }
        let oldest = open.iter().filter_map(|one| one.oldest).min();
        self.0.overdue.record(oldest.map_or(0.0, |oldest| now.since(oldest).as_secs_f64()), &[]);
    }

    /// How many subscriptions there are.
    pub(crate) fn subscriptions(&self, found: &[(String, i64)]) {
        for state in SubscriptionState::ALL {
            let count = found.iter().find(|(word, _)| word == state.word()).map_or(0, |(_, count)| *count);
            self.0.subscriptions.record(count, &[KeyValue::new("state", state.word())]);
        }
    }

    /// How far the bus is behind a journal, and how much of it is parked.
    pub(crate) fn bus(&self, journal: &'static str, lag: i64, parked: i64) {
        let journal = [KeyValue::new("journal", journal)];
        self.0.bus_lag.record(lag.max(0), &journal);
        self.0.bus_parked.record(parked, &journal);
    }
}
