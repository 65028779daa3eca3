//! Importing units and their lineage: all rows or none, again and again with the same effect.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{NewEvent, Position, Stream, Tx};
use hoagiai_types::{Date, Id, Uuid};

use super::{Change, Moment, Registry};
use crate::{
    domain::{
        Decision, ImportPlan, Lineage, LineageExtent, UnitChange, UnitId, UnitRow, UnitVersion, level, plan_import,
    },
    error::{Error, FaultText, FieldFault},
    events,
    store::{
        lineage::{self, Way},
        units::{self, Imported, KnownUnit},
    },
};

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImportDone {
    /// New versions or edges.
    pub(crate) created: i32,
    /// Rows that were there.
    pub(crate) unchanged: i32,
    /// Position in the journal.
    pub(crate) position: Position,
}

/// An edge of lineage by codes.
#[derive(Debug, Clone)]
pub(crate) struct LineageRow {
    /// Code of the unit that came to be.
    pub(crate) code: String,
    /// Code of the unit before.
    pub(crate) predecessor_code: String,
    /// How much of it.
    pub(crate) extent: LineageExtent,
    /// First day of the new unit.
    pub(crate) change_date: Date,
    /// What happened; none: what the extent says.
    pub(crate) change: Option<UnitChange>,
    /// The decision, where it is known.
    pub(crate) decision: Option<Decision>,
}

/// A fact about a unit, to be appended to its stream in order.
type Facts = BTreeMap<UnitId, Vec<NewEvent>>;

impl Registry {
    /// Imports units.
    pub(crate) async fn import_units(
        &self,
        change: &Change,
        rows: &[UnitRow],
        source: &str,
        validate_only: bool,
    ) -> Result<ImportDone, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin_much(change).await?;
        if let Some(import) = done {
            return repeated(tx, import).await;
        }
        let (register, moment) = Self::hold_register(&mut tx, moment).await?;
        let codes: BTreeSet<&str> = rows
            .iter()
            .flat_map(|row| [row.code.as_str(), row.parent_code.as_str()])
            .filter(|code| !code.is_empty())
            .collect();
        let kept = units::of_codes(&mut tx, &codes.into_iter().collect::<Vec<_>>()).await?;
        admit_rows(&change.caller, rows, &kept, moment.today)?;

