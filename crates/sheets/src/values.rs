//! Cells as values: days, years, numbers, phones, as people write them.

use hoagiai_types::Date;

use crate::{
    cell::{Cell, FORMULA_LEADS},
    fault::Reason,
};

/// The day that a text or a number of days tells; `today` tells which century two digits mean.
#[must_use]
pub fn date(text: &str, today: Date) -> Option<Date> {
    let text = text.trim().trim_end_matches('.');
    // `03/02/2020 00:00:00`, `2020-02-03T00:00`: what programs add.
    let text = match text.split_once([' ', 'T']) {
        Some((day, time)) if time.contains(':') => day,
        _ => text,
    };
    let folded = hoagiai_types::text::fold(text);
    if !folded.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "/-.,ngaythm".contains(c)) {
        return None;
    }
    let words = folded.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    if !words.into_iter().all(|word| matches!(word, "ngay" | "thang" | "nam")) {
        return None;
    }
    let parts: Vec<&str> = folded.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    let short = |part: &str| if part.len() <= 2 { part.parse::<i8>().ok() } else { None };
    Date::new(year_of(year, today)?, short(month)?, short(day)?).ok()
}

/// Two digits mean the last year with that ending that is not in the future.
fn year_of(text: &str, today: Date) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        2 if today.year() / 100 * 100 + year <= today.year() => Some(today.year() / 100 * 100 + year),
        2 => Some(today.year() / 100 * 100 - 100 + year),
        _ => None,
    }
}

/// The day of a cell: a date, a text, or a number of days since 1900 that lost its format.
pub(crate) fn day(cell: &Cell, today: Date) -> Result<Option<Date>, Reason> {
    let day = match cell {
        Cell::Empty => return Ok(None),
        Cell::Broken => return Err(Reason::BrokenFormula),
        Cell::Day(day) => Some(*day),
        // 1954 to 2119: a year or an ordinal number is none of these.
        Cell::Number(number) if (20_000.0..80_000.0).contains(number) => {
            // Whole days; what is behind the point is the time of the day. Day 60 of 1900, which never was, is far below.
            Some(Date::from_days_since_epoch(number.trunc() as i64 - 25_569))
        }
        Cell::Text(text) => date(text, today),
        Cell::Number(_) | Cell::Flag(_) => None,
    };
    let day = day.ok_or(Reason::NotADate)?;
    match day {
        day if day > today => Err(Reason::DateInFuture),
        day if day.year() < 1945 => Err(Reason::DateTooEarly),
        day => Ok(Some(day)),
    }
}

/// The year of birth of a cell: a year, a day, or a text that tells one of them.
pub(crate) fn birth_year(cell: &Cell, today: Date) -> Result<Option<i32>, Reason> {
    let year = match cell {
        Cell::Empty => return Ok(None),
        Cell::Broken => return Err(Reason::BrokenFormula),
        Cell::Day(day) => i32::from(day.year()),
        Cell::Number(number) if (20_000.0..80_000.0).contains(number) => {
            let day = Date::from_days_since_epoch(number.trunc() as i64 - 25_569);
            i32::from(day.year())
        }
        Cell::Number(number) if number.fract() == 0.0 && (0.0..10_000.0).contains(number) => *number as i32,
        Cell::Text(text) => match text.trim().parse::<i32>() {
            Ok(year) if text.trim().len() == 4 => year,
            _ => date(text, today).map(|day| i32::from(day.year())).ok_or(Reason::BirthWrong)?,
        },
        Cell::Number(_) | Cell::Flag(_) => return Err(Reason::BirthWrong),
    };
    let age = i32::from(today.year()) - year;
    if (18..=120).contains(&age) && year >= 1900 { Ok(Some(year)) } else { Err(Reason::BirthWrong) }
}

