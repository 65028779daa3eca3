//! A message on its way to an agency that speaks SPDCI: an answer, or a notice of what it follows.

use hoagiai_spdci::EventType;
use hoagiai_types::{Date, Etag, Timestamp, Uuid};

use super::{CallbackId, ConsumerId, Refusal, SpdciSubscriptionId};

/// States of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackState {
    /// Not sent yet.
    Waiting,
    /// The receiver has it.
    Acknowledged,
    /// The last attempt failed; another is due.
    Failed,
    /// Given up.
    Parked,
    /// Nothing was sent: the registry shows the agency no record.
    Withheld,
}

impl CallbackState {
    /// Every state.
    pub const ALL: [CallbackState; 5] = [
        CallbackState::Waiting,
        CallbackState::Acknowledged,
        CallbackState::Failed,
        CallbackState::Parked,
        CallbackState::Withheld,
    ];

    /// As the database and problems name it.
    pub const fn word(self) -> &'static str {
        match self {
            CallbackState::Waiting => "waiting",
            CallbackState::Acknowledged => "done",
            CallbackState::Failed => "failed",
            CallbackState::Parked => "parked",
            CallbackState::Withheld => "withheld",
        }
    }

    /// Reads [`CallbackState::word`].
    pub fn read(word: &str) -> Option<Self> {
        CallbackState::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether one of this state may be put in line again.
    ///
    /// # Errors
    /// It is in line, or settled for good.
    pub const fn may_redeliver(self) -> Result<(), Refusal> {
        match self {
            CallbackState::Failed | CallbackState::Parked => Ok(()),
            state => Err(Refusal::CallbackStateWrong(state)),
        }
    }
}

/// A callback as the ledger has it: without content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Id.
    pub id: CallbackId,
    /// Whose.
    pub consumer: ConsumerId,
    /// The `action` of what it answers; none of a notice.
    pub action: Option<hoagiai_spdci::Endpoint>,
    /// The agency's own id of what it asked; empty of a notice.
    pub transaction_id: String,
    /// The subscription of a notice.
    pub subscription: Option<SpdciSubscriptionId>,
    /// The event of a notice.
    pub event: Option<EventType>,
    /// State.
    pub state: CallbackState,
    /// Attempts so far.
    pub attempt_count: i64,
    /// When the next is due.
    pub next_attempt_time: Option<Timestamp>,
    /// What became of the last attempt.
    pub last_outcome: String,
    /// When it was put in line.
    pub create_time: Timestamp,
    /// Changes so far.
    pub revision: i64,
}

impl Callback {
    /// The version for `etag`.
    pub const fn etag(&self) -> Etag {
        Etag::new(self.revision)
    }
}

/// A fact on its way to a subscription: which record it is of, and on which day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Id: the `reference_id` of the event, the same whenever it is sent.
    pub id: CallbackId,
    /// Where to.
    pub subscription: SpdciSubscriptionId,
    /// Whose.
    pub consumer: ConsumerId,
    /// Position in the journal of the registry.
    pub position: i64,
    /// What happened.
    pub event: EventType,
    /// To which mediator or team.
    pub record: Uuid,
    /// The commune at which it is told.
    pub commune: Uuid,
    /// The day of the event.
    pub day: Date,
    /// When it was recorded.
    pub record_time: Timestamp,
}

impl Notice {
    /// The days on which the record is asked for, until one shows it: the day of the event; the one before, of what ended or
    /// left with it; today, of what was recorded for a day on which it was not known yet.
    pub fn days(&self, today: Date) -> Vec<Date> {
        let mut days = vec![self.day, self.day.plus_days(-1), today];
        days.dedup();
        days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_or_was_given_up_may_be_sent_again_and_nothing_else() {
        for state in CallbackState::ALL {
            let may = matches!(state, CallbackState::Failed | CallbackState::Parked);
            assert_eq!(state.may_redeliver().is_ok(), may, "{state:?}");
            assert_eq!(CallbackState::read(state.word()), Some(state));
        }
        assert_eq!(CallbackState::read("sent"), None);
    }
}
