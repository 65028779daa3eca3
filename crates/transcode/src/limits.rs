//! How much of everything a request may hold. Every limit is checked before what it limits is worked on.

/// The limits of one transcoder. The defaults suit an API of small documents behind a public gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body; more is answered 413. Default: 4 MiB, the limit that gRPC servers put on a message.
    pub body_bytes: usize,
    /// Bytes of a stream of requests in all; a line of it may have [`Limits::body_bytes`]. Default: 64 MiB.
    pub upload_bytes: usize,
    /// Bytes of one message of an answer; more is answered 429. Default: 64 MiB (reports, exported workbooks).
    pub answer_bytes: usize,
    /// How deep JSON may nest, in objects and lists; deeper is answered 400. Default: 64; never more than 100, the
    /// depth at which protobuf itself stops.
    pub json_depth: usize,
    /// Bytes of the path; more is answered 414. Default: 8 KiB (RFC 9110 §4.1 asks for 8,000 at least).
    pub path_bytes: usize,
    /// Segments of the path; more is answered 414. Default: 64.
    pub path_segments: usize,
    /// Bytes of the query; more is answered 414. Default: 16 KiB.
    pub query_bytes: usize,
    /// Parameters of the query; more is answered 400. Default: 256.
    pub query_parameters: usize,
    /// Fields that the name of a parameter may go through (`a.b.c` is three); more is answered 400. Default: 16.
    pub parameter_depth: usize,
    /// Lines of headers; more is answered 431. Default: 100.
    pub headers: usize,
    /// Bytes of headers as HTTP/2 counts them (RFC 9113 §6.5.2: name, value and 32 a line); more is answered 431. Default:
    /// 15 KiB: services take 16 KiB at most, with what is added on the way.
    pub header_bytes: usize,
    /// Faults named in one answer; the rest is only counted. Default: 50.
    pub faults: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 4 << 20,
            upload_bytes: 64 << 20,
            answer_bytes: 64 << 20,
            json_depth: 64,
            path_bytes: 8 << 10,
            path_segments: 64,
            query_bytes: 16 << 10,
            query_parameters: 256,
            parameter_depth: 16,
            headers: 100,
            header_bytes: 15 << 10,
            faults: 50,
        }
    }
}
