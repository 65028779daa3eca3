//! Rosters of mediators.

use std::collections::BTreeMap;

use hoagiai_store::{KeySubject, NewEvent, Sealed, Stream, Tx};
use hoagiai_types::{Date, Id};

use super::{
    super::{Change, Moment, PERSON, Registry, Standing},
    Judged, RosterDone, RosterIn,
    teams::next,
};
use crate::{
    domain::{
        Corrected, Enrolled, FIRST_DAY, InTime, KnownPerson, LAST_DAY, LeaderTerm, LeaderTermState, Led, Mediator,
        MediatorLine, MediatorState, MediatorsPlan, RosterImportId, RosterKind, Statistics, Team, UnitId, amend,
        plan_mediator_lines,
    },
    error::Error,
    events,
    store::{self, mediator_versions},
};

/// Mediators of one statement.
const CHUNK: usize = 300;

/// What changes in a team on one day.
#[derive(Default)]
struct Day {
    joined: Vec<Statistics>,
    recounted: Vec<(Statistics, Statistics)>,
    leader: Option<Led>,
}

type Days = BTreeMap<usize, BTreeMap<Date, Day>>;

impl Registry {
    /// Imports mediators into teams that are there.
    pub(crate) async fn import_mediators(
        &self,
        change: &Change,
        roster: &RosterIn<MediatorLine>,
    ) -> Result<RosterDone, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin_much(change).await?;
        let unit = Self::unit_of_roster(&mut tx, change, roster.unit, moment.today).await?;
        if let Some(import) = done {
            return Self::repeated_roster(tx, import).await;
        }
        let places = roster.lines.iter().map(|line| &line.place);
        let (ground, communes) = Self::ground(&mut tx, &unit, places, moment.today).await?;
        let teams = Self::teams_of_communes(&mut tx, &communes, moment.today).await?;
        let known = Self::known_people(&mut tx, &communes).await?;
        let import = roster.decision.as_ref();
        let mut plan = plan_mediator_lines(&roster.lines, &ground, &teams, known, import, || self.env.new_id());

