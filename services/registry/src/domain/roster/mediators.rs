//! What an import of mediators does.

use std::collections::HashMap;

use hoagiai_types::text;

use super::{
    Found, Ground, LineFault, LineField, LineOutcome, LineReason, PlaceText, Places, decided, key, same_paper,
};
use crate::domain::{Decision, Mediator, MediatorId, MediatorState, Person, Team, TeamId, UnitId};

/// A mediator of a roster.
#[derive(Debug, Clone)]
pub struct MediatorLine {
    /// Its place in the roster.
    pub line: usize,
    /// Where.
    pub place: PlaceText,
    /// The team; empty: the one of the area.
    pub team: String,
    /// Who.
    pub person: Person,
    /// Whether the roster tells the education; otherwise what is known stays.
    pub education_told: bool,
    /// The decision; none: that of the import.
    pub decision: Option<Decision>,
    /// Leader of the team.
    pub leader: bool,
    /// The decision on the leader; none: the same.
    pub leader_decision: Option<Decision>,
}

/// A mediator that is known, with the person unless it was erased.
#[derive(Debug, Clone)]
pub struct KnownPerson {
    /// The record.
    pub mediator: Mediator,
    /// Who.
    pub person: Option<Person>,
}

/// A mediator to be recorded.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// The id that the record gets.
    pub id: MediatorId,
    /// The team, by its place among the kept.
    pub team: usize,
    /// Who.
    pub person: Person,
    /// The decision.
    pub decision: Decision,
}

/// A mediator to be corrected.
#[derive(Debug, Clone)]
pub struct Corrected {
    /// The record.
    pub mediator: Mediator,
    /// The team, by its place among the kept.
    pub team: usize,
    /// Who, as it should have been.
    pub person: Person,
}

/// A leader to be recorded.
#[derive(Debug, Clone)]
pub struct Led {
    /// The team, by its place among the kept.
    pub team: usize,
    /// Who.
    pub mediator: MediatorId,
    /// By which decision.
    pub decision: Decision,
}

/// What is to be done.
#[derive(Debug, Default)]
pub struct MediatorsPlan {
    /// New records.
    pub enrolled: Vec<Enrolled>,
    /// Corrections.
    pub corrected: Vec<Corrected>,
    /// New leaders.
    pub leaders: Vec<Led>,
    /// What becomes of the lines without faults.
    pub outcomes: Vec<(usize, LineOutcome)>,
    /// What is wrong.
    pub faults: Vec<LineFault>,
}

/// Plans an import of mediators. `teams` are the teams alive in the communes of the ground, `known` those who were ever
/// recognised in them, or are on the way.
pub fn plan_mediator_lines(
    lines: &[MediatorLine],
    ground: &Ground,
    teams: &[Team],
    known: Vec<KnownPerson>,
    import: Option<&Decision>,
    mut new_id: impl FnMut() -> MediatorId,
) -> MediatorsPlan {
    let mut planner = Planner::over(ground, teams, known, import);
    let leaders = planner.leaders(lines);
    for line in lines {
        match planner.place(line, &leaders, &mut new_id) {
            Ok(outcome) => planner.plan.outcomes.push((line.line, outcome)),
            Err((field, reason)) => planner.plan.faults.push(LineFault { line: line.line, field, reason }),
        }
    }
    planner.plan
}

struct Planner<'a> {
    ground: &'a Ground,
    places: Places<'a>,
    /// Communes of the ground by their ids.
    communes: HashMap<UnitId, usize>,
    teams: &'a [Team],
    by_area: HashMap<hoagiai_types::Uuid, Vec<usize>>,
    by_commune: HashMap<hoagiai_types::Uuid, Vec<usize>>,
    by_team: HashMap<TeamId, Vec<KnownPerson>>,
    /// Names of the file by team.
    seen: HashMap<usize, Vec<(String, Option<i32>)>>,
    import: Option<&'a Decision>,
    plan: MediatorsPlan,
}

