//! One unit's versions corrected or recounted: what was recorded before stays readable as it was believed.

use hoagiai_identity::AreaPath;
use hoagiai_store::{Position, Stream, Tx};
use hoagiai_types::{Date, Etag, Id};

use super::{Change, Moment, Registry, admit_etag};
use crate::{
    domain::{FIRST_DAY, Refusal, Timeline, UnitId, UnitKind, UnitVersion, correct, in_order, level, recount},
    error::{Error, FaultText, FieldFault},
    events::units as unit_events,
    store::{
        timelines,
        units::{self, KnownUnit},
    },
};

/// What is to be corrected of a version; what is none stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct VersionCorrection {
    /// Code.
    pub(crate) code: Option<String>,
    /// Name.
    pub(crate) name: Option<String>,
    /// Kind.
    pub(crate) kind: Option<UnitKind>,
    /// Households.
    pub(crate) households: Option<u32>,
    /// Flag of rule 5.
    pub(crate) ethnic_minority_area: Option<bool>,
}

impl VersionCorrection {
    fn of(&self, version: &UnitVersion) -> UnitVersion {
        UnitVersion {
            code: self.code.clone().unwrap_or_else(|| version.code.clone()),
            name: self.name.clone().unwrap_or_else(|| version.name.clone()),
            kind: self.kind.unwrap_or(version.kind),
            households: self.households.unwrap_or(version.households),
            ethnic_minority_area: self.ethnic_minority_area.unwrap_or(version.ethnic_minority_area),
            ..version.clone()
        }
    }
}

impl Registry {
    /// Corrects the version of a unit that begins on a day.
    pub(crate) async fn correct_unit_version(
        &self,
        change: &Change,
        (unit, valid_from): (UnitId, Date),
        correction: &VersionCorrection,
        reason: &str,
        etag: Option<Etag>,
    ) -> Result<(KnownUnit, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (known, versions) = Self::versions(&mut tx, change, unit, valid_from).await?;
        let find = |day: Date| versions.iter().find(|version| version.valid_from == day);
        let version = find(valid_from).ok_or(Refusal::NoSuchVersion { unit, valid_from })?;
        if done.is_some() {
            let position = tx.commit().await?.position;
            return Ok((KnownUnit { version: version.clone(), ..known }, position));
        }
        admit_etag(known.revision, etag)?;
        let (register, moment) = Self::hold_register(&mut tx, moment).await?;
        let corrected = correction.of(version);
        let others = units::of_codes(&mut tx, &[corrected.code.as_str()]).await?;
        faults(version, &corrected, &others)?;
        let timeline = correct(&versions, corrected).ok_or(Refusal::NoSuchVersion { unit, valid_from })?;
        self.write_versions(tx, change, (known, register), &timeline, reason, (valid_from, moment)).await
    }

    /// Records how many households an area has from a day on.
    pub(crate) async fn record_household_count(
        &self,
        change: &Change,
        unit: UnitId,
        (valid_from, households): (Date, u32),
        etag: Option<Etag>,
    ) -> Result<(KnownUnit, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (known, versions) = Self::versions(&mut tx, change, unit, valid_from).await?;
        let version = versions.iter().find(|version| version.holds_on(valid_from));
        let absent = || Error::UnitNotFound { unit: unit.to_string(), valid_at: valid_from };
        let version = version.ok_or_else(absent)?;
        if done.is_some() {
            let position = tx.commit().await?.position;
            return Ok((KnownUnit { version: version.clone(), ..known }, position));
        }
        admit_etag(known.revision, etag)?;
        in_order("valid_from", valid_from, FIRST_DAY, moment.today)?;
        if level(version.kind) != 3 {
            return Err(Refusal::UnitKindWrong { unit, kind: version.kind }.into());
        }
        let (register, moment) = Self::hold_register(&mut tx, moment).await?;
        let timeline = recount(&versions, valid_from, households).ok_or_else(absent)?;
        self.write_versions(tx, change, (known, register), &timeline, "", (valid_from, moment)).await
    }

    /// Everything known now of a unit, asked of whoever may change it: within its commune, province or everywhere.
    async fn versions(
        tx: &mut Tx,
        change: &Change,
        unit: UnitId,
        day: Date,
    ) -> Result<(KnownUnit, Vec<UnitVersion>), Error> {
        let all = timelines::of_unit(tx, unit).await?;
        let mut path = AreaPath::default();
        if let Some(KnownUnit { version, .. }) = all.last() {
            path = AreaPath::of_province(version.province.uuid());
            if let Some(commune) = version.commune {
                path = path.in_commune(commune.uuid());
            }
        }
        change.caller.admit(&path)?;
        let versions = all.iter().map(|unit| unit.version.clone()).collect();
        let known = all.into_iter().next_back();
        let known = known.ok_or_else(|| Error::UnitNotFound { unit: unit.to_string(), valid_at: day })?;
        Ok((known, versions))
    }

    async fn write_versions(
        &self,
        mut tx: Tx,
        change: &Change,
        (known, register): (KnownUnit, i64),
        timeline: &Timeline,
        reason: &str,
        (day, moment): (Date, Moment),
    ) -> Result<(KnownUnit, Position), Error> {
        let mut revision = known.revision;
        let mut updated_at = known.updated_at;
        if timeline.before != timeline.after {
            units::bump_register(&mut tx, register, moment.now).await?;
            timelines::write(&mut tx, std::slice::from_ref(timeline), moment.now).await?;
            (revision, updated_at) = (revision + 1, moment.now);
            let at = (known.created_at, moment.now);
            let fact = unit_events::timeline_changed(timeline, revision, at, None, reason);
            tx.append(Stream::new("unit", timeline.id), known.revision, &change.origin, &[fact]).await?;
        }
        let version = timeline.after.iter().find(|version| version.holds_on(day)).unwrap_or(&known.version).clone();
        let position = self.end(tx, change, Id::<VersionCorrection>::from_uuid(timeline.id.uuid())).await?;
        Ok((KnownUnit { version, revision, updated_at, ..known }, position))
    }
}

/// What a correction cannot be, all of it.
fn faults(version: &UnitVersion, corrected: &UnitVersion, others: &[KnownUnit]) -> Result<(), Error> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, what: FaultText| faults.push(FieldFault::new(field, what));
    if level(corrected.kind) != level(version.kind) {
        fault("kind", FaultText::LEVEL_WRONG);
    }
    let residence = level(corrected.kind) == 3;
    if !residence && corrected.households > 0 {
        fault("household_count", FaultText::NOT_OF_RESIDENCE);
    }
    if !residence && corrected.ethnic_minority_area {
        fault("ethnic_minority_area", FaultText::NOT_OF_RESIDENCE);
    }
    if others.iter().any(|other| other.version.id != version.id && other.version.overlaps(corrected)) {
        fault("code", FaultText::CODE_TAKEN);
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Fields(faults)) }
}
