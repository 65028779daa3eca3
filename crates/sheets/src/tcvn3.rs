//! TCVN 5712:1993 (VN3, "ABC"): the encoding of the fonts .VnTime and .VnArial that offices wrote with before Unicode, and
//! that is still met in old rosters, as bytes of a text file or as Latin-1 characters in a workbook. Capitals with marks
//! were a matter of the font (.VnTimeH): they come out small.

/// From byte 0xA1 on; `\0`: not used.
const FROM_A1: &[char; 94] = &[
    'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', '\0', // A1..AF
    '\0', '\0', '\0', '\0', '\0', 'à', 'ả', 'ã', 'á', 'ạ', '\0', 'ằ', 'ẳ', 'ẵ', 'ắ', '\0', // B0..BF
    '\0', '\0', '\0', '\0', '\0', '\0', 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', '\0', 'ẻ', 'ẽ', // C0..CF
    'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', '\0', '\0', '\0', 'ĩ', 'í', 'ị', 'ò', // D0..DF
    '\0', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù', // E0..EF
    '\0', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', // F0..FE
];

/// The letter of a code; none where the encoding has none.
pub(crate) fn letter(code: u32) -> Option<char> {
    let index = usize::try_from(code).ok()?.checked_sub(0xA1)?;
    FROM_A1.get(index).copied().filter(|c| *c != '\0')
}

/// Text whose characters are the bytes of the encoding, read as Latin-1; none if one of them is no letter of it.
pub(crate) fn decoded(latin: &str) -> Option<String> {
    latin
        .chars()
        .map(|c| match u32::from(c) {
            0..=0x7F => Some(c),
            // The space that does not break.
            0xA0 => Some(' '),
            code => letter(code),
        })
        .collect()
}

/// Whether a character, met in a text, is never of Vietnamese in Unicode but is a letter of the encoding read as Latin-1.
pub(crate) fn betrays(c: char) -> bool {
    // Letters that both have prove nothing, nor does the Icelandic Ð that people take for Đ.
    const SHARED: &str = "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýÐ";
    // Signs that people write in any text.
    const SIGNS: &str = "«»§·";
    letter(u32::from(c)).is_some() && !SHARED.contains(c) && !SIGNS.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes as Latin-1, as old workbooks hold them.
    fn latin(bytes: &[u8]) -> String {
        bytes.iter().map(|b| char::from(*b)).collect()
    }

    #[test]
    fn names_of_old_fonts_are_read() {
        assert_eq!(decoded(&latin(b"Nguy\xD4n V\xA8n An")).unwrap(), "Nguyễn Văn An");
        assert_eq!(decoded(&latin(b"Tr\xC7n Th\xDE H\xAD\xEDng")).unwrap(), "Trần Thị Hướng");
        assert_eq!(decoded(&latin(b"H\xE4 v\xB5 t\xAAn")).unwrap(), "Họ và tên");
        assert_eq!(decoded(&latin(b"\xB0")), None);
    }

    #[test]
    fn every_letter_with_a_mark_is_there() {
        let all: std::collections::BTreeSet<char> = FROM_A1.iter().copied().filter(|c| *c != '\0').collect();
        assert_eq!(all.len(), 67 + 7, "67 small letters with marks, 7 capitals");
        assert!(betrays('¨') && betrays('Ö') && !betrays('á') && !betrays('ễ'));
    }
}
