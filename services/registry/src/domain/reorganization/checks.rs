//! Whether a reorganisation holds together: what can be said of the rows alone, of what became of each unit, and of codes.

use std::collections::{BTreeSet, HashMap, HashSet};

use hoagiai_types::Date;

use super::{
    super::{LineageExtent, UnitChange, UnitId, UnitVersion, level},
    AttachmentRow, ReorganizationFault, ReorganizationRequest, What,
    plan::{Planner, has_day_before},
};

/// What can be said of the request alone.
pub(super) fn alone(request: &ReorganizationRequest, today: Date) -> Vec<ReorganizationFault> {
    let mut faults = Vec::new();
    let mut fault = |field: String, what: What| faults.push(ReorganizationFault { field, what });
    if request.effective > today || !has_day_before(request.effective) {
        fault("effective_date".into(), What::DateOutOfOrder);
    }
    if request.decision.issue_date > today {
        fault("decision.issue_date".into(), What::DateOutOfOrder);
    }
    let mut codes = HashSet::new();
    for (index, row) in request.units.iter().enumerate() {
        if !codes.insert(row.code.as_str()) {
            fault(format!("units[{index}].code"), What::Duplicate);
        }
        if level(row.kind) < 3 && row.households > 0 {
            fault(format!("units[{index}].household_count"), What::NotOfResidence);
        }
        if level(row.kind) < 3 && row.ethnic_minority_area {
            fault(format!("units[{index}].ethnic_minority_area"), What::NotOfResidence);
        }
        if (level(row.kind) == 0) != row.parent_code.is_empty() {
            fault(format!("units[{index}].parent_code"), What::ParentCannotHold);
        }
    }
    let mut edges = HashSet::new();
    for (index, edge) in request.edges.iter().enumerate() {
        if !edges.insert((edge.predecessor_code.as_str(), edge.code.as_str())) {
            fault(format!("edges[{index}].predecessor_code"), What::Duplicate);
        }
        if (edge.change == UnitChange::Split) == (edge.extent == LineageExtent::Whole) {
            fault(format!("edges[{index}].extent"), What::ExtentWrong);
        }
    }
    let mut teams = HashSet::new();
    for (index, row) in request.attachments.iter().enumerate() {
        if matches!(row, AttachmentRow::Team(team, _) if !teams.insert(*team)) {
            fault(format!("attachments[{index}].team_id"), What::Duplicate);
        }
    }
    faults
}

/// What became of each unit: it ends or it goes on, and what is given away is all of it, once.
pub(super) fn edges(planner: &mut Planner<'_>) {
    let request = planner.request;
    for (index, edge) in request.edges.iter().enumerate() {
        let Some(before) = planner.predecessors[index] else { continue };
        let Some(after) = planner.successors[index] else { continue };
        if (before.id == after) != edge.change.goes_on() {
            planner.fault(format!("edges[{index}].code"), What::NotTheSame);
        }
        if let Some(kind) = planner.kind_after(&edge.code, after) {
            let fits = match edge.change {
                UnitChange::LevelAbolished => level(kind) < level(before.kind),
                _ => level(kind) == level(before.kind),
            };
            if !fits {
                planner.fault(format!("edges[{index}].change"), What::LevelWrong);
            }
        }
    }
    let ends: Vec<(UnitId, Option<usize>)> = planner.ends.iter().map(|(unit, at)| (*unit, *at)).collect();
    for (unit, at) in ends {
        if let (Some(at), false) = (at, planner.out.contains_key(&unit)) {
            planner.fault(format!("ended_codes[{at}]"), What::NothingAfter);
        }
    }
    let out = std::mem::take(&mut planner.out);
    for (unit, indices) in &out {
        extents(planner, *unit, indices);
    }
    planner.out = out;
}

/// The extents of what became of one unit.
fn extents(planner: &mut Planner<'_>, unit: UnitId, indices: &[usize]) {
    let edges = &planner.request.edges;
    let of = |extent: LineageExtent| -> Vec<usize> {
        let to_others = |index: &usize| !edges[*index].change.goes_on() && edges[*index].extent == extent;
        indices.iter().copied().filter(to_others).collect()
    };
    let (whole, parts, rest) = (of(LineageExtent::Whole), of(LineageExtent::Part), of(LineageExtent::Remainder));
    let mut wrong: BTreeSet<(usize, What)> = BTreeSet::new();
    if planner.ends.contains_key(&unit) {
        if let Some((_, edge)) = planner.goes_on.get(&unit) {
            wrong.insert((*edge, What::EndsToo));
        }
        if !whole.is_empty() && whole.len() + parts.len() + rest.len() > 1 {
            wrong.extend(whole.iter().map(|index| (*index, What::ExtentsDoNotAddUp)));
        }
        wrong.extend(rest.iter().skip(1).map(|index| (*index, What::ExtentsDoNotAddUp)));
        if whole.is_empty() && parts.len() + rest.len() == 1 {
            wrong.extend(parts.iter().chain(&rest).map(|index| (*index, What::ExtentsDoNotAddUp)));
        }
    } else {
        // Who goes on keeps the rest, and gives away parts alone.
        wrong.extend(whole.iter().chain(&rest).map(|index| (*index, What::GoesOn)));
    }
    for (index, what) in wrong {
        planner.fault(format!("edges[{index}].extent"), what);
    }
}

/// No code is held by two units on a day from the effective date on.
pub(super) fn codes<'v>(
    request: &ReorganizationRequest,
    row_ids: &[UnitId],
    timelines: impl Iterator<Item = (UnitId, &'v [UnitVersion])>,
) -> Vec<ReorganizationFault> {
    let rows: HashMap<&str, (usize, UnitId)> =
        request.units.iter().zip(row_ids).enumerate().map(|(i, (row, id))| (row.code.as_str(), (i, *id))).collect();
    let mut faults = Vec::new();
    for (unit, versions) in timelines {
        for version in versions.iter().filter(|version| version.valid_to >= request.effective) {
            if let Some((index, id)) = rows.get(version.code.as_str())
                && unit != *id
            {
                faults.push(ReorganizationFault { field: format!("units[{index}].code"), what: What::CodeTaken });
            }
        }
    }
    faults
}
