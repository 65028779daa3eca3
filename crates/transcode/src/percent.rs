//! Percent-decoding that refuses what it cannot decode (RFC 3986 §2.1), where most decoders let it pass.

use std::borrow::Cow;

/// A percent sign without two hexadecimal digits, or bytes that are no UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Decodes everything.
pub(crate) fn decode(text: &str) -> Result<String, Malformed> {
    decode_but(text, |_| false)
}

/// Decodes everything but `%2F` and `%2f`, which stay as they are: the value may hold slashes of its own, and the two
/// must stay apart (google/api/http.proto).
pub(crate) fn decode_but_slashes(text: &str) -> Result<String, Malformed> {
    decode_but(text, |byte| byte == b'/')
}

/// Decodes a name or a value of a query as forms are sent: `+` is a space (WHATWG URL, urlencoded parsing).
pub(crate) fn decode_form(text: &str) -> Result<String, Malformed> {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    decode(&spaced)
}

fn decode_but(text: &str, kept: impl Fn(u8) -> bool) -> Result<String, Malformed> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, after @ ..] = rest else { return Err(Malformed) };
        let byte = (digit(*high)? << 4) | digit(*low)?;
        if kept(byte) {
            bytes.extend([b'%', *high, *low]);
        } else {
            bytes.push(byte);
        }
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| Malformed)
}

fn digit(byte: u8) -> Result<u8, Malformed> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_decodes_what_it_should() {
        for (text, whole, but_slashes, form) in [
            ("abc", "abc", "abc", "abc"),
            ("a%2Fb", "a/b", "a%2Fb", "a/b"),
            ("a%2fb", "a/b", "a%2fb", "a/b"),
            ("a+b%2Bc", "a+b+c", "a+b+c", "a b+c"),
            ("h%C3%B2a%20gi%e1%ba%a3i", "hòa giải", "hòa giải", "hòa giải"),
            ("%25", "%", "%", "%"),
            ("%2525", "%25", "%25", "%25"),
        ] {
            assert_eq!(decode(text).as_deref(), Ok(whole));
            assert_eq!(decode_but_slashes(text).as_deref(), Ok(but_slashes));
            assert_eq!(decode_form(text).as_deref(), Ok(form));
        }
    }

    #[test]
    fn what_is_no_escape_or_no_text_is_refused() {
        for text in ["%", "%2", "%G0", "%0G", "a%", "%FF", "%C3", "%C3%28", "%+1", "%ED%A0%80"] {
            assert_eq!(decode(text), Err(Malformed), "{text}");
            assert_eq!(decode_form(text), Err(Malformed), "{text}");
        }
    }
}
