//! What a reorganisation does to the units: every new version, every edge, every area that a person must decide about, or
//! every fault of the request.

use std::collections::{BTreeMap, HashMap};

use hoagiai_types::Date;

use super::{
    super::{FIRST_DAY, LAST_DAY, Lineage, UnitChange, UnitId, UnitKind, UnitVersion, import::nests, level},
    EdgeRow, Known, ReorganizationFault, ReorganizationRequest, ReorganizedUnit, Timeline, What, checks,
    timeline::{cut, joined},
};

/// An area of a divided commune that nobody said anything about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaAttachment {
    /// The area.
    pub area: UnitId,
    /// Its commune, which ended.
    pub from: UnitId,
    /// Its province.
    pub province: UnitId,
    /// The units among which the commune was divided.
    pub candidates: Vec<UnitId>,
}

/// What a reorganisation does to the units.
#[derive(Debug, Default)]
pub struct UnitPlan {
    /// Units whose versions change.
    pub timelines: Vec<Timeline>,
    /// What became of which.
    pub edges: Vec<Lineage>,
    /// Areas that a person must decide about.
    pub open: Vec<AreaAttachment>,
    /// Units that ended.
    pub ended: u32,
    /// What does not hold together.
    pub faults: Vec<ReorganizationFault>,
    /// Units in force on the effective date by code, as far as the request touches or names them.
    pub(super) by_code: HashMap<String, UnitId>,
    /// The version of each known unit on the effective date.
    pub(super) on_date: HashMap<UnitId, UnitVersion>,
    /// Of a unit that ended: the one that took all of it, or those that it was divided among.
    pub(super) after: HashMap<UnitId, Fate>,
}

/// What became of a unit that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// All of it went there.
    Whole(UnitId),
    /// It was divided among these.
    Divided(Vec<UnitId>),
}

/// Plans what a reorganisation does to the units.
pub fn plan_units(
    request: &ReorganizationRequest,
    known: &Known,
    today: Date,
    new_id: impl FnMut() -> UnitId,
) -> UnitPlan {
    let mut planner = Planner::new(request, known);
    planner.faults.extend(checks::alone(request, today));
    planner.resolve_before();
    planner.identify(new_id);
    planner.resolve_after();
    planner.end_units();
    planner.place_rows();
    planner.place_descendants();
    planner.faults.extend(checks::codes(request, &planner.row_ids, planner.timelines()));
    planner.finish()
}

/// Works through a request, step by step; a step that fails leaves its fault and lets the others go on.
pub(super) struct Planner<'a> {
    pub(super) request: &'a ReorganizationRequest,
    pub(super) known: &'a Known,
    pub(super) day: Date,
    pub(super) before: HashMap<&'a str, &'a UnitVersion>,
    /// Rows by code.
    rows: HashMap<&'a str, usize>,
    /// The unit before of each edge.
    pub(super) predecessors: Vec<Option<&'a UnitVersion>>,
    /// The unit after of each edge.
    pub(super) successors: Vec<Option<UnitId>>,
    /// The edges out of each unit.
    pub(super) out: BTreeMap<UnitId, Vec<usize>>,
    /// The unit of each row.
    row_ids: Vec<UnitId>,
    /// Units that go on as a row, with the row and the edge that says so.
    pub(super) goes_on: HashMap<UnitId, (usize, usize)>,
    /// Units that end: the place in `ended_codes`; none when they ended on that day by what was known.
    pub(super) ends: BTreeMap<UnitId, Option<usize>>,
    pub(super) changed: BTreeMap<UnitId, (Option<UnitChange>, Vec<UnitVersion>)>,
    pub(super) open: Vec<AreaAttachment>,
    pub(super) faults: Vec<ReorganizationFault>,
}

