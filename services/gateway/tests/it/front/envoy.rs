//! Envoy as the city's bus: it checks tokens by the keys of its provider, puts a prefix before our paths, shows us its own
//! certificate, and passes the caller's token on as its word. What it refuses, it refuses in a shape of its own.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use hoagiai_testkit::engines::Engine;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::{ASSERTION, Behind, KNOWN, is, told};
use crate::provider::{AUDIENCE, until};

hoagiai_testkit::serve_on_each_engine!(a_call_through_the_bus_is_the_agencys);

/// The token of the caller becomes the assertion, and nothing that the caller says as one is passed on.
const WORD: &str = r#"
function envoy_on_request(handle)
  local headers = handle:headers()
  headers:remove("x-jwt-assertion")
  local shown = headers:get("authorization")
  if shown ~= nil then headers:add("x-jwt-assertion", string.sub(shown, 8)) end
end
"#;

struct Envoy {
    child: Child,
    address: SocketAddr,
}

impl Envoy {
    async fn start(folder: &Path, behind: &Behind) -> Self {
        let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools/envoy/envoy/_bin/envoy");
        assert!(tools.is_file(), "{} is missing: run `cargo xtask tools`", tools.display());
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let keys = reqwest::get(format!("{}/jwks", behind.provider.issuer())).await.unwrap().text().await.unwrap();
        let certificate = file("bus.pem", &behind.bus.0.pem());
        let key = file("bus.key", &behind.bus.1.serialize_pem());
        let authority = file("servers.pem", &behind.served.servers.pem());
        let configuration = configuration(behind, &keys, (&certificate, &key, &authority)).to_string();
        let (config, admin) = (file("envoy.json", &configuration), folder.join("admin"));
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let mut command = Command::new(tools);
        command.arg("--config-path").arg(config).arg("--admin-address-path").arg(&admin);
        command.args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]);
        let child = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let mut envoy = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let log = folder.join("log");
        until("Envoy listens", async || {
            assert!(envoy.child.try_wait().unwrap().is_none(), "{}", std::fs::read_to_string(&log).unwrap());
            match listening(&admin).await {
                Some(address) => {
                    envoy.address = address;
                    true
                }
                None => false,
            }
        })
        .await;
        envoy
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where it listens, once it does: its ports are free ones, and the admin's is written to a file.
async fn listening(admin: &PathBuf) -> Option<SocketAddr> {
    let admin = std::fs::read_to_string(admin).ok()?;
    let listeners = reqwest::get(format!("http://{admin}/listeners?format=json")).await.ok()?.text().await.ok()?;
    let listeners: Value = serde_json::from_str(&listeners).ok()?;
    let socket = &listeners["listener_statuses"][0]["local_address"]["socket_address"];
    let port = socket["port_value"].as_u64().filter(|port| *port != 0)?;
    let ready = reqwest::get(format!("http://{admin}/ready")).await.ok()?;
    ready.status().is_success().then(|| SocketAddr::from(([127, 0, 0, 1], port.try_into().unwrap())))
}

fn configuration(behind: &Behind, keys: &str, (certificate, key, authority): (&Path, &Path, &Path)) -> Value {
    let local = |port: u16| json!({ "socket_address": { "address": "127.0.0.1", "port_value": port } });
    let of = |name: &str| format!("type.googleapis.com/envoy.extensions.{name}");
    let provider = json!({
        "issuer": behind.provider.issuer(), "audiences": [AUDIENCE], "forward": false, "local_jwks": { "inline_string": keys },
    });
    let fault =
        json!({ "fault": { "code": 900_901, "message": "Invalid Credentials", "description": "%LOCAL_REPLY_BODY%" } });
    let manager = json!({
        "@type": of("filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "http",
        "local_reply_config": { "mappers": [{
            "filter": { "status_code_filter": { "comparison": {
                "op": "EQ", "value": { "default_value": 401, "runtime_key": "none" },
            } } },
            "body_format_override": { "json_format": fault },
        }] },
        "route_config": { "virtual_hosts": [{
            "name": "all",
            "domains": ["*"],
            // The context and the version stay before our paths.
            "routes": [{ "match": { "prefix": "/hoagiai/1.0/" }, "route": { "cluster": "service", "timeout": "30s" } }],
        }] },
        "http_filters": [
            { "name": "word", "typed_config": {
                "@type": of("filters.http.lua.v3.Lua"), "default_source_code": { "inline_string": WORD },
            } },
            { "name": "jwt", "typed_config": {
                "@type": of("filters.http.jwt_authn.v3.JwtAuthentication"),
                "providers": { "city": provider },
                "rules": [{ "match": { "prefix": "/" }, "requires": { "provider_name": "city" } }],
            } },
            { "name": "router", "typed_config": { "@type": of("filters.http.router.v3.Router") } },
        ],
    });
    let tls = json!({
        "@type": of("transport_sockets.tls.v3.UpstreamTlsContext"),
        "sni": "localhost",
        "common_tls_context": {
            "tls_certificates": [{ "certificate_chain": { "filename": certificate }, "private_key": { "filename": key } }],
            "validation_context": { "trusted_ca": { "filename": authority } },
        },
    });
    let cluster = json!({
        "name": "service",
        "type": "STATIC",
        "transport_socket": { "name": "tls", "typed_config": tls },
        "load_assignment": { "cluster_name": "service", "endpoints": [
            { "lb_endpoints": [{ "endpoint": { "address": local(behind.served.address().port()) } }] },
        ] },
    });
    let filters = json!([{ "name": "http", "typed_config": manager }]);
    json!({
        "admin": { "address": local(0) },
        "static_resources": {
            "listeners": [{ "name": "bus", "address": local(0), "filter_chains": [{ "filters": filters }] }],
            "clusters": [cluster],
        },
    })
}

async fn a_call_through_the_bus_is_the_agencys(engine: Engine) {
    let behind = Behind::start(engine).await;
    behind.application("000.01.00.H26", "one-stop").await;
    let folder = tempfile::tempdir().unwrap();
    let bus = Envoy::start(folder.path(), &behind).await;
    let client = Client::builder().no_proxy().build().unwrap();
    let consumers = bus.url("/hoagiai/1.0/v1/consumers");

    let bearer = format!("Bearer {}", behind.provider.token("one-stop").await);
    let said = told(&client, &consumers, &[("authorization", &bearer)]).await;
    assert!(is(&said, KNOWN), "{said:?}");
    // Of an application that is nobody here, we say so ourselves.
    let other = format!("Bearer {}", behind.provider.token("one-stop-rsa").await);
    let said = told(&client, &consumers, &[("authorization", &other)]).await;
    assert!(is(&said, super::UNKNOWN), "{said:?}");
    // What the bus refuses is told apart from what we refuse; a forged word gets nobody through.
    let good = behind.assertion(json!({}), json!({ "sub": "one-stop" })).await;
    for headers in [vec![], vec![(ASSERTION, good.as_str())], vec![("authorization", "Bearer no.token.atall")]] {
        let request =
            headers.iter().fold(client.get(&consumers), |request, (name, value)| request.header(*name, *value));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!((&body["fault"]["code"], &body["details"]), (&json!(900_901), &Value::Null), "{body}");
    }
}
