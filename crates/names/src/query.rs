//! What somebody typed to find a person: its syllables with every way in which each may be read.

use crate::{
    spelling::{Spelled, spelling_key, syllables},
    typing::{telex, vni},
};

/// More syllables than any name has; what follows is not looked at.
pub(crate) const TOKENS: usize = 12;

/// Why a query is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Fewer than two letters.
    #[error("a name is searched by two letters or more")]
    TooShort,
}

/// A query taken apart. Prints nothing of what was asked for.
#[derive(Clone)]
pub struct Query {
    /// What was asked for as it is most likely meant, and otherwise where some of it may be meant otherwise.
    pub(crate) variants: Vec<Vec<Token>>,
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query").field("syllables", &self.variants.first().map_or(0, Vec::len)).finish_non_exhaustive()
    }
}

/// How one syllable of a query may be read.
#[derive(Clone)]
pub(crate) enum Token {
    /// A whole syllable.
    Whole(Vec<Reading>),
    /// The beginning of one: an initial (`N.`) or an abbreviation (`Ng.`).
    Beginning(String),
}

/// One reading of a syllable.
#[derive(Clone)]
pub(crate) struct Reading {
    /// As typed, in NFC and lower case; none if it was decoded from keys.
    pub(crate) exact: Option<String>,
    pub(crate) spelled: Spelled,
    pub(crate) folded: String,
    pub(crate) spelling: String,
    /// Read by guessing what a scanner or a finger meant: never better than a slip.
    pub(crate) guessed: bool,
}

impl Reading {
    fn of(exact: Option<String>, spelled: Spelled, guessed: bool) -> Self {
        let folded = spelled.folded();
        let spelling = spelling_key(&folded);
        Self { exact, spelled, folded, spelling, guessed }
    }
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// [`QueryError::TooShort`].
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let (mut likely, mut otherwise) = (Vec::new(), Vec::new());
        let (mut letters, mut ambiguous) = (0, false);
        for word in syllables(text) {
            letters += word.chars().filter(|c| c.is_alphanumeric()).count();
            let (tokens, others) = read(&word);
            ambiguous |= others.is_some();
            otherwise.extend(others.unwrap_or_else(|| tokens.clone()));
            likely.extend(tokens);
        }
        if letters < 2 || likely.is_empty() {
            return Err(QueryError::TooShort);
        }
        let mut variants = vec![likely];
        variants.extend(ambiguous.then_some(otherwise));
        variants.iter_mut().for_each(|tokens| tokens.truncate(TOKENS));
        Ok(Self { variants })
    }
}

/// The initials that letters stand for.
fn initials(folded: &str) -> Vec<Token> {
    folded.chars().map(|c| Token::Beginning(c.into())).collect()
}

/// How a word is most likely meant, and how it may be meant otherwise.
fn read(word: &str) -> (Vec<Token>, Option<Vec<Token>>) {
    let spelled = Spelled::of(word);
    let folded = spelled.folded();
    let decoded = [telex(word), vni(word)].into_iter().flatten();
    let decoded: Vec<Spelled> = decoded.filter(|decoded| is_syllable(&decoded.folded())).collect();
    if decoded.is_empty() && !is_syllable(&folded) {
        if is_onset(&folded) {
            // `Th.` is Thị, or T. and H.
            let apart = (folded.len() > 1).then(|| initials(&folded));
            return (vec![Token::Beginning(folded)], apart);
        }
        // `NVA` and `NV`: letters that make no syllable together are initials, or one syllable mistyped.
        if folded.chars().count() <= 4 && folded.chars().all(|c| c.is_ascii_lowercase()) && !is_foreign(&folded) {
            let whole = Token::Whole(vec![Reading::of(Some(word.to_owned()), spelled, false)]);
            return (initials(&folded), (folded.len() > 2).then(|| vec![whole]));
        }
    } else if folded.chars().count() == 1 {
        return (vec![Token::Beginning(folded)], None);
    }
    let mut readings = vec![Reading::of(Some(word.to_owned()), spelled, false)];
    readings.extend(decoded.into_iter().map(|spelled| Reading::of(None, spelled, false)));
    readings.extend(scanned(word).map(|spelled| Reading::of(None, spelled, true)));
    (vec![Token::Whole(readings)], None)
}

