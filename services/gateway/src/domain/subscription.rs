//! A subscription and its states.

use hoagiai_types::{Etag, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ConsumerId, Refusal, SubscriptionId};

/// Facts of some kinds, for an endpoint of a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Id.
    pub id: SubscriptionId,
    /// Whose.
    pub consumer: ConsumerId,
    /// `registry.MediatorRecognized`, `registry.*`.
    pub event_kinds: Vec<String>,
    /// Where to.
    pub endpoint: String,
    /// How deliveries are signed.
    pub scheme: Scheme,
    /// `whpk_…` of an ed25519 key; empty of a shared secret.
    pub public_key: String,
    /// What of an answer with status 2xx means success.
    pub acknowledgment: Option<AcknowledgmentRule>,
    /// State.
    pub state: SubscriptionState,
    /// Deliveries a minute that the endpoint allowed; 0: any number.
    pub rate_per_minute: i64,
    /// Why it is disabled.
    pub disable_reason: String,
    /// Handshakes tried since it was last pending.
    pub handshake_count: i64,
    /// When the next handshake is due.
    pub next_attempt_time: Option<Timestamp>,
    /// Since when nothing was acknowledged.
    pub failing_since: Option<Timestamp>,
    /// Changes so far.
    pub revision: i64,
    /// When the record was made.
    pub create_time: Timestamp,
}

/// How deliveries are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Ed25519.
    V1a,
    /// HMAC-SHA256.
    V1,
}

/// What of an answer with status 2xx means success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcknowledgmentRule {
    /// The field of the JSON body.
    pub json_field: String,
    /// Its values that mean success.
    pub accepted_values: Vec<String>,
}

/// States of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Waiting for the handshake.
    Pending,
    /// Facts are sent.
    Active,
    /// Switched off.
    Disabled,
    /// Ended.
    Ended,
}

/// Why a subscription is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisableReason {
    /// HTTP 410.
    Gone,
    /// Nothing was acknowledged for days.
    FailedForTooLong,
    /// The endpoint did not consent.
    HandshakeRefused,
}

impl Scheme {
    /// As the database names it.
    pub const fn word(self) -> &'static str {
        match self {
            Scheme::V1a => "v1a",
            Scheme::V1 => "v1",
        }
    }

    /// Reads [`Scheme::word`].
    pub fn read(word: &str) -> Option<Self> {
        [Scheme::V1a, Scheme::V1].into_iter().find(|scheme| scheme.word() == word)
    }
}

impl SubscriptionState {
    /// Every state.
    pub const ALL: [SubscriptionState; 4] =
        [SubscriptionState::Pending, SubscriptionState::Active, SubscriptionState::Disabled, SubscriptionState::Ended];

    /// As the database and problems name it.
    pub const fn word(self) -> &'static str {
        match self {
            SubscriptionState::Pending => "pending",
            SubscriptionState::Active => "active",
            SubscriptionState::Disabled => "disabled",
            SubscriptionState::Ended => "ended",
        }
    }

    /// Reads [`SubscriptionState::word`].
    pub fn read(word: &str) -> Option<Self> {
        SubscriptionState::ALL.into_iter().find(|state| state.word() == word)
    }
}

impl DisableReason {
    /// As the contract names it.
    pub const fn word(self) -> &'static str {
        match self {
            DisableReason::Gone => "GONE",
            DisableReason::FailedForTooLong => "FAILED_FOR_TOO_LONG",
            DisableReason::HandshakeRefused => "HANDSHAKE_REFUSED",
        }
    }
}

impl Subscription {
    /// The version for `etag`.
    pub const fn etag(&self) -> Etag {
        Etag::new(self.revision)
    }

    /// Whether a fact of a journal is one of those asked for.
    pub fn wants(&self, journal: &str, kind: &str) -> bool {
        self.event_kinds.iter().any(|wanted| {
            wanted.split_once('.').is_some_and(|(of, name)| of == journal && (name == "*" || name == kind))
        })
    }

