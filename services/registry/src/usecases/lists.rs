//! Lists of teams and mediators, cut to the areas of the caller.

use hoagiai_identity::Caller;
use hoagiai_types::Uuid;

use super::{
    Registry, admitted,
    areas::{Cut, area_of_mediator, cut},
};
use crate::{
    domain::{Mediator, MediatorId, MediatorState, Person, Team, TeamId, TeamState, UnitId},
    error::Error,
    store::{self, Filter},
};

impl Registry {
    /// Teams of a unit, or all that the caller may see, after an id.
    pub(crate) async fn list_teams(
        &self,
        caller: &Caller,
        unit: Option<UnitId>,
        state: Option<TeamState>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<Team>, Error> {
        let mut tx = self.db.read().await?;
        let Cut { unit, within } = cut(&mut tx, caller, unit).await?;
        let after = after.unwrap_or_default();
        let filter = Filter { unit, team: None, state: state.map(TeamState::word), within, after, limit };
        Ok(store::teams::page(&mut tx, &filter).await?)
    }

    /// A mediator and who it is.
    pub(crate) async fn get_mediator(
        &self,
        caller: &Caller,
        id: MediatorId,
    ) -> Result<(Mediator, Option<Person>), Error> {
        let mut tx = self.db.read().await?;
        let found = store::mediators::get(&mut tx, id).await?;
        let mediator = admitted(caller, found, area_of_mediator, Error::MediatorNotFound(id))?;
        let person = Self::person(&mut tx, &mediator).await?;
        Ok((mediator, person))
    }

    /// Mediators of a team or unit, or all that the caller may see, after an id.
    pub(crate) async fn list_mediators(
        &self,
        caller: &Caller,
        (unit, team): (Option<UnitId>, Option<TeamId>),
        state: Option<MediatorState>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<(Mediator, Option<Person>)>, Error> {
        let mut tx = self.db.read().await?;
        let Cut { unit, within } = cut(&mut tx, caller, unit).await?;
        let filter = Filter {
            unit,
            team: team.map(TeamId::uuid),
            state: state.map(MediatorState::word),
            within,
            after: after.unwrap_or_default(),
            limit,
        };
        let mediators = store::mediators::page(&mut tx, &filter).await?;
        let persons = Self::persons(&mut tx, &mediators).await?;
        Ok(mediators.into_iter().zip(persons).collect())
    }
}
