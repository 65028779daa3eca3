//! Nominations before an election (rule 8), candidates who withdraw, and absences of mediators.

use std::collections::HashMap;

use hoagiai_store::Position;
use hoagiai_types::{Date, Etag, Id, Timestamp, Uuid};

use super::{
    AsOf, Change, Moment, NOTE, PERSON, Registry, Standing, admit_etag, admitted, area_of, areas::area_of_mediator,
    lookups::numbers,
};
use crate::{
    domain::{
        Absence, Candidacy, Mediator, MediatorId, MediatorState, Nomination, Person, Refusal, Team, TeamId, in_order,
    },
    error::{Error, FaultText, FieldFault},
    events::{self, procedures as facts},
    store,
};

/// A mediator after a change, and who it is.
pub(crate) type Changed = (Mediator, Option<Person>, Position);

impl Registry {
    /// Puts persons forward for the next election of a team; every fault of every candidate is told at once.
    pub(crate) async fn nominate(
        &self,
        change: &Change,
        team: TeamId,
        day: Date,
        nominations: Vec<Nomination>,
    ) -> Result<(Vec<(Mediator, Option<Person>)>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if let Some(nomination) = done {
            let all = store::mediators::of_nomination(&mut tx, nomination).await?;
            let persons = Self::persons(&mut tx, &all).await?;
            return Ok((all.into_iter().zip(persons).collect(), tx.commit().await?.position));
        }
        let persons = nominations.iter().map(|one| &one.person);
        let mut tx = self.count_numbers(tx, change, (area_of(&team), moment), numbers(persons)).await?;
        team.expect_alive()?;
        in_order("nominate_date", day, team.plan.issue_date, moment.today)?;
        name_faults(&nominations)?;
        let lacks: Vec<_> = nominations.iter().map(|one| one.lacks(day)).collect();
        Refusal::of_candidates("nominations", lacks.iter().map(Vec::as_slice))?;

        let nomination: Id<Nomination> = self.env.new_id();
        let mut mediators = Vec::with_capacity(nominations.len());
        let mut candidacies = Vec::with_capacity(nominations.len());
        for (index, one) in (0i32..).zip(&nominations) {
            let id: MediatorId = self.env.new_id();
            let sealed = tx.seal(id.into(), PERSON, &events::person_bytes(&one.person)).await?;
            let mut mediator = nominated(&team, one, (id, index), sealed.to_bytes());
            (mediator.created_at, mediator.updated_at) = (moment.now, moment.now);
            let candidacy = Candidacy {
                mediator: id,
                nomination: Some((nomination.uuid(), index)),
                nominate_date: Some(day),
                organization: one.organization.clone(),
                consent_date: one.consent,
                votes_against: 0,
            };
            let fact = facts::candidate_nominated(&mediator, &candidacy, &sealed, day);
            Self::tell(&mut tx, change, &mediator, fact).await?;
            mediators.push(mediator);
            candidacies.push(candidacy);
        }
        store::mediators::insert(&mut tx, &mediators, day).await?;
        store::candidacies::insert(&mut tx, &candidacies).await?;
        for (mediator, one) in mediators.iter().zip(&nominations) {
            Self::keep_identity(&mut tx, mediator.id, &one.person, moment).await?;
        }
        // Nothing of the team changes, but two changes of it at once follow each other.
        self.write_team(&mut tx, change, &mut team, Vec::new(), Standing::Same, moment).await?;
        let position = self.end(tx, change, nomination).await?;
        let persons = nominations.into_iter().map(|one| Some(one.person));
        Ok((mediators.into_iter().zip(persons).collect(), position))
    }

