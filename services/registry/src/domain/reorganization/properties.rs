//! Random histories: every record resolves to one unit on every day, codes are held once, and what was true on old days
//! reads the same whatever came after.

use std::collections::{BTreeMap, BTreeSet};

use hoagiai_types::{Date, Timestamp};
use proptest::prelude::*;

use super::{
    super::{LAST_DAY, LineageExtent, UnitChange, UnitId, UnitKind, UnitVersion, level},
    tests::{before, day, edge, request, row},
    *,
};

/// What is known, in both times: versions with the instants at which they began and ceased to be believed.
#[derive(Default)]
struct Register {
    rows: Vec<(UnitVersion, Timestamp, Timestamp)>,
    instant: i64,
    next: u128,
}

impl Register {
    fn new() -> Self {
        let mut register = Self { next: 1_000_000, ..Self::default() };
        let at = register.tick();
        register.rows = before().into_iter().map(|version| (version, at, Timestamp::from_micros(i64::MAX))).collect();
        register
    }

    fn tick(&mut self) -> Timestamp {
        self.instant += 1;
        Timestamp::from_micros(self.instant)
    }

    fn known_at(&self, at: Timestamp) -> Vec<UnitVersion> {
        let rows = self.rows.iter().filter(|(_, from, to)| *from <= at && at < *to);
        rows.map(|(version, ..)| version.clone()).collect()
    }

    fn now(&self) -> Vec<UnitVersion> {
        self.known_at(Timestamp::from_micros(self.instant))
    }

    fn apply(&mut self, request: &ReorganizationRequest) -> UnitPlan {
        let next = &mut self.next;
        let known = Known::new(
            self.rows.iter().filter(|(.., to)| to.as_micros() == i64::MAX).map(|(v, ..)| v.clone()).collect(),
        );
        let plan = plan_units(request, &known, LAST_DAY, || {
            *next += 1;
            tests::id(*next)
        });
        if plan.faults.is_empty() {
            let at = self.tick();
            for timeline in &plan.timelines {
                for old in timeline.superseded() {
                    let row = self.rows.iter_mut().find(|(v, _, to)| v == old && to.as_micros() == i64::MAX).unwrap();
                    row.2 = at;
                }
                let new = timeline.recorded().cloned().collect::<Vec<_>>();
                self.rows.extend(new.into_iter().map(|v| (v, at, Timestamp::from_micros(i64::MAX))));
            }
        }
        plan
    }

    /// What holds on a day: unit by id.
    fn on(&self, day: Date) -> BTreeMap<UnitId, Read> {
        let holding = self.now().into_iter().filter(|version| version.holds_on(day));
        holding.map(|v| (v.id, (v.code, v.name, v.kind, v.parent, v.province, v.commune))).collect()
    }
}

type Read = (String, String, UnitKind, Option<UnitId>, UnitId, Option<UnitId>);

/// One random step: which communes or areas, what happens to them, when.
#[derive(Debug, Clone)]
struct Step {
    what: u8,
    picks: Vec<usize>,
    days: i32,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0u8..7, proptest::collection::vec(0usize..64, 3), 1i32..400).prop_map(|(what, picks, days)| Step {
        what,
        picks,
        days,
    });
    proptest::collection::vec(step, 1..9)
}

/// A request that may or may not hold together, from a step and what is in force.
fn of_step(step: &Step, register: &Register, last: Date, number: usize) -> ReorganizationRequest {
    use LineageExtent::{Part, Remainder, Whole};
    use UnitChange::{LevelAbolished, Merged, Moved, Recoded, Renamed, Split};
    let date = last.plus_days(step.days);
    let mut asked = request(&date.to_string());
    let now: Vec<UnitVersion> = register.now().into_iter().filter(|v| v.holds_on(date.plus_days(-1))).collect();
    let of = |wanted: u8| now.iter().filter(|v| level(v.kind) == wanted).collect::<Vec<_>>();
    let wanted = if step.what.is_multiple_of(2) { 2 } else { 3 };
    let pool = of(wanted);
    let pick = |n: usize| pool.get(step.picks[n] % pool.len().max(1)).copied();
    let (Some(one), Some(two)) = (pick(0), pick(1)) else { return asked };
    let code_of = |id: Option<UnitId>| now.iter().find(|v| Some(v.id) == id).map_or("", |v| v.code.as_str()).to_owned();
    let kind = one.kind;
    let new = format!("9{number:04}");
    let new = if wanted == 3 { format!("{new}-1") } else { new };
    let above = code_of(one.parent);
    match step.what {
        0 | 1 => {
            asked.units = vec![row(&new, kind, &above)];
            asked.ended = vec![one.code.clone(), two.code.clone()];
            asked.edges = vec![edge(&one.code, Merged, Whole, &new), edge(&two.code, Merged, Whole, &new)];
        }
        2 | 3 => {
            asked.units = vec![row(&new, kind, &above)];
            asked.ended = vec![one.code.clone()];
            asked.edges = vec![edge(&one.code, Split, Remainder, &new), edge(&one.code, Split, Part, &two.code)];
        }
        4 => {
            asked.units = vec![row(&new, kind, &above)];
            asked.edges = vec![edge(&one.code, Recoded, Whole, &new)];
        }
        5 => {
            let to = of(2);
            let Some(to) = to.get(step.picks[2] % to.len().max(1)) else { return asked };
            asked.units = vec![row(&one.code, kind, &to.code)];
            asked.units[0].name.clone_from(&one.name);
            asked.edges = vec![edge(&one.code, Moved, Whole, &one.code)];
            if step.picks[2].is_multiple_of(2) {
                asked.units[0].name = format!("Tên {number}");
                asked.edges = vec![edge(&one.code, Renamed, Whole, &one.code)];
            }
        }
        _ => {
            let Some(district) = of(1).first().copied() else { return asked };
            asked.ended = vec![district.code.clone()];
            asked.edges = vec![edge(&district.code, LevelAbolished, Whole, "01")];
        }
    }
    asked
}

