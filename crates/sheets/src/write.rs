//! Workbooks that are given back: rosters, and reports of what an import did with one. Every text goes out as text: what
//! a program would take for a formula gets an apostrophe, also for the day on which somebody saves it as CSV.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::{
    cell::FORMULA_LEADS,
    fault::Reason,
    field::Field,
    rows::{EducationClass, EthnicClass, Gender, MediatorRow, PaperDecision, Place, TeamRow},
};

/// A workbook could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written")]
pub struct WriteError(#[from] XlsxError);

/// A cell that is written.
pub(crate) enum Written {
    Text(String),
    Number(f64),
    Day(hoagiai_types::Date),
}

impl From<&str> for Written {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Text that no program takes for a formula.
pub(crate) fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA_LEADS) { format!("'{text}") } else { text.to_owned() }
}

/// The head of a table.
pub(crate) fn head_format() -> Format {
    Format::new().set_bold().set_text_wrap().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter)
}

fn day_format() -> Format {
    Format::new().set_num_format("dd/mm/yyyy")
}

/// A workbook whose bytes depend on what is in it alone.
pub(crate) fn workbook(title: &str) -> Result<Workbook, WriteError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2025, 7, 1)?;
    book.set_properties(&DocProperties::new().set_title(title).set_author("Hòa Giải").set_creation_datetime(&made));
    Ok(book)
}

pub(crate) fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Written,
    days: &Format,
) -> Result<(), WriteError> {
    match value {
        Written::Text(text) if text.is_empty() => {}
        Written::Text(text) => drop(sheet.write_string(row, column, harmless(text))?),
        Written::Number(number) => drop(sheet.write_number(row, column, *number)?),
        Written::Day(day) => {
            let (year, month, part) = (day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs());
            let moment = ExcelDateTime::from_ymd(year, month, part)?;
            sheet.write_datetime_with_format(row, column, &moment, days)?;
        }
    }
    Ok(())
}

/// Writes a table: its head, then its rows.
pub(crate) fn table<'a>(
    sheet: &mut Worksheet,
    first: u32,
    head: impl IntoIterator<Item = (&'a str, f64)>,
    rows: impl IntoIterator<Item = Vec<Written>>,
) -> Result<(), WriteError> {
    let (bold, days) = (head_format(), day_format());
    let mut last = 0;
    for (column, (title, width)) in (0u16..).zip(head) {
        sheet.write_string_with_format(first, column, title, &bold)?;
        sheet.set_column_width(column, width)?;
        last = column;
    }
    let mut next = first;
    for row in rows {
        next += 1;
        for (column, value) in (0u16..).zip(&row) {
            put(sheet, next, column, value, &days)?;
        }
    }
    sheet.set_freeze_panes(first + 1, 0)?;
    sheet.autofilter(first, 0, next.max(first + 1), last)?;
    Ok(())
}

/// The columns of a roster of teams, with their widths.
pub(crate) const TEAM_COLUMNS: [(Field, f64); 10] = [
    (Field::Ordinal, 6.0),
    (Field::Commune, 22.0),
    (Field::Area, 22.0),
    (Field::AreaCode, 14.0),
    (Field::Team, 32.0),
    (Field::Size, 12.0),
    (Field::DecisionNumber, 20.0),
    (Field::DecisionDate, 14.0),
    (Field::Issuer, 30.0),
    (Field::Exception, 30.0),
];

/// The columns of a roster of mediators, with their widths.
pub(crate) const MEDIATOR_COLUMNS: [(Field, f64); 17] = [
    (Field::Ordinal, 6.0),
    (Field::Commune, 22.0),
    (Field::Area, 22.0),
    (Field::AreaCode, 14.0),
    (Field::Team, 32.0),
    (Field::FullName, 28.0),
    (Field::Gender, 10.0),
    (Field::Birth, 10.0),
    (Field::Ethnic, 12.0),
    (Field::Education, 18.0),
    (Field::Role, 16.0),
    (Field::Phone, 16.0),
    (Field::DecisionNumber, 20.0),
    (Field::DecisionDate, 14.0),
    (Field::Issuer, 30.0),
    (Field::LeaderNumber, 20.0),
    (Field::LeaderDate, 14.0),
];

