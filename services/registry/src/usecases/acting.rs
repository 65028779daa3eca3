//! Acting leaders (rule 23): appointed and relieved by the Front head, and giving way by themselves.

use hoagiai_store::{NewEvent, Position, Tx};
use hoagiai_types::{Date, Id};

use super::{Change, Registry, Standing};
use crate::{
    domain::{ActingLeader, MediatorId, Refusal, Team, TeamId, in_order},
    error::Error,
    events::procedures as facts,
    store,
};

/// An acting leader, and the team as it now stands.
pub(crate) type Acting = (ActingLeader, Team, Position);

impl Registry {
    /// Appoints an acting leader while the team has no leader.
    pub(crate) async fn appoint_acting_leader(
        &self,
        change: &Change,
        team: TeamId,
        mediator: MediatorId,
        start: Date,
    ) -> Result<Acting, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if let Some(acting) = done {
            return Self::acting_before(tx, team, acting).await;
        }
        team.expect_open_for_acting()?;
        let found = store::mediators::get(&mut tx, mediator).await?.filter(|found| found.team == team.id);
        let found = found.ok_or(Error::MediatorNotFound(mediator))?;
        found.expect_in_force()?;
        in_order("start_date", start, found.recognition_date().unwrap_or(start), moment.today)?;
        let acting = ActingLeader { id: self.env.new_id(), team: team.id, mediator, start, end: None };
        store::acting::insert(&mut tx, &acting).await?;
        team.acting_leader = Some(mediator);
        team.stand(self.rules(start), start);
        let told = vec![facts::acting_leader_appointed(&acting)];
        self.write_team(&mut tx, change, &mut team, told, Standing::Changed(start), moment).await?;
        let position = self.end(tx, change, acting.id).await?;
        Ok((acting, team, position))
    }

    /// Ends the work of an acting leader.
    pub(crate) async fn end_acting_leader(&self, change: &Change, team: TeamId, day: Date) -> Result<Acting, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if let Some(acting) = done {
            return Self::acting_before(tx, team, acting).await;
        }
        let acting = store::acting::open_of_team(&mut tx, team.id).await?;
        let mut acting = acting.ok_or(Refusal::NoActingLeader { team: team.id })?;
        acting.end(day, moment.today)?;
        store::acting::end(&mut tx, &acting).await?;
        team.acting_leader = None;
        team.stand(self.rules(day), day);
        let told = vec![facts::acting_leader_ended(&acting, day)];
        self.write_team(&mut tx, change, &mut team, told, Standing::Changed(day), moment).await?;
        let position = self.end(tx, change, acting.id).await?;
        Ok((acting, team, position))
    }

    /// Ends the acting leader's work with what happened, if it is this one's; answers the facts to tell of the team.
    pub(super) async fn end_acting(
        &self,
        tx: &mut Tx,
        team: &mut Team,
        whose: impl Fn(MediatorId) -> bool,
        day: Date,
    ) -> Result<Vec<NewEvent>, Error> {
        if !team.acting_leader.is_some_and(whose) {
            return Ok(Vec::new());
        }
        team.acting_leader = None;
        let Some(mut acting) = store::acting::open_of_team(tx, team.id).await? else { return Ok(Vec::new()) };
        acting.give_way(day);
        store::acting::end(tx, &acting).await?;
        Ok(vec![facts::acting_leader_ended(&acting, day)])
    }

    async fn acting_before(mut tx: Tx, team: Team, acting: hoagiai_types::Uuid) -> Result<Acting, Error> {
        let found = store::acting::get(&mut tx, Id::from_uuid(acting)).await?;
        let acting = found.ok_or(Refusal::NoActingLeader { team: team.id })?;
        Ok((acting, team, tx.commit().await?.position))
    }
}
