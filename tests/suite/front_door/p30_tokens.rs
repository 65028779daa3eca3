//! P30, forged tokens: every one of the kit, sent as a request of REST, Connect and gRPC, is refused with one and the same
//! answer; the reason is in the log alone, and the token is not. No database is asked: what is refused here never gets to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hoagiai_identity::{
    testing::{
        attacks::{Attack, attacks},
        forge::{self, NOW},
    },
    token::{IssuerConfig, JwksSource},
};
use hoagiai_testkit::server::TestServer;
use hoagiai_types::{Env, ManualClock, SystemIds};
use serde_json::json;
use tonic::{Code, Request, Status, client::Grpc, metadata::MetadataValue, transport::Channel};

use super::{
    client::{Answer, Raw},
    log::Log,
    raw::Head,
};

/// A server that trusts the issuers of the kit alone, at the time of the kit.
pub(super) struct Trusting {
    server: TestServer,
}

impl Trusting {
    pub(super) async fn start() -> Self {
        let issuers: Vec<String> = [forge::city(), forge::courts()].iter().map(section).collect();
        let service =
            forge::Draft::ed().with("sub", "service".into()).with("roles", json!([{"role": "service", "area": "*"}]));
        let identity = format!("{}[peers]\ntoken = {:?}\n", issuers.concat(), service.token());
        let env = Env { clock: Arc::new(ManualClock::new(forge::at(NOW))), ids: Arc::new(SystemIds) };
        let server = super::everything().configuration(&identity).env(env).start().await.unwrap();
        Self { server }
    }

    pub(super) fn http(&self) -> std::net::SocketAddr {
        self.server.server().face("http").unwrap()
    }
}

/// An issuer as the configuration writes it.
fn section(issuer: &IssuerConfig) -> String {
    let JwksSource::Inline(keys) = &issuer.jwks else { panic!("keys in the configuration") };
    let roles: Vec<&str> = issuer.roles.iter().map(|role| role.name()).collect();
    let algorithms: Vec<String> = issuer.algorithms.iter().map(|algorithm| format!("{algorithm:?}")).collect();
    format!(
        "[[identity.issuers]]\nissuer = {:?}\naudience = {:?}\nalgorithms = {algorithms:?}\njwks = {{ inline = {keys:?} }}\n\
         longest_seconds = {}\nsubject_prefix = {:?}\nroles = {roles:?}\n",
        issuer.issuer, issuer.audience, issuer.longest_seconds, issuer.subject_prefix
    )
}

/// Ways to call over HTTP/1.1: the name, the request, its content type, its body.
pub(super) const FORMS: [(&str, &str, &str, &str); 4] = [
    ("a read", "GET /v1/units", "", ""),
    ("a change", "POST /v1/units:import", "application/json", "{}"),
    ("a read open to visitors", "GET /v1/units/00000000-0000-4000-8000-000000000001/directory", "", ""),
    ("Connect", "POST /hoagiai.registry.v1.UnitService/ListUnits", "application/json", "{}"),
];

/// A request with these lines in its head.
pub(super) async fn call(
    address: std::net::SocketAddr,
    (_, what, kind, body): (&str, &str, &str, &str),
    lines: &[Vec<u8>],
) -> Option<Answer> {
    let mut head = Head::of(what);
    if !kind.is_empty() {
        head = head.line(format!("content-type: {kind}"));
    }
    for line in lines {
        head = head.line(line);
    }
    head.send(address, body.as_bytes()).await
}

/// Everything of an answer that somebody could learn from: what is new in every answer left out.
pub(super) fn told(answer: &Answer) -> String {
    let kept = answer.headers.iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
    let headers: BTreeMap<_, _> = kept.map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    format!("{} {headers:?} {}", answer.status, String::from_utf8_lossy(&answer.body))
}

fn bearer(token: &str) -> Vec<u8> {
    format!("authorization: Bearer {token}").into_bytes()
}