pub(crate) fn heads(columns: &[(Field, f64)]) -> Vec<(&'static str, f64)> {
    columns.iter().map(|(field, width)| (field.title(), *width)).collect()
}

fn place(place: &Place, field: Field) -> Written {
    Written::Text(match field {
        Field::Commune => place.commune.clone(),
        Field::Area => place.area.clone(),
        _ => place.area_code.clone(),
    })
}

fn decision(decision: Option<&PaperDecision>, field: Field) -> Written {
    match (decision, field) {
        (None, _) => Written::Text(String::new()),
        (Some(decision), Field::DecisionNumber | Field::LeaderNumber) => Written::Text(decision.number.clone()),
        (Some(decision), Field::Issuer) => Written::Text(decision.issuer.clone()),
        (Some(decision), _) => Written::Day(decision.date),
    }
}

pub(crate) fn team_cells(index: usize, team: &TeamRow) -> Vec<Written> {
    let cell = |field: Field| match field {
        Field::Ordinal => Written::Number((index + 1) as f64),
        Field::Team => Written::Text(team.name.clone()),
        Field::Size => Written::Number(f64::from(team.size)),
        Field::Exception => Written::Text(team.exception.clone()),
        Field::Commune | Field::Area | Field::AreaCode => place(&team.place, field),
        _ => decision(team.decision.as_ref(), field),
    };
    TEAM_COLUMNS.iter().map(|(field, _)| cell(*field)).collect()
}

pub(crate) fn mediator_cells(index: usize, person: &MediatorRow) -> Vec<Written> {
    let education = |class: EducationClass| match class {
        EducationClass::Law => "Luật",
        EducationClass::Other => "Chuyên môn khác",
        EducationClass::None => "Không",
    };
    let cell = |field: Field| match field {
        Field::Ordinal => Written::Number((index + 1) as f64),
        Field::Commune | Field::Area | Field::AreaCode => place(&person.place, field),
        Field::Team => Written::Text(person.team.clone()),
        Field::FullName => Written::Text(person.full_name.clone()),
        Field::Gender => Written::from(if person.gender == Gender::Male { "Nam" } else { "Nữ" }),
        Field::Birth => person.birth_year.map_or(Written::from(""), |year| Written::Number(f64::from(year))),
        // The class is all that is known: DTTS for one of the 53.
        Field::Ethnic => Written::from(if person.ethnic == EthnicClass::Kinh { "Kinh" } else { "DTTS" }),
        Field::Education => Written::from(person.education.map_or("", education)),
        Field::Role => Written::from(if person.leader { "Tổ trưởng" } else { "Tổ viên" }),
        Field::Phone => Written::Text(person.phone.clone()),
        Field::LeaderNumber | Field::LeaderDate => decision(person.leader_decision.as_ref(), field),
        _ => decision(person.decision.as_ref(), field),
    };
    MEDIATOR_COLUMNS.iter().map(|(field, _)| cell(*field)).collect()
}

/// A workbook with a roster of teams.
///
/// # Errors
/// More rows than a sheet has.
pub fn write_teams(teams: &[TeamRow]) -> Result<Vec<u8>, WriteError> {
    let mut book = workbook("Danh sách tổ hòa giải")?;
    let sheet = book.add_worksheet().set_name("Danh sách")?;
    table(sheet, 0, heads(&TEAM_COLUMNS), teams.iter().enumerate().map(|(index, team)| team_cells(index, team)))?;
    Ok(book.save_to_buffer()?)
}

