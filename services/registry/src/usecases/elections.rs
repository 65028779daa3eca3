//! Elections of mediators (rules 8 to 12), with what their minutes hold.

use std::collections::{HashMap, HashSet};

use hoagiai_identity::Caller;
use hoagiai_store::{KeySubject, Position, Sealed, StoreError, Tx};
use hoagiai_types::Id;

use super::{Change, MINUTES, Moment, PERSON, Registry, Standing, admitted, area_of, lookups::numbers, opened_minutes};
use crate::{
    domain::{
        Ballot, Candidacy, Candidate, Election, ElectionForm, ElectionId, Mediator, MediatorId, MediatorState, Minutes,
        Person, Standing as Stands, Team, TeamId, TeamState, Verdict, in_order,
    },
    error::{Error, FaultText, FieldFault},
    events::{self, procedures as facts},
    store::{self, AsOf},
};

/// An election as it is read: who stood, who they are, and what the minutes hold.
#[derive(Debug)]
pub(crate) struct Held {
    /// The election with the candidates' records.
    pub(crate) election: Election,
    /// Who they are.
    pub(crate) persons: Vec<Option<Person>>,
    /// What is kept beside.
    pub(crate) candidacies: Vec<Candidacy>,
    /// The minutes.
    pub(crate) minutes: Option<Minutes>,
}

impl Registry {
    /// Records an election with its result.
    pub(crate) async fn record_election(
        &self,
        change: &Change,
        team: TeamId,
        ballot: Ballot,
        candidates: Vec<Candidate>,
        minutes: Option<Minutes>,
    ) -> Result<(Election, Vec<Option<Person>>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if let Some(election) = done {
            let election = whole_election(&mut tx, Id::from_uuid(election)).await?;
            let persons = Self::persons(&mut tx, &election.mediators).await?;
            return Ok((election, persons, tx.commit().await?.position));
        }
        let told = candidates.iter().filter_map(Candidate::told);
        let mut tx = self.count_numbers(tx, change, (area_of(&team), moment), numbers(told)).await?;
        ballot_faults(&ballot, &candidates, minutes.as_ref())?;
        let previous = store::elections::latest_of_team(&mut tx, team.id).await?;
        let earliest = previous.as_ref().map_or(team.plan.issue_date, |election| election.ballot.date);
        in_order("election_date", ballot.date, earliest, moment.today)?;
        let rules = self.rules(ballot.date);
        let planned = team.state == TeamState::Planned;
        let pending = if planned { 0 } else { store::mediators::count_pending(&mut tx, team.id).await? };
        let places = team.open_election(pending)?;
        let has_mediators = team.mediators > 0;
        ballot.round.admit(previous.as_ref(), has_mediators)?;
        ballot.admit(rules)?;
        Ballot::admit_candidates(&candidates)?;
        let mut nominated = Self::nominated(&mut tx, team.id, &candidates, ballot.date).await?;
        let votes: Vec<u32> = candidates.iter().map(|candidate| candidate.votes_for).collect();
        let (verdicts, outcome) = ballot.count(rules, places as usize, &votes);

        let mut election = Election {
            id: self.env.new_id(),
            team: team.id,
            ballot,
            outcome,
            places: Some(places),
            previous: previous.map(|election| election.id),
            sealed_minutes: None,
            mediators: Vec::new(),
        };
        let sealed_minutes = match &minutes {
            Some(minutes) => Some(tx.seal(election.id.into(), MINUTES, &facts::minutes_bytes(minutes)).await?),
            None => None,
        };
        election.sealed_minutes = sealed_minutes.as_ref().map(Sealed::to_bytes);
        store::elections::insert(&mut tx, &election, moment.now).await?;
        let mut persons = Vec::with_capacity(candidates.len());
        let mut told = Told::default();
        let mut sealed_persons = self.seal_told(&mut tx, &candidates).await?.into_iter();
        for (index, (candidate, verdict)) in (0i32..).zip(candidates.into_iter().zip(verdicts)) {
            let (mediator, sealed) = match candidate.who {
                Stands::Nominated(id) => {
                    let mut mediator = nominated.remove(&id).ok_or(Error::MediatorNotFound(id))?;
                    mediator.stand((election.id, index), candidate.votes_for, verdict)?;
                    mediator.updated_at = moment.now;
                    store::mediators::stand(&mut tx, &mediator, election.ballot.date).await?;
                    if candidate.votes_against > 0 {
                        store::candidacies::vote(&mut tx, id, candidate.votes_against).await?;
                    }
                    persons.push(Self::person(&mut tx, &mediator).await?);
                    (mediator, None)
                }
                Stands::Told { person, nominated_by_front, .. } => {
                    let sealed = sealed_persons.next().ok_or(StoreError::Misuse("a candidate was not sealed"))?;
                    let id = Id::from_uuid(sealed.subject);
                    let stood = (verdict, candidate.votes_for, nominated_by_front);
                    let mediator = standing(&team, &election, &person, stood, (id, index), sealed.to_bytes(), moment);
                    told.add(&mediator, candidate.votes_against);
                    persons.push(Some(person));
                    (mediator, Some(sealed))
                }
            };
            let on = election.ballot.date;
            let fact = events::candidacy_recorded(&mediator, candidate.votes_against, sealed.as_ref(), on);
            Self::tell(&mut tx, change, &mediator, fact).await?;
            election.mediators.push(mediator);
        }
        if !told.mediators.is_empty() {
            store::mediators::insert(&mut tx, &told.mediators, election.ballot.date).await?;
        }
        store::candidacies::insert(&mut tx, &told.candidacies).await?;
        for (mediator, person) in election.mediators.iter().zip(&persons) {
            if let Some(person) = person {
                Self::keep_identity(&mut tx, mediator.id, person, moment).await?;
            }
        }
        let day = election.ballot.date;
        team.stand(rules, day);
        let facts = vec![events::election_recorded(&election, sealed_minutes.as_ref())];
        let standing = if planned { Standing::Changed(day) } else { Standing::Same };
        self.write_team(&mut tx, change, &mut team, facts, standing, moment).await?;
        let position = self.end(tx, change, election.id).await?;
        Ok((election, persons, position))
    }