impl<'a> Planner<'a> {
    fn over(ground: &'a Ground, teams: &'a [Team], known: Vec<KnownPerson>, import: Option<&'a Decision>) -> Self {
        let (mut by_area, mut by_commune) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        for (index, team) in teams.iter().enumerate() {
            by_area.entry(team.area_unit.uuid()).or_default().push(index);
            by_commune.entry(team.commune.uuid()).or_default().push(index);
        }
        let mut by_team = HashMap::<_, Vec<KnownPerson>>::new();
        for one in known {
            by_team.entry(one.mediator.team).or_default().push(one);
        }
        let (seen, plan) = (HashMap::new(), MediatorsPlan::default());
        let communes = ground.communes.iter().enumerate().map(|(index, commune)| (commune.unit.id, index)).collect();
        let places = Places::over(ground);
        Self { ground, places, communes, teams, by_area, by_commune, by_team, seen, import, plan }
    }

    /// How many lines of each team say that they are its leader.
    fn leaders(&self, lines: &[MediatorLine]) -> HashMap<usize, usize> {
        let mut count = HashMap::new();
        for team in lines.iter().filter(|line| line.leader).filter_map(|line| self.team(line).ok()) {
            *count.entry(team).or_default() += 1;
        }
        count
    }

    /// The team of a line: of its area, by its name where there are more or no area is named.
    fn team(&self, line: &MediatorLine) -> Found<usize> {
        let commune = self.places.commune(&line.place)?;
        let area = self.places.area(commune, &line.place)?;
        let commune = self.ground.communes.get(commune).map(|commune| commune.unit.id.uuid()).unwrap_or_default();
        let among = match area {
            Some(area) => self.by_area.get(&area.id.uuid()),
            None => self.by_commune.get(&commune),
        };
        let among = among.map(Vec::as_slice).unwrap_or_default();
        if line.team.is_empty() && area.is_none() {
            return Err((LineField::Team, LineReason::Required));
        }
        if let ([only], true) = (among, area.is_some()) {
            return Ok(*only);
        }
        let (folded, wanted) = (text::fold(&line.team), key(&line.team));
        let named = |fits: &dyn Fn(&Team) -> bool| -> Vec<usize> {
            among.iter().copied().filter(|index| self.teams.get(*index).is_some_and(fits)).collect()
        };
        let exact = named(&|team| text::fold(&team.name) == folded);
        let found = if exact.is_empty() { named(&|team| key(&team.name) == wanted) } else { exact };
        match found.as_slice() {
            [one] => Ok(*one),
            [] if among.is_empty() || !line.team.is_empty() => self.of_area_named(line, &commune),
            _ => Err((LineField::Team, LineReason::TeamAmbiguous)),
        }
    }

    /// A team that is named by its area: `Thôn Đông` in the column of teams.
    fn of_area_named(&self, line: &MediatorLine, commune: &hoagiai_types::Uuid) -> Found<usize> {
        let field = if line.team.is_empty() { LineField::Area } else { LineField::Team };
        let ground = self.ground.communes.iter().find(|ground| ground.unit.id.uuid() == *commune);
        let wanted = key(&line.team);
        let areas = ground.into_iter().flat_map(|ground| &ground.areas).filter(|area| key(&area.name) == wanted);
        let teams: Vec<usize> = areas.filter_map(|area| self.by_area.get(&area.id.uuid())).flatten().copied().collect();
        match teams.as_slice() {
            [one] if !line.team.is_empty() => Ok(*one),
            [] => Err((field, LineReason::TeamUnknown)),
            _ => Err((field, LineReason::TeamAmbiguous)),
        }
    }

