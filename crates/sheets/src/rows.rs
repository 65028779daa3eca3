//! Rows of rosters as values.

use hoagiai_types::Date;

use crate::{columns::Column, fault::Fault, field::Field, reader::Format};

/// Gender as the forms count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

/// Ethnic group as the forms count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EthnicClass {
    /// Kinh.
    Kinh,
    /// Another.
    Other,
}

/// Professional education as the forms count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EducationClass {
    /// Law.
    Law,
    /// Another profession.
    Other,
    /// None.
    None,
}

/// A decision as a roster tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperDecision {
    /// Number and symbol.
    pub number: String,
    /// Day of signature.
    pub date: Date,
    /// Who signed; empty if the roster does not say.
    pub issuer: String,
}

/// Where a row lies, in the words of the roster; empty where it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The commune.
    pub commune: String,
    /// The thôn or tổ dân phố.
    pub area: String,
    /// Its code.
    pub area_code: String,
}

/// A team of a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRow {
    /// Where.
    pub place: Place,
    /// Name; empty: to be named after its area.
    pub name: String,
    /// Mediators that the decision fixed.
    pub size: u32,
    /// The decision; none: that of the import.
    pub decision: Option<PaperDecision>,
    /// Why the area has a second team.
    pub exception: String,
}

/// A mediator of a roster. Personal: not to be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct MediatorRow {
    /// Where.
    pub place: Place,
    /// The team; empty: the one of the area.
    pub team: String,
    /// Full name.
    pub full_name: String,
    /// Gender.
    pub gender: Gender,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Ethnic group.
    pub ethnic: EthnicClass,
    /// Professional education; none: the roster does not say.
    pub education: Option<EducationClass>,
    /// Phone number; empty: the roster does not say.
    pub phone: String,
    /// The decision; none: that of the import.
    pub decision: Option<PaperDecision>,
    /// Leader of the team.
    pub leader: bool,
    /// The decision on the leader; none: the same.
    pub leader_decision: Option<PaperDecision>,
}

impl std::fmt::Debug for MediatorRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediatorRow")
            .field("gender", &self.gender)
            .field("leader", &self.leader)
            .finish_non_exhaustive()
    }
}

/// A row that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<T> {
    /// Its number, from 1.
    pub row: u32,
    /// What it tells, or all that is wrong with it.
    pub value: Result<T, Vec<Fault>>,
}

/// A roster that was read.
#[derive(Debug, Clone)]
pub struct Roster<T> {
    /// What kind of file it was.
    pub format: Format,
    /// The sheet; empty for a text file.
    pub sheet: String,
    /// The columns, those that are not read too.
    pub columns: Vec<Column>,
    /// The rows in order.
    pub lines: Vec<Line<T>>,
    /// Rows that are no entries: headings between, totals, signatures.
    pub skipped: Vec<u32>,
    /// Texts of the rows by field, for faults that are found later.
    pub(crate) texts: Vec<Vec<(Field, String)>>,
}

impl<T> Roster<T> {
    /// What a line says in a field, cut as faults cut it; empty where it says nothing.
    #[must_use]
    pub fn text(&self, line: usize, field: Field) -> &str {
        let texts = self.texts.get(line).map(Vec::as_slice).unwrap_or_default();
        texts.iter().find(|(of, _)| *of == field).map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    /// Whose row each is, for people: the name of the person, else of the team or its area.
    #[must_use]
    pub fn labels(&self) -> Vec<(u32, String)> {
        let fields = [Field::FullName, Field::Team, Field::Area, Field::AreaCode];
        let label = |line: usize| {
            let parted = [self.text(line, Field::FamilyName), self.text(line, Field::GivenName)].join(" ");
            let texts = fields.iter().map(|field| self.text(line, *field)).chain([parted.trim()]);
            texts.into_iter().find(|text| !text.is_empty()).map(str::to_owned).unwrap_or_default()
        };
        self.lines.iter().enumerate().map(|(index, line)| (line.row, label(index))).collect()
    }

    /// The column of a field.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<usize> {
        self.columns.iter().find(|column| column.field == Some(field)).map(|column| column.index)
    }
}

/// The letters of a column, `A` for 0.
#[must_use]
pub fn letters(column: usize) -> String {
    let mut letters = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
