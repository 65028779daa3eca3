//! Rules as data: expressions in the Common Expression Language over named whole numbers, and the canonical digest of
//! a definition. Knows no criterion and no form; the services that own those read them through this crate.

mod digest;
mod expression;

pub use digest::{DefinitionError, canonical, digest_hex};
pub use expression::{EvaluationError, Expression, ExpressionError, Numbers};
