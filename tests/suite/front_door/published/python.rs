//! grpcio for Python, at the front door and at the services' own port.

use std::{path::Path, process::Stdio};

use hoagiai_testkit::server::TestServer;
use serde_json::Value;
use tokio::process::Command;

use super::{super::on_both, Errand, tool};

on_both!(grpcio_calls_the_front_door_and_the_services);

async fn grpcio_calls_the_front_door_and_the_services(server: &TestServer) {
    let errand = Errand::of(server).await;
    let contracts = server.folder().join("contracts");
    std::fs::write(&contracts, hoagiai_proto::DESCRIPTORS).unwrap();
    let inside = server.server().local_addr().to_string();
    let mut teams = Vec::new();
    for address in [errand.address(), inside.as_str()] {
        let said = said(address, &contracts, &errand).await;
        teams.push(errand.fulfilled(&said));
        errand.streamed(&said).await;
    }
    assert_eq!(teams[0], teams[1], "one effect");
}

async fn said(address: &str, contracts: &Path, errand: &Errand) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/readers/grpc_client.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(address).arg(contracts).arg(errand.0.to_string()).stdin(Stdio::null());
    let output = command.env("PYTHONPATH", tool("grpcio")).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
