//! The canonical text of a definition and its digest: what a cycle freezes and a report prints.

use std::fmt::Write as _;

use serde::Serialize;

/// A definition that has no canonical text.
#[derive(Debug, thiserror::Error)]
#[error("the definition cannot be written as TOML")]
pub struct DefinitionError(#[from] toml::ser::Error);

/// The canonical text: the definition written again from its parsed form, so that comments, order of keys and layout of
/// the file do not matter and every value does.
///
/// # Errors
/// If the type has a form that TOML cannot express, which is a fault of the type, not of the data.
pub fn canonical(definition: &impl Serialize) -> Result<String, DefinitionError> {
    Ok(toml::to_string(definition)?)
}

/// SHA-256 of a canonical text, lower-case hexadecimal.
#[must_use]
pub fn digest_hex(canonical: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, canonical.as_bytes());
    digest.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Definition {
        code: String,
        threshold: i64,
    }

    #[test]
    fn layout_does_not_change_the_digest_and_every_value_does() {
        let digest = |text: &str| digest_hex(&canonical(&toml::from_str::<Definition>(text).unwrap()).unwrap());
        let one = digest("code = \"c1\"\nthreshold = 90\n");
        assert_eq!(one, digest("# vì sao\nthreshold   = 90\ncode = 'c1'"));
        assert_ne!(one, digest("code = 'c1'\nthreshold = 80"));
        assert_eq!(digest_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