        let versions = kept.iter().map(|known| known.version.clone()).collect();
        let plan = plan_import(rows, versions, moment.today, || self.env.new_id());
        if !plan.faults.is_empty() {
            let fault = |(index, field, what): &(usize, &str, _)| FieldFault::of_row(*index, field, *what);
            return Err(Error::Fields(plan.faults.iter().map(fault).collect()));
        }
        if let Some(conflict) = plan.conflict {
            return Err(conflict.into());
        }
        let counted = Imported {
            created_count: whole(plan.created.len() + plan.ended.len()),
            unchanged_count: whole(plan.unchanged),
        };
        if validate_only {
            // Nothing is written: the transaction is dropped with the claim in it.
            return Ok(ImportDone {
                created: counted.created_count,
                unchanged: counted.unchanged_count,
                position: self.db.head(),
            });
        }
        if counted.created_count > 0 {
            units::bump_register(&mut tx, register, moment.now).await?;
            self.write_plan(&mut tx, change, &plan, &kept, source, moment).await?;
        }
        self.finish(tx, change, source, counted, moment).await
    }

    async fn write_plan(
        &self,
        tx: &mut Tx,
        change: &Change,
        plan: &ImportPlan,
        kept: &[KnownUnit],
        source: &str,
        moment: Moment,
    ) -> Result<(), Error> {
        let mut revisions: HashMap<UnitId, i64> = kept.iter().map(|k| (k.version.id, k.revision)).collect();
        let created_at: HashMap<UnitId, _> = kept.iter().map(|k| (k.version.id, k.created_at)).collect();
        let mut facts = Facts::new();
        let mut records: Vec<&UnitVersion> = Vec::new();
        let ended: Vec<UnitVersion> =
            plan.ended.iter().map(|(version, last)| UnitVersion { valid_to: *last, ..version.clone() }).collect();
        for ((before, _), after) in plan.ended.iter().zip(&ended) {
            units::supersede(tx, before, moment.now).await?;
            records.push(after);
            facts.entry(after.id).or_default().push(events::unit_ended(after));
        }
        for (version, _) in &plan.created {
            let of_unit = facts.entry(version.id).or_default();
            let revision = revisions.get(&version.id).copied().unwrap_or(0) + whole64(of_unit.len()) + 1;
            let known = KnownUnit {
                version: version.clone(),
                revision,
                created_at: created_at.get(&version.id).copied().unwrap_or(moment.now),
                updated_at: moment.now,
            };
            of_unit.push(events::unit_imported(&known, source));
            records.push(version);
        }
        let new: Vec<(UnitId, i64)> = facts
            .iter()
            .filter(|(unit, _)| !revisions.contains_key(unit))
            .map(|(unit, of_unit)| (*unit, whole64(of_unit.len())))
            .collect();
        units::insert(tx, &new, moment.now).await?;
        for (unit, of_unit) in &facts {
            if let Some(revision) = revisions.get(unit) {
                units::bump(tx, *unit, *revision, whole64(of_unit.len()), moment.now).await?;
            }
        }
        units::insert_versions(tx, &records, moment.now).await?;
        append(tx, change, facts, &mut revisions).await
    }

    /// Imports lineage.
    pub(crate) async fn import_lineage(&self, change: &Change, rows: &[LineageRow]) -> Result<ImportDone, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin_much(change).await?;
        if let Some(import) = done {
            return repeated(tx, import).await;
        }
        let (register, moment) = Self::hold_register(&mut tx, moment).await?;
        let codes: BTreeSet<&str> =
            rows.iter().flat_map(|row| [row.code.as_str(), row.predecessor_code.as_str()]).collect();
        let known = units::of_codes(&mut tx, &codes.into_iter().collect::<Vec<_>>()).await?;
        let edges = resolve(rows, &known)?;
        let of_units: BTreeSet<UnitId> = edges.iter().map(|edge| edge.unit).collect();
        let kept = lineage::from_units(&mut tx, &of_units.into_iter().collect::<Vec<_>>(), Way::Back).await?;
        let kept: HashMap<(UnitId, UnitId, Date), Lineage> =
            kept.into_iter().map(|e| ((e.unit, e.predecessor, e.change_date), e)).collect();

        let mut new = Vec::new();
        for (index, edge) in edges.iter().enumerate() {
            match kept.get(&(edge.unit, edge.predecessor, edge.change_date)) {
                Some(there) if (there.extent, there.change) == (edge.extent, edge.change) => {}
                Some(_) => {
                    let code = rows[index].code.clone();
                    return Err(crate::domain::Refusal::UnitConflict { code, index }.into());
                }
                None => new.push(edge.clone()),
            }
        }
        let counted = Imported { created_count: whole(new.len()), unchanged_count: whole(edges.len() - new.len()) };
        if !new.is_empty() {
            units::bump_register(&mut tx, register, moment.now).await?;
            lineage::insert(&mut tx, &new, moment.now).await?;
            let mut revisions: HashMap<UnitId, i64> = known.iter().map(|k| (k.version.id, k.revision)).collect();
            let mut facts = Facts::new();
            for edge in &new {
                facts.entry(edge.unit).or_default().push(events::unit_lineage_recorded(edge));
            }
            for (unit, of_unit) in &facts {
                let revision = revisions.get(unit).copied().unwrap_or(0);
                units::bump(&mut tx, *unit, revision, whole64(of_unit.len()), moment.now).await?;
            }
            append(&mut tx, change, facts, &mut revisions).await?;
        }
        self.finish(tx, change, "", counted, moment).await
    }

    async fn finish(
        &self,
        mut tx: Tx,
        change: &Change,
        source: &str,
        counted: Imported,
        moment: Moment,
    ) -> Result<ImportDone, Error> {
        let import: Id<ImportDone> = self.env.new_id();
        units::insert_import(&mut tx, import.uuid(), source, counted, moment.now).await?;
        let position = self.end(tx, change, import).await?;
        Ok(ImportDone { created: counted.created_count, unchanged: counted.unchanged_count, position })
    }
}

