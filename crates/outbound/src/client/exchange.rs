//! A request and its answer over a connection that is used once.

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Answer, Fault};

/// Bytes of an answer's body that are read; what follows is cut off with the connection.
pub const ANSWER_LIMIT: usize = 64 * 1024;

/// Bytes of the head of an answer.
const HEAD_LIMIT: usize = 64 * 1024;

pub(super) async fn exchange<S>(stream: S, request: http::Request<Full<Bytes>>) -> Result<Answer, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_LIMIT)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Fault::of_http(&error))?;
    let answer = async move {
        let response = sender.send_request(request).await.map_err(|error| Fault::of_http(&error))?;
        read(response).await
    };
    // The connection does its work in this future and not in a task: when the time is over, nothing is left of it.
    let (mut answer, mut connection) = (std::pin::pin!(answer), std::pin::pin!(connection));
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // It is done, one way or the other; what it read last is still to be taken.
        _ = &mut connection => answer.await,
    }
}

async fn read(response: http::Response<Incoming>) -> Result<Answer, Fault> {
    let (head, mut body) = response.into_parts();
    let mut start = BytesMut::new();
    let mut truncated = false;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| Fault::of_http(&error))?.into_data() else { continue };
        let room = ANSWER_LIMIT - start.len();
        start.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            truncated = true;
            break;
        }
    }
    Ok(Answer { status: head.status, headers: head.headers, body_start: start.freeze(), truncated })
}
