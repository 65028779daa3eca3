//! A gateway that speaks TLS and knows clients by their certificates; authorities, certificates, clients, and an agency.

use std::{net::SocketAddr, path::Path};

use hoagiai_identity::{Area, Grant, Role};
use hoagiai_runtime::Part;
use hoagiai_testkit::{
    engines::{Engine, OwnPostgres},
    server::{self, TestServer},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair};
use reqwest::{Certificate, Client, Identity, StatusCode};
use serde_json::{Value, json};

pub(crate) type Authority = CertifiedIssuer<'static, KeyPair>;
/// A certificate and its key.
pub(crate) type Issued = (rcgen::Certificate, KeyPair);

pub(crate) const UNIT: &str = "00000000-0000-4000-8000-000000000001";

pub(crate) fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = named("an authority of tests");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

pub(crate) fn issued(by: &Authority, name: &str) -> Issued {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name = named(name);
    (params.signed_by(&key, by).unwrap(), key)
}

/// A name of its own: who has the name of the authority is taken for self-signed (by Envoy, for one).
fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

/// The SHA-256 of a certificate.
pub(crate) fn print(of: &Issued) -> [u8; 32] {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, of.0.der()).as_ref().try_into().unwrap()
}

pub(crate) fn hexadecimal(print: [u8; 32]) -> String {
    print.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A client that trusts the server, and shows a certificate if it has one.
pub(crate) fn client(of: &Authority, address: SocketAddr, shown: Option<&Issued>) -> Client {
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

/// Where a registry and a gateway before it keep what they know: files of their own, or databases of a PostgreSQL server.
pub(crate) struct Databases {
    /// The sections of both.
    pub(crate) settings: String,
    _postgres: Option<OwnPostgres>,
}

impl Databases {
    pub(crate) async fn of(engine: Engine) -> Self {
        let (mut settings, mut server) = (String::new(), None);
        if engine == Engine::Postgres {
            let postgres = OwnPostgres::start().unwrap();
            for (part, database) in [("registry", "r"), ("gateway", "g")] {
                let url = postgres.create_database(database).await.unwrap();
                settings += &format!("[{part}.database]\nurl = {url:?}\naccept_unsafe_server = true\n");
            }
            server = Some(postgres);
        }
        Self { settings, _postgres: server }
    }
}

/// A registry and a gateway before it, over TLS.
pub(crate) struct Served {
    pub(crate) server: TestServer,
    pub(crate) servers: Authority,
    pub(crate) clients: Authority,
    department: String,
}

impl Served {
    /// With more of the section `[gateway]`, given the authority of clients, and more sections.
    pub(crate) async fn start(folder: &Path, clients: Authority, gateway: &str, more: &str) -> Self {
        let servers = authority();
        let (certificate, key) = issued(&servers, "localhost");
        let write = |name: &str, text: String| {
            let path = folder.join(name);
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
        let configuration = format!("[gateway]\nlisten = \"127.0.0.1:0\"\n{gateway}\n[gateway.tls]\n{tls}\n{more}");
        let server = server::of(parts).configuration(&configuration).start().await.unwrap();
        let department =
            server.token("department", vec![Grant::of(Role::JusticeDepartment, Area::Everywhere)]).unwrap();
        Self { server, servers, clients, department }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.server().face("http").unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address().port())
    }

    /// A client that shows a certificate, or none.
    pub(crate) fn client(&self, shown: Option<&Issued>) -> Client {
        client(&self.servers, self.address(), shown)
    }

    pub(crate) fn department(&self) -> &str {
        &self.department
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.client(None).post(self.url(path)).bearer_auth(&self.department).body(body.to_string());
        let answer = request.header("content-type", "application/json").send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// An agency that may read the directory so many times a day, known by a credential; the id of that.
    pub(crate) async fn agency(&self, code: &str, quota: u32, credential: Value) -> String {
        let first = json!({ "year": 2026, "month": 1, "day": 1 });
        let policy = json!({
            "allowedMethods": [{ "method": "hoagiai.registry.v1.DirectoryService/ListDirectory" }],
            "areaUnitIds": [UNIT], "dailyQuota": quota, "standingPurpose": "thử nghiệm", "validFrom": first,
        });
        let codes = json!([{ "system": "AGENCY_CODE_SYSTEM_QD20", "value": code, "validFrom": first }]);
        let body = json!({ "agencyCodes": codes, "displayName": "Tòa án", "policy": policy });
        let consumer = self.post("/v1/consumers", body).await["consumer"]["consumerId"].as_str().unwrap().to_owned();
        let issued = self.post(&format!("/v1/consumers/{consumer}/credentials"), credential).await;
        assert_eq!(issued["clientSecret"], "", "what others vouch for has no secret of ours");
        issued["credential"]["credentialId"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn revoke(&self, credential: &str) {
        self.post(&format!("/v1/credentials/{credential}:revoke"), json!({ "reason": "hết hạn thỏa thuận" })).await;
    }
}
