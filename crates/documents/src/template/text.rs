//! The text of a template: words, `**bold**`, `__italic__` and slots. A slot is
//!
//! - `{name}`: the value must be there;
//! - `{name?}` or `{name?30}`: dots, 12 or as many as stated, while the value is not there;
//! - `{?30}`: dots for what is written by hand;
//! - with `|upper` (capitals) or `|lower_first` (as within a sentence) before the brace.
//!
//! A value is printed as it is: nothing in it is read as a slot or a mark.

/// Dots of a slot that states no number.
const DOTS: usize = 12;
/// The longest line of dots that a template may ask for.
const MOST_DOTS: usize = 200;

/// A piece of text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) what: What,
    pub(crate) bold: bool,
    pub(crate) italic: bool,
}

/// Words or a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// Words.
    Words(String),
    /// Dots.
    Dots(usize),
    /// A value.
    Slot { name: String, dots: Option<usize>, case: Case },
}

/// What is done to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// Nothing.
    Same,
    /// Capitals.
    Upper,
    /// The first letter small.
    LowerFirst,
}

impl Case {
    /// The text in this case.
    pub(crate) fn of(self, text: &str) -> String {
        match self {
            Case::Same => text.to_owned(),
            Case::Upper => text.to_uppercase(),
            Case::LowerFirst => {
                let mut letters = text.chars();
                letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
            }
        }
    }
}

/// Reads the text of a template.
pub(crate) fn read(text: &str) -> Result<Vec<Piece>, String> {
    let (mut bold, mut italic) = (false, false);
    let mut pieces = Vec::new();
    let mut words = String::new();
    let mut rest = text;
    let flush = |words: &mut String, bold, italic, pieces: &mut Vec<Piece>| {
        if !words.is_empty() {
            pieces.push(Piece { what: What::Words(std::mem::take(words)), bold, italic });
        }
    };
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("**") {
            flush(&mut words, bold, italic, &mut pieces);
            (bold, rest) = (!bold, after);
        } else if let Some(after) = rest.strip_prefix("__") {
            flush(&mut words, bold, italic, &mut pieces);
            (italic, rest) = (!italic, after);
        } else if let Some(after) = rest.strip_prefix('{') {
            let (inside, after) = after.split_once('}').ok_or_else(|| format!("a brace is not closed in `{text}`"))?;
            flush(&mut words, bold, italic, &mut pieces);
            pieces.push(Piece { what: slot(inside)?, bold, italic });
            rest = after;
        } else if c == '}' {
            return Err(format!("a brace is not opened in `{text}`"));
        } else {
            words.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    flush(&mut words, bold, italic, &mut pieces);
    if bold || italic { Err(format!("a mark is not closed in `{text}`")) } else { Ok(pieces) }
}

fn slot(inside: &str) -> Result<What, String> {
    let wrong = || format!("`{{{inside}}}` is no slot");
    let (slot, case) = match inside.split_once('|') {
        None => (inside, Case::Same),
        Some((slot, "upper")) => (slot, Case::Upper),
        Some((slot, "lower_first")) => (slot, Case::LowerFirst),
        Some(_) => return Err(wrong()),
    };
    let (name, dots) = match slot.split_once('?') {
        None => (slot, None),
        Some((name, "")) => (name, Some(DOTS)),
        Some((name, number)) => (name, Some(number.parse().ok().filter(|n| *n <= MOST_DOTS).ok_or_else(wrong)?)),
    };
    let named =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c));
    match (name, dots) {
        ("", Some(dots)) if case == Case::Same => Ok(What::Dots(dots)),
        _ if named => Ok(What::Slot { name: name.to_owned(), dots, case }),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_slots_are_read() {
        let pieces = read("Ông **{full_name|upper}**, __sinh {birth_year?4}__ {?3}").unwrap();
        let slot = |name: &str, dots, case| What::Slot { name: name.into(), dots, case };
        let piece = |what, bold, italic| Piece { what, bold, italic };
        let words = |text: &str| What::Words(text.into());
        assert_eq!(
            pieces,
            [
                piece(words("Ông "), false, false),
                piece(slot("full_name", None, Case::Upper), true, false),
                piece(words(", "), false, false),
                piece(words("sinh "), false, true),
                piece(slot("birth_year", Some(4), Case::Same), false, true),
                piece(words(" "), false, false),
                piece(What::Dots(3), false, false),
            ]
        );
        assert_eq!(read("{a?}").unwrap()[0].what, slot("a", Some(DOTS), Case::Same));
    }

    #[test]
    fn slips_are_found() {
        for wrong in ["{a", "a}", "{}", "{A}", "{a|loud}", "{a?x}", "{a?201}", "**a", "__a", "{a b}", "{?3|upper}"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn cases_know_vietnamese() {
        assert_eq!(Case::Upper.of("Phường Đống Đa"), "PHƯỜNG ĐỐNG ĐA");
        assert_eq!(Case::LowerFirst.of("Đặc khu Ứng Hòa"), "đặc khu Ứng Hòa");
        assert_eq!(Case::LowerFirst.of(""), "");
    }
}
