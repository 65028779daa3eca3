//! An answer on its way to an agency: taken apart, masked, looked through, put together again.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use hoagiai_rpc::annotations::data_class;
use hoagiai_runtime::BoxError;
use http::Response;
use http_body_util::{BodyExt as _, Full, Limited};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tonic::body::Body;

use crate::domain::{AllowedMethod, Disclosed, Mask, disclosed};

/// The largest answer of a service that is read into memory.
const LARGEST: usize = 16 << 20;
/// A frame of gRPC: whether it is compressed, the length of the message.
const HEAD: usize = 5;

/// An answer of one message, or none: a refusal.
pub(super) struct Answered {
    head: http::response::Parts,
    message: Option<DynamicMessage>,
    disclosed: Disclosed,
    trailers: Option<http::HeaderMap>,
}

/// The answer is none that can be looked through.
#[derive(Debug, thiserror::Error)]
#[error("an answer that is not one plain message")]
struct Unreadable;

impl Answered {
    /// Reads an answer and masks it.
    pub(super) async fn read(
        response: Response<Body>,
        method: &MethodDescriptor,
        allowed: &AllowedMethod,
    ) -> Result<Self, BoxError> {
        let (head, body) = response.into_parts();
        let collected = Limited::new(body, LARGEST).collect().await?;
        let trailers = collected.trailers().cloned();
        let (message, disclosed) = match collected.to_bytes() {
            bytes if bytes.is_empty() => (None, Disclosed::default()),
            bytes => {
                let (message, disclosed) = decode(bytes, method, allowed)?;
                (Some(message), disclosed)
            }
        };
        Ok(Self { head, message, disclosed, trailers })
    }

    /// What it tells of mediators.
    pub(super) fn disclosed(&self) -> Disclosed {
        self.disclosed.clone()
    }

    /// The answer as it leaves.
    pub(super) fn into_response(self) -> Response<Body> {
        let mut bytes = BytesMut::new();
        if let Some(message) = self.message {
            let encoded = message.encode_to_vec();
            bytes.put_u8(0);
            bytes.put_u32(u32::try_from(encoded.len()).unwrap_or(u32::MAX));
            bytes.extend_from_slice(&encoded);
        }
        let body = Full::new(bytes.freeze());
        let body = match self.trailers {
            Some(trailers) => Body::new(body.with_trailers(async move { Some(Ok(trailers)) })),
            None => Body::new(body),
        };
        Response::from_parts(self.head, body)
    }
}

/// The masked message, and what it tells of whom: the ids of before the mask, for a name without its id is told all the same.
fn decode(
    mut bytes: Bytes,
    method: &MethodDescriptor,
    allowed: &AllowedMethod,
) -> Result<(DynamicMessage, Disclosed), BoxError> {
    if bytes.len() < HEAD || bytes.get_u8() != 0 || usize::try_from(bytes.get_u32()) != Ok(bytes.len()) {
        return Err(Unreadable.into());
    }
    let mut message = DynamicMessage::decode(method.output(), bytes)?;
    let all = disclosed(&message, &data_class);
    if let Some(fields) = &allowed.fields {
        // A policy whose paths were checked when it was kept; a contract that changed since shows nothing.
        Mask::of(&method.output(), fields).unwrap_or_default().apply(&mut message);
    }
    let shown = disclosed(&message, &data_class);
    let told = !shown.fields.is_empty() || !shown.mediators.is_empty();
    let mediators = if told { all.mediators } else { shown.mediators };
    Ok((message, Disclosed { mediators, fields: shown.fields }))
}
