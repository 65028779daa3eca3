//! Messages about reorganisations to values of the domain and back.

use hoagiai_proto::registry::v1::{self as pb, attachment_row::Subject};
use hoagiai_rpc::{
    Violations,
    convert::{date, need_date, need_id, time},
};
use hoagiai_types::{Etag, text};

use super::convert::{self, Named, count, need, number};
use crate::{
    domain::{
        Attachment, AttachmentRow, AttachmentState, AttachmentSubject, EdgeRow, Lineage, Reorganization,
        ReorganizationRequest, ReorganizedUnit, UnitChange,
    },
    usecases::VersionCorrection,
};

convert::named! {
    UnitChange = pb::UnitChange { Renamed, Recoded, Merged, Split, LevelAbolished, Moved };
    AttachmentSubject = pb::AttachmentSubject { Area, Team };
    AttachmentState = pb::AttachmentState { Open, Resolved };
}

fn int(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A reorganisation that is asked for.
pub(crate) fn request(message: pb::ApplyReorganizationRequest, out: &mut Violations) -> Option<ReorganizationRequest> {
    let decision = convert::need_decision(message.decision, out);
    let effective = need_date("effective_date", message.effective_date.as_ref(), out);
    let units: Option<Vec<_>> = message.units.into_iter().enumerate().map(|(i, row)| unit(i, row, out)).collect();
    let edges: Option<Vec<_>> = message.edges.into_iter().enumerate().map(|(i, row)| edge(i, row, out)).collect();
    let attachments = message.attachments.into_iter().enumerate();
    let attachments: Option<Vec<_>> = attachments.map(|(i, row)| attachment_row(i, row, out)).collect();
    Some(ReorganizationRequest {
        decision: decision?,
        effective: effective?,
        units: units?,
        ended: message.ended_codes,
        edges: edges?,
        attachments: attachments?,
    })
}

fn unit(index: usize, row: pb::ReorganizedUnit, out: &mut Violations) -> Option<ReorganizedUnit> {
    let kind = need(format!("units[{index}].kind"), row.kind, out);
    Some(ReorganizedUnit {
        code: row.code,
        name: text::nfc(row.display_name.trim()),
        kind: kind?,
        parent_code: row.parent_code,
        households: count(row.household_count),
        ethnic_minority_area: row.ethnic_minority_area,
    })
}

fn edge(index: usize, row: pb::ReorganizationEdge, out: &mut Violations) -> Option<EdgeRow> {
    let change = need(format!("edges[{index}].change"), row.change, out);
    let extent = need(format!("edges[{index}].extent"), row.extent, out);
    Some(EdgeRow { predecessor_code: row.predecessor_code, code: row.code, change: change?, extent: extent? })
}

fn attachment_row(index: usize, row: pb::AttachmentRow, out: &mut Violations) -> Option<AttachmentRow> {
    match row.subject? {
        Subject::AreaCode(area) => Some(AttachmentRow::Area(area, row.code)),
        Subject::TeamId(team) => {
            need_id(format!("attachments[{index}].team_id"), &team, out).map(|team| AttachmentRow::Team(team, row.code))
        }
    }
}

/// What is to be corrected.
pub(crate) fn correction(message: &pb::CorrectUnitVersionRequest) -> VersionCorrection {
    VersionCorrection {
        code: message.code.clone(),
        name: message.display_name.as_deref().map(|name| text::nfc(name.trim())),
        kind: message.kind.and_then(convert::value),
        households: message.household_count.map(count),
        ethnic_minority_area: message.ethnic_minority_area,
    }
}

/// A reorganisation for the wire.
pub(crate) fn reorganization(done: &Reorganization) -> pb::Reorganization {
    pb::Reorganization {
        reorganization_id: done.id.map(|id| id.to_string()).unwrap_or_default(),
        decision: Some(convert::decision(&done.decision)),
        effective_date: Some(date(done.effective)),
        created_unit_count: int(done.created),
        changed_unit_count: int(done.changed),
        ended_unit_count: int(done.ended),
        edge_count: int(done.edges),
        moved_team_count: int(done.moved_teams),
        open_attachment_count: int(done.open_attachments),
        create_time: Some(time(done.created_at)),
    }
}

/// A place to be decided for the wire.
pub(crate) fn attachment(one: &Attachment) -> pb::Attachment {
    pb::Attachment {
        attachment_id: one.id.map(|id| id.to_string()).unwrap_or_default(),
        reorganization_id: one.reorganization.map(|id| id.to_string()).unwrap_or_default(),
        subject: number(one.subject),
        subject_id: one.subject_id.to_string(),
        from_unit_id: one.from.to_string(),
        effective_date: Some(date(one.effective)),
        state: number(one.state),
        candidate_unit_ids: one.candidates.iter().map(ToString::to_string).collect(),
        to_unit_id: one.to.map(|id| id.to_string()).unwrap_or_default(),
        etag: Etag::new(one.revision).to_string(),
        create_time: Some(time(one.created_at)),
        update_time: Some(time(one.updated_at)),
    }
}

/// An edge of lineage for the wire; `distance` 0: none was asked for.
pub(crate) fn lineage(edge: &Lineage, distance: u32) -> pb::UnitLineage {
    pb::UnitLineage {
        unit_id: edge.unit.to_string(),
        predecessor_unit_id: edge.predecessor.to_string(),
        extent: number(edge.extent),
        change: number(edge.change),
        change_date: Some(date(edge.change_date)),
        decision: edge.decision.as_ref().map(convert::decision),
        reorganization_id: edge.reorganization.map(|id| id.to_string()).unwrap_or_default(),
        distance: int(distance),
    }
}
