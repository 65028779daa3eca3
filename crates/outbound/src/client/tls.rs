//! TLS 1.2 and 1.3 by rustls and aws-lc-rs.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{ClientFault, Fault};
use crate::guard::Target;

pub(super) fn connector(public: bool, extra_pem: &[u8]) -> Result<TlsConnector, ClientFault> {
    let mut roots = RootCertStore::empty();
    if public {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(extra_pem) {
        roots.add(certificate.map_err(|_| ClientFault::Pem)?).map_err(|_| ClientFault::Pem)?;
    }
    // Something was meant to be there.
    if roots.len() == before && !extra_pem.trim_ascii().is_empty() {
        return Err(ClientFault::Pem);
    }
    if roots.is_empty() {
        return Err(ClientFault::NoRoots);
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| ClientFault::Tls)?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

pub(super) async fn handshake(
    connector: &TlsConnector,
    target: &Target,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Fault> {
    let name = match target.literal() {
        Some(address) => ServerName::from(address),
        None => {
            let host = target.host();
            let host = host.strip_suffix('.').unwrap_or(&host).to_owned();
            ServerName::try_from(host).map_err(|_| Fault::Tls)?
        }
    };
    connector.connect(name, stream).await.map_err(|error| Fault::of_tls(&error))
}