impl<'a> Planner<'a> {
    fn new(request: &'a ReorganizationRequest, known: &'a Known) -> Self {
        let day = request.effective;
        Self {
            request,
            known,
            day,
            before: known.by_code(day.plus_days(-1)),
            rows: request.units.iter().enumerate().map(|(index, row)| (row.code.as_str(), index)).collect(),
            predecessors: Vec::new(),
            successors: Vec::new(),
            out: BTreeMap::new(),
            row_ids: Vec::new(),
            goes_on: HashMap::new(),
            ends: BTreeMap::new(),
            changed: BTreeMap::new(),
            open: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub(super) fn fault(&mut self, field: String, what: What) {
        self.faults.push(ReorganizationFault { field, what });
    }

    /// Codes of the day before as units; which of them end.
    fn resolve_before(&mut self) {
        for (index, code) in self.request.ended.iter().enumerate() {
            match self.before.get(code.as_str()).copied() {
                Some(unit) => {
                    if self.ends.insert(unit.id, Some(index)).is_some() {
                        self.fault(format!("ended_codes[{index}]"), What::Duplicate);
                    }
                }
                None => self.fault(format!("ended_codes[{index}]"), What::UnknownBefore),
            }
        }
        for (index, edge) in self.request.edges.iter().enumerate() {
            let found = self.before.get(edge.predecessor_code.as_str()).copied();
            match found {
                // A unit whose end on that day was known already needs not be ended again.
                Some(unit) if self.known.on(unit.id, self.day).is_none() => {
                    _ = self.ends.entry(unit.id).or_insert(None)
                }
                Some(_) => {}
                None => self.fault(format!("edges[{index}].predecessor_code"), What::UnknownBefore),
            }
            if let Some(unit) = found {
                self.out.entry(unit.id).or_default().push(index);
            }
            self.predecessors.push(found);
        }
    }

    /// Which row is a unit that goes on, and which is a new one.
    fn identify(&mut self, mut new_id: impl FnMut() -> UnitId) {
        let request = self.request;
        let mut ids: Vec<Option<UnitId>> = vec![None; request.units.len()];
        for (index, edge) in request.edges.iter().enumerate().filter(|(_, edge)| edge.change.goes_on()) {
            let Some(unit) = self.predecessors[index] else { continue };
            let row = self.rows.get(edge.code.as_str()).copied();
            let free = row.filter(|row| ids[*row].is_none() && !self.goes_on.contains_key(&unit.id));
            match free {
                Some(row) => {
                    ids[row] = Some(unit.id);
                    self.goes_on.insert(unit.id, (row, index));
                    if !is_change(edge.change, unit, &request.units[row]) {
                        self.fault(format!("edges[{index}].change"), What::NoSuchChange);
                    }
                }
                None => self.fault(format!("edges[{index}].code"), What::NotTheSame),
            }
        }
        self.row_ids = ids.into_iter().map(|id| id.unwrap_or_else(&mut new_id)).collect();
    }

    /// The unit that has a code on the effective date: a row, or a unit that goes on as it was.
    pub(super) fn on_date(&self, code: &str) -> Option<UnitId> {
        self.rows.get(code).map(|row| self.row_ids[*row]).or_else(|| self.unchanged(code))
    }

    fn unchanged(&self, code: &str) -> Option<UnitId> {
        let unit = self.before.get(code)?;
        let stays = !self.ends.contains_key(&unit.id) && !self.goes_on.contains_key(&unit.id);
        (stays && self.known.on(unit.id, self.day).is_some()).then_some(unit.id)
    }

    /// Codes of the effective date as units.
    fn resolve_after(&mut self) {
        for (index, edge) in self.request.edges.iter().enumerate() {
            let found = self.on_date(&edge.code);
            if found.is_none() {
                self.fault(format!("edges[{index}].code"), What::UnknownAfter);
            }
            self.successors.push(found);
        }
        checks::edges(self);
    }

    /// The kind of a unit on the effective date.
    pub(super) fn kind_after(&self, code: &str, unit: UnitId) -> Option<UnitKind> {
        let row = self.rows.get(code).map(|row| self.request.units[*row].kind);
        row.or_else(|| self.known.on(unit, self.day).map(|version| version.kind))
    }

    /// Units that end: nothing of them is left from the effective date on.
    fn end_units(&mut self) {
        for (unit, at) in self.ends.clone() {
            let versions = self.known.of(unit);
            if at.is_some() && has_later_history(versions, self.day) {
                self.fault(at.map_or_else(String::new, |at| format!("ended_codes[{at}]")), What::LaterHistory);
            }
            let (head, tail) = cut(versions, self.day);
            if !tail.is_empty() {
                let change = self.out.get(&unit).and_then(|out| out.first()).map(|at| self.request.edges[*at].change);
                self.changed.insert(unit, (change, head));
            }
        }
    }

    /// The version of a unit on the effective date, as planned so far.
    pub(super) fn version_on_date(&self, unit: UnitId) -> Option<&UnitVersion> {
        match self.changed.get(&unit) {
            Some((_, versions)) => versions.iter().find(|version| version.holds_on(self.day)),
            None => self.known.on(unit, self.day),
        }
    }

    /// Versions of the rows, units above before units below.
    fn place_rows(&mut self) {
        let mut order: Vec<usize> = (0..self.request.units.len()).collect();
        order.sort_by_key(|index| level(self.request.units[*index].kind));
        for index in order {
            let row = &self.request.units[index];
            let id = self.row_ids[index];
            let field = format!("units[{index}].parent_code");
            let mut parent = None;
            if !row.parent_code.is_empty() {
                let above = self.on_date(&row.parent_code).and_then(|id| self.version_on_date(id)).cloned();
                match above {
                    Some(above) if nests(row.kind, above.kind) => parent = Some(above),
                    Some(_) => self.fault(field, What::ParentCannotHold),
                    None => self.fault(field, What::ParentNotInForce),
                }
            }
            let at = self.goes_on.get(&id).map(|(_, edge)| *edge);
            let edge = at.map(|edge| self.request.edges[edge].change);
            let before = self.known.of(id);
            if let (Some(at), Some(UnitChange::Moved)) = (at, edge) {
                let was = self.predecessors[at].and_then(|unit| unit.parent);
                if was == parent.as_ref().map(|above| above.id) {
                    self.fault(format!("edges[{at}].change"), What::NoSuchChange);
                }
            }
            if edge.is_some() && has_later_history(before, self.day) {
                self.fault(format!("units[{index}].code"), What::LaterHistory);
            }
            let (head, tail) = cut(before, self.day);
            let tail = match tail.is_empty() {
                true => vec![version(row, id, parent.as_ref(), (self.day, LAST_DAY), row.households)],
                false => tail
                    .iter()
                    .enumerate()
                    .map(|(at, old)| {
                        let households = if at == 0 && row.households > 0 { row.households } else { old.households };
                        version(row, id, parent.as_ref(), (old.valid_from, old.valid_to), households)
                    })
                    .collect(),
            };
            self.changed.insert(id, (edge, joined(head, tail)));
        }
    }

    fn timelines(&self) -> impl Iterator<Item = (UnitId, &[UnitVersion])> {
        let changed = self.changed.iter().map(|(id, (_, versions))| (*id, versions.as_slice()));
        let rest = self.known.timelines.iter().filter(|(id, _)| !self.changed.contains_key(id));
        changed.chain(rest.map(|(id, versions)| (*id, versions.as_slice())))
    }

    fn finish(mut self) -> UnitPlan {
        let mut plan = UnitPlan::default();
        for (index, edge) in self.request.edges.iter().enumerate() {
            if let (Some(before), Some(after)) = (self.predecessors[index], self.successors[index]) {
                plan.edges.push(lineage(self.request, edge, before.id, after));
            }
        }
        for unit in self.ends.keys() {
            plan.after.extend(self.fate(*unit).map(|fate| (*unit, fate)));
        }
        for (id, versions) in self.timelines() {
            if let Some(version) = versions.iter().find(|version| version.holds_on(self.day)) {
                plan.by_code.insert(version.code.clone(), id);
                plan.on_date.insert(id, version.clone());
            }
        }
        plan.ended = u32::try_from(self.ends.values().flatten().count()).unwrap_or(u32::MAX);
        for (id, (change, after)) in std::mem::take(&mut self.changed) {
            let timeline = Timeline { id, change, before: self.known.of(id).to_vec(), after };
            if timeline.before != timeline.after {
                plan.timelines.push(timeline);
            }
        }
        plan.open = self.open;
        plan.faults = self.faults;
        plan.faults.sort();
        plan.faults.dedup();
        plan
    }
}

fn lineage(request: &ReorganizationRequest, edge: &EdgeRow, predecessor: UnitId, unit: UnitId) -> Lineage {
    Lineage {
        unit,
        predecessor,
        extent: edge.extent,
        change_date: request.effective,
        change: edge.change,
        decision: Some(request.decision.clone()),
        reorganization: None,
    }
}

fn version(
    row: &ReorganizedUnit,
    id: UnitId,
    parent: Option<&UnitVersion>,
    (valid_from, valid_to): (Date, Date),
    households: u32,
) -> UnitVersion {
    UnitVersion {
        id,
        code: row.code.clone(),
        name: row.name.clone(),
        kind: row.kind,
        parent: parent.map(|above| above.id),
        province: parent.map_or(id, |above| above.province),
        commune: if level(row.kind) == 2 { Some(id) } else { parent.and_then(|above| above.commune) },
        valid_from,
        valid_to,
        households,
        ethnic_minority_area: row.ethnic_minority_area,
    }
}

/// Whether a row is to a unit what the edge says.
fn is_change(change: UnitChange, unit: &UnitVersion, row: &ReorganizedUnit) -> bool {
    let same_code = unit.code == row.code;
    let same_name = unit.name == row.name && unit.kind == row.kind;
    match change {
        UnitChange::Recoded => !same_code,
        UnitChange::Renamed => same_code && !same_name,
        // Whether the unit above is another is seen when rows are placed: codes do not tell.
        UnitChange::Moved => same_code && same_name,
        _ => false,
    }
}

/// Whether a unit becomes another, by what is known already, on a day or after it. Counts of households are no change.
pub(super) fn has_later_history(versions: &[UnitVersion], day: Date) -> bool {
    let last = day.plus_days(-1);
    let Some(then) = versions.iter().find(|version| version.holds_on(last)) else { return false };
    let alike = |version: &UnitVersion| {
        (&version.code, &version.name, version.kind, version.parent) == (&then.code, &then.name, then.kind, then.parent)
    };
    let open = versions.iter().filter(|version| version.valid_to >= day).max_by_key(|version| version.valid_to);
    versions.iter().any(|version| version.valid_from > last && !alike(version))
        || open.is_some_and(|last| last.valid_to != LAST_DAY)
}

/// Whether a day can be the first of something new.
pub(super) fn has_day_before(day: Date) -> bool {
    day > FIRST_DAY
}
