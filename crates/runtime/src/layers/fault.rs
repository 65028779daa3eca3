//! Every way the layers themselves say no, as statuses with their details. The services' own refusals pass untouched.

use std::{collections::HashMap, time::Duration};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// A refusal of the runtime.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault<'a> {
    Unauthenticated,
    Denied,
    PurposeMissing,
    NoSuchMethod,
    DeadlineExceeded,
    Overloaded { retry_after: Duration },
    NotReady { retry_after: Duration },
    Stopping,
    TooLarge { limit: usize },
    Malformed,
    Internal { request_id: &'a str },
}

impl Fault<'_> {
    #[rustfmt::skip]
    pub(super) fn status(self) -> Status {
        let (code, reason, english, vietnamese) = match self {
            Self::Unauthenticated => (Code::Unauthenticated, "UNAUTHENTICATED",
                "no valid credentials", "Chưa đăng nhập hoặc phiên đăng nhập không còn hiệu lực"),
            Self::Denied => (Code::PermissionDenied, "PERMISSION_DENIED",
                "not allowed", "Không có quyền thực hiện"),
            Self::PurposeMissing => (Code::PermissionDenied, "PURPOSE_REQUIRED",
                "this method needs a stated purpose: header x-purpose", "Phải nêu mục đích tra cứu"),
            Self::NoSuchMethod => (Code::Unimplemented, "NO_SUCH_METHOD",
                "no such method", "Không có chức năng này"),
            Self::DeadlineExceeded => (Code::DeadlineExceeded, "DEADLINE_EXCEEDED",
                "the call took longer than it was given", "Quá thời gian xử lý"),
            Self::Overloaded { .. } => (Code::ResourceExhausted, "OVERLOADED",
                "the server has more calls than it can serve", "Hệ thống đang quá tải, vui lòng thử lại sau"),
            Self::NotReady { .. } => (Code::Unavailable, "NOT_READY",
                "the service is not ready yet", "Hệ thống đang khởi động, vui lòng thử lại sau"),
            Self::Stopping => (Code::Unavailable, "STOPPING",
                "the server is stopping", "Hệ thống đang dừng, vui lòng thử lại"),
            Self::TooLarge { .. } => (Code::ResourceExhausted, "MESSAGE_TOO_LARGE",
                "the message is larger than the limit", "Dữ liệu gửi lên vượt quá giới hạn"),
            Self::Malformed => (Code::InvalidArgument, "MALFORMED_MESSAGE",
                "the message cannot be read", "Dữ liệu gửi lên không đúng định dạng"),
            Self::Internal { .. } => (Code::Internal, "INTERNAL",
                "internal error", "Lỗi hệ thống"),
        };
        let mut details = ErrorDetails::with_error_info(reason, "hoagiai", HashMap::new());
        details.set_localized_message("vi-VN", vietnamese);
        match self {
            Self::Overloaded { retry_after } | Self::NotReady { retry_after } => {
                details.set_retry_info(Some(retry_after));
            }
            Self::TooLarge { limit } => {
                details.set_error_info(reason, "hoagiai", HashMap::from([("limit_bytes".into(), limit.to_string())]));
            }
            Self::Internal { request_id } => {
                details.set_error_info(reason, "hoagiai", HashMap::from([("request_id".into(), request_id.into())]));
            }
            _ => {}
        }
        Status::with_error_details(code, english, details)
    }
}
