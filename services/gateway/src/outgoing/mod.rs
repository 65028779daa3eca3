//! Facts on their way out: put in line as the journals tell them, sent to endpoints and to the bus, written down.
//!
//! A fact leaves thin: what happened to which record, when, and where more can be asked for. No name, no content: whoever is
//! told asks with a credential of its own, and is answered what its policy gives it. Facts of cases go to no agency at all.

mod attempt;
mod bus;
mod deliverer;
mod event;
mod followed;
mod forget;
mod handshake;
mod lanes;
mod line;
mod locate;
mod notices;
mod upkeep;
mod ways;

pub(crate) use attempt::{Failed, jitter, post};
pub(crate) use bus::Bus;
pub(crate) use deliverer::Deliverer;
pub(crate) use forget::forget_messages;
pub(crate) use lanes::{EndpointPauses, Lanes};
pub(crate) use line::Line;
pub(crate) use notices::Notices;
pub(crate) use upkeep::Upkeep;
pub(crate) use ways::Ways;

/// The journals whose facts agencies may subscribe to.
pub(crate) const OFFERED: [&str; 2] = ["registry", "evaluation"];
/// The journals whose facts go to the bus.
pub(crate) const ON_THE_BUS: [&str; 3] = ["registry", "cases", "evaluation"];

/// The name of the line of a journal, by which the store keeps how far it is.
fn projection(journal: &str) -> String {
    format!("gateway.{journal}")
}
