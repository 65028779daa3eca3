//! Why the guard refuses.

use super::address::Special;

/// The rule that an address breaks. Says nothing of the address itself, which may carry secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Longer than 2,048 bytes.
    #[error("the address is longer than 2,048 bytes")]
    Length,
    /// Not an absolute address, or one with spaces, control characters or backslashes, which others read otherwise.
    #[error("not an address")]
    Form,
    /// Neither `https` nor `http`.
    #[error("the scheme is not https")]
    Scheme,
    /// `http` to a host and port that are not opened for it.
    #[error("without TLS, and the host and port are not opened for that")]
    Plain,
    /// A name or a password before the host: they would be sent to whom the host turns out to be.
    #[error("the address has a name or a password in it")]
    UserInfo,
    /// A fragment, which is never sent.
    #[error("the address has a fragment")]
    Fragment,
    /// A port that is not opened.
    #[error("the port is not opened")]
    Port,
    /// An address that is not of the open Internet; of several behind a name, the last.
    #[error("the host is not on the open Internet: {0}")]
    Address(Special),
}
