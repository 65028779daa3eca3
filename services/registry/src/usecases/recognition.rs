//! Lists before the chairman and his decisions on them (rules 13 to 15).

use std::collections::{HashMap, HashSet};

use hoagiai_identity::Caller;
use hoagiai_store::{Position, Tx};
use hoagiai_types::{Date, Etag, Id};

use super::{AsOf, Change, Moment, RETURN, Registry, Standing, admit_etag, admitted, area_of, opened};
use crate::{
    domain::{
        DeadlineStep, Decision, ElectionId, ListId, Mediator, MediatorId, MinutesForm, RecognitionList, Refusal, Team,
        TeamId,
    },
    error::{Error, FaultText, FieldFault},
    events::{self, procedures as facts},
    store,
};

/// A list decided, and the team as it now stands.
#[derive(Debug)]
pub(crate) struct Decided {
    /// The list.
    pub(crate) list: RecognitionList,
    /// The team.
    pub(crate) team: Team,
    /// Position in the journal.
    pub(crate) position: Position,
}

impl Registry {
    /// Puts elected persons before the chairman (rule 13) and starts his days (rule 14).
    pub(crate) async fn submit_list(
        &self,
        change: &Change,
        team: TeamId,
        election: ElectionId,
        mediators: Vec<MediatorId>,
        (receive_date, minutes): (Date, Option<MinutesForm>),
    ) -> Result<(RecognitionList, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if let Some(list) = done {
            let list = whole_list(&mut tx, Id::from_uuid(list)).await?;
            return Ok((list, tx.commit().await?.position));
        }
        team.expect_alive()?;
        let absent = || Error::ElectionNotFound(election);
        let of_team = store::elections::get(&mut tx, election).await?.map(|(found, _)| found);
        let of_team = of_team.filter(|found| found.team == team.id).ok_or_else(absent)?;
        let rules = self.rules(receive_date);
        let at = (moment.today, moment.now);
        let law = (rules, self.calendar);
        let mut list = RecognitionList::submit(self.env.new_id(), &of_team, minutes, receive_date, law, at)?;
        list.previous = store::lists::latest_returned(&mut tx, team.id, election).await?;

        let candidates = store::mediators::of_election(&mut tx, election).await?;
        let candidates = candidates.into_iter().filter(|mediator| mediator.team == team.id);
        let mut candidates: HashMap<MediatorId, _> = candidates.map(|mediator| (mediator.id, mediator)).collect();
        let mut submitted = Vec::with_capacity(mediators.len());
        for id in mediators {
            let mut mediator = candidates.remove(&id).ok_or(Refusal::NotElected { mediator: id })?;
            mediator.submit(list.id, election)?;
            let fact = events::mediator_submitted(&mediator, list.id, receive_date);
            Self::tell(&mut tx, change, &mediator, fact).await?;
            list.mediators.push(id);
            mediator.updated_at = moment.now;
            submitted.push(mediator);
        }
        store::lists::insert(&mut tx, &list).await?;
        store::mediators::submit(&mut tx, list.id, &submitted, receive_date, moment.now).await?;
        let (step, days) = (DeadlineStep::RecognitionDecision, (list.receive_date, list.due_date));
        store::deadlines::begin(&mut tx, &team, list.id.uuid(), step, days, None, moment.now).await?;
        let facts = vec![events::recognition_list_submitted(&list)];
        self.write_team(&mut tx, change, &mut team, facts, Standing::Same, moment).await?;
        let position = self.end(tx, change, list.id).await?;
        Ok((list, position))
    }