/// What a scanner may have read for letters.
fn scanned(word: &str) -> Option<Spelled> {
    if !word.chars().any(|c| c.is_ascii_digit()) || !word.chars().any(char::is_alphabetic) {
        return None;
    }
    let letters: String = word
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' => 'l',
            '5' => 's',
            '6' | '9' => 'g',
            c => c,
        })
        .collect();
    Some(Spelled::of(&letters))
}

const ONSETS: [&str; 28] = [
    "b", "c", "ch", "d", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "q", "qu", "r",
    "s", "t", "th", "tr", "v", "x", "y",
];
const CODAS: [&str; 9] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];

fn is_onset(folded: &str) -> bool {
    ONSETS.contains(&folded)
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// Whether letters make a syllable of Vietnamese: a beginning, one to three vowels, an end.
fn is_syllable(folded: &str) -> bool {
    let Some(first) = folded.find(is_vowel) else { return false };
    let (onset, rhyme) = folded.split_at(first);
    let vowels = rhyme.find(|c| !is_vowel(c)).unwrap_or(rhyme.len());
    let (nucleus, coda) = rhyme.split_at(vowels);
    (onset.is_empty() || is_onset(onset)) && nucleus.len() <= 4 && CODAS.contains(&coda)
}

/// A consonant after a vowel that ends no Vietnamese syllable, or a cluster that begins none: a name of the highlands or
/// from abroad (`Ksor`, `Adrơng`), not initials, once it has a vowel between consonants.
fn is_foreign(folded: &str) -> bool {
    let inner = folded.get(1..folded.len().saturating_sub(1)).unwrap_or_default();
    inner.contains(is_vowel)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(text: &str) -> String {
        let query = Query::parse(text).unwrap();
        let part = |token: &Token| match token {
            Token::Beginning(text) => format!("{text}."),
            Token::Whole(readings) => readings[0].folded.clone(),
        };
        query.variants[0].iter().map(part).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn initials_and_abbreviations_are_told_from_syllables() {
        assert_eq!(shape("N.V. An"), "n. v. an");
        assert_eq!(shape("NV An"), "n. v. an");
        assert_eq!(shape("NVA"), "n. v. a.");
        assert_eq!(shape("Ng. Th. Hoa"), "ng. th. hoa");
        assert_eq!(shape("Nguyễn Thị Hoa"), "nguyen thi hoa");
        assert_eq!(shape("Đ.T. Hà"), "d. t. ha");
        assert_eq!(shape("Tống Oanh Yến"), "tong oanh yen");
        assert_eq!(shape("nguyeenx vawn an"), "nguyeenx vawn an");
        assert_eq!(shape("Phma Dnh Toan"), "p. h. m. a. d. n. h. toan");
        assert_eq!(Query::parse("Phma Dnh Toan").unwrap().variants[1].len(), 3);
        assert_eq!(shape("Khuất Quỳnh Nghiêng"), "khuat quynh nghieng");
    }

    #[test]
    fn short_queries_are_refused() {
        for text in ["", " ", "a", "Đ.", "\u{200B}\u{301}", "—"] {
            assert_eq!(Query::parse(text).map(|q| q.variants.len()), Err(QueryError::TooShort), "{text:?}");
        }
        assert!(Query::parse("An").is_ok());
        assert!(Query::parse("Ý Y").is_ok());
    }

    #[test]
    fn a_query_is_never_printed() {
        assert_eq!(format!("{:?}", Query::parse("Nguyễn Kín").unwrap()), "Query { syllables: 2, .. }");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            if let Ok(query) = Query::parse(&text) {
                prop_assert!(query.variants.iter().all(|tokens| (1..=TOKENS).contains(&tokens.len())));
            }
        }
    }
}
