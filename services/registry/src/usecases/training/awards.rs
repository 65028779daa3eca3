//! Contests and commendations.

use std::collections::HashMap;

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{Position, Stream, Tx};
use hoagiai_types::{Date, Etag, Id, Uuid};

use super::{
    super::{
        Change, Registry, admit_etag, admitted,
        areas::{Cut, cut},
    },
    area_of_unit,
    courses::dated,
};
use crate::{
    domain::{
        Decision, FIRST_DAY, MediatorId, TeamId, UnitId, in_order,
        training::{
            AwardLevel, Commendation, CommendationForm, CommendationId, Contest, ContestId, ContestResult, Honoured,
            Participant, check_honoured,
        },
    },
    error::{
        Error, FieldFault,
        training::{Absent, honoured},
    },
    events::training as events,
    store::{
        self, AsOf, Filter,
        training::awards::{self, TeamPlace},
    },
};

/// A contest to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct ContestPlan {
    /// The province or commune that records it.
    pub(crate) unit: UnitId,
    /// Name.
    pub(crate) name: String,
    /// Level.
    pub(crate) level: AwardLevel,
    /// First and last day.
    pub(crate) days: (Date, Date),
    /// Where.
    pub(crate) place: String,
    /// Results.
    pub(crate) results: Vec<ContestResult>,
}

/// Whom the caller may honour, and where they are.
struct Known {
    mediators: HashMap<MediatorId, Participant>,
    teams: HashMap<TeamId, TeamPlace>,
}

impl Known {
    fn knows(&self, who: Honoured) -> bool {
        match who {
            Honoured::Mediator(id) => self.mediators.contains_key(&id),
            Honoured::Team(id) => self.teams.contains_key(&id),
        }
    }

    /// Team, area, commune, province.
    fn place(&self, who: Honoured) -> Option<(TeamId, UnitId, UnitId, UnitId)> {
        match who {
            Honoured::Mediator(id) => {
                self.mediators.get(&id).map(|one| (one.team, one.area_unit, one.commune, one.province))
            }
            Honoured::Team(id) => self.teams.get(&id).map(|one| {
                (id, Id::from_uuid(one.area_unit_id), Id::from_uuid(one.commune_id), Id::from_uuid(one.province_id))
            }),
        }
    }
}

impl Registry {
    /// Records a contest with its results.
    pub(crate) async fn record_contest(
        &self,
        change: &Change,
        plan: ContestPlan,
    ) -> Result<(Contest, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        if let Some(id) = done {
            let contest = Self::contest(&mut tx, &change.caller, Id::from_uuid(id)).await?;
            return Ok((contest, tx.commit().await?.position));
        }
        let (first_date, last_date) = plan.days;
        let (province, commune) = Self::place(&mut tx, &change.caller, plan.unit, first_date).await?;
        in_order("first_date", first_date, FIRST_DAY, moment.today)?;
        in_order("last_date", last_date, first_date, moment.today)?;
        let who: Vec<Honoured> = plan.results.iter().map(|one| one.who).collect();
        Self::known(&mut tx, &change.caller, &who, first_date, "results").await?;
        let contest = Contest {
            id: self.env.new_id(),
            name: plan.name,
            level: plan.level,
            province,
            commune,
            first_date,
            last_date,
            place: plan.place,
            results: plan.results,
            correct_reason: String::new(),
            revision: 1,
        };
        awards::insert_contest(&mut tx, &contest, moment.now).await?;
        let fact = events::contest_recorded(&contest);
        tx.append(Stream::new("contest", contest.id), 0, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, contest.id).await?;
        Ok((contest, position))
    }

    /// Puts other results in the place of those recorded.
    pub(crate) async fn correct_contest(
        &self,
        change: &Change,
        id: ContestId,
        (results, reason): (Vec<ContestResult>, String),
        etag: Option<Etag>,
    ) -> Result<(Contest, Position), Error> {
        let (mut tx, done) = self.begin(change).await?;
        let mut contest = Self::contest(&mut tx, &change.caller, id).await?;
        if done.is_some() {
            return Ok((contest, tx.commit().await?.position));
        }
        admit_etag(contest.revision, etag)?;
        let who: Vec<Honoured> = results.iter().map(|one| one.who).collect();
        Self::known(&mut tx, &change.caller, &who, contest.first_date, "results").await?;
        contest.results = results;
        contest.correct_reason = reason;
        contest.revision += 1;
        awards::correct_contest(&mut tx, &contest, self.moment().now).await?;
        let fact = events::contest_recorded(&contest);
        tx.append(Stream::new("contest", id), contest.revision - 1, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, id).await?;
        Ok((contest, position))
    }

