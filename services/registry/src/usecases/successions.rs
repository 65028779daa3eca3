//! Teams merged, split and transferred by decision (rules 1, 2, 6, §14.2, ADR 0011).

use hoagiai_identity::AreaPath;
use hoagiai_store::{NewEvent, Position, StoreError, Stream, Tx};
use hoagiai_types::{Date, Etag, Id};

use super::{
    Change, Moment, Registry, Standing, TeamPlan, admit_etag, admitted, area_of,
    teams::{lapse, plan_faults},
};
use crate::{
    domain::{
        Decision, EndKind, Ending, Mediator, MediatorId, NewTeam, Refusal, Team, TeamId, UnitId, UnitVersion,
        expect_mapped, in_order, level,
    },
    error::{Error, FaultText, FieldFault},
    events,
    store::{self, NOW},
};

/// The team that merged teams go on in.
#[derive(Debug, Clone)]
pub(crate) enum Successor {
    /// One that is there, with its new size if the decision fixes one.
    Team(TeamId, Option<u32>),
    /// A new one.
    New(TeamPlan),
}

/// A part of a split.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The new team.
    pub(crate) plan: TeamPlan,
    /// Who goes on in it.
    pub(crate) mediators: Vec<MediatorId>,
}

/// What a merger or a split left.
#[derive(Debug)]
pub(crate) struct Joined {
    /// The teams that go on.
    pub(crate) successors: Vec<Team>,
    /// The teams that ended.
    pub(crate) ended: Vec<Team>,
    /// Position in the journal.
    pub(crate) position: Position,
}

impl Registry {
    /// Merges teams in force into another or a new one.
    pub(crate) async fn merge_teams(
        &self,
        change: &Change,
        merging: &[(TeamId, Option<Etag>)],
        into: Successor,
        decision: &Decision,
    ) -> Result<Joined, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let ids: Vec<TeamId> = merging.iter().map(|(id, _)| *id).collect();
        let mut ended = self.teams_of(&mut tx, change, &ids, moment).await?;
        if let Some(successor) = done {
            let successor = self.team(&mut tx, &change.caller, Id::from_uuid(successor), moment).await?;
            return Ok(Joined { successors: vec![successor], ended, position: tx.commit().await?.position });
        }
        merger_faults(&ids, &into)?;
        for (team, (_, etag)) in ended.iter().zip(merging) {
            admit_etag(team.revision, *etag)?;
            team.expect_in_force()?;
            in_order("decision.issue_date", decision.issue_date, team.plan.issue_date, moment.today)?;
        }
        let day = decision.issue_date;
        let (mut successor, new) = match into {
            Successor::Team(id, size) => {
                let mut team = self.team(&mut tx, &change.caller, id, moment).await?;
                in_order("decision.issue_date", day, team.plan.issue_date, moment.today)?;
                if let Some(size) = size {
                    team.resize(size, decision.clone())?;
                }
                (team, None)
            }
            Successor::New(plan) => {
                let (team, sole) = self.new_team(&mut tx, change, plan, decision, &ids, moment).await?;
                (team, Some(sole))
            }
        };
        let alive = store::mediators::alive_of_teams(&mut tx, &ids).await?;
        let (mut moved, lapsed): (Vec<_>, Vec<_>) = alive.into_iter().partition(|one| one.state.in_force());
        let statistics: Vec<_> = moved.iter().map(|mediator| mediator.statistics).collect();
        successor.take_over(&statistics)?;
        successor.stand(self.rules(day), day);

