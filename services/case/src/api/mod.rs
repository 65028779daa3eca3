//! The contract `hoagiai.cases.v1`: what comes in becomes a call of a use case, what it answers goes out.

mod books;
mod cases;
mod convert;

use std::time::Duration;

use hoagiai_identity::Caller;
use hoagiai_proto::cases::v1::{
    case_service_server::CaseServiceServer, register_book_service_server::RegisterBookServiceServer,
};
use hoagiai_rpc::{Problem, Request, change, request};
use hoagiai_store::{Origin, RequestKey};

use crate::usecases::Cases;

/// The gRPC services of this crate.
#[derive(Clone)]
pub struct Api {
    cases: Cases,
    catch_up: Duration,
}

impl Api {
    /// Answers by these use cases; waits at most so long for the facts of the registry.
    pub fn new(cases: Cases, catch_up: Duration) -> Self {
        Api { cases, catch_up }
    }

    /// Cases.
    pub fn case_service(&self) -> CaseServiceServer<Self> {
        CaseServiceServer::new(self.clone())
    }

    /// Register books.
    pub fn register_book_service(&self) -> RegisterBookServiceServer<Self> {
        RegisterBookServiceServer::new(self.clone())
    }

    /// What every change takes from its request: the message, who calls, the idempotency key, the origin.
    fn open<R: Request>(&self, incoming: tonic::Request<R>) -> Result<(R, Caller, RequestKey, Origin), Problem> {
        let (message, caller) = request::parts(incoming)?;
        let key = change::key(&message, &caller)?;
        let origin = change::origin_of(&caller, &key, &self.cases.env);
        Ok((message, caller, key, origin))
    }
}
