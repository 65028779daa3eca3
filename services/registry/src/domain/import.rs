//! What an import of units does, computed in one pass over the rows and the versions kept of the codes they name.

use std::collections::HashMap;

use hoagiai_types::Date;

use super::{FIRST_DAY, LAST_DAY, Refusal, UnitId, UnitKind, UnitVersion};

/// One row of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// Code.
    pub code: String,
    /// Name with its kind.
    pub name: String,
    /// Kind.
    pub kind: UnitKind,
    /// Code of the unit above; empty at the top.
    pub parent_code: String,
    /// First day, or [`FIRST_DAY`].
    pub valid_from: Date,
    /// Last day, or [`LAST_DAY`].
    pub valid_to: Date,
    /// Households.
    pub households: u32,
    /// Flag of rule 5.
    pub ethnic_minority_area: bool,
}

/// What is wrong with one field of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFault {
    /// The last day lies before the first.
    EndsBeforeItBegins,
    /// Households or the flag of rule 5 on a unit that is no unit of residence.
    NotOfResidence,
    /// No unit of that code on the day.
    ParentUnknown,
    /// The unit above is of a kind that cannot hold this one, or missing, or not wanted.
    ParentKindWrong,
    /// Another row has the code on a common day.
    Duplicate,
}

/// What to do.
#[derive(Debug, Default)]
pub struct ImportPlan {
    /// New versions; `true` when the unit itself is new.
    pub created: Vec<(UnitVersion, bool)>,
    /// Open versions that come to an end: as they were kept, and their last day.
    pub ended: Vec<(UnitVersion, Date)>,
    /// Rows that are there already.
    pub unchanged: usize,
    /// Faulty rows: row, field, what.
    pub faults: Vec<(usize, &'static str, ImportFault)>,
    /// The first row that contradicts what is kept.
    pub conflict: Option<Refusal>,
}

/// Levels from the top: 0 province, 1 district, 2 commune, 3 residence.
pub fn level(kind: UnitKind) -> u8 {
    use UnitKind as K;
    match kind {
        K::Municipality | K::Province => 0,
        K::UrbanDistrict | K::RuralDistrict | K::Town | K::City => 1,
        K::Ward | K::Commune | K::Township | K::SpecialZone => 2,
        K::Hamlet | K::ResidentialGroup => 3,
    }
}

/// Whether a unit of `child` may lie right below one of `parent`: communes below districts until June 2025, below
/// provinces since.
pub(super) fn nests(child: UnitKind, parent: UnitKind) -> bool {
    matches!((level(child), level(parent)), (1, 0) | (2, 0 | 1) | (3, 2))
}

impl UnitRow {
    /// The day on which the code of the unit above is read: the first, or the last of a unit whose first is unknown.
    pub fn parent_day(&self, today: Date) -> Date {
        match (self.valid_from, self.valid_to) {
            (FIRST_DAY, LAST_DAY) => today,
            (FIRST_DAY, last) => last,
            (first, _) => first,
        }
    }

    fn version(&self, id: UnitId, parent: Option<&UnitVersion>) -> UnitVersion {
        UnitVersion {
            id,
            code: self.code.clone(),
            name: self.name.clone(),
            kind: self.kind,
            parent: parent.map(|above| above.id),
            province: parent.map_or(id, |above| above.province),
            commune: if level(self.kind) == 2 { Some(id) } else { parent.and_then(|above| above.commune) },
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            households: self.households,
            ethnic_minority_area: self.ethnic_minority_area,
        }
    }
}

/// Plans an import. `kept` are the versions known of every code that the rows name, as code or as parent.
pub fn plan_import(
    rows: &[UnitRow],
    kept: Vec<UnitVersion>,
    today: Date,
    mut new_id: impl FnMut() -> UnitId,
) -> ImportPlan {
    let mut plan = ImportPlan::default();
    let mut by_code: HashMap<String, Vec<(UnitVersion, Origin)>> = HashMap::new();
    for version in kept {
        by_code.entry(version.code.clone()).or_default().push((version, Origin::Kept));
    }
    // Units above before units below, and older versions before newer ones: so the order of the rows does not matter.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|i| (level(rows[*i].kind), &rows[*i].code, rows[*i].valid_from));
    for index in order {
        let row = &rows[index];
        if plan.checks(index, row) {
            plan.place(index, row, &mut by_code, today, &mut new_id);
        }
    }
    plan.faults.sort_by_key(|(index, field, _)| (*index, *field));
    plan
}

/// Where a version comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Kept,
    Row,
}

impl ImportPlan {
    fn fault(&mut self, index: usize, field: &'static str, fault: ImportFault) {
        self.faults.push((index, field, fault));
    }

