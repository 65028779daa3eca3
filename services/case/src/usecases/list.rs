//! Lists of cases, cut to what the caller may see.

use hoagiai_identity::{Area, Caller, Scope};
use hoagiai_store::Tx;
use hoagiai_types::{Id, Uuid};

use super::{Cases, path};
use crate::{
    domain::{Case, CaseId, Place, State, TeamId, UnitId},
    error::Error,
    store::{
        cases::{self, Cut},
        known,
    },
};

/// Which cases are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those of this team.
    pub team: Option<TeamId>,
    /// Only those of this province, commune or area unit.
    pub unit: Option<UnitId>,
    /// Only those in this state.
    pub state: Option<State>,
}

impl Cases {
    /// Cases after an id, in the order of ids, at most `limit`.
    pub async fn list(
        &self,
        caller: &Caller,
        filter: Filter,
        after: Option<CaseId>,
        limit: i64,
    ) -> Result<Vec<Case>, Error> {
        let mut tx = self.db.read().await?;
        let cuts = cuts(&mut tx, &caller.scope(), filter).await?;
        let after = after.unwrap_or(Id::from_uuid(Uuid::nil()));
        let mut found = Vec::new();
        for cut in &cuts {
            found.append(&mut cases::page(&mut tx, *cut, filter.state, after, limit).await?);
        }
        // Each cut gave its first ones after the same id, so the first of all are among them; cuts may overlap.
        if cuts.len() > 1 {
            found.sort_by_key(|case| case.id);
            found.dedup_by_key(|case| case.id);
            found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        Ok(found)
    }
}

/// The parts of the country that are both asked for and the caller's. Areas are nested or apart, never crossing.
async fn cuts(tx: &mut Tx, scope: &Scope, filter: Filter) -> Result<Vec<Cut>, Error> {
    let mut wanted = None;
    if let Some(team) = filter.team {
        wanted = Some(known::find_team(tx, team).await?.map(|known| (Cut::Team(team), known.place)));
    }
    if let Some(unit) = filter.unit {
        let of_unit = known::find_place_in(tx, unit).await?.map(|place| (cut_of_unit(&place, unit), place));
        wanted = Some(match wanted {
            None => of_unit,
            Some(team) => team.filter(|(_, place)| covers(Area::Unit(unit.uuid()), place)),
        });
    }
    let areas = match scope {
        Scope::Everywhere => {
            return Ok(wanted.map_or(vec![Cut::Everywhere], |cut| cut.into_iter().map(|c| c.0).collect()));
        }
        Scope::Areas(areas) => areas,
    };
    let mut cuts = Vec::new();
    for area in areas {
        let known = match *area {
            Area::Team(id) => {
                let team = Id::from_uuid(id);
                known::find_team(tx, team).await?.map(|known| (Cut::Team(team), known.place))
            }
            Area::Unit(id) => {
                let unit = Id::from_uuid(id);
                known::find_place_in(tx, unit).await?.map(|place| (cut_of_unit(&place, unit), place))
            }
            Area::Everywhere => None,
        };
        let Some((cut, place)) = known else { continue };
        match wanted {
            None => cuts.push(cut),
            Some(Some((asked, _))) if contains(asked, &place, cut) => cuts.push(cut),
            Some(Some((asked, at))) if contains(cut, &at, asked) => cuts.push(asked),
            Some(_) => {}
        }
    }
    Ok(cuts)
}

fn covers(area: Area, place: &Place) -> bool {
    area.covers(&path(place))
}

fn cut_of_unit(place: &Place, unit: UnitId) -> Cut {
    match () {
        () if place.province == unit => Cut::Province(unit),
        () if place.commune == unit => Cut::Commune(unit),
        () => Cut::AreaUnit(place.commune, unit),
    }
}

/// Whether `outer` holds all of `inner`, of which `place` is a place.
fn contains(outer: Cut, place: &Place, inner: Cut) -> bool {
    let depth = |cut| match cut {
        Cut::Everywhere => 0,
        Cut::Province(_) => 1,
        Cut::Commune(_) => 2,
        Cut::AreaUnit(..) => 3,
        Cut::Team(_) => 4,
    };
    let holds_place = match outer {
        Cut::Everywhere => true,
        Cut::Province(id) => place.province == id,
        Cut::Commune(id) => place.commune == id,
        Cut::AreaUnit(_, id) => place.area_unit == id,
        Cut::Team(id) => place.team == id,
    };
    holds_place && depth(outer) <= depth(inner)
}