    /// New records of those of whom only the minutes tell: who they are, sealed under their ids, in their order.
    async fn seal_told(&self, tx: &mut Tx, candidates: &[Candidate]) -> Result<Vec<Sealed>, Error> {
        let told = candidates.iter().filter_map(|candidate| match &candidate.who {
            Stands::Told { person, .. } => Some((self.env.new_id::<Mediator>().into(), events::person_bytes(person))),
            Stands::Nominated(_) => None,
        });
        let told: Vec<(KeySubject, Vec<u8>)> = told.collect();
        Ok(tx.seal_many(PERSON, &told).await?)
    }

    /// Those of the candidates who were nominated before, not after the election.
    async fn nominated(
        tx: &mut Tx,
        team: TeamId,
        candidates: &[Candidate],
        day: hoagiai_types::Date,
    ) -> Result<HashMap<MediatorId, Mediator>, Error> {
        let asked: Vec<MediatorId> = candidates
            .iter()
            .filter_map(|candidate| match candidate.who {
                Stands::Nominated(id) => Some(id),
                Stands::Told { .. } => None,
            })
            .collect();
        if asked.is_empty() {
            return Ok(HashMap::new());
        }
        let known = store::mediators::of_team_among(tx, team, &asked).await?;
        for candidacy in store::candidacies::among(tx, &asked).await? {
            let nominated = candidacy.nominate_date.unwrap_or(day);
            in_order("election_date", day, nominated, day.max(nominated))?;
        }
        Ok(known.into_iter().map(|mediator| (mediator.id, mediator)).collect())
    }

    /// An election with its candidates and what its minutes hold.
    pub(crate) async fn get_election(&self, caller: &Caller, id: ElectionId, at: Option<AsOf>) -> Result<Held, Error> {
        let moment = self.moment();
        let mut tx = self.db.read().await?;
        let found = store::elections::get(&mut tx, id).await?;
        let team = match &found {
            Some((election, _)) => store::teams::get(&mut tx, election.team, moment.today).await?,
            None => None,
        };
        admitted(caller, team, area_of, Error::ElectionNotFound(id))?;
        let (election, recorded) = found.ok_or(Error::ElectionNotFound(id))?;
        // An election is recorded once and whole: it is there from its day and its instant on.
        let there = at.is_none_or(|at| election.ballot.date <= at.day && recorded <= at.known);
        let mut election = Some(election).filter(|_| there).ok_or(Error::ElectionNotFound(id))?;
        election.mediators = Self::of_election(&mut tx, id, at).await?;
        let candidacies = store::candidacies::of_election(&mut tx, id).await?;
        let persons = Self::persons(&mut tx, &election.mediators).await?;
        let minutes = opened_minutes(&mut tx, election.sealed_minutes.as_deref()).await?;
        Ok(Held { election, persons, candidacies, minutes })
    }

