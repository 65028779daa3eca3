//! Teams: planned by decision, dissolved by decision.

use hoagiai_identity::AreaPath;
use hoagiai_store::{NewEvent, Position, Stream, Tx};
use hoagiai_types::{Date, Etag, Id};

use super::{Change, Moment, Registry, Standing, admit_etag, ceasings::lapse_of_team};
use crate::{
    domain::{
        Cessation, Decision, EndKind, Ending, FIRST_DAY, LeaderEndGround, Mediator, MediatorState, NewTeam, Refusal,
        Team, TeamId, UnitId, UnitVersion, in_order, level,
    },
    error::{Error, FaultText, FieldFault},
    events::{self, procedures as facts},
    store,
};

/// One team of a plan.
#[derive(Debug, Clone)]
pub(crate) struct TeamPlan {
    /// The area it is to serve.
    pub(crate) area_unit: UnitId,
    /// Name.
    pub(crate) name: String,
    /// Number of mediators.
    pub(crate) target_size: u32,
    /// Why the area gets a second team.
    pub(crate) exception_reason: String,
}

impl Registry {
    /// Plans the teams of a commune by one decision (rules 1, 2 and 6).
    pub(crate) async fn plan_teams(
        &self,
        change: &Change,
        commune: UnitId,
        decision: Decision,
        plans: Vec<TeamPlan>,
    ) -> Result<(Vec<Team>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        if let Some(plan) = done {
            let teams = store::teams::of_plan(&mut tx, plan).await?;
            return Ok((teams, tx.commit().await?.position));
        }
        let day = decision.issue_date;
        let areas: Vec<UnitId> = plans.iter().map(|plan| plan.area_unit).collect();
        let units = store::units::commune_with(&mut tx, commune, &areas, day).await?;
        let of_commune = units.iter().find(|unit| unit.id == commune);
        let province = of_commune.map(|unit| unit.province.uuid());
        change.caller.admit(&AreaPath { province, commune: Some(commune.uuid()), ..AreaPath::default() })?;
        let of_commune = of_commune.ok_or_else(|| Error::UnitNotFound { unit: commune.to_string(), valid_at: day })?;
        if level(of_commune.kind) != 2 {
            return Err(Refusal::UnitKindWrong { unit: commune, kind: of_commune.kind }.into());
        }
        in_order("decision.issue_date", day, FIRST_DAY, moment.today)?;
        plan_faults(&plans)?;

        let rules = self.rules(day);
        let mut taken = store::teams::areas_with_team(&mut tx, &areas).await?;
        let mut teams = Vec::with_capacity(plans.len());
        for plan in plans {
            let area = area_in(&units, plan.area_unit, day)?;
            let sole = rules.one_team_per_area && plan.exception_reason.is_empty();
            if sole && taken.contains(&plan.area_unit) {
                return Err(Refusal::AreaHasTeam { area_unit: plan.area_unit }.into());
            }
            taken.push(plan.area_unit);
            let new = NewTeam {
                id: self.env.new_id(),
                name: plan.name,
                target_size: plan.target_size,
                exception_reason: plan.exception_reason,
                area,
                decision: &decision,
            };
            let elsewhere = Refusal::AreaNotInCommune { unit: area.id, valid_at: day };
            let team = Team::plan(new, rules, moment.now).ok_or(elsewhere)?;
            teams.push((team, sole));
        }
        let plan: Id<TeamPlan> = self.env.new_id();
        if store::teams::insert(&mut tx, plan.uuid(), &teams).await? != teams.len() as u64 {
            // Another plan gave one of the areas its team between our look and our write.
            let area_unit = teams.first().map_or(commune, |(team, _)| team.area_unit);
            return Err(Refusal::AreaHasTeam { area_unit }.into());
        }
        for (team, _) in &teams {
            let fact = events::team_planned(team);
            tx.append(Stream::new("team", team.id), 0, &change.origin, &[fact]).await?;
        }
        let position = self.end(tx, change, plan).await?;
        Ok((teams.into_iter().map(|(team, _)| team).collect(), position))
    }