/// A workbook with a roster of mediators.
///
/// # Errors
/// More rows than a sheet has.
pub fn write_mediators(people: &[MediatorRow]) -> Result<Vec<u8>, WriteError> {
    let mut book = workbook("Danh sách hòa giải viên")?;
    let sheet = book.add_worksheet().set_name("Danh sách")?;
    table(
        sheet,
        0,
        heads(&MEDIATOR_COLUMNS),
        people.iter().enumerate().map(|(index, one)| mediator_cells(index, one)),
    )?;
    Ok(book.save_to_buffer()?)
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A record was made.
    Created,
    /// A record was corrected.
    Updated,
    /// It was there.
    Unchanged,
    /// It is faulty and was left out.
    Faulty,
    /// It is good, but others are not, and all or none were to be taken.
    NotTaken,
}

impl Outcome {
    /// What people read.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Created => "Tạo mới",
            Self::Updated => "Cập nhật",
            Self::Unchanged => "Không thay đổi",
            Self::Faulty => "Có lỗi, không nhập",
            Self::NotTaken => "Hợp lệ nhưng chưa nhập vì còn dòng lỗi",
        }
    }
}

/// A row of a report.
#[derive(Debug, Clone)]
pub struct ReportedRow {
    /// Its number in the file.
    pub row: u32,
    /// Whose row it is, as the file says.
    pub label: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// A fault of a report.
#[derive(Debug, Clone)]
pub struct ReportedFault {
    /// The row in the file.
    pub row: u32,
    /// The column: its letters and its name.
    pub column: String,
    /// What the cell holds.
    pub value: String,
    /// The word of the reason.
    pub reason: String,
    /// What people read.
    pub text: String,
}

/// What an import did with a file.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Lines of the summary: what, and how much.
    pub summary: Vec<(String, String)>,
    /// Faults in the order of the file.
    pub faults: Vec<ReportedFault>,
    /// Rows in the order of the file.
    pub rows: Vec<ReportedRow>,
}

impl ReportedFault {
    /// The texts of a reason that is known; others as they came.
    #[must_use]
    pub fn text_of(reason: &str, otherwise: &str) -> String {
        Reason::from_word(reason).map_or_else(|| otherwise.to_owned(), |known| known.vietnamese().to_owned())
    }
}

/// The report as a workbook: a summary, the faults, the rows.
///
/// # Errors
/// More rows than a sheet has.
pub fn report(report: &Report) -> Result<Vec<u8>, WriteError> {
    let mut book = workbook("Kết quả nhập danh sách")?;
    let sheet = book.add_worksheet().set_name("Tổng hợp")?;
    let lines =
        report.summary.iter().map(|(what, much)| vec![Written::from(what.as_str()), Written::from(much.as_str())]);
    table(sheet, 0, [("Nội dung", 44.0), ("Kết quả", 60.0)], lines)?;
    let sheet = book.add_worksheet().set_name("Dòng lỗi")?;
    let faults = report.faults.iter().map(|fault| {
        let texts = [&fault.column, &fault.value, &fault.text, &fault.reason];
        let cells = texts.into_iter().map(|text| Written::Text(text.clone()));
        std::iter::once(Written::Number(f64::from(fault.row))).chain(cells).collect()
    });
    let head = [("Dòng", 8.0), ("Cột", 30.0), ("Giá trị", 40.0), ("Lý do", 70.0), ("Mã lỗi", 24.0)];
    table(sheet, 0, head, faults)?;
    let sheet = book.add_worksheet().set_name("Kết quả từng dòng")?;
    let rows = report.rows.iter().map(|row| {
        vec![
            Written::Number(f64::from(row.row)),
            Written::from(row.label.as_str()),
            Written::from(row.outcome.vietnamese()),
        ]
    });
    table(sheet, 0, [("Dòng", 8.0), ("Họ và tên, tên tổ", 40.0), ("Kết quả", 44.0)], rows)?;
    Ok(book.save_to_buffer()?)
}
