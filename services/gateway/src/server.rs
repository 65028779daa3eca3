//! The listener of HTTP: TLS if configured, a limit on connections, a limit on how long handshake and head may take, an
//! orderly end.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hoagiai_runtime::{BoxError, CancellationToken, Tls, client_certificate};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::{config::Config, linger::Lingering};

/// What is under way when the process stops gets so long to end: calls have ended before, only bytes are to go out.
const LAST_BYTES: Duration = Duration::from_secs(5);

/// SHA-256 of the certificate that the client has shown, verified. Beside `ConnectInfo` in the extensions of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientCertificate(pub(crate) [u8; 32]);

/// An address that is listened on, not served yet.
pub(crate) struct Listener {
    listener: TcpListener,
    tls: Option<Tls>,
    address: SocketAddr,
    connections: Arc<Semaphore>,
    head_limit: Duration,
}

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen for HTTP on {address}; choose another with `gateway.listen`")]
pub(crate) struct Taken {
    address: SocketAddr,
    source: std::io::Error,
}

impl Listener {
    pub(crate) async fn bind(config: &Config) -> Result<Self, BoxError> {
        let taken = |source| Taken { address: config.listen, source };
        let tls = config.tls.as_ref().map(|tls| Tls::open(tls, &["h2", "http/1.1"])).transpose()?;
        let listener = TcpListener::bind(config.listen).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let connections = Arc::new(Semaphore::new(config.connections.min(Semaphore::MAX_PERMITS)));
        Ok(Self { listener, tls, address, connections, head_limit: config.head_limit() })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until stopped.
    pub(crate) async fn serve(self, router: Router, stop: CancellationToken) {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.head_limit);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Duration::from_secs(30))
            .max_concurrent_streams(256);
        let graceful = GracefulShutdown::new();
        while let Some(Some((stream, peer, permit))) = stop.run_until_cancelled(self.accept()).await {
            let (builder, router, watcher) = (builder.clone(), router.clone(), graceful.watcher());
            let tls = self.tls.as_ref().map(|tls| (tls.acceptor(), self.head_limit));
            tokio::spawn(async move {
                connection(stream, tls, Serving { builder, router, watcher, peer }).await;
                drop(permit);
            });
        }
        drop(self.listener);
        let _ = tokio::time::timeout(LAST_BYTES, graceful.shutdown()).await;
    }

    /// The next connection, once there is room for it. None: nothing more can be accepted.
    async fn accept(&self) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
        let permit = self.connections.clone().acquire_owned().await.ok()?;
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    let _ = stream.set_nodelay(true);
                    return Some((stream, peer, permit));
                }
                Err(error) => {
                    // Out of descriptors, most of the time: others will close some.
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

/// What serves one connection.
struct Serving {
    builder: Builder<TokioExecutor>,
    router: Router,
    watcher: Watcher,
    peer: SocketAddr,
}

/// A connection from its first byte to its last. A peer that leaves in the middle is the peer's business.
async fn connection(stream: TcpStream, tls: Option<(TlsAcceptor, Duration)>, serving: Serving) {
    let Some((acceptor, limit)) = tls else { return serving.run(stream, None).await };
    match tokio::time::timeout(limit, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let certificate = client_certificate(&stream).map(ClientCertificate);
            serving.run(stream, certificate).await;
        }
        Ok(Err(error)) => tracing::debug!(error = %error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

impl Serving {
    async fn run<S>(self, stream: S, certificate: Option<ClientCertificate>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { builder, router, watcher, peer } = self;
        let service = tower::service_fn(move |mut request: http::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            if let Some(certificate) = certificate {
                request.extensions_mut().insert(certificate);
            }
            router.clone().oneshot(Lingering::within(request).map(axum::body::Body::new))
        });
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        if let Err(error) = watcher.watch(connection.into_owned()).await {
            tracing::debug!(error = %error, "a connection over HTTP ended early");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use axum::extract::Extension;
    use hoagiai_runtime::config::TlsConfig;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::{
        TlsConnector,
        client::TlsStream,
        rustls::{
            ClientConfig, RootCertStore,
            crypto::aws_lc_rs,
            pki_types::{CertificateDer, PrivateKeyDer, ServerName},
        },
    };

    use super::*;

    type Authority = CertifiedIssuer<'static, KeyPair>;

    fn authority() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    /// A certificate for a name, and its key.
    fn issued(by: &Authority, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        (CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, by).unwrap(), key)
    }

    fn written(folder: &Path, by: &Authority) {
        let (certificate, key) = issued(by, "localhost");
        std::fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
        std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    }

    /// A listener that answers every request with what it knows of the client's certificate.
    async fn serving(folder: &Path, clients: &Authority) -> (SocketAddr, CancellationToken) {
        let ca = folder.join("clients.pem");
        std::fs::write(&ca, clients.pem()).unwrap();
        let tls =
            TlsConfig { certificate: folder.join("certificate.pem"), key: folder.join("key.pem"), client_ca: Some(ca) };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = Config { listen, tls: Some(tls), head_seconds: 1, ..Config::default() };
        let listener = Listener::bind(&config).await.unwrap();
        let answer =
            async |shown: Option<Extension<ClientCertificate>>| format!("shown: {:?}", shown.map(|shown| shown.0.0));
        let (address, stop) = (listener.address(), CancellationToken::new());
        tokio::spawn(listener.serve(Router::new().fallback(answer), stop.clone()));
        (address, stop)
    }

    async fn connected(
        address: SocketAddr,
        trusted: &Authority,
        protocol: &str,
        shown: Option<&(rcgen::Certificate, KeyPair)>,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
        let mut config = match shown {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
                builder.with_client_auth_cert(vec![CertificateDer::from(certificate.der().to_vec())], key).unwrap()
            }
        };
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let stream = TcpStream::connect(address).await?;
        TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
    }

    async fn asked(mut stream: TlsStream<TcpStream>) -> std::io::Result<String> {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    #[tokio::test]
    async fn who_shows_a_good_certificate_is_told_apart_and_who_shows_none_is_served() {
        let folder = tempfile::tempdir().unwrap();
        let (servers, clients, strangers) = (authority(), authority(), authority());
        written(folder.path(), &servers);
        let (address, _stop) = serving(folder.path(), &clients).await;
        let h2 = connected(address, &servers, "h2", None).await.unwrap();
        assert_eq!(h2.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let http1 = connected(address, &servers, "http/1.1", None).await.unwrap();
        assert_eq!(http1.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        assert!(asked(http1).await.unwrap().ends_with("shown: None"));
        let agency = issued(&clients, "agency");
        let print = ::aws_lc_rs::digest::digest(&::aws_lc_rs::digest::SHA256, agency.0.der());
        let expected = format!("shown: Some({:?})", print.as_ref());
        let answer = asked(connected(address, &servers, "http/1.1", Some(&agency)).await.unwrap()).await.unwrap();
        assert!(answer.ends_with(&expected), "{answer}");
        // A client learns with the first read that its certificate was refused (TLS 1.3).
        let stranger = issued(&strangers, "agency");
        let refused = match connected(address, &servers, "http/1.1", Some(&stranger)).await {
            Ok(stream) => asked(stream).await.is_err(),
            Err(_) => true,
        };
        assert!(refused, "a certificate of somebody else's authority");
        assert!(connected(address, &strangers, "h2", None).await.is_err(), "a client that trusts others");
    }

    #[tokio::test]
    async fn a_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_never() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (authority(), authority());
        written(folder.path(), &old);
        let (address, _stop) = serving(folder.path(), &old).await;
        connected(address, &old, "h2", None).await.unwrap();
        std::fs::write(folder.path().join("key.pem"), "not a key, but longer than the old one was".repeat(20)).unwrap();
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        connected(address, &old, "h2", None).await.unwrap();
        written(folder.path(), &new);
        let renewed = async {
            while connected(address, &new, "h2", None).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), renewed).await.unwrap();
    }

    #[tokio::test]
    async fn who_begins_no_handshake_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let servers = authority();
        written(folder.path(), &servers);
        let (address, _stop) = serving(folder.path(), &servers).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let closed = tokio::time::timeout(Duration::from_secs(20), silent.read(&mut [0; 8])).await.unwrap();
        assert!(matches!(closed, Ok(0) | Err(_)));
        assert!(connected(address, &servers, "h2", None).await.is_ok(), "others are served meanwhile and after");
    }

    #[tokio::test]
    async fn what_makes_no_certificate_keeps_it_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let tls = |certificate: &str| TlsConfig {
            certificate: folder.path().join(certificate),
            key: folder.path().join("key.pem"),
            client_ca: None,
        };
        written(folder.path(), &authority());
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        for (certificate, fits) in [("certificate.pem", true), ("key.pem", false), ("nothing.pem", false)] {
            let config = Config { listen, tls: Some(tls(certificate)), ..Config::default() };
            assert_eq!(Listener::bind(&config).await.is_ok(), fits, "{certificate}");
        }
    }
}
