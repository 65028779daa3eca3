//! The archive that a workbook is, walked through before anybody reads it: its parts are inflated into nothing and
//! counted, because what an archive says of its own size is what its maker wants to be believed.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::{
    limits::Limits,
    refusal::{Quantity, Refusal},
};

/// An archive that was checked.
pub(crate) type Archive<'a> = Cursor<&'a [u8]>;

/// Refuses an archive with more in it than the limits, or with a number in it that would make its reader fall.
pub(crate) fn check<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Archive<'a>, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Malformed { what: "the archive" })?;
    let too_large = |quantity, limit| Refusal::TooLarge { quantity, limit, row: 0 };
    if archive.len() > limits.parts {
        return Err(too_large(Quantity::Parts, limits.parts as u64));
    }
    // The whole may not be more than the ratio allows for its bytes, however they are spread over the parts: parts that
    // overlap in the archive are counted each.
    let by_ratio = limits.ratio.saturating_mul(bytes.len() as u64);
    let mut left = limits.inflated_bytes.min(by_ratio);
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let name = part.name().map_err(|error| unreadable(&error))?.to_ascii_lowercase();
        let texts = name.ends_with("sharedstrings.xml").then_some(limits.cells as u64);
        let read = inflate(&mut part, left, texts)?;
        let Some(rest) = left.checked_sub(read) else {
            return Err(match limits.inflated_bytes.cmp(&by_ratio) {
                std::cmp::Ordering::Greater => too_large(Quantity::Ratio, limits.ratio),
                _ => too_large(Quantity::InflatedBytes, limits.inflated_bytes),
            });
        };
        left = rest;
    }
    Ok(Cursor::new(bytes))
}

fn unreadable(error: &zip::result::ZipError) -> Refusal {
    match error {
        zip::result::ZipError::UnsupportedArchive(text) if text.contains("assword") => Refusal::Encrypted,
        _ => Refusal::Malformed { what: "a part of the archive" },
    }
}

/// Inflates one part, at most one byte more than `left`; answers how much it was.
fn inflate(part: &mut impl Read, left: u64, texts: Option<u64>) -> Result<u64, Refusal> {
    let broken = |_| Refusal::Malformed { what: "a part of the archive" };
    let mut part = part.take(left.saturating_add(1));
    let (mut total, mut window, mut buffer) = (0, Vec::new(), [0; 16 * 1024]);
    loop {
        let read = part.read(&mut buffer).map_err(broken)?;
        if read == 0 {
            return Ok(total);
        }
        total += read as u64;
        let Some(most) = texts else { continue };
        // The end of what was read before goes with it: the number may lie across.
        window.drain(..window.len().saturating_sub(OVERLAP));
        window.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if announced(&window) > most {
            // Room for that many texts would be made before the first is read.
            return Err(Refusal::TooLarge { quantity: Quantity::Cells, limit: most, row: 0 });
        }
    }
}

const OVERLAP: usize = 256;

/// The largest number of texts that the table of texts announces in these bytes.
fn announced(bytes: &[u8]) -> u64 {
    const NAME: &[u8] = b"uniqueCount";
    let mut most = 0;
    let mut rest = bytes;
    while let Some(at) = rest.windows(NAME.len()).position(|window| window == NAME) {
        rest = rest.get(at + NAME.len()..).unwrap_or_default();
        let number = rest.iter().skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\''));
        let digits = number.take_while(|b| b.is_ascii_digit());
        most = most.max(digits.fold(0u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0'))));
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_texts_is_found_wherever_it_stands() {
        assert_eq!(announced(br#"<!-- x --><sst count="3" uniqueCount="12">"#), 12);
        assert_eq!(announced(br#"<sst a="uniqueCount='1'" uniqueCount = "99999999999999999999999">"#), u64::MAX);
        assert_eq!(announced(b"<sst>"), 0);
        let hidden = [vec![b' '; 40_000], b"<sst uniqueCount=\"4000000\">".to_vec(), vec![b' '; 40_000]].concat();
        assert!(inflate(&mut hidden.as_slice(), 1 << 20, Some(2_000_000)).is_err());
        assert_eq!(inflate(&mut hidden.as_slice(), 1 << 20, None), Ok(hidden.len() as u64));
        assert_eq!(inflate(&mut hidden.as_slice(), 99, None), Ok(100), "no more than one byte too many");
    }
}
