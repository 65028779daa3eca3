//! How well each syllable of the vocabulary answers each syllable of a query, computed once a query: after this a name is
//! judged by looking up numbers.

use super::vocabulary::{Fold, Syllable, Vocabulary, letters};
use crate::{
    query::{Reading, Token},
    spelling::Marks,
};

/// How a syllable of a name answers one of a query, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Answer {
    Same,
    Tone,
    Omitted,
    Keys,
    KeysOmitted,
    Spelling,
    Differ,
    Abbreviated,
    Initial,
    Slip,
    Not,
}

impl Answer {
    /// What it costs in the order of answers.
    pub(super) fn cost(self) -> u16 {
        match self {
            Self::Same => 0,
            Self::Tone => 1,
            Self::Omitted | Self::Keys => 2,
            Self::KeysOmitted => 3,
            Self::Spelling => 4,
            Self::Differ => 5,
            Self::Abbreviated => 6,
            Self::Initial => 7,
            Self::Slip | Self::Not => SLIP,
        }
    }
}

/// More than all else about one name can cost together.
pub(super) const SLIP: u16 = 512;

/// One syllable of a query against the vocabulary.
pub(super) struct Column {
    answers: Vec<Answer>,
    /// Plain letters of the syllables that answer.
    pub(super) folds: Vec<u32>,
    /// How many names they occur in, at most.
    pub(super) names: usize,
}

impl Column {
    pub(super) fn answer(&self, syllable: u32) -> Answer {
        self.answers.get(syllable as usize).copied().unwrap_or(Answer::Not)
    }
}

pub(super) fn columns(tokens: &[Token], vocabulary: &Vocabulary) -> Vec<Column> {
    tokens.iter().map(|token| column(token, vocabulary)).collect()
}

fn column(token: &Token, vocabulary: &Vocabulary) -> Column {
    let mut column = Column { answers: vec![Answer::Not; vocabulary.syllable_count()], folds: Vec::new(), names: 0 };
    let masks: Vec<u32> = match token {
        Token::Whole(readings) => readings.iter().map(|reading| letters(&reading.folded)).collect(),
        Token::Beginning(_) => Vec::new(),
    };
    for (at, fold) in vocabulary.folds() {
        let mut some = false;
        match token {
            Token::Beginning(beginning) => {
                if let Some(answer) = begins(beginning, &fold.text) {
                    some = true;
                    fold.syllables.iter().for_each(|syllable| column.answers[*syllable as usize] = answer);
                }
            }
            Token::Whole(readings) => {
                for (reading, mask) in readings.iter().zip(&masks) {
                    some |= read(reading, *mask, fold, vocabulary, &mut column.answers);
                }
            }
        }
        if some {
            column.folds.push(at);
            column.names += fold.names.len();
        }
    }
    column
}

/// The names that an abbreviation usually stands for.
const ABBREVIATED: [(&str, &str); 8] = [
    ("ng", "nguyen"),
    ("ph", "pham"),
    ("ph", "phan"),
    ("th", "thi"),
    ("tr", "tran"),
    ("tr", "truong"),
    ("tr", "trinh"),
    ("h", "huynh"),
];

fn begins(beginning: &str, folded: &str) -> Option<Answer> {
    if beginning == folded {
        Some(Answer::Omitted)
    } else if !folded.starts_with(beginning) {
        None
    } else if ABBREVIATED.contains(&(beginning, folded)) {
        Some(Answer::Abbreviated)
    } else {
        Some(Answer::Initial)
    }
}

/// Notes how the syllables of a fold answer one reading; says whether any does.
fn read(reading: &Reading, mask: u32, fold: &Fold, vocabulary: &Vocabulary, answers: &mut [Answer]) -> bool {
    let all = |answer: Answer, answers: &mut [Answer]| {
        for syllable in &fold.syllables {
            let known = &mut answers[*syllable as usize];
            *known = answer.min(*known);
        }
        true
    };
    if reading.folded == fold.text {
        for at in &fold.syllables {
            let known = &mut answers[*at as usize];
            *known = written(reading, vocabulary.syllable(*at)).min(*known);
        }
        true
    } else if reading.spelling == fold.spelling {
        all(if reading.guessed { Answer::Slip } else { Answer::Spelling }, answers)
    } else if (mask ^ fold.letters).count_ones() <= 2 && is_slip(&reading.folded, &fold.text) {
        all(Answer::Slip, answers)
    } else {
        false
    }
}

fn written(reading: &Reading, syllable: &Syllable) -> Answer {
    let marks = reading.spelled.compare(&syllable.spelled);
    match (&reading.exact, marks) {
        _ if reading.guessed => Answer::Slip,
        (_, None | Some(Marks::Differ)) => Answer::Differ,
        (Some(exact), _) if *exact == syllable.exact => Answer::Same,
        (Some(_), Some(Marks::Same)) => Answer::Tone,
        (Some(_), Some(Marks::Omitted)) => Answer::Omitted,
        (None, Some(Marks::Same)) => Answer::Keys,
        (None, Some(Marks::Omitted)) => Answer::KeysOmitted,
    }
}

/// Whether one letter too many, too few, wrong, or two in wrong order make one of the other. Syllables of one or two
/// letters are too short to tell a slip from another syllable.
pub(super) fn is_slip(one: &str, other: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if a.len() < 3 || b.len() - a.len() > 1 {
        return false;
    }
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    if a.len() < b.len() {
        return a == &b[1..];
    }
    match (a, b) {
        ([], _) => false,
        ([_, x @ ..], [_, y @ ..]) if x == y => true,
        ([p, q, x @ ..], [r, s, y @ ..]) => (p, q, x) == (s, r, y),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_of_the_finger_and_no_more() {
        for (one, other) in [("nguyen", "nguyn"), ("nguyen", "nguyenn"), ("thanh", "tahnh"), ("hung", "hunh")] {
            assert!(is_slip(one, other) && is_slip(other, one), "{one} {other}");
        }
        for (one, other) in [("an", "anh"), ("thanh", "htanh_"), ("hung", "hong_"), ("dung", "dugn_"), ("hai", "hai")] {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }
}
