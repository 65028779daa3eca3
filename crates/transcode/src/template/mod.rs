//! The path templates of `google.api.http` (google/api/http.proto, "Path template syntax").

mod parse;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A parsed template. `to_string` gives the canonical form, which parses to the same template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    segments: Vec<Segment>,
    variables: Vec<Variable>,
    verb: Option<String>,
}

/// What one place between slashes admits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// This text and no other, percent-decoded.
    Literal(String),
    /// `*`: any one segment that is not empty.
    One,
    /// `**`: any number of segments, none included. Only as the last.
    Rest,
}

/// A part of the path that a field of the request takes its value from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The field, `["team", "name"]` for `{team.name}`; names as in the proto file.
    pub field: Vec<String>,
    /// The first segment that it covers.
    pub start: usize,
    /// The segment after the last that it covers.
    pub end: usize,
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{template}` at {at}: {what}")]
pub struct TemplateFault {
    /// The text.
    pub template: String,
    /// Where in it, in bytes from the start.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

impl Template {
    /// The segments, in order; one at least.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The variables, in the order of the path; they do not overlap.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The custom verb (AIP-136) without its colon.
    #[must_use]
    pub fn verb(&self) -> Option<&str> {
        self.verb.as_deref()
    }

    /// Whether the variable may hold slashes. Such a value keeps `%2F` as it is, any other is decoded whole.
    #[must_use]
    pub fn many(&self, variable: &Variable) -> bool {
        self.segments
            .get(variable.start..variable.end)
            .is_none_or(|covered| matches!(covered, [_, _, ..] | [Segment::Rest]))
    }
}

impl FromStr for Template {
    type Err = TemplateFault;

    /// # Errors
    /// The first fault, with its place.
    fn from_str(text: &str) -> Result<Self, TemplateFault> {
        parse::parse(text)
    }
}

/// What a literal shows as `%XX`: everything but the unreserved characters (RFC 3986 §2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => utf8_percent_encode(text, ENCODED).fmt(f),
            Self::One => f.write_str("*"),
            Self::Rest => f.write_str("**"),
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.segments.iter().enumerate() {
            f.write_str("/")?;
            let opens = self.variables.iter().find(|v| v.start == at);
            let closes = self.variables.iter().any(|v| v.end == at + 1);
            if let Some(variable) = opens {
                write!(f, "{{{}", variable.field.join("."))?;
                if variable.end - variable.start == 1 && *segment == Segment::One {
                    f.write_str("}")?;
                    continue;
                }
                f.write_str("=")?;
            }
            segment.fmt(f)?;
            if closes {
                f.write_str("}")?;
            }
        }
        match &self.verb {
            Some(verb) => write!(f, ":{}", utf8_percent_encode(verb, ENCODED)),
            None => Ok(()),
        }
    }
}
