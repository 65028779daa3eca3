//! One fact on its way to one subscription: the ledger's states, and what an attempt makes of it.

use std::time::Duration;

use hoagiai_outbound::webhook::schedule::{self, Next};
use hoagiai_types::{Date, Etag, Timestamp};

use super::{DeliveryId, Refusal, SubscriptionId};

/// A process that sends has so long to write down what became of it: then another may send.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// One fact on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Id: `webhook-id` on every attempt.
    pub id: DeliveryId,
    /// Where to.
    pub subscription: SubscriptionId,
    /// The journal of the fact.
    pub journal: String,
    /// Position in it.
    pub position: i64,
    /// Kind of the fact.
    pub kind: String,
    /// The CloudEvent, as it is sent.
    pub event: String,
    /// State.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempt_count: i64,
    /// When the next is due; of one being sent, when it counts as lost.
    pub next_attempt_time: Option<Timestamp>,
    /// What became of the last attempt.
    pub last_outcome: String,
    /// The day on which it was put in line.
    pub day: Date,
    /// When the receiver acknowledged.
    pub acknowledge_time: Option<Timestamp>,
    /// When it was given up.
    pub park_time: Option<Timestamp>,
    /// Changes so far.
    pub revision: i64,
    /// When it was put in line.
    pub create_time: Timestamp,
}

/// States of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Not sent yet.
    Waiting,
    /// Being sent.
    Sent,
    /// The receiver has it.
    Acknowledged,
    /// The last attempt failed; another is due.
    Failed,
    /// Given up.
    Parked,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [DeliveryState; 5] = [
        DeliveryState::Waiting,
        DeliveryState::Sent,
        DeliveryState::Acknowledged,
        DeliveryState::Failed,
        DeliveryState::Parked,
    ];

    /// As the database and problems name it.
    pub const fn word(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Sent => "sent",
            DeliveryState::Acknowledged => "acknowledged",
            DeliveryState::Failed => "failed",
            DeliveryState::Parked => "parked",
        }
    }

    /// Reads [`DeliveryState::word`].
    pub fn read(word: &str) -> Option<Self> {
        DeliveryState::ALL.into_iter().find(|state| state.word() == word)
    }
}

impl Delivery {
    /// The version for `etag`.
    pub const fn etag(&self) -> Etag {
        Etag::new(self.revision)
    }

    /// Takes it for sending. Until the lease ends nobody else does.
    pub fn take(&mut self, now: Timestamp) {
        self.state = DeliveryState::Sent;
        self.attempt_count += 1;
        self.next_attempt_time = Some(now.plus(LEASE));
    }

    /// The receiver has it.
    pub fn acknowledged(&mut self, now: Timestamp) {
        (self.state, self.next_attempt_time, self.acknowledge_time) = (DeliveryState::Acknowledged, None, Some(now));
        "ACKNOWLEDGED".clone_into(&mut self.last_outcome);
    }

    /// The attempt failed: another by the schedule, or none any more.
    pub fn failed(&mut self, outcome: &str, retry_after: Option<Duration>, jitter: f64, now: Timestamp) {
        outcome.clone_into(&mut self.last_outcome);
        let made = u32::try_from(self.attempt_count).unwrap_or(u32::MAX);
        match schedule::next(made, jitter, retry_after) {
            Next::After(wait) => {
                (self.state, self.next_attempt_time) = (DeliveryState::Failed, Some(now.plus(wait)));
            }
            Next::GiveUp => {
                (self.state, self.next_attempt_time, self.park_time) = (DeliveryState::Parked, None, Some(now));
            }
        }
    }

    /// Puts a failed or parked one in line again, with a schedule from its beginning.
    ///
    /// # Errors
    /// It is in another state.
    pub fn redeliver(&mut self, now: Timestamp) -> Result<(), Refusal> {
        match self.state {
            DeliveryState::Failed | DeliveryState::Parked => {
                (self.state, self.attempt_count) = (DeliveryState::Waiting, 0);
                (self.next_attempt_time, self.park_time) = (Some(now), None);
                Ok(())
            }
            state => Err(Refusal::DeliveryStateWrong(state)),
        }
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::{Id, Uuid};

    use super::*;

    fn delivery() -> Delivery {
        Delivery {
            id: Id::from_uuid(Uuid::nil()),
            subscription: Id::from_uuid(Uuid::nil()),
            journal: "registry".into(),
            position: 7,
            kind: "MediatorRecognized".into(),
            event: "{}".into(),
            state: DeliveryState::Waiting,
            attempt_count: 0,
            next_attempt_time: Some(Timestamp::default()),
            last_outcome: String::new(),
            day: "2026-11-27".parse().unwrap(),
            acknowledge_time: None,
            park_time: None,
            revision: 1,
            create_time: Timestamp::default(),
        }
    }

    #[test]
    fn ten_attempts_and_then_somebody_must_look() {
        let mut one = delivery();
        let mut now = Timestamp::default();
        for attempt in 1..=10 {
            now = one.next_attempt_time.unwrap();
            one.take(now);
            assert_eq!((one.state, one.attempt_count), (DeliveryState::Sent, attempt));
            one.failed("STATUS_500", None, 0.0, now);
        }
        assert_eq!((one.state, one.next_attempt_time, one.park_time), (DeliveryState::Parked, None, Some(now)));
        assert_eq!(now.since(Timestamp::default()).as_secs(), 272_105, "75 h 35 min 5 s");
        one.redeliver(now).unwrap();
        assert_eq!((one.state, one.attempt_count, one.next_attempt_time), (DeliveryState::Waiting, 0, Some(now)));
        one.take(now);
        one.acknowledged(now);
        assert_eq!(one.redeliver(now), Err(Refusal::DeliveryStateWrong(DeliveryState::Acknowledged)));
    }

    #[test]
    fn one_that_was_being_sent_when_the_process_died_is_sent_again() {
        let mut one = delivery();
        one.take(Timestamp::default());
        assert_eq!(one.next_attempt_time, Some(Timestamp::default().plus(LEASE)));
    }
}