/// Everything that must hold of what is known on a day.
fn holds_together(register: &Register, day: Date) {
    let (mut codes, mut ids) = (BTreeSet::new(), BTreeSet::new());
    let now = register.now();
    let on: Vec<&UnitVersion> = now.iter().filter(|version| version.holds_on(day)).collect();
    for version in &on {
        assert!(codes.insert(&version.code), "{} twice on {day}", version.code);
        assert!(ids.insert(version.id), "{} in two versions on {day}", version.id);
    }
    for version in &on {
        let Some(parent) = version.parent else { continue };
        let above = now.iter().find(|v| v.id == parent && v.holds_on(day));
        // Only an area of a divided commune may lie where it lay, until somebody decides.
        let Some(above) = above else {
            assert_eq!(level(version.kind), 3, "{version:?} below nothing on {day}");
            continue;
        };
        assert!(level(above.kind) < level(version.kind));
        assert_eq!(version.province, above.province);
        if level(version.kind) == 3 {
            assert_eq!(version.commune, above.commune);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn rule_01_any_area_is_one_unit_in_one_commune_on_any_day_whatever_happens(steps in steps()) {
        let mut register = Register::new();
        let mut last = day("2020-01-01");
        for (number, step) in steps.iter().enumerate() {
            let asked = of_step(step, &register, last, number);
            if asked.edges.is_empty() || !register.apply(&asked).faults.is_empty() {
                continue;
            }
            last = asked.effective;
            for offset in [-1, 0, 1] {
                holds_together(&register, last.plus_days(offset));
            }
        }
        holds_together(&register, day("2019-12-31"));
        holds_together(&register, LAST_DAY);
    }

    #[test]
    fn what_was_true_on_old_days_reads_the_same_whatever_comes_after(steps in steps()) {
        let mut register = Register::new();
        let mut last = day("2020-01-01");
        let mut snapshots = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            let (read, known) = (register.on(last), register.now());
            snapshots.push((last, read, register.instant, known));
            let asked = of_step(step, &register, last, number);
            if asked.edges.is_empty() || !register.apply(&asked).faults.is_empty() {
                continue;
            }
            last = asked.effective;
        }
        for (day, read, instant, known) in snapshots {
            prop_assert_eq!(register.on(day), read, "as known now, on {}", day);
            prop_assert_eq!(register.known_at(Timestamp::from_micros(instant)), known, "as known then");
        }
    }

    #[test]
    fn a_merger_and_its_inverse_leave_history_as_it_was(area in any::<bool>(), days in 1i32..2_000) {
        use LineageExtent::{Part, Remainder, Whole};
        use UnitChange::{Merged, Split};
        let mut register = Register::new();
        let (first, second, kind, above) = match area {
            true => ("00001-1", "00001-2", UnitKind::ResidentialGroup, "00001"),
            false => ("00001", "00002", UnitKind::Ward, "001"),
        };
        let joined = if area { "00001-9" } else { "00009" };
        let start = day("2024-01-01");
        let was: Vec<_> = [-400, -1].map(|offset| register.on(start.plus_days(offset))).to_vec();
        let mut merge = request("2024-01-01");
        merge.units = vec![row(joined, kind, above)];
        merge.ended = vec![first.into(), second.into()];
        merge.edges = vec![edge(first, Merged, Whole, joined), edge(second, Merged, Whole, joined)];
        prop_assert_eq!(register.apply(&merge).faults, vec![]);
        let back = start.plus_days(days);
        let between = register.on(start);
        let mut inverse = request(&back.to_string());
        inverse.units = vec![row(first, kind, above), row(second, kind, above)];
        inverse.ended = vec![joined.into()];
        inverse.edges = vec![edge(joined, Split, Remainder, first), edge(joined, Split, Part, second)];
        if !area {
            for (code, to) in [("00001-1", first), ("00001-2", first), ("00002-1", second), ("00002-2", second)] {
                inverse.attachments.push(AttachmentRow::Area(code.into(), to.into()));
            }
        }
        prop_assert_eq!(register.apply(&inverse).faults, vec![]);
        prop_assert_eq!([-400, -1].map(|offset| register.on(start.plus_days(offset))).to_vec(), was);
        prop_assert_eq!(register.on(back.plus_days(-1)), between);
        let now: BTreeSet<String> = register.on(back).into_values().map(|read| read.0).collect();
        let then: BTreeSet<String> = register.on(start.plus_days(-1)).into_values().map(|read| read.0).collect();
        prop_assert_eq!(now, then, "the same codes are in force again");
        holds_together(&register, back);
    }
}
