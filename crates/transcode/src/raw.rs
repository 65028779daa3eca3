//! Answers that are bytes as they are: `google.api.HttpBody`, or a field that is one.

use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use prost_reflect::DynamicMessage;

use crate::answer::Outcome;
use crate::binding::Binding;
use crate::body::Body;
use crate::call::Begun;
use crate::stream::{Chunks, Source};
use crate::{BoxError, known};

/// The content type stands in the first message, so that one is waited for; what fails before it is an error of HTTP.
pub(crate) async fn chunks<R>(begun: Begun<R>, binding: &Arc<Binding>) -> Result<(String, Body), Outcome>
where
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    let mut source = Source::new(begun.messages, begun.deadline, binding.method.output());
    let first = poll_fn(|cx| source.poll_next(cx)).await.transpose()?;
    let (of_type, first) = match first {
        Some(message) => {
            let (of_type, bytes) = of(&message, binding);
            (of_type, Some(bytes))
        }
        None => (OCTETS.to_owned(), None),
    };
    let bytes = |message: &DynamicMessage, binding: &Binding| of(message, binding).1;
    Ok((of_type, Body::stream(Chunks { source, first, bytes, binding: Arc::clone(binding) })))
}

/// RFC 2046 §4.5.1: bytes of which nothing is known.
const OCTETS: &str = "application/octet-stream";

/// Whether the answer is bytes as they are.
pub(crate) fn is_raw(binding: &Binding) -> bool {
    match &binding.response_body {
        Some(field) => known::is_raw(field),
        None => known::is_http_body(&binding.method.output()),
    }
}

/// Content type and bytes of an answer that holds `google.api.HttpBody`.
pub(crate) fn of(message: &DynamicMessage, binding: &Binding) -> (String, Bytes) {
    let parts = |message: &DynamicMessage| {
        let part = |number| message.get_field_by_number(number);
        let of_type = part(1).and_then(|value| value.as_str().map(str::to_owned)).filter(|text| !text.is_empty());
        let bytes = part(2).and_then(|value| value.as_bytes().cloned());
        (of_type.unwrap_or_else(|| OCTETS.to_owned()), bytes.unwrap_or_default())
    };
    match &binding.response_body {
        Some(field) => message.get_field(field).as_message().map(parts).unwrap_or((OCTETS.to_owned(), Bytes::new())),
        None => parts(message),
    }
}
