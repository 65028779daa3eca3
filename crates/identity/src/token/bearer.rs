//! The Authorization header of a call.

use super::{Reason, Rejected};

/// The token of a call, from the values of its Authorization header: exactly one, `Bearer` (in any case: RFC 9110
/// §11.1), one space, the token.
///
/// # Errors
/// [`Reason::Missing`], [`Reason::SeveralHeaders`], [`Reason::NotBearer`].
pub fn bearer<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<&'a str, Rejected> {
    let mut values = values.into_iter();
    let value = values.next().ok_or(Reason::Missing)?;
    if values.next().is_some() {
        return Err(Reason::SeveralHeaders.into());
    }
    let (scheme, token) =
        std::str::from_utf8(value).ok().and_then(|value| value.split_once(' ')).ok_or(Reason::NotBearer)?;
    let is_token = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    if scheme.eq_ignore_ascii_case("bearer") && is_token { Ok(token) } else { Err(Reason::NotBearer.into()) }
}