/// A whole number of a cell, 1 to 50.
pub(crate) fn small_number(cell: &Cell) -> Result<Option<u32>, Reason> {
    let number = match cell {
        Cell::Empty => return Ok(None),
        Cell::Broken => return Err(Reason::BrokenFormula),
        Cell::Number(number) if number.fract() == 0.0 && (1.0..=50.0).contains(number) => *number as u32,
        Cell::Text(text) => {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            // `07`, `7 người`, `07 HGV`.
            let rest = hoagiai_types::text::fold(text.get(digits.len()..).unwrap_or_default());
            let unit = matches!(rest.trim(), "" | "nguoi" | "hgv" | "hoa giai vien" | "thanh vien");
            digits.parse().ok().filter(|_| unit).ok_or(Reason::NumberWrong)?
        }
        Cell::Number(_) | Cell::Day(_) | Cell::Flag(_) => return Err(Reason::NumberWrong),
    };
    if (1..=50).contains(&number) { Ok(Some(number)) } else { Err(Reason::NumberWrong) }
}

/// A phone number in digits, as it was written or as a number that lost its first zero.
#[must_use]
pub fn phone(text: &str) -> Option<String> {
    let text = text.trim();
    let (plus, digits) = match text.strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", text),
    };
    if !digits.chars().all(|c| c.is_ascii_digit() || " .-()".contains(c)) {
        return None;
    }
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let number = match (plus, digits.as_bytes().first()) {
        ("+", Some(_)) => format!("+{digits}"),
        ("", Some(b'0')) => digits,
        ("", Some(b'8')) if digits.starts_with("84") && digits.len() > 10 => format!("+{digits}"),
        ("", Some(_)) => format!("0{digits}"),
        _ => return None,
    };
    let count = number.trim_start_matches('+').len();
    let known = match number.strip_prefix("+84") {
        Some(rest) => (9..=10).contains(&rest.len()),
        None if number.starts_with('+') => (8..=15).contains(&count),
        None => (10..=11).contains(&count),
    };
    known.then_some(number)
}

/// A text of at most so many characters that is no formula and was not broken.
pub(crate) fn plain_text(cell: &Cell, most: usize) -> Result<String, Reason> {
    if matches!(cell, Cell::Broken) {
        return Err(Reason::BrokenFormula);
    }
    let text = cell.shown();
    if text.contains('\u{fffd}') {
        return Err(Reason::Garbled);
    }
    if text.starts_with(FORMULA_LEADS) || text.chars().any(char::is_control) {
        return Err(Reason::NotAllowed);
    }
    if text.chars().count() > most { Err(Reason::TooLong) } else { Ok(text) }
}

/// A person's name: letters, spaces, and the signs that names have.
pub(crate) fn name(cell: &Cell) -> Result<String, Reason> {
    let text = plain_text(cell, 120)?;
    if text.is_empty() {
        return Err(Reason::Required);
    }
    if text.contains('?') {
        return Err(Reason::Garbled);
    }
    let fits = |c: char| c.is_alphabetic() || c == ' ' || "'’.-()".contains(c);
    if !text.chars().all(fits) || !text.chars().any(char::is_alphabetic) {
        return Err(Reason::NotAllowed);
    }
    Ok(capitalised(&text))
}