async fn repeated(mut tx: Tx, import: Uuid) -> Result<ImportDone, Error> {
    let Imported { created_count: created, unchanged_count: unchanged } = units::get_import(&mut tx, import).await?;
    let position = tx.commit().await?.position;
    Ok(ImportDone { created, unchanged, position })
}

async fn append(tx: &mut Tx, change: &Change, facts: Facts, revisions: &mut HashMap<UnitId, i64>) -> Result<(), Error> {
    for (unit, of_unit) in facts {
        let from = revisions.get(&unit).copied().unwrap_or(0);
        tx.append(Stream::new("unit", unit), from, &change.origin, &of_unit).await?;
    }
    Ok(())
}

/// Units of residence need a grant over their commune; units of the administration one over their province, and a
/// province itself one over everything. A row whose unit above is not known yet is judged by the row that brings it.
fn admit_rows(caller: &Caller, rows: &[UnitRow], kept: &[KnownUnit], today: Date) -> Result<(), Error> {
    if caller.scope().is_everywhere() {
        return Ok(());
    }
    let mut by_code: HashMap<&str, Vec<&UnitVersion>> = HashMap::new();
    for known in kept {
        by_code.entry(&known.version.code).or_default().push(&known.version);
    }
    let mut paths = BTreeSet::new();
    for row in rows {
        let day = row.parent_day(today);
        let above = by_code.get(row.parent_code.as_str()).and_then(|all| all.iter().find(|v| v.holds_on(day)));
        match above {
            Some(above) if level(row.kind) == 3 => {
                paths.insert((Some(above.province.uuid()), above.commune.map(Id::uuid)))
            }
            Some(above) => paths.insert((Some(above.province.uuid()), None)),
            None if level(row.kind) == 0 => paths.insert((None, None)),
            None => true,
        };
    }
    for (province, commune) in paths {
        caller.admit(&AreaPath { province, commune, area_unit: None, team: None })?;
    }
    Ok(())
}

/// Codes as units: the new one on the day of the change, the one before on the day before it.
fn resolve(rows: &[LineageRow], known: &[KnownUnit]) -> Result<Vec<Lineage>, Error> {
    let mut by_code: HashMap<&str, Vec<&UnitVersion>> = HashMap::new();
    for unit in known {
        by_code.entry(&unit.version.code).or_default().push(&unit.version);
    }
    let on = |code: &str, day: Date| by_code.get(code)?.iter().find(|v| v.holds_on(day)).map(|v| v.id);
    let (mut edges, mut faults, mut seen) = (Vec::with_capacity(rows.len()), Vec::new(), BTreeSet::new());
    for (index, row) in rows.iter().enumerate() {
        let unit = on(&row.code, row.change_date);
        let predecessor = on(&row.predecessor_code, row.change_date.plus_days(-1));
        let mut fault = |field: &str, what| faults.push(FieldFault::new(format!("rows[{index}].{field}"), what));
        match (unit, predecessor) {
            (Some(unit), Some(predecessor)) if unit == predecessor => {
                fault("predecessor_code", FaultText::OWN_PREDECESSOR);
            }
            (Some(unit), Some(predecessor)) if !seen.insert((unit, predecessor)) => {
                fault("predecessor_code", FaultText::DUPLICATE);
            }
            (Some(unit), Some(predecessor)) => {
                edges.push(Lineage {
                    unit,
                    predecessor,
                    extent: row.extent,
                    change_date: row.change_date,
                    change: row.change.unwrap_or(UnitChange::of(row.extent)),
                    decision: row.decision.clone(),
                    reorganization: None,
                });
            }
            (unit, predecessor) => {
                if unit.is_none() {
                    fault("code", FaultText::UNKNOWN_UNIT);
                }
                if predecessor.is_none() {
                    fault("predecessor_code", FaultText::UNKNOWN_UNIT);
                }
            }
        }
    }
    if faults.is_empty() { Ok(edges) } else { Err(Error::Fields(faults)) }
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn whole64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