    /// Takes a candidate off before the vote.
    pub(crate) async fn withdraw_candidate(
        &self,
        change: &Change,
        id: MediatorId,
        day: Date,
        etag: Option<Etag>,
    ) -> Result<Changed, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let found = store::mediators::get(&mut tx, id).await?;
        let mut mediator = admitted(&change.caller, found, area_of_mediator, Error::MediatorNotFound(id))?;
        let person = Self::person(&mut tx, &mediator).await?;
        if done.is_some() {
            return Ok((mediator, person, tx.commit().await?.position));
        }
        admit_etag(mediator.revision, etag)?;
        mediator.withdraw()?;
        let nominated = store::candidacies::get(&mut tx, id).await?.and_then(|one| one.nominate_date);
        in_order("withdraw_date", day, nominated.unwrap_or(day), moment.today)?;
        mediator.updated_at = moment.now;
        store::mediators::update(&mut tx, &mediator, day).await?;
        let fact = facts::candidate_withdrawn(&mediator, day);
        Self::tell(&mut tx, change, &mediator, fact).await?;
        let position = self.end(tx, change, id).await?;
        Ok((mediator, person, position))
    }

    /// Marks when a mediator takes no cases, or takes them again; the revision moves, nothing of the law does.
    pub(crate) async fn set_availability(
        &self,
        change: &Change,
        id: MediatorId,
        available: bool,
        (from, to): (Date, Option<Date>),
        reason: &str,
        etag: Option<Etag>,
    ) -> Result<(Mediator, Option<Person>, Option<Absence>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let found = store::mediators::get(&mut tx, id).await?;
        let mut mediator = admitted(&change.caller, found, area_of_mediator, Error::MediatorNotFound(id))?;
        let person = Self::person(&mut tx, &mediator).await?;
        if done.is_some() {
            let absence = store::candidacies::absences(&mut tx, &[id], None).await?.remove(&id);
            return Ok((mediator, person, absence, tx.commit().await?.position));
        }
        admit_etag(mediator.revision, etag)?;
        absence_faults(available, from, to)?;
        mediator.expect_in_force()?;
        let sealed =
            if reason.trim().is_empty() { None } else { Some(tx.seal(id.into(), NOTE, reason.as_bytes()).await?) };
        let sealed_reason = sealed.as_ref().map(|sealed| sealed.to_bytes());
        let absence = Absence { mediator: id, from, to, sealed_reason };
        if available {
            Self::end_absence(&mut tx, &absence, moment).await?;
        } else {
            store::candidacies::put_absence(&mut tx, &absence, moment.now).await?;
        }
        mediator.revision += 1;
        mediator.updated_at = moment.now;
        store::mediators::update(&mut tx, &mediator, moment.today).await?;
        let fact = facts::availability_set(&mediator, &absence, available, sealed.as_ref());
        Self::tell(&mut tx, change, &mediator, fact).await?;
        let absence = store::candidacies::absences(&mut tx, &[id], None).await?.remove(&id);
        let position = self.end(tx, change, id).await?;
        Ok((mediator, person, absence, position))
    }

    /// The absences of mediators whom the caller has just been shown. An absence is a notice and replaces the one before:
    /// of a day that is past, the one that was known by its end.
    pub(crate) async fn absences(
        &self,
        mediators: &[MediatorId],
        at: Option<AsOf>,
    ) -> Result<HashMap<MediatorId, Absence>, Error> {
        let end_of = |day: Date| Timestamp::start_of_day_in_vietnam(day.plus_days(1));
        let known = at.map(|at| at.known.min(end_of(at.day)));
        let mut tx = self.db.read().await?;
        Ok(store::candidacies::absences(&mut tx, mediators, known).await?)
    }

    /// Available from a day on: an absence that began before ends on the eve, one that had not begun goes.
    async fn end_absence(tx: &mut hoagiai_store::Tx, back: &Absence, moment: Moment) -> Result<(), Error> {
        let known = store::candidacies::absences(tx, &[back.mediator], None).await?.remove(&back.mediator);
        match known.filter(|known| known.from < back.from) {
            Some(known) => {
                let eve = back.from.plus_days(-1);
                let to = Some(known.to.map_or(eve, |to| to.min(eve)));
                store::candidacies::put_absence(tx, &Absence { to, ..known }, moment.now).await?;
            }
            None => store::candidacies::clear_absence(tx, back.mediator, moment.now).await?,
        }
        Ok(())
    }
}

/// What the fields show alone.
fn name_faults(nominations: &[Nomination]) -> Result<(), Error> {
    let blank = |(index, one): (usize, &Nomination)| {
        let field = || FieldFault::new(format!("nominations[{index}].person.full_name"), FaultText::REQUIRED);
        one.person.full_name.is_empty().then(field)
    };
    let faults: Vec<FieldFault> = nominations.iter().enumerate().filter_map(blank).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}

fn absence_faults(available: bool, from: Date, to: Option<Date>) -> Result<(), Error> {
    match to {
        Some(_) if available => Err(Error::field("to_date", FaultText::NOT_HERE)),
        Some(to) if to < from => Err(Error::field("to_date", FaultText::BEFORE_FROM)),
        _ => Ok(()),
    }
}

fn nominated(team: &Team, one: &Nomination, (id, index): (MediatorId, i32), sealed_person: Vec<u8>) -> Mediator {
    Mediator {
        id,
        team: team.id,
        area_unit: team.area_unit,
        commune: team.commune,
        province: team.province,
        election: Id::from_uuid(Uuid::nil()),
        index,
        state: MediatorState::Nominated,
        votes_for: 0,
        nominated_by_front: one.by_front,
        statistics: one.person.statistics,
        sealed_person,
        list: None,
        recognition: None,
        cessation_date: None,
        cessation: None,
        cessation_decision: None,
        sealed_note: None,
        leader: false,
        revision: 1,
        created_at: Default::default(),
        updated_at: Default::default(),
    }
}
