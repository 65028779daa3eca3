//! Names typed with the keys of Telex or VNI while the keyboard did not turn them into letters: `nguyeenx`, `Nguye64n`.
//! Decoding is lenient: a key doubled or in another place is read as meant, a key left out leaves a mark out.

use crate::spelling::{
    Spelled,
    marks::{ACUTE, BREVE, CIRCUMFLEX, DOT, GRAVE, HOOK, HORN, STROKE, TILDE},
};

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// The last place whose plain letter is one of these.
fn last_of(spelled: &Spelled, wanted: &[char]) -> Option<usize> {
    spelled.plain().enumerate().filter(|(_, c)| wanted.contains(c)).map(|(at, _)| at).last()
}

/// Puts the horn on the last o or u, on both of a pair `uo`.
fn horn(spelled: &mut Spelled, at: usize) -> bool {
    let before = at.checked_sub(1);
    let pair = spelled.plain().nth(at) == Some('o') && before.and_then(|b| spelled.plain().nth(b)) == Some('u');
    let marked = spelled.mark(at, HORN);
    if let (true, Some(before)) = (pair, before) {
        spelled.mark(before, HORN);
    }
    marked
}

/// What a syllable typed with Telex means; none if it holds no key of Telex.
pub fn telex(syllable: &str) -> Option<Spelled> {
    if !syllable.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let mut spelled = Spelled::default();
    let mut meant = false;
    for c in syllable.chars() {
        let (first, last) = (spelled.plain().next(), spelled.plain().next_back());
        let voiced = spelled.plain().any(is_vowel);
        let tone = match c {
            's' => Some(ACUTE),
            'f' => Some(GRAVE),
            'r' => Some(HOOK),
            'x' => Some(TILDE),
            'j' => Some(DOT),
            _ => None,
        };
        let is_key = match c {
            _ if voiced && tone.is_some() => {
                spelled.set_tone(tone);
                true
            }
            'z' if voiced => {
                spelled.set_tone(None);
                true
            }
            'a' | 'e' | 'o' if last == Some(c) => {
                let at = spelled.len() - 1;
                // A third of the same letter is a key pressed once too often.
                spelled.mark(at, CIRCUMFLEX) || !spelled.is_bare(at)
            }
            'd' if first == Some('d') && (last == Some('d') || voiced) => {
                spelled.mark(0, STROKE) || !spelled.is_bare(0)
            }
            'w' => match last_of(&spelled, &['a', 'o', 'u']) {
                Some(at) if spelled.plain().nth(at) == Some('a') => spelled.mark(at, BREVE) || !spelled.is_bare(at),
                Some(at) => horn(&mut spelled, at) || !spelled.is_bare(at),
                None => {
                    spelled.push('u', Some(HORN));
                    meant = true;
                    continue;
                }
            },
            _ => false,
        };
        meant |= is_key;
        if !is_key {
            spelled.push(c, None);
        }
    }
    (meant && spelled.len() > 0).then_some(spelled)
}

/// What a syllable typed with VNI means; none if it holds no key of VNI.
pub fn vni(syllable: &str) -> Option<Spelled> {
    let ascii = syllable.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !ascii || !syllable.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut spelled = Spelled::default();
    for c in syllable.chars() {
        match c {
            '0' => spelled.set_tone(None),
            '1' => spelled.set_tone(Some(ACUTE)),
            '2' => spelled.set_tone(Some(GRAVE)),
            '3' => spelled.set_tone(Some(HOOK)),
            '4' => spelled.set_tone(Some(TILDE)),
            '5' => spelled.set_tone(Some(DOT)),
            '6' => drop(last_of(&spelled, &['a', 'e', 'o']).map(|at| spelled.mark(at, CIRCUMFLEX))),
            '7' => drop(last_of(&spelled, &['o', 'u']).map(|at| horn(&mut spelled, at))),
            '8' => drop(last_of(&spelled, &['a']).map(|at| spelled.mark(at, BREVE))),
            '9' => drop(last_of(&spelled, &['d']).map(|at| spelled.mark(at, STROKE))),
            c => spelled.push(c, None),
        }
    }
    (spelled.len() > 0).then_some(spelled)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reads(decode: fn(&str) -> Option<Spelled>, typed: &str, meant: &str) {
        let decoded = decode(typed).unwrap_or_default();
        assert_eq!(decoded.key(), Spelled::of(meant).key(), "{typed} is {meant}");
    }

    #[test]
    fn telex_is_read_as_meant() {
        for (typed, meant) in [
            ("nguyeenx", "nguyễn"),
            ("nguyeexn", "nguyễn"),
            ("vawn", "văn"),
            ("dduowngf", "đường"),
            ("duongd", "đuong"),
            ("dduwowng", "đương"),
            ("huwowng", "hương"),
            ("huongw", "hương"),
            ("hoaf", "hòa"),
            ("quys", "quý"),
            ("tuaans", "tuấn"),
            ("traanf", "trần"),
            ("phamj", "phạm"),
            ("cuw", "cư"),
            ("thw", "thư"),
            // A key pressed twice, or not at all.
            ("nguyeenxx", "nguyễn"),
            ("nguyeeenx", "nguyễn"),
            ("nguyenx", "nguyẽn"),
        ] {
            reads(telex, typed, meant);
        }
        for plain in ["nguyen", "van", "sao", "xuan", "rang", "nguyễn", "v1"] {
            assert_eq!(telex(plain), None, "{plain}");
        }
    }

    #[test]
    fn vni_is_read_as_meant() {
        for (typed, meant) in [
            ("nguye64n", "nguyễn"),
            ("nguyen64", "nguyễn"),
            ("va8n", "văn"),
            ("d9u7o7ng2", "đường"),
            ("huo7ng", "hương"),
            ("hoa2", "hòa"),
            ("tra6n2", "trần"),
            ("pha5m", "phạm"),
            ("hoa0", "hoa"),
        ] {
            reads(vni, typed, meant);
        }
        assert_eq!(vni("nguyen"), None);
        assert_eq!(vni("2026"), None);
    }

    proptest! {
        #[test]
        fn decoding_never_panics(text in "\\PC{0,24}", keys in "[a-z0-9]{0,24}") {
            for typed in [text, keys] {
                drop((telex(&typed), vni(&typed)));
            }
        }
    }
}
