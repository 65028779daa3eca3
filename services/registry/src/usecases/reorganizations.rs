//! Applying a reorganisation: everything that it touches is read, planned by pure rules, and written in one transaction.

use std::collections::{BTreeSet, HashMap};

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{NewEvent, Position, Stream, Tx};
use hoagiai_types::{Date, Id, Uuid};

use super::{AsOf, Change, Moment, Registry};
use crate::{
    domain::{
        Attachment, AttachmentId, AttachmentRow, AttachmentState, AttachmentSubject, Known, LAST_DAY, Reorganization,
        ReorganizationId, ReorganizationRequest, Team, TeamAt, TeamId, TeamMoves, Timeline, UnitId, UnitPlan,
        UnitVersion, level, plan_teams, plan_units,
    },
    error::Error,
    events::units as unit_events,
    faults,
    store::{
        self, lineage,
        moves::{self, Move},
        reorganizations::{self, AttachmentFilter},
        team_versions, timelines,
        units::{self, KnownUnit},
    },
};

/// Places and areas in one answer.
const SHOWN: i64 = 1_000;

/// What a reorganisation did.
#[derive(Debug)]
pub(crate) struct Reorganized {
    /// In numbers.
    pub(crate) done: Reorganization,
    /// Places that a person must decide, as many as are shown.
    pub(crate) attachments: Vec<Attachment>,
    /// Areas in which several teams are now, as many as are shown.
    pub(crate) shared: Vec<UnitId>,
    /// Position in the journal.
    pub(crate) position: Position,
}

/// What was read for a reorganisation, and what it comes to.
struct Work {
    units: HashMap<UnitId, KnownUnit>,
    teams: HashMap<TeamId, (Team, bool)>,
    plan: UnitPlan,
    moves: TeamMoves,
}

