//! What agencies follow over SPDCI: an event of the registry, of one mediator, one team, or a unit.

use hoagiai_spdci::EventType;
use hoagiai_types::{Timestamp, Uuid};

use super::{ConsumerId, CredentialId, Refusal, SpdciSubscriptionId};

/// A subscription of an agency that speaks SPDCI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpdciSubscription {
    /// Id: its code.
    pub id: SpdciSubscriptionId,
    /// Whose.
    pub consumer: ConsumerId,
    /// By which credential: when it ends, nothing is sent.
    pub credential: CredentialId,
    /// The transaction that made it.
    pub correlation: Uuid,
    /// The event.
    pub event: EventType,
    /// The mediator, the team or the unit.
    pub followed: Uuid,
    /// Where notices go.
    pub callback: String,
    /// The language asked for, given back.
    pub locale: Option<String>,
    /// What was asked for and stated, as the face keeps it: opaque here; none: it does not open any more.
    pub asked: Option<Vec<u8>>,
    /// From when events are told.
    pub start_time: Option<Timestamp>,
    /// Until when.
    pub end_time: Option<Timestamp>,
    /// Whether it runs.
    pub state: SpdciSubscriptionState,
    /// Attempts on the notices that are next in line.
    pub attempt_count: i64,
    /// When the next is due.
    pub next_attempt_time: Option<Timestamp>,
    /// Changes so far.
    pub revision: i64,
    /// When it was made.
    pub create_time: Timestamp,
}

/// The same as it is listed: without what was asked for and stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpdciFollowing {
    /// Id.
    pub id: SpdciSubscriptionId,
    /// Whose.
    pub consumer: ConsumerId,
    /// The event.
    pub event: EventType,
    /// The mediator, the team or the unit.
    pub followed: Uuid,
    /// Where notices go.
    pub callback: String,
    /// From when events are told.
    pub start_time: Option<Timestamp>,
    /// Until when.
    pub end_time: Option<Timestamp>,
    /// Whether it runs.
    pub state: SpdciSubscriptionState,
    /// Attempts on the notices that are next in line.
    pub attempt_count: i64,
    /// When the next is due.
    pub next_attempt_time: Option<Timestamp>,
    /// When it was made.
    pub create_time: Timestamp,
}

/// States of a subscription over SPDCI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpdciSubscriptionState {
    /// Events are told.
    Active,
    /// The agency unsubscribed.
    Ended,
}

impl SpdciSubscriptionState {
    /// As the database and problems name it.
    pub const fn word(self) -> &'static str {
        match self {
            SpdciSubscriptionState::Active => "active",
            SpdciSubscriptionState::Ended => "ended",
        }
    }

    /// Reads [`SpdciSubscriptionState::word`].
    pub fn read(word: &str) -> Option<Self> {
        [SpdciSubscriptionState::Active, SpdciSubscriptionState::Ended].into_iter().find(|state| state.word() == word)
    }
}

impl SpdciSubscription {
    /// Whether notices may be put in line again.
    ///
    /// # Errors
    /// It ended.
    pub fn may_redeliver(&self) -> Result<(), Refusal> {
        match self.state {
            SpdciSubscriptionState::Active => Ok(()),
            SpdciSubscriptionState::Ended => Err(Refusal::SpdciSubscriptionEnded),
        }
    }
}

/// Where a team lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The province.
    pub province: Uuid,
    /// The commune.
    pub commune: Uuid,
    /// The thôn or tổ dân phố.
    pub area_unit: Uuid,
}

impl Spot {
    /// The units that it lies in, the largest first.
    pub const fn units(&self) -> [Uuid; 3] {
        [self.province, self.commune, self.area_unit]
    }
}

/// An event of the registry, with the places where it is felt on its day: the one after it, then the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// What happened.
    pub event: EventType,
    /// To which mediator or team.
    pub record: Uuid,
    /// Where.
    pub spots: Vec<Spot>,
}

impl Happening {
    /// Everything by which it may be followed.
    pub fn followed(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.record).chain(self.spots.iter().flat_map(Spot::units))
    }

    /// The place at which a consumer of some areas is told of it, if it follows this; the policy reaches no further than for a
    /// question.
    pub fn told_at(&self, followed: Uuid, areas: &[Uuid]) -> Option<Spot> {
        let fits = |spot: &&Spot| followed == self.record || spot.units().contains(&followed);
        let within = |spot: &&Spot| spot.units().iter().any(|unit| areas.contains(unit));
        self.spots.iter().filter(fits).find(within).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(commune: u128) -> Spot {
        Spot {
            province: Uuid::from_u128(1),
            commune: Uuid::from_u128(commune),
            area_unit: Uuid::from_u128(commune + 100),
        }
    }

    fn unit(id: u128) -> Uuid {
        Uuid::from_u128(id)
    }

    #[test]
    fn an_event_is_told_where_it_is_followed_and_the_policy_reaches() {
        let moved = Happening { event: EventType::MediatorMoved, record: unit(7), spots: vec![spot(20), spot(10)] };
        let told = |followed, areas: &[u128]| {
            let areas: Vec<Uuid> = areas.iter().copied().map(unit).collect();
            moved.told_at(unit(followed), &areas).map(|spot| spot.commune)
        };
        // By the mediator: wherever the policy reaches, the place after first.
        assert_eq!(told(7, &[10, 20]), Some(unit(20)));
        assert_eq!(told(7, &[10]), Some(unit(10)), "the place that was left");
        assert_eq!(told(7, &[30]), None);
        // By a unit of any level, which must be the one that the policy reaches.
        assert_eq!((told(10, &[10]), told(110, &[10])), (Some(unit(10)), Some(unit(10))));
        assert_eq!(told(20, &[10]), None);
        assert_eq!((told(1, &[1]), told(1, &[110])), (Some(unit(20)), Some(unit(10))));
        assert_eq!(told(8, &[1]), None, "another mediator");
    }

    #[test]
    fn it_is_found_by_the_record_and_by_every_unit() {
        let one = Happening { event: EventType::TeamDissolved, record: unit(7), spots: vec![spot(20)] };
        assert_eq!(one.followed().collect::<Vec<_>>(), [7, 1, 20, 120].map(unit));
    }
}
