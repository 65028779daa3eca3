//! Streams of requests: the body of one request of HTTP as the messages of a call, each sent when the service has taken
//! the one before. See [`Upload`].

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::{Body, Frame};
use prost::Message as _;
use prost_reflect::{DynamicMessage, Kind, Value};

use crate::binding::{Binding, BodyRule, Upload};
use crate::body::too_large;
use crate::call::text;
use crate::frame::frame;
use crate::refusal::{Fault, Refusal};
use crate::service::Shared;
use crate::{BoxError, conditional, json, weave};

/// How many bytes a piece of an upload has; the last has less.
const PIECE: usize = 64 << 10;
/// Lines of JSON, as answers have it too.
const LINES: &str = "application/x-ndjson";

/// Where an upload that turns out to be faulty leaves why, for whoever waits for the answer of the call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slot(Arc<Mutex<Option<Refusal>>>);

impl Slot {
    pub(crate) fn take(&self) -> Option<Refusal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, refusal: Refusal) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
    }
}

/// What an upload is for.
pub(crate) struct Source {
    pub(crate) binding: Arc<Binding>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) captures: Vec<String>,
}

/// Whether a body is requests line by line.
pub(crate) fn is_lines(headers: &HeaderMap) -> bool {
    let of_type = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    of_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(LINES)
}

/// The messages of an upload, framed.
pub(crate) struct Pieces<B> {
    body: Pin<Box<B>>,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no end of a line.
    scanned: usize,
    taken: usize,
    ended: bool,
    sent: usize,
    upload: Upload,
    source: Source,
    /// For bytes: the first message, with what path and query hold.
    first: Option<DynamicMessage>,
    of_type: String,
    headers: HeaderMap,
    slot: Slot,
}

impl<B> Pieces<B> {
    /// `first`: a message with what path and query hold.
    pub(crate) fn new(
        body: B,
        source: Source,
        mut first: DynamicMessage,
        headers: &HeaderMap,
        slot: Slot,
    ) -> Result<Self, Refusal> {
        let of_type = text(headers, &header::CONTENT_TYPE).unwrap_or_default().to_owned();
        let upload = source.binding.upload().unwrap_or(Upload::Lines);
        let options = &source.shared.options;
        if upload == Upload::Bytes {
            let filled = conditional::fill(headers, &source.binding, options.etags, &mut first);
            filled.map_err(|faults| Refusal::malformed(faults, options.limits.faults))?;
        }
        let headers = headers.clone();
        let body = Box::pin(body);
        let (buffer, first) = (BytesMut::new(), Some(first));
        Ok(Self {
            body,
            buffer,
            scanned: 0,
            taken: 0,
            ended: false,
            sent: 0,
            upload,
            source,
            first,
            of_type,
            headers,
            slot,
        })
    }

    /// The next message out of what has arrived; none: more must arrive, or there is no more.
    fn next(&mut self) -> Result<Option<DynamicMessage>, Refusal> {
        match self.upload {
            Upload::Bytes => Ok(self.piece()),
            Upload::Lines => {
                while let Some(line) = self.line()? {
                    if !line.trim_ascii().is_empty() {
                        return self.parse(&line).map(Some);
                    }
                }
                Ok(None)
            }
        }
    }

    fn piece(&mut self) -> Option<DynamicMessage> {
        // An empty file is a file: its one message says what it is of.
        let last = self.ended && (!self.buffer.is_empty() || self.sent == 0);
        if self.buffer.len() < PIECE && !last {
            return None;
        }
        let bytes = self.buffer.split_to(self.buffer.len().min(PIECE)).freeze();
        let binding = &self.source.binding;
        let mut message = self.first.take().unwrap_or_else(|| DynamicMessage::new(binding.method.input()));
        match &binding.body {
            BodyRule::Field(field) if field.kind() == Kind::Bytes => {
                _ = message.try_set_field(field, Value::Bytes(bytes));
            }
            BodyRule::Field(field) => {
                if let Some(inner) = message.get_field_mut(field).as_message_mut() {
                    weave::set_http_body(inner, &self.of_type, bytes);
                }
            }
            _ => weave::set_http_body(&mut message, &self.of_type, bytes),
        }
        Some(message)
    }

    fn line(&mut self) -> Result<Option<Bytes>, Refusal> {
        let most = self.source.shared.options.limits.body_bytes;
        let end = self.buffer.iter().skip(self.scanned).position(|b| *b == b'\n').map(|at| self.scanned + at);
        self.scanned = end.map_or(self.buffer.len(), |_| 0);
        if end.unwrap_or(self.buffer.len()) > most {
            return Err(too_large(most));
        }
        Ok(match end {
            Some(end) => {
                let line = self.buffer.split_to(end).freeze();
                self.buffer.advance(1);
                Some(line)
            }
            None if self.ended && !self.buffer.is_empty() => {
                self.scanned = 0;
                Some(self.buffer.split().freeze())
            }
            None => None,
        })
    }

    fn parse(&mut self, line: &[u8]) -> Result<DynamicMessage, Refusal> {
        let (binding, options) = (&self.source.binding, &self.source.shared.options);
        let malformed = |faults: Vec<Fault>| {
            let at = |fault: Fault| {
                let dot = if fault.field.is_empty() || fault.field.starts_with('[') { "" } else { "." };
                Fault { field: format!("[{}]{dot}{}", self.sent, fault.field), ..fault }
            };
            Refusal::malformed(faults.into_iter().map(at).collect(), options.limits.faults)
        };
        let mut message = json::message(&binding.method.input(), line, &options.limits).map_err(malformed)?;
        if self.first.take().is_some() {
            let mut faults = weave::from_path(binding, &self.source.captures, &mut message);
            faults.extend(
                conditional::fill(&self.headers, binding, options.etags, &mut message).err().unwrap_or_default(),
            );
            if !faults.is_empty() {
                return Err(Refusal::malformed(faults, options.limits.faults));
            }
        }
        Ok(message)
    }

    fn refused(&mut self, refusal: Refusal) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.ended = true;
        self.buffer.clear();
        self.slot.put(refusal);
        Poll::Ready(Some(Err("the upload was refused".into())))
    }
}

impl<B> Body for Pieces<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            match self.next() {
                Ok(Some(message)) => {
                    self.sent += 1;
                    // Bounded by the limits, far below what a frame can hold.
                    return Poll::Ready(frame(&message.encode_to_vec()).map(|bytes| Ok(Frame::data(bytes))));
                }
                Ok(None) if self.ended => return Poll::Ready(None),
                Ok(None) => {}
                Err(refusal) => return self.refused(refusal),
            }
            match ready!(self.body.as_mut().poll_frame(cx)) {
                None => self.ended = true,
                Some(Ok(data)) => {
                    let Ok(data) = data.into_data() else { continue };
                    let most = self.source.shared.options.limits.upload_bytes;
                    self.taken = self.taken.saturating_add(data.remaining());
                    if self.taken > most {
                        return self.refused(too_large(most));
                    }
                    self.buffer.put(data);
                }
                Some(Err(_)) => {
                    let fault = Fault::new("", "the body broke off");
                    return self.refused(Refusal::malformed(vec![fault], 1));
                }
            }
        }
    }
}
