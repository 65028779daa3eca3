//! Leaders: elected by the team, submitted by the Front, decided and relieved by the chairman (rules 19 to 23).

use std::collections::HashSet;

use hoagiai_identity::Caller;
use hoagiai_store::{Position, Sealed, Tx};
use hoagiai_types::{Date, Etag, Id};

use super::{AsOf, Change, MINUTES, Moment, Registry, Standing, admit_etag, admitted, area_of, opened_minutes};
use crate::{
    domain::{
        DeadlineStep, Decision, ElectionForm, LeaderEndGround, LeaderTerm, LeaderTermId, LeaderTermState, LeaderVote,
        Minutes, Team, TeamId, elect_leader, in_order,
    },
    error::{Error, FaultText, FieldFault},
    events::{self, procedures as facts},
    store,
};

impl Registry {
    /// Records the team's vote for its leader.
    pub(crate) async fn elect_leader(
        &self,
        change: &Change,
        team: TeamId,
        (form, election_date): (ElectionForm, Date),
        votes: &[LeaderVote],
        minutes: Option<Minutes>,
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
        vote_faults(votes, team.mediators, form, minutes.as_ref())?;
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
        let id: LeaderTermId = self.env.new_id();
        let sealed_minutes = match &minutes {
            Some(minutes) => Some(tx.seal(id.into(), MINUTES, &facts::minutes_bytes(minutes)).await?),
            None => None,
        };
        let due = DeadlineStep::LeaderSubmission.due(election_date, rules, self.calendar);
        let term = LeaderTerm {
            id,
            team: team.id,
            mediator,
            state: LeaderTermState::Elected,
            form: Some(form),
            election_date,
            submit_due_date: due,
            received: None,
            decision: None,
            ended: None,
            sealed_minutes: sealed_minutes.as_ref().map(Sealed::to_bytes),
            sealed_note: None,
            revision: 1,
            created_at: moment.now,
        };
        store::terms::insert(&mut tx, &term).await?;
        store::terms::insert_votes(&mut tx, term.id, votes).await?;
        let (step, days) = (DeadlineStep::LeaderSubmission, (election_date, due));
        store::deadlines::begin(&mut tx, &team, term.id.uuid(), step, days, None, moment.now).await?;
        let told = vec![events::leader_elected(&term, votes, sealed_minutes.as_ref())];
        self.write_team(&mut tx, change, &mut team, told, Standing::Same, moment).await?;
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
        let (mut term, mut team) = Self::term(&mut tx, &change.caller, term, moment).await?;
        if done.is_some() {
            return Ok((term, tx.commit().await?.position));
        }
        admit_etag(term.revision, etag)?;
        term.submit(self.rules(receive_date), self.calendar, receive_date, moment.today)?;
        store::terms::update(&mut tx, &term, moment.now).await?;
        store::deadlines::meet(&mut tx, term.id.uuid(), DeadlineStep::LeaderSubmission, receive_date, moment.now)
            .await?;
        if let Some(days) = term.received {
            let step = DeadlineStep::LeaderDecision;
            store::deadlines::begin(&mut tx, &team, term.id.uuid(), step, days, None, moment.now).await?;
        }
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
        let (mut term, mut team) = Self::term(&mut tx, &change.caller, term, moment).await?;
        if done.is_some() {
            return Ok((term, team, tx.commit().await?.position));
        }
        admit_etag(term.revision, etag)?;
        if refusal.as_deref().is_some_and(|reason| reason.trim().is_empty()) {
            return Err(Error::field("refusal_reason", FaultText::REQUIRED));
        }
        let day = decision.issue_date;
        term.decide(decision, refusal.is_none(), moment.today)?;
        let (mut standing, mut told) = (Standing::Same, Vec::new());
        if let Some(reason) = refusal {
            term.sealed_note = Some(Self::seal_note(&mut tx, term.mediator, &reason).await?.to_bytes());
        } else {
            team.expect_no_leader()?;
            let leader = store::mediators::get(&mut tx, term.mediator).await?;
            leader.ok_or(Error::MediatorNotFound(term.mediator))?.expect_in_force()?;
            team.leader = Some(term.mediator);
            told = self.end_acting(&mut tx, &mut team, |_| true, day).await?;
            team.stand(self.rules(day), day);
            standing = Standing::Changed(day);
        }
        store::terms::update(&mut tx, &term, moment.now).await?;
        store::deadlines::meet(&mut tx, term.id.uuid(), DeadlineStep::LeaderDecision, day, moment.now).await?;
        told.push(events::leader_decided(&term, day));
        self.write_team(&mut tx, change, &mut team, told, standing, moment).await?;
        let position = self.end(tx, change, term.id).await?;
        Ok((term, team, position))
    }

