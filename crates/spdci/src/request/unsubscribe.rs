//! The end of subscriptions, by their codes.

use std::collections::BTreeSet;

use hoagiai_types::Timestamp;
use serde_json::Value;

use super::{BAD, Code, EnvelopeFaults, items};
use crate::codes::HeaderReason;
use crate::codes::UnsubscribeReason::{self, ReferenceIdDuplicate, SubscriptionCodeInvalid};
use crate::fault::{Fault, Rejection};
use crate::limits::{Limits, MAX_ID};
use crate::object::{Object, is_absent, text};

/// Codes whose subscriptions are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsubscribeRequest {
    /// When the agency asked.
    pub timestamp: Timestamp,
    /// Each code, 1 to [`MAX_ID`] characters, or why it is none; in the order of the message.
    pub codes: Vec<Result<String, Rejection<UnsubscribeReason>>>,
}

/// Reads `timestamp` and `subscription_codes`. The published schema names them `timesstamp` and, in the list of what is
/// required, `sunscription_codes`: both spellings are taken, not both at once.
pub(super) fn read(message: &Object<'_>, limits: &Limits, faults: &mut EnvelopeFaults) -> Option<UnsubscribeRequest> {
    let time = either(message, "timestamp", "timesstamp", faults);
    let timestamp = faults.take(BAD, message.required_instant(time));
    let name = either(message, "subscription_codes", "sunscription_codes", faults);
    let list = items(message, name, limits, faults);
    let mut seen = BTreeSet::new();
    let place = message.place(name);
    let read = |(at, value)| code(value, format!("{place}[{at}]"), &mut seen);
    let codes = list?.iter().enumerate().map(read).collect();
    Some(UnsubscribeRequest { timestamp: timestamp?, codes })
}

fn either<'n>(message: &Object<'_>, name: &'n str, misspelt: &'n str, faults: &mut EnvelopeFaults) -> &'n str {
    match (message.find(name), message.find(misspelt)) {
        (None, Some(_)) => misspelt,
        (Some(_), Some(_)) => {
            let what = format!("given twice, as `{name}` too");
            faults.note(Code::bad(HeaderReason::TotalCountInvalid), message.fault(misspelt, what));
            name
        }
        _ => name,
    }
}

fn code<'a>(
    value: &'a Value,
    place: String,
    seen: &mut BTreeSet<&'a str>,
) -> Result<String, Rejection<UnsubscribeReason>> {
    let reject = |code, fault: Fault| Rejection::new(code, &crate::fault::sentence([&fault], 0));
    if is_absent(value) {
        return Err(reject(SubscriptionCodeInvalid, Fault::new(place, "a code is expected")));
    }
    let code = text(value, place.as_str(), MAX_ID).map_err(|fault| reject(SubscriptionCodeInvalid, fault))?;
    if !seen.insert(code) {
        return Err(reject(ReferenceIdDuplicate, Fault::new(place, "the same code stands before")));
    }
    Ok(code.to_owned())
}
