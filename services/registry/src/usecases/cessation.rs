//! How a mediator goes: by decision, or by death (rules 15 to 19).

use hoagiai_store::{Position, Sealed, Tx};
use hoagiai_types::{Date, Etag};

use super::{Change, Moment, Registry, Standing, admit_etag, admitted, areas::area_of_mediator};
use crate::{
    domain::{Cessation, Decision, Mediator, MediatorId, Person, Team, in_order},
    error::Error,
    events, store,
};

/// A mediator who is no longer in force.
#[derive(Debug)]
pub(crate) struct Gone {
    /// The record.
    pub(crate) mediator: Mediator,
    /// Who it is.
    pub(crate) person: Option<Person>,
    /// The team as it now stands.
    pub(crate) team: Team,
    /// Position in the journal.
    pub(crate) position: Position,
}

impl Registry {
    /// Ceases a mediator by decision of the chairman.
    pub(crate) async fn decide_cessation(
        &self,
        change: &Change,
        mediator: MediatorId,
        ground: Cessation,
        (propose, receive): (Date, Date),
        decision: Decision,
        etag: Option<Etag>,
    ) -> Result<Gone, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mediator, team) = self.mediator_with_team(&mut tx, change, mediator, moment).await?;
        if done.is_some() {
            let person = Self::person(&mut tx, &mediator).await?;
            return Ok(Gone { mediator, person, team, position: tx.commit().await?.position });
        }
        admit_etag(mediator.revision, etag)?;
        mediator.admit_cessation(propose, receive, &decision, moment.today)?;
        let day = decision.issue_date;
        self.let_go(tx, change, (mediator, team), (ground, day, Some(decision)), None, moment).await
    }

    /// Closes the record of a mediator who died.
    pub(crate) async fn record_death(
        &self,
        change: &Change,
        mediator: MediatorId,
        death_date: Date,
        evidence: &str,
        etag: Option<Etag>,
    ) -> Result<Gone, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mediator, team) = self.mediator_with_team(&mut tx, change, mediator, moment).await?;
        if done.is_some() {
            let person = Self::person(&mut tx, &mediator).await?;
            return Ok(Gone { mediator, person, team, position: tx.commit().await?.position });
        }
        admit_etag(mediator.revision, etag)?;
        mediator.expect_in_force()?;
        let earliest = mediator.recognition_date().unwrap_or(death_date);
        in_order("death_date", death_date, earliest, moment.today)?;
        let note = Self::seal_note(&mut tx, mediator.id, evidence).await?;
        let end = (Cessation::Deceased, death_date, None);
        self.let_go(tx, change, (mediator, team), end, Some(note), moment).await
    }

    async fn let_go(
        &self,
        mut tx: Tx,
        change: &Change,
        (mut mediator, mut team): (Mediator, Team),
        (ground, day, decision): (Cessation, Date, Option<Decision>),
        note: Option<Sealed>,
        moment: Moment,
    ) -> Result<Gone, Error> {
        mediator.cease(ground, day, decision)?;
        mediator.sealed_note = note.map(|note| note.to_bytes());
        mediator.updated_at = moment.now;
        store::mediators::update(&mut tx, &mediator, day).await?;
        let fact = events::mediator_ceased(&mediator, day);
        Self::tell(&mut tx, change, &mediator, fact).await?;

        let mut facts = Vec::new();
        team.lose(mediator.id, &mediator.statistics);
        // Rule 19; also a term that is only on its way: one who is not in force cannot become leader.
        for mut term in store::terms::open_of_team(&mut tx, team.id).await? {
            if term.mediator == mediator.id {
                term.end();
                store::terms::update(&mut tx, &term, moment.now).await?;
                facts.push(events::leader_ended(&term, day));
            }
        }
        team.stand(self.rules(day), day);
        self.write_team(&mut tx, change, &mut team, facts, Standing::Changed(day), moment).await?;
        let person = Self::person(&mut tx, &mediator).await?;
        let position = self.end(tx, change, mediator.id).await?;
        Ok(Gone { mediator, person, team, position })
    }

    async fn mediator_with_team(
        &self,
        tx: &mut Tx,
        change: &Change,
        id: MediatorId,
        moment: Moment,
    ) -> Result<(Mediator, Team), Error> {
        let found = store::mediators::get(tx, id).await?;
        let mediator = admitted(&change.caller, found, area_of_mediator, Error::MediatorNotFound(id))?;
        let team = store::teams::get(tx, mediator.team, moment.today).await?;
        let team = team.ok_or(Error::TeamNotFound(mediator.team))?;
        Ok((mediator, team))
    }
}