    fn place(
        &mut self,
        line: &MediatorLine,
        leaders: &HashMap<usize, usize>,
        new_id: &mut impl FnMut() -> MediatorId,
    ) -> Found<LineOutcome> {
        let index = self.team(line)?;
        let team = self.teams.get(index).ok_or((LineField::Team, LineReason::TeamUnknown))?;
        let commune = self.communes.get(&team.commune).and_then(|index| self.ground.communes.get(*index));
        let commune = commune.map(|ground| &ground.unit).ok_or((LineField::Commune, LineReason::CommuneUnknown))?;
        let paper = decided(line.decision.as_ref(), self.import, commune)?;
        let leader_paper = match &line.leader_decision {
            Some(own) => decided(Some(own), None, commune)?,
            None => paper.clone(),
        };
        let name = written(&line.person.full_name);
        let birth = line.person.birth_year;
        let seen = self.seen.entry(index).or_default();
        if seen.iter().any(|(other, year)| *other == name && (*year == birth || year.is_none() || birth.is_none())) {
            return Err((LineField::FullName, LineReason::DuplicateRow));
        }
        seen.push((name, birth));
        if line.leader && leaders.get(&index).is_some_and(|count| *count > 1) {
            return Err((LineField::Role, LineReason::TwoLeaders));
        }
        let there = matched(self.by_team.get(&team.id).map(Vec::as_slice).unwrap_or_default(), line, &paper)?.cloned();
        let who = there.as_ref().map(|one| one.mediator.id);
        let leads = line.leader && (team.leader.is_none() || team.leader != who);
        if leads && team.leader.is_some() {
            return Err((LineField::Role, LineReason::TeamHasLeader));
        }
        let (mediator, mut outcome) = match there {
            None => {
                let id = new_id();
                let person = line.person.clone();
                self.plan.enrolled.push(Enrolled { id, team: index, person, decision: paper });
                (id, LineOutcome::Created)
            }
            Some(one) => match corrected(one.person.as_ref(), line) {
                None => (one.mediator.id, LineOutcome::Unchanged),
                Some(person) => {
                    let id = one.mediator.id;
                    self.plan.corrected.push(Corrected { mediator: one.mediator, team: index, person });
                    (id, LineOutcome::Updated)
                }
            },
        };
        if leads {
            self.plan.leaders.push(Led { team: index, mediator, decision: leader_paper });
            outcome = if outcome == LineOutcome::Unchanged { LineOutcome::Updated } else { outcome };
        }
        Ok(outcome)
    }
}

/// A name as it is written, whichever keyboard put the mark of `hòa`.
fn written(name: &str) -> String {
    let lower = text::nfc(name).to_lowercase();
    [
        ("oà", "òa"),
        ("oá", "óa"),
        ("oả", "ỏa"),
        ("oã", "õa"),
        ("oạ", "ọa"),
        ("uỳ", "ùy"),
        ("uý", "úy"),
        ("uỷ", "ủy"),
        ("uỹ", "ũy"),
        ("uỵ", "ụy"),
        ("oè", "òe"),
        ("oé", "óe"),
        ("oẻ", "ỏe"),
        ("oẽ", "õe"),
        ("oẹ", "ọe"),
    ]
    .iter()
    .fold(lower, |name, (new, old)| name.replace(new, old))
}

/// Who of a team a line means: written alike; or alike but for the marks, and born in the same year.
fn matched<'k>(known: &'k [KnownPerson], line: &MediatorLine, paper: &Decision) -> Found<Option<&'k KnownPerson>> {
    let (name, folded, birth) =
        (written(&line.person.full_name), text::fold(&line.person.full_name), line.person.birth_year);
    let is = |one: &&KnownPerson| {
        one.person.as_ref().is_some_and(|person| {
            let year = person.birth_year;
            let fits = year == birth || year.is_none() || birth.is_none();
            let sure = year.is_some() && year == birth;
            fits && written(&person.full_name) == name || sure && text::fold(&person.full_name) == folded
        })
    };
    let all: Vec<&KnownPerson> = known.iter().filter(is).collect();
    let in_force: Vec<&KnownPerson> = all.iter().copied().filter(|one| one.mediator.state.in_force()).collect();
    match in_force.as_slice() {
        [one] if one.mediator.recognition.as_ref().is_some_and(|own| same_paper(own, paper)) => return Ok(Some(*one)),
        [_] => return Err((LineField::DecisionNumber, LineReason::DecisionDiffers)),
        [_, ..] => return Err((LineField::FullName, LineReason::PersonAmbiguous)),
        [] => {}
    }
    for one in all {
        let same = one.mediator.recognition.as_ref().is_some_and(|own| same_paper(own, paper));
        match one.mediator.state {
            MediatorState::Ceased if same => return Err((LineField::FullName, LineReason::AlreadyCeased)),
            MediatorState::Nominated | MediatorState::Elected | MediatorState::Tied | MediatorState::Submitted => {
                return Err((LineField::FullName, LineReason::ChangeNotAdmitted));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The person as the roster tells, if it tells anything else than what is known. What it leaves empty stays.
fn corrected(known: Option<&Person>, line: &MediatorLine) -> Option<Person> {
    let known = known?;
    let told = &line.person;
    let mut person = known.clone();
    if !told.phone.is_empty() {
        person.phone.clone_from(&told.phone);
    }
    person.birth_year = told.birth_year.or(known.birth_year);
    let education = if line.education_told { told.statistics } else { known.statistics }.education_class;
    person.statistics = told.statistics;
    person.statistics.education_class = education;
    (person != *known).then_some(person)
}
