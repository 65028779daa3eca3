//! The attributes that a question may be made of.

use crate::codes::{
    SearchReason::{self, FilterInvalid, SearchCriteriaInvalid},
    words,
};
use crate::object::local_name;

words! {
    /// What a condition may be about. Written in any case (`MEDIATOR_ID` is an identifier type, `mediator_id` an attribute)
    /// and with any namespace before it.
    Attribute {
        /// Id of a mediator (UUID).
        MediatorId = "mediator_id",
        /// Id of a mediation team (UUID).
        TeamId = "team_id",
        /// Id of a province, a commune, a thôn or a tổ dân phố (UUID).
        UnitId = "unit_id",
        /// The same, of a commune: the name that records have it under.
        CommuneUnitId = "commune_unit_id",
        /// The same, of a thôn or a tổ dân phố.
        AreaUnitId = "area_unit_id",
        /// Full name of a mediator, with its marks.
        FullName = "full_name",
        /// The day that is asked about, `YYYY-MM-DD`.
        ValidAt = "valid_at",
        /// The instant whose knowledge is asked for, RFC 3339.
        KnownAt = "known_at",
    }
}

impl Attribute {
    /// The attribute that a sender names.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::from_word(&local_name(name)?.to_ascii_lowercase())
    }

    /// Whether it is a type of identifier, for `idtype-value`.
    #[must_use]
    pub const fn is_identifier(self) -> bool {
        !matches!(self, Self::FullName | Self::ValidAt | Self::KnownAt)
    }

    /// Whether it names a unit.
    #[must_use]
    pub const fn is_unit(self) -> bool {
        matches!(self, Self::UnitId | Self::CommuneUnitId | Self::AreaUnitId)
    }

    /// The code of a fault in it: those of time narrow a question and do not make it.
    pub(crate) const fn reason(self) -> SearchReason {
        if matches!(self, Self::ValidAt | Self::KnownAt) { FilterInvalid } else { SearchCriteriaInvalid }
    }
}
