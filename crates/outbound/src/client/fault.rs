//! Why there is no answer. No address, header or body stands in any text: faults are logged and shown to operators.

use std::{error::Error, io};

use crate::guard::Refusal;

/// What went wrong in one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// The guard refused the address, or all that its host resolved to.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The name did not resolve.
    #[error("dns")]
    Dns,
    /// No connection: refused, unreachable.
    #[error("connect")]
    Connect,
    /// No agreement on TLS: the certificate is not trusted, not of this host, not of this time, or ours is asked for.
    #[error("tls")]
    Tls,
    /// Not done within the time.
    #[error("timeout")]
    TimedOut,
    /// The connection ended before the answer did.
    #[error("reset")]
    Reset,
    /// The head of the answer is too large.
    #[error("too large")]
    TooLarge,
    /// What came back is not HTTP.
    #[error("not http")]
    NotHttp,
}

impl Fault {
    /// The class in one word, for a metric or a column.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Fault::Refused(_) => "refused",
            Fault::Dns => "dns",
            Fault::Connect => "connect",
            Fault::Tls => "tls",
            Fault::TimedOut => "timeout",
            Fault::Reset => "reset",
            Fault::TooLarge => "too_large",
            Fault::NotHttp => "not_http",
        }
    }

    /// Of an error while TLS is agreed on: rustls hides its own inside.
    pub(super) fn of_tls(error: &io::Error) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) { Fault::Tls } else { Fault::Reset }
    }

    /// Of an error while HTTP is spoken. A receiver that wants a certificate of ours says so only now (TLS 1.3).
    pub(super) fn of_http(error: &hyper::Error) -> Self {
        if error.is_parse_too_large() {
            Fault::TooLarge
        } else if error.is_parse() {
            Fault::NotHttp
        } else {
            error.source().and_then(|source| source.downcast_ref()).map_or(Fault::Reset, Fault::of_tls)
        }
    }
}

/// Why there is no client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientFault {
    /// Further roots that are no PEM, or no certificates.
    #[error("the further roots cannot be read as certificates in PEM")]
    Pem,
    /// Neither public nor further roots: no server could be trusted.
    #[error("there is no root certificate to trust")]
    NoRoots,
    /// The cryptographic library offers no version of TLS.
    #[error("TLS cannot be set up")]
    Tls,
}
