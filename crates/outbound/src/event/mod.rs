//! CloudEvents 1.0: what may stand in an event, and its two forms on the wire.

mod check;
mod encode;
mod fault;

pub use encode::{EVENT_LIMIT, NatsMessage, STRUCTURED, Unencodable};
pub use fault::{AttributeFault, Fault, Faults};

use std::fmt;

use serde_json::Value;

/// What an event is made of. Attributes have the names of the specification, but for `type`.
///
/// Attributes are seen and logged by everybody on the way (CloudEvents §Privacy): no personal data in any of them,
/// and only a [`dataref`](Self::dataref) where the data has some.
#[derive(Clone, Default, PartialEq)]
pub struct Parts {
    /// Identifies the event within its source; the same over every repeat. Not empty.
    pub id: String,
    /// Who says it: a URI-reference, an absolute URI by preference. Not empty.
    pub source: String,
    /// The `type`: what happened, as a reverse domain name with dots. Not empty.
    pub kind: String,
    /// What it happened to, within the source.
    pub subject: Option<String>,
    /// When it happened: microseconds since 1970 UTC, years 1 to 9999. `hoagiai_types::Timestamp::as_micros` gives it.
    pub time_micros: Option<i64>,
    /// The media type of the data, a JSON type; `application/json` when absent and there is data.
    pub datacontenttype: Option<String>,
    /// The data.
    pub data: Option<Value>,
    /// The schema of the data: an absolute URI.
    pub dataschema: Option<String>,
    /// Where the data can be had by those who may (claim check): a URI-reference.
    pub dataref: Option<String>,
    /// Events with the same key keep their order on a partitioned bus.
    pub partitionkey: Option<String>,
    /// The place among the events of the source; written with twenty digits, because it is compared as text.
    pub sequence: Option<u64>,
    /// The W3C trace context in which the event began.
    pub traceparent: Option<String>,
}

/// Type and id only: the data may be of people.
impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.kind, self.id)
    }
}

/// An event whose attributes keep the rules of CloudEvents 1.0.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudEvent(Parts);

impl CloudEvent {
    /// Checks the parts.
    ///
    /// # Errors
    /// Every attribute that breaks a rule, not only the first.
    pub fn new(parts: Parts) -> Result<Self, Faults> {
        let faults = check::faults(&parts);
        if faults.is_empty() { Ok(Self(parts)) } else { Err(Faults(faults)) }
    }

    /// What it is made of.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.0
    }
}
