//! One call to the service behind, over its `tower_service::Service`.

use std::future::{Future, poll_fn};
use std::time::Duration;

use bytes::Bytes;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body;
use tokio::time::{Instant, timeout_at};
use tower_service::Service;

use crate::body::CallBody;
use crate::frame::Messages;
use crate::metadata::grpc_timeout;
use crate::status::Status;
use crate::{BoxError, Code};

/// A call that is ready to be made.
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) body: CallBody,
    pub(crate) metadata: HeaderMap,
    pub(crate) extensions: Extensions,
    pub(crate) time: Option<Duration>,
}

/// How a call went wrong, with what metadata.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) status: Status,
    pub(crate) metadata: HeaderMap,
}

impl From<Status> for Failed {
    fn from(status: Status) -> Self {
        Self { status, metadata: HeaderMap::new() }
    }
}

/// An answer that has begun.
pub(crate) struct Begun<R> {
    pub(crate) metadata: HeaderMap,
    pub(crate) extensions: Extensions,
    pub(crate) messages: Messages<R>,
    pub(crate) deadline: Option<Instant>,
}

/// A whole answer; its metadata is that of headers and trailers.
pub(crate) struct Answer {
    pub(crate) message: Bytes,
    pub(crate) metadata: HeaderMap,
    pub(crate) extensions: Extensions,
}

/// Runs until the deadline; past it the call is dropped, which cancels it.
pub(crate) async fn within<T>(deadline: Option<Instant>, run: impl Future<Output = T>) -> Result<T, Status> {
    match deadline {
        None => Ok(run.await),
        Some(deadline) => timeout_at(deadline, run).await.map_err(|_| late()),
    }
}

/// The status of a call that took too long.
pub(crate) fn late() -> Status {
    Status::new(Code::DeadlineExceeded, "the time of the call ran out")
}

/// Makes the call, until the answer begins. `most`: the bytes that a message of the answer may have.
pub(crate) async fn begin<S, R>(mut service: S, call: Call, most: usize) -> Result<Begun<R>, Failed>
where
    S: Service<Request<CallBody>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    // The service has the same time and gives up by itself; it is waited for no longer than that.
    let deadline = call.time.and_then(|time| Instant::now().checked_add(time));
    let request = request(call)?;
    let answered = async {
        poll_fn(|cx| service.poll_ready(cx)).await?;
        service.call(request).await
    };
    let response = within(deadline, answered).await?.map_err(|error: S::Error| {
        if is_past(deadline) {
            return late();
        }
        tracing::warn!(error = %error.into(), "the service behind cannot be reached");
        Status::new(Code::Unavailable, "the service cannot be reached")
    })?;
    let (head, body) = response.into_parts();
    if let Some(status) = Status::from_metadata(&head.headers) {
        // Trailers only: an error without a message. A status of 0 here is an answer without one.
        let status = match status.code {
            Code::Ok => no_message(),
            Code::Cancelled if is_past(deadline) => late(),
            _ => status,
        };
        return Err(Failed { status, metadata: head.headers });
    }
    if head.status != StatusCode::OK {
        return Err(Failed { status: Status::from_http(head.status), metadata: head.headers });
    }
    Ok(Begun { metadata: head.headers, extensions: head.extensions, messages: Messages::new(body, most), deadline })
}

/// Whether the time is over, or as good as. A channel has a timer of its own for the same time and may be a little
/// earlier: what it then says, an error or CANCELLED, is that time ran out.
fn is_past(deadline: Option<Instant>) -> bool {
    const EARLIER: Duration = Duration::from_millis(20);
    deadline.is_some_and(|deadline| Instant::now() + EARLIER >= deadline)
}

fn no_message() -> Status {
    Status::new(Code::Internal, "the answer has no message")
}

fn request(call: Call) -> Result<Request<CallBody>, Status> {
    let uri: Uri = call.path.parse().map_err(|_| Status::new(Code::Internal, "no path of a method"))?;
    let mut request = Request::new(call.body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    *request.version_mut() = Version::HTTP_2;
    *request.headers_mut() = call.metadata;
    *request.extensions_mut() = call.extensions;
    if let Some(time) = call.time {
        request.headers_mut().insert(HeaderName::from_static("grpc-timeout"), grpc_timeout(time));
    }
    Ok(request)
}

/// Makes a call whose answer is one message.
pub(crate) async fn unary<S, R>(service: S, call: Call, most: usize) -> Result<Answer, Failed>
where
    S: Service<Request<CallBody>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    let mut begun = begin(service, call, most).await?;
    let mut metadata = std::mem::take(&mut begun.metadata);
    let read = async {
        let first = poll_fn(|cx| begun.messages.poll_next(cx)).await.transpose()?;
        // The status comes after the message, so the end is waited for even when the message is there.
        let second = poll_fn(|cx| begun.messages.poll_next(cx)).await.transpose()?;
        Ok::<_, Status>((first, second))
    };
    let (first, second) = match within(begun.deadline, read).await {
        Ok(Ok(read)) => read,
        Ok(Err(status)) | Err(status) => return Err(Failed { status, metadata }),
    };
    let status = begun.messages.trailers().and_then(Status::from_metadata);
    metadata.extend(begun.messages.trailers().cloned().unwrap_or_default());
    let wrong = match (status, &first, second) {
        (.., Some(_)) => Status::new(Code::Internal, "the answer has several messages"),
        (None, ..) => Status::new(Code::Unknown, "the answer ends without a status"),
        (Some(status), ..) if status.code != Code::Ok => status,
        (_, None, _) => no_message(),
        (_, Some(_), None) => {
            return Ok(Answer {
                message: first.unwrap_or_default(),
                metadata,
                extensions: std::mem::take(&mut begun.extensions),
            });
        }
    };
    Err(Failed { status: wrong, metadata })
}

/// A header of the client's request as text; none where it is absent or no ASCII.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(HeaderValue::to_str)?.ok()
}