    /// The candidates of an election, on the day that is asked about.
    pub(super) async fn of_election(tx: &mut Tx, id: ElectionId, at: Option<AsOf>) -> Result<Vec<Mediator>, Error> {
        Ok(match at {
            None => store::mediators::of_election(tx, id).await?,
            Some(at) => store::mediator_versions::of_election(tx, id, at).await?,
        })
    }

    /// Opens who a mediator is; none once the key was destroyed.
    pub(super) async fn person(tx: &mut Tx, mediator: &Mediator) -> Result<Option<Person>, Error> {
        let sealed = Sealed::from_bytes(&mediator.sealed_person)?;
        let opened = tx.unseal(PERSON, &sealed).await?;
        Ok(opened.and_then(|bytes| events::person_from(&bytes, mediator.statistics)))
    }

    /// Opens who mediators are, in the same order.
    pub(super) async fn persons(tx: &mut Tx, mediators: &[Mediator]) -> Result<Vec<Option<Person>>, Error> {
        let subjects: Vec<KeySubject> = mediators.iter().map(|mediator| mediator.id.into()).collect();
        tx.open_keys(&subjects).await?;
        let mut persons = Vec::with_capacity(mediators.len());
        for mediator in mediators {
            persons.push(Self::person(tx, mediator).await?);
        }
        Ok(persons)
    }
}

/// An election with its candidates.
pub(super) async fn whole_election(tx: &mut Tx, id: ElectionId) -> Result<Election, Error> {
    let (mut election, _) = store::elections::get(tx, id).await?.ok_or(Error::ElectionNotFound(id))?;
    election.mediators = store::mediators::of_election(tx, id).await?;
    Ok(election)
}

/// Candidates of whom only the minutes tell: new records.
#[derive(Default)]
struct Told {
    mediators: Vec<Mediator>,
    candidacies: Vec<Candidacy>,
}

impl Told {
    fn add(&mut self, mediator: &Mediator, votes_against: u32) {
        self.mediators.push(mediator.clone());
        if votes_against > 0 {
            let mediator = mediator.id;
            let (nomination, nominate_date, organization, consent_date) = (None, None, String::new(), None);
            let one = Candidacy { mediator, nomination, nominate_date, organization, consent_date, votes_against };
            self.candidacies.push(one);
        }
    }
}

fn standing(
    team: &Team,
    election: &Election,
    person: &Person,
    (verdict, votes_for, nominated_by_front): (Verdict, u32, bool),
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
        votes_for,
        nominated_by_front,
        statistics: person.statistics,
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
fn ballot_faults(ballot: &Ballot, candidates: &[Candidate], minutes: Option<&Minutes>) -> Result<(), Error> {
    let mut faults = Vec::new();
    let meeting = ballot.form != ElectionForm::HouseholdBallot;
    if !meeting && ballot.attending > 0 {
        faults.push(FieldFault::new("attending_household_count", FaultText::ONLY_MEETINGS));
    }
    if ballot.attending > ballot.households {
        faults.push(FieldFault::new("attending_household_count", FaultText::TOO_MANY));
    }
    let voters = if meeting { ballot.attending } else { ballot.households };
    let most = minutes.map_or(voters, |minutes| minutes.most_votes(ballot.form, voters).min(voters));
    let mut seen = HashSet::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let field = |name: &str| format!("candidates[{index}].{name}");
        if candidate.votes_for > most {
            faults.push(FieldFault::new(field("votes_for"), FaultText::TOO_MANY));
        } else if candidate.votes_for.saturating_add(candidate.votes_against) > most {
            faults.push(FieldFault::new(field("votes_against"), FaultText::TOO_MANY));
        }
        match &candidate.who {
            Stands::Nominated(id) if !seen.insert(*id) => {
                faults.push(FieldFault::new(field("mediator_id"), FaultText::DUPLICATE));
            }
            Stands::Told { person, .. } if person.full_name.is_empty() => {
                faults.push(FieldFault::new(field("person.full_name"), FaultText::REQUIRED));
            }
            _ => {}
        }
    }
    faults.extend(minutes.iter().flat_map(|minutes| minutes.faults(ballot)).map(FieldFault::of_minutes));
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}