    /// Dissolves a team: its mediators cease, candidacies and lists under way end, its leader's term ends. Its cases and
    /// books go to a successor, or there are none (§14.2).
    pub(crate) async fn dissolve_team(
        &self,
        change: &Change,
        team: TeamId,
        decision: &Decision,
        (successor, settled): (Option<TeamId>, bool),
        etag: Option<Etag>,
    ) -> Result<(Team, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if done.is_some() {
            return Ok((team, tx.commit().await?.position));
        }
        admit_etag(team.revision, etag)?;
        in_order("decision.issue_date", decision.issue_date, team.plan.issue_date, moment.today)?;
        let mut successors = Vec::new();
        if let Some(id) = successor {
            if id == team.id {
                return Err(Error::field("successor_team_id", FaultText::DUPLICATE));
            }
            let taking = self.team(&mut tx, &change.caller, id, moment).await?;
            taking.expect_alive()?;
            successors.push(taking);
        }
        team.expect_alive()?;
        team.expect_handover(successor, settled)?;
        let day = decision.issue_date;
        let told = self.end_leaders(&mut tx, &mut team, day, moment).await?;
        team.end(Ending { kind: EndKind::Dissolved, decision: decision.clone(), successor })?;

        let lapsed = lapse_of_team(&mut tx, &team, day, moment).await?;
        let mut gone = store::mediators::alive_of_team(&mut tx, team.id).await?;
        for mediator in &mut gone {
            mediator.updated_at = moment.now;
            let fact = if mediator.state.in_force() {
                let earliest = mediator.recognition_date().unwrap_or(day);
                in_order("decision.issue_date", day, earliest, moment.today)?;
                mediator.cease(Cessation::TeamDissolved, day, Some(decision.clone()))?;
                let ceasing = lapsed.iter().find(|ceasing| ceasing.mediator == mediator.id);
                events::mediator_ceased(mediator, ceasing, day)
            } else {
                lapse(mediator, day)?
            };
            store::mediators::write(&mut tx, mediator).await?;
            Self::tell(&mut tx, change, mediator, fact).await?;
        }
        store::mediator_versions::record(&mut tx, &gone, day, moment.now).await?;
        store::lists::return_of_team(&mut tx, team.id, day, moment.now).await?;
        let ended = |team: &Team| events::team_dissolved(team, decision, &successors, &[]);
        self.write_team(&mut tx, change, &mut team, told, Standing::Told(day, &ended), moment).await?;
        let position = self.end(tx, change, team.id).await?;
        Ok((team, position))
    }

    /// Ends the terms of leaders of a team, in force, on their way and acting; answers the facts.
    pub(super) async fn end_leaders(
        &self,
        tx: &mut Tx,
        team: &mut Team,
        day: Date,
        moment: Moment,
    ) -> Result<Vec<NewEvent>, Error> {
        let mut told = self.end_acting(tx, team, |_| true, day).await?;
        for mut term in store::terms::open_of_team(tx, team.id).await? {
            let decided = term.decision.as_ref().map_or(term.election_date, |decision| decision.issue_date);
            in_order("decision.issue_date", day, decided, moment.today)?;
            term.end(LeaderEndGround::TeamEnded, day);
            store::terms::update(tx, &term, moment.now).await?;
            told.push(events::leader_ended(&term, day));
        }
        Ok(told)
    }
}

/// Ends a candidacy whose team ends before the chairman decided.
pub(super) fn lapse(mediator: &mut Mediator, day: Date) -> Result<NewEvent, Error> {
    mediator.drop_candidacy()?;
    Ok(match mediator.state {
        MediatorState::Withdrawn => facts::candidate_withdrawn(mediator, day),
        _ => events::mediator_rejected(mediator, None, day),
    })
}

/// The area of a plan: a unit of residence of the commune on the day.
pub(super) fn area_in(units: &[UnitVersion], area: UnitId, day: Date) -> Result<&UnitVersion, Error> {
    match units.iter().find(|unit| unit.id == area) {
        None => Err(Refusal::AreaNotInCommune { unit: area, valid_at: day }.into()),
        Some(unit) if level(unit.kind) != 3 => Err(Refusal::UnitKindWrong { unit: area, kind: unit.kind }.into()),
        Some(unit) => Ok(unit),
    }
}

/// What the fields of a plan show alone.
pub(super) fn plan_faults(plans: &[TeamPlan]) -> Result<(), Error> {
    let blank = |(index, plan): (usize, &TeamPlan)| {
        let field = || FieldFault::new(format!("plans[{index}].display_name"), FaultText::REQUIRED);
        plan.name.trim().is_empty().then(field)
    };
    let faults: Vec<FieldFault> = plans.iter().enumerate().filter_map(blank).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}
