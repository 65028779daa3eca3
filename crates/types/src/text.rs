use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The one spelling of a text that is stored: NFC, so that `hòa` typed on two keyboards is one name.
#[must_use]
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Drops what shows nothing and only makes equal texts differ: zero-width characters, joiners, direction marks, soft hyphens.
pub fn without_format(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| {
        !matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    })
}

/// The key by which names are searched and sorted: marks dropped, `đ` to `d`, lower case, white space squeezed.
/// Computed here because neither engine lowers or sorts Vietnamese alike (`lower('ĐỐNG ĐA')` is `ĐỐng Đa` on both).
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // Compatibility decomposition, so that full-width letters and ligatures of spreadsheets match too.
    let plain: String =
        without_format(text).nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    // Lowering and decomposing make marks and spaces of their own (`İ`, `´`): squeeze what comes out, not what goes in.
    let mut gap = false;
    for c in plain.nfkd() {
        if c.is_whitespace() {
            gap = !folded.is_empty();
        } else if !is_combining_mark(c) {
            if std::mem::take(&mut gap) {
                folded.push(' ');
            }
            folded.push(if c == 'đ' { 'd' } else { c });
        }
    }
    folded
}

/// The key under which two spellings of one Vietnamese name are equal: where the tone mark stands in a syllable (`hòa`, `hoà`),
/// capitals, white space and the normal form do not matter; which marks there are does (`Hòa` is not `Hoa`).
#[must_use]
pub fn spelling(name: &str) -> String {
    // Huyền, sắc, hỏi, ngã, nặng: of the syllable, not of a letter.
    const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];
    let lower: String = name.nfkd().flat_map(char::to_lowercase).collect();
    let mut key = String::with_capacity(lower.len());
    for syllable in lower.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        let (mut tones, letters): (Vec<char>, Vec<char>) = syllable.nfkd().partition(|c| TONES.contains(c));
        tones.sort_unstable();
        key.extend(letters);
        key.extend(tones);
    }
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vietnamese_names_fold_to_plain_letters() {
        assert_eq!(fold("  Phường  ĐỐNG Đa "), "phuong dong da");
        assert_eq!(fold("Hòa"), fold("Hoà"));
        assert_eq!(fold("Nguyễn Thị Ưng"), "nguyen thi ung");
        assert_eq!(fold("ＡＢＣ"), "abc");
        assert_eq!(fold("\u{202E}Ngu\u{200B}yễn\u{FEFF}"), "nguyen");
        assert_eq!(nfc("Ho\u{300}a"), "Hòa");
    }

    #[test]
    fn a_name_is_the_same_however_it_is_typed_and_another_with_other_marks() {
        for same in ["Nguyễn Thị Hoà", "NGUYỄN  THỊ HÒA", "nguyê\u{303}n thi\u{323} ho\u{300}a", " Nguyễn Thị Hòa "]
        {
            assert_eq!(spelling("Nguyễn Thị Hòa"), spelling(same), "{same}");
        }
        for other in ["Nguyễn Thị Hoa", "Nguyễn Thị Hóa", "Nguyên Thị Hòa", "Nguyễn ThịHòa", "Nguyễn Thị"]
        {
            assert_ne!(spelling("Nguyễn Thị Hòa"), spelling(other), "{other}");
        }
        assert_ne!(spelling("Đức"), spelling("Dức"));
        assert_eq!(spelling("Thuý Quỳnh"), spelling("Thúy Quỳnh"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_and_ignores_the_normal_form(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert_eq!(fold(&text.nfd().collect::<String>()), once);
        }
    }
}
