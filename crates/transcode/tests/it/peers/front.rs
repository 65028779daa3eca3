//! One port as a gateway has it: gRPC and gRPC-Web by their content type, everything else through the transcoder; and the
//! service alone, for a proxy that stands in front of it.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_web::GrpcWebLayer;
use tower::{Layer, ServiceExt, service_fn};

use crate::harness::{options, remote};
use crate::server::Library;

/// The service of gRPC, listening.
pub(crate) async fn service() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Server::builder().add_service(Library).serve_with_incoming(TcpListenerStream::new(listener)));
    address
}

/// The front: the transcoder reaches the service over TCP.
pub(crate) async fn front() -> SocketAddr {
    let transcoder = remote(options()).await;
    let grpc = GrpcWebLayer::new().layer(Routes::new(Library));
    let answer = service_fn(move |request: Request| {
        let (transcoder, grpc) = (transcoder.clone(), grpc.clone());
        async move {
            // Who is refused before the body was read may not hear it: what the gateway does of that is tested there.
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let request = Request::from_parts(head, axum::body::Body::from(body));
            let kind = request.headers().get(http::header::CONTENT_TYPE);
            if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
                let response = grpc.oneshot(request.map(tonic::body::Body::new)).await?;
                return Ok::<Response, std::convert::Infallible>(response.map(axum::body::Body::new));
            }
            Ok(transcoder.oneshot(request).await?.map(axum::body::Body::new))
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app: Router = Router::new().fallback_service(answer);
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
