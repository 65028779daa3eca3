//! The order of records.

use super::question::Registry;
use crate::codes::SearchReason::{self, SortInvalid};
use crate::codes::words;
use crate::fault::{Fault, Faults, quoted};
use crate::limits::MAX_WORD;
use crate::object::{Object, local_name};

/// Keys of one order.
pub const MAX_SORT_KEYS: usize = 5;

words! {
    /// What records can be ordered by. Texts are ordered without marks and capitals first, so that `Đ` stands with `D`.
    SortAttribute {
        /// Id of the mediator.
        MediatorId = "mediator_id",
        /// Full name of the mediator as written, family name first.
        FullName = "full_name",
        /// Name of the mediator's team.
        TeamDisplayName = "team_display_name",
        /// Day of the decision of recognition.
        DecisionDate = "decision_date",
        /// Id of the team.
        TeamId = "team_id",
        /// Name of the team.
        DisplayName = "display_name",
        /// Mediators in force of the team.
        MediatorCount = "mediator_count",
        /// Name of the thôn or tổ dân phố.
        AreaDisplayName = "area_display_name",
        /// Name of the commune.
        CommuneDisplayName = "commune_display_name",
    }
}

impl SortAttribute {
    /// Whether records of a registry have it.
    #[must_use]
    pub const fn is_of(self, registry: Registry) -> bool {
        match self {
            Self::AreaDisplayName | Self::CommuneDisplayName | Self::TeamId => true,
            Self::MediatorId | Self::FullName | Self::TeamDisplayName | Self::DecisionDate => {
                matches!(registry, Registry::Mediator)
            }
            Self::DisplayName | Self::MediatorCount => matches!(registry, Registry::MediationTeam),
        }
    }
}

/// One key of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// By what.
    pub attribute: SortAttribute,
    /// Largest first. Records without a value stand last either way.
    pub descending: bool,
}

/// Reads `sort`. Without a registry, because the question is faulty, only the shape is looked at.
pub(crate) fn read(
    criteria: &Object<'_>,
    registry: Option<Registry>,
    faults: &mut Faults<SearchReason>,
) -> Vec<SortKey> {
    let items = faults.take(SortInvalid, criteria.list("sort")).flatten().unwrap_or_default();
    if items.len() > MAX_SORT_KEYS {
        faults.note(SortInvalid, criteria.fault("sort", format!("more than {MAX_SORT_KEYS} keys")));
    }
    let mut keys: Vec<SortKey> = Vec::new();
    for (at, item) in items.iter().take(MAX_SORT_KEYS).enumerate() {
        let item = Object::of(item, format!("{}[{at}]", criteria.place("sort")));
        let key = item.and_then(|item| {
            let key = key(&item, registry)?;
            let twice = keys.iter().any(|other| other.attribute == key.attribute);
            if twice { Err(item.fault("attribute_name", "is given twice")) } else { Ok(key) }
        });
        keys.extend(faults.take(SortInvalid, key));
    }
    keys
}

fn key(item: &Object<'_>, registry: Option<Registry>) -> Result<SortKey, Fault> {
    let name = item.required_text("attribute_name", MAX_WORD)?;
    let descending = match item.text("sort_order", MAX_WORD)? {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(item.fault("sort_order", "`asc` or `desc` is expected")),
    };
    let fits = |attribute: &SortAttribute| registry.is_none_or(|registry| attribute.is_of(registry));
    let attribute = local_name(name).and_then(|name| SortAttribute::from_word(&name.to_ascii_lowercase()));
    attribute.filter(fits).map(|attribute| SortKey { attribute, descending }).ok_or_else(|| {
        let known: Vec<_> = SortAttribute::ALL.iter().filter(|one| fits(one)).map(|one| one.word()).collect();
        let what = format!("records are not sorted by `{}`; they are by {}", quoted(name), known.join(", "));
        item.fault("attribute_name", what)
    })
}
