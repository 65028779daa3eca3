//! How a syllable is spelled: plain letters, the marks on them, and the tone, which belongs to the syllable and not to a
//! letter. `hòa` and `hoà` are one syllable, `Quý` and `Qúy` too.

use hoagiai_types::text;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Marks that make another letter of one: â, ă, ơ, đ.
const CIRCUMFLEX: char = '\u{302}';
const BREVE: char = '\u{306}';
const HORN: char = '\u{31B}';
/// No mark of Unicode: how this file writes the stroke of đ.
const STROKE: char = '\u{335}';
/// Tones: huyền, sắc, ngã, hỏi, nặng.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// How the marks of two syllables with the same letters compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Marks {
    /// All alike.
    Same,
    /// The first leaves out some, and contradicts none.
    Omitted,
    /// They contradict each other.
    Differ,
}

/// A syllable taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spelled {
    letters: Vec<Letter>,
    tone: Option<char>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letter {
    plain: char,
    mark: Option<char>,
}

impl Spelled {
    /// Takes a syllable apart. Marks that Vietnamese does not have, and every mark after the first of its kind on a letter,
    /// are dropped: a thousand marks cost no more than one.
    pub fn of(syllable: &str) -> Self {
        let mut spelled = Self::default();
        for c in syllable.nfkd().flat_map(char::to_lowercase).nfkd() {
            match c {
                'đ' | 'ð' => spelled.push('d', Some(STROKE)),
                c if TONES.contains(&c) => spelled.tone = spelled.tone.or(Some(c)),
                CIRCUMFLEX | BREVE | HORN => {
                    if let Some(last) = spelled.letters.last_mut() {
                        last.mark = last.mark.or(Some(c));
                    }
                }
                c if c.is_alphanumeric() && !is_combining_mark(c) => spelled.push(c, None),
                _ => {}
            }
        }
        spelled
    }

    pub(crate) fn push(&mut self, plain: char, mark: Option<char>) {
        self.letters.push(Letter { plain, mark });
    }

    pub(crate) fn set_tone(&mut self, tone: Option<char>) {
        self.tone = tone;
    }

    /// Plain letters, first to last.
    pub(crate) fn plain(&self) -> impl DoubleEndedIterator<Item = char> + '_ {
        self.letters.iter().map(|letter| letter.plain)
    }

    pub(crate) fn len(&self) -> usize {
        self.letters.len()
    }

    /// Marks the letter at a place; answers whether that changed it.
    pub(crate) fn mark(&mut self, at: usize, mark: char) -> bool {
        match self.letters.get_mut(at) {
            Some(letter) if letter.mark.is_none() => {
                letter.mark = Some(mark);
                true
            }
            _ => false,
        }
    }

    /// Whether the letter at a place carries no mark.
    pub(crate) fn is_bare(&self, at: usize) -> bool {
        self.letters.get(at).is_some_and(|letter| letter.mark.is_none())
    }

    /// The letters without any mark: `nguyen`.
    pub fn folded(&self) -> String {
        self.plain().collect()
    }

    /// The letters with their marks, and the tone after all of them.
    pub fn key(&self) -> String {
        let mut key = String::with_capacity(self.letters.len() + 4);
        for letter in &self.letters {
            match letter.mark {
                None => key.push(letter.plain),
                Some(STROKE) => key.push('đ'),
                Some(mark) => key.extend([letter.plain, mark].into_iter().nfc()),
            }
        }
        key.extend(self.tone);
        key
    }

    /// Compares the marks of two syllables with the same letters; none if the letters differ.
    pub fn compare(&self, name: &Spelled) -> Option<Marks> {
        if self.letters.len() != name.letters.len() {
            return None;
        }
        let tone = if self.tone == name.tone {
            Marks::Same
        } else if self.tone.is_none() {
            Marks::Omitted
        } else {
            Marks::Differ
        };
        self.letters.iter().zip(&name.letters).try_fold(tone, |worst, (mine, theirs)| {
            let marks = match (mine.mark, theirs.mark) {
                _ if mine.plain != theirs.plain => return None,
                (a, b) if a == b => Marks::Same,
                (None, _) => Marks::Omitted,
                _ => Marks::Differ,
            };
            Some(worst.max(marks))
        })
    }
}

pub(crate) mod marks {
    //! The marks by name, for those who type them.
    pub(crate) const CIRCUMFLEX: char = super::CIRCUMFLEX;
    pub(crate) const BREVE: char = super::BREVE;
    pub(crate) const HORN: char = super::HORN;
    pub(crate) const STROKE: char = super::STROKE;
    pub(crate) const GRAVE: char = '\u{300}';
    pub(crate) const ACUTE: char = '\u{301}';
    pub(crate) const TILDE: char = '\u{303}';
    pub(crate) const HOOK: char = '\u{309}';
    pub(crate) const DOT: char = '\u{323}';
}