/// Capitals that the fonts of before Unicode lost: `nguyễn Văn ánh` where other words have theirs.
fn capitalised(name: &str) -> String {
    if !name.split(' ').any(|word| word.chars().next().is_some_and(char::is_uppercase)) {
        return name.to_owned();
    }
    let words = name.split(' ').map(|word| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>())
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a cell is marked: `x`, `1`, a tick.
pub(crate) fn is_marked(cell: &Cell) -> bool {
    match cell {
        Cell::Flag(flag) => *flag,
        Cell::Number(number) => *number == 1.0,
        Cell::Text(text) => {
            matches!(hoagiai_types::text::fold(text).as_str(), "x" | "xx" | "v" | "+" | "1" | "co" | "✓" | "✔" | "√")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        "2026-03-02".parse().unwrap()
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in [
            "03/02/2020",
            "3/2/2020",
            "03-02-2020",
            "03.02.2020",
            "3-2-20",
            "3.2.20",
            "2020-02-03",
            "ngày 3 tháng 2 năm 2020",
            "03 / 02 / 2020",
            "Ngày 03/02/2020",
            "03/02/2020 00:00:00",
            "2020-02-03T00:00:00",
            "03.02.2020.",
        ] {
            assert_eq!(date(text, today()).map(|d| d.to_string()).as_deref(), Some("2020-02-03"), "{text}");
        }
        assert_eq!(date("1/1/99", today()).map(|d| d.to_string()).as_deref(), Some("1999-01-01"));
        for text in [
            "31/02/2020",
            "30/2/2020",
            "02/13/2020",
            "2020",
            "2/2020",
            "0/1/2020",
            "x",
            "",
            "1/1/020",
            "1-1-1-2020",
            "Mai 3/2/2020",
        ] {
            assert_eq!(date(text, today()), None, "{text}");
        }
    }

    #[test]
    fn days_of_cells_are_within_reason() {
        assert_eq!(day(&Cell::Number(43_864.0), today()), Ok(Some("2020-02-03".parse().unwrap())));
        assert_eq!(day(&Cell::Number(43_864.75), today()), Ok(Some("2020-02-03".parse().unwrap())));
        assert_eq!(day(&Cell::Number(2020.0), today()), Err(Reason::NotADate));
        assert_eq!(day(&Cell::Text("31/02/2020".into()), today()), Err(Reason::NotADate));
        assert_eq!(day(&Cell::Text("03/03/2026".into()), today()), Err(Reason::DateInFuture));
        assert_eq!(day(&Cell::Text("03/03/1926".into()), today()), Err(Reason::DateTooEarly));
        assert_eq!(day(&Cell::Empty, today()), Ok(None));
        assert_eq!(day(&Cell::Broken, today()), Err(Reason::BrokenFormula));
    }

    #[test]
    fn years_of_birth_are_read_from_years_and_days() {
        for cell in
            [Cell::Number(1960.0), Cell::Text("1960".into()), Cell::Text("05/06/1960".into()), Cell::Number(22_000.0)]
        {
            assert_eq!(birth_year(&cell, today()), Ok(Some(1960)), "{cell:?}");
        }
        for cell in [Cell::Number(2015.0), Cell::Number(1850.0), Cell::Text("196O".into()), Cell::Number(60.0)] {
            assert_eq!(birth_year(&cell, today()), Err(Reason::BirthWrong), "{cell:?}");
        }
    }

    #[test]
    fn phones_keep_their_zero() {
        for text in ["0912345678", "912345678", "0912.345.678", "0912 345 678", "091-234-5678"] {
            assert_eq!(phone(text).as_deref(), Some("0912345678"), "{text}");
        }
        assert_eq!(phone("+84 912 345 678").as_deref(), Some("+84912345678"));
        assert_eq!(phone("(024) 3825 1234").as_deref(), Some("02438251234"));
        for text in ["", "123", "0912345678/0987654321", "khong co", "09123456789012"] {
            assert_eq!(phone(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_names() {
        let text = |t: &str| name(&Cell::text(t));
        assert_eq!(text("Nguyễn  Thị Ưng"), Ok("Nguyễn Thị Ưng".into()));
        assert_eq!(text("nguyễn Văn ánh"), Ok("Nguyễn Văn Ánh".into()));
        assert_eq!(text("=HYPERLINK(1)"), Err(Reason::NotAllowed));
        assert_eq!(text("Nguy?n V?n A"), Err(Reason::Garbled));
        assert_eq!(text("123"), Err(Reason::NotAllowed));
        assert_eq!(text(&"A".repeat(121)), Err(Reason::TooLong));
        assert_eq!(text(""), Err(Reason::Required));
    }

    #[test]
    fn sizes_are_whole_and_small() {
        assert_eq!(small_number(&Cell::Text("07 người".into())), Ok(Some(7)));
        assert_eq!(small_number(&Cell::Number(7.0)), Ok(Some(7)));
        for cell in [Cell::Number(0.0), Cell::Number(7.5), Cell::Number(51.0), Cell::Text("bảy".into())] {
            assert_eq!(small_number(&cell), Err(Reason::NumberWrong), "{cell:?}");
        }
    }
}
