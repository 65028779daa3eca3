//! Events of the registry that can be followed over SPDCI, read off its facts. These are known by name: the standard's events
//! are, and each is told with records of its own kind.

use hoagiai_proto::registry::v1::{self as pb, registry_event::Fact};
use hoagiai_spdci::EventType;
use hoagiai_types::Uuid;
use prost::Message as _;

use crate::domain::Spot;

/// Where a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a team, wherever that lies.
    Team(Uuid),
    /// There.
    Spot(Spot),
}

/// An event, and where it is felt: the place after it first, then the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Followed {
    pub(super) event: EventType,
    pub(super) record: Uuid,
    pub(super) places: Vec<Place>,
}

/// Reads the message of an entry; none: no event that can be followed, or one that cannot be read.
pub(super) fn followed(payload: &[u8]) -> Option<Followed> {
    let fact = pb::RegistryEvent::decode(payload).ok()?.fact?;
    let mediator = |event, mediator: &str, teams: &[&str]| {
        let places = teams.iter().filter_map(|team| Some(Place::Team(id(team)?))).collect();
        Some(Followed { event, record: id(mediator)?, places })
    };
    match &fact {
        Fact::MediatorRecognized(of) => mediator(EventType::MediatorRecognized, &of.mediator_id, &[&of.team_id]),
        Fact::MediatorCeased(of) => mediator(EventType::MediatorCeased, &of.mediator_id, &[&of.team_id]),
        Fact::MediatorMoved(of) => {
            mediator(EventType::MediatorMoved, &of.mediator_id, &[&of.team_id, &of.previous_team_id])
        }
        Fact::TeamStandingChanged(of) => team(EventType::TeamStandingChanged, of.team.as_ref()?, None),
        Fact::TeamMoved(of) => {
            let before = [&of.from_province_unit_id, &of.from_commune_unit_id, &of.from_area_unit_id];
            team(EventType::TeamMoved, of.team.as_ref()?, spot(before))
        }
        Fact::TeamDissolved(of) => team(EventType::TeamDissolved, of.team.as_ref()?, None),
        _ => None,
    }
}

fn team(event: EventType, team: &pb::Team, before: Option<Spot>) -> Option<Followed> {
    let now = spot([&team.province_unit_id, &team.commune_unit_id, &team.area_unit_id]);
    let places = now.into_iter().chain(before).map(Place::Spot).collect();
    Some(Followed { event, record: id(&team.team_id)?, places })
}

fn spot([province, commune, area_unit]: [&String; 3]) -> Option<Spot> {
    Some(Spot { province: id(province)?, commune: id(commune)?, area_unit: id(area_unit)? })
}

fn id(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fact: Fact) -> Option<Followed> {
        followed(&pb::RegistryEvent { fact: Some(fact) }.encode_to_vec())
    }

    #[test]
    fn who_moves_is_felt_where_he_comes_and_where_he_was() {
        let [mediator, team, before] = [1, 2, 3].map(Uuid::from_u128);
        let moved = read(Fact::MediatorMoved(pb::MediatorMoved {
            mediator_id: mediator.to_string(),
            team_id: team.to_string(),
            previous_team_id: before.to_string(),
            ..Default::default()
        }));
        let places = vec![Place::Team(team), Place::Team(before)];
        assert_eq!(moved, Some(Followed { event: EventType::MediatorMoved, record: mediator, places }));
        let [province, commune, area, other] = [4, 5, 6, 7].map(Uuid::from_u128);
        let moved = read(Fact::TeamMoved(pb::TeamMoved {
            team: Some(pb::Team {
                team_id: team.to_string(),
                province_unit_id: province.to_string(),
                commune_unit_id: commune.to_string(),
                area_unit_id: area.to_string(),
                ..Default::default()
            }),
            from_province_unit_id: province.to_string(),
            from_commune_unit_id: other.to_string(),
            from_area_unit_id: area.to_string(),
            ..Default::default()
        }));
        let spot = |commune| Place::Spot(Spot { province, commune, area_unit: area });
        let places = vec![spot(commune), spot(other)];
        assert_eq!(moved, Some(Followed { event: EventType::TeamMoved, record: team, places }));
    }

    #[test]
    fn every_event_that_can_be_followed_is_read_and_no_other() {
        let team = || Some(pb::Team { team_id: Uuid::from_u128(1).to_string(), ..Default::default() });
        let mediator_id = || Uuid::from_u128(1).to_string();
        let facts = [
            Fact::MediatorRecognized(pb::MediatorRecognized { mediator_id: mediator_id(), ..Default::default() }),
            Fact::MediatorCeased(pb::MediatorCeased { mediator_id: mediator_id(), ..Default::default() }),
            Fact::MediatorMoved(pb::MediatorMoved { mediator_id: mediator_id(), ..Default::default() }),
            Fact::TeamStandingChanged(pb::TeamStandingChanged { team: team() }),
            Fact::TeamMoved(pb::TeamMoved { team: team(), ..Default::default() }),
            Fact::TeamDissolved(pb::TeamDissolved { team: team(), ..Default::default() }),
        ];
        let events: Vec<EventType> = facts.into_iter().map(|fact| read(fact).unwrap().event).collect();
        assert_eq!(events, EventType::ALL);
        assert_eq!(read(Fact::TeamPlanned(pb::TeamPlanned { team: team(), ..Default::default() })), None);
        assert_eq!(followed(b"\xff\xff"), None);
    }
}
