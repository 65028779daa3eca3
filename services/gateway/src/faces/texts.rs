//! What people are told in Vietnamese of what is refused before any service is asked.

use hoagiai_transcode::Texts;

/// The texts, by the reasons of the transcoder.
pub(super) const TEXTS: Texts = Texts { locale: "vi-VN", of: text };

fn text(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "MALFORMED_REQUEST" => "Yêu cầu không đúng định dạng; xem chi tiết từng lỗi.",
        "NO_SUCH_PATH" => "Không có địa chỉ này.",
        "METHOD_NOT_ALLOWED" => "Địa chỉ này không nhận phương thức HTTP đã dùng.",
        "PATH_TOO_LONG" | "QUERY_TOO_LONG" => "Địa chỉ yêu cầu quá dài.",
        "TOO_MANY_HEADERS" => "Yêu cầu có quá nhiều tiêu đề HTTP.",
        "HEADERS_TOO_LARGE" => "Các tiêu đề HTTP của yêu cầu quá lớn.",
        "BODY_TOO_LARGE" => "Nội dung gửi lên quá lớn.",
        "BODY_TOO_SLOW" => "Nội dung gửi lên quá chậm; vui lòng thử lại.",
        "UNSUPPORTED_MEDIA_TYPE" => "Kiểu nội dung gửi lên không được hỗ trợ.",
        "NOT_OVER_CONNECT" => "Phương thức này không có qua giao thức Connect.",
        _ => return None,
    })
}
