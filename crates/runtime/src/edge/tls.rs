//! TLS of a listener: certificate, key and the optional authority of client certificates, from PEM files that are read again
//! when they change, so that a certificate is renewed without a restart.

use crate::config::TlsConfig;
use ::aws_lc_rs::digest::{SHA256, digest};
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        server::WebPkiClientVerifier,
    },
    server::TlsStream,
};

/// How often, at most, the files are looked at. It is done when somebody connects.
const LOOK: Duration = Duration::from_secs(1);

/// TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM file is missing or holds something else.
    #[error("cannot read {what} from {path}")]
    Pem {
        /// What was looked for.
        what: &'static str,
        /// The file.
        path: String,
        /// The cause.
        #[source]
        source: tokio_rustls::rustls::pki_types::pem::Error,
    },
    /// Certificate and key do not fit, or the authority is unusable.
    #[error("certificate, key or client authority is unusable")]
    Unusable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The TLS of one listener.
pub struct Tls {
    config: TlsConfig,
    protocols: Vec<Vec<u8>>,
    now: Mutex<Now>,
}

struct Now {
    acceptor: TlsAcceptor,
    /// The files that it was made of; of files that were refused, so that they are refused once.
    seen: Stamps,
    looked: Instant,
}

/// Size and time of change of each file; none: it cannot be seen.
type Stamps = Vec<Option<(u64, SystemTime)>>;

impl Tls {
    /// Reads the files. With a client authority, a client that shows a certificate must show a good one; showing none is
    /// allowed, since most callers use tokens. `protocols` are those of ALPN, the preferred first.
    ///
    /// # Errors
    /// A file cannot be read, or they do not fit.
    pub fn open(config: &TlsConfig, protocols: &[&str]) -> Result<Self, TlsError> {
        let protocols: Vec<Vec<u8>> = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let seen = stamps(config);
        let now = Now { acceptor: acceptor(config, &protocols)?, seen, looked: Instant::now() };
        Ok(Self { config: config.clone(), protocols, now: Mutex::new(now) })
    }

    /// What takes the next connection: with the files as they are now, or, where those are broken, as they last were good.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.looked.elapsed() >= LOOK {
            now.looked = Instant::now();
            let seen = stamps(&self.config);
            if seen != now.seen {
                now.seen = seen;
                match acceptor(&self.config, &self.protocols) {
                    Ok(acceptor) => {
                        now.acceptor = acceptor;
                        tracing::info!("certificate and key were read again");
                    }
                    // One of two may be written already: the next look sees the other.
                    Err(error) => tracing::error!(error = %error, "the new certificate is not used; the old one stays"),
                }
            }
        }
        now.acceptor.clone()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("config", &self.config).finish_non_exhaustive()
    }
}

/// The fingerprint (SHA-256) of the certificate that the client has shown, which the handshake has verified.
#[must_use]
pub fn client_certificate<S>(stream: &TlsStream<S>) -> Option<[u8; 32]> {
    let certificate = stream.get_ref().1.peer_certificates()?.first()?;
    digest(&SHA256, certificate).as_ref().try_into().ok()
}

fn stamps(config: &TlsConfig) -> Stamps {
    let stamp = |path: &Path| fs::metadata(path).ok().and_then(|meta| Some((meta.len(), meta.modified().ok()?)));
    let authority = config.client_ca.as_deref().map(stamp);
    [stamp(&config.certificate), stamp(&config.key)].into_iter().chain(authority).collect()
}

fn acceptor(
    TlsConfig { certificate, key, client_ca }: &TlsConfig,
    protocols: &[Vec<u8>],
) -> Result<TlsAcceptor, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let unusable = |error: Box<dyn std::error::Error + Send + Sync>| TlsError::Unusable(error);
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.into()))?;
    let builder = match client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(path)? {
                roots.add(authority).map_err(|error| unusable(error.into()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
                .allow_unauthenticated()
                .build()
                .map_err(|error| unusable(error.into()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::from_pem_file(key).map_err(|source| pem("a private key", key, source))?;
    let mut config =
        builder.with_single_cert(certificates(certificate)?, key).map_err(|error| unusable(error.into()))?;
    config.alpn_protocols = protocols.to_vec();
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|source| pem("a certificate", path, source))
}

fn pem(what: &'static str, path: &Path, source: tokio_rustls::rustls::pki_types::pem::Error) -> TlsError {
    TlsError::Pem { what, path: path.display().to_string(), source }
}
