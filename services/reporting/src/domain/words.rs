//! The words in which records are classed, and the slot that each class has. A record's slot is a small number that says
//! all that any column asks of it, so that one grouped query a kind of record serves every form.

/// States of a case, in the order of the contract; the place is the number.
pub const CASE_STATES: [&str; 10] = [
    "received",
    "scope_query",
    "accepted",
    "out_of_scope",
    "declined",
    "assigned",
    "in_mediation",
    "paused",
    "successful",
    "unsuccessful",
];

/// Categories of Nghị định 15/2014, Điều 5 khoản 1, in its order.
pub const CASE_CATEGORIES: [&str; 7] = [
    "conflict",
    "civil_dispute",
    "family_dispute",
    "minor_violation",
    "criminal_not_prosecuted",
    "alternative_measure",
    "other_permitted",
];

/// States of a case by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseState {
    /// Received and numbered.
    Received,
    /// The justice officer was asked.
    ScopeQuery,
    /// In scope.
    Accepted,
    /// Referred. Ended.
    OutOfScope,
    /// Refused by a party. Ended.
    Declined,
    /// A mediator is assigned.
    Assigned,
    /// At least one session was held.
    InMediation,
    /// Paused.
    Paused,
    /// Hòa giải thành. Ended.
    Successful,
    /// Hòa giải không thành. Ended.
    Unsuccessful,
}

impl CaseState {
    /// All of them by number.
    pub const ALL: [CaseState; 10] = {
        use CaseState::*;
        [Received, ScopeQuery, Accepted, OutOfScope, Declined, Assigned, InMediation, Paused, Successful, Unsuccessful]
    };
}

/// The slot of a case: its state and its category (0: not stated; then the number in [`CASE_CATEGORIES`], from 1).
pub const fn case_slot(state: CaseState, category: i32) -> i32 {
    state as i32 * 8 + category
}

/// Whether a case in that state is still to end.
pub const fn is_open(state: CaseState) -> bool {
    !matches!(state, CaseState::OutOfScope | CaseState::Declined | CaseState::Successful | CaseState::Unsuccessful)
}

/// The slot of a mediator, from the numbers of the contract: gender (male 1, female 2), ethnic class (Kinh 1, other 2),
/// education (law 1, other 2, none 3); 0 is not stated.
pub const fn mediator_slot(gender: i32, ethnic: i32, education: i32) -> i32 {
    gender * 12 + ethnic * 4 + education
}

/// What reports tell apart of the kinds of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// A province or city.
    Province,
    /// A district of any kind (until 30 June 2025).
    District,
    /// A commune, ward, township or special zone.
    Commune,
    /// A hamlet or residential group.
    Area,
}

impl UnitKind {
    /// All of them.
    pub const ALL: [UnitKind; 4] = [UnitKind::Province, UnitKind::District, UnitKind::Commune, UnitKind::Area];

    /// The number in the database.
    pub const fn number(self) -> i32 {
        match self {
            UnitKind::Province => 1,
            UnitKind::District => 2,
            UnitKind::Commune => 3,
            UnitKind::Area => 4,
        }
    }

    /// The word in forms and metadata.
    pub const fn word(self) -> &'static str {
        match self {
            UnitKind::Province => "province",
            UnitKind::District => "district",
            UnitKind::Commune => "commune",
            UnitKind::Area => "area_unit",
        }
    }
}
