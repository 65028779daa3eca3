//! Computing a report.

use std::{collections::HashMap, sync::Arc};

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{StoreError, Tx};
use hoagiai_types::{Date, Timestamp, Uuid};

use super::Reporting;
use crate::{
    domain::{
        CompiledForm, Counts, Period, Positions, Refusal, Report, Subject, Successions, UnitId, UnitKind, compute,
    },
    error::Error,
    store::{
        places,
        tables::{self, Place},
        units,
    },
};

/// In whose boundaries records are counted (rule 54).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boundaries {
    /// The day on which units and places of teams are read.
    pub day: Date,
    /// Whether what lies in a unit that ended is told of the one that took all of it.
    pub successors: bool,
}

impl Boundaries {
    /// Those at the end of a period, which a report has unless another day is asked for.
    pub fn of(period: Period) -> Self {
        Self { day: period.last, successors: false }
    }
}

/// Which report is asked for.
#[derive(Debug)]
pub struct Question {
    /// The unit.
    pub unit: UnitId,
    /// Code of the form.
    pub form_code: String,
    /// Its version; empty: the one in force at the end of the period.
    pub form_version: String,
    /// The period.
    pub period: Period,
    /// In whose boundaries the records are counted.
    pub boundaries: Boundaries,
    /// Positions to be applied before.
    pub at_least: Positions,
}

/// A report with what it was computed from.
#[derive(Debug)]
pub struct ComputedReport {
    /// The form.
    pub form: Arc<CompiledForm>,
    /// The period.
    pub period: Period,
    /// The boundaries that it was computed in.
    pub boundaries: Boundaries,
    /// The positions of the journals in the snapshot that it was computed in.
    pub positions: Positions,
    /// The figures.
    pub report: Report,
    /// When it was computed: the only part that two computations of the same may differ in.
    pub compute_time: Timestamp,
}

impl Reporting {
    /// Computes a report.
    pub async fn compute(&self, caller: &Caller, question: Question) -> Result<ComputedReport, Error> {
        self.caught_up(question.at_least).await?;
        let mut tx = self.db.read().await?;
        let (form, place, unit) = self.open(&mut tx, caller, &question).await?;
        let report = figures(&mut tx, &form, place, unit, (question.period, question.boundaries)).await?;
        let positions = units::positions(&mut tx).await?;
        let (period, boundaries) = (question.period, question.boundaries);
        Ok(ComputedReport { form, period, boundaries, positions, report, compute_time: self.env.now() })
    }

    /// Finds unit and form, asks whether the caller may see the unit before anything is told of either.
    pub(super) async fn open(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        question: &Question,
    ) -> Result<(Arc<CompiledForm>, Place, Subject), Error> {
        let (id, last, on) = (question.unit, question.period.last, question.boundaries.day);
        // Who may see a unit is decided by where it lies now, whether or not it was there in the period. What never was
        // lies nowhere: only those who see all are told that it is not there.
        caller.admit(&path(tx, id).await?)?;
        let unit = units::find(tx, id, on).await?.ok_or(Refusal::UnitNotFound { unit_id: id })?;
        let form = self.form(&question.form_code, &question.form_version, last)?;
        let kind = unit.kind()?;
        let place = match kind {
            UnitKind::Province if form.fits(kind) => Place::Province(id),
            UnitKind::Commune if form.fits(kind) => Place::Commune(id),
            _ => return Err(Refusal::FormDoesNotFit { kind: kind.word() }.into()),
        };
        Ok((form, place, unit.subject()))
    }
}

/// The figures of a form in a place.
pub(super) async fn figures(
    tx: &mut Tx,
    form: &CompiledForm,
    place: Place,
    unit: Subject,
    (period, boundaries): (Period, Boundaries),
) -> Result<Report, Error> {
    let subjects = match place {
        Place::Province(province) => units::communes(tx, province, boundaries.day).await?,
        Place::Commune(commune) => units::teams(tx, commune, (period, boundaries.day)).await?,
    };
    let mut total = Counts::zero(&form.counts);
    let mut rows: Vec<(Subject, Counts)> = subjects.into_iter().map(|s| (s, Counts::zero(&form.counts))).collect();
    let at: HashMap<Uuid, usize> = rows.iter().enumerate().map(|(place, (subject, _))| (subject.id, place)).collect();
    let successions = match boundaries.successors {
        true => places::successions(tx, boundaries.day).await?,
        false => Successions::default(),
    };
    let days = (period, boundaries.day);
    for kind in &form.kinds {
        for (row, slot, number) in tables::tally(tx, *kind, place, days, form.criteria_set()).await? {
            total.add(&form.counts, *kind, slot, number);
            // A record in no row (of an area without a team, of a commune that has ended) is in the total all the same.
            let row = successions.follow(UnitId::from_uuid(row), boundaries.day).uuid();
            if let Some(place) = at.get(&row) {
                rows[*place].1.add(&form.counts, *kind, slot, number);
            }
        }
    }
    Ok(compute(form, (unit, total), rows)?)
}

/// Where a unit lies, in the latest version of it and of what is above.
async fn path(tx: &mut Tx, unit: UnitId) -> Result<AreaPath, StoreError> {
    let mut path = AreaPath::default();
    let mut next = Some(unit);
    // A hamlet lies in a commune, that in a district until 2025, that in a province: four steps and no more.
    for _ in 0..4 {
        let Some(id) = next else { break };
        let Some(unit) = units::find_latest(tx, id).await? else { break };
        let here = Some(id.uuid());
        match unit.kind()? {
            UnitKind::Province => path.province = here,
            UnitKind::Commune => path.commune = here,
            UnitKind::Area => path.area_unit = here,
            UnitKind::District => {}
        }
        next = unit.parent_id;
    }
    Ok(path)
}
