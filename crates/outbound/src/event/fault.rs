//! Why an event is refused: which attribute, and which rule.

use std::fmt;

/// A rule of CloudEvents 1.0 (§Type System, §Context Attributes) that an attribute breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Present and empty.
    #[error("is empty")]
    Empty,
    /// A control character (U+0000 to U+001F, U+007F to U+009F) or a noncharacter of Unicode.
    #[error("has a character that no attribute may have")]
    Character,
    /// Not a URI-reference of RFC 3986.
    #[error("is not a URI-reference")]
    NotAUriReference,
    /// Not an absolute URI (RFC 3986 §4.3: with a scheme, without a fragment).
    #[error("is not an absolute URI")]
    NotAnAbsoluteUri,
    /// Not `application/json` nor a type with the suffix `+json`; parameters have no meaning there (RFC 8259 §11).
    #[error("is not a JSON media type")]
    NotJson,
    /// Outside the years 1 to 9999, which RFC 3339 can write.
    #[error("is outside the years 1 to 9999")]
    Time,
    /// Not a `traceparent` of W3C Trace Context §3.2.
    #[error("is not a traceparent")]
    NotATraceparent,
}

/// One attribute and the rule that it breaks. Shows no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{attribute} {fault}")]
pub struct AttributeFault {
    /// The name of the attribute as in the specification.
    pub attribute: &'static str,
    /// The rule.
    pub fault: Fault,
}

/// Every attribute at fault; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub(super) Vec<AttributeFault>);

impl Faults {
    /// The faults in the order of the attributes.
    #[must_use]
    pub fn all(&self) -> &[AttributeFault] {
        &self.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a CloudEvent: ")?;
        for (index, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
