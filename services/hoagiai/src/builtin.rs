//! The built-in data sets of administrative units, loaded as a client of the contracts: Hà Nội before and after 1 July 2025
//! with its lineage, and the country since. Loading again changes nothing.

use hoagiai_identity::{Area, Role};
use hoagiai_proto::{
    common::v1::Decision,
    google::Date as PbDate,
    registry::v1::{
        ImportUnitLineageRequest, ImportUnitsRequest, LineageExtent, UnitChange, UnitKind, UnitLineageRow, UnitRow,
        unit_service_client::UnitServiceClient,
    },
};
use hoagiai_rpc::convert::date;
use hoagiai_types::Date;

use crate::{
    clients::{CallError, Client, Service, Who},
    progress::Progress,
};

const HANOI_BEFORE: &str = include_str!("../../../data/hanoi/units-2024.csv");
const HANOI_SINCE: &str = include_str!("../../../data/hanoi/units-2025.csv");
const HANOI_LINEAGE: &str = include_str!("../../../data/hanoi/predecessors.csv");
const COUNTRY_SINCE: &str = include_str!("../../../data/vietnam/units-2025.csv");

/// Where the codes before the reform come from (data/README.md).
const CODES_BEFORE: &str = "Danh mục đơn vị hành chính của Tổng cục Thống kê, tháng 01/2025";
/// Where the codes since come from.
const CODES_SINCE: &str = "Quyết định 19/2025/QĐ-TTg";
/// The resolution that merged and divided the communes of Hà Nội.
const RESOLUTION: (&str, &str) = ("1656/NQ-UBTVQH15", "Ủy ban Thường vụ Quốc hội");
/// The resolution that abolished the level of districts.
const NO_DISTRICTS: (&str, &str) = ("203/2025/QH15", "Quốc hội");

const OPERATOR: Who = Who { role: Role::Operator, area: Area::Everywhere };
/// Rows of one request: it is atomic, and must end within the deadline of a call on a slow disk too.
const ROWS: usize = 4_000;

/// A data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DataSet {
    /// Hà Nội: 557 units before 1 July 2025, 127 since, and what became of which.
    Hanoi,
    /// The country since 1 July 2025: 34 provinces and cities, 3,321 communes.
    Vietnam,
}

/// What loading did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// New units and edges.
    pub created: i64,
    /// What was there already.
    pub unchanged: i64,
}

/// Why a data set is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file that is compiled in cannot be read; the tests read them all.
    #[error("a built-in file is broken")]
    File(#[from] csv::Error),
    /// A row of a file makes no sense.
    #[error("a built-in file has a row that makes no sense: {0}")]
    Row(String),
    /// The server refused.
    #[error(transparent)]
    Call(#[from] CallError),
}

#[derive(Clone, Debug, serde::Deserialize)]
struct FileUnit {
    code: String,
    name: String,
    kind: String,
    parent_code: String,
    valid_from: String,
    valid_to: String,
}

#[derive(Debug, serde::Deserialize)]
struct FileEdge {
    code: String,
    predecessor_code: String,
    extent: String,
}

impl DataSet {
    /// Loads the data set, with progress.
    ///
    /// # Errors
    /// A call is refused, for instance because what is kept contradicts the data set.
    pub async fn load(self, client: &Client, progress: &Progress) -> Result<Loaded, LoadError> {
        let mut loaded = Loaded::default();
        for (name, text, source) in self.files() {
            let rows = unit_rows(text)?;
            let phase = progress.phase(name, rows.len());
            for rows in rows.chunks(ROWS) {
                let count = rows.len();
                let message = ImportUnitsRequest {
                    rows: rows.to_vec(),
                    source: source.to_owned(),
                    ..ImportUnitsRequest::default()
                };
                let answer =
                    client.call(Service::Registry, "ImportUnits", OPERATOR, message, async |channel, request| {
                        UnitServiceClient::new(channel).import_units(request).await
                    });
                let done = answer.await?;
                loaded.add(done.created_count, done.unchanged_count);
                phase.add(count);
            }
            phase.done();
        }
        if self == DataSet::Hanoi {
            let rows = lineage_rows()?;
            let count = rows.len();
            let phase = progress.phase("Sáp nhập, chia tách 01/07/2025", count);
            let message = ImportUnitLineageRequest { rows, request_id: String::new() };
            let answer =
                client.call(Service::Registry, "ImportUnitLineage", OPERATOR, message, async |channel, request| {
                    UnitServiceClient::new(channel).import_unit_lineage(request).await
                });
            let done = answer.await?;
            loaded.add(done.created_count, done.unchanged_count);
            phase.add(count);
            phase.done();
        }
        Ok(loaded)
    }

    fn files(self) -> Vec<(&'static str, &'static str, &'static str)> {
        match self {
            DataSet::Hanoi => vec![
                ("Đơn vị hành chính Hà Nội đến 30/06/2025", HANOI_BEFORE, CODES_BEFORE),
                ("Đơn vị hành chính Hà Nội từ 01/07/2025", HANOI_SINCE, CODES_SINCE),
            ],
            DataSet::Vietnam => vec![("Đơn vị hành chính cả nước từ 01/07/2025", COUNTRY_SINCE, CODES_SINCE)],
        }
    }
}

impl Loaded {
    fn add(&mut self, created: i32, unchanged: i32) {
        self.created += i64::from(created);
        self.unchanged += i64::from(unchanged);
    }
}

fn units(text: &str) -> Result<Vec<FileUnit>, csv::Error> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect()
}

