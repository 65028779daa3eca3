//! Between protobuf and domain.

use hoagiai_proto::{google, reporting::v1 as pb};
use hoagiai_rpc::{Violations, convert};

use crate::{
    domain::{Cell, CompiledForm, Period, Positions, Row},
    error::Error,
    usecases::{ComputedReport, Record},
};

pub(crate) fn form(form: &CompiledForm) -> pb::Form {
    let definition = &form.definition;
    let columns = definition.columns.iter().map(|column| pb::FormColumn {
        code: column.code.clone(),
        number: column.number.clone(),
        title: column.title.clone(),
        expression: column.expression.clone(),
        numerator_column: column.numerator_column.clone(),
        denominator_column: column.denominator_column.clone(),
    });
    pb::Form {
        code: definition.code.clone(),
        version: definition.version.clone(),
        title: definition.title.clone(),
        valid_from: Some(convert::date(definition.valid_from)),
        valid_to: definition.valid_to.map(convert::date),
        source: definition.source.clone(),
        columns: columns.collect(),
        identities: definition.identities.clone(),
        digest: form.digest.clone(),
    }
}

pub(crate) fn report(computed: ComputedReport) -> pb::Report {
    let ComputedReport { form, period, boundaries, positions, report, compute_time } = computed;
    pb::Report {
        form_code: form.definition.code.clone(),
        form_version: form.definition.version.clone(),
        form_digest: form.digest.clone(),
        unit_id: report.total.subject.id.to_string(),
        unit_display_name: report.total.subject.display_name.clone(),
        first_date: Some(convert::date(period.first)),
        last_date: Some(convert::date(period.last)),
        column_codes: form.columns.iter().map(|column| column.code.clone()).collect(),
        total: Some(row(report.total)),
        rows: report.rows.into_iter().map(row).collect(),
        broken_identities: report.broken_identities,
        positions: Some(pb::ReportPositions {
            registry: positions.registry,
            cases: positions.cases,
            evaluation: positions.evaluation,
        }),
        compute_time: Some(convert::time(compute_time)),
        boundaries_date: Some(convert::date(boundaries.day)),
    }
}

fn row(row: Row) -> pb::ReportRow {
    let cell = |cell: Cell| match cell {
        Cell::Count(count) => pb::ReportCell { count, ratio: None },
        Cell::Ratio(ratio) => pb::ReportCell { count: 0, ratio: Some(convert::ratio(ratio)) },
    };
    pb::ReportRow {
        row_id: row.subject.id.to_string(),
        code: row.subject.code,
        display_name: row.subject.display_name,
        cells: row.cells.into_iter().map(cell).collect(),
    }
}

pub(crate) fn record(record: &Record) -> pb::CountedRecord {
    pb::CountedRecord {
        kind: record.kind.word().to_owned(),
        record_id: record.id.to_string(),
        team_id: record.team.map(|team| team.to_string()).unwrap_or_default(),
    }
}

pub(crate) fn positions(positions: Option<pb::ReportPositions>) -> Positions {
    let positions = positions.unwrap_or_default();
    Positions { registry: positions.registry, cases: positions.cases, evaluation: positions.evaluation }
}

/// A period of two days that must be there.
pub(crate) fn need_period(
    first: Option<&google::Date>,
    last: Option<&google::Date>,
    out: &mut Violations,
) -> Option<Result<Period, Error>> {
    let first = convert::need_date("first_date", first, out);
    let last = convert::need_date("last_date", last, out);
    Some(Period::new(first?, last?).map_err(Error::from))
}
