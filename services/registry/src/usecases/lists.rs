//! Reading teams and mediators, of today or of any day as known at any instant, cut to the areas of the caller.

use hoagiai_identity::Caller;
use hoagiai_store::{Entry, Stream, Tx};
use hoagiai_types::{Date, Timestamp, Uuid};

use super::{
    Registry, admitted, area_of,
    areas::{Cut, admitted_in_time, area_of_mediator, cut},
};
pub(crate) use crate::store::AsOf;
use crate::{
    domain::{Mediator, MediatorId, MediatorState, Person, Team, TeamId, TeamState, UnitId},
    error::Error,
    store::{self, Filter, NOW},
};

/// A mediator with who it is; none once the key of the person was destroyed.
pub(crate) type Known = (Mediator, Option<Person>);

impl Registry {
    /// The point in time that a request asks for; none if it asks for neither day nor instant, which is what the tables
    /// of today answer.
    pub(crate) fn as_of(&self, valid_at: Option<Date>, known_at: Option<Timestamp>) -> Option<AsOf> {
        let asked = valid_at.is_some() || known_at.is_some();
        let day = || valid_at.unwrap_or_else(|| self.env.today());
        asked.then(|| AsOf { day: day(), known: known_at.unwrap_or(NOW) })
    }

    /// Reads a team.
    pub(crate) async fn get_team(&self, caller: &Caller, team: TeamId, at: Option<AsOf>) -> Result<Team, Error> {
        let moment = self.moment();
        let Some(at) = at else {
            let mut tx = self.db.read_one().await?;
            return self.team(&mut tx, caller, team, moment).await;
        };
        let mut tx = self.db.read().await?;
        let today = store::teams::get(&mut tx, team, moment.today).await?;
        let then = store::team_versions::get(&mut tx, team, at).await?;
        admitted_in_time(caller, (then, today), area_of, Error::TeamNotFound(team))
    }

    /// Teams of a unit, or all that the caller may see, after an id.
    pub(crate) async fn list_teams(
        &self,
        caller: &Caller,
        unit: Option<UnitId>,
        state: Option<TeamState>,
        at: Option<AsOf>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<Team>, Error> {
        let mut tx = self.db.read().await?;
        let Cut { unit, within } = cut(&mut tx, caller, unit, at).await?;
        let after = after.unwrap_or_default();
        let filter = Filter { unit, team: None, state: state.map(TeamState::word), within, at, after, limit };
        Ok(match at {
            None => store::teams::page(&mut tx, &filter).await?,
            Some(_) => store::team_versions::page(&mut tx, &filter).await?,
        })
    }

    /// Facts of a team after a version, oldest first.
    pub(crate) async fn team_history(
        &self,
        caller: &Caller,
        team: TeamId,
        page: (Option<i64>, i64),
    ) -> Result<Vec<Entry>, Error> {
        let moment = self.moment();
        let mut tx = self.db.read().await?;
        self.team(&mut tx, caller, team, moment).await?;
        history(&mut tx, Stream::new("team", team), page).await
    }

    /// A mediator and who it is, and the record to use in its place if it was merged into one: that one is answered for
    /// today where the caller may see it; of the past, what stood there then.
    pub(crate) async fn get_mediator(
        &self,
        caller: &Caller,
        id: MediatorId,
        at: Option<AsOf>,
    ) -> Result<(Mediator, Option<Person>, Option<MediatorId>), Error> {
        let mut tx = self.db.read().await?;
        let today = store::mediators::get(&mut tx, id).await?;
        let absent = Error::MediatorNotFound(id);
        let mut mediator = match at {
            None => admitted(caller, today, area_of_mediator, absent)?,
            Some(at) => {
                let then = store::mediator_versions::get(&mut tx, id, at).await?;
                admitted_in_time(caller, (then, today), area_of_mediator, absent)?
            }
        };
        let (merged_into, seen) = Self::in_place_of(&mut tx, caller, id).await?.unzip();
        if let (None, Some(Some(survivor))) = (at, seen) {
            mediator = survivor;
        }
        let person = Self::person(&mut tx, &mediator).await?;
        Ok((mediator, person, merged_into))
    }

    /// Mediators of a team or unit, or all that the caller may see, after an id.
    pub(crate) async fn list_mediators(
        &self,
        caller: &Caller,
        (unit, team): (Option<UnitId>, Option<TeamId>),
        state: Option<MediatorState>,
        at: Option<AsOf>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<Known>, Error> {
        let mut tx = self.db.read().await?;
        let Cut { unit, within } = cut(&mut tx, caller, unit, at).await?;
        let filter = Filter {
            unit,
            team: team.map(TeamId::uuid),
            state: state.map(MediatorState::word),
            within,
            at,
            after: after.unwrap_or_default(),
            limit,
        };
        let mediators = match at {
            None => store::mediators::page(&mut tx, &filter).await?,
            Some(at) => store::mediator_versions::page(&mut tx, at, &filter).await?,
        };
        let persons = Self::persons(&mut tx, &mediators).await?;
        Ok(mediators.into_iter().zip(persons).collect())
    }

    /// Facts of a mediator after a version, oldest first.
    pub(crate) async fn mediator_history(
        &self,
        caller: &Caller,
        id: MediatorId,
        page: (Option<i64>, i64),
    ) -> Result<Vec<Entry>, Error> {
        let mut tx = self.db.read().await?;
        let found = store::mediators::get(&mut tx, id).await?;
        admitted(caller, found, area_of_mediator, Error::MediatorNotFound(id))?;
        history(&mut tx, Stream::new("mediator", id), page).await
    }
}

async fn history(tx: &mut Tx, stream: Stream, (after, limit): (Option<i64>, i64)) -> Result<Vec<Entry>, Error> {
    Ok(tx.read_stream(stream, after.unwrap_or(0), limit).await?)
}
