//! Leaders: elected by the team, submitted by the Front, decided by the chairman (rules 20 to 22).

use std::collections::HashSet;

use hoagiai_store::{Position, Tx};
use hoagiai_types::{Date, Etag, Id};

use super::{Change, Moment, Registry, Standing, admit_etag, admitted, area_of};
use crate::{
    domain::{Decision, LeaderTerm, LeaderTermId, LeaderTermState, LeaderVote, Team, TeamId, elect_leader, in_order},
    error::{Error, FaultText, FieldFault},
    events, store,
};

impl Registry {
    /// Records the team's vote for its leader.
    pub(crate) async fn elect_leader(
        &self,
        change: &Change,
        team: TeamId,
        election_date: Date,
        votes: &[LeaderVote],
    ) -> Result<(LeaderTerm, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if let Some(term) = done {
            let id = Id::from_uuid(term);
            let term = store::terms::get(&mut tx, id).await?.ok_or(Error::LeaderTermNotFound(id))?;
            return Ok((term, tx.commit().await?.position));
        }
        team.expect_open_for_leader()?;
        vote_faults(votes, team.mediators)?;
        let mediators = store::mediators::alive_of_team(&mut tx, team.id).await?;
        let mut earliest = team.plan.issue_date;
        for vote in votes {
            let voted = mediators.iter().find(|mediator| mediator.id == vote.mediator);
            let voted = voted.ok_or(Error::MediatorNotFound(vote.mediator))?;
            voted.expect_in_force()?;
            // Rule 15: nobody is leader on a day on which he or she is not in force.
            earliest = earliest.max(voted.recognition_date().unwrap_or(earliest));
        }
        in_order("election_date", election_date, earliest, moment.today)?;
        let rules = self.rules(election_date);
        let mediator = elect_leader(rules, team.mediators, votes)?;
        let term = LeaderTerm {
            id: self.env.new_id(),
            team: team.id,
            mediator,
            state: LeaderTermState::Elected,
            election_date,
            submit_due_date: self.calendar.plus_calendar_days(election_date, rules.leader_submit_days),
            received: None,
            decision: None,
            sealed_note: None,
            revision: 1,
            created_at: moment.now,
        };
        store::terms::insert(&mut tx, &term).await?;
        let facts = vec![events::leader_elected(&term)];
        self.write_team(&mut tx, change, &mut team, facts, Standing::Same, moment).await?;
        let position = self.end(tx, change, term.id).await?;
        Ok((term, position))
    }

    /// Puts an elected leader before the chairman.
    pub(crate) async fn submit_leader(
        &self,
        change: &Change,
        term: LeaderTermId,
        receive_date: Date,
        etag: Option<Etag>,
    ) -> Result<(LeaderTerm, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mut term, mut team) = Self::term(&mut tx, change, term, moment).await?;
        if done.is_some() {
            return Ok((term, tx.commit().await?.position));
        }
        admit_etag(term.revision, etag)?;
        term.submit(self.rules(receive_date), self.calendar, receive_date, moment.today)?;
        store::terms::update(&mut tx, &term, moment.now).await?;
        let facts = vec![events::leader_submitted(&term, receive_date)];
        self.write_team(&mut tx, change, &mut team, facts, Standing::Same, moment).await?;
        let position = self.end(tx, change, term.id).await?;
        Ok((term, position))
    }

    /// The chairman's decision on a leader; a refusal needs its reason.
    pub(crate) async fn decide_leader(
        &self,
        change: &Change,
        term: LeaderTermId,
        decision: Decision,
        refusal: Option<String>,
        etag: Option<Etag>,
    ) -> Result<(LeaderTerm, Team, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mut term, mut team) = Self::term(&mut tx, change, term, moment).await?;
        if done.is_some() {
            return Ok((term, team, tx.commit().await?.position));
        }
        admit_etag(term.revision, etag)?;
        if refusal.as_deref().is_some_and(|reason| reason.trim().is_empty()) {
            return Err(Error::field("refusal_reason", FaultText::REQUIRED));
        }
        let day = decision.issue_date;
        term.decide(decision, refusal.is_none(), moment.today)?;
        let mut standing = Standing::Same;
        if let Some(reason) = refusal {
            term.sealed_note = Some(Self::seal_note(&mut tx, term.mediator, &reason).await?.to_bytes());
        } else {
            team.expect_no_leader()?;
            let leader = store::mediators::get(&mut tx, term.mediator).await?;
            leader.ok_or(Error::MediatorNotFound(term.mediator))?.expect_in_force()?;
            team.leader = Some(term.mediator);
            team.stand(self.rules(day), day);
            standing = Standing::Changed(day);
        }
        store::terms::update(&mut tx, &term, moment.now).await?;
        let facts = vec![events::leader_decided(&term, day)];
        self.write_team(&mut tx, change, &mut team, facts, standing, moment).await?;
        let position = self.end(tx, change, term.id).await?;
        Ok((term, team, position))
    }

    async fn term(tx: &mut Tx, change: &Change, id: LeaderTermId, moment: Moment) -> Result<(LeaderTerm, Team), Error> {
        let term = store::terms::get(tx, id).await?;
        let team = match &term {
            Some(term) => store::teams::get(tx, term.team, moment.today).await?,
            None => None,
        };
        let team = admitted(&change.caller, team, area_of, Error::LeaderTermNotFound(id))?;
        Ok((term.ok_or(Error::LeaderTermNotFound(id))?, team))
    }
}

/// Each mediator in force has one vote, and is named once.
fn vote_faults(votes: &[LeaderVote], in_force: u32) -> Result<(), Error> {
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (index, vote) in votes.iter().enumerate() {
        if !seen.insert(vote.mediator) {
            faults.push(FieldFault::new(format!("votes[{index}].mediator_id"), FaultText::DUPLICATE));
        }
    }
    if votes.iter().map(|vote| u64::from(vote.votes)).sum::<u64>() > u64::from(in_force) {
        faults.push(FieldFault::new("votes", FaultText::TOO_MANY));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}
