//! Answers of the directory as records of the protocol. What an agency is not shown is empty there and left out here.

use hoagiai_proto::{google, registry::v1 as pb};
use hoagiai_rpc::convert::read_date;
use hoagiai_spdci::{Area, MediationTeamRecord, MediatorRecord, Record};
use hoagiai_types::{Date, Id};

fn text(value: &str) -> Option<String> {
    Some(value.to_owned()).filter(|text| !text.is_empty())
}

fn id<T>(value: &str) -> Option<Id<T>> {
    value.parse().ok()
}

/// The day that an answer is about.
pub(super) fn day(freshness: Option<&pb::DirectoryFreshness>) -> Option<Date> {
    freshness.and_then(|freshness| freshness.valid_at.as_ref()).and_then(read_date)
}

pub(super) fn mediator(entry: &pb::DirectoryEntry, valid_at: Option<Date>) -> Option<Record> {
    let record = MediatorRecord {
        full_name: text(&entry.full_name),
        team_id: id(&entry.team_id),
        team_display_name: text(&entry.team_display_name),
        area: Area {
            area_unit_id: id(&entry.area_unit_id),
            area_display_name: text(&entry.area_display_name),
            commune_unit_id: id(&entry.commune_unit_id),
            commune_display_name: text(&entry.commune_display_name),
        },
        contact: text(&entry.contact),
        valid_at,
        ..MediatorRecord::new(id(&entry.mediator_id)?)
    };
    Some(record.into())
}

pub(super) fn verified(found: &pb::DirectoryVerification, valid_at: Option<Date>) -> Option<Record> {
    let day = |date: &Option<google::Date>| date.as_ref().and_then(read_date);
    let record = MediatorRecord {
        team_id: id(&found.team_id),
        team_display_name: text(&found.team_display_name),
        area: Area {
            area_unit_id: id(&found.area_unit_id),
            area_display_name: text(&found.area_display_name),
            commune_unit_id: id(&found.commune_unit_id),
            commune_display_name: text(&found.commune_display_name),
        },
        decision_number: text(&found.decision_number),
        decision_date: day(&found.decision_date),
        valid_at,
        ..MediatorRecord::new(id(&found.mediator_id)?)
    };
    Some(record.into())
}

pub(super) fn team(team: &pb::DirectoryTeam, valid_at: Option<Date>) -> Option<Record> {
    let record = MediationTeamRecord {
        display_name: text(&team.display_name),
        area: Area {
            area_unit_id: id(&team.area_unit_id),
            area_display_name: text(&team.area_display_name),
            commune_unit_id: id(&team.commune_unit_id),
            commune_display_name: text(&team.commune_display_name),
        },
        mediator_count: u32::try_from(team.mediator_count).ok(),
        valid_at,
        ..MediationTeamRecord::new(id(&team.team_id)?)
    };
    Some(record.into())
}
