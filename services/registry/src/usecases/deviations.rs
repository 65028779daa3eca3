//! Where areas and teams deviate from the rules, as of a day.

use hoagiai_identity::Caller;
use hoagiai_types::Uuid;

use super::{AsOf, Registry, areas::cut};
use crate::{
    domain::{Deviation, DeviationKind, TeamId, UnitId, review_due_year},
    error::Error,
    store::{self, NOW, UnitFilter, deviations::Asked},
};

/// A page of deviations, and on the first page how many there are of each kind.
pub(crate) type Found = (Vec<Deviation>, Vec<(DeviationKind, i64)>);

impl Registry {
    /// Deviations in a unit after a kind and an id. Rule 2 is policy: where it does not hold, areas do not deviate.
    pub(crate) async fn list_deviations(
        &self,
        caller: &Caller,
        (unit, only): (UnitId, Option<DeviationKind>),
        at: Option<AsOf>,
        (after, limit): (Option<(usize, Uuid)>, i64),
    ) -> Result<Found, Error> {
        let at = at.unwrap_or_else(|| AsOf { day: self.env.today(), known: NOW });
        let rules = self.rules(at.day);
        let mut tx = self.db.read().await?;
        let cut = cut(&mut tx, caller, Some(unit), Some(at)).await?;
        let asked = Asked {
            unit: cut.unit.unwrap_or(UnitFilter::Nowhere),
            within: cut.within.map(|(units, _)| units),
            at,
            review_year: review_due_year(rules, at.day),
        };
        let of_area = |kind| matches!(kind, DeviationKind::AreaWithoutTeam | DeviationKind::AreaWithSeveral);
        let wanted =
            |kind: DeviationKind| only.is_none_or(|only| only == kind) && (rules.one_team_per_area || !of_area(kind));
        let (first, mut from) = after.unwrap_or_default();
        let mut found = Vec::new();
        for (index, kind) in DeviationKind::ALL.iter().enumerate().skip(first) {
            let room = limit - i64::try_from(found.len()).unwrap_or(limit);
            if room <= 0 {
                break;
            }
            if wanted(*kind) {
                let start = if index == first { from } else { Uuid::nil() };
                found.extend(store::deviations::page(&mut tx, *kind, &asked, start, room).await?);
            }
            from = Uuid::nil();
        }
        let mut counts = Vec::new();
        if after.is_none() {
            let all = store::deviations::counts(&mut tx, &asked).await?;
            counts.extend(DeviationKind::ALL.iter().copied().zip(all).filter(|(kind, _)| wanted(*kind)));
        }
        Ok((found, counts))
    }

    /// The teams that a team came out of, and those it went on in.
    pub(crate) async fn team_lineage(
        &self,
        caller: &Caller,
        team: TeamId,
        at: Option<AsOf>,
    ) -> Result<(Vec<TeamId>, Vec<TeamId>), Error> {
        let moment = self.moment();
        let mut tx = self.db.read().await?;
        self.team(&mut tx, caller, team, moment).await?;
        Ok(store::successions::of_team(&mut tx, team, at.unwrap_or(AsOf::ALL)).await?)
    }
}

/// Where a list goes on after a deviation: its kind and what orders it within the kind.
pub(crate) fn key(deviation: &Deviation) -> (usize, Uuid) {
    let kind = DeviationKind::ALL.iter().position(|kind| *kind == deviation.kind).unwrap_or_default();
    (kind, deviation.team.map_or(deviation.area_unit.uuid(), TeamId::uuid))
}
