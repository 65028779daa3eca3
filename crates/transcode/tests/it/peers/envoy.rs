//! Envoy with its filter `grpc_json_transcoder` (and `grpc_web`) in front of the service.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::time::Instant;

use super::tools::{self, Running};
use crate::contracts;

/// How long Envoy may take to listen; it takes half a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running Envoy; it ends with this value.
pub(crate) struct Envoy {
    pub(crate) address: SocketAddr,
    process: Running,
    _scratch: TempDir,
}

impl Envoy {
    /// Waits until the process has ended by itself.
    pub(crate) async fn ends(&mut self) {
        let until = Instant::now() + PATIENCE;
        while self.process.is_running() {
            assert!(Instant::now() < until, "Envoy does not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Starts Envoy in front of a service and waits until it listens.
pub(crate) async fn start(service: SocketAddr) -> Envoy {
    let program = tools::find("envoy/envoy/_bin/envoy");
    let scratch = tempfile::tempdir().unwrap();
    let file = |name: &str| scratch.path().join(name);
    std::fs::write(file("contract.binpb"), contracts::pool().encode_to_vec()).unwrap();
    std::fs::write(file("envoy.json"), configuration(service, &file("contract.binpb")).to_string()).unwrap();
    let mut command = Command::new(program);
    command.arg("--config-path").arg(file("envoy.json")).arg("--admin-address-path").arg(file("admin"));
    command.args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]);
    let mut process = Running::start(&mut command, &file("log"));
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(address) = listening(&file("admin")).await {
            return Envoy { address, process, _scratch: scratch };
        }
        let log = || std::fs::read_to_string(file("log")).unwrap();
        assert!(process.is_running() && Instant::now() < until, "Envoy does not listen:\n{}", log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Where Envoy listens, once it does: both of its ports are free ones, and the admin's is written to a file.
async fn listening(admin: &Path) -> Option<SocketAddr> {
    let admin: SocketAddr = std::fs::read_to_string(admin).ok()?.parse().ok()?;
    let listeners = super::table::exchange(admin, "GET /listeners?format=json", &[], "").await.ok()?.json();
    let socket = &listeners["listener_statuses"][0]["local_address"]["socket_address"];
    let port = socket["port_value"].as_u64().filter(|port| *port != 0)?;
    let ready = super::table::exchange(admin, "GET /ready", &[], "").await.ok()?;
    (ready.status == 200).then(|| SocketAddr::from(([127, 0, 0, 1], port.try_into().unwrap())))
}

/// The options are those that come nearest to what this crate does; what is left is in the table.
fn configuration(service: SocketAddr, contract: &Path) -> Json {
    let local = |port: u16| json!({ "socket_address": { "address": "127.0.0.1", "port_value": port } });
    let of = |name: &str| format!("type.googleapis.com/envoy.extensions.{name}");
    let transcoder = json!({
        "@type": of("filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder"),
        "proto_descriptor": contract,
        "services": ["t.v1.Library"],
        "convert_grpc_status": true,
        "url_unescape_spec": "ALL_CHARACTERS_EXCEPT_SLASH",
        "query_param_unescape_plus": true,
        "match_unregistered_custom_verb": false,
        "print_options": { "always_print_primitive_fields": true, "stream_newline_delimited": true },
        "request_validation_options": {
            "reject_unknown_method": true,
            "reject_unknown_query_parameters": true,
        },
    });
    let manager = json!({
        "@type": of("filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "http",
        "http_protocol_options": { "allow_custom_methods": true },
        "route_config": { "virtual_hosts": [{
            "name": "all",
            "domains": ["*"],
            "routes": [{ "match": { "prefix": "/" }, "route": { "cluster": "service", "timeout": "30s" } }],
        }] },
        "http_filters": [
            { "name": "grpc_web", "typed_config": { "@type": of("filters.http.grpc_web.v3.GrpcWeb") } },
            { "name": "transcoder", "typed_config": transcoder },
            { "name": "router", "typed_config": { "@type": of("filters.http.router.v3.Router") } },
        ],
    });
    let cluster = json!({
        "name": "service",
        "type": "STATIC",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": of("upstreams.http.v3.HttpProtocolOptions"),
                "explicit_http_config": { "http2_protocol_options": {} },
            },
        },
        "load_assignment": { "cluster_name": "service", "endpoints": [
            { "lb_endpoints": [{ "endpoint": { "address": local(service.port()) } }] },
        ] },
    });
    let filters = json!([{ "name": "http", "typed_config": manager }]);
    json!({
        "admin": { "address": local(0) },
        "static_resources": {
            "listeners": [{ "name": "rest", "address": local(0), "filter_chains": [{ "filters": filters }] }],
            "clusters": [cluster],
        },
    })
}
