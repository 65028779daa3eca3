//! The attack kit: forged tokens, each with the reason that refuses it and a valid twin that differs in one thing.

mod claims;
mod header;
mod shape;

use hoagiai_types::Timestamp;
use serde_json::Value;

use super::forge::{Draft, NOW, at};
use crate::token::Reason;

/// A token that must be refused.
#[derive(Clone)]
pub struct Attack {
    /// What is wrong with it.
    pub name: String,
    /// The token; its bytes need not fit in a header.
    pub token: String,
    /// The same without what is wrong: accepted.
    pub twin: String,
    /// Why it is refused.
    pub reason: Reason,
    /// When it is shown.
    pub now: Timestamp,
}

/// Every attack, against an installation that trusts [`super::forge::city`] and [`super::forge::courts`].
#[must_use]
pub fn attacks() -> Vec<Attack> {
    let mut kit = Kit::default();
    for part in [header::algorithms, header::headers, shape::shapes, claims::claims, claims::times] {
        part(&mut kit);
    }
    kit.0
}

/// Collects attacks; one whose twin is not said has the untouched token of its kind.
#[derive(Default)]
struct Kit(Vec<Attack>);

impl Kit {
    fn pair(&mut self, name: impl Into<String>, reason: Reason, token: impl Into<String>, twin: impl Into<String>) {
        let (name, token, twin) = (name.into(), token.into(), twin.into());
        self.0.push(Attack { name, token, twin, reason, now: at(NOW) });
    }

    fn draft(&mut self, name: impl Into<String>, reason: Reason, attack: Draft) {
        self.pair(name, reason, attack.token(), Draft::ed().token());
    }

    fn text(&mut self, name: impl Into<String>, reason: Reason, attack: impl Into<String>) {
        self.pair(name, reason, attack, Draft::ed().token());
    }

    fn header(&mut self, field: &str, values: Vec<Value>, reason: Reason) {
        for value in values {
            self.draft(format!("header {field} = {value:.60}"), reason, Draft::ed().header_with(field, value));
        }
    }

    fn claim(&mut self, field: &'static str, values: Vec<Value>, reason: Reason, twin: Value) {
        for value in values {
            let name = format!("{field} = {}", value.to_string().chars().take(60).collect::<String>());
            self.pair(
                name,
                reason,
                Draft::ed().with(field, value).token(),
                Draft::ed().with(field, twin.clone()).token(),
            );
        }
    }

    fn missing(&mut self, field: &'static str) {
        self.draft(format!("{field} missing"), Reason::ClaimMissing(field), Draft::ed().without(field));
    }
}
