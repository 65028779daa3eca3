//! One function a use case. Each claims its request, reads, checks the area, asks the rules, writes tables and event
//! together, and commits; nothing but the transaction is awaited while it is open.

mod books;
mod change;
mod handover;
mod list;
mod read;
mod receive;

use std::{sync::Arc, time::Duration};

use hoagiai_identity::AreaPath;
use hoagiai_store::{Db, Position, StoreError, wait_for};
use hoagiai_types::Env;

use crate::{
    domain::{Place, Timetable},
    error::Error,
};

pub use handover::{Handover, hand_over};
pub use list::Filter;
pub use read::Reading;

/// The name of the projection of the registry, and of its cursor.
pub const REGISTRY: &str = "cases.registry";

/// Everything the use cases work with.
#[derive(Clone)]
pub struct Cases {
    /// Where cases are kept.
    pub db: Db,
    /// Time and ids.
    pub env: Env,
    /// Time limits of the law.
    pub terms: Arc<Timetable>,
}

/// What a use case answers: the record as it now is, and the position of the journal that holds it.
#[derive(Debug)]
pub struct Done<T> {
    /// The record.
    pub record: T,
    /// The position.
    pub position: Position,
}

impl Cases {
    /// Waits until the facts of the registry have arrived up to a position; 0 asks for nothing.
    ///
    /// # Errors
    /// [`Error::NotCaughtUp`] after `limit`.
    pub async fn catch_up(&self, at_least: Position, limit: Option<Duration>) -> Result<(), Error> {
        if at_least == 0 {
            return Ok(());
        }
        let limit = limit.ok_or(Error::NotCaughtUp(at_least))?;
        wait_for(&self.db, REGISTRY, at_least, limit).await.map_err(|error| match error {
            StoreError::Busy(_) => Error::NotCaughtUp(at_least),
            error => error.into(),
        })
    }
}

/// Where a record lies, for the question whether a grant covers it.
fn path(place: &Place) -> AreaPath {
    AreaPath {
        province: Some(place.province.uuid()),
        commune: Some(place.commune.uuid()),
        area_unit: Some(place.area_unit.uuid()),
        team: Some(place.team.uuid()),
    }
}

/// Where a record lies that may not be there. Nobody but those who see everything is told so: for the others a record
/// that is not there looks like one that is none of theirs.
fn path_or_nowhere(place: Option<&Place>) -> AreaPath {
    place.map(path).unwrap_or_default()
}
