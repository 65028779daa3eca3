//! Bytes of a text file as text: UTF-8 and UTF-16 with or without a mark, Windows-1258, TCVN3. A file that is none of
//! them from its first line to its last is refused: a name that is guessed wrong is worse than a file sent again.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization;

use crate::{refusal::Refusal, tcvn3};

/// Decodes a whole file.
pub(crate) fn text(bytes: &[u8]) -> Result<String, Refusal> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return whole(encoding, bytes.get(mark..).unwrap_or_default());
    }
    if let Some(encoding) = utf_16(bytes) {
        return whole(encoding, bytes);
    }
    if bytes.contains(&0) {
        return Err(Refusal::NotASpreadsheet);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => unbroken(text.to_owned()),
        Err(_) => of_one_byte(bytes),
    }
}

/// Text in an encoding that is known; one wrong byte is a fault of the file.
fn whole(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, Refusal> {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => unbroken(text.into_owned()),
        None => Err(Refusal::MixedEncodings { line: first_bad_line(encoding, bytes) }),
    }
}

fn first_bad_line(encoding: &'static Encoding, bytes: &[u8]) -> u32 {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let lines = text.split('\u{fffd}').next().unwrap_or_default().matches('\n').count();
    u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(1)
}

/// UTF-16 without a mark: rosters hold digits, separators and line ends, whose other byte is zero.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(4096) & !1)?;
    if sample.len() < 4 {
        return None;
    }
    let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|b| **b == 0).count();
    let (high, low) = (zeros(0), zeros(1));
    let many = (sample.len() / 8).max(2);
    match () {
        () if low > many && high == 0 => Some(UTF_16LE),
        () if high > many && low == 0 => Some(UTF_16BE),
        () => None,
    }
}

/// Letters that an earlier conversion broke (`NguyÃªn`, `Nguyá»…n`) cannot be had back with certainty.
fn unbroken(text: String) -> Result<String, Refusal> {
    for (index, line) in text.lines().enumerate() {
        if is_broken(line) {
            return Err(Refusal::MixedEncodings { line: number(index) });
        }
    }
    Ok(text)
}

/// Whether a text shows UTF-8 that was read as Latin-1: pairs that no Vietnamese word has.
pub(crate) fn is_broken(text: &str) -> bool {
    ["á»", "áº", "Ã¡", "Ã ", "Ãª", "Ã´", "Ä‘", "Ä\u{91}", "Æ°", "Æ¡"].iter().any(|pair| text.contains(pair))
}

fn of_one_byte(bytes: &[u8]) -> Result<String, Refusal> {
    // A line with letters beyond ASCII that is UTF-8, in a file that is not: two files were put together.
    let mut one_byte = false;
    let mut utf_8 = None;
    for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
        match std::str::from_utf8(line) {
            Ok(text) if text.is_ascii() => {}
            Ok(_) => utf_8 = utf_8.or(Some(index)),
            Err(_) if utf_8.is_some() => return Err(Refusal::MixedEncodings { line: number(index) }),
            Err(_) => one_byte = true,
        }
    }
    if let (true, Some(index)) = (one_byte, utf_8) {
        return Err(Refusal::MixedEncodings { line: number(index) });
    }
    let latin: String = bytes.iter().map(|b| char::from(*b)).collect();
    let windows = WINDOWS_1258.decode_without_bom_handling(bytes).0.nfc().collect::<String>();
    let candidates = [Some(windows), tcvn3::decoded(&latin)];
    let best = candidates.into_iter().flatten().map(|text| (oddness(&text), text)).min_by_key(|(odd, _)| *odd);
    match best {
        // A sign or two (°, ½) may stand in an address; more is a wrong guess.
        Some((odd, text)) if odd * 100 <= letters_beyond_ascii(&text) => Ok(text),
        Some((_, text)) => match text.lines().position(|line| oddness(line) > 0) {
            Some(line) if line > 0 => Err(Refusal::MixedEncodings { line: number(line) }),
            _ => Err(Refusal::UnknownEncoding),
        },
        None => Err(Refusal::UnknownEncoding),
    }
}

fn letters_beyond_ascii(text: &str) -> usize {
    text.chars().filter(|c| !c.is_ascii()).count()
}

/// How many characters no Vietnamese text has, and how many letters stand where none can: a vowel with a mark beside
/// another one that has a mark of tone (`ÔơÀ` of a wrong guess).
fn oddness(text: &str) -> usize {
    let strange = text.chars().filter(|c| !c.is_ascii() && !is_vietnamese(*c) && *c != '\u{a0}').count();
    let words = text.split(|c: char| !c.is_alphabetic());
    let toned = words.filter(|word| word.chars().filter(|c| has_tone(*c)).count() > 1).count();
    // Small letters before capitals: `NguyÔn`.
    let capitals = text.split(|c: char| !c.is_alphabetic()).filter(|word| {
        let mut chars = word.chars().skip_while(|c| c.is_uppercase());
        chars.next().is_some() && chars.any(|c| c.is_uppercase() && !c.is_ascii())
    });
    strange + toned + capitals.count()
}

