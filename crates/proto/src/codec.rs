//! The codec that the generated clients and servers use: protobuf, with malformed and invalid requests answered as
//! INVALID_ARGUMENT that a person can act on, and never with the names of Rust types.

use std::marker::PhantomData;

use prost::Message;
use tonic::codec::{DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::validate::Violations;

/// `ErrorInfo.domain` of every error of this project.
pub const DOMAIN: &str = "hoagiai.vn";
/// Reason of a request whose fields break the rules of the contract.
pub const INVALID_FIELDS: &str = "INVALID_FIELDS";
/// Reason of bytes that are no message of the contract.
pub const MALFORMED_MESSAGE: &str = "MALFORMED_MESSAGE";
/// The locale of the messages for people.
pub const LOCALE: &str = "vi-VN";

/// A message that a method takes or gives.
pub trait Wire: Message + Default {
    /// What the rules of the contract say against the message. Answers say nothing: clients do not check servers.
    fn faults(&self) -> Violations {
        Violations::default()
    }
}

impl Wire for () {}

/// A message that one method takes.
pub trait Request: Wire + Clone {
    /// Path of the method, `/hoagiai.registry.v1.TeamService/PlanTeam`.
    const METHOD: &'static str;

    /// The idempotency key that the caller chose, if any.
    fn request_id(&self) -> Option<&str>;

    /// The request without its idempotency key and without the journal positions that it waits for (`at_least`): what
    /// must be equal when the key is used again.
    fn without_request_id(&self) -> Self;
}

/// A request for one page of a list (AIP-158).
pub trait Listing: Request {
    /// The page size asked for (0: the default) and the token of the page (empty: the first).
    fn page(&self) -> (i32, &str);

    /// The request without its page: what must be equal from page to page.
    fn filter(&self) -> Self;
}

/// Protobuf over gRPC. `E` is encoded and `D` decoded.
#[derive(Debug, Clone)]
pub struct Codec<E, D>(PhantomData<(E, D)>);

impl<E, D> Default for Codec<E, D> {
    fn default() -> Self {
        Codec(PhantomData)
    }
}

impl<E: Message + Send + 'static, D: Wire + Send + 'static> tonic::codec::Codec for Codec<E, D> {
    type Encode = E;
    type Decode = D;
    type Encoder = Codec<E, ()>;
    type Decoder = Codec<(), D>;

    fn encoder(&mut self) -> Self::Encoder {
        Codec::default()
    }

    fn decoder(&mut self) -> Self::Decoder {
        Codec::default()
    }
}

impl<E: Message> Encoder for Codec<E, ()> {
    type Item = E;
    type Error = Status;

    fn encode(&mut self, item: E, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        // Fails only when the buffer cannot grow, and this one can.
        item.encode(buf).map_err(|_| malformed())
    }
}

impl<D: Wire> Decoder for Codec<(), D> {
    type Item = D;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<D>, Status> {
        let item = D::decode(buf).map_err(|_| malformed())?;
        let faults = item.faults();
        if faults.is_empty() { Ok(Some(item)) } else { Err(refusal(&faults)) }
    }
}

/// The answer to bytes that are no message. What prost found would name Rust types, so it is not told.
fn malformed() -> Status {
    let mut details =
        ErrorDetails::with_error_info(MALFORMED_MESSAGE, DOMAIN, [("protocol".into(), "protobuf".into())]);
    details.set_localized_message(LOCALE, "Thông điệp gửi lên không đúng cấu trúc của hợp đồng dữ liệu.");
    status("the message is not encoded as the contract says", details)
}

/// The answer to a request with faults: INVALID_ARGUMENT with all of them, as far as trailers have room.
pub fn refusal(faults: &Violations) -> Status {
    let metadata = [("violations".to_owned(), faults.count().to_string())];
    let mut details = ErrorDetails::with_error_info(INVALID_FIELDS, DOMAIN, metadata);
    details.set_bad_request(faults.fields()).set_localized_message(LOCALE, faults.vietnamese());
    status(faults.english(), details)
}

fn status(message: impl Into<String>, details: ErrorDetails) -> Status {
    Status::with_error_details(Code::InvalidArgument, message, details)
}
