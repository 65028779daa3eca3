//! Facts of units in time, reorganisations and teams that move, as messages of the journal.

use hoagiai_proto::registry::v1::{self as pb, registry_event::Fact};
use hoagiai_rpc::convert::date;
use hoagiai_store::NewEvent;
use hoagiai_types::{Date, Timestamp, Uuid};

use crate::{
    api::{convert, reorganizations as wire},
    domain::{Attachment, Place, Reorganization, ReorganizationId, Team, Timeline},
    events::event,
    usecases::KnownUnit,
};

/// What is known of a unit from now on; the record then has `revision`.
pub(crate) fn timeline_changed(
    timeline: &Timeline,
    revision: i64,
    (created_at, updated_at): (Timestamp, Timestamp),
    reorganization: Option<ReorganizationId>,
    reason: &str,
) -> NewEvent {
    let known = |version: &_| KnownUnit { version: Clone::clone(version), revision, created_at, updated_at };
    let versions = timeline.after.iter().map(|version| convert::unit(&known(version))).collect();
    let from = timeline.differs_from().unwrap_or(updated_at.date_in_vietnam());
    let fact = pb::UnitTimelineChanged {
        unit_id: timeline.id.to_string(),
        versions,
        change: timeline.change.map_or(0, convert::number),
        from_date: Some(date(from)),
        reorganization_id: reorganization.map(|id| id.to_string()).unwrap_or_default(),
        reason: reason.to_owned(),
    };
    event("UnitTimelineChanged", from, Fact::UnitTimelineChanged(fact))
}

pub(crate) fn reorganization_applied(done: &Reorganization) -> NewEvent {
    let fact = pb::ReorganizationApplied { reorganization: Some(wire::reorganization(done)) };
    event("ReorganizationApplied", done.effective, Fact::ReorganizationApplied(fact))
}

pub(crate) fn attachment_opened(attachment: &Attachment) -> NewEvent {
    let fact = pb::AttachmentOpened { attachment: Some(wire::attachment(attachment)) };
    event("AttachmentOpened", attachment.effective, Fact::AttachmentOpened(fact))
}

pub(crate) fn attachment_resolved(attachment: &Attachment) -> NewEvent {
    let fact = pb::AttachmentResolved { attachment: Some(wire::attachment(attachment)) };
    event("AttachmentResolved", attachment.effective, Fact::AttachmentResolved(fact))
}

/// A team as it now lies, where it lay before, from which day on, and what moved it.
pub(crate) fn team_moved(team: &Team, from: Place, effective: Date, cause: Uuid) -> NewEvent {
    let fact = pb::TeamMoved {
        team: Some(convert::team(team)),
        from_area_unit_id: from.area.to_string(),
        from_commune_unit_id: from.commune.to_string(),
        from_province_unit_id: from.province.to_string(),
        effective_date: Some(date(effective)),
        cause_id: cause.to_string(),
    };
    event("TeamMoved", effective, Fact::TeamMoved(fact))
}
