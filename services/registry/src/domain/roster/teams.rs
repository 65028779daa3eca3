//! What an import of teams does.

use std::collections::HashMap;

use hoagiai_types::{Timestamp, text};

use super::{
    Found, Ground, LineFault, LineField, LineOutcome, LineReason, PlaceText, Places, decided, in_sentence, key,
    same_paper,
};
use crate::domain::{Decision, Deficiencies, RuleSets, Team, TeamId, TeamState, UnitId, UnitVersion};

/// A team of a roster.
#[derive(Debug, Clone)]
pub struct TeamLine {
    /// Its place in the roster.
    pub line: usize,
    /// Where.
    pub place: PlaceText,
    /// Name; empty: after its area.
    pub name: String,
    /// Mediators that the decision fixed.
    pub size: u32,
    /// The decision; none: that of the import.
    pub decision: Option<Decision>,
    /// Why the area has a second team.
    pub exception: String,
}

/// What is to be done.
#[derive(Debug, Default)]
pub struct TeamsPlan {
    /// Teams to be made, as planned; whether each is to be alone in its area.
    pub created: Vec<(Team, bool)>,
    /// Teams to be corrected.
    pub corrected: Vec<Team>,
    /// What becomes of the lines without faults.
    pub outcomes: Vec<(usize, LineOutcome)>,
    /// What is wrong.
    pub faults: Vec<LineFault>,
}

/// Plans an import of teams. `kept` are the teams alive in the communes of the ground.
pub fn plan_team_lines(
    lines: &[TeamLine],
    ground: &Ground,
    kept: &[Team],
    import: Option<&Decision>,
    rules: &RuleSets,
    now: Timestamp,
    mut new_id: impl FnMut() -> TeamId,
) -> TeamsPlan {
    let mut plan = TeamsPlan::default();
    let mut by_area: HashMap<UnitId, Vec<Known>> = HashMap::new();
    for team in kept {
        by_area.entry(team.area_unit).or_default().push(Known { team: team.clone(), from_file: false });
    }
    let places = Places::over(ground);
    for line in lines {
        match place(line, (ground, &places), &mut by_area, import, rules, now, &mut new_id) {
            Ok(Placed::Created(team, sole)) => {
                plan.outcomes.push((line.line, LineOutcome::Created));
                plan.created.push((team, sole));
            }
            Ok(Placed::Corrected(team)) => {
                plan.outcomes.push((line.line, LineOutcome::Updated));
                plan.corrected.push(team);
            }
            Ok(Placed::There) => plan.outcomes.push((line.line, LineOutcome::Unchanged)),
            Err((field, reason)) => plan.faults.push(LineFault { line: line.line, field, reason }),
        }
    }
    plan
}

struct Known {
    team: Team,
    from_file: bool,
}

enum Placed {
    Created(Team, bool),
    Corrected(Team),
    There,
}

fn place(
    line: &TeamLine,
    (ground, places): (&Ground, &Places<'_>),
    by_area: &mut HashMap<UnitId, Vec<Known>>,
    import: Option<&Decision>,
    rules: &RuleSets,
    now: Timestamp,
    new_id: &mut impl FnMut() -> TeamId,
) -> Found<Placed> {
    let index = places.commune(&line.place)?;
    let area = places.area(index, &line.place)?.ok_or((LineField::Area, LineReason::Required))?;
    let commune = ground.communes.get(index).map(|commune| &commune.unit).unwrap_or(area);
    let paper = decided(line.decision.as_ref(), import, commune)?;
    let name = match line.name.is_empty() {
        true => format!("Tổ hòa giải {}", in_sentence(&area.name)),
        false => line.name.clone(),
    };
    let known = by_area.entry(area.id).or_default();
    let alike = |other: &str| text::fold(other) == text::fold(&name) || key(other) == key(&name);
    if let Some(same) = known.iter_mut().find(|one| alike(&one.team.name)) {
        return match same {
            one if one.from_file => Err((LineField::Team, LineReason::DuplicateRow)),
            one if !same_paper(&one.team.plan, &paper) => Err((LineField::DecisionNumber, LineReason::DecisionDiffers)),
            one if one.team.target_size == line.size => {
                one.from_file = true;
                Ok(Placed::There)
            }
            one => {
                (one.from_file, one.team.target_size) = (true, line.size);
                Ok(Placed::Corrected(one.team.clone()))
            }
        };
    }
    let sole = rules.on(paper.issue_date).one_team_per_area && line.exception.is_empty();
    if sole && !known.is_empty() {
        return Err((LineField::Area, LineReason::AreaHasTeam));
    }
    let team = planned(new_id(), line, name, paper, (area, commune), now);
    known.push(Known { team: team.clone(), from_file: true });
    Ok(Placed::Created(team, sole))
}

/// A team that is planned by a paper of before.
fn planned(
    id: TeamId,
    line: &TeamLine,
    name: String,
    paper: Decision,
    (area, commune): (&UnitVersion, &UnitVersion),
    now: Timestamp,
) -> Team {
    Team {
        id,
        name,
        state: TeamState::Planned,
        area_unit: area.id,
        minority_area: area.ethnic_minority_area,
        commune: commune.id,
        province: commune.province,
        target_size: line.size,
        plan: paper,
        exception_reason: line.exception.clone(),
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
        created_at: now,
        updated_at: now,
    }
}
