//! Where records lie, and who may see or change them there.

use hoagiai_identity::{AreaPath, Caller, Scope};
use hoagiai_store::Tx;

use crate::{
    domain::{Mediator, Team, UnitId},
    error::Error,
    store::{self, AsOf, UnitFilter},
};

/// Where a team lies.
pub(super) fn area_of(team: &Team) -> AreaPath {
    AreaPath::of_province(team.province.uuid())
        .in_commune(team.commune.uuid())
        .in_area_unit(team.area_unit.uuid())
        .in_team(team.id.uuid())
}

/// Where a mediator's record lies.
pub(super) fn area_of_mediator(mediator: &Mediator) -> AreaPath {
    AreaPath::of_province(mediator.province.uuid())
        .in_commune(mediator.commune.uuid())
        .in_area_unit(mediator.area_unit.uuid())
        .in_team(mediator.team.uuid())
}

/// A record that the caller may reach. Absent records are refused like records elsewhere, unless the caller's grant
/// covers everything: existence is not to be learnt by asking.
pub(super) fn admitted<T>(
    caller: &Caller,
    found: Option<T>,
    area: impl Fn(&T) -> AreaPath,
    absent: Error,
) -> Result<T, Error> {
    caller.admit(&found.as_ref().map(area).unwrap_or_default())?;
    found.ok_or(absent)
}

/// A record as it was `then`, for a caller who may reach where it lay then or where it lies `today`: who keeps a record
/// needs its past, and who kept it may still read what he or she kept.
pub(super) fn admitted_in_time<T>(
    caller: &Caller,
    (then, today): (Option<T>, Option<T>),
    area: impl Fn(&T) -> AreaPath,
    absent: Error,
) -> Result<T, Error> {
    let lay = then.as_ref().map(&area);
    if lay.is_none_or(|lay| caller.admit(&lay).is_err()) {
        caller.admit(&today.as_ref().map(&area).unwrap_or_default())?;
    }
    then.ok_or(absent)
}

/// What a list is cut to: the unit asked for, by its level, and the areas of the caller unless they cover that unit.
pub(super) struct Cut {
    pub(super) unit: Option<UnitFilter>,
    pub(super) within: Option<(Vec<hoagiai_types::Uuid>, Vec<hoagiai_types::Uuid>)>,
}

/// Cuts a list.
pub(super) async fn cut(tx: &mut Tx, caller: &Caller, asked: Option<UnitId>, at: Option<AsOf>) -> Result<Cut, Error> {
    let scope = caller.scope();
    let (units, teams) = (scope.units(), scope.teams());
    // Who has one unit and asks for everything asks for that unit, which has an index.
    let one = match (asked, units.as_slice(), teams.is_empty()) {
        (None, [only], true) if !scope.is_everywhere() => Some(UnitId::from_uuid(*only)),
        _ => None,
    };
    let mut unit = None;
    let mut covered = scope.is_everywhere() || one.is_some();
    if let Some(id) = asked.or(one) {
        let (filter, path) = store::units::filter(tx, id, at).await?;
        covered |= scope_covers(&scope, path);
        unit = Some(filter);
    }
    Ok(Cut { unit, within: (!covered).then_some((units, teams)) })
}

fn scope_covers(scope: &Scope, (province, commune, area): (Option<UnitId>, Option<UnitId>, Option<UnitId>)) -> bool {
    let path = AreaPath {
        province: province.map(UnitId::uuid),
        commune: commune.map(UnitId::uuid),
        area_unit: area.map(UnitId::uuid),
        team: None,
    };
    scope.covers(&path)
}
