//! `txnstatus_request`: what became of a transaction.

use serde_json::Value;

use super::{BAD, EnvelopeFaults, items};
use crate::codes::words;
use crate::limits::{Limits, MAX_ID, MAX_WORD};
use crate::object::{Object, is_absent, text};

words! {
    /// The kind of transaction that is asked about.
    TxnType {
        /// A search.
        Search = "search",
        /// A subscription.
        Subscribe = "subscribe",
        /// The end of subscriptions.
        Unsubscribe = "unsubscribe",
    }
}

impl TxnType {
    /// The word of the answer.
    #[must_use]
    pub const fn answer_word(self) -> &'static str {
        match self {
            Self::Search => "on-search",
            Self::Subscribe => "on-subscribe",
            Self::Unsubscribe => "on-unsubscribe",
        }
    }
}

/// By what a transaction is found: only those of the agency that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The agency's own id.
    TransactionId(String),
    /// Sub-requests of the agency; at least one, each once.
    ReferenceIds(Vec<String>),
    /// The id that was acknowledged.
    CorrelationId(String),
    /// Subscriptions; at least one, each once.
    SubscriptionCodes(Vec<String>),
}

/// A question about a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRequest {
    /// Of the agency, of this question.
    pub reference_id: String,
    /// What kind of transaction.
    pub txn_type: TxnType,
    /// Which.
    pub lookup: Lookup,
    /// The language of the answer by ISO 639-3, given back.
    pub locale: Option<String>,
}

pub(super) fn read(message: &Object<'_>, limits: &Limits, faults: &mut EnvelopeFaults) -> Option<StatusRequest> {
    let request = faults.take(BAD, message.required_object("txnstatus_request"))?;
    let reference_id = faults.take(BAD, request.required_text("reference_id", MAX_ID));
    let word = faults.take(BAD, request.required_text("txn_type", MAX_WORD));
    let txn_type = word.and_then(TxnType::from_word);
    if word.is_some() && txn_type.is_none() {
        faults.note(BAD, request.fault("txn_type", "`search`, `subscribe` or `unsubscribe` is expected"));
    }
    let lookup = lookup(&request, limits, faults);
    if let (Some(TxnType::Search), Some(Lookup::SubscriptionCodes(_))) = (txn_type, &lookup) {
        faults.note(BAD, request.fault("attribute_type", "a search has no subscription codes"));
    }
    let locale = faults.take(BAD, request.locale());
    Some(StatusRequest {
        reference_id: reference_id?.to_owned(),
        txn_type: txn_type?,
        lookup: lookup?,
        locale: locale?,
    })
}

/// The published schema joins the forms of `attribute_value` with `oneOf`, which a text, being a transaction_id and a
/// correlation_id at once, can never satisfy: `attribute_type` alone decides here.
fn lookup(request: &Object<'_>, limits: &Limits, faults: &mut EnvelopeFaults) -> Option<Lookup> {
    let kind = faults.take(BAD, request.required_text("attribute_type", MAX_WORD))?;
    let one = |faults: &mut EnvelopeFaults| {
        let text = request.required_text("attribute_value", MAX_ID);
        faults.take(BAD, text).map(ToOwned::to_owned)
    };
    match kind {
        "transaction_id" => one(faults).map(Lookup::TransactionId),
        "correlation_id" => one(faults).map(Lookup::CorrelationId),
        "reference_id_list" => many(request, limits, faults).map(Lookup::ReferenceIds),
        "subscription_code_list" => many(request, limits, faults).map(Lookup::SubscriptionCodes),
        _ => {
            let what =
                "`transaction_id`, `reference_id_list`, `correlation_id` or `subscription_code_list` is expected";
            faults.note(BAD, request.fault("attribute_type", what));
            None
        }
    }
}

fn many(request: &Object<'_>, limits: &Limits, faults: &mut EnvelopeFaults) -> Option<Vec<String>> {
    let list = items(request, "attribute_value", limits, faults)?;
    let mut ids: Vec<String> = Vec::with_capacity(list.len());
    let mut fine = true;
    for (at, value) in list.iter().enumerate() {
        let place = format!("{}[{at}]", request.place("attribute_value"));
        let id = if is_absent(value) { text(&Value::Null, place, MAX_ID) } else { text(value, place, MAX_ID) };
        match faults.take(BAD, id) {
            Some(id) if ids.iter().any(|other| other == id) => {}
            Some(id) => ids.push(id.to_owned()),
            None => fine = false,
        }
    }
    fine.then_some(ids)
}
