//! What goes wrong, as an answer of HTTP.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use crate::body::Body;
use crate::call::Failed;
use crate::metadata;
use crate::refusal::Refusal;
use crate::service::Shared;
use crate::status::{self, Status};

/// Why there is no answer of the service's to give.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The transcoder refused.
    Refused(Box<Refusal>),
    /// The service did.
    Failed(Box<Failed>),
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Failed> for Outcome {
    fn from(failed: Failed) -> Self {
        Self::Failed(Box::new(failed))
    }
}

impl From<Status> for Outcome {
    fn from(status: Status) -> Self {
        Failed::from(status).into()
    }
}

impl Outcome {
    /// The status over HTTP and in gRPC, and the headers that go with them. `prefix` stands before metadata.
    pub(crate) fn parts(self, prefix: &str, shared: &Shared) -> (StatusCode, Status, HeaderMap) {
        let mut headers = HeaderMap::new();
        let (http, status) = match self {
            Self::Refused(refusal) => {
                headers.extend(refusal.headers.iter().cloned());
                (refusal.http, status::of_refusal(&refusal, &shared.options))
            }
            Self::Failed(failed) => {
                metadata::of_answer(&failed.metadata, prefix, &shared.options, &mut headers);
                (failed.status.code.http(), failed.status)
            }
        };
        for (name, value) in status.headers() {
            headers.entry(name).or_insert(value);
        }
        (http, status, headers)
    }

    /// The answer of REST.
    pub(crate) fn rest(self, shared: &Shared) -> Response<Body> {
        let (http, status, headers) = self.parts("", shared);
        let json = status.json(shared.table.pool());
        with(http, headers, "application/json", Bytes::from(json.to_string()))
    }
}

/// A whole answer.
pub(crate) fn with(status: StatusCode, headers: HeaderMap, of_type: &str, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::whole(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    let of_type = HeaderValue::from_str(of_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::CONTENT_TYPE, of_type);
    response
}
