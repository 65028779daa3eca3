//! Behind a gateway in front, such as the city's bus: it is known by its certificate, and what it says of the caller is believed;
//! said by anybody else, it is nothing. Envoy stands for the bus.

mod envoy;

use hoagiai_identity::testing::forge::b64;
use hoagiai_proto::gateway::v1::{ListConsumersRequest, consumer_service_client::ConsumerServiceClient};
use hoagiai_testkit::engines::Engine;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tonic::{
    Code,
    transport::{ClientTlsConfig, Endpoint, Identity},
};

use crate::{
    now,
    provider::{AUDIENCE, Provider},
    tls::{Databases, Issued, Served, UNIT, authority, hexadecimal, issued, print},
};

hoagiai_testkit::serve_on_each_engine!(
    a_gateway_in_front_is_believed_and_nobody_else_who_says_the_same,
    what_is_no_good_assertion_lets_nobody_in,
    the_certificate_that_a_client_has_shown_to_a_gateway_in_front_is_passed_on,
    an_agency_is_known_by_the_tokens_of_a_provider_elsewhere,
);

const CALLBACK: &str = "http://127.0.0.1:1/sign-in/callback";
const ASSERTION: &str = "x-jwt-assertion";
/// Whom the registry knows and tells nothing of a unit that there is not.
const KNOWN: (StatusCode, &str) = (StatusCode::FORBIDDEN, "METHOD_NOT_ALLOWED_TO_CONSUMER");
const UNKNOWN: (StatusCode, &str) = (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");

/// A bus, the provider that signs as it, and a gateway that knows both.
struct Behind {
    served: Served,
    provider: Provider,
    bus: Issued,
    _folder: tempfile::TempDir,
    _databases: Databases,
}

impl Behind {
    async fn start(engine: Engine) -> Self {
        let (folder, clients, databases) = (tempfile::tempdir().unwrap(), authority(), Databases::of(engine).await);
        let (provider, bus) = (Provider::start(CALLBACK), issued(&clients, "bus"));
        let issuer = provider.issuer();
        let gateway = format!(
            "path_prefixes = [\"/hoagiai/1.0\"]\n[[gateway.proxies]]\nname = \"bus\"\ncertificates = [\"{}\"]\n\
             client_certificate = \"client-cert\"\nclient_address = \"x-forwarded-for\"\nassertion = {{ issuer = {issuer:?} }}",
            hexadecimal(print(&bus))
        );
        let more = format!(
            "[identity]\nlocal_key = {:?}\n[[identity.issuers]]\nissuer = {issuer:?}\naudience = {AUDIENCE:?}\n\
             algorithms = [\"ES256\", \"RS256\"]\njwks = \"discovery\"\nsubject_prefix = \"bus:\"\nroles = []\nasserts = true\n{}",
            folder.path().join("issuer.pem"),
            databases.settings
        );
        let served = Served::start(folder.path(), clients, &gateway, &more).await;
        Self { served, provider, bus, _folder: folder, _databases: databases }
    }

    /// An agency that the bus knows as this application.
    async fn application(&self, code: &str, subject: &str) -> String {
        let body = json!({
            "kind": "CREDENTIAL_KIND_TOKEN", "issuer": self.provider.issuer(), "subject": format!("bus:{subject}"),
        });
        self.served.agency(code, 100, body).await
    }

    /// What the bus signs: who has been let in, for five minutes.
    async fn assertion(&self, header: Value, claims: Value) -> String {
        let mut all = json!({ "sub": "app-7", "iat": now(), "exp": now() + 300 });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        self.provider.mint(header, all).await
    }

    /// What somebody is told who asks for the consumers with these headers.
    async fn told(&self, shown: Option<&Issued>, headers: &[(&str, &str)]) -> (StatusCode, String) {
        told(&self.served.client(shown), &self.served.url("/v1/consumers"), headers).await
    }
}

/// The status and the reason of an answer.
async fn told(client: &Client, url: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let request = headers.iter().fold(client.get(url), |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    let reason = json["details"][0]["reason"].as_str().unwrap_or_default().to_owned();
    (status, reason)
}

fn is(told: &(StatusCode, String), expected: (StatusCode, &str)) -> bool {
    (told.0, told.1.as_str()) == expected
}

async fn a_gateway_in_front_is_believed_and_nobody_else_who_says_the_same(engine: Engine) {
    let behind = Behind::start(engine).await;
    let credential = behind.application("000.01.00.H26", "app-7").await;
    let (bus, stranger) = (Some(&behind.bus), issued(&behind.served.clients, "another"));
    let good = behind.assertion(json!({ "typ": "JWT" }), json!({})).await;

    let said = behind.told(bus, &[(ASSERTION, &good)]).await;
    assert!(is(&said, KNOWN), "{said:?}");
    let prefixed = behind.served.url("/hoagiai/1.0/v1/consumers");
    let said = told(&behind.served.client(bus), &prefixed, &[(ASSERTION, &good)]).await;
    assert!(is(&said, KNOWN), "{said:?}");
    // It goes before a token: the bus has looked at that.
    let department = format!("Bearer {}", behind.served.department());
    let said = behind.told(bus, &[(ASSERTION, &good), ("authorization", &department)]).await;
    assert!(is(&said, KNOWN), "{said:?}");
    let said = behind.told(bus, &[("authorization", &department)]).await;
    assert_eq!(said.0, StatusCode::OK, "where the bus says nothing, the caller's own token does");

    // The same, said by others, and the assertion for a token.
    for (shown, what) in [(Some(&stranger), "another's certificate"), (None, "no certificate")] {
        let said = behind.told(shown, &[(ASSERTION, &good)]).await;
        assert!(is(&said, UNKNOWN), "{what}: {said:?}");
        let said = behind.told(shown, &[(ASSERTION, &good), ("authorization", &department)]).await;
        assert_eq!(said.0, StatusCode::OK, "{what}: it is taken off, and the token is the caller's own");
    }
    let bearer = format!("Bearer {good}");
    for shown in [bus, Some(&stranger), None] {
        let said = behind.told(shown, &[("authorization", &bearer)]).await;
        assert!(is(&said, UNKNOWN), "an assertion is no credential: {said:?}");
    }
    for (shown, let_in) in [(bus, true), (Some(&stranger), false), (None, false)] {
        the_same_over_every_face(&behind, shown, &good, let_in).await;
    }

    behind.served.revoke(&credential).await;
    let said = behind.told(bus, &[(ASSERTION, &good)]).await;
    assert!(is(&said, UNKNOWN), "revoked: {said:?}");
}

/// What the assertion is worth over each of the faces: that of somebody who is let in and may not, or that of nobody.
async fn the_same_over_every_face(behind: &Behind, shown: Option<&Issued>, assertion: &str, let_in: bool) {
    const METHOD: &str = "/hoagiai.gateway.v1.ConsumerService/ListConsumers";
    let client = behind.served.client(shown);
    let post = |path: &str, kind: &str, body: Vec<u8>| {
        let request = client.post(behind.served.url(path)).header("content-type", kind);
        request.header(ASSERTION, assertion).body(body).send()
    };
    let grpc = if let_in { "7" } else { "16" };
    let answer = post(METHOD, "application/grpc-web+proto", vec![0; 5]).await.unwrap();
    let header = answer.headers().get("grpc-status").map(|value| value.to_str().unwrap().to_owned());
    let body = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
    let said = header.as_deref() == Some(grpc) || body.contains(&format!("grpc-status:{grpc}"));
    assert!(said, "gRPC-Web: {header:?} {body:?}");
    let code = over_grpc(behind, shown, assertion).await;
    assert_eq!(code, if let_in { Code::PermissionDenied } else { Code::Unauthenticated }, "gRPC");
    let connect = post(METHOD, "application/json", b"{}".to_vec()).await.unwrap();
    assert_eq!(connect.status().as_u16(), if let_in { 403 } else { 401 }, "Connect");
    let request = client.get(behind.served.url("/lgsp/v1/consumers")).header(ASSERTION, assertion);
    let enveloped: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
    let reason = if let_in { KNOWN.1 } else { UNKNOWN.1 };
    let told = (&enveloped["error_code"], &enveloped["error"]["details"][0]["reason"]);
    assert_eq!(told, (&json!("-1"), &json!(reason)), "in an envelope");
    // A message that is none: who is let in is told so in the answer.
    let spdci = post("/registry/sync/search", "application/json", b"{}".to_vec()).await.unwrap();
    assert_eq!(spdci.status().as_u16(), if let_in { 200 } else { 401 }, "SPDCI");
}

async fn what_is_no_good_assertion_lets_nobody_in(engine: Engine) {
    let behind = Behind::start(engine).await;
    behind.application("000.01.00.H26", "app-7").await;
    let bus = Some(&behind.bus);
    let department = format!("Bearer {}", behind.served.department());
    let good = behind.assertion(json!({}), json!({})).await;
    let unsigned = {
        let (head, rest) = good.split_once('.').unwrap();
        let claims = rest.split_once('.').unwrap().0;
        [
            format!("{}.{claims}.", b64(r#"{"alg":"none"}"#)),
            format!("{}.{claims}.{}", b64(r#"{"alg":"none"}"#), b64("x")),
            format!("{head}.{claims}.{}", b64([0; 64])),
        ]
    };
    let mut bad = vec![
        ("of nobody", behind.assertion(json!({}), json!({ "sub": "app-8" })).await),
        ("run out", behind.assertion(json!({}), json!({ "iat": now() - 400, "exp": now() - 100 })).await),
        ("for others", behind.assertion(json!({}), json!({ "aud": "https://elsewhere.test" })).await),
        ("of an unknown key", behind.assertion(json!({ "kid": "k-0" }), json!({})).await),
        ("of another issuer", behind.assertion(json!({}), json!({ "iss": "https://elsewhere.test" })).await),
        ("too long-lived", behind.assertion(json!({}), json!({ "exp": now() + 86_400 })).await),
        ("no token", "garbage".to_owned()),
        ("nothing", String::new()),
    ];
    bad.extend(unsigned.map(|token| ("not signed", token)));
    for (what, token) in &bad {
        // With a token that is good beside it, too: a bus that says something wrong is not passed over.
        for headers in [vec![(ASSERTION, token.as_str())], vec![(ASSERTION, token), ("authorization", &department)]] {
            let said = behind.told(bus, &headers).await;
            assert!(is(&said, UNKNOWN), "{what}: {said:?}");
        }
    }
    let said = behind.told(bus, &[(ASSERTION, &good), (ASSERTION, &good)]).await;
    assert!(is(&said, UNKNOWN), "twice: {said:?}");
    let said = behind.told(bus, &[]).await;
    assert!(is(&said, UNKNOWN), "the bus itself is nobody: {said:?}");
}

async fn the_certificate_that_a_client_has_shown_to_a_gateway_in_front_is_passed_on(engine: Engine) {
    let behind = Behind::start(engine).await;
    let agency = issued(&behind.served.clients, "agency");
    let body = json!({ "kind": "CREDENTIAL_KIND_CERTIFICATE", "certificateSha256": hexadecimal(print(&agency)) });
    behind.served.agency("000.02.00.H26", 100, body).await;
    let passed_on = {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        format!(":{}:", STANDARD.encode(agency.0.der()))
    };
    let (bus, stranger) = (Some(&behind.bus), issued(&behind.served.clients, "another"));
    let said = behind.told(bus, &[("client-cert", &passed_on)]).await;
    assert!(is(&said, KNOWN), "{said:?}");
    for (shown, what) in [(Some(&stranger), "another's certificate"), (None, "no certificate")] {
        let said = behind.told(shown, &[("client-cert", &passed_on)]).await;
        assert!(is(&said, UNKNOWN), "{what}: {said:?}");
    }
    for odd in ["", "::", "AAAA", &format!("{passed_on}, {passed_on}")] {
        let said = behind.told(bus, &[("client-cert", odd)]).await;
        assert!(is(&said, UNKNOWN), "{odd:?}: {said:?}");
    }
    // The header of another kind of gateway is none of this one's.
    let hash = format!("Hash={}", hexadecimal(print(&agency)));
    let said = behind.told(bus, &[("x-forwarded-client-cert", &hash)]).await;
    assert!(is(&said, UNKNOWN), "{said:?}");
    // A token that is bound to the client's certificate, through the gateway in front.
    let grants = vec![hoagiai_identity::Grant::of(hoagiai_identity::Role::Auditor, hoagiai_identity::Area::Everywhere)];
    let bound = hoagiai_identity::token::NewToken::for_subject("auditor", grants);
    let bound = hoagiai_identity::token::NewToken { certificate: Some(print(&agency)), ..bound };
    let bearer = format!("Bearer {}", behind.served.server.mint(bound).unwrap());
    let said = behind.told(bus, &[("client-cert", &passed_on), ("authorization", &bearer)]).await;
    assert_eq!(said.0, StatusCode::OK);
    let said = behind.told(bus, &[("authorization", &bearer)]).await;
    assert!(is(&said, UNKNOWN), "{said:?}");
}

async fn over_grpc(behind: &Behind, shown: Option<&Issued>, assertion: &str) -> Code {
    let authority = tonic::transport::Certificate::from_pem(behind.served.servers.pem());
    let mut tls = ClientTlsConfig::new().ca_certificate(authority).domain_name("localhost");
    if let Some((certificate, key)) = shown {
        tls = tls.identity(Identity::from_pem(certificate.pem(), key.serialize_pem()));
    }
    let endpoint = Endpoint::from_shared(format!("https://{}", behind.served.address())).unwrap();
    let channel = endpoint.tls_config(tls).unwrap().connect().await.unwrap();
    let mut request = tonic::Request::new(ListConsumersRequest::default());
    request.metadata_mut().insert(ASSERTION, assertion.parse().unwrap());
    ConsumerServiceClient::new(channel).list_consumers(request).await.unwrap_err().code()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_behind_a_gateway_in_front_are_counted_one_by_one() {
    let behind = Behind::start(Engine::Sqlite).await;
    let directory = behind.served.url(&format!("/v1/units/{UNIT}/directory"));
    // How many of some calls were told to wait; nobody is let by with more by naming another address himself.
    let waited = async |shown: Option<&Issued>, named: fn(usize) -> String| {
        let client = behind.served.client(shown);
        let mut waited = 0;
        for call in 0..80 {
            let said = told(&client, &directory, &[("x-forwarded-for", &named(call))]).await;
            waited += usize::from(said.0 == StatusCode::TOO_MANY_REQUESTS);
        }
        waited
    };
    let bus = Some(&behind.bus);
    assert_eq!(waited(bus, |call| format!("203.0.113.{call}")).await, 0, "eighty visitors");
    assert!(waited(bus, |call| format!("203.0.113.{call}, 192.0.2.1")).await > 0, "one, whatever it says");
    assert!(waited(None, |call| format!("203.0.113.{}", call + 100)).await > 0, "nobody else is believed");
}

async fn an_agency_is_known_by_the_tokens_of_a_provider_elsewhere(engine: Engine) {
    let (folder, provider) = (tempfile::tempdir().unwrap(), Provider::start(CALLBACK));
    let databases = Databases::of(engine).await;
    let key = format!("[identity]\nlocal_key = {:?}\n", folder.path().join("issuer.pem"));
    let more = key + &provider.trusted("\"discovery\"") + &databases.settings;
    let served = Served::start(folder.path(), authority(), "", &more).await;
    let body = json!({ "kind": "CREDENTIAL_KIND_TOKEN", "issuer": provider.issuer(), "subject": "city:one-stop" });
    let credential = served.agency("000.01.00.H26", 3, body).await;
    let token = provider.token("one-stop").await;
    let bearer = format!("Bearer {token}");
    let (client, directory) = (served.client(None), served.url(&format!("/v1/units/{UNIT}/directory")));
    let headers = [("authorization", bearer.as_str())];
    let said = told(&client, &served.url("/v1/consumers"), &headers).await;
    assert!(is(&said, KNOWN), "{said:?}");
    // Counted like any other agency's: what was refused at the door was no call.
    for call in 0..4 {
        let said = told(&client, &directory, &headers).await;
        let expected = if call < 3 { StatusCode::FORBIDDEN } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(said.0, expected, "call {call}: {said:?}");
    }
    // Another client of the same provider is an account without roles.
    let other = format!("Bearer {}", provider.token("one-stop-rsa").await);
    let said = told(&client, &served.url("/v1/consumers"), &[("authorization", &other)]).await;
    assert!(said.0 == StatusCode::FORBIDDEN && said.1 != KNOWN.1, "{said:?}");
    served.revoke(&credential).await;
    let said = told(&client, &served.url("/v1/consumers"), &headers).await;
    assert!(said.0 == StatusCode::FORBIDDEN && said.1 != KNOWN.1, "an account without roles again: {said:?}");
}
