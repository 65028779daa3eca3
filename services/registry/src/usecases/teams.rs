//! Teams: planned by decision, dissolved by decision.

use hoagiai_identity::AreaPath;
use hoagiai_store::{Position, Stream};
use hoagiai_types::{Date, Etag, Id};

use super::{Change, Registry, Standing, admit_etag, admitted, area_of, ceasings::lapse_of_team};
use crate::{
    domain::{
        Cessation, Decision, Deficiencies, FIRST_DAY, LeaderEndGround, MediatorState, Refusal, Team, TeamId, TeamState,
        UnitId, UnitVersion, in_order, level,
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
        let units = store::units::commune_with_areas(&mut tx, commune, day).await?;
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
        let mut taken = store::teams::areas_with_team(&mut tx, commune).await?;
        let mut teams = Vec::with_capacity(plans.len());
        for plan in plans {
            let area = area_in(&units, plan.area_unit, day)?;
            let sole = rules.one_team_per_area && plan.exception_reason.is_empty();
            if sole && taken.contains(&plan.area_unit) {
                return Err(Refusal::AreaHasTeam { area_unit: plan.area_unit }.into());
            }
            taken.push(plan.area_unit);
            let mut team = Team {
                id: self.env.new_id(),
                name: plan.name,
                state: TeamState::Planned,
                area_unit: area.id,
                minority_area: area.ethnic_minority_area,
                commune,
                province: of_commune.province,
                target_size: plan.target_size,
                plan: decision.clone(),
                exception_reason: plan.exception_reason,
                mediators: 0,
                women: 0,
                ethnic_minority: 0,
                leader: None,
                acting_leader: None,
                deficiencies: Deficiencies::default(),
                active_date: None,
                size: None,
                ending: None,
                revision: 1,
                created_at: moment.now,
                updated_at: moment.now,
            };
            team.stand(rules, day);
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

    /// Dissolves a team: its mediators cease, candidacies and lists under way end, its leader's term ends.
    pub(crate) async fn dissolve_team(
        &self,
        change: &Change,
        team: TeamId,
        decision: &Decision,
        etag: Option<Etag>,
    ) -> Result<(Team, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let found = store::teams::get(&mut tx, team, moment.today).await?;
        let mut team = admitted(&change.caller, found, area_of, Error::TeamNotFound(team))?;
        if done.is_some() {
            return Ok((team, tx.commit().await?.position));
        }
        admit_etag(team.revision, etag)?;
        in_order("decision.issue_date", decision.issue_date, team.plan.issue_date, moment.today)?;
        team.expect_alive()?;
        let day = decision.issue_date;
        let mut told = self.end_acting(&mut tx, &mut team, |_| true, day).await?;
        team.dissolve()?;
        for mut term in store::terms::open_of_team(&mut tx, team.id).await? {
            term.end(LeaderEndGround::TeamEnded, day);
            store::terms::update(&mut tx, &term, moment.now).await?;
            told.push(events::leader_ended(&term, day));
        }
        let lapsed = lapse_of_team(&mut tx, &team, day, moment).await?;
        for mut mediator in store::mediators::alive_of_team(&mut tx, team.id).await? {
            mediator.updated_at = moment.now;
            let fact = if mediator.state.in_force() {
                mediator.cease(Cessation::TeamDissolved, day, Some(decision.clone()))?;
                let ceasing = lapsed.iter().find(|ceasing| ceasing.mediator == mediator.id);
                events::mediator_ceased(&mediator, ceasing, day)
            } else {
                mediator.drop_candidacy()?;
                match mediator.state {
                    MediatorState::Withdrawn => facts::candidate_withdrawn(&mediator, day),
                    _ => events::mediator_rejected(&mediator, None, day),
                }
            };
            store::mediators::update(&mut tx, &mediator, day).await?;
            Self::tell(&mut tx, change, &mediator, fact).await?;
        }
        store::lists::return_of_team(&mut tx, team.id, day, moment.now).await?;
        let standing = Standing::Dissolved(decision);
        self.write_team(&mut tx, change, &mut team, told, standing, moment).await?;
        let position = self.end(tx, change, team.id).await?;
        Ok((team, position))
    }
}

/// The area of a plan: a unit of residence of the commune on the day.
fn area_in(units: &[UnitVersion], area: UnitId, day: Date) -> Result<&UnitVersion, Error> {
    match units.iter().find(|unit| unit.id == area) {
        None => Err(Refusal::AreaNotInCommune { unit: area, valid_at: day }.into()),
        Some(unit) if level(unit.kind) != 3 => Err(Refusal::UnitKindWrong { unit: area, kind: unit.kind }.into()),
        Some(unit) => Ok(unit),
    }
}

/// What the fields of a plan show alone.
fn plan_faults(plans: &[TeamPlan]) -> Result<(), Error> {
    let blank = |(index, plan): (usize, &TeamPlan)| {
        let field = || FieldFault::new(format!("plans[{index}].display_name"), FaultText::REQUIRED);
        plan.name.trim().is_empty().then(field)
    };
    let faults: Vec<FieldFault> = plans.iter().enumerate().filter_map(blank).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}