    /// The chairman's decision: recognised are all on the list but the refused (rules 6, 13, 15).
    pub(crate) async fn decide_recognition(
        &self,
        change: &Change,
        list: ListId,
        decision: Decision,
        refusals: Vec<(MediatorId, String)>,
        etag: Option<Etag>,
    ) -> Result<Decided, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mut list, mut team, mut mediators) = Self::list_with_team(&mut tx, &change.caller, list, moment).await?;
        if done.is_some() {
            return Ok(Decided { list, team, position: tx.commit().await?.position });
        }
        admit_etag(list.revision, etag)?;
        refusal_faults(&refusals, &list)?;
        list.decide(decision.clone(), moment.today)?;

        let day = decision.issue_date;
        let refusals: HashMap<MediatorId, String> = refusals.into_iter().collect();
        let mut recognized = Vec::new();
        for mediator in &mut mediators {
            let refusal = refusals.get(&mediator.id);
            mediator.decide(&decision, refusal.is_none())?;
            mediator.updated_at = moment.now;
            let fact = match refusal {
                None => {
                    recognized.push(mediator.statistics);
                    events::mediator_recognized(mediator, &decision)
                }
                Some(reason) => {
                    let sealed = Self::seal_note(&mut tx, mediator.id, reason).await?;
                    mediator.sealed_note = Some(sealed.to_bytes());
                    store::mediators::update(&mut tx, mediator, day).await?;
                    events::mediator_rejected(mediator, Some(&sealed), day)
                }
            };
            Self::tell(&mut tx, change, mediator, fact).await?;
        }
        team.admit(&recognized)?;
        team.stand(self.rules(day), day);
        store::lists::decide(&mut tx, &list, moment.now).await?;
        store::deadlines::meet(&mut tx, list.id.uuid(), DeadlineStep::RecognitionDecision, day, moment.now).await?;
        let of_list = (team.id, list.id);
        let in_force: Vec<&Mediator> = mediators.iter().filter(|mediator| mediator.state.in_force()).collect();
        store::mediators::recognize_list(&mut tx, of_list, &decision, &in_force, moment.now).await?;
        let refused: Vec<MediatorId> = refusals.keys().copied().collect();
        let facts = vec![events::recognition_decided(&list, &refused, day)];
        self.write_team(&mut tx, change, &mut team, facts, Standing::Changed(day), moment).await?;
        let position = self.end(tx, change, list.id).await?;
        Ok(Decided { list, team, position })
    }

    /// Sends a list back as incomplete; its persons are elected, or tied, as before (§14.1).
    pub(crate) async fn return_list(
        &self,
        change: &Change,
        list: ListId,
        day: Date,
        reason: &str,
        etag: Option<Etag>,
    ) -> Result<(RecognitionList, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mut list, mut team, _) = Self::list_with_team(&mut tx, &change.caller, list, moment).await?;
        if done.is_some() {
            return Ok((list, tx.commit().await?.position));
        }
        admit_etag(list.revision, etag)?;
        if reason.trim().is_empty() {
            return Err(Error::field("reason", FaultText::REQUIRED));
        }
        list.send_back(day, moment.today)?;
        let election = super::elections::whole_election(&mut tx, list.election).await?;
        for mediator in election.mediators.iter().filter(|mediator| mediator.list == Some(list.id)) {
            let mut mediator = mediator.clone();
            mediator.send_back(election.was_tied(&mediator))?;
            mediator.updated_at = moment.now;
            store::mediators::update(&mut tx, &mediator, day).await?;
            let fact = facts::mediator_returned(&mediator, list.id, day);
            Self::tell(&mut tx, change, &mediator, fact).await?;
        }
        let sealed = tx.seal(list.id.into(), RETURN, reason.as_bytes()).await?;
        list.sealed_note = Some(sealed.to_bytes());
        store::lists::send_back(&mut tx, &list, moment.now).await?;
        store::deadlines::close(&mut tx, list.id.uuid(), day, moment.now).await?;
        let told = vec![facts::recognition_list_returned(&list, &sealed, day)];
        self.write_team(&mut tx, change, &mut team, told, Standing::Same, moment).await?;
        let position = self.end(tx, change, list.id).await?;
        Ok((list, position))
    }

    /// A list, and why it was sent back.
    pub(crate) async fn get_list(
        &self,
        caller: &Caller,
        id: ListId,
        at: Option<AsOf>,
    ) -> Result<(RecognitionList, String), Error> {
        let moment = self.moment();
        let mut tx = self.db.read().await?;
        let (mut list, ..) = Self::list_with_team(&mut tx, caller, id, moment).await?;
        if at.is_some() {
            let then = store::lists::known(&mut tx, id, AsOf::known(at)).await?;
            list = store::on_day(then, at).ok_or(Error::ListNotFound(id))?;
            let people = Self::of_election(&mut tx, list.election, at).await?;
            let on_list = people.iter().filter(|mediator| mediator.list == Some(id));
            list.mediators = on_list.map(|mediator| mediator.id).collect();
        }
        let reason = opened(&mut tx, RETURN, list.sealed_note.as_deref()).await?;
        Ok((list, reason))
    }

    /// A list with the persons on it, and its team.
    async fn list_with_team(
        tx: &mut Tx,
        caller: &Caller,
        id: ListId,
        moment: Moment,
    ) -> Result<(RecognitionList, Team, Vec<Mediator>), Error> {
        let found = store::lists::get(tx, id).await?;
        let team = match &found {
            Some(list) => store::teams::get(tx, list.team, moment.today).await?,
            None => None,
        };
        let team = admitted(caller, team, area_of, Error::ListNotFound(id))?;
        let mut list = found.ok_or(Error::ListNotFound(id))?;
        let mediators = store::mediators::of_list(tx, list.election, id).await?;
        list.mediators = mediators.iter().map(|mediator| mediator.id).collect();
        Ok((list, team, mediators))
    }
}

async fn whole_list(tx: &mut Tx, id: ListId) -> Result<RecognitionList, Error> {
    let mut list = store::lists::get(tx, id).await?.ok_or(Error::ListNotFound(id))?;
    let mediators = store::mediators::of_list(tx, list.election, id).await?;
    list.mediators = mediators.into_iter().map(|mediator| mediator.id).collect();
    Ok(list)
}

fn refusal_faults(refusals: &[(MediatorId, String)], list: &RecognitionList) -> Result<(), Error> {
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (index, (mediator, _)) in refusals.iter().enumerate() {
        let field = format!("refusals[{index}].mediator_id");
        if !list.mediators.contains(mediator) {
            faults.push(FieldFault::new(field, FaultText::NOT_ON_LIST));
        } else if !seen.insert(*mediator) {
            faults.push(FieldFault::new(field, FaultText::DUPLICATE));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}
