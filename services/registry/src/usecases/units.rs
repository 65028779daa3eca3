//! Reading units in time.

use hoagiai_store::Tx;
use hoagiai_types::{Date, Timestamp};

use super::Registry;
pub(crate) use crate::store::units::KnownUnit;
use crate::{
    domain::{Lineage, UnitId, UnitKind},
    error::Error,
    store::{
        NOW,
        lineage::{self, Way},
        units,
    },
};

/// Edges of one answer in each direction.
const EDGES: usize = 5_000;

impl Registry {
    /// A unit on a day (default today), as known at an instant (default now).
    pub(crate) async fn get_unit(
        &self,
        unit: UnitId,
        valid_at: Option<Date>,
        known_at: Option<Timestamp>,
    ) -> Result<KnownUnit, Error> {
        let day = valid_at.unwrap_or_else(|| self.env.today());
        let mut tx = self.db.read_one().await?;
        let found = units::get(&mut tx, unit, day, known_at.unwrap_or(NOW)).await?;
        found.ok_or(Error::UnitNotFound { unit: unit.to_string(), valid_at: day })
    }

    /// The unit that had a code on a day (default today), as known at an instant (default now).
    pub(crate) async fn find_unit(
        &self,
        code: &str,
        valid_at: Option<Date>,
        known_at: Option<Timestamp>,
    ) -> Result<KnownUnit, Error> {
        let day = valid_at.unwrap_or_else(|| self.env.today());
        let mut tx = self.db.read_one().await?;
        let found = units::find(&mut tx, code, day, known_at.unwrap_or(NOW)).await?;
        found.ok_or(Error::UnitNotFound { unit: code.to_owned(), valid_at: day })
    }

    /// Units below a unit or at the top, on a day (default today), after a code.
    pub(crate) async fn list_units(
        &self,
        parent: Option<UnitId>,
        kind: Option<UnitKind>,
        (valid_at, known_at): (Option<Date>, Option<Timestamp>),
        (after, limit): (&str, i64),
    ) -> Result<Vec<KnownUnit>, Error> {
        let at = (valid_at.unwrap_or_else(|| self.env.today()), known_at.unwrap_or(NOW));
        let mut tx = self.db.read_one().await?;
        Ok(units::list(&mut tx, parent, kind, at, (after, limit)).await?)
    }

    /// Edges to the units before and to the units after, as far as `depth` steps.
    pub(crate) async fn lineage(
        &self,
        unit: UnitId,
        (valid_at, known_at): (Option<Date>, Option<Timestamp>),
        depth: u32,
    ) -> Result<LineageWalk, Error> {
        let mut tx: Tx = self.db.read().await?;
        let known = units::latest(&mut tx, unit).await?;
        known.ok_or_else(|| Error::UnitNotFound { unit: unit.to_string(), valid_at: self.env.today() })?;
        let at = (valid_at, known_at.unwrap_or(NOW));
        let how = (depth.max(1), EDGES);
        let mut before = lineage::walk(&mut tx, unit, Way::Back, at, how).await?;
        let mut after = lineage::walk(&mut tx, unit, Way::On, at, how).await?;
        let truncated = before.len() > EDGES || after.len() > EDGES;
        before.truncate(EDGES);
        after.truncate(EDGES);
        Ok(LineageWalk { before, after, truncated })
    }
}

/// Edges with their distances, near ones first.
#[derive(Debug)]
pub(crate) struct LineageWalk {
    /// To the units before.
    pub(crate) before: Vec<(Lineage, u32)>,
    /// To the units after.
    pub(crate) after: Vec<(Lineage, u32)>,
    /// There are more than fit.
    pub(crate) truncated: bool,
}
