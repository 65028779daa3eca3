//! A server that runs elsewhere: how it is reached, and what it says when it refuses.

use std::{path::Path, time::Duration};

use hoagiai_rpc::channel::{EndpointError, endpoint};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt as _;

use crate::failure::Failure;

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(10);

/// A connection to the gRPC port of a server; over TLS when the address says https.
///
/// # Errors
/// The address is none, the authorities are unusable, or nobody answers there.
pub async fn channel(url: &str, authorities: Option<&Path>) -> Result<Channel, Failure> {
    let remedy = "give --server http://host:7000 or https://host, the port of gRPC, and see that it runs; --ca FILE trusts \
                  other certificate authorities than the system's";
    let endpoint = endpoint(url, authorities).map_err(|error| {
        let what = match &error {
            EndpointError::Address(_) => format!("--server {url} is no address"),
            EndpointError::Plain => format!("--ca is for https, and --server is {url}"),
            _ => "--ca: no certificate authorities to trust".to_owned(),
        };
        Failure::input(what, remedy).because(&error)
    })?;
    let connected = endpoint.connect_timeout(CONNECT).connect().await;
    connected.map_err(|error| Failure::input(format!("{url} cannot be reached"), remedy).because(&error))
}

/// What the server says to people; else its message.
#[must_use]
pub fn words(status: &Status) -> String {
    status.get_details_localized_message().map_or_else(|| status.message().to_owned(), |text| text.message)
}

/// What was refused: the words, the stable reason, every field at fault.
#[must_use]
pub fn told(status: &Status) -> String {
    let words = words(status);
    let reason = status.get_details_error_info().map(|info| format!(" [{}]", info.reason)).unwrap_or_default();
    let fields = status.get_details_bad_request().map(|bad| {
        let faults = bad.field_violations.iter().map(|fault| format!("{}: {}", fault.field, fault.description));
        format!(" ({})", faults.collect::<Vec<_>>().join("; "))
    });
    format!("{words}{reason}{}", fields.unwrap_or_default())
}

/// Whether it is the server that failed, and not the request that is wrong.
#[must_use]
pub fn is_failing(code: Code) -> bool {
    matches!(code, Code::Unavailable | Code::Unknown | Code::Internal | Code::DeadlineExceeded)
}
