//! What a handler takes from a request besides its message: who calls, why, and under which idempotency key.

use hoagiai_identity::Caller;
use tonic::metadata::MetadataMap;

use crate::Problem;
pub use crate::change::{key, origin, origin_of};

/// Metadata in which a caller states why it asks: UTF-8, percent-encoded where it is not ASCII.
pub const PURPOSE: &str = "x-purpose";
const PURPOSE_CHARACTERS: usize = 500;

/// Who calls. The access layer puts it there after it asked for the permission of the method.
///
/// # Errors
/// UNAUTHENTICATED: no layer let anybody in.
pub fn caller<T>(request: &tonic::Request<T>) -> Result<Caller, Problem> {
    request.extensions().get::<Caller>().cloned().ok_or_else(|| Problem::new("UNAUTHENTICATED"))
}

/// Splits a request into its message and its caller.
///
/// # Errors
/// UNAUTHENTICATED: no layer let anybody in.
pub fn parts<T>(request: tonic::Request<T>) -> Result<(T, Caller), Problem> {
    let caller = caller(&request)?;
    Ok((request.into_inner(), caller))
}

/// The purpose that a call states, if any.
///
/// # Errors
/// INVALID_ARGUMENT: not UTF-8, too long, or with control characters.
pub fn purpose(metadata: &MetadataMap) -> Result<Option<String>, Problem> {
    let refused = || Problem::new("PURPOSE_MALFORMED");
    let Some(value) = metadata.get(PURPOSE) else { return Ok(None) };
    let text = percent_decoded(value.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(refused)?;
    let text = text.trim();
    if text.chars().count() > PURPOSE_CHARACTERS || text.chars().any(char::is_control) {
        return Err(refused());
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%' {
            let (code, tail) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?);
            rest = tail;
        } else {
            bytes.push(first);
        }
    }
    Some(bytes)
}