impl Registry {
    /// Applies a reorganisation, or only checks it.
    pub(crate) async fn reorganize(
        &self,
        change: &Change,
        request: &ReorganizationRequest,
        validate_only: bool,
    ) -> Result<Reorganized, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin_much(change).await?;
        if let Some(id) = done {
            return repeated(tx, Id::from_uuid(id)).await;
        }
        let (register, moment) = Self::hold_register(&mut tx, moment.after_all()).await?;
        // What is to be may be rehearsed before its day.
        let today = if validate_only { LAST_DAY } else { moment.today };
        let work = self.plan(&mut tx, request, today).await?;
        let faults = [work.plan.faults.as_slice(), &work.moves.faults].concat();
        admit(&change.caller, &work, request.effective, faults.is_empty())?;
        if !faults.is_empty() {
            return Err(faults::refused(&faults));
        }
        let attachments = attachments(&work, request, moment);
        let mut done = in_numbers(&work, request, &attachments, moment);
        let mut shared = work.moves.shared.clone();
        shared.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
        if validate_only {
            // Nothing is written: the transaction is dropped with the claim in it.
            let attachments = attachments.into_iter().take(1_000).collect();
            return Ok(Reorganized { done, attachments, shared, position: self.db.head() });
        }
        let id: ReorganizationId = self.env.new_id();
        done.id = Some(id);
        let attachments = self.named(attachments, id);
        units::bump_register(&mut tx, register, moment.now).await?;
        self.write(&mut tx, change, &work, &done, &attachments, moment).await?;
        let position = self.end(tx, change, id).await?;
        let attachments = attachments.into_iter().take(1_000).collect();
        Ok(Reorganized { done, attachments, shared, position })
    }

    /// A reorganisation.
    pub(crate) async fn get_reorganization(
        &self,
        id: ReorganizationId,
        at: Option<AsOf>,
    ) -> Result<Reorganization, Error> {
        let mut tx = self.db.read_one().await?;
        let found = reorganizations::get(&mut tx, id).await?;
        // A reorganisation is recorded once and whole.
        let found = found.filter(|done| done.created_at <= AsOf::known(at));
        store::on_day(found, at).ok_or(Error::ReorganizationNotFound(id))
    }

    /// The register of units, held until the transaction ends, and the instant of the change: later than every other.
    pub(super) async fn hold_register(tx: &mut Tx, moment: Moment) -> Result<(i64, Moment), Error> {
        let (revision, changed_at) = units::register(tx).await?;
        let next = changed_at.plus(std::time::Duration::from_micros(1));
        Ok((revision, Moment { now: moment.now.max(next), ..moment }))
    }

    async fn plan(&self, tx: &mut Tx, request: &ReorganizationRequest, today: Date) -> Result<Work, Error> {
        let units = touched(tx, request).await?;
        let known = Known::new(units.iter().map(|unit| unit.version.clone()).collect());
        let plan = plan_units(request, &known, today, || self.env.new_id());

        let areas = units.iter().map(|unit| &unit.version).filter(|version| level(version.kind) == 3);
        let communes: BTreeSet<UnitId> = areas.filter_map(|area| area.commune).collect();
        let said: Vec<TeamId> = request
            .attachments
            .iter()
            .filter_map(|row| match row {
                AttachmentRow::Team(team, _) => Some(*team),
                AttachmentRow::Area(..) => None,
            })
            .collect();
        let teams = moves::alive_in(tx, &communes.into_iter().collect::<Vec<_>>(), &said).await?;
        let at: Vec<TeamAt> = teams.iter().map(|(team, _)| TeamAt { id: team.id, place: team.place() }).collect();
        let moves = plan_teams(request, &plan, &at);
        let units = units.into_iter().map(|unit| (unit.version.id, unit)).collect();
        let teams = teams.into_iter().map(|(team, sole)| (team.id, (team, sole))).collect();
        Ok(Work { units, teams, plan, moves })
    }

    fn named(&self, attachments: Vec<Attachment>, of: ReorganizationId) -> Vec<Attachment> {
        let named = |mut one: Attachment| {
            one.id = Some(self.env.new_id());
            one.reorganization = Some(of);
            one
        };
        let mut named: Vec<Attachment> = attachments.into_iter().map(named).collect();
        named.sort_by_key(|one| one.id);
        named
    }

    async fn write(
        &self,
        tx: &mut Tx,
        change: &Change,
        work: &Work,
        done: &Reorganization,
        attachments: &[Attachment],
        moment: Moment,
    ) -> Result<(), Error> {
        let Some(id) = done.id else { return Ok(()) };
        reorganizations::insert(tx, id, done).await?;
        timelines::write(tx, &work.plan.timelines, moment.now).await?;
        for timeline in &work.plan.timelines {
            let known = work.units.get(&timeline.id);
            let revision = known.map_or(0, |known| known.revision);
            let created_at = known.map_or(moment.now, |known| known.created_at);
            let fact = unit_events::timeline_changed(timeline, revision + 1, (created_at, moment.now), Some(id), "");
            tx.append(Stream::new("unit", timeline.id), revision, &change.origin, &[fact]).await?;
        }
        let mut edges = work.plan.edges.clone();
        edges.iter_mut().for_each(|edge| edge.reorganization = Some(id));
        lineage::insert(tx, &edges, moment.now).await?;
        let mut facts: Vec<NewEvent> = edges.iter().map(crate::events::unit_lineage_recorded).collect();

        let steps: Vec<Move> = work.moves.steps.iter().filter_map(|step| step_of(work, step, done)).collect();
        self.move_teams(tx, change, id.uuid(), &steps, &work.teams, (done.effective, moment)).await?;

        let rows: Vec<(AttachmentId, &Attachment)> =
            attachments.iter().filter_map(|one| one.id.map(|id| (id, one))).collect();
        reorganizations::insert_attachments(tx, id, &rows).await?;
        facts.extend(attachments.iter().map(unit_events::attachment_opened));
        facts.push(unit_events::reorganization_applied(done));
        tx.append(Stream::new("reorganization", id), 0, &change.origin, &facts).await?;
        Ok(())
    }

    /// Moves teams, with the fact of each.
    pub(super) async fn move_teams(
        &self,
        tx: &mut Tx,
        change: &Change,
        cause: Uuid,
        steps: &[Move],
        teams: &HashMap<TeamId, (Team, bool)>,
        (effective, moment): (Date, Moment),
    ) -> Result<(), Error> {
        moves::apply(tx, cause, steps, effective, moment.now).await?;
        let mut moved = Vec::with_capacity(steps.len());
        for one in steps {
            let Some((team, _)) = teams.get(&one.step.team) else { continue };
            let mut team = team.clone();
            team.set_place(one.step.to);
            (team.revision, team.updated_at) = (one.from_revision + 1, moment.now);
            team.exception_reason.clone_from(&one.exception_reason);
            let fact = unit_events::team_moved(&team, one.step.from, effective, cause);
            tx.append(Stream::new("team", team.id), one.from_revision, &change.origin, &[fact]).await?;
            moved.push(team);
        }
        let moved: Vec<&Team> = moved.iter().collect();
        team_versions::record(tx, &moved, effective, &self.rules, moment.now).await?;
        Ok(())
    }
}

/// Every version of every unit that the request names, and of all units below those that end or go on otherwise.
async fn touched(tx: &mut Tx, request: &ReorganizationRequest) -> Result<Vec<KnownUnit>, Error> {
    let codes: BTreeSet<&str> = request.codes().collect();
    let named = units::of_codes(tx, &codes.into_iter().collect::<Vec<_>>()).await?;
    let mut ids: BTreeSet<UnitId> = named.iter().map(|unit| unit.version.id).collect();
    let goes_on = request.edges.iter().filter(|edge| edge.change.goes_on()).map(|edge| edge.predecessor_code.as_str());
    let changing: BTreeSet<&str> = request.ended.iter().map(String::as_str).chain(goes_on).collect();
    let last = request.effective.plus_days(-1);
    let changes = |unit: &&KnownUnit| unit.version.holds_on(last) && changing.contains(unit.version.code.as_str());
    let mut at: Vec<UnitId> = named.iter().filter(changes).map(|unit| unit.version.id).collect();
    // Province, district, commune, residence: three steps down and no more.
    for _ in 0..3 {
        let below = timelines::below(tx, &at, request.effective).await?;
        at = below.into_iter().filter(|unit| ids.insert(*unit)).collect();
        if at.is_empty() {
            break;
        }
    }
    Ok(timelines::of_units(tx, &ids.into_iter().collect::<Vec<_>>()).await?)
}

