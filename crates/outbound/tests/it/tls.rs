//! TLS: who is trusted, and for which name.

use std::{fs, path::Path, sync::Arc};

use hoagiai_outbound::client::{Client, ClientConfig, ClientFault, Fault};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{NoClientAuth, WebPkiClientVerifier, danger::ClientCertVerifier},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    sockets::{Answers, Receiver, opened, post, receive, request},
    tools,
};

fn certificates() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(tools::python("certificates.py").arg(folder.path()).status().unwrap().success());
    folder
}

/// What a receiver with this certificate speaks TLS by.
fn acceptor(folder: &Path, name: &str, clients: Option<Arc<dyn ClientCertVerifier>>) -> TlsAcceptor {
    let file = |extension: &str| fs::read(folder.join(format!("{name}.{extension}"))).unwrap();
    let chain = CertificateDer::pem_slice_iter(&file("pem")).collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(&file("key")).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.unwrap_or_else(|| Arc::new(NoClientAuth)))
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// A receiver that shows this certificate, answers 200, and says which protocol was agreed on.
async fn receiver(folder: &Path, name: &str) -> Receiver {
    let acceptor = acceptor(folder, name, None);
    receive("127.0.0.1:0", move |stream: TcpStream| {
        let acceptor = acceptor.clone();
        async move {
            // A client that does not trust the certificate ends here.
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            request(&mut stream).await;
            let protocol = stream.get_ref().1.alpn_protocol().unwrap().to_vec();
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n".to_vec();
            stream.write_all(&[head, protocol].concat()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    })
    .await
}

fn config(port: u16, roots: &[u8]) -> ClientConfig {
    ClientConfig { extra_roots_pem: roots.to_vec(), ..opened(&["127.0.0.1"], &[], &[port]) }
}

async fn status(receiver: &Receiver, host: &str, roots: &[u8]) -> Result<u16, Fault> {
    let port = receiver.address.port();
    let client = Client::with_resolver(config(port, roots), Answers::of(&[&["127.0.0.1"]])).unwrap();
    let answer = client.send(post(&format!("https://{host}:{port}/"))).await?;
    assert_eq!(answer.body_start, "http/1.1");
    Ok(answer.status.as_u16())
}

#[tokio::test]
async fn a_receiver_is_trusted_by_its_authority_its_name_and_its_time() {
    let folder = certificates();
    let roots = fs::read(folder.path().join("ca.pem")).unwrap();
    let good = receiver(folder.path(), "receiver").await;
    assert_eq!(status(&good, "receiver.test", &roots).await, Ok(200));
    assert_eq!(status(&good, "receiver.test.", &roots).await, Ok(200), "a full stop at the end is the same name");
    assert_eq!(status(&good, "127.0.0.1", &roots).await, Ok(200), "the certificate names the address");
    assert_eq!(status(&good, "receiver.test", b"").await, Err(Fault::Tls), "an authority that nobody knows");
    assert_eq!(status(&good, "elsewhere.test", &roots).await, Err(Fault::Tls), "another name was asked for");
    for name in ["other", "expired"] {
        let bad = receiver(folder.path(), name).await;
        assert_eq!(status(&bad, "receiver.test", &roots).await, Err(Fault::Tls), "{name}");
    }
}

#[tokio::test]
async fn a_receiver_that_wants_a_certificate_of_ours_is_a_fault_of_tls() {
    let folder = certificates();
    let authority = fs::read(folder.path().join("ca.pem")).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&authority).unwrap()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let acceptor = acceptor(folder.path(), "receiver", Some(clients));
    let asking = receive("127.0.0.1:0", move |stream: TcpStream| {
        let acceptor = acceptor.clone();
        async move {
            let (_, mut stream) = acceptor.accept(stream).into_fallible().await.err().unwrap();
            // To the end: closing with something unread would overtake what was said.
            while stream.read(&mut [0; 1024]).await.unwrap_or(0) > 0 {}
        }
    })
    .await;
    assert_eq!(status(&asking, "receiver.test", &authority).await, Err(Fault::Tls));
}

#[tokio::test]
async fn whoever_speaks_no_tls_is_not_spoken_to() {
    let plain = receive("127.0.0.1:0", async |mut stream: TcpStream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        request(&mut stream).await;
    })
    .await;
    assert_eq!(status(&plain, "receiver.test", b"").await, Err(Fault::Tls));
    let closing = receive("127.0.0.1:0", async |_| {}).await;
    assert_eq!(status(&closing, "receiver.test", b"").await, Err(Fault::Reset));
}

#[test]
fn roots_that_cannot_be_read_are_a_fault_of_the_settings() {
    let of = |public_roots, pem: &[u8]| {
        let config = ClientConfig { public_roots, extra_roots_pem: pem.to_vec(), ..ClientConfig::default() };
        Client::new(config).err()
    };
    assert_eq!(of(true, b""), None);
    assert_eq!(of(true, b" \n"), None);
    assert_eq!(of(true, b"not PEM"), Some(ClientFault::Pem));
    let wrong = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(of(true, wrong), Some(ClientFault::Pem));
    assert_eq!(of(true, b"-----BEGIN CERTIFICATE-----\nAAAA"), Some(ClientFault::Pem));
    assert_eq!(of(false, b""), Some(ClientFault::NoRoots));
}