    /// What can be said of a row alone.
    fn checks(&mut self, index: usize, row: &UnitRow) -> bool {
        let before = self.faults.len();
        if row.valid_to < row.valid_from {
            self.fault(index, "valid_to", ImportFault::EndsBeforeItBegins);
        }
        if level(row.kind) < 3 && row.households > 0 {
            self.fault(index, "household_count", ImportFault::NotOfResidence);
        }
        if level(row.kind) < 3 && row.ethnic_minority_area {
            self.fault(index, "ethnic_minority_area", ImportFault::NotOfResidence);
        }
        if (level(row.kind) == 0) != row.parent_code.is_empty() {
            self.fault(index, "parent_code", ImportFault::ParentKindWrong);
        }
        self.faults.len() == before
    }

    /// Puts a row beside the versions of its code.
    fn place(
        &mut self,
        index: usize,
        row: &UnitRow,
        by_code: &mut HashMap<String, Vec<(UnitVersion, Origin)>>,
        today: Date,
        new_id: &mut impl FnMut() -> UnitId,
    ) {
        let day = row.parent_day(today);
        let above = by_code.get(&row.parent_code).and_then(|all| all.iter().find(|(v, _)| v.holds_on(day)));
        let parent = match above {
            Some((above, _)) if nests(row.kind, above.kind) => Some(above.clone()),
            Some(_) => return self.fault(index, "parent_code", ImportFault::ParentKindWrong),
            None if !row.parent_code.is_empty() => {
                return self.fault(index, "parent_code", ImportFault::ParentUnknown);
            }
            None => None,
        };
        let of_code = by_code.entry(row.code.clone()).or_default();
        let mut version = row.version(UnitId::from_uuid(hoagiai_types::Uuid::nil()), parent.as_ref());

        if let Some((known, origin)) = of_code.iter_mut().find(|(v, _)| v.valid_from == row.valid_from) {
            if *origin == Origin::Row {
                return self.fault(index, "code", ImportFault::Duplicate);
            }
            version = row.version(known.id, parent.as_ref());
            let ends = UnitVersion { valid_to: row.valid_to, ..known.clone() };
            if version == *known {
                self.unchanged += 1;
            } else if version == ends && known.valid_to == LAST_DAY {
                self.ended.push((known.clone(), row.valid_to));
                *known = version;
            } else {
                self.conflict(index, &row.code);
            }
            return;
        }
        if let Some((_, origin)) = of_code.iter().find(|(v, _)| v.overlaps(&version)) {
            return match origin {
                Origin::Row => self.fault(index, "code", ImportFault::Duplicate),
                Origin::Kept => self.conflict(index, &row.code),
            };
        }
        let same = of_code.iter().find(|(v, _)| version.continues(v)).map(|(v, _)| v.id);
        version = row.version(same.unwrap_or_else(new_id), parent.as_ref());
        of_code.push((version.clone(), Origin::Row));
        self.created.push((version, same.is_none()));
    }

