//! Units in time: identity apart from the code, versions with days, lineage.

use hoagiai_types::{Date, Id};
use jiff::civil;

use super::{Decision, ReorganizationId, words};

/// Id of a unit, for ever.
pub type UnitId = Id<UnitVersion>;

/// "Since before records began", as stored: sorts before every day.
pub const FIRST_DAY: Date = Date::from_civil(civil::date(1, 1, 1));
/// "Still in force", as stored: sorts after every day.
pub const LAST_DAY: Date = Date::from_civil(civil::date(9999, 12, 31));

words! {
    /// Kinds of units.
    UnitKind {
        /// Thành phố trực thuộc trung ương.
        Municipality = "municipality",
        /// Tỉnh.
        Province = "province",
        /// Quận.
        UrbanDistrict = "urban_district",
        /// Huyện.
        RuralDistrict = "rural_district",
        /// Thị xã.
        Town = "town",
        /// Thành phố thuộc tỉnh.
        City = "city",
        /// Phường.
        Ward = "ward",
        /// Xã.
        Commune = "commune",
        /// Thị trấn.
        Township = "township",
        /// Đặc khu.
        SpecialZone = "special_zone",
        /// Thôn.
        Hamlet = "hamlet",
        /// Tổ dân phố.
        ResidentialGroup = "residential_group",
    }
}

words! {
    /// How much of a unit went into its successor.
    LineageExtent {
        /// All of it.
        Whole = "whole",
        /// A part.
        Part = "part",
        /// What was left.
        Remainder = "remainder",
    }
}

words! {
    /// What happened to a unit.
    UnitChange {
        /// Goes on under its code with another name or kind.
        Renamed = "renamed",
        /// Goes on under another code.
        Recoded = "recoded",
        /// All of it went into another unit.
        Merged = "merged",
        /// A part of it, or the rest, went into another unit.
        Split = "split",
        /// Its level was abolished.
        LevelAbolished = "level_abolished",
        /// Goes on under another unit above.
        Moved = "moved",
    }
}

impl UnitChange {
    /// Whether the unit goes on under its id.
    pub fn goes_on(self) -> bool {
        matches!(self, Self::Renamed | Self::Recoded | Self::Moved)
    }

    /// What happened when nobody said it: an extent tells a merger from a division.
    pub fn of(extent: LineageExtent) -> Self {
        if extent == LineageExtent::Whole { Self::Merged } else { Self::Split }
    }
}

/// A unit in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitVersion {
    /// Identity.
    pub id: UnitId,
    /// Code in this version.
    pub code: String,
    /// Name with its kind.
    pub name: String,
    /// Kind.
    pub kind: UnitKind,
    /// The unit above.
    pub parent: Option<UnitId>,
    /// The province that it is or lies in.
    pub province: UnitId,
    /// The commune that it is or lies in.
    pub commune: Option<UnitId>,
    /// First day, or [`FIRST_DAY`].
    pub valid_from: Date,
    /// Last day, or [`LAST_DAY`].
    pub valid_to: Date,
    /// Households.
    pub households: u32,
    /// Decided to be an area with many ethnic-minority people.
    pub ethnic_minority_area: bool,
}

impl UnitVersion {
    /// Whether the version holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && day <= self.valid_to
    }

    /// Whether two versions hold on a common day.
    pub fn overlaps(&self, other: &UnitVersion) -> bool {
        self.valid_from <= other.valid_to && other.valid_from <= self.valid_to
    }

    /// Whether this version goes on with the unit of another: next to it in time, same code, name, kind and parent.
    /// Anything less is another unit, joined by lineage: a new commune may well take an old one's code or name.
    pub fn continues(&self, other: &UnitVersion) -> bool {
        let adjoin = other.valid_to.plus_days(1) == self.valid_from && other.valid_to != LAST_DAY
            || self.valid_to.plus_days(1) == other.valid_from && self.valid_to != LAST_DAY;
        let alike =
            (&self.code, &self.name, self.kind, self.parent) == (&other.code, &other.name, other.kind, other.parent);
        adjoin && alike
    }
}

/// A unit came out of another, or out of itself when it goes on changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    /// The unit that came to be.
    pub unit: UnitId,
    /// The unit before.
    pub predecessor: UnitId,
    /// How much of it.
    pub extent: LineageExtent,
    /// First day of the new unit.
    pub change_date: Date,
    /// What happened.
    pub change: UnitChange,
    /// By which decision, where it is known.
    pub decision: Option<Decision>,
    /// The reorganisation that it belongs to; none for edges that were imported.
    pub reorganization: Option<ReorganizationId>,
}