        let judged = Judged { outcomes: std::mem::take(&mut plan.outcomes), faults: std::mem::take(&mut plan.faults) };
        let days = days(&plan);
        let after = self.teams_after(&teams, &days);
        let done = self.judged(roster, judged, after.iter().filter(|team| team.deviates()).count());
        if roster.validate_only || done.refused {
            return Ok(done);
        }
        let import: RosterImportId = self.env.new_id();
        Self::enroll(&mut tx, change, (import, moment), &teams, plan.enrolled).await?;
        Self::correct(&mut tx, change, (import, moment), plan.corrected).await?;
        self.write_days(&mut tx, change, teams, days, moment).await?;
        self.finish_roster(tx, change, (import, RosterKind::Mediators), roster, done, moment).await
    }

    /// Everybody of the communes with who they are.
    async fn known_people(tx: &mut Tx, communes: &[UnitId]) -> Result<Vec<KnownPerson>, Error> {
        let mut known = Vec::new();
        for commune in communes {
            let mediators = store::rosters::people_of_commune(tx, *commune).await?;
            let sealed = mediators.iter().map(|one| Sealed::from_bytes(&one.sealed_person));
            let opened = tx.unseal_many(PERSON, &sealed.collect::<Result<Vec<_>, _>>()?).await?;
            for (mediator, bytes) in mediators.into_iter().zip(opened) {
                let person = bytes.and_then(|bytes| events::person_from(&bytes, mediator.statistics));
                known.push(KnownPerson { mediator, person });
            }
        }
        Ok(known)
    }

    /// The teams that change, as they will be.
    fn teams_after(&self, teams: &[Team], days: &Days) -> Vec<Team> {
        let mut after = Vec::with_capacity(days.len());
        for (index, of_team) in days {
            let Some(team) = teams.get(*index) else { continue };
            let mut team = team.clone();
            for (day, changes) in of_team {
                self.apply(&mut team, *day, changes);
            }
            after.push(team);
        }
        after
    }

    fn apply(&self, team: &mut Team, day: Date, changes: &Day) {
        team.enroll(changes.joined.iter().copied());
        for (before, now) in &changes.recounted {
            team.recount(Some(before), Some(now));
        }
        if let Some(led) = &changes.leader {
            // Rule 23: an acting leader gives way.
            (team.leader, team.acting_leader) = (Some(led.mediator), None);
        }
        team.stand(self.rules(day), day);
    }

    async fn enroll(
        tx: &mut Tx,
        change: &Change,
        (import, moment): (RosterImportId, Moment),
        teams: &[Team],
        mut enrolled: Vec<Enrolled>,
    ) -> Result<(), Error> {
        // Those of one day go together, because a statement begins the history of one day.
        enrolled.sort_by_key(|one| one.decision.issue_date);
        let mut rest = enrolled.as_slice();
        while let Some(first) = rest.first() {
            let day = first.decision.issue_date;
            let same = rest.iter().take(CHUNK).take_while(|one| one.decision.issue_date == day).count();
            let (chunk, later) = rest.split_at(same);
            rest = later;
            let contents: Vec<(KeySubject, Vec<u8>)> =
                chunk.iter().map(|one| (one.id.into(), events::person_bytes(&one.person))).collect();
            let sealed = tx.seal_many(PERSON, &contents).await?;
            let mut mediators = Vec::with_capacity(chunk.len());
            for (one, sealed) in chunk.iter().zip(&sealed) {
                let Some(team) = teams.get(one.team) else { continue };
                let mediator = recorded(one, team, sealed, moment);
                let facts = [
                    events::mediator_imported(&mediator, import, &one.decision, sealed),
                    events::mediator_recognized(&mediator, &one.decision),
                ];
                tx.append(Stream::new("mediator", mediator.id), 0, &change.origin, &facts).await?;
                mediators.push(mediator);
            }
            store::mediators::insert(tx, &mediators, day).await?;
        }
        Ok(())
    }

    async fn correct(
        tx: &mut Tx,
        change: &Change,
        (import, moment): (RosterImportId, Moment),
        corrected: Vec<Corrected>,
    ) -> Result<(), Error> {
        for Corrected { mut mediator, person, .. } in corrected {
            let sealed = tx.seal(mediator.id.into(), PERSON, &events::person_bytes(&person)).await?;
            let before = mediator.clone();
            mediator.statistics = person.statistics;
            mediator.sealed_person = sealed.to_bytes();
            mediator.revision += 1;
            mediator.updated_at = moment.now;
            store::mediators::write(tx, &mediator).await?;
            let was = mediator.recognition_date();
            let since = was.unwrap_or(moment.today);
            let fact = events::mediator_corrected(&mediator, was, events::CorrectionGround::Roster(import), since);
            Self::tell(tx, change, &mediator, fact).await?;
            // It was so on every day: what was recorded otherwise was wrong, and stays known as such.
            let wrong = mediator_versions::supersede(tx, &[mediator.id], FIRST_DAY, moment.now).await?;
            let right = amend(wrong, (FIRST_DAY, LAST_DAY), |span| span.facts.carried(&before, &mediator));
            mediator_versions::insert(tx, &right, moment.now).await?;
        }
        Ok(())
    }

    /// Writes the teams day by day, so that their numbers are right on every day.
    async fn write_days(
        &self,
        tx: &mut Tx,
        change: &Change,
        mut teams: Vec<Team>,
        days: Days,
        moment: Moment,
    ) -> Result<(), Error> {
        for (index, of_team) in days {
            let Some(team) = teams.get_mut(index) else { continue };
            let mut moment = moment;
            for (day, changes) in of_team {
                let mut facts: Vec<NewEvent> = Vec::new();
                if changes.leader.is_some() {
                    facts = self.end_acting(tx, team, |_| true, day).await?;
                }
                self.apply(team, day, &changes);
                if let Some(led) = &changes.leader {
                    let term = self.term_of(team, led, moment);
                    store::terms::insert(tx, &term).await?;
                    store::terms::update(tx, &LeaderTerm { revision: 2, ..term.clone() }, moment.now).await?;
                    facts.push(events::leader_decided(&LeaderTerm { revision: 2, ..term }, day));
                }
                self.write_team(tx, change, team, facts, Standing::Changed(day), moment).await?;
                moment.now = next(moment.now);
            }
        }
        Ok(())
    }

    /// A term that began by a decision on paper: votes and submissions are not known, and no day of theirs runs.
    fn term_of(&self, team: &Team, led: &Led, moment: Moment) -> LeaderTerm {
        let day = led.decision.issue_date;
        LeaderTerm {
            id: self.env.new_id(),
            team: team.id,
            mediator: led.mediator,
            state: LeaderTermState::Recognized,
            form: None,
            election_date: day,
            submit_due_date: day,
            received: None,
            decision: Some(led.decision.clone()),
            ended: None,
            sealed_minutes: None,
            sealed_note: None,
            revision: 1,
            created_at: moment.now,
        }
    }
}

/// The record of a mediator in force by a decision on paper.
fn recorded(one: &Enrolled, team: &Team, sealed: &Sealed, moment: Moment) -> Mediator {
    Mediator {
        id: one.id,
        team: team.id,
        area_unit: team.area_unit,
        commune: team.commune,
        province: team.province,
        // No election of this system.
        election: Id::from_uuid(hoagiai_types::Uuid::nil()),
        index: 0,
        state: MediatorState::Recognized,
        votes_for: 0,
        nominated_by_front: false,
        statistics: one.person.statistics,
        sealed_person: sealed.to_bytes(),
        list: None,
        recognition: Some(one.decision.clone()),
        cessation_date: None,
        cessation: None,
        cessation_decision: None,
        sealed_note: None,
        leader: false,
        revision: 2,
        created_at: moment.now,
        updated_at: moment.now,
    }
}

/// What changes in which team on which days.
fn days(plan: &MediatorsPlan) -> Days {
    let mut days = Days::new();
    for one in &plan.enrolled {
        let day = days.entry(one.team).or_default().entry(one.decision.issue_date).or_default();
        day.joined.push(one.person.statistics);
    }
    for one in &plan.corrected {
        let before = one.mediator.statistics;
        if before != one.person.statistics
            && let Some(day) = one.mediator.recognition_date()
        {
            let day = days.entry(one.team).or_default().entry(day).or_default();
            day.recounted.push((before, one.person.statistics));
        }
    }
    // Rule 15: nobody leads before he or she is in force; a paper that says so is dated wrong by a few days at most.
    let in_force: BTreeMap<_, Date> = plan.enrolled.iter().map(|one| (one.id, one.decision.issue_date)).collect();
    for led in &plan.leaders {
        let first = in_force.get(&led.mediator).copied().unwrap_or(led.decision.issue_date);
        let day = led.decision.issue_date.max(first);
        days.entry(led.team).or_default().entry(day).or_default().leader = Some(led.clone());
    }
    days
}
