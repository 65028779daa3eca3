//! Every way the layers themselves say no. Texts that the catalogue of crates/rpc has are taken from there.

use hoagiai_rpc::{MALFORMED_MESSAGE, Problem};
use std::time::Duration;
use tonic::{Code, Status};

/// A refusal of the runtime.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault<'a> {
    Unauthenticated,
    PurposeMissing,
    NoSuchMethod,
    DeadlineExceeded,
    Overloaded { retry_after: Duration },
    NotReady { retry_after: Duration },
    Stopping,
    AtLeastMalformed,
    JournalNotFollowed { journal: &'a str },
    NotReached { journal: &'a str, position: i64, retry_after: Duration },
    TooLarge { limit: usize },
    Malformed,
    Internal { request_id: &'a str },
}

impl Fault<'_> {
    #[rustfmt::skip]
    fn problem(self) -> Problem {
        match self {
            Self::Unauthenticated => Problem::new("UNAUTHENTICATED"),
            Self::PurposeMissing => Problem::new("PURPOSE_REQUIRED"),
            Self::DeadlineExceeded => Problem::new("DEADLINE_EXCEEDED"),
            Self::Internal { request_id } => Problem::new("INTERNAL").with("request_id", request_id),
            Self::NoSuchMethod => Problem::of(Code::Unimplemented, "NO_SUCH_METHOD",
                "this server has no such method", "Máy chủ không có chức năng này."),
            Self::Overloaded { retry_after } => Problem::of(Code::ResourceExhausted, "OVERLOADED",
                "the server has more calls than it can serve; try again",
                "Hệ thống đang quá tải, vui lòng thử lại sau.").retry_after(retry_after),
            Self::NotReady { retry_after } => Problem::of(Code::Unavailable, "NOT_READY",
                "the service is starting; try again",
                "Hệ thống đang khởi động, vui lòng thử lại sau.").retry_after(retry_after),
            Self::Stopping => Problem::of(Code::Unavailable, "STOPPING",
                "the server is stopping; connect again", "Máy chủ đang dừng, vui lòng kết nối lại."),
            Self::AtLeastMalformed => Problem::of(Code::InvalidArgument, "AT_LEAST_MALFORMED",
                "`x-at-least` must be journal=position, separated by commas",
                "Tiêu đề x-at-least phải có dạng sổ=vị trí, cách nhau bằng dấu phẩy."),
            Self::JournalNotFollowed { journal } => Problem::of(Code::InvalidArgument, "JOURNAL_NOT_FOLLOWED",
                "this service neither keeps nor follows the journal {journal}",
                "Dịch vụ này không theo dõi sổ {journal}.").with("journal", journal),
            Self::NotReached { journal, position, retry_after } => Problem::of(Code::Unavailable, "AT_LEAST_NOT_REACHED",
                "position {position} of the journal {journal} is not known here yet; try again",
                "Dữ liệu mới ở vị trí {position} của sổ {journal} chưa được cập nhật, vui lòng thử lại sau.")
                .with("journal", journal).with("position", position).retry_after(retry_after),
            Self::TooLarge { limit } => Problem::of(Code::ResourceExhausted, "MESSAGE_TOO_LARGE",
                "the message is larger than {limit_bytes} bytes",
                "Dữ liệu vượt quá {limit_bytes} byte.").with("limit_bytes", limit),
            Self::Malformed => Problem::of(Code::InvalidArgument, MALFORMED_MESSAGE,
                "the message cannot be read", "Dữ liệu gửi lên không đúng định dạng."),
        }
    }

    pub(super) fn status(self) -> Status {
        self.problem().status()
    }
}