/// Whoever reorganises holds a grant over everything that changes: units of residence within their commune, others within
/// their province, a province itself everywhere. Where new units are to lie is known once the request is `sound`.
fn admit(caller: &Caller, work: &Work, day: Date, sound: bool) -> Result<(), Error> {
    if caller.scope().is_everywhere() {
        return Ok(());
    }
    let mut paths = BTreeSet::new();
    let path = |version: &UnitVersion| match level(version.kind) {
        0 => (None, None),
        3 => (Some(version.province.uuid()), version.commune.map(Id::uuid)),
        _ => (Some(version.province.uuid()), None),
    };
    let near =
        |versions: &[UnitVersion]| versions.iter().filter(|v| v.valid_to >= day.plus_days(-1)).map(path).collect();
    for timeline in &work.plan.timelines {
        let (before, after): (BTreeSet<_>, BTreeSet<_>) = (near(&timeline.before), near(&timeline.after));
        paths.extend(before);
        if sound {
            paths.extend(after);
        }
    }
    for step in &work.moves.steps {
        for place in [step.from, step.to] {
            paths.insert((Some(place.province.uuid()), Some(place.commune.uuid())));
        }
    }
    for (province, commune) in paths {
        caller.admit(&AreaPath { province, commune, area_unit: None, team: None })?;
    }
    Ok(())
}

fn attachments(work: &Work, request: &ReorganizationRequest, moment: Moment) -> Vec<Attachment> {
    let one = |subject, subject_id, from, (commune, province), candidates| Attachment {
        id: None,
        reorganization: None,
        subject,
        subject_id,
        from,
        commune,
        province,
        effective: request.effective,
        state: AttachmentState::Open,
        candidates,
        to: None,
        revision: 1,
        created_at: moment.now,
        updated_at: moment.now,
    };
    let areas = work.plan.open.iter().map(|open| {
        let at = (open.from, open.province);
        one(AttachmentSubject::Area, open.area.uuid(), open.from, at, open.candidates.clone())
    });
    let teams = work.moves.open.iter().map(|(team, candidates)| {
        let at = (team.place.commune, team.place.province);
        one(AttachmentSubject::Team, team.id.uuid(), team.place.area, at, candidates.clone())
    });
    areas.chain(teams).collect()
}

fn in_numbers(
    work: &Work,
    request: &ReorganizationRequest,
    attachments: &[Attachment],
    moment: Moment,
) -> Reorganization {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let ends = |timeline: &&Timeline| !timeline.after.iter().any(|version| version.valid_to >= request.effective);
    let new = work.plan.timelines.iter().filter(|timeline| timeline.is_new()).count();
    let ended = work.plan.timelines.iter().filter(ends).count();
    Reorganization {
        id: None,
        decision: request.decision.clone(),
        effective: request.effective,
        created: number(new),
        changed: number(work.plan.timelines.len() - new - ended),
        ended: work.plan.ended,
        edges: number(work.plan.edges.len()),
        moved_teams: number(work.moves.steps.len()),
        open_attachments: number(attachments.len()),
        created_at: moment.now,
    }
}

/// A step as it is written: a team that comes into another team's area claims it no more (rule 2), and says why.
fn step_of(work: &Work, step: &crate::domain::TeamStep, done: &Reorganization) -> Option<Move> {
    let (team, sole) = work.teams.get(&step.team)?;
    let enters = step.to.area != step.from.area;
    let shared = work.moves.shared.binary_search(&step.to.area).is_ok();
    let mut exception_reason = team.exception_reason.clone();
    if enters && shared && exception_reason.is_empty() {
        exception_reason = format!("Sắp xếp đơn vị theo {}", done.decision.number);
    }
    let sole = if enters { !shared } else { *sole };
    Some(Move { step: *step, sole, exception_reason, from_revision: team.revision })
}

async fn repeated(mut tx: Tx, id: ReorganizationId) -> Result<Reorganized, Error> {
    let done = reorganizations::get(&mut tx, id).await?.ok_or(Error::ReorganizationNotFound(id))?;
    let (reorganization, after) = (Some(id), Uuid::nil());
    let filter = AttachmentFilter { reorganization, state: None, at: None, within: None, after, limit: SHOWN };
    let mut attachments = reorganizations::page(&mut tx, &filter).await?;
    super::attachments::with_candidates(&mut tx, &mut attachments).await?;
    let shared = moves::shared_areas(&mut tx, id.uuid(), SHOWN).await?;
    let position = tx.commit().await?.position;
    Ok(Reorganized { done, attachments, shared, position })
}
