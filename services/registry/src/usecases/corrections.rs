//! Corrections: what was recorded wrongly is superseded in known time, never overwritten (ADR 0011).

use hoagiai_store::{Position, StoreError, Tx};
use hoagiai_types::{Date, Etag};

use super::{Change, Moment, PERSON, Registry, Standing, admit_etag, areas::area_of_mediator, lookups::numbers};
use crate::{
    domain::{
        Decision, FIRST_DAY, InTime, LAST_DAY, Mediator, MediatorId, Person, Refusal, Span, Statistics, Team, TeamId,
        amend, in_order, shift,
    },
    error::{Error, FaultText},
    events::{self, CorrectionGround},
    store::{self, mediator_versions, team_versions},
};

/// What is right of a mediator; none: unchanged.
#[derive(Debug, Clone, Default)]
pub(crate) struct RightPerson {
    /// Who it is.
    pub(crate) person: Option<Person>,
    /// The decision of recognition.
    pub(crate) recognition: Option<Decision>,
}

/// A mediator as is right.
#[derive(Debug)]
pub(crate) struct Corrected {
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
    /// Corrects the name of a team or the decision that planned it.
    pub(crate) async fn correct_team(
        &self,
        change: &Change,
        team: TeamId,
        (name, plan): (Option<String>, Option<Decision>),
        reason: &str,
        etag: Option<Etag>,
    ) -> Result<(Team, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if done.is_some() {
            return Ok((team, tx.commit().await?.position));
        }
        admit_etag(team.revision, etag)?;
        let before = team.clone();
        team.name = name.filter(|name| !name.is_empty()).unwrap_or(team.name);
        team.plan = plan.unwrap_or(team.plan);
        in_order("plan_decision.issue_date", team.plan.issue_date, FIRST_DAY, moment.today)?;
        let told = |team: &Team| events::team_corrected(team, reason, team.plan.issue_date);
        let standing = Standing::Row(&told);
        self.write_team(&mut tx, change, &mut team, Vec::new(), standing, moment).await?;

        let known = team_versions::supersede(&mut tx, &[team.id], FIRST_DAY, moment.now).await?;
        let late = || Refusal::DateOutOfOrder { field: "plan_decision.issue_date" };
        let known = shift(known, before.plan.issue_date, team.plan.issue_date).ok_or_else(late)?;
        let right = amend(known, (FIRST_DAY, LAST_DAY), |span| span.facts.carried(&before, &team));
        team_versions::insert(&mut tx, &current(right, &team), moment.now).await?;
        let position = self.end(tx, change, team.id).await?;
        Ok((team, position))
    }

