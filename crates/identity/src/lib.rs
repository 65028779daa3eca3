//! Who is calling and what they may do: principals, roles with areas and dates, the access table, tokens.
//! Knows nothing of the wire (crates/rpc turns refusals into statuses) and of no resource of any service.

mod area;
mod assignable;
mod caller;
mod explain;
mod permission;
mod policy;
mod principal;
mod role;
pub mod token;

pub use area::{Area, AreaPath, NotAnArea, Scope};
pub use assignable::{Assignable, Level};
pub use caller::{Caller, Conflicts};
pub use explain::{Denied, Explanation, Finding, GrantFinding};
pub use permission::{NotAPermission, Permission};
pub use policy::{Entry, Policy, PolicyError};
pub use principal::{Grant, Principal, Via};
pub use role::{Role, Roles, UnknownRole};

use hoagiai_types::Date;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