    /// Ends the role of a leader who stays a mediator (rule 19).
    pub(crate) async fn end_leader(
        &self,
        change: &Change,
        term: LeaderTermId,
        (ground, decision): (LeaderEndGround, Decision),
        reason: &str,
        etag: Option<Etag>,
    ) -> Result<(LeaderTerm, Team, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mut term, mut team) = Self::term(&mut tx, &change.caller, term, moment).await?;
        if done.is_some() {
            return Ok((term, team, tx.commit().await?.position));
        }
        admit_etag(term.revision, etag)?;
        let day = decision.issue_date;
        term.relieve(ground, decision, moment.today)?;
        if !reason.trim().is_empty() {
            term.sealed_note = Some(Self::seal_note(&mut tx, term.mediator, reason).await?.to_bytes());
        }
        store::terms::update(&mut tx, &term, moment.now).await?;
        team.leader = team.leader.filter(|leader| *leader != term.mediator);
        team.stand(self.rules(day), day);
        let told = vec![events::leader_ended(&term, day)];
        self.write_team(&mut tx, change, &mut team, told, Standing::Changed(day), moment).await?;
        let position = self.end(tx, change, term.id).await?;
        Ok((term, team, position))
    }

    /// A term with the votes and the minutes of the meeting.
    pub(crate) async fn get_leader_term(
        &self,
        caller: &Caller,
        id: LeaderTermId,
        at: Option<AsOf>,
    ) -> Result<(LeaderTerm, Vec<LeaderVote>, Option<Minutes>), Error> {
        let moment = self.moment();
        let mut tx = self.db.read().await?;
        let (mut term, _) = Self::term(&mut tx, caller, id, moment).await?;
        if at.is_some() {
            let then = store::terms::known(&mut tx, id, AsOf::known(at)).await?;
            term = store::on_day(then, at).ok_or(Error::LeaderTermNotFound(id))?;
        }
        let votes = store::terms::votes(&mut tx, id).await?;
        let minutes = opened_minutes(&mut tx, term.sealed_minutes.as_deref()).await?;
        Ok((term, votes, minutes))
    }

    async fn term(tx: &mut Tx, caller: &Caller, id: LeaderTermId, moment: Moment) -> Result<(LeaderTerm, Team), Error> {
        let term = store::terms::get(tx, id).await?;
        let team = match &term {
            Some(term) => store::teams::get(tx, term.team, moment.today).await?,
            None => None,
        };
        let team = admitted(caller, team, area_of, Error::LeaderTermNotFound(id))?;
        Ok((term.ok_or(Error::LeaderTermNotFound(id))?, team))
    }
}

/// Each mediator in force has one vote, and is named once; the minutes agree with the votes.
fn vote_faults(
    votes: &[LeaderVote],
    in_force: u32,
    form: ElectionForm,
    minutes: Option<&Minutes>,
) -> Result<(), Error> {
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (index, vote) in votes.iter().enumerate() {
        if !seen.insert(vote.mediator) {
            faults.push(FieldFault::new(format!("votes[{index}].mediator_id"), FaultText::DUPLICATE));
        }
    }
    let most = minutes.map_or(in_force, |minutes| minutes.most_votes(form, in_force).min(in_force));
    if votes.iter().map(|vote| u64::from(vote.votes)).sum::<u64>() > u64::from(most) {
        faults.push(FieldFault::new("votes", FaultText::TOO_MANY));
    }
    faults.extend(minutes.iter().flat_map(|one| one.leader_faults(form, in_force)).map(FieldFault::of_minutes));
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}
