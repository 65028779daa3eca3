//! `google.api.HttpBody`: bytes as they are, in and out.

use crate::harness::{ask, local, options, remote, request, send};

#[tokio::test]
async fn bytes_go_in_and_out_as_they_are_with_their_type() {
    let bytes = [0u8, 255, 10, 13, 0x7b];
    let far = remote(options()).await;
    for line in ["POST /v1/files/a.bin?note=x", "POST /v1/raw"] {
        for (of_type, answered) in
            [("image/png", "image/png"), ("application/json", "application/json"), ("", "application/octet-stream")]
        {
            let given = || {
                let headers = [("content-type", of_type)];
                let mut given = request(line, &headers, &bytes);
                if of_type.is_empty() {
                    given.headers_mut().remove("content-type");
                }
                given
            };
            for reply in [send(&local(options()), given()).await, send(&far, given()).await] {
                assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, answered));
                assert_eq!(reply.bytes, bytes[..]);
            }
        }
    }
}

#[tokio::test]
async fn a_field_may_be_the_file() {
    let reply = ask("GET /v1/books/7/cover", &[], "").await;
    assert_eq!((reply.header("content-type"), &reply.bytes[..]), ("image/png", &[1u8, 2, 3][..]));
    let lost = ask("GET /v1/books/lost/cover", &[], "").await;
    assert_eq!((lost.status.as_u16(), lost.header("content-type")), (404, "application/json"));
}

#[tokio::test]
async fn a_stream_of_files_is_one_body() {
    let reply = ask("GET /v1/files:download?count=3", &[], "").await;
    assert_eq!((reply.header("content-type"), reply.text().as_str()), ("text/plain", "ababab"));
    let empty = ask("GET /v1/files:download", &[], "").await;
    assert_eq!(
        (empty.status.as_u16(), empty.header("content-type"), empty.bytes.len()),
        (200, "application/octet-stream", 0)
    );
}

#[tokio::test]
async fn an_error_before_the_first_byte_is_one_of_http_and_after_it_breaks_the_body_off() {
    let far = remote(options()).await;
    let before = "GET /v1/files:download?count=0&code=7";
    for reply in [ask(before, &[], "").await, send(&far, request(before, &[], b"")).await] {
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_i64()), (403, Some(7)));
    }
    let after = "GET /v1/files:download?count=2&code=13";
    for reply in [ask(after, &[], "").await, send(&far, request(after, &[], b"")).await] {
        assert_eq!((reply.status.as_u16(), reply.text().as_str()), (200, "abab"));
        assert_eq!(reply.broken.as_deref(), Some("internal: in the middle"));
    }
}
