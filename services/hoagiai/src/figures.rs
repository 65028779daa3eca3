//! The figures of the city as the reporting service answers them, for people and for machines. Nothing is computed
//! here but the sum of two columns that the form keeps apart.

use hoagiai_identity::{Area, Role};
use hoagiai_proto::{
    common::v1::Ratio,
    journal::v1::{GetHeadRequest, journal_service_client::JournalServiceClient},
    reporting::v1::{
        ComputeReportRequest, Report, ReportPositions, ReportRow, report_service_client::ReportServiceClient,
    },
};
use hoagiai_rpc::convert::date;
use hoagiai_types::Uuid;
use serde::Serialize;

use crate::{
    clients::{CallError, Client, Service, Who},
    population::{Size, calendar},
};

/// A ratio as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// What is counted.
    pub numerator: i64,
    /// Out of how many.
    pub denominator: i64,
    /// Rounded for print; empty if undefined.
    pub percent: String,
}

impl From<Ratio> for Share {
    fn from(ratio: Ratio) -> Self {
        Self { numerator: ratio.numerator, denominator: ratio.denominator, percent: ratio.percent }
    }
}

/// The figures of a city or of one of its communes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Communes: the rows of the reports.
    pub communes: usize,
    /// Teams in force.
    pub teams: i64,
    /// Mediators in force.
    pub mediators: i64,
    /// Cases received.
    pub received: i64,
    /// Cases concluded.
    pub concluded: i64,
    /// Of these, with agreement.
    pub successful: i64,
    /// Without.
    pub unsuccessful: i64,
    /// Received and not concluded.
    pub in_progress: i64,
    /// Successful of concluded.
    pub success_rate: Share,
    /// Teams recognised as Tổ hòa giải 5 tốt, of all.
    pub five_good: Share,
}

impl Figures {
    /// Whether they are those of a population of that size on so many communes.
    #[must_use]
    pub fn are(&self, size: Size, communes: usize) -> bool {
        let have = [self.teams, self.mediators, self.received, self.successful, self.unsuccessful, self.in_progress];
        let want = [size.teams, size.mediators, size.received(), size.successful, size.unsuccessful, size.in_progress];
        have == want.map(i64::from)
            && self.communes == communes
            && self.concluded == i64::from(size.concluded())
            && self.five_good.numerator == i64::from(size.recognized)
    }
}

/// The three reports of a city.
pub struct Reports {
    organization: Report,
    results: Report,
    five_good: Report,
}

/// Asks for the reports of a city, at least as new as the heads of the journals now.
///
/// # Errors
/// A call is refused.
pub async fn reports(client: &Client, city: Uuid) -> Result<Reports, CallError> {
    let who = Who { role: Role::JusticeDepartment, area: Area::Unit(city) };
    let head = async |journal: Service| {
        let message = GetHeadRequest { journal: journal.journal() };
        let answer = client.call(journal, "GetHead", who, message, async |channel, request| {
            JournalServiceClient::new(channel).get_head(request).await
        });
        answer.await.map(|head| head.position)
    };
    let at_least = ReportPositions {
        registry: head(Service::Registry).await?,
        cases: head(Service::Cases).await?,
        evaluation: head(Service::Evaluation).await?,
    };
    let compute = async |form: &str| {
        let message = ComputeReportRequest {
            unit_id: city.to_string(),
            form_code: form.to_owned(),
            form_version: String::new(),
            first_date: Some(date(calendar::YEAR_FIRST)),
            last_date: Some(date(calendar::YEAR_LAST)),
            at_least: Some(at_least),
            ..ComputeReportRequest::default()
        };
        let answer = client.call(Service::Reporting, "ComputeReport", who, message, async |channel, request| {
            ReportServiceClient::new(channel).compute_report(request).await
        });
        answer.await?.report.ok_or(CallError::Incomplete { call: "ComputeReport", what: "the report" })
    };
    Ok(Reports {
        organization: compute("organization").await?,
        results: compute("results").await?,
        five_good: compute("five_good").await?,
    })
}

impl Reports {
    /// The figures of the city.
    ///
    /// # Errors
    /// A report lacks a column.
    pub fn city(&self) -> Result<Figures, CallError> {
        let communes = self.organization.rows.len();
        self.row(communes, self.organization.total.as_ref(), self.results.total.as_ref(), self.five_good.total.as_ref())
    }

    /// The figures of its communes, with their names, in the order of the report.
    ///
    /// # Errors
    /// A report lacks a column or a commune.
    pub fn communes(&self) -> Result<Vec<(String, Figures)>, CallError> {
        let named = |row: &ReportRow| {
            let other = |report: &'_ Report| report.rows.iter().find(|other| other.row_id == row.row_id).cloned();
            let (results, five_good) = (other(&self.results), other(&self.five_good));
            Ok((row.display_name.clone(), self.row(1, Some(row), results.as_ref(), five_good.as_ref())?))
        };
        self.organization.rows.iter().map(named).collect()
    }

    fn row(
        &self,
        communes: usize,
        organization: Option<&ReportRow>,
        results: Option<&ReportRow>,
        five_good: Option<&ReportRow>,
    ) -> Result<Figures, CallError> {
        let organization = |code| Cell::of(&self.organization, organization, code);
        let results = |code| Cell::of(&self.results, results, code);
        let five_good = |code| Cell::of(&self.five_good, five_good, code);
        Ok(Figures {
            communes,
            teams: organization("c2")?.count(),
            mediators: organization("c3")?.count(),
            received: results("c1")?.count(),
            concluded: results("concluded")?.count(),
            successful: results("c5")?.count(),
            unsuccessful: results("c9")?.count(),
            in_progress: results("c10")?.count() + results("c11")?.count(),
            success_rate: results("c12")?.ratio()?,
            five_good: five_good("c5")?.ratio()?,
        })
    }
}

struct Cell<'a>(&'a hoagiai_proto::reporting::v1::ReportCell);

impl<'a> Cell<'a> {
    fn of(report: &Report, row: Option<&'a ReportRow>, code: &str) -> Result<Self, CallError> {
        let at = report.column_codes.iter().position(|column| column == code);
        let cell = at.and_then(|at| row?.cells.get(at));
        cell.map(Cell).ok_or(CallError::Incomplete { call: "ComputeReport", what: "a column of the form" })
    }

    fn count(&self) -> i64 {
        self.0.count
    }

    fn ratio(&self) -> Result<Share, CallError> {
        let ratio = self.0.ratio.clone().map(Share::from);
        ratio.ok_or(CallError::Incomplete { call: "ComputeReport", what: "a ratio of the form" })
    }
}
