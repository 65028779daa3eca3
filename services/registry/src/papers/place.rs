//! Where a paper is written, and about which team.

use hoagiai_documents::Values;

use super::language::{date, head_of, proper_name};
use crate::domain::{Decision, Team, UnitVersion};

/// The units of a team, as they were named on the day of the paper.
#[derive(Debug)]
pub(crate) struct Place {
    /// Province.
    pub(crate) province: UnitVersion,
    /// Commune.
    pub(crate) commune: UnitVersion,
    /// Area unit.
    pub(crate) area: UnitVersion,
}

/// Place and team.
pub(crate) fn of_place(values: &mut Values, place: &Place, team: &Team) {
    values
        .text("province.name", &place.province.name)
        .text("commune.name", &place.commune.name)
        .text("commune.proper", proper_name(place.commune.kind, &place.commune.name))
        .text("area.name", &place.area.name)
        .text("area.head", head_of(place.area.kind))
        .text("team.name", &team.name)
        .text("team.target_size", team.target_size)
        .text("team.plan_number", &team.plan.number)
        .text("team.plan_date", date(team.plan.issue_date));
}

/// Number and day of a decision; nothing while it has not been taken, so that dots are printed.
pub(super) fn of_decision(values: &mut Values, decision: Option<&Decision>) {
    if let Some(decision) = decision {
        values.text("document.number", &decision.number).text("document.date", date(decision.issue_date));
    }
}
