//! Time limits as they stand on a day, cut to the areas of the caller (rules 14, 18, 22).

use hoagiai_identity::Caller;
use hoagiai_types::{Date, Uuid};

use super::{
    Registry,
    areas::{Cut, cut},
};
use crate::{
    domain::{Deadline, DeadlineState, Procedure, TeamId, UnitId},
    error::Error,
    store::{
        self, AsOf,
        deadlines::{DeadlineFilter, DeadlineKey, Standings},
    },
};

/// Which time limits are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeadlineQuery {
    /// Only of this unit.
    pub(crate) unit: Option<UnitId>,
    /// Only of this team.
    pub(crate) team: Option<TeamId>,
    /// Only of this procedure.
    pub(crate) procedure: Option<Procedure>,
    /// Only in this state.
    pub(crate) state: Option<DeadlineState>,
    /// The day and the knowledge asked for; none: today as known now.
    pub(crate) at: Option<AsOf>,
    /// How many rows.
    pub(crate) limit: i64,
}

impl Registry {
    /// A page of time limits, and the day as of which they stand so.
    pub(crate) async fn list_deadlines(
        &self,
        caller: &Caller,
        query: DeadlineQuery,
        after: Option<DeadlineKey>,
    ) -> Result<(Vec<Deadline>, Date), Error> {
        let mut tx = self.db.read().await?;
        let filter = self.deadline_filter(&mut tx, caller, query).await?;
        Ok((store::deadlines::page(&mut tx, &filter, after).await?, filter.as_of))
    }

    /// A page of standings by commune and procedure.
    pub(crate) async fn list_standings(
        &self,
        caller: &Caller,
        query: DeadlineQuery,
        all_communes: bool,
        after: Option<(Uuid, String)>,
    ) -> Result<Vec<Standings>, Error> {
        let mut tx = self.db.read().await?;
        let filter = self.deadline_filter(&mut tx, caller, query).await?;
        Ok(store::deadlines::standings(&mut tx, &filter, !all_communes, after).await?)
    }

    async fn deadline_filter(
        &self,
        tx: &mut hoagiai_store::Tx,
        caller: &Caller,
        query: DeadlineQuery,
    ) -> Result<DeadlineFilter, Error> {
        let Cut { unit, within } = cut(tx, caller, query.unit, query.at).await?;
        let as_of = query.at.map_or_else(|| self.moment().today, |at| at.day);
        let DeadlineQuery { team, procedure, state, at, limit, .. } = query;
        Ok(DeadlineFilter { unit, team, within, procedure, state, as_of, at, limit })
    }
}
