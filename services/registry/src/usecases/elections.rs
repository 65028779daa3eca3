//! Elections of mediators (rules 8 to 12).

use hoagiai_store::{Position, Sealed, Tx};
use hoagiai_types::Id;

use super::{Change, Moment, PERSON, Registry, Standing};
use crate::{
    domain::{
        Ballot, Candidate, Election, ElectionForm, ElectionId, Mediator, MediatorState, Person, Team, TeamId,
        TeamState, Verdict, in_order,
    },
    error::{Error, FaultText, FieldFault},
    events, store,
};

impl Registry {
    /// Records an election with its result.
    pub(crate) async fn record_election(
        &self,
        change: &Change,
        team: TeamId,
        ballot: Ballot,
        candidates: Vec<Candidate>,
    ) -> Result<(Election, Vec<Option<Person>>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if let Some(election) = done {
            let election = whole_election(&mut tx, Id::from_uuid(election)).await?;
            let persons = Self::persons(&mut tx, &election.mediators).await?;
            return Ok((election, persons, tx.commit().await?.position));
        }
        ballot_faults(&ballot, &candidates)?;
        in_order("election_date", ballot.date, team.plan.issue_date, moment.today)?;
        let rules = self.rules(ballot.date);
        let planned = team.state == TeamState::Planned;
        let pending = if planned { 0 } else { store::mediators::count_pending(&mut tx, team.id).await? };
        let places = team.open_election(pending)?;
        ballot.admit(rules)?;
        Ballot::admit_candidates(&candidates)?;
        let votes: Vec<u32> = candidates.iter().map(|candidate| candidate.votes_for).collect();
        let (verdicts, outcome) = ballot.count(rules, places as usize, &votes);

        let mut election = Election { id: self.env.new_id(), team: team.id, ballot, outcome, mediators: Vec::new() };
        store::elections::insert(&mut tx, &election, moment.now).await?;
        for (index, (candidate, verdict)) in (0i32..).zip(candidates.iter().zip(verdicts)) {
            let id = self.env.new_id();
            let sealed = tx.seal(id.into(), PERSON, &events::person_bytes(&candidate.person)).await?;
            let mediator = standing(&team, &election, candidate, verdict, (id, index), sealed.to_bytes(), moment);
            let fact = events::candidacy_recorded(&mediator, &sealed, election.ballot.date);
            Self::tell(&mut tx, change, &mediator, fact).await?;
            election.mediators.push(mediator);
        }
        store::mediators::insert(&mut tx, &election.mediators, election.ballot.date).await?;
        let day = election.ballot.date;
        team.stand(rules, day);
        let facts = vec![events::election_recorded(&election)];
        self.write_team(
            &mut tx,
            change,
            &mut team,
            facts,
            if planned { Standing::Changed(day) } else { Standing::Same },
            moment,
        )
        .await?;
        let position = self.end(tx, change, election.id).await?;
        let persons = candidates.into_iter().map(|candidate| Some(candidate.person)).collect();
        Ok((election, persons, position))
    }

    /// Opens who a mediator is; none once the key was destroyed.
    pub(super) async fn person(tx: &mut Tx, mediator: &Mediator) -> Result<Option<Person>, Error> {
        let sealed = Sealed::from_bytes(&mediator.sealed_person)?;
        let opened = tx.unseal(PERSON, &sealed).await?;
        Ok(opened.and_then(|bytes| events::person_from(&bytes, mediator.statistics)))
    }

    /// Opens who mediators are, in the same order.
    pub(super) async fn persons(tx: &mut Tx, mediators: &[Mediator]) -> Result<Vec<Option<Person>>, Error> {
        let mut persons = Vec::with_capacity(mediators.len());
        for mediator in mediators {
            persons.push(Self::person(tx, mediator).await?);
        }
        Ok(persons)
    }
}

/// An election with its candidates.
pub(super) async fn whole_election(tx: &mut Tx, id: ElectionId) -> Result<Election, Error> {
    let mut election = store::elections::get(tx, id).await?.ok_or(Error::ElectionNotFound(id))?;
    election.mediators = store::mediators::of_election(tx, election.team, id).await?;
    Ok(election)
}

fn standing(
    team: &Team,
    election: &Election,
    candidate: &Candidate,
    verdict: Verdict,
    (id, index): (Id<Mediator>, i32),
    sealed_person: Vec<u8>,
    moment: Moment,
) -> Mediator {
    Mediator {
        id,
        team: team.id,
        area_unit: team.area_unit,
        commune: team.commune,
        province: team.province,
        election: election.id,
        index,
        state: MediatorState::of(verdict),
        votes_for: candidate.votes_for,
        nominated_by_front: candidate.nominated_by_front,
        statistics: candidate.person.statistics,
        sealed_person,
        list: None,
        recognition: None,
        cessation_date: None,
        cessation: None,
        cessation_decision: None,
        sealed_note: None,
        leader: false,
        revision: 1,
        created_at: moment.now,
        updated_at: moment.now,
    }
}

/// Numbers that contradict each other whatever the record says.
fn ballot_faults(ballot: &Ballot, candidates: &[Candidate]) -> Result<(), Error> {
    let mut faults = Vec::new();
    let meeting = ballot.form != ElectionForm::HouseholdBallot;
    if !meeting && ballot.attending > 0 {
        faults.push(FieldFault::new("attending_household_count", FaultText::ONLY_MEETINGS));
    }
    if ballot.attending > ballot.households {
        faults.push(FieldFault::new("attending_household_count", FaultText::TOO_MANY));
    }
    let voters = if meeting { ballot.attending } else { ballot.households };
    for (index, candidate) in candidates.iter().enumerate() {
        if candidate.votes_for > voters {
            faults.push(FieldFault::new(format!("candidates[{index}].votes_for"), FaultText::TOO_MANY));
        }
        if candidate.person.full_name.trim().is_empty() {
            faults.push(FieldFault::new(format!("candidates[{index}].person.full_name"), FaultText::REQUIRED));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}
