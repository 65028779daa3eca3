//! From a file to rows: which reader, which header, which rows are entries, and what each of them tells.

mod people;

use hoagiai_types::Date;

use crate::{
    cell::Cell,
    columns::Columns,
    delimited,
    fault::{Fault, Reason, SHOWN},
    field::{Field, RosterKind},
    header::{self, Given},
    limits::Limits,
    refusal::{Quantity, Refusal},
    rows::{Line, MediatorRow, PaperDecision, Place, Roster, TeamRow},
    table::{Row, Table},
    values, workbook,
};

/// What kind of file it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// A text file.
    Csv,
}

/// How a file is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The sheet; none: the first that is shown.
    pub sheet: Option<String>,
    /// The day on which it is read: nothing is dated later.
    pub today: Date,
    /// Whether rows without a decision are of one that the import names.
    pub decision_given: bool,
    /// Whether the import names the commune.
    pub commune_given: bool,
    /// Whether the import names the thôn or tổ dân phố.
    pub area_given: bool,
    /// Limits.
    pub limits: Limits,
}

impl Options {
    /// The usual way on a day.
    #[must_use]
    pub fn on(today: Date) -> Self {
        let limits = Limits::default();
        Self { sheet: None, today, decision_given: false, commune_given: false, area_given: false, limits }
    }
}

/// Reads a roster of teams.
///
/// # Errors
/// The file as a whole cannot be read; what is wrong with rows is in them.
pub fn read_teams(bytes: &[u8], options: &Options) -> Result<Roster<TeamRow>, Refusal> {
    read(bytes, options, RosterKind::Teams, team)
}

/// Reads a roster of mediators.
///
/// # Errors
/// The file as a whole cannot be read; what is wrong with rows is in them.
pub fn read_mediators(bytes: &[u8], options: &Options) -> Result<Roster<MediatorRow>, Refusal> {
    read(bytes, options, RosterKind::Mediators, mediator)
}

fn table(bytes: &[u8], options: &Options) -> Result<(Format, Table), Refusal> {
    let limits = &options.limits;
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if bytes.len() > limits.file_bytes {
        return Err(Refusal::TooLarge { quantity: Quantity::FileBytes, limit: limits.file_bytes as u64, row: 0 });
    }
    if bytes.starts_with(b"PK") {
        return Ok((Format::Xlsx, workbook::read(bytes, options.sheet.as_deref(), limits)?));
    }
    // The container of old Office files. A workbook under a password is one too, with a stream of that name.
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(name.len()).any(|window| window == name.as_slice());
        return Err(if encrypted { Refusal::Encrypted } else { Refusal::OldFormat });
    }
    if [&b"%PDF"[..], b"\x89PNG", b"\xFF\xD8\xFF", b"\x1F\x8B", b"Rar!", b"7z\xBC"].iter().any(|m| bytes.starts_with(m))
    {
        return Err(Refusal::NotASpreadsheet);
    }
    Ok((Format::Csv, delimited::read(bytes, limits)?))
}