    fn conflict(&mut self, index: usize, code: &str) {
        let refusal = Refusal::UnitConflict { code: code.to_owned(), index };
        let first = !matches!(&self.conflict, Some(Refusal::UnitConflict { index: earlier, .. }) if *earlier < index);
        if first {
            self.conflict = Some(refusal);
        }
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::{Id, Uuid};

    use super::*;

    fn day(text: &str) -> Date {
        if text.is_empty() { FIRST_DAY } else { text.parse().unwrap() }
    }

    fn row(code: &str, name: &str, kind: UnitKind, parent: &str, from: &str, to: &str) -> UnitRow {
        UnitRow {
            code: code.into(),
            name: name.into(),
            kind,
            parent_code: parent.into(),
            valid_from: day(from),
            valid_to: if to.is_empty() { LAST_DAY } else { day(to) },
            households: 0,
            ethnic_minority_area: false,
        }
    }

    fn ha_noi() -> Vec<UnitRow> {
        use UnitKind::{Municipality, UrbanDistrict, Ward};
        vec![
            row("00004", "Phường Ba Đình", Ward, "01", "2025-07-01", ""),
            row("00004", "Phường Trúc Bạch", Ward, "001", "", "2025-06-30"),
            row("001", "Quận Ba Đình", UrbanDistrict, "01", "", "2025-06-30"),
            row("01", "Thành phố Hà Nội", Municipality, "", "2025-07-01", ""),
            row("01", "Thành phố Hà Nội", Municipality, "", "", "2025-06-30"),
        ]
    }

    fn plan(rows: &[UnitRow], kept: Vec<UnitVersion>) -> ImportPlan {
        let mut n = 0;
        plan_import(rows, kept, day("2026-01-01"), || {
            n += 1;
            Id::from_uuid(Uuid::from_u128(n))
        })
    }

    fn versions(plan: &ImportPlan) -> Vec<UnitVersion> {
        plan.created.iter().map(|(v, _)| v.clone()).collect()
    }

    #[test]
    fn a_code_is_two_units_before_and_after_the_reform_and_the_city_stays_one() {
        let plan = plan(&ha_noi(), vec![]);
        assert!(plan.faults.is_empty() && plan.conflict.is_none());
        let all = versions(&plan);
        let of = |code: &str| all.iter().filter(|v| v.code == code).collect::<Vec<_>>();
        let (city, ward) = (of("01"), of("00004"));
        assert_eq!((city.len(), ward.len()), (2, 2));
        assert_eq!(city[0].id, city[1].id, "Hà Nội goes on: grants over it hold");
        assert_ne!(ward[0].id, ward[1].id, "Trúc Bạch is not Ba Đình");
        assert!(all.iter().all(|v| v.province == city[0].id));
        assert_eq!(ward[0].commune, Some(ward[0].id));
        assert_eq!(plan.created.iter().filter(|(_, new)| *new).count(), 4);
    }

    #[test]
    fn importing_twice_changes_nothing() {
        let first = plan(&ha_noi(), vec![]);
        let second = plan(&ha_noi(), versions(&first));
        assert_eq!((second.created.len(), second.unchanged, second.ended.len()), (0, 5, 0));
    }

    #[test]
    fn an_open_version_may_be_ended_and_followed() {
        use UnitKind::{Commune, Province};
        let first = plan(
            &[row("10", "Tỉnh A", Province, "", "", ""), row("10001", "Xã B", Commune, "10", "2020-01-01", "")],
            vec![],
        );
        let rows = [
            row("10001", "Xã C", Commune, "10", "2025-07-01", ""),
            row("10001", "Xã B", Commune, "10", "2020-01-01", "2025-06-30"),
        ];
        let second = plan(&rows, versions(&first));
        assert!(second.conflict.is_none() && second.faults.is_empty());
        assert_eq!((second.ended.len(), second.created.len()), (1, 1));
        assert_ne!(second.created[0].0.id, second.ended[0].0.id);
    }

    #[test]
    fn a_row_against_what_is_kept_is_a_conflict() {
        let kept = versions(&plan(&ha_noi(), vec![]));
        for bad in [
            row("00004", "Phường Khác", UnitKind::Ward, "01", "2025-07-01", ""),
            row("00004", "Phường Ba Đình", UnitKind::Ward, "01", "2025-08-01", ""),
            row("00004", "Phường Trúc Bạch", UnitKind::Ward, "001", "", "2025-05-31"),
        ] {
            let plan = plan(&[bad], kept.clone());
            assert_eq!(plan.conflict, Some(Refusal::UnitConflict { code: "00004".into(), index: 0 }));
        }
    }

    #[test]
    fn every_faulty_row_is_named_with_its_field() {
        use UnitKind::{Hamlet, Municipality, Ward};
        let mut rows = vec![
            row("01", "Thành phố Hà Nội", Municipality, "", "", ""),
            row("00004", "Phường A", Ward, "99", "", ""),
            row("00005", "Phường B", Ward, "", "", ""),
            row("00006", "Phường C", Ward, "01", "2025-07-01", "2025-06-30"),
            row("00006-1", "Thôn D", Hamlet, "01", "", ""),
            row("00007", "Phường E", Ward, "01", "", ""),
            row("00007", "Phường E", Ward, "01", "2025-07-01", ""),
            row("00008", "Phường G", Ward, "01", "", ""),
        ];
        rows[7].households = 5;
        let faults = plan(&rows, vec![]).faults;
        assert_eq!(
            faults,
            [
                (1, "parent_code", ImportFault::ParentUnknown),
                (2, "parent_code", ImportFault::ParentKindWrong),
                (3, "valid_to", ImportFault::EndsBeforeItBegins),
                (4, "parent_code", ImportFault::ParentKindWrong),
                (6, "code", ImportFault::Duplicate),
                (7, "household_count", ImportFault::NotOfResidence),
            ]
        );
    }

    #[test]
    fn a_hamlet_knows_its_commune_and_province() {
        let mut rows = ha_noi();
        rows.push(row("00004-012", "Tổ dân phố số 12", UnitKind::ResidentialGroup, "00004", "2025-07-01", ""));
        let plan = plan(&rows, vec![]);
        let all = versions(&plan);
        let group = all.iter().find(|v| v.code == "00004-012").unwrap();
        let ward = all.iter().find(|v| v.name == "Phường Ba Đình").unwrap();
        assert_eq!((group.parent, group.commune, group.province), (Some(ward.id), Some(ward.id), ward.province));
    }
}
