//! The gateway's own methods on the wire: thin, they convert in, call the use case, convert out.

mod consumers;
pub(crate) mod convert;
mod deliveries;
mod disclosures;
mod role_assignments;
mod subscriptions;

pub use consumers::Consumers;
pub use deliveries::Deliveries;
pub use disclosures::Disclosures;
pub use role_assignments::RoleAssignments;
pub use subscriptions::Subscriptions;

/// The status of a request with faulty fields.
fn faulty(faults: hoagiai_rpc::Violations) -> tonic::Status {
    hoagiai_rpc::Problem::from(faults).status()
}

/// An id that stands alone in its request.
fn id<T>(field: &str, value: &str) -> Result<hoagiai_types::Id<T>, tonic::Status> {
    let mut faults = hoagiai_rpc::Violations::default();
    hoagiai_rpc::convert::need_id(field, value, &mut faults).ok_or_else(|| faulty(faults))
}

impl From<crate::error::Error> for tonic::Status {
    fn from(error: crate::error::Error) -> Self {
        hoagiai_rpc::Problem::from(error).status()
    }
}
