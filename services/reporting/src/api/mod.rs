//! The service on the wire: thin methods that convert in, call the use case, convert out.

mod convert;
mod forms;
mod reports;

pub use forms::FormsApi;
pub use reports::ReportsApi;

/// The status of a request with faulty fields.
fn faulty(faults: hoagiai_rpc::Violations) -> tonic::Status {
    hoagiai_rpc::Problem::from(faults).status()
}

impl From<crate::error::Error> for tonic::Status {
    fn from(error: crate::error::Error) -> Self {
        hoagiai_rpc::Problem::from(error).status()
    }
}