/// A syllable has one mark of tone at most.
fn has_tone(c: char) -> bool {
    std::iter::once(c).nfd().any(|mark| matches!(mark, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'))
}

/// Whether a letter is one of the Vietnamese alphabet, or a sign that people write.
pub(crate) fn is_vietnamese(c: char) -> bool {
    const SIGNS: &str = "–—‘’“”…•·";
    const VOWELS: &str = "aăâeêioôơuưy";
    if matches!(c, 'đ' | 'Đ') || SIGNS.contains(c) {
        return true;
    }
    let mut parts = std::iter::once(c).nfd();
    let base = parts.next().unwrap_or(c);
    let shape: String = std::iter::once(base)
        .chain(parts.filter(|m| matches!(m, '\u{302}' | '\u{306}' | '\u{31b}')))
        .nfc()
        .flat_map(char::to_lowercase)
        .collect();
    let marks = std::iter::once(c).nfd().skip(1);
    let known = marks.clone().all(|m| {
        matches!(m, '\u{300}' | '\u{301}' | '\u{302}' | '\u{303}' | '\u{306}' | '\u{309}' | '\u{31b}' | '\u{323}')
    });
    known && marks.count() > 0 && VOWELS.contains(shape.as_str())
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSTER: &str = "STT;Họ và tên;Năm sinh\r\n1;Nguyễn Thị Ưng;1960\r\n2;Đỗ Văn Khỏe;1971\r\n";

    fn utf_16_bytes(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    /// Windows-1258 writes the tone as a mark of its own after the vowel.
    fn windows_1258(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for c in text.chars() {
            let tone = std::iter::once(c).nfd().find(|m| "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(*m));
            let rest: String = std::iter::once(c).nfd().filter(|m| Some(*m) != tone).nfc().collect();
            for c in rest.chars().chain(tone) {
                let one = c.to_string();
                let (out, _, lost) = WINDOWS_1258.encode(&one);
                assert!(!lost, "{c}");
                bytes.extend_from_slice(&out);
            }
        }
        bytes
    }

    fn tcvn3_bytes(text: &str) -> Vec<u8> {
        let code = |c: char| (0xA1..=0xFEu8).find(|b| tcvn3::letter(u32::from(*b)) == Some(c));
        let lower = |c: char| c.to_lowercase().next().unwrap();
        text.chars().map(|c| if c.is_ascii() { c as u8 } else { code(c).or_else(|| code(lower(c))).unwrap() }).collect()
    }

    #[test]
    fn the_encodings_of_vietnamese_offices_are_read() {
        let marked = [b"\xEF\xBB\xBF", ROSTER.as_bytes()].concat();
        for bytes in [ROSTER.as_bytes().to_vec(), marked, utf_16_bytes(ROSTER, true), utf_16_bytes(ROSTER, false)] {
            assert_eq!(text(&bytes).unwrap(), ROSTER);
        }
        let with_mark = [&b"\xFF\xFE"[..], &utf_16_bytes(ROSTER, false)].concat();
        assert_eq!(text(&with_mark).unwrap(), ROSTER);
        assert_eq!(text(&windows_1258(ROSTER)).unwrap(), ROSTER);
        assert_eq!(text(&tcvn3_bytes(ROSTER)).unwrap().to_lowercase(), ROSTER.to_lowercase());
    }

    #[test]
    fn two_encodings_in_one_file_are_refused_with_the_line() {
        for (first, second) in [
            (ROSTER.as_bytes().to_vec(), windows_1258("3;Trần Văn Bình;1980\n")),
            (ROSTER.as_bytes().to_vec(), tcvn3_bytes("3;Trần Văn Bình;1980\n")),
        ] {
            assert_eq!(text(&[first, second].concat()), Err(Refusal::MixedEncodings { line: 4 }));
        }
        let back = [tcvn3_bytes("1;Trần Văn Bình\n"), "2;Lê Thị Hạnh\n".into()].concat();
        assert!(matches!(text(&back), Err(Refusal::MixedEncodings { .. })));
        let broken = "1;Nguyá»…n VÄƒn An\n";
        assert_eq!(text(broken.as_bytes()), Err(Refusal::MixedEncodings { line: 1 }));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(text(b"\x00\x01\x02\xff\x00"), Err(Refusal::NotASpreadsheet));
        let noise: Vec<u8> = (0x80..=0xFF).cycle().take(600).collect();
        assert!(text(&noise).is_err());
    }

    #[test]
    fn the_alphabet_is_known() {
        assert!("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹÁÀÃÉÈÍÌĨÓÒÕÚÙŨÝ".chars().all(is_vietnamese));
        assert!(!"äëïöüÿçñßøåæþ¶»¹µ".chars().any(is_vietnamese));
    }
}
