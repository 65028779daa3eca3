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

/// A name of a place or team as texts name it: folded, without its kind and without zeros before numbers, so that
/// `TDP 07`, `Tổ dân phố số 7` and `tổ 7` are one. Longest form first.
#[must_use]
pub fn named_texts(name: &str) -> String {
    const KINDS: [&str; 16] = [
        "to hoa giai",
        "to dan pho",
        "khu dan cu",
        "dac khu",
        "thi tran",
        "phuong",
        "thon",
        "tdp",
        "kdc",
        "xa",
        "to",
        "xom",
        "lang",
        "ban",
        "cum",
        "so",
    ];
    let plain = crate::field::plain(name);
    let mut rest = plain.as_str();
    loop {
        let shorter = KINDS.iter().find_map(|kind| rest.strip_prefix(kind)?.strip_prefix(' '));
        match shorter {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    let words = rest.split(' ').map(|word| {
        let number = word.bytes().all(|b| b.is_ascii_digit());
        let bare = if number { word.trim_start_matches('0') } else { word };
        if bare.is_empty() { word } else { bare }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn one_place_has_many_spellings() {
        for text in ["Tổ dân phố số 7", "TDP 07", "TDP số 7", "tổ 7", "Tổ hòa giải TDP số 07", "7"] {
            assert_eq!(named_texts(text), "7", "{text}");
        }
        assert_eq!(named_texts("Thôn Đông"), "dong");
        assert_eq!(named_texts("Tổ hoà giải thôn Đông"), "dong");
        assert_eq!(named_texts("Xã Phúc Thọ"), "phuc tho");
        assert_eq!(named_texts("Thôn"), "thon");
    }
}
