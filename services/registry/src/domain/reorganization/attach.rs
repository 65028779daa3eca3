//! Where teams go: with their area, into the area that took all of theirs, where a person said, or nowhere yet (rule 1).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    super::{TeamId, UnitId, UnitVersion, level},
    AttachmentRow, ReorganizationFault, ReorganizationRequest, UnitPlan, What,
    plan::Fate,
};

/// Where a team lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The unit of residence.
    pub area: UnitId,
    /// The commune.
    pub commune: UnitId,
    /// The province.
    pub province: UnitId,
}

impl Place {
    /// The place that an area is, as it lies in a version; none when it is no unit of residence.
    pub fn of(area: &UnitVersion) -> Option<Self> {
        let commune = area.commune.filter(|_| level(area.kind) == 3)?;
        Some(Self { area: area.id, commune, province: area.province })
    }
}

/// A team that is not dissolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamAt {
    /// Which.
    pub id: TeamId,
    /// Where it lies.
    pub place: Place,
}

/// A team goes elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamStep {
    /// Which.
    pub team: TeamId,
    /// Where it lay.
    pub from: Place,
    /// Where it lies from the effective date on.
    pub to: Place,
}

/// What a reorganisation does to the teams.
#[derive(Debug, Clone, Default)]
pub struct TeamMoves {
    /// Teams that go elsewhere.
    pub steps: Vec<TeamStep>,
    /// Teams of a divided area that nobody said anything about, with the units that it was divided among.
    pub open: Vec<(TeamAt, Vec<UnitId>)>,
    /// Areas that a step leads into another team's area (rule 2).
    pub shared: Vec<UnitId>,
    /// What does not hold together.
    pub faults: Vec<ReorganizationFault>,
}

/// Plans where the teams go. `teams` are those that are not dissolved, in every area that the plan touches or that a
/// person named.
pub fn plan_teams(request: &ReorganizationRequest, plan: &UnitPlan, teams: &[TeamAt]) -> TeamMoves {
    let mut moves = TeamMoves::default();
    let said = said(request, plan, teams, &mut moves.faults);
    let mut areas: BTreeMap<UnitId, u32> = BTreeMap::new();
    let mut entered: BTreeSet<UnitId> = BTreeSet::new();
    for team in teams {
        let goes = match said.get(&team.id) {
            Some(place) => Ok(*place),
            None => follows(plan, team),
        };
        let to = match goes {
            Ok(to) => to,
            Err(candidates) => {
                moves.open.push((*team, candidates));
                team.place
            }
        };
        *areas.entry(to.area).or_default() += 1;
        if to != team.place {
            moves.steps.push(TeamStep { team: team.id, from: team.place, to });
        }
        if to.area != team.place.area {
            entered.insert(to.area);
        }
    }
    moves.shared = entered.into_iter().filter(|area| areas.get(area).is_some_and(|teams| *teams > 1)).collect();
    moves
}

/// The place that a team follows its area to, or the units that the area was divided among.
fn follows(plan: &UnitPlan, team: &TeamAt) -> Result<Place, Vec<UnitId>> {
    if let Some(place) = plan.on_date.get(&team.place.area).and_then(Place::of) {
        return Ok(place);
    }
    match plan.after.get(&team.place.area) {
        Some(Fate::Whole(area)) => Ok(plan.on_date.get(area).and_then(Place::of).unwrap_or(team.place)),
        Some(Fate::Divided(candidates)) => Err(candidates.clone()),
        None => Ok(team.place),
    }
}

/// What a person said about teams.
fn said(
    request: &ReorganizationRequest,
    plan: &UnitPlan,
    teams: &[TeamAt],
    faults: &mut Vec<ReorganizationFault>,
) -> HashMap<TeamId, Place> {
    let known: BTreeSet<TeamId> = teams.iter().map(|team| team.id).collect();
    let mut said = HashMap::new();
    for (index, row) in request.attachments.iter().enumerate() {
        let AttachmentRow::Team(team, code) = row else { continue };
        let mut fault = |name: &str, what: What| {
            faults.push(ReorganizationFault { field: format!("attachments[{index}].{name}"), what });
        };
        if !known.contains(team) {
            fault("team_id", What::UnknownTeam);
        }
        match plan.by_code.get(code).and_then(|unit| plan.on_date.get(unit)) {
            None => fault("code", What::UnknownAfter),
            Some(area) => match Place::of(area) {
                Some(place) => _ = said.insert(*team, place),
                None => fault("code", What::ParentCannotHold),
            },
        }
    }
    said
}