        self.lapse_all(&mut tx, change, lapsed, day, moment).await?;
        let from = go_on(&mut moved, &successor, day, moment)?;
        for team in &mut ended {
            let ending = Ending { kind: EndKind::Merged, decision: decision.clone(), successor: Some(successor.id) };
            self.end_team(&mut tx, change, team, (ending, std::slice::from_ref(&successor), &moved), moment).await?;
        }
        if let Some(sole) = new {
            self.insert_new(&mut tx, &[(successor.clone(), sole)]).await?;
        }
        let made = (new.is_some(), moved.is_empty());
        self.write_successor(&mut tx, change, &mut successor, made, day, moment).await?;
        self.write_moved(&mut tx, change, (&moved, &from), decision, moment).await?;
        self.close_limits(&mut tx, &ids, day, moment).await?;
        let edges: Vec<_> = ids.iter().map(|team| (*team, successor.id)).collect();
        store::successions::insert(&mut tx, &edges, day, moment.now).await?;
        let position = self.end(tx, change, successor.id).await?;
        Ok(Joined { successors: vec![successor], ended, position })
    }

    /// Splits a team in force into new ones.
    pub(crate) async fn split_team(
        &self,
        change: &Change,
        team: TeamId,
        (parts, keeper): (Vec<Part>, usize),
        decision: &Decision,
        etag: Option<Etag>,
    ) -> Result<Joined, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if let Some(plan) = done {
            let successors = store::teams::of_plan(&mut tx, plan).await?;
            return Ok(Joined { successors, ended: vec![team], position: tx.commit().await?.position });
        }
        if keeper >= parts.len() {
            return Err(Error::field("keeper_index", FaultText::TOO_MANY));
        }
        admit_etag(team.revision, etag)?;
        team.expect_in_force()?;
        let day = decision.issue_date;
        in_order("decision.issue_date", day, team.plan.issue_date, moment.today)?;
        let alive = store::mediators::alive_of_teams(&mut tx, &[team.id]).await?;
        let (mut in_force, lapsed): (Vec<_>, Vec<_>) = alive.into_iter().partition(|one| one.state.in_force());
        let named: Vec<Vec<MediatorId>> = parts.iter().map(|part| part.mediators.clone()).collect();
        expect_mapped(&in_force.iter().map(|one| one.id).collect::<Vec<_>>(), &named)?;

        self.lapse_all(&mut tx, change, lapsed, day, moment).await?;
        let mut made = Vec::with_capacity(parts.len());
        let mut places = Vec::with_capacity(in_force.len());
        for part in parts {
            let (mut successor, sole) = self.new_team(&mut tx, change, part.plan, decision, &[team.id], moment).await?;
            let (mut moved, others): (Vec<_>, Vec<_>) =
                in_force.into_iter().partition(|one| part.mediators.contains(&one.id));
            in_force = others;
            let statistics: Vec<_> = moved.iter().map(|mediator| mediator.statistics).collect();
            successor.take_over(&statistics)?;
            successor.stand(self.rules(day), day);
            go_on(&mut moved, &successor, day, moment)?;
            made.push((successor, sole, moved.is_empty()));
            places.extend(moved);
        }
        let mut successors: Vec<Team> = made.iter().map(|(team, _, _)| team.clone()).collect();
        let keeper = successors.get(keeper).map(|team| team.id);
        let ending = Ending { kind: EndKind::Split, decision: decision.clone(), successor: keeper };
        self.end_team(&mut tx, change, &mut team, (ending, &successors, &places), moment).await?;
        let planned: Vec<_> = made.iter().map(|(team, sole, _)| (team.clone(), *sole)).collect();
        let plan = self.insert_new(&mut tx, &planned).await?;
        for (successor, (_, _, empty)) in successors.iter_mut().zip(&made) {
            self.write_successor(&mut tx, change, successor, (true, *empty), day, moment).await?;
        }
        let from = vec![team.id; places.len()];
        self.write_moved(&mut tx, change, (&places, &from), decision, moment).await?;
        self.close_limits(&mut tx, &[team.id], day, moment).await?;
        let edges: Vec<_> = successors.iter().map(|successor| (team.id, successor.id)).collect();
        store::successions::insert(&mut tx, &edges, day, moment.now).await?;
        let position = self.end(tx, change, plan).await?;
        Ok(Joined { successors, ended: vec![team], position })
    }

    /// Transfers a team to another area, with everybody in it.
    pub(crate) async fn transfer_team(
        &self,
        change: &Change,
        team: TeamId,
        (area_unit, exception_reason): (UnitId, String),
        decision: &Decision,
        etag: Option<Etag>,
    ) -> Result<(Team, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if done.is_some() {
            return Ok((team, tx.commit().await?.position));
        }
        admit_etag(team.revision, etag)?;
        let day = decision.issue_date;
        in_order("decision.issue_date", day, team.plan.issue_date, moment.today)?;
        team.expect_alive()?;
        let area = self.area(&mut tx, change, area_unit, day).await?;
        let sole = self.rules(day).one_team_per_area && exception_reason.is_empty();
        self.expect_free(&mut tx, &area, sole, &[team.id]).await?;
        let before = (team.area_unit, team.commune);
        team.transfer(&area, exception_reason)?;
        team.stand(self.rules(day), day);

        let mut alive = store::mediators::alive_of_teams(&mut tx, &[team.id]).await?;
        let from = go_on(&mut alive, &team, day, moment)?;
        self.write_moved(&mut tx, change, (&alive, &from), decision, moment).await?;
        // A second team in the area at this very moment: the index of sole teams refuses one of the two.
        let taken = |error| match error {
            StoreError::Duplicate(_) => Refusal::AreaHasTeam { area_unit }.into(),
            error => Error::Store(error),
        };
        store::deadlines::follow_team(&mut tx, &team, moment.now).await?;
        store::teams::set_sole(&mut tx, team.id, false).await?;
        let told = |team: &Team| events::team_transferred(team, before, decision);
        self.write_team(&mut tx, change, &mut team, Vec::new(), Standing::Told(day, &told), moment).await?;
        store::teams::set_sole(&mut tx, team.id, sole).await.map_err(taken)?;
        let position = self.end(tx, change, team.id).await?;
        Ok((team, position))
    }

    /// The teams of some ids, in that order, each in the caller's areas.
    async fn teams_of(&self, tx: &mut Tx, change: &Change, ids: &[TeamId], moment: Moment) -> Result<Vec<Team>, Error> {
        let found = store::teams::get_all(tx, ids, moment.today).await?;
        let mut teams = Vec::with_capacity(ids.len());
        for id in ids {
            let one = found.iter().find(|team| team.id == *id).cloned();
            teams.push(admitted(&change.caller, one, area_of, Error::TeamNotFound(*id))?);
        }
        Ok(teams)
    }

    /// An area of residence on a day, in the caller's areas.
    pub(super) async fn area(
        &self,
        tx: &mut Tx,
        change: &Change,
        area: UnitId,
        day: Date,
    ) -> Result<UnitVersion, Error> {
        let found = store::units::get(tx, area, day, NOW).await?.map(|known| known.version);
        let path = |unit: &UnitVersion| AreaPath {
            province: Some(unit.province.uuid()),
            commune: unit.commune.map(UnitId::uuid),
            area_unit: Some(unit.id.uuid()),
            team: None,
        };
        let absent = Error::UnitNotFound { unit: area.to_string(), valid_at: day };
        let unit = admitted(&change.caller, found, path, absent)?;
        if level(unit.kind) != 3 || unit.commune.is_none() {
            return Err(Refusal::UnitKindWrong { unit: area, kind: unit.kind }.into());
        }
        Ok(unit)
    }

    /// Rule 2: the area has no team but those that `leave` it.
    async fn expect_free(&self, tx: &mut Tx, area: &UnitVersion, sole: bool, leaving: &[TeamId]) -> Result<(), Error> {
        let Some(commune) = area.commune.filter(|_| sole) else { return Ok(()) };
        let alive = store::teams::alive_in(tx, commune, area.id).await?;
        let taken = alive.iter().any(|team| !leaving.contains(team));
        if taken { Err(Refusal::AreaHasTeam { area_unit: area.id }.into()) } else { Ok(()) }
    }

    /// A team that the decision sets up in place of others; and whether it is to be the only one of its area.
    async fn new_team(
        &self,
        tx: &mut Tx,
        change: &Change,
        plan: TeamPlan,
        decision: &Decision,
        leaving: &[TeamId],
        moment: Moment,
    ) -> Result<(Team, bool), Error> {
        plan_faults(std::slice::from_ref(&plan))?;
        let day = decision.issue_date;
        let area = self.area(tx, change, plan.area_unit, day).await?;
        let rules = self.rules(day);
        let sole = rules.one_team_per_area && plan.exception_reason.is_empty();
        self.expect_free(tx, &area, sole, leaving).await?;
        let new = NewTeam {
            id: self.env.new_id(),
            name: plan.name,
            target_size: plan.target_size,
            exception_reason: plan.exception_reason,
            area: &area,
            decision,
        };
        let elsewhere = Refusal::UnitKindWrong { unit: area.id, kind: area.kind };
        Ok((Team::plan(new, rules, moment.now).ok_or(elsewhere)?, sole))
    }

    /// Candidacies under way lapse with their team.
    async fn lapse_all(
        &self,
        tx: &mut Tx,
        change: &Change,
        mut lapsed: Vec<Mediator>,
        day: Date,
        moment: Moment,
    ) -> Result<(), Error> {
        for mediator in &mut lapsed {
            mediator.updated_at = moment.now;
            let fact = lapse(mediator, day)?;
            store::mediators::write(tx, mediator).await?;
            Self::tell(tx, change, mediator, fact).await?;
        }
        Ok(store::mediator_versions::record(tx, &lapsed, day, moment.now).await?)
    }

    /// Writes where mediators go on, and tells which team each came from.
    async fn write_moved(
        &self,
        tx: &mut Tx,
        change: &Change,
        (moved, from): (&[Mediator], &[TeamId]),
        decision: &Decision,
        moment: Moment,
    ) -> Result<(), Error> {
        for (mediator, from) in moved.iter().zip(from) {
            Self::tell(tx, change, mediator, events::mediator_moved(mediator, *from, decision)).await?;
        }
        for together in moved.chunk_by(|one, next| one.team == next.team) {
            let together: Vec<&Mediator> = together.iter().collect();
            store::mediators::relocate(tx, &together, decision.issue_date, moment.now).await?;
            store::ceasings::follow(tx, &together, moment.now).await?;
        }
        Ok(())
    }

    /// Time limits of a team that ended are over; those of its mediators have gone along.
    async fn close_limits(&self, tx: &mut Tx, ended: &[TeamId], day: Date, moment: Moment) -> Result<(), Error> {
        for team in ended {
            store::deadlines::close_of_team(tx, *team, day, moment.now).await?;
        }
        Ok(())
    }

    /// Ends a team that goes on in others.
    async fn end_team(
        &self,
        tx: &mut Tx,
        change: &Change,
        team: &mut Team,
        (ending, successors, moved): (Ending, &[Team], &[Mediator]),
        moment: Moment,
    ) -> Result<(), Error> {
        let decision = ending.decision.clone();
        let day = decision.issue_date;
        let facts = self.end_leaders(tx, team, day, moment).await?;
        team.end(ending)?;
        store::lists::return_of_team(tx, team.id, day, moment.now).await?;
        let told = |team: &Team| events::team_dissolved(team, &decision, successors, moved);
        self.write_team(tx, change, team, facts, Standing::Told(day, &told), moment).await
    }

    /// Makes the teams that a decision sets up in place of others; `sole`: the only one of its area.
    async fn insert_new(&self, tx: &mut Tx, teams: &[(Team, bool)]) -> Result<Id<TeamPlan>, Error> {
        let plan: Id<TeamPlan> = self.env.new_id();
        if store::teams::insert(tx, plan.uuid(), teams).await? != teams.len() as u64 {
            let area_unit = teams.first().map_or(Id::from_uuid(plan.uuid()), |(team, _)| team.area_unit);
            return Err(Refusal::AreaHasTeam { area_unit }.into());
        }
        Ok(plan)
    }

    /// Tells of a team that goes on: made now or there before; and what it has, unless nobody came.
    async fn write_successor(
        &self,
        tx: &mut Tx,
        change: &Change,
        team: &mut Team,
        (made, empty): (bool, bool),
        day: Date,
        moment: Moment,
    ) -> Result<(), Error> {
        if made {
            let fact: NewEvent = events::team_planned(team);
            tx.append(Stream::new("team", team.id), 0, &change.origin, &[fact]).await?;
            if empty {
                return Ok(());
            }
        }
        self.write_team(tx, change, team, Vec::new(), Standing::Changed(day), moment).await
    }
}

/// Mediators go on in a team, without a new election; answers the teams that they were in.
fn go_on(moved: &mut [Mediator], to: &Team, day: Date, moment: Moment) -> Result<Vec<TeamId>, Error> {
    let mut from = Vec::with_capacity(moved.len());
    for mediator in moved {
        from.push(mediator.team);
        in_order("decision.issue_date", day, mediator.recognition_date().unwrap_or(day), moment.today)?;
        mediator.move_to(to);
        mediator.updated_at = moment.now;
    }
    Ok(from)
}

/// What the fields of a merger show alone.
fn merger_faults(merging: &[TeamId], into: &Successor) -> Result<(), Error> {
    let mut faults = Vec::new();
    for (index, team) in merging.iter().enumerate() {
        if merging[..index].contains(team) {
            faults.push(FieldFault::new(format!("teams[{index}].team_id"), FaultText::DUPLICATE));
        }
    }
    if let Successor::Team(successor, _) = into
        && merging.contains(successor)
    {
        faults.push(FieldFault::new("successor_team_id", FaultText::DUPLICATE));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}
