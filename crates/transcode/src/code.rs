//! The status codes of gRPC and what they are over HTTP and over Connect.

use http::StatusCode;

/// A status code of gRPC, numbered 0 to 16 (grpc/grpc `doc/statuscodes.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// 0: not an error.
    Ok,
    /// 1: the caller gave up.
    Cancelled,
    /// 2: an error of which nothing is known.
    Unknown,
    /// 3: what was asked makes no sense, whatever the state of the system.
    InvalidArgument,
    /// 4: the time ran out.
    DeadlineExceeded,
    /// 5: there is no such thing.
    NotFound,
    /// 6: there is such a thing already.
    AlreadyExists,
    /// 7: the caller is known and may not.
    PermissionDenied,
    /// 8: a limit is reached.
    ResourceExhausted,
    /// 9: the state of the system does not admit it.
    FailedPrecondition,
    /// 10: another change came between.
    Aborted,
    /// 11: past the end.
    OutOfRange,
    /// 12: not offered.
    Unimplemented,
    /// 13: a fault of the server.
    Internal,
    /// 14: not now; a retry may help.
    Unavailable,
    /// 15: data are lost.
    DataLoss,
    /// 16: the caller is not known.
    Unauthenticated,
}

/// Code, name in Connect, HTTP status, in the order of the numbers. The statuses are those of `google/rpc/code.proto`,
/// which the Connect protocol shares.
const TABLE: [(Code, &str, u16); 17] = [
    (Code::Ok, "ok", 200),
    (Code::Cancelled, "canceled", 499),
    (Code::Unknown, "unknown", 500),
    (Code::InvalidArgument, "invalid_argument", 400),
    (Code::DeadlineExceeded, "deadline_exceeded", 504),
    (Code::NotFound, "not_found", 404),
    (Code::AlreadyExists, "already_exists", 409),
    (Code::PermissionDenied, "permission_denied", 403),
    (Code::ResourceExhausted, "resource_exhausted", 429),
    (Code::FailedPrecondition, "failed_precondition", 400),
    (Code::Aborted, "aborted", 409),
    (Code::OutOfRange, "out_of_range", 400),
    (Code::Unimplemented, "unimplemented", 501),
    (Code::Internal, "internal", 500),
    (Code::Unavailable, "unavailable", 503),
    (Code::DataLoss, "data_loss", 500),
    (Code::Unauthenticated, "unauthenticated", 401),
];

impl Code {
    /// The code of a number; a number that gRPC does not have is [`Code::Unknown`], as gRPC asks.
    #[must_use]
    pub fn from_number(number: i32) -> Self {
        usize::try_from(number).ok().and_then(|at| TABLE.get(at)).map_or(Self::Unknown, |row| row.0)
    }

    /// The number, 0 to 16.
    #[must_use]
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// The HTTP status that an error of this code has.
    #[must_use]
    pub fn http(self) -> StatusCode {
        StatusCode::from_u16(TABLE[self as usize].2).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The name in the JSON of a Connect error.
    #[must_use]
    pub const fn connect(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The code for an HTTP status that came where gRPC was expected, from a proxy for instance (grpc/grpc
    /// `doc/http-grpc-status-mapping.md`).
    #[must_use]
    pub fn from_http(status: StatusCode) -> Self {
        match status.as_u16() {
            400 => Self::Internal,
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 => Self::Unimplemented,
            429 | 502 | 503 | 504 => Self::Unavailable,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_at_its_number_and_has_a_status_of_http() {
        for (at, (code, _, http)) in TABLE.iter().enumerate() {
            assert_eq!(code.number() as usize, at);
            assert_eq!(Code::from_number(code.number()), *code);
            assert_eq!(code.http().as_u16(), *http);
        }
    }

    #[test]
    fn a_number_that_grpc_does_not_have_is_unknown() {
        for number in [-1, 17, i32::MAX, i32::MIN] {
            assert_eq!(Code::from_number(number), Code::Unknown);
        }
    }
}
