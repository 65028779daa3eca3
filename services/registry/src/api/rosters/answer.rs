//! What is answered to a roster: faults with their places, outcomes of rows, a summary.

use hoagiai_proto::registry::v1 as pb;
use hoagiai_rpc::Problem;
use hoagiai_sheets::{Fault, Field, Format, Reason, Refusal, Roster, letters};

use crate::{
    domain::{LineFault, LineOutcome},
    usecases::RosterDone,
};

/// Faults of one message.
const FAULTS: usize = 500;
/// Outcomes of one message.
const ROWS: usize = 2_000;

/// A piece of an answer, whatever it is of.
pub(super) enum Piece {
    /// Faults.
    Faults(pb::RosterFaults),
    /// Outcomes.
    Rows(pb::RosterRows),
    /// The end.
    Summary(pb::RosterSummary),
}

macro_rules! answers {
    ($($message:ident $part:path;)+) => {$(
        impl From<Piece> for pb::$message {
            fn from(piece: Piece) -> Self {
                use $part as Part;
                let part = match piece {
                    Piece::Faults(faults) => Part::Faults(faults),
                    Piece::Rows(rows) => Part::Rows(rows),
                    Piece::Summary(summary) => Part::Summary(summary),
                };
                pb::$message { part: Some(part) }
            }
        }
    )+};
}
answers! {
    ImportTeamsResponse pb::import_teams_response::Part;
    ImportMediatorsResponse pb::import_mediators_response::Part;
}

/// The pieces of an answer, and how it ends if nothing was taken because of faults.
pub(super) fn pieces<T>(roster: &Roster<T>, done: RosterDone) -> (Vec<Piece>, Option<Problem>) {
    let mut faults: Vec<Fault> =
        roster.lines.iter().filter_map(|line| line.value.as_ref().err()).flatten().cloned().collect();
    faults.extend(done.faults.iter().filter_map(|fault| found(roster, fault)));
    faults.sort_by_key(|fault| (fault.row, fault.column));
    let refusal = done.refused.then(|| {
        let problem = Problem::new(pb::ErrorReason::RosterRowsFaulty).with("faulty_rows", done.counts.faulty);
        problem.with("faults", faults.len())
    });
    let mut pieces = Vec::new();
    let all: Vec<pb::RosterFault> = faults.into_iter().map(|fault| told(roster, fault)).collect();
    pieces.extend(all.chunks(FAULTS).map(|faults| Piece::Faults(pb::RosterFaults { faults: faults.to_vec() })));
    let rows: Vec<pb::RosterRow> = done.outcomes.iter().filter_map(|outcome| row(roster, outcome)).collect();
    pieces.extend(rows.chunks(ROWS).map(|rows| Piece::Rows(pb::RosterRows { rows: rows.to_vec() })));
    pieces.push(Piece::Summary(summary(roster, &done)));
    (pieces, refusal)
}

/// A fault that the registry found, with the place and the text of the file.
fn found<T>(roster: &Roster<T>, fault: &LineFault) -> Option<Fault> {
    let field = Field::from_word(fault.field.word())?;
    let reason = Reason::from_word(fault.reason.word())?;
    let row = roster.lines.get(fault.line)?.row;
    Some(Fault { row, column: roster.column(field), field, value: roster.text(fault.line, field).to_owned(), reason })
}

fn told<T>(roster: &Roster<T>, fault: Fault) -> pb::RosterFault {
    let name = roster.columns.iter().find(|column| Some(column.index) == fault.column);
    let reason = pb::RosterFaultReason::from_str_name(&format!("ROSTER_FAULT_REASON_{}", fault.reason.word()));
    pb::RosterFault {
        row: number(fault.row),
        column: fault.column.map(letters).unwrap_or_default(),
        column_name: name.map(|column| column.name.clone()).unwrap_or_else(|| fault.field.title().to_owned()),
        field: fault.field.word().to_owned(),
        value: fault.value,
        reason: reason.unwrap_or_default().into(),
        message: fault.reason.vietnamese().to_owned(),
    }
}

fn row<T>(roster: &Roster<T>, (line, outcome): &(usize, LineOutcome)) -> Option<pb::RosterRow> {
    let outcome = match outcome {
        LineOutcome::Created => pb::RosterRowOutcome::Created,
        LineOutcome::Updated => pb::RosterRowOutcome::Updated,
        LineOutcome::Unchanged => pb::RosterRowOutcome::Unchanged,
        LineOutcome::Faulty => pb::RosterRowOutcome::Faulty,
        LineOutcome::NotTaken => pb::RosterRowOutcome::NotTaken,
    };
    Some(pb::RosterRow { row: number(roster.lines.get(*line)?.row), outcome: outcome.into() })
}

fn summary<T>(roster: &Roster<T>, done: &RosterDone) -> pb::RosterSummary {
    let columns = roster.columns.iter().map(|column| pb::RosterColumn {
        column: letters(column.index),
        column_name: column.name.clone(),
        field: column.field.map(|field| field.word().to_owned()).unwrap_or_default(),
    });
    let format = match roster.format {
        Format::Xlsx => pb::RosterFormat::Xlsx,
        Format::Csv => pb::RosterFormat::Csv,
    };
    pb::RosterSummary {
        roster_import_id: done.import.map(|id| id.to_string()).unwrap_or_default(),
        applied: done.import.is_some(),
        format: format.into(),
        sheet: roster.sheet.clone(),
        columns: columns.collect(),
        row_count: size(roster.lines.len()),
        created_count: done.counts.created,
        updated_count: done.counts.updated,
        unchanged_count: done.counts.unchanged,
        faulty_row_count: done.counts.faulty,
        skipped_row_count: size(roster.skipped.len()),
        deviating_team_count: done.counts.deviating,
        position: done.position,
    }
}

fn number(row: u32) -> i32 {
    i32::try_from(row).unwrap_or(i32::MAX)
}

fn size(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A file that is not read, for the wire.
pub(super) fn unreadable(refusal: &Refusal) -> Problem {
    use pb::ErrorReason as Wire;
    match refusal {
        Refusal::MixedEncodings { line } => Problem::new(Wire::RosterEncodingMixed).with("line", line),
        Refusal::UnknownEncoding => Problem::new(Wire::RosterEncodingMixed).with("line", 1),
        Refusal::HeaderNotFound { missing } => {
            Problem::new(Wire::RosterHeaderNotFound).with("columns", missing.join(", "))
        }
        Refusal::SheetNotFound { sheets } => Problem::new(Wire::RosterSheetNotFound).with("sheets", sheets.join(", ")),
        Refusal::TooLarge { quantity, limit, row } => {
            let problem = Problem::new(Wire::RosterUnreadable).with("problem", format!("too_many_{}", quantity.word()));
            problem.with("what", refusal.vietnamese()).with("limit", limit).with("row", row)
        }
        other => Problem::new(Wire::RosterUnreadable).with("problem", other.word()).with("what", other.vietnamese()),
    }
}
