//! Where the domain meets the wire: problems as statuses, page tokens, the rules that the contracts annotate,
//! requests and their callers, channels to other services, the journal as a service and as a feed.
//! Knows no resource of any service.

pub mod annotations;
mod catalogue;
pub mod change;
pub mod channel;
pub mod convert;
pub mod deadline;
mod journal;
mod page;
mod problem;
pub mod request;

pub use annotations::{HttpBinding, MethodRule, MethodRules, method_rules};
pub use hoagiai_proto::codec::{Codec, DOMAIN, INVALID_FIELDS, LOCALE, Listing, MALFORMED_MESSAGE, Request};
pub use hoagiai_proto::validate::{Violation, Violations};
pub use journal::{JournalFeed, JournalServer};
pub use page::Page;
pub use problem::{Problem, Reason};

#[cfg(test)]
mod tests;
