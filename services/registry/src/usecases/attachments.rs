//! Places that a reorganisation left to be decided: listed, and decided one by one.

use std::collections::HashMap;

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_store::{Position, Stream, Tx};
use hoagiai_types::{Etag, Id, Uuid};

use super::{AsOf, Change, Moment, Registry, admit_etag, admitted};
use crate::{
    domain::{
        Attachment, AttachmentId, AttachmentState, AttachmentSubject, Place, Refusal, ReorganizationId, TeamId,
        TeamStep, UnitId, UnitVersion, level, reattach,
    },
    error::{Error, FaultText},
    events::units as unit_events,
    store::{
        lineage::{self, Way},
        moves::{self, Move},
        reorganizations::{self, AttachmentFilter},
        timelines,
        units::{self, KnownUnit},
    },
};

/// Units that a divided unit is said to have gone to, in an answer.
const CANDIDATES: usize = 100;

impl Registry {
    /// Places to be decided or decided, within the areas of the caller, after an id.
    pub(crate) async fn list_attachments(
        &self,
        caller: &Caller,
        reorganization: Option<ReorganizationId>,
        state: Option<AttachmentState>,
        at: Option<AsOf>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<Attachment>, Error> {
        let scope = caller.scope();
        let within = (!scope.is_everywhere()).then(|| scope.units());
        let filter = AttachmentFilter { reorganization, state, at, within, after: after.unwrap_or_default(), limit };
        let mut tx = self.db.read().await?;
        let mut found = reorganizations::page(&mut tx, &filter).await?;
        with_candidates(&mut tx, &mut found).await?;
        Ok(found)
    }

    /// Decides where an area or a team goes.
    pub(crate) async fn resolve_attachment(
        &self,
        change: &Change,
        id: AttachmentId,
        to: UnitId,
        etag: Option<Etag>,
    ) -> Result<(Attachment, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let found = reorganizations::attachment(&mut tx, id).await?;
        let mut attachment = admitted(&change.caller, found, area_of, Error::AttachmentNotFound(id))?;
        if done.is_some() {
            return shown(tx, attachment).await;
        }
        admit_etag(attachment.revision, etag)?;
        if attachment.state == AttachmentState::Resolved {
            return Err(Refusal::AttachmentResolved { attachment: id }.into());
        }
        let (register, moment) = Self::hold_register(&mut tx, moment.after_all()).await?;
        let target = timelines::of_unit(&mut tx, to).await?;
        let target = target.iter().map(|unit| &unit.version).find(|version| version.holds_on(attachment.effective));
        let target = target.cloned().ok_or_else(|| Error::field("unit_id", FaultText::UNKNOWN_UNIT))?;
        let path = AreaPath::of_province(target.province.uuid());
        change.caller.admit(&target.commune.map_or(path, |commune| path.in_commune(commune.uuid())))?;
        let wanted = if attachment.subject == AttachmentSubject::Area { 2 } else { 3 };
        if level(target.kind) != wanted {
            return Err(Refusal::UnitKindWrong { unit: to, kind: target.kind }.into());
        }
        units::bump_register(&mut tx, register, moment.now).await?;
        reorganizations::resolve(&mut tx, id, attachment.revision, to.uuid(), moment.now).await?;
        match attachment.subject {
            AttachmentSubject::Area => self.attach_area(&mut tx, change, &attachment, &target, moment).await?,
            AttachmentSubject::Team => self.attach_team(&mut tx, change, &attachment, &target, moment).await?,
        }
        attachment.state = AttachmentState::Resolved;
        attachment.to = Some(to);
        (attachment.revision, attachment.updated_at) = (attachment.revision + 1, moment.now);
        let fact = unit_events::attachment_resolved(&attachment);
        tx.append(Stream::new("attachment", id), attachment.revision - 2, &change.origin, &[fact]).await?;
        with_candidates(&mut tx, std::slice::from_mut(&mut attachment)).await?;
        let position = self.end(tx, change, id).await?;
        Ok((attachment, position))
    }

    /// The area lies in the commune since the reorganisation, and its teams with it.
    async fn attach_area(
        &self,
        tx: &mut Tx,
        change: &Change,
        attachment: &Attachment,
        commune: &UnitVersion,
        moment: Moment,
    ) -> Result<(), Error> {
        let area = UnitId::from_uuid(attachment.subject_id);
        let known = timelines::of_unit(tx, area).await?;
        let versions: Vec<UnitVersion> = known.iter().map(|unit| unit.version.clone()).collect();
        let since = versions.iter().filter(|version| version.valid_to >= attachment.effective);
        if since.clone().count() == 0 || since.clone().any(|version| version.parent != Some(attachment.from)) {
            return Err(Error::field("attachment_id", FaultText::LATER_HISTORY));
        }
        let timeline = reattach(&versions, commune, attachment.effective);
        timelines::write(tx, std::slice::from_ref(&timeline), moment.now).await?;
        if let Some(KnownUnit { revision, created_at, .. }) = known.first() {
            let at = (*created_at, moment.now);
            let fact = unit_events::timeline_changed(&timeline, revision + 1, at, attachment.reorganization, "");
            tx.append(Stream::new("unit", area), *revision, &change.origin, &[fact]).await?;
        }
        let teams = moves::alive_in(tx, &[attachment.commune], &[]).await?;
        let teams = teams.into_iter().filter(|(team, _)| team.area_unit == area);
        let teams: HashMap<TeamId, _> = teams.map(|(team, sole)| (team.id, (team, sole))).collect();
        let steps: Vec<Move> = teams
            .values()
            .map(|(team, sole)| {
                let from = team.place();
                let to = Place { area, commune: commune.id, province: commune.province };
                let step = TeamStep { team: team.id, from, to };
                let exception_reason = team.exception_reason.clone();
                Move { step, sole: *sole, exception_reason, from_revision: team.revision }
            })
            .collect();
        let at = (attachment.effective, moment);
        self.move_teams(tx, change, cause(attachment), &steps, &teams, at).await
    }

    /// The team lies in the area since the reorganisation.
    async fn attach_team(
        &self,
        tx: &mut Tx,
        change: &Change,
        attachment: &Attachment,
        area: &UnitVersion,
        moment: Moment,
    ) -> Result<(), Error> {
        let team = TeamId::from_uuid(attachment.subject_id);
        let there = moves::alive_in(tx, &area.commune.into_iter().collect::<Vec<_>>(), &[team]).await?;
        let shared = there.iter().any(|(other, _)| other.id != team && other.area_unit == area.id);
        let found = there.into_iter().find(|(one, _)| one.id == team && one.area_unit == attachment.from);
        let (Some((team, sole)), Some(to)) = (found, Place::of(area)) else {
            return Err(Error::field("attachment_id", FaultText::LATER_HISTORY));
        };
        let now = timelines::of_unit(tx, area.id).await?;
        let lies = |version: &UnitVersion| (version.commune, version.province) == (area.commune, area.province);
        if now.iter().any(|unit| unit.version.valid_from >= attachment.effective && !lies(&unit.version)) {
            return Err(Error::field("unit_id", FaultText::LATER_HISTORY));
        }
        let mut exception_reason = team.exception_reason.clone();
        if shared && exception_reason.is_empty() {
            exception_reason = "Sắp xếp đơn vị".to_owned();
        }
        let step = TeamStep { team: team.id, from: team.place(), to };
        let one = Move { step, sole: !shared, exception_reason, from_revision: team.revision };
        let teams = HashMap::from([(team.id, (team, sole))]);
        self.move_teams(tx, change, cause(attachment), &[one], &teams, (attachment.effective, moment)).await
    }
}

/// What moved a team: the attachment that was decided.
fn cause(attachment: &Attachment) -> Uuid {
    attachment.id.map_or(Uuid::nil(), Id::uuid)
}

/// Where a place to be decided lies: in the unit that was divided.
fn area_of(attachment: &Attachment) -> AreaPath {
    AreaPath::of_province(attachment.province.uuid()).in_commune(attachment.commune.uuid())
}

async fn shown(mut tx: Tx, mut attachment: Attachment) -> Result<(Attachment, Position), Error> {
    with_candidates(&mut tx, std::slice::from_mut(&mut attachment)).await?;
    Ok((attachment, tx.commit().await?.position))
}

/// Says among which units each divided unit went.
pub(super) async fn with_candidates(tx: &mut Tx, attachments: &mut [Attachment]) -> Result<(), Error> {
    let mut from: Vec<UnitId> = attachments.iter().map(|one| one.from).collect();
    from.sort_unstable();
    from.dedup();
    let mut after: HashMap<UnitId, Vec<_>> = HashMap::new();
    for edge in lineage::from_units(tx, &from, Way::On).await? {
        after.entry(edge.predecessor).or_default().push((edge.change_date, edge.unit));
    }
    for one in attachments {
        let edges = after.get(&one.from).into_iter().flatten();
        let of_day = edges.filter(|(day, unit)| *day == one.effective && *unit != one.from);
        one.candidates = of_day.map(|(_, unit)| *unit).take(CANDIDATES).collect();
    }
    Ok(())
}