/// Bytes that no field of a header may hold: such a request is none, whoever sends it (RFC 9110 §5.5).
fn is_no_header(token: &str) -> bool {
    token.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

/// The word in the log: bytes that no token has are seen before the token is.
fn word(attack: &Attack) -> &'static str {
    let fits = !attack.token.is_empty() && attack.token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
    if fits { attack.reason.name() } else { "not_bearer" }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p30_every_forged_token_is_refused_alike_over_http_and_the_reason_is_in_the_log_alone() {
    let log = Log::of_this_process();
    let trusting = Trusting::start().await;
    // Bytes that end a line make another request, not another token.
    let kit: Vec<Attack> = attacks().into_iter().filter(|attack| !is_no_header(&attack.token)).collect();
    let (mut expected, mut answers, mut wrong) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
    let (mut refused, mut unread) = (0, 0);
    for form in FORMS {
        let mut alike = BTreeSet::new();
        for attack in &kit {
            let answer = call(trusting.http(), form, &[bearer(&attack.token)]).await;
            match answer {
                Some(answer) if answer.status == 401 => {
                    let id = answer.header("x-request-id").to_owned();
                    _ = expected.insert(id, (word(attack), &attack.name));
                    alike.insert(told(&answer));
                    refused += 1;
                }
                // Larger than any head that is read.
                Some(answer) if answer.status == 431 && attack.token.len() > 15_000 => unread += 1,
                None if attack.token.len() > 15_000 => unread += 1,
                other => wrong.push(format!("{}, {}: {other:.300?}", form.0, attack.name)),
            }
        }
        assert!(alike.len() <= 1 || !wrong.is_empty(), "{}: {alike:#?}", form.0);
        answers.extend(alike);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    for answer in &answers {
        assert!(answer.contains("\"www-authenticate\": \"Bearer realm=\\\"hoagiai\\\"\""), "{answer}");
        let reasons = kit.iter().map(|attack| attack.reason.name()).filter(|name| name.contains('_'));
        assert!(reasons.into_iter().all(|name| !answer.to_lowercase().contains(name)), "{answer}");
    }
    // One for REST, one in the words of Connect.
    assert!(answers.len() <= 2, "{answers:#?}");

    let mut logged = BTreeMap::<String, Vec<String>>::new();
    for (id, reason) in log.refusals() {
        logged.entry(id).or_default().push(reason);
    }
    for (id, (word, name)) in &expected {
        assert_eq!(logged.get(id).map(Vec::as_slice), Some(&[(*word).to_owned()][..]), "{name}");
    }
    let text = log.text();
    let parts = kit.iter().flat_map(|attack| attack.token.split('.')).filter(|part| (40..10_000).contains(&part.len()));
    let seen: BTreeSet<&str> = parts.filter(|part| text.contains(part)).collect();
    assert!(seen.is_empty(), "parts of tokens in the log: {seen:?}");
    println!(
        "P30: {} forged tokens x {} forms over HTTP: {refused} answered 401 in {} wordings, {unread} too large to be read; \
         {} lines of the log, one reason each",
        kit.len(),
        FORMS.len(),
        answers.len(),
        expected.len()
    );
    assert!(kit.len() >= 200 && refused > 1_000, "some were lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p30_the_twin_of_every_forged_token_is_let_in() {
    let trusting = Trusting::start().await;
    let twins: BTreeSet<String> = attacks().into_iter().map(|attack| attack.twin).collect();
    for twin in &twins {
        let answer = call(trusting.http(), FORMS[0], &[bearer(twin)]).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    println!("P30: {} good tokens, each different in one thing from a forged one, let in", twins.len());
}

async fn list_units(channel: &Channel, token: &str) -> Result<(), Status> {
    let mut request = Request::new(Vec::new());
    let value = MetadataValue::try_from(format!("Bearer {token}").as_bytes()).unwrap();
    request.metadata_mut().insert("authorization", value);
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let path = "/hoagiai.registry.v1.UnitService/ListUnits".parse().unwrap();
    grpc.unary(request, path, Raw).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p30_every_forged_token_is_refused_alike_over_grpc_on_both_ports() {
    let trusting = Trusting::start().await;
    let own = trusting.server.server().channel().unwrap();
    let front = Channel::from_shared(format!("http://{}", trusting.http())).unwrap().connect_lazy();
    let (mut refused, mut large) = (0, 0);
    let mut details = BTreeSet::new();
    for (port, channel) in [("the services' own", &own), ("the front door", &front)] {
        list_units(channel, &forge::Draft::ed().token()).await.unwrap();
        for attack in attacks().iter().filter(|attack| !is_no_header(&attack.token)) {
            let status = list_units(channel, &attack.token).await.unwrap_err();
            // Headers of more than is taken: the stream is refused, not read.
            if attack.token.len() > 16_384 {
                assert_ne!(status.code(), Code::Ok, "{port}: {}: {status:?}", attack.name);
                large += 1;
                continue;
            }
            assert_eq!(status.code(), Code::Unauthenticated, "{port}: {}: {status:?}", attack.name);
            details.insert((status.message().to_owned(), status.details().to_vec()));
            refused += 1;
        }
        list_units(channel, &forge::Draft::ed().token()).await.unwrap();
    }
    assert_eq!(details.len(), 1, "{details:?}");
    println!("P30: over gRPC on two ports {refused} refused in one wording, {large} too large to be read");
}
