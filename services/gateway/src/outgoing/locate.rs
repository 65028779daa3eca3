//! Where a fact lies, read off its message: the fields that the contracts call `province_unit_id`, `commune_unit_id`,
//! `team_id` and `mediator_id`, wherever in the message they stand. No fact is known by name.

use std::collections::BTreeMap;

use hoagiai_types::Uuid;
use prost_reflect::{DynamicMessage, MessageDescriptor, Value};

use crate::{domain::Spot, store::places::Place};

/// What a message names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Teams and where they lie.
    pub(super) teams: BTreeMap<Uuid, Place>,
    /// The same, down to the area.
    pub(super) spots: BTreeMap<Uuid, Spot>,
    /// Mediators and their teams.
    pub(super) mediators: BTreeMap<Uuid, Uuid>,
    /// The first place that is named.
    pub(super) place: Option<Place>,
    /// The first team that is named.
    pub(super) team: Option<Uuid>,
    /// The first mediator that is named.
    pub(super) mediator: Option<Uuid>,
}

/// Reads the message of an entry; nothing for one that cannot be read.
pub(super) fn named(message: &MessageDescriptor, payload: &[u8]) -> Named {
    let mut found = Named::default();
    if let Ok(message) = DynamicMessage::decode(message.clone(), payload) {
        look(&message, &mut found);
    }
    found
}

fn look(message: &DynamicMessage, found: &mut Named) {
    let id = |name: &str| {
        let value = message.get_field_by_name(name)?;
        Uuid::try_parse(value.as_str()?).ok()
    };
    let (province, commune) = (id("province_unit_id"), id("commune_unit_id"));
    let (team, mediator) = (id("team_id"), id("mediator_id"));
    if let (Some(team), Some(province), Some(commune)) = (team, province, commune) {
        found.teams.insert(team, (province, commune));
        if let Some(area_unit) = id("area_unit_id") {
            found.spots.insert(team, Spot { province, commune, area_unit });
        }
    }
    if let (Some(mediator), Some(team)) = (mediator, team) {
        found.mediators.insert(mediator, team);
    }
    found.place = found.place.or(province.zip(commune));
    found.team = found.team.or(team);
    found.mediator = found.mediator.or(mediator);
    for (_, value) in message.fields() {
        match value {
            Value::Message(below) => look(below, found),
            Value::List(list) => list.iter().filter_map(Value::as_message).for_each(|below| look(below, found)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_proto::{pool, registry::v1 as pb};
    use prost::Message as _;

    use super::*;

    #[test]
    fn a_team_says_where_it_lies_and_a_mediator_in_which_team_he_is() {
        let [team, province, commune, mediator, area_unit] = [1, 2, 3, 4, 5].map(Uuid::from_u128);
        let event = pool().get_message_by_name("hoagiai.registry.v1.RegistryEvent").unwrap();
        let planned = pb::RegistryEvent {
            fact: Some(pb::registry_event::Fact::TeamPlanned(pb::TeamPlanned {
                team: Some(pb::Team {
                    team_id: team.to_string(),
                    province_unit_id: province.to_string(),
                    commune_unit_id: commune.to_string(),
                    area_unit_id: area_unit.to_string(),
                    ..Default::default()
                }),
                ..Default::default()
            })),
        };
        let found = named(&event, &planned.encode_to_vec());
        assert_eq!(found.teams, BTreeMap::from([(team, (province, commune))]));
        assert_eq!(found.spots, BTreeMap::from([(team, Spot { province, commune, area_unit })]));
        assert_eq!(found.place, Some((province, commune)));
        let recognized = pb::RegistryEvent {
            fact: Some(pb::registry_event::Fact::MediatorRecognized(pb::MediatorRecognized {
                mediator_id: mediator.to_string(),
                team_id: team.to_string(),
                ..Default::default()
            })),
        };
        let found = named(&event, &recognized.encode_to_vec());
        assert_eq!((found.mediators, found.place), (BTreeMap::from([(mediator, team)]), None));
        assert_eq!(named(&event, b"\xff\xff"), Named::default());
    }
}
