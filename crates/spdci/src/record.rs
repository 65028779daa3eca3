//! The records of answers. Names of fields are those of the registry's own contract (`hoagiai.registry.v1`, directory), so
//! that both faces have one dictionary; what the agency is not shown, or is not there, is left out.

use std::cmp::Ordering;
use std::fmt;

use hoagiai_types::{Date, text::fold};
use serde::{Deserialize, Serialize};

use crate::criteria::{MediatorId, SortAttribute, SortKey, TeamId, UnitId};

/// A mediator in force.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediatorRecord {
    /// Id (UUID).
    pub mediator_id: MediatorId,
    /// Full name. An answer to a question by name leaves it out: it is the name that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Id of the team (UUID).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Name of the team on the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_display_name: Option<String>,
    /// Where the team serves.
    #[serde(flatten)]
    pub area: Area,
    /// The contact that the mediator chose to have published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Number of the decision of recognition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_number: Option<String>,
    /// Its day: the first in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_date: Option<Date>,
    /// The day that the record is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_at: Option<Date>,
}

/// A mediation team (tổ hòa giải).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediationTeamRecord {
    /// Id (UUID).
    pub team_id: TeamId,
    /// Name on the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where it serves.
    #[serde(flatten)]
    pub area: Area,
    /// Mediators in force on the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mediator_count: Option<u32>,
    /// The day that the record is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_at: Option<Date>,
}

/// The place of a team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Id of the thôn or tổ dân phố (UUID).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_unit_id: Option<UnitId>,
    /// Its name on the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_display_name: Option<String>,
    /// Id of the commune (UUID).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune_unit_id: Option<UnitId>,
    /// Its name on the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune_display_name: Option<String>,
}

/// Shows ids alone: names and contacts are personal.
impl fmt::Debug for MediatorRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediatorRecord").field("mediator_id", &self.mediator_id).finish_non_exhaustive()
    }
}

impl MediatorRecord {
    /// A record of which nothing but the id is known yet.
    #[must_use]
    pub fn new(mediator_id: MediatorId) -> Self {
        Self {
            mediator_id,
            full_name: None,
            team_id: None,
            team_display_name: None,
            area: Area::default(),
            contact: None,
            decision_number: None,
            decision_date: None,
            valid_at: None,
        }
    }
}

impl MediationTeamRecord {
    /// A record of which nothing but the id is known yet.
    #[must_use]
    pub fn new(team_id: TeamId) -> Self {
        Self { team_id, display_name: None, area: Area::default(), mediator_count: None, valid_at: None }
    }
}

/// A record of either registry; its kind is the member `@type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "@type")]
pub enum Record {
    /// A mediator.
    Mediator(MediatorRecord),
    /// A team.
    MediationTeam(MediationTeamRecord),
}

impl From<MediatorRecord> for Record {
    fn from(record: MediatorRecord) -> Self {
        Self::Mediator(record)
    }
}

impl From<MediationTeamRecord> for Record {
    fn from(record: MediationTeamRecord) -> Self {
        Self::MediationTeam(record)
    }
}

/// What records are compared by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Without marks and capitals, then as written.
    Text(String, String),
    Number(u32),
    Day(Date),
}

impl Record {
    fn key(&self, attribute: SortAttribute) -> Option<Key> {
        let text = |text: &Option<String>| text.as_deref().map(|text| Key::Text(fold(text), text.to_owned()));
        let area = match self {
            Self::Mediator(record) => &record.area,
            Self::MediationTeam(record) => &record.area,
        };
        match (self, attribute) {
            (_, SortAttribute::AreaDisplayName) => text(&area.area_display_name),
            (_, SortAttribute::CommuneDisplayName) => text(&area.commune_display_name),
            (Self::Mediator(of), SortAttribute::MediatorId) => text(&Some(of.mediator_id.to_string())),
            (Self::Mediator(of), SortAttribute::FullName) => text(&of.full_name),
            (Self::Mediator(of), SortAttribute::TeamDisplayName) => text(&of.team_display_name),
            (Self::Mediator(of), SortAttribute::DecisionDate) => of.decision_date.map(Key::Day),
            (Self::Mediator(of), SortAttribute::TeamId) => text(&of.team_id.map(|id| id.to_string())),
            (Self::MediationTeam(of), SortAttribute::TeamId) => text(&Some(of.team_id.to_string())),
            (Self::MediationTeam(of), SortAttribute::DisplayName) => text(&of.display_name),
            (Self::MediationTeam(of), SortAttribute::MediatorCount) => of.mediator_count.map(Key::Number),
            (Self::Mediator(_), SortAttribute::DisplayName | SortAttribute::MediatorCount)
            | (
                Self::MediationTeam(_),
                SortAttribute::MediatorId
                | SortAttribute::FullName
                | SortAttribute::TeamDisplayName
                | SortAttribute::DecisionDate,
            ) => None,
        }
    }

    fn id(&self) -> hoagiai_types::Uuid {
        match self {
            Self::Mediator(record) => record.mediator_id.uuid(),
            Self::MediationTeam(record) => record.team_id.uuid(),
        }
    }
}

/// Puts records in order: by the keys, then by id, so that pages of one question never overlap.
pub(crate) fn sort(records: Vec<Record>, keys: &[SortKey]) -> Vec<Record> {
    let keyed = |record: Record| (keys.iter().map(|key| record.key(key.attribute)).collect::<Vec<_>>(), record);
    let mut keyed: Vec<_> = records.into_iter().map(keyed).collect();
    keyed.sort_by(|(a, left), (b, right)| {
        let by_key = |((a, b), key): ((&Option<Key>, &Option<Key>), &SortKey)| match (a, b) {
            (Some(a), Some(b)) if key.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            // What has no value stands last in either direction.
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        let order = a.iter().zip(b).zip(keys).map(by_key).find(|order| *order != Ordering::Equal);
        order.unwrap_or_else(|| left.id().cmp(&right.id()))
    });
    keyed.into_iter().map(|(_, record)| record).collect()
}
