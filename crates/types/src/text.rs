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

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_and_ignores_the_normal_form(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert_eq!(fold(&text.nfd().collect::<String>()), once);
        }
    }
}
