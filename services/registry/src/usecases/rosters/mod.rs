//! Rosters: one transaction for a whole file. A file is taken whole or not at all (or, when asked, its good lines), its answer
//! is settled with its effect, and a process that is killed leaves nothing half-loaded, whatever the size (ADR 0013).

mod mediators;
mod teams;

use std::collections::BTreeSet;

use hoagiai_identity::AreaPath;
use hoagiai_store::{Position, Stream, Tx};
use hoagiai_types::{Date, Id, Uuid};

use super::{Change, Moment, Registry};
use crate::{
    domain::{
        CommuneGround, Decision, Ground, LineFault, LineField, LineOutcome, LineReason, PlaceText, Places, Refusal,
        RosterImportId, RosterKind, Team, UnitId, UnitVersion, level,
    },
    error::Error,
    events,
    store::{self, NOW, rosters::KeptImport, units},
};

pub(crate) use crate::store::rosters::Counts;

/// A roster whose lines were read.
#[derive(Debug, Clone)]
pub(crate) struct RosterIn<L> {
    /// The province, commune or area that it is of.
    pub(crate) unit: UnitId,
    /// Where it comes from.
    pub(crate) source: String,
    /// The decision of lines that state none.
    pub(crate) decision: Option<Decision>,
    /// Take the good lines.
    pub(crate) partial: bool,
    /// Change nothing.
    pub(crate) validate_only: bool,
    /// SHA-256 of the file.
    pub(crate) digest: [u8; 32],
    /// The lines that were read without fault.
    pub(crate) lines: Vec<L>,
    /// The lines that were not, by their places.
    pub(crate) unread: Vec<usize>,
}

/// What became of a roster.
#[derive(Debug)]
pub(crate) struct RosterDone {
    /// The import; none if nothing was written.
    pub(crate) import: Option<RosterImportId>,
    /// What became of each line, in order.
    pub(crate) outcomes: Vec<(usize, LineOutcome)>,
    /// What the registry finds fault with.
    pub(crate) faults: Vec<LineFault>,
    /// Numbers.
    pub(crate) counts: Counts,
    /// Whether lines are faulty and none was to be taken.
    pub(crate) refused: bool,
    /// Position in the journal.
    pub(crate) position: Position,
}

/// What a plan says of the lines that were read.
struct Judged {
    outcomes: Vec<(usize, LineOutcome)>,
    faults: Vec<LineFault>,
}

/// Communes of one page.
const PAGE: i64 = 1_000;

impl Registry {
    /// Whether a caller may import into a unit: asked before the file is taken in.
    pub(crate) async fn admit_roster(&self, change: &Change, unit: UnitId) -> Result<UnitVersion, Error> {
        let mut tx = self.db.read_one().await?;
        Self::unit_of_roster(&mut tx, change, unit, self.moment().today).await
    }

    async fn unit_of_roster(tx: &mut Tx, change: &Change, unit: UnitId, today: Date) -> Result<UnitVersion, Error> {
        let found = units::get(tx, unit, today, NOW).await?.map(|known| known.version);
        let path = |unit: &UnitVersion| AreaPath {
            province: Some(unit.province.uuid()),
            commune: unit.commune.map(Id::uuid),
            area_unit: (level(unit.kind) == 3).then(|| unit.id.uuid()),
            team: None,
        };
        change.caller.admit(&found.as_ref().map(path).unwrap_or_default())?;
        let found = found.ok_or_else(|| Error::UnitNotFound { unit: unit.to_string(), valid_at: today })?;
        // A district has no rosters: its communes do.
        if level(found.kind) == 1 {
            return Err(Refusal::UnitKindWrong { unit, kind: found.kind }.into());
        }
        Ok(found)
    }

    /// The communes in which lines lie, with what lies below those that are named.
    async fn ground(
        tx: &mut Tx,
        unit: &UnitVersion,
        places: impl Iterator<Item = &PlaceText>,
        today: Date,
    ) -> Result<(Ground, Vec<UnitId>), Error> {
        let commune = match level(unit.kind) {
            0 => None,
            2 => Some(unit.id),
            _ => unit.commune,
        };
        let mut ground = Ground { only_area: (level(unit.kind) == 3).then_some(unit.id), ..Ground::default() };
        ground.one_commune = commune.is_some();
        match commune {
            Some(commune) => {
                let of_commune = units::commune_with_areas(tx, commune, today).await?;
                let itself = of_commune.iter().find(|unit| unit.id == commune).cloned();
                let itself = itself.unwrap_or_else(|| unit.clone());
                ground.communes.push(CommuneGround { unit: itself, areas: areas(of_commune) });
            }
            None => {
                let mut after = String::new();
                loop {
                    let page = units::list(tx, Some(unit.id), None, (today, NOW), (&after, PAGE)).await?;
                    let full = i64::try_from(page.len()).is_ok_and(|read| read >= PAGE);
                    after = page.last().map(|last| last.version.code.clone()).unwrap_or_default();
                    let communes = page.into_iter().map(|known| known.version).filter(|unit| level(unit.kind) == 2);
                    ground.communes.extend(communes.map(|unit| CommuneGround { unit, areas: Vec::new() }));
                    if !full {
                        break;
                    }
                }
            }
        }
        let named = Places::over(&ground);
        let used: BTreeSet<usize> = places.filter_map(|place| named.commune(place).ok()).collect();
        let mut ids = Vec::with_capacity(used.len());
        for index in used {
            let Some(commune) = ground.communes.get_mut(index) else { continue };
            ids.push(commune.unit.id);
            if commune.areas.is_empty() {
                commune.areas = areas(units::commune_with_areas(tx, commune.unit.id, today).await?);
            }
        }
        Ok((ground, ids))
    }