/// The syllables of a text, in lower case and NFC: words between anything that is no letter, digit or mark. Apostrophes
/// belong to names of the highlands (H'Đơk) and are dropped, as are characters that show nothing.
pub fn syllables(text: &str) -> Vec<String> {
    let clean: String = text::without_format(text).nfc().flat_map(char::to_lowercase).nfc().collect();
    let apostrophe = |c: char| matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´');
    let clean: String = clean.chars().filter(|c| !apostrophe(*c)).collect();
    let words = clean.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c));
    // What is marks alone is no syllable.
    words.filter(|word| Spelled::of(word).len() > 0).map(str::to_owned).collect()
}

/// The letters of a name without marks, `đ` as `d`, lower case, one space between syllables.
pub fn fold(name: &str) -> String {
    joined(name, Spelled::folded)
}

/// A name with each tone moved to the end of its syllable: equal for `Hòa` and `Hoà`, for NFC and NFD.
pub fn tone_key(name: &str) -> String {
    joined(name, Spelled::key)
}

fn joined(name: &str, part: impl Fn(&Spelled) -> String) -> String {
    let mut out = String::with_capacity(name.len());
    for syllable in syllables(name) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&part(&Spelled::of(&syllable)));
    }
    out
}

/// A folded syllable as it sounds where two spellings are in use: `y` and `i` alone in the rhyme (Mỹ, Mĩ; Quý, Quí), `yê`
/// and `iê` at the beginning, and a letter given twice.
pub fn spelling_key(folded: &str) -> String {
    let mut key: Vec<char> = Vec::with_capacity(folded.len());
    for c in folded.chars() {
        if key.last() != Some(&c) {
            key.push(c);
        }
    }
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    if key.starts_with(&['y', 'e']) {
        key[0] = 'i';
    }
    if key.last() == Some(&'y') {
        let before = &key[..key.len() - 1];
        if before.last().is_none_or(|c| !vowel(*c)) || before.ends_with(&['q', 'u']) {
            key.pop();
            key.push('i');
        }
    }
    key.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tones_belong_to_the_syllable() {
        for (one, other) in [("hòa", "hoà"), ("Quý", "Qúy"), ("THÚY", "Thuý"), ("Hoa\u{300}", "hòa"), ("khoẻ", "khỏe")]
        {
            assert_eq!(tone_key(one), tone_key(other), "{one} {other}");
        }
        assert_ne!(tone_key("hòa"), tone_key("hóa"));
        assert_ne!(tone_key("lan"), tone_key("lân"));
        assert_ne!(tone_key("Đan"), tone_key("Dan"));
    }

    #[test]
    fn what_shows_nothing_counts_for_nothing() {
        assert_eq!(fold("Ngu\u{200B}yễn\u{202E}  Văn\u{FEFF}\tAn\u{AD}"), "nguyen van an");
        assert_eq!(fold("ĐỖ THỊ ĐÀO"), "do thi dao");
        assert_eq!(fold("H’Đơk Ksơr"), "hdok ksor");
        assert_eq!(fold("Ｎｇｕｙễｎ"), "nguyen");
        assert_eq!(fold(" \u{301}\u{301} "), "");
    }

    #[test]
    fn y_and_i_are_one_where_both_are_written() {
        let same = |a, b| spelling_key(&fold(a)) == spelling_key(&fold(b));
        assert!(
            same("Lý", "Lí") && same("Mỹ", "Mĩ") && same("Quý", "Quí") && same("Yến", "Iến") && same("Vvan", "Van")
        );
        assert!(!same("Thúy", "Thúi") && !same("Huyền", "Hiền") && !same("Tây", "Tâi"));
    }

    #[test]
    fn marks_left_out_are_told_from_marks_that_differ() {
        let marks = |a, b| Spelled::of(a).compare(&Spelled::of(b));
        assert_eq!(marks("hoà", "hòa"), Some(Marks::Same));
        assert_eq!(marks("nguyen", "nguyễn"), Some(Marks::Omitted));
        assert_eq!(marks("nguyên", "nguyễn"), Some(Marks::Omitted));
        assert_eq!(marks("lân", "lan"), Some(Marks::Differ));
        assert_eq!(marks("an", "anh"), None);
    }

    proptest! {
        #[test]
        fn keys_are_fixed_points_and_ignore_the_normal_form(text in "[\\PC\u{200B}\u{202E}\u{301}]{0,40}") {
            let nfd: String = text.nfd().collect();
            let nfc: String = text.nfc().collect();
            for key in [fold, tone_key] {
                let once = key(&text);
                prop_assert_eq!(key(&once), once.clone());
                prop_assert_eq!(key(&nfd), once.clone());
                prop_assert_eq!(key(&nfc), once);
            }
            let once = spelling_key(&fold(&text));
            prop_assert_eq!(spelling_key(&once), once.clone());
        }

        #[test]
        fn the_fold_is_that_of_the_tone_key(text in "\\PC{0,40}") {
            prop_assert_eq!(fold(&tone_key(&text)), fold(&text));
        }

        #[test]
        fn any_number_of_marks_costs_no_letter(n in 0_usize..1_000, mark in "[\u{300}-\u{36F}]") {
            let text = format!("Hoa{} An", mark.repeat(n));
            prop_assert_eq!(fold(&text), "hoa an");
            // Five letters, a space, at most one mark of a letter that stays apart and one tone.
            prop_assert!(tone_key(&text).chars().count() <= 8);
        }
    }
}
