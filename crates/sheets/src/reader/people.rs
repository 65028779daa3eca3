//! What a row tells of a person.

use crate::{
    cell::Cell,
    fault::Reason,
    field::Field,
    rows::{EducationClass, EthnicClass, Gender},
    values,
};

use super::Reading;

/// The name, in one column or in two.
pub(super) fn full_name(reading: &mut Reading<'_>) -> Option<String> {
    if reading.columns.has(Field::FullName) {
        let mut name = values::name(reading.cell(Field::FullName));
        // `Họ và tên` over two columns of which the second is named `Tên`, or not at all.
        if let (Ok(family), Cell::Text(given)) = (&name, reading.cell(Field::GivenName)) {
            name = values::name(&Cell::text(&format!("{family} {given}")));
        }
        return reading.take(Field::FullName, name);
    }
    let whole = format!("{} {}", reading.cell(Field::FamilyName).shown(), reading.cell(Field::GivenName).shown());
    let name = match reading.cell(Field::GivenName) {
        Cell::Empty => Err(Reason::Required),
        _ => values::name(&Cell::text(&whole)),
    };
    reading.take(Field::GivenName, name)
}

/// Gender in a column of words, or by the column in which a mark or the year of birth stands.
pub(super) fn gender_and_birth(reading: &mut Reading<'_>) -> (Option<Gender>, Option<i32>) {
    let today = reading.options.today;
    let birth = values::birth_year(reading.cell(Field::Birth), today);
    let mut birth = reading.take(Field::Birth, birth).flatten();
    let field = if reading.columns.has(Field::Gender) { Field::Gender } else { Field::Female };
    let word = crate::field::plain(&reading.cell(Field::Gender).shown());
    let mut gender = match word.as_str() {
        "" => None,
        "nam" | "m" | "male" => Some(Gender::Male),
        "nu" | "f" | "female" | "n" => Some(Gender::Female),
        _ => return (reading.take(field, Err(Reason::GenderWrong)), birth),
    };
    for (column, tells) in [(Field::Male, Gender::Male), (Field::Female, Gender::Female)] {
        let cell = reading.cell(column).clone();
        let no = matches!(&cell, Cell::Text(text) if matches!(crate::field::plain(text).as_str(), "" | "0" | "khong"));
        if cell.is_empty() || no || matches!(cell, Cell::Flag(false)) || cell == Cell::Number(0.0) {
            continue;
        }
        if !values::is_marked(&cell) {
            let year = values::birth_year(&cell, today);
            match reading.take(column, year) {
                Some(year) => birth = year.or(birth),
                None => return (None, birth),
            }
        }
        if gender.is_some_and(|other| other != tells) {
            reading.fault(column, Reason::GenderWrong);
            return (None, birth);
        }
        gender = Some(tells);
    }
    if gender.is_none() {
        reading.fault(field, Reason::Required);
    }
    (gender, birth)
}

/// Names of the ethnic groups of Việt Nam beside Kinh (Quyết định 121-TCTK/PPCĐ, 1979), folded, with usual other names.
const GROUPS: [&str; 66] = [
    "tay",
    "thai",
    "hoa",
    "khmer",
    "kho me",
    "kho mer",
    "muong",
    "nung",
    "hmong",
    "h mong",
    "mong",
    "dao",
    "gia rai",
    "jrai",
    "ngai",
    "e de",
    "ede",
    "ba na",
    "bana",
    "xo dang",
    "xe dang",
    "san chay",
    "cao lan",
    "co ho",
    "k ho",
    "cham",
    "san diu",
    "hre",
    "mnong",
    "m nong",
    "ra glai",
    "raglai",
    "xtieng",
    "stieng",
    "bru van kieu",
    "van kieu",
    "tho",
    "giay",
    "co tu",
    "gie trieng",
    "ma",
    "kho mu",
    "co",
    "ta oi",
    "cho ro",
    "khang",
    "xinh mun",
    "ha nhi",
    "chu ru",
    "lao",
    "la chi",
    "la ha",
    "phu la",
    "la hu",
    "lu",
    "lo lo",
    "chut",
    "mang",
    "pa then",
    "co lao",
    "cong",
    "bo y",
    "si la",
    "pu peo",
    "brau",
    "o du",
];

/// The ethnic group by name, or by a mark.
pub(super) fn ethnic(reading: &mut Reading<'_>) -> Option<EthnicClass> {
    let marked = values::is_marked(reading.cell(Field::Minority));
    let name = crate::field::plain(&reading.cell(Field::Ethnic).shown());
    let minority = crate::field::plain(&reading.cell(Field::Minority).shown());
    let named = |name: &str| GROUPS.contains(&name) || name == "ro mam" || name == "thieu so" || name == "dtts";
    let class = match name.as_str() {
        "kinh" | "viet" => Ok(EthnicClass::Kinh),
        "" if marked || named(&minority) => Ok(EthnicClass::Other),
        "" if reading.columns.has(Field::Minority) && !reading.columns.has(Field::Ethnic) => Ok(EthnicClass::Kinh),
        "" => Err(Reason::Required),
        name if named(name) || (marked && name == "x") => Ok(EthnicClass::Other),
        _ => Err(Reason::EthnicUnknown),
    };
    let field = if reading.columns.has(Field::Ethnic) { Field::Ethnic } else { Field::Minority };
    reading.take(field, class)
}

/// Professional education: law, another profession, none. Where the roster has no such column it does not say.
pub(super) fn education(reading: &mut Reading<'_>) -> Option<EducationClass> {
    if !reading.columns.has(Field::Education) {
        return None;
    }
    let text = crate::field::plain(&reading.cell(Field::Education).shown());
    let words = format!(" {text} ");
    let holds = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(&format!(" {phrase} ")));
    Some(match text.as_str() {
        "" | "khong" | "chua" | "0" | "khong co" | "chua qua dao tao" => EducationClass::None,
        _ if holds(&["luat"]) => EducationClass::Law,
        // `12/12`, `THPT`: schooling is no profession.
        _ if text.chars().all(|c| c.is_ascii_digit() || c == ' ') => EducationClass::None,
        _ if holds(&["thpt", "thcs", "pho thong", "van hoa", "tieu hoc"]) => EducationClass::None,
        _ if holds(&["khong co chuyen mon", "khong chuyen mon"]) => EducationClass::None,
        _ => EducationClass::Other,
    })
}

/// Whether the row is of the leader of the team. The head of a tổ dân phố is called tổ trưởng too.
pub(super) fn leads(reading: &Reading<'_>) -> bool {
    if values::is_marked(reading.cell(Field::Leader)) {
        return true;
    }
    let text = format!(" {} ", crate::field::plain(&reading.cell(Field::Role).shown()));
    let head_of_place = [" to truong to dan pho ", " to truong tdp ", " to truong dan pho ", " nguyen to truong "];
    text.contains(" to truong ") && !head_of_place.iter().any(|phrase| text.contains(phrase))
}
