//! TLS: served, limited in time, and its faults told at the start. The key here is for these tests alone.

use crate::support::{Note, counter, figure, launch, note, started, until};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tonic::Request;
use tonic_prost::ProstCodec;

fn config(more: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/tls");
    format!("[server.tls]\ncertificate = \"{folder}/certificate.pem\"\nkey = \"{folder}/key.pem\"\n[server]\n{more}\n")
}

#[tokio::test]
async fn calls_go_over_tls() {
    let (server, _) = started(&config("")).await;
    let authority = include_str!("tls/certificate.pem");
    let tls = tonic::transport::ClientTlsConfig::new()
        .ca_certificate(tonic::transport::Certificate::from_pem(authority))
        .domain_name("localhost");
    let address = format!("https://{}", server.local_addr());
    let channel = tonic::transport::Endpoint::from_shared(address).unwrap().tls_config(tls).unwrap().connect_lazy();
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.expect("a TLS connection");
    let path = "/test.Echo/Say".parse().unwrap();
    let answer = grpc.unary(Request::new(note("sealed")), path, ProstCodec::<Note, Note>::default()).await;
    assert_eq!(answer.unwrap().into_inner().text, "sealed");
}

#[tokio::test]
async fn a_slow_handshake_is_cut() {
    let (server, _) = started(&config("handshake = \"1s\"")).await;
    let began = Instant::now();
    let mut sockets = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let address = server.local_addr();
        sockets.spawn(async move {
            let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
            // The head of a ClientHello record, then a byte at a time.
            let drip = async {
                let _ = writer.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await;
                loop {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    if writer.write_all(&[0]).await.is_err() {
                        return;
                    }
                }
            };
            let closed = async {
                let mut sink = [0; 256];
                while reader.read(&mut sink).await.is_ok_and(|read| read > 0) {}
            };
            tokio::select! { () = drip => {}, () = closed => {} }
        });
    }
    let all = async { while sockets.join_next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(10), all).await.expect("every handshake ends");
    figure("slow_handshake.gone_after", began.elapsed().as_secs_f64(), "s");
    until("the cuts are counted", Duration::from_secs(5), || {
        counter(&server.metrics(), "hoagiai_server_connections_cut_total", "handshake") >= 100.0
    })
    .await;
}

#[tokio::test]
async fn a_missing_key_is_named() {
    let (launch, _) = launch("[server.tls]\ncertificate = \"/nowhere/certificate.pem\"\nkey = \"/nowhere/key.pem\"\n");
    let error = launch.start().await.expect_err("no start");
    assert!(error.to_string().contains("/nowhere/"), "{error}");
}
