//! Times on the wire.

use hoagiai_types::Timestamp;

/// An instant as RFC 3339 §5.6 has it: a date, `T`, a time with seconds, and `Z` or an offset. The parser of the calendar
/// takes more (names of zones, offsets without a colon, no seconds), which the other side of a wire would not.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let shape = |at: usize, form: &[u8]| {
        let part = bytes.get(at..at + form.len())?;
        let fits = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
        part.iter().zip(form).all(fits).then_some(())
    };
    shape(0, b"0000-00-00")?;
    matches!(bytes.get(10)?, b'T' | b't').then_some(())?;
    shape(11, b"00:00:00")?;
    let mut at = 19;
    if bytes.get(at) == Some(&b'.') {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        (1..=9).contains(&digits).then_some(())?;
        at += 1 + digits;
    }
    let whole = match bytes.get(at)? {
        b'Z' | b'z' => at + 1 == bytes.len(),
        b'+' | b'-' => shape(at + 1, b"00:00").is_some() && at + 6 == bytes.len(),
        _ => false,
    };
    // Year 0 has no day in the calendar of the suite.
    (whole && !text.starts_with("0000")).then(|| Timestamp::parse(text)).flatten()
}

/// An instant in UTC, as RFC 3339.
pub(crate) fn print(instant: Timestamp) -> String {
    instant.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_required_and_counts() {
        let utc = |text| parse(text).map(print);
        assert_eq!(utc("2022-12-04T17:20:07-04:00").as_deref(), Some("2022-12-04T21:20:07.000000Z"));
        assert_eq!(utc("2023-07-19T12:15:04.555Z").as_deref(), Some("2023-07-19T12:15:04.555000Z"));
        assert_eq!(utc("2023-07-19t12:15:04z").as_deref(), Some("2023-07-19T12:15:04.000000Z"));
        assert_eq!(utc("2025-07-01T00:00:00+07:00").as_deref(), Some("2025-06-30T17:00:00.000000Z"));
        for bad in [
            "",
            "2023-07-19",
            "2023-07-19T12:15:04",
            "2023-07-19T12:15Z",
            "2023-07-19 12:15:04Z",
            "2023-07-19T12:15:04+0700",
            "2023-07-19T12:15:04+07",
            "2023-07-19T12:15:04+07:00[Asia/Ho_Chi_Minh]",
            "2023-07-19T12:15:04.Z",
            "2023-02-30T12:15:04Z",
            "2023-07-19T25:15:04Z",
            "0000-01-01T00:00:00Z",
            "2023-07-19T12:15:04Z ",
            "२०23-07-19T12:15:04Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