    /// Corrects who a mediator is or the decision of recognition; the team's numbers follow on each day concerned.
    pub(crate) async fn correct_mediator(
        &self,
        change: &Change,
        mediator: MediatorId,
        right: RightPerson,
        reason: &str,
        etag: Option<Etag>,
    ) -> Result<Corrected, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mut mediator, mut team) = self.mediator_with_team(&mut tx, change, mediator, moment).await?;
        if done.is_some() {
            let person = Self::person(&mut tx, &mediator).await?;
            return Ok(Corrected { mediator, person, team, position: tx.commit().await?.position });
        }
        let area = (area_of_mediator(&mediator), moment);
        let mut tx = self.count_numbers(tx, change, area, numbers(right.person.iter())).await?;
        admit_etag(mediator.revision, etag)?;
        let before = mediator.clone();
        self.put_right(&mut tx, &mut mediator, right, moment).await?;
        mediator.revision += 1;
        mediator.updated_at = moment.now;
        store::mediators::write(&mut tx, &mediator).await?;
        let was = before.recognition_date();
        let since = was.into_iter().chain(mediator.recognition_date()).min().unwrap_or(moment.today);
        let sealed = Self::seal_note(&mut tx, mediator.id, reason).await?;
        let fact = events::mediator_corrected(&mediator, was, CorrectionGround::Stated(&sealed), since);
        Self::tell(&mut tx, change, &mediator, fact).await?;

        let wrong = mediator_versions::supersede(&mut tx, &[mediator.id], FIRST_DAY, moment.now).await?;
        let known = match was.zip(mediator.recognition_date()) {
            Some((was, is)) if was != is => {
                let late = || Refusal::DateOutOfOrder { field: "recognition_decision.issue_date" };
                shift(wrong.clone(), was, is).ok_or_else(late)?
            }
            _ => wrong.clone(),
        };
        let told = amend(known, (FIRST_DAY, LAST_DAY), |span| span.facts.carried(&before, &mediator));
        mediator_versions::insert(&mut tx, &told, moment.now).await?;
        let (wrong, right) = (counted(&wrong), counted(&told));
        if wrong != right {
            self.recount(&mut tx, change, &mut team, (&wrong, &right), moment).await?;
        }
        let person = Self::person(&mut tx, &mediator).await?;
        let position = self.end(tx, change, mediator.id).await?;
        Ok(Corrected { mediator, person, team, position })
    }

    async fn put_right(
        &self,
        tx: &mut Tx,
        mediator: &mut Mediator,
        right: RightPerson,
        moment: Moment,
    ) -> Result<(), Error> {
        if let Some(mut person) = right.person {
            if person.full_name.is_empty() {
                return Err(Error::field("person.full_name", FaultText::REQUIRED));
            }
            if person.details.identity_number.is_none() {
                let known = Self::person(tx, mediator).await?.ok_or(StoreError::Erased)?;
                person.details.masked_identity_number = known.details.masked_identity_number;
            }
            Self::keep_identity(tx, mediator.id, &person, moment).await?;
            let sealed = tx.seal(mediator.id.into(), PERSON, &events::person_bytes(&person)).await?;
            mediator.sealed_person = sealed.to_bytes();
            mediator.statistics = person.statistics;
        }
        if let Some(decision) = right.recognition {
            let wrong = Refusal::MediatorStateWrong { mediator: mediator.id, state: mediator.state };
            mediator.recognition.as_ref().ok_or(wrong)?;
            let latest = mediator.cessation_date.unwrap_or(moment.today);
            in_order("recognition_decision.issue_date", decision.issue_date, FIRST_DAY, latest)?;
            mediator.recognition = Some(decision);
        }
        Ok(())
    }

    /// Counts a mediator as is right in each team on each day; `team` is the one that he or she is in today.
    async fn recount(
        &self,
        tx: &mut Tx,
        change: &Change,
        team: &mut Team,
        (wrong, right): (&[Counted], &[Counted]),
        moment: Moment,
    ) -> Result<(), Error> {
        let now = |counted: &[Counted]| {
            let last = counted.iter().find(|one| one.team == team.id && one.days.1 == LAST_DAY);
            last.map(|one| one.statistics)
        };
        let (before, after) = (now(wrong), now(right));
        team.recount(before.as_ref(), after.as_ref());
        team.stand(self.rules(moment.today), moment.today);
        let first =
            |counted: &[Counted], of: TeamId| counted.iter().filter(|one| one.team == of).map(|one| one.days.0).min();
        let mut teams: Vec<TeamId> = wrong.iter().chain(right).map(|one| one.team).collect();
        teams.sort_unstable();
        teams.dedup();
        for of in teams {
            let Some(since) = first(wrong, of).into_iter().chain(first(right, of)).min() else { continue };
            let mut known = team_versions::supersede(tx, &[of], since, moment.now).await?;
            for (counted, is_right) in [(wrong, false), (right, true)] {
                for one in counted.iter().filter(|one| one.team == of) {
                    let (minus, plus) =
                        if is_right { (None, Some(&one.statistics)) } else { (Some(&one.statistics), None) };
                    known = amend(known, one.days, |span| {
                        let mut facts = span.facts.clone();
                        facts.recount(minus, plus);
                        facts
                    });
                }
            }
            for span in &mut known {
                span.facts.minority_area = team.minority_area;
                span.facts.stand(self.rules(span.from), span.from);
            }
            if of == team.id {
                let told = |team: &Team| events::team_standing_changed(team, since);
                self.write_team(tx, change, team, Vec::new(), Standing::Row(&told), moment).await?;
                known = current(known, team);
            }
            team_versions::insert(tx, &known, moment.now).await?;
        }
        Ok(())
    }
}

/// Days on which a mediator was in force in a team, and as what he or she was counted there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Counted {
    team: TeamId,
    days: (Date, Date),
    statistics: Statistics,
}

fn counted(spans: &[Span<Mediator>]) -> Vec<Counted> {
    let in_force = spans.iter().filter(|span| span.facts.state.in_force());
    let one = |span: &Span<Mediator>| Counted {
        team: span.facts.team,
        days: (span.from, span.to),
        statistics: span.facts.statistics,
    };
    in_force.map(one).collect()
}

/// The last span is what the record is today.
fn current(mut spans: Vec<Span<Team>>, team: &Team) -> Vec<Span<Team>> {
    if let Some(last) = spans.last_mut() {
        last.facts = team.clone();
    }
    spans
}
