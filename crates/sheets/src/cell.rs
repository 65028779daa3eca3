//! One cell, whatever kind of file it came from.

use hoagiai_types::Date;

/// The value of a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Cell {
    /// Nothing, or white space.
    #[default]
    Empty,
    /// Text, NFC, white space squeezed and line breaks as spaces.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Day(Date),
    /// True or false.
    Flag(bool),
    /// An error of a formula (`#REF!`).
    Broken,
}

impl Cell {
    /// A text cell of what was written.
    pub(crate) fn text(written: &str) -> Self {
        let text = squeezed(written);
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// As a person reads it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number_text(*number),
            Self::Day(day) => format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year()),
            Self::Flag(true) => "TRUE".to_owned(),
            Self::Flag(false) => "FALSE".to_owned(),
            Self::Broken => "#REF!".to_owned(),
        }
    }
}

/// A number as Excel shows it: no exponent, no `.0`.
fn number_text(number: f64) -> String {
    // Whole numbers up to 2^53 are exact.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

/// NFC, one space for every run of white space, none at the ends. The apostrophe that marks text in a spreadsheet, and
/// that we put before what a program would take for a formula, goes.
pub(crate) fn squeezed(written: &str) -> String {
    // Spaces that nobody sees, of the web and of word processors.
    let visible = |c: &char| !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{2060}' | '\u{ad}');
    // The Icelandic letter that old keyboards gave for Đ.
    let vietnamese = |c: char| if c == 'Ð' { 'Đ' } else { c };
    let plain: String = written.chars().filter(visible).map(vietnamese).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let text = hoagiai_types::text::nfc(&words.join(" "));
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA_LEADS) => rest.to_owned(),
        _ => text,
    }
}

/// What makes a program that opens a file take a text for a formula.
pub(crate) const FORMULA_LEADS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_squeezed_and_composed() {
        assert_eq!(Cell::text("  Nguye\u{302}\u{303}n \n Văn\u{a0}\u{200b}A "), Cell::Text("Nguyễn Văn A".into()));
        assert_eq!(Cell::text(" \n\t"), Cell::Empty);
        assert_eq!(Cell::text("'=1+1"), Cell::Text("=1+1".into()));
        assert_eq!(Cell::text("'Nam"), Cell::Text("'Nam".into()));
    }

    #[test]
    fn numbers_are_shown_without_exponent() {
        assert_eq!(Cell::Number(912_345_678.0).shown(), "912345678");
        assert_eq!(Cell::Number(1e20).shown(), "100000000000000000000");
        assert_eq!(Cell::Number(1.5).shown(), "1.5");
    }
}
