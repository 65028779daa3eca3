//! Units below those that a reorganisation names: they follow, go where a person said, or wait for somebody to decide.

use std::collections::{BTreeSet, HashMap};

use super::{
    super::{LineageExtent, UnitId, UnitVersion, import::nests, level},
    AreaAttachment, AttachmentRow, What,
    plan::{Fate, Planner, has_later_history},
    timeline::reattach,
};

impl Planner<'_> {
    /// Units that are not named, below units that are: they follow, or go where a person said, or wait.
    pub(super) fn place_descendants(&mut self) {
        let mapped = self.mapped_areas();
        let mut below: Vec<&UnitVersion> = self
            .known
            .timelines
            .values()
            .flatten()
            .filter(|v| v.holds_on(self.day) && !self.ends.contains_key(&v.id) && !self.changed.contains_key(&v.id))
            .collect();
        below.sort_by_key(|version| (level(version.kind), version.id));
        let mut left = BTreeSet::new();
        for unit in below {
            let Some(parent) = unit.parent else { continue };
            let to = match (mapped.get(&unit.id), self.ends.get(&parent)) {
                (Some(to), _) => Some(*to),
                (None, None) => Some(parent),
                (None, Some(at)) => match self.fate(parent) {
                    Some(Fate::Whole(to)) if self.holds(to, unit) => Some(to),
                    Some(Fate::Divided(candidates)) if level(unit.kind) == 3 => {
                        let open = AreaAttachment { area: unit.id, from: parent, province: unit.province, candidates };
                        self.open.push(open);
                        None
                    }
                    _ => {
                        left.extend(*at);
                        None
                    }
                },
            };
            if let Some(above) = to.and_then(|to| self.version_on_date(to)).cloned() {
                self.follow(unit, &above);
            }
        }
        for at in left {
            self.fault(format!("ended_codes[{at}]"), What::LeftWithoutParent);
        }
    }

    fn holds(&self, above: UnitId, unit: &UnitVersion) -> bool {
        self.version_on_date(above).is_some_and(|above| nests(unit.kind, above.kind))
    }

    /// A unit from the effective date on below another.
    fn follow(&mut self, unit: &UnitVersion, above: &UnitVersion) {
        let timeline = reattach(self.known.of(unit.id), above, self.day);
        if timeline.before != timeline.after {
            self.changed.insert(unit.id, (timeline.change, timeline.after));
        }
    }

    /// What a person said about areas.
    fn mapped_areas(&mut self) -> HashMap<UnitId, UnitId> {
        let mut mapped = HashMap::new();
        for (index, row) in self.request.attachments.iter().enumerate() {
            let AttachmentRow::Area(area, code) = row else { continue };
            let field = |name: &str| format!("attachments[{index}].{name}");
            let unit = self.before.get(area.as_str()).copied();
            let to = self.on_date(code).and_then(|id| self.version_on_date(id)).cloned();
            match unit {
                None => self.fault(field("area_code"), What::UnknownBefore),
                Some(unit) if level(unit.kind) != 3 => self.fault(field("area_code"), What::LevelWrong),
                Some(unit) if self.ends.contains_key(&unit.id) => self.fault(field("area_code"), What::EndsToo),
                Some(unit) if self.goes_on.contains_key(&unit.id) => self.fault(field("area_code"), What::Duplicate),
                Some(unit) => match &to {
                    Some(to) if level(to.kind) == 2 => {
                        if has_later_history(self.known.of(unit.id), self.day) {
                            self.fault(field("area_code"), What::LaterHistory);
                        }
                        if mapped.insert(unit.id, to.id).is_some() {
                            self.fault(field("area_code"), What::Duplicate);
                        }
                    }
                    Some(_) => self.fault(field("code"), What::ParentCannotHold),
                    None => self.fault(field("code"), What::UnknownAfter),
                },
            }
        }
        mapped
    }

    /// What became of a unit that ends.
    pub(super) fn fate(&self, unit: UnitId) -> Option<Fate> {
        let mut to = Vec::new();
        for index in self.out.get(&unit)? {
            match (self.request.edges[*index].extent, self.successors[*index]) {
                (LineageExtent::Whole, Some(after)) => return Some(Fate::Whole(after)),
                (_, Some(after)) => to.push(after),
                (_, None) => {}
            }
        }
        (!to.is_empty()).then_some(Fate::Divided(to))
    }
}