    fn must_be(&self, states: &[SubscriptionState]) -> Result<(), Refusal> {
        if states.contains(&self.state) { Ok(()) } else { Err(Refusal::SubscriptionStateWrong(self.state)) }
    }

    /// Whether deliveries may be put in line again.
    ///
    /// # Errors
    /// It is not active.
    pub fn may_replay(&self) -> Result<(), Refusal> {
        self.must_be(&[SubscriptionState::Active])
    }

    /// Switches a disabled one on again: a handshake first.
    ///
    /// # Errors
    /// It is not disabled.
    pub fn enable(&mut self, now: Timestamp) -> Result<(), Refusal> {
        self.must_be(&[SubscriptionState::Disabled])?;
        self.state = SubscriptionState::Pending;
        self.disable_reason.clear();
        (self.handshake_count, self.next_attempt_time, self.failing_since) = (0, Some(now), None);
        Ok(())
    }

    /// Ends it for good.
    ///
    /// # Errors
    /// It ended already.
    pub fn end(&mut self) -> Result<(), Refusal> {
        self.must_be(&[SubscriptionState::Pending, SubscriptionState::Active, SubscriptionState::Disabled])?;
        (self.state, self.next_attempt_time) = (SubscriptionState::Ended, None);
        Ok(())
    }

    /// The endpoint consented.
    pub fn activate(&mut self, rate_per_minute: i64) {
        self.state = SubscriptionState::Active;
        (self.rate_per_minute, self.next_attempt_time, self.failing_since) = (rate_per_minute, None, None);
    }

    /// Switches it off.
    pub fn disable(&mut self, why: DisableReason) {
        self.state = SubscriptionState::Disabled;
        why.word().clone_into(&mut self.disable_reason);
        self.next_attempt_time = None;
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::{Id, Uuid};

    use super::*;

    fn subscription(state: SubscriptionState) -> Subscription {
        Subscription {
            id: Id::from_uuid(Uuid::nil()),
            consumer: Id::from_uuid(Uuid::nil()),
            event_kinds: vec!["registry.MediatorRecognized".into(), "evaluation.*".into()],
            endpoint: "https://portal.example/hook".into(),
            scheme: Scheme::V1a,
            public_key: String::new(),
            acknowledgment: None,
            state,
            rate_per_minute: 0,
            disable_reason: String::new(),
            handshake_count: 0,
            next_attempt_time: None,
            failing_since: None,
            revision: 1,
            create_time: Timestamp::default(),
        }
    }

    #[test]
    fn only_facts_that_were_asked_for_are_sent() {
        let one = subscription(SubscriptionState::Active);
        for (journal, kind, wanted) in [
            ("registry", "MediatorRecognized", true),
            ("registry", "MediatorCeased", false),
            ("evaluation", "TeamRecognized", true),
            ("cases", "MediatorRecognized", false),
            ("regist", "MediatorRecognized", false),
        ] {
            assert_eq!(one.wants(journal, kind), wanted, "{journal}.{kind}");
        }
    }

    #[test]
    fn a_state_admits_its_verbs_alone() {
        use SubscriptionState as S;
        let now = Timestamp::from_micros(5);
        for (state, enabled, ended, replayed) in [
            (S::Pending, false, true, false),
            (S::Active, false, true, true),
            (S::Disabled, true, true, false),
            (S::Ended, false, false, false),
        ] {
            assert_eq!(subscription(state).enable(now).is_ok(), enabled);
            assert_eq!(subscription(state).end().is_ok(), ended);
            assert_eq!(subscription(state).may_replay().is_ok(), replayed);
        }
        let mut one = subscription(S::Active);
        one.disable(DisableReason::Gone);
        assert_eq!((one.state, one.disable_reason.as_str()), (S::Disabled, "GONE"));
        one.enable(now).unwrap();
        assert_eq!((one.state, one.disable_reason.as_str(), one.next_attempt_time), (S::Pending, "", Some(now)));
        one.activate(30);
        assert_eq!((one.state, one.rate_per_minute, one.next_attempt_time), (S::Active, 30, None));
    }
}