fn read<T>(
    bytes: &[u8],
    options: &Options,
    kind: RosterKind,
    entry: impl Fn(&mut Reading<'_>) -> Option<T>,
) -> Result<Roster<T>, Refusal> {
    let (format, table) = table(bytes, options)?;
    let given = Given { decision: options.decision_given, area: options.area_given, commune: options.commune_given };
    let header = header::find(&table, kind, given)?;
    let columns = &header.columns;
    let (mut lines, mut skipped, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    let mut heading = String::new();
    let mut rows = table.rows.get(header.below..).unwrap_or_default().iter();
    for row in rows.by_ref() {
        match role(row, columns) {
            Role::Entry => {
                let mut reading = Reading { row, columns, options, heading: &heading, faults: Vec::new() };
                let value = entry(&mut reading);
                let value = match (value, reading.faults) {
                    (Some(value), faults) if faults.is_empty() => Ok(value),
                    (_, faults) => Err(faults),
                };
                lines.push(Line { row: row.number, value });
                texts.push(shown(row, columns));
            }
            Role::Heading(text) => {
                heading = text;
                skipped.push(row.number);
            }
            Role::Aside => skipped.push(row.number),
            Role::End => {
                skipped.push(row.number);
                break;
            }
        }
    }
    skipped.extend(rows.map(|row| row.number));
    if lines.is_empty() {
        return Err(Refusal::Empty);
    }
    let columns = header.columns.0;
    Ok(Roster { format, sheet: table.sheet, columns, lines, skipped, texts })
}

fn shown(row: &Row, columns: &Columns) -> Vec<(Field, String)> {
    let told = columns.0.iter().filter_map(|column| Some((column.field?, row.cell(column.index))));
    told.filter(|(_, cell)| !cell.is_empty()).map(|(field, cell)| (field, cut(&cell.shown()))).collect()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What a row is.
enum Role {
    /// An entry of the roster.
    Entry,
    /// A name of a team or place over the rows after it.
    Heading(String),
    /// A total, or a text beside the roster.
    Aside,
    /// Signatures: the roster is over.
    End,
}

fn role(row: &Row, columns: &Columns) -> Role {
    let own: Vec<(usize, &Cell)> = row.own().collect();
    let first = own.iter().find_map(|(_, cell)| match cell {
        Cell::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let folded = crate::field::plain(first.unwrap_or_default());
    let begins = |words: &[&str]| words.iter().any(|word| folded == *word || folded.starts_with(&format!("{word} ")));
    let numbered = columns.of(Field::Ordinal).is_some_and(|column| matches!(row.cell(column), Cell::Number(_)));
    if !numbered
        && begins(&["nguoi lap", "nguoi lap bieu", "tm", "t m", "noi nhan", "xac nhan", "thu truong", "kt chu tich"])
    {
        return Role::End;
    }
    if !numbered && own.len() <= 4 && begins(&["tong", "tong cong", "tong so", "cong"]) {
        return Role::Aside;
    }
    let read = columns.0.iter().filter(|column| column.field.is_some_and(|field| field != Field::Note));
    let told = read.filter(|column| own.iter().any(|(index, _)| *index == column.index)).count();
    if told == 0 {
        return Role::Aside;
    }
    let texts: Vec<&str> = own
        .iter()
        .filter_map(|(_, cell)| if let Cell::Text(text) = cell { Some(text.as_str()) } else { None })
        .collect();
    // `I | Tổ hòa giải thôn Đông`: a numeral and a text, or a text alone, over the columns.
    let numeral = |text: &str| {
        text.chars().count() <= 5
            && text.trim_end_matches(['.', ')', '/']).chars().all(|c| "IVXLCDM0123456789ABCDEFGH".contains(c))
    };
    let words: Vec<&str> = texts.iter().copied().filter(|text| !numeral(text)).collect();
    match words.as_slice() {
        [text] if own.len() <= 2 && !numbered && (row.widest_merge > 2 || own.len() == texts.len()) => {
            Role::Heading(without_numeral(text).to_owned())
        }
        [text] if own.len() <= 2 && row.widest_merge > 2 => Role::Heading(without_numeral(text).to_owned()),
        _ => Role::Entry,
    }
}

/// `II. Thôn Đông` is Thôn Đông.
fn without_numeral(text: &str) -> &str {
    match text.split_once(['.', ')', '/', ':', '-']) {
        Some((numeral, rest))
            if numeral.chars().count() <= 5 && numeral.trim().chars().all(|c| "IVXLCDM0123456789".contains(c)) =>
        {
            rest.trim_start_matches(['-', ' ', ':']).trim()
        }
        _ => text,
    }
}

/// One row while it is read: every fault of it is gathered.
pub(crate) struct Reading<'a> {
    row: &'a Row,
    columns: &'a Columns,
    options: &'a Options,
    heading: &'a str,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn cell(&self, field: Field) -> &Cell {
        const NOTHING: &Cell = &Cell::Empty;
        self.columns.of(field).map_or(NOTHING, |column| self.row.cell(column))
    }

    fn fault(&mut self, field: Field, reason: Reason) {
        let value = cut(&self.cell(field).shown());
        let (row, column) = (self.row.number, self.columns.of(field));
        self.faults.push(Fault { row, column, field, value, reason });
    }

    /// A value, or a fault of its field.
    fn take<T>(&mut self, field: Field, value: Result<T, Reason>) -> Option<T> {
        value.map_err(|reason| self.fault(field, reason)).ok()
    }

    fn text(&mut self, field: Field, most: usize) -> String {
        let value = values::plain_text(self.cell(field), most);
        self.take(field, value).unwrap_or_default()
    }

    fn place(&mut self) -> Place {
        let mut place = Place {
            commune: self.text(Field::Commune, 200),
            area: self.text(Field::Area, 200),
            area_code: self.text(Field::AreaCode, 20),
        };
        let silent = place.area.is_empty() && place.area_code.is_empty();
        if silent && !self.columns.has(Field::Area) && !self.columns.has(Field::Team) {
            self.heading.clone_into(&mut place.area);
        }
        place
    }

    /// The decision in one pair of columns, or in one column.
    fn decision(&mut self, number: Field, date: Field, both: Option<Field>) -> Option<PaperDecision> {
        let mut told = self.text(number, 200);
        let today = self.options.today;
        let day = values::day(self.cell(date), today);
        let mut day = self.take(date, day).flatten();
        if let Some(both) = both.filter(|both| told.is_empty() && self.columns.has(*both)) {
            told = self.text(both, 200);
        }
        // `125/QĐ-UBND ngày 03/02/2020`, in whichever column.
        if day.is_none()
            && let Some((before, after)) = split_at_day(&told)
        {
            let source = if self.cell(number).is_empty() { both.unwrap_or(number) } else { number };
            let found = values::day(&Cell::Text(after), today);
            day = self.take(source, found).flatten();
            day?;
            told = before;
        }
        let complete = !told.is_empty() && day.is_some();
        if complete {
            let number = told.trim_start_matches("Số ").trim_start_matches("số ").trim().to_owned();
            let issuer = self.text(Field::Issuer, 200);
            return day.map(|date| PaperDecision { number, date, issuer });
        }
        let column = |field: Field| !self.cell(field).is_empty();
        if self.faults.iter().any(|fault| [Some(number), Some(date), both].contains(&Some(fault.field))) {
            return None;
        }
        if column(number) || column(date) || both.is_some_and(column) {
            let field = if told.is_empty() || !self.columns.has(date) { number } else { date };
            let field = if self.columns.has(field) { field } else { both.unwrap_or(field) };
            self.fault(field, Reason::DecisionIncomplete);
        }
        None
    }

    fn own_decision(&mut self) -> Option<PaperDecision> {
        let before = self.faults.len();
        let decision = self.decision(Field::DecisionNumber, Field::DecisionDate, Some(Field::Decision));
        if decision.is_none() && self.faults.len() == before && !self.options.decision_given {
            let field = if self.columns.has(Field::DecisionNumber) { Field::DecisionNumber } else { Field::Decision };
            self.fault(field, Reason::Required);
        }
        decision
    }
}

/// The number before and the day after `ngày`.
fn split_at_day(text: &str) -> Option<(String, String)> {
    let lower = text.to_lowercase();
    // Lowering keeps the length of every Vietnamese letter; where it does not, nothing is cut.
    let at = if lower.len() == text.len() { lower.find("ngày").or_else(|| lower.find("ngay")) } else { None }?;
    let (before, after) = (text.get(..at)?, text.get(at..)?);
    let before = before.trim().trim_end_matches([',', ';', '-']).trim();
    Some((before.to_owned(), after.trim().to_owned()))
}

fn team(reading: &mut Reading<'_>) -> Option<TeamRow> {
    let place = reading.place();
    if place.area.is_empty() && place.area_code.is_empty() && !reading.options.area_given {
        reading.fault(Field::Area, Reason::Required);
    }
    let name = reading.text(Field::Team, 200);
    let size = values::small_number(reading.cell(Field::Size)).and_then(|size| size.ok_or(Reason::Required));
    let size = reading.take(Field::Size, size);
    let decision = reading.own_decision();
    let exception = reading.text(Field::Exception, 500);
    Some(TeamRow { place, name, size: size?, decision, exception })
}

fn mediator(reading: &mut Reading<'_>) -> Option<MediatorRow> {
    let place = reading.place();
    let mut team = reading.text(Field::Team, 200);
    if team.is_empty() && !reading.columns.has(Field::Team) && reading.columns.has(Field::Area) {
        team = String::new();
    } else if team.is_empty() && !reading.columns.has(Field::Area) && place.area.is_empty() {
        reading.heading.clone_into(&mut team);
    }
    let full_name = people::full_name(reading);
    let (gender, birth_year) = people::gender_and_birth(reading);
    let ethnic = people::ethnic(reading);
    let education = people::education(reading);
    let phone = match reading.cell(Field::Phone) {
        Cell::Empty => Some(String::new()),
        cell => {
            let phone = values::phone(&cell.shown()).ok_or(Reason::PhoneWrong);
            reading.take(Field::Phone, phone)
        }
    };
    let leader = people::leads(reading);
    let decision = reading.own_decision();
    let leader_decision = if leader { reading.decision(Field::LeaderNumber, Field::LeaderDate, None) } else { None };
    Some(MediatorRow {
        place,
        team,
        full_name: full_name?,
        gender: gender?,
        birth_year,
        ethnic: ethnic?,
        education,
        phone: phone?,
        decision,
        leader,
        leader_decision,
    })
}