    async fn teams_of_communes(tx: &mut Tx, communes: &[UnitId], today: Date) -> Result<Vec<Team>, Error> {
        let mut teams = Vec::new();
        for commune in communes {
            teams.extend(store::rosters::teams_of_commune(tx, *commune, today).await?);
        }
        Ok(teams)
    }

    /// Keeps the import, tells it, and answers.
    async fn finish_roster<L>(
        &self,
        mut tx: Tx,
        change: &Change,
        (import, kind): (RosterImportId, RosterKind),
        roster: &RosterIn<L>,
        mut done: RosterDone,
        moment: Moment,
    ) -> Result<RosterDone, Error> {
        let kept = KeptImport {
            id: import,
            kind,
            unit: roster.unit,
            source: roster.source.clone(),
            digest: roster.digest.to_vec(),
            counts: done.counts,
            answer: written(&done),
            created_at: moment.now,
        };
        store::rosters::insert(&mut tx, &kept).await?;
        let fact = events::roster_imported(&kept, moment.today);
        tx.append(Stream::new("roster", import), 0, &change.origin, &[fact]).await?;
        done.position = self.end(tx, change, import).await?;
        done.import = Some(import);
        Ok(done)
    }

    /// The answer that was given to the same request before.
    async fn repeated_roster(mut tx: Tx, import: Uuid) -> Result<RosterDone, Error> {
        let (counts, answer) = store::rosters::get(&mut tx, import).await?;
        let position = tx.commit().await?.position;
        let (outcomes, faults) = read(&answer);
        let import = Some(RosterImportId::from_uuid(import));
        Ok(RosterDone { import, outcomes, faults, counts, refused: false, position })
    }

    /// What is answered without writing, or what is to be written.
    fn judged<L>(&self, roster: &RosterIn<L>, judged: Judged, deviating: usize) -> RosterDone {
        let faulty: BTreeSet<usize> =
            roster.unread.iter().copied().chain(judged.faults.iter().map(|fault| fault.line)).collect();
        let refused = !faulty.is_empty() && !roster.partial;
        let mut outcomes = judged.outcomes;
        let count = |wanted: LineOutcome| whole(outcomes.iter().filter(|(_, outcome)| *outcome == wanted).count());
        let counts = Counts {
            created: count(LineOutcome::Created),
            updated: count(LineOutcome::Updated),
            unchanged: count(LineOutcome::Unchanged),
            faulty: whole(faulty.len()),
            deviating: whole(deviating),
        };
        let counts = if refused { Counts { faulty: counts.faulty, ..Counts::default() } } else { counts };
        if refused {
            outcomes.iter_mut().for_each(|(_, outcome)| *outcome = LineOutcome::NotTaken);
        }
        outcomes.extend(faulty.iter().map(|line| (*line, LineOutcome::Faulty)));
        outcomes.sort_unstable();
        let mut faults = judged.faults;
        faults.sort_unstable();
        RosterDone { import: None, outcomes, faults, counts, refused, position: self.db.head() }
    }
}

fn areas(units: Vec<UnitVersion>) -> Vec<UnitVersion> {
    units.into_iter().filter(|unit| level(unit.kind) == 3).collect()
}

/// Lines and faults in words, for the database: places and reasons, never a value.
fn written(done: &RosterDone) -> String {
    let lines = done.outcomes.iter().map(|(line, outcome)| format!("{line} {}", outcome.word()));
    let faults =
        done.faults.iter().map(|fault| format!("{} {} {}", fault.line, fault.field.word(), fault.reason.word()));
    lines.chain(faults).collect::<Vec<_>>().join("\n")
}

/// Reads [`written`].
fn read(answer: &str) -> (Vec<(usize, LineOutcome)>, Vec<LineFault>) {
    let (mut outcomes, mut faults) = (Vec::new(), Vec::new());
    for words in answer.lines().map(|line| line.split(' ').collect::<Vec<_>>()) {
        match words.as_slice() {
            [line, outcome] => outcomes.extend(line.parse().ok().zip(LineOutcome::from_word(outcome))),
            [line, field, reason] => {
                let known = line.parse().ok().zip(LineField::from_word(field)).zip(LineReason::from_word(reason));
                faults.extend(known.map(|((line, field), reason)| LineFault { line, field, reason }));
            }
            _ => {}
        }
    }
    (outcomes, faults)
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_an_answer_is_read_as_it_was() {
        let fault = LineFault { line: 7, field: LineField::Area, reason: LineReason::AreaUnknown };
        let done = RosterDone {
            import: None,
            outcomes: vec![(0, LineOutcome::Created), (7, LineOutcome::Faulty)],
            faults: vec![fault],
            counts: Counts::default(),
            refused: false,
            position: 0,
        };
        assert_eq!(read(&written(&done)), (done.outcomes.clone(), done.faults.clone()));
        assert_eq!(read(""), (vec![], vec![]));
    }
}
