//! An agency that is known by its certificate (RFC 8705 §2), over TLS all the way: no token is needed, and none is given to who
//! shows another certificate or none.

use std::net::SocketAddr;

use hoagiai_identity::{Area, Grant, Role};
use hoagiai_runtime::Part;
use hoagiai_testkit::server;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Certificate, Client, Identity, StatusCode};
use serde_json::{Value, json};

type Authority = CertifiedIssuer<'static, KeyPair>;

const UNIT: &str = "00000000-0000-4000-8000-000000000001";

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn issued(by: &Authority, name: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    (CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, by).unwrap(), key)
}

/// A client that trusts the server, and shows a certificate if it has one.
fn client(of: &Authority, address: SocketAddr, shown: Option<&(rcgen::Certificate, KeyPair)>) -> Client {
    let trusted = Certificate::from_pem(of.pem().as_bytes()).unwrap();
    let builder = Client::builder().no_proxy().tls_certs_only([trusted]).resolve("localhost", address);
    match shown {
        None => builder.build().unwrap(),
        Some((certificate, key)) => {
            let pem = format!("{}{}", key.serialize_pem(), certificate.pem());
            builder.identity(Identity::from_pem(pem.as_bytes()).unwrap()).build().unwrap()
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agency_is_known_by_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (servers, clients) = (authority(), authority());
    let (certificate, key) = issued(&servers, "localhost");
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let files = [
        ("certificate", write("certificate.pem", certificate.pem())),
        ("key", write("key.pem", key.serialize_pem())),
        ("client_ca", write("clients.pem", clients.pem())),
    ];
    let tls: String = files.iter().map(|(name, path)| format!("{name} = {path:?}\n")).collect();
    let parts = [Part::new("registry", hoagiai_registry::service), Part::new("gateway", hoagiai_gateway::service)];
    let configuration = format!("[gateway]\nlisten = \"127.0.0.1:0\"\n[gateway.tls]\n{tls}");
    let server = server::of(parts).configuration(&configuration).start().await.unwrap();
    let address = server.server().face("http").unwrap();
    let base = format!("https://localhost:{}", address.port());
    let department = server.token("department", vec![Grant::of(Role::JusticeDepartment, Area::Everywhere)]).unwrap();

    let nobody = client(&servers, address, None);
    let post = async |path: &str, body: Value| {
        let request = nobody.post(format!("{base}{path}")).bearer_auth(&department).body(body.to_string());
        let answer = request.header("content-type", "application/json").send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let first = json!({ "year": 2026, "month": 1, "day": 1 });
    let policy = json!({
        "allowedMethods": [{ "method": "hoagiai.registry.v1.DirectoryService/ListDirectory" }],
        "areaUnitIds": [UNIT], "dailyQuota": 100, "standingPurpose": "thử nghiệm", "validFrom": first,
    });
    let codes = json!([{ "system": "AGENCY_CODE_SYSTEM_QD20", "value": "000.01.00.H26", "validFrom": first }]);
    let made = post("/v1/consumers", json!({ "agencyCodes": codes, "displayName": "Tòa án", "policy": policy })).await;
    let consumer = made["consumer"]["consumerId"].as_str().unwrap();
    let agency = issued(&clients, "agency");
    let print = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, agency.0.der());
    let print: String = print.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({ "kind": "CREDENTIAL_KIND_CERTIFICATE", "certificateSha256": print });
    let issued_to = post(&format!("/v1/consumers/{consumer}/credentials"), body).await;
    assert_eq!(issued_to["clientSecret"], "", "a certificate has no secret of ours");

    let get = async |as_whom: &Client, path: &str| {
        let answer = as_whom.get(format!("{base}{path}")).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let (known, stranger) = (client(&servers, address, Some(&agency)), issued(&clients, "another"));
    let another = client(&servers, address, Some(&stranger));
    let (status, text) = get(&known, "/v1/consumers").await;
    assert!(status == StatusCode::FORBIDDEN && text.contains("METHOD_NOT_ALLOWED_TO_CONSUMER"), "{status} {text}");
    let (status, text) = get(&known, &format!("/v1/units/{UNIT}/directory")).await;
    // The registry itself says so: of a unit that there is not, nothing is told.
    assert!(status == StatusCode::FORBIDDEN && text.contains("DIRECTORY_NOT_DISCLOSED"), "{status} {text}");
    for other in [&nobody, &another] {
        assert_eq!(get(other, "/v1/consumers").await.0, StatusCode::UNAUTHORIZED);
    }
    let credential = issued_to["credential"]["credentialId"].as_str().unwrap();
    post(&format!("/v1/credentials/{credential}:revoke"), json!({ "reason": "hết hạn thỏa thuận" })).await;
    assert_eq!(get(&known, "/v1/consumers").await.0, StatusCode::UNAUTHORIZED);
}