    /// Contests of a unit, or all that the caller may see, after an id.
    pub(crate) async fn list_contests(
        &self,
        caller: &Caller,
        unit: Option<UnitId>,
        at: Option<AsOf>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<Contest>, Error> {
        let mut tx = self.db.read().await?;
        let Cut { unit, within } = cut(&mut tx, caller, unit, at).await?;
        let filter = Filter { at, unit, team: None, state: None, within, after: after.unwrap_or_default(), limit };
        Ok(store::all_on_day(awards::contests(&mut tx, &filter).await?, at))
    }

    /// Records the commendations of one decision.
    pub(crate) async fn record_commendations(
        &self,
        change: &Change,
        who: Vec<Honoured>,
        (form, level): (CommendationForm, AwardLevel),
        (decision, achievement): (Decision, String),
    ) -> Result<(Vec<Commendation>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        if let Some(batch) = done {
            let recorded = awards::of_batch(&mut tx, batch).await?;
            recorded.iter().try_for_each(|one| change.caller.admit(&area_of(one)))?;
            return Ok((recorded, tx.commit().await?.position));
        }
        let day = decision.issue_date;
        in_order("decision.issue_date", day, FIRST_DAY, moment.today)?;
        let known = Self::known(&mut tx, &change.caller, &who, day, "recipients").await?;
        let one = |who: Honoured| {
            let (team, area_unit, commune, province) = known.place(who)?;
            Some(Commendation {
                id: self.env.new_id(),
                who,
                team,
                area_unit,
                commune,
                province,
                form,
                level,
                decision: decision.clone(),
                achievement: achievement.clone(),
                revoked: None,
                revoke_reason: String::new(),
                revision: 1,
            })
        };
        let commendations: Vec<Commendation> = who.into_iter().filter_map(one).collect();
        let batch: Id<Decision> = self.env.new_id();
        awards::insert(&mut tx, batch.uuid(), &commendations, moment.now).await?;
        for one in &commendations {
            let fact = events::commendation_changed(one, day);
            tx.append(Stream::new("commendation", one.id), 0, &change.origin, &[fact]).await?;
        }
        let position = self.end(tx, change, batch).await?;
        Ok((commendations, position))
    }

    /// Revokes a commendation.
    pub(crate) async fn revoke_commendation(
        &self,
        change: &Change,
        id: CommendationId,
        (day, reason): (Date, &str),
        etag: Option<Etag>,
    ) -> Result<(Commendation, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let found = awards::get(&mut tx, id).await?;
        let mut one = admitted(&change.caller, found, area_of, Absent::Commendation(id).into())?;
        if done.is_some() {
            return Ok((one, tx.commit().await?.position));
        }
        admit_etag(one.revision, etag)?;
        dated("revoke_date", day, Some(one.decision.issue_date), moment.today)?;
        one.revoke(day, reason)?;
        awards::revoke(&mut tx, &one, moment.now).await?;
        let fact = events::commendation_changed(&one, day);
        tx.append(Stream::new("commendation", id), one.revision - 1, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, id).await?;
        Ok((one, position))
    }

    /// Commendations of a unit or a team, or all that the caller may see, after an id.
    pub(crate) async fn list_commendations(
        &self,
        caller: &Caller,
        (unit, team): (Option<UnitId>, Option<TeamId>),
        at: Option<AsOf>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<Commendation>, Error> {
        let mut tx = self.db.read().await?;
        let Cut { unit, within } = cut(&mut tx, caller, unit, at).await?;
        let team = team.map(TeamId::uuid);
        let filter = Filter { at, unit, team, state: None, within, after: after.unwrap_or_default(), limit };
        Ok(store::all_on_day(awards::page(&mut tx, &filter).await?, at))
    }

    async fn contest(tx: &mut Tx, caller: &Caller, id: ContestId) -> Result<Contest, Error> {
        let found = awards::get_contest(tx, id).await?;
        let area = |contest: &Contest| area_of_unit(contest.province, contest.commune);
        admitted(caller, found, area, Absent::Contest(id).into())
    }

    /// Whom a request honours, with every fault at once.
    async fn known(tx: &mut Tx, caller: &Caller, who: &[Honoured], day: Date, list: &str) -> Result<Known, Error> {
        let mediators: Vec<MediatorId> = who.iter().filter_map(|one| one.mediator()).collect();
        let teams: Vec<TeamId> = who.iter().filter_map(|one| one.team()).collect();
        let mediators = Self::in_force(tx, caller, &mediators, day).await?;
        let scope = caller.scope();
        let teams = awards::teams(tx, &teams).await?.into_iter();
        let teams = teams.filter(|one| one.plan_date <= day && scope.covers(&place_of(one)));
        let known = Known { mediators, teams: teams.map(|one| (one.id, one)).collect() };
        let fault = |(line, fault): (usize, _)| {
            let field = if who[line].team().is_some() { "team_id" } else { "mediator_id" };
            honoured(list, line, field, fault)
        };
        let faults: Vec<FieldFault> = check_honoured(who, |one| known.knows(one)).into_iter().map(fault).collect();
        if faults.is_empty() { Ok(known) } else { Err(Error::Fields(faults)) }
    }
}

fn place_of(team: &TeamPlace) -> AreaPath {
    AreaPath::of_province(team.province_id)
        .in_commune(team.commune_id)
        .in_area_unit(team.area_unit_id)
        .in_team(team.id.uuid())
}

fn area_of(one: &Commendation) -> AreaPath {
    AreaPath::of_province(one.province.uuid())
        .in_commune(one.commune.uuid())
        .in_area_unit(one.area_unit.uuid())
        .in_team(one.team.uuid())
}
