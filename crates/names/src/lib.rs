//! Names of people as Vietnamese write them: how they are spelled, typed, shortened and mistyped, and an index in memory
//! that finds them. Pure: no I/O, no clock, nothing here prints a name.

mod index;
mod query;
mod spelling;
mod typing;

pub use index::{Filter, Found, Hit, Index, Pair, PairReason, Place, Record, Standing, Why};
pub use query::{Query, QueryError};
pub use spelling::{Marks, Spelled, fold, spelling_key, syllables, tone_key};
pub use typing::{telex, vni};