fn unit_rows(text: &str) -> Result<Vec<UnitRow>, LoadError> {
    let row = |unit: FileUnit| {
        let broken = || LoadError::Row(unit.code.clone());
        let kind = UnitKind::from_str_name(&format!("UNIT_KIND_{}", unit.kind)).ok_or_else(broken)?;
        let day = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(|day: Date| Some(date(day))).map_err(|_| broken()),
        };
        Ok(UnitRow {
            kind: kind.into(),
            valid_from: day(&unit.valid_from)?,
            valid_to: day(&unit.valid_to)?,
            code: unit.code.clone(),
            display_name: unit.name.clone(),
            parent_code: unit.parent_code.clone(),
            ..UnitRow::default()
        })
    };
    units(text)?.into_iter().map(row).collect()
}

/// The published edges between communes, and the districts, whose level was abolished.
fn lineage_rows() -> Result<Vec<UnitLineageRow>, LoadError> {
    let first = Some(PbDate { year: 2025, month: 7, day: 1 });
    let signed = Some(PbDate { year: 2025, month: 6, day: 16 });
    let decision = |(number, issuer): (&str, &str)| {
        Some(Decision { number: number.to_owned(), issue_date: signed, issuer: issuer.to_owned() })
    };
    let edges: Vec<FileEdge> =
        csv::Reader::from_reader(HANOI_LINEAGE.as_bytes()).deserialize().collect::<Result<_, _>>()?;
    let communes = edges.into_iter().map(|edge| {
        let extent = LineageExtent::from_str_name(&format!("LINEAGE_EXTENT_{}", edge.extent));
        let extent = extent.ok_or_else(|| LoadError::Row(edge.code.clone()))?;
        let change = if extent == LineageExtent::Whole { UnitChange::Merged } else { UnitChange::Split };
        Ok(UnitLineageRow {
            code: edge.code,
            predecessor_code: edge.predecessor_code,
            extent: extent.into(),
            change_date: first,
            change: change.into(),
            decision: decision(RESOLUTION),
        })
    });
    let mut rows: Vec<UnitLineageRow> = communes.collect::<Result<_, LoadError>>()?;
    let districts = units(HANOI_BEFORE)?.into_iter().filter(|unit| unit.code.len() == 3);
    rows.extend(districts.map(|unit| UnitLineageRow {
        code: unit.parent_code,
        predecessor_code: unit.code,
        extent: LineageExtent::Whole.into(),
        change_date: first,
        change: UnitChange::LevelAbolished.into(),
        decision: decision(NO_DISTRICTS),
    }));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_whole() {
        let count = |text| unit_rows(text).unwrap().len();
        assert_eq!([count(HANOI_BEFORE), count(HANOI_SINCE), count(COUNTRY_SINCE)], [557, 127, 3_355]);
        let rows = lineage_rows().unwrap();
        let of = |change: UnitChange| rows.iter().filter(|row| row.change() == change).count();
        assert_eq!(rows.len(), 794 + 30);
        assert_eq!([of(UnitChange::Merged), of(UnitChange::LevelAbolished)], [327, 30]);
    }

    #[test]
    fn hanoi_is_the_same_in_both_sets() {
        let country = unit_rows(COUNTRY_SINCE).unwrap();
        let missing = unit_rows(HANOI_SINCE).unwrap().into_iter().filter(|row| !country.contains(row)).count();
        assert_eq!(missing, 0, "so that both may be loaded, in either order");
    }
}
