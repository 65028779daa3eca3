//! The yardsticks: what the plain parts do with nothing of ours on top. A bare tonic echo, a bare tonic handler over
//! sqlx, and a bare insert, on the engine that our service runs on.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hoagiai_proto::registry::v1::{GetUnitRequest, GetUnitResponse, Unit};
use sqlx::{PgPool, Row, SqlitePool};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, body::Body, server::NamedService};

/// What answers the one method of the bare server.
#[derive(Clone)]
pub(crate) enum Answer {
    /// The same unit for everybody.
    Echo(Arc<Unit>),
    /// A row by its id.
    Sqlite(SqlitePool),
    /// A row by its id.
    Postgres(PgPool),
}

/// The bare server: the method `GetUnit` and no layer at all.
#[derive(Clone)]
pub(crate) struct Bare(pub(crate) Answer);

impl NamedService for Bare {
    const NAME: &'static str = "hoagiai.registry.v1.UnitService";
}

const SELECT: &str = "SELECT id, code, name FROM bare_units WHERE id = $1";

impl Answer {
    async fn unit(&self, id: &str) -> Result<Unit, sqlx::Error> {
        match self {
            Self::Echo(unit) => Ok(Unit::clone(unit)),
            Self::Sqlite(pool) => {
                let row = sqlx::query(SELECT).bind(id).fetch_one(pool).await?;
                Ok(unit(row.get(0), row.get(1), row.get(2)))
            }
            Self::Postgres(pool) => {
                let row = sqlx::query(SELECT).bind(id).fetch_one(pool).await?;
                Ok(unit(row.get(0), row.get(1), row.get(2)))
            }
        }
    }
}

/// A unit of the size that the real ones have.
pub(crate) fn unit(unit_id: String, code: String, display_name: String) -> Unit {
    Unit {
        parent_unit_id: unit_id.clone(),
        unit_id,
        code,
        display_name,
        kind: 7,
        household_count: 1234,
        etag: "\"1\"".into(),
        ..Unit::default()
    }
}

impl tower::Service<http::Request<Body>> for Bare {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        struct GetUnit(Answer);
        impl tonic::server::UnaryService<GetUnitRequest> for GetUnit {
            type Response = GetUnitResponse;
            type Future = Pin<Box<dyn Future<Output = Result<Response<GetUnitResponse>, Status>> + Send>>;
            fn call(&mut self, request: Request<GetUnitRequest>) -> Self::Future {
                let answer = self.0.clone();
                Box::pin(async move {
                    let unit = answer
                        .unit(&request.get_ref().unit_id)
                        .await
                        .map_err(|_| Status::from_error(Box::new(std::io::Error::other("no such row"))))?;
                    Ok(Response::new(GetUnitResponse { unit: Some(unit) }))
                })
            }
        }
        let method = GetUnit(self.0.clone());
        Box::pin(async move {
            let codec = tonic_prost::ProstCodec::<GetUnitResponse, GetUnitRequest>::default();
            Ok(tonic::server::Grpc::new(codec).unary(method, request).await)
        })
    }
}

/// Starts the bare server on a free port.
pub(crate) async fn serve(answer: Answer) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tonic::transport::Server::builder().tcp_nodelay(true).add_service(Bare(answer));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    Ok(address)
}
