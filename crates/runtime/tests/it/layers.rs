//! The layers seen from outside: their order, deadlines, shedding, who may call what, panics, ids.

use crate::support::{call, counter, launch, note, reason, refused_with, say, started, stream, trusting, until};
use hoagiai_runtime::{Criticality, Launch, Rule, Rules};
use std::{
    sync::atomic::Ordering::SeqCst,
    time::{Duration, Instant},
};
use tonic::{Code, Request, Status};

const SECOND: Duration = Duration::from_secs(1);

fn guarded() -> Rules {
    let who = |purpose| Rule::Needs { permission: PERMISSION.parse().unwrap(), purpose };
    let unknown = Rule::Needs { permission: "registry.teams.plan".parse().unwrap(), purpose: false };
    Rules::none()
        .method("test.Echo/Say", Rule::Public, false)
        .method("test.Echo/Who", who(false), false)
        .method("test.Echo/Left", who(true), false)
        .method("test.Echo/Nap", unknown, false)
        .method("test.Echo/Wait", Rule::Public, false)
}

/// Held by everyone with a role; `registry.teams.plan` is not held by services.
const PERMISSION: &str = "registry.teams.get";

fn with_header(text: &str, name: &'static str, value: &str) -> Request<crate::support::Note> {
    let mut request = Request::new(note(text));
    request.metadata_mut().append(name, value.parse().unwrap());
    request
}

#[tokio::test]
async fn a_panic_is_internal_counted_and_alone() {
    let (server, _) = started("").await;
    let channel = server.channel().unwrap();
    let refused = refused_with(say(&channel, "Panic", "").await, Code::Internal, "INTERNAL");
    assert!(!refused.message().contains("planted"));
    assert_eq!(say(&channel, "Say", "next").await.unwrap(), "next");
    let mut numbers = stream(&channel, "PanicLater", Request::new(note(""))).await.unwrap();
    assert_eq!(numbers.message().await.unwrap().unwrap().text, "one");
    assert_eq!(numbers.message().await.unwrap_err().code(), Code::Internal, "a panic inside of a stream");
    let metrics = server.metrics();
    assert_eq!(counter(&metrics, "hoagiai_server_panics_total", ""), 2.0);
    assert_eq!(counter(&metrics, "rpc_server_call_duration_seconds_count", "\"INTERNAL\""), 2.0, "{metrics}");
}

#[tokio::test]
async fn a_deadline_is_honoured_capped_and_passed_on() {
    let (server, inside) = started("[load]\ndefault_deadline = \"400ms\"\nlongest_deadline = \"2s\"\n").await;
    let channel = server.channel().unwrap();
    let left = |text: String| text.parse::<u64>().unwrap();
    let by_default = left(say(&channel, "Left", "").await.unwrap());
    assert!((1..=400).contains(&by_default), "{by_default}");
    let mut request = Request::new(note(""));
    request.set_timeout(60 * SECOND);
    let capped = left(call(&channel, "Left", request).await.unwrap().into_inner().text);
    assert!((1000..=2000).contains(&capped), "{capped}");

    let began = Instant::now();
    refused_with(say(&channel, "Wait", "").await, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    assert!(began.elapsed() >= Duration::from_millis(400) && began.elapsed() < 10 * SECOND);
    assert_eq!(inside.ended.load(SeqCst), 2, "what was too late was dropped, not finished");

    let mut request = Request::new(note(""));
    request.metadata_mut().insert("grpc-timeout", "300m".parse().unwrap());
    let mut numbers = stream(&channel, "Count", request).await.unwrap();
    let mut seen = 0;
    let ended = loop {
        match numbers.message().await {
            Ok(Some(_)) => seen += 1,
            Ok(None) => panic!("the stream ended by itself"),
            Err(status) => break status,
        }
    };
    assert!(seen > 0);
    assert_eq!(ended.code(), Code::DeadlineExceeded, "a stream has the deadline that its caller asked for");
}

#[tokio::test]
async fn too_many_calls_are_refused_at_once_and_told_when_to_come_back() {
    let limits = "[load]\ncalls = 4\nfewest_calls = 4\nmost_calls = 4\ndefault_deadline = \"20s\"\n";
    let (server, inside) = started(limits).await;
    let channel = server.channel().unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let channel = channel.clone();
        let request = with_header("", Criticality::HEADER, "critical_plus");
        waiting.spawn(async move { call(&channel, "Wait", request).await });
    }
    until("four calls wait", 5 * SECOND, || inside.began.load(SeqCst) == 4).await;
    let began = Instant::now();
    let refused = refused_with(say(&channel, "Say", "").await, Code::ResourceExhausted, "OVERLOADED");
    crate::support::figure("shed.refused_after", began.elapsed().as_secs_f64() * 1e3, "ms");
    use tonic_types::StatusExt;
    assert!(refused.get_details_retry_info().is_some_and(|retry| retry.retry_delay.is_some()));
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    assert!(health.check(tonic_health::pb::HealthCheckRequest::default()).await.is_ok(), "health is never shed");
    inside.release.add_permits(4);
    while let Some(answer) = waiting.join_next().await {
        answer.unwrap().expect("what was admitted is served");
    }
    assert_eq!(say(&channel, "Say", "again").await.unwrap(), "again");
    assert_eq!(counter(&server.metrics(), "hoagiai_server_shed_total", ""), 1.0);
}

#[tokio::test]
async fn a_sheddable_call_leaves_room_for_a_critical_one() {
    let limits = "[load]\ncalls = 10\nfewest_calls = 10\nmost_calls = 10\n";
    let (server, inside) = started(limits).await;
    let channel = server.channel().unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let channel = channel.clone();
        let request = with_header("", Criticality::HEADER, "sheddable");
        waiting.spawn(async move { call(&channel, "Wait", request).await });
    }
    until("eight calls wait", 5 * SECOND, || inside.began.load(SeqCst) == 8).await;
    let sheddable = with_header("", Criticality::HEADER, "sheddable");
    refused_with(call(&channel, "Say", sheddable).await, Code::ResourceExhausted, "OVERLOADED");
    call(&channel, "Say", with_header("", Criticality::HEADER, "critical")).await.expect("a place was kept");
    inside.release.add_permits(8);
    while let Some(answer) = waiting.join_next().await {
        answer.unwrap().unwrap();
    }
}

async fn guarded_server() -> hoagiai_runtime::Server {
    let (launch, _) = launch("");
    launch.rules(guarded()).identity(trusting()).start().await.unwrap()
}

#[tokio::test]
async fn without_good_credentials_nothing_but_the_public() {
    let server = guarded_server().await;
    let channel = server.channel().unwrap();
    assert_eq!(say(&channel, "Say", "public").await.unwrap(), "public");
    assert!(call(&channel, "Say", with_header("", "authorization", "Bearer forged")).await.is_ok());
    let refused = |result: Result<_, Status>| refused_with(result, Code::Unauthenticated, "UNAUTHENTICATED");
    let none = refused(say(&channel, "Who", "").await.map(note));
    for header in ["Bearer forged", "Basic i-am-a", "Bearer ", "i-am-a"] {
        let forged =
            refused(call(&channel, "Who", with_header("", "authorization", header)).await.map(|a| a.into_inner()));
        assert_eq!(forged.message(), none.message(), "the answer does not teach how to forge");
    }
    let mut twice = with_header("", "authorization", "Bearer i-am-a");
    twice.metadata_mut().append("authorization", "Bearer i-am-b".parse().unwrap());
    refused(call(&channel, "Who", twice).await.map(|a| a.into_inner()));
}

#[tokio::test]
async fn a_caller_needs_the_permission_and_where_asked_a_purpose() {
    let server = guarded_server().await;
    let channel = server.channel().unwrap();
    let request = || with_header("", "authorization", "Bearer i-am-registry");
    let denied = call(&channel, "Nap", request()).await.expect_err("a service plans no teams");
    assert_eq!(denied.code(), Code::PermissionDenied);
    refused_with(say(&channel, "Undeclared", "").await, Code::Unimplemented, "NO_SUCH_METHOD");
    assert_eq!(call(&channel, "Who", request()).await.unwrap().into_inner().text, "service:registry ");
    refused_with(call(&channel, "Left", request()).await, Code::PermissionDenied, "PURPOSE_REQUIRED");
    let mut stated = request();
    stated.metadata_mut().insert("x-purpose", "X%C3%A1c minh".parse().unwrap());
    assert!(call(&channel, "Left", stated).await.is_ok());
}

#[tokio::test]
async fn a_method_without_a_rule_refuses_the_start() {
    let (launch, _) = launch("");
    let launch: Launch = launch.rules(Rules::none());
    let error = launch.start().await.expect_err("no start");
    assert!(error.to_string().contains("test.Echo"), "{error}");
}

#[tokio::test]
async fn every_answer_carries_a_request_id() {
    let (server, _) = started("").await;
    let channel = server.channel().unwrap();
    let answer = call(&channel, "Say", with_header("", "x-request-id", "from-the-portal-1")).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "from-the-portal-1");
    let made = call(&channel, "Say", with_header("", "x-request-id", "bad id")).await.unwrap();
    let made = made.metadata().get("x-request-id").unwrap().to_str().unwrap().to_owned();
    assert!(made.len() == 36 && made != "bad id", "{made}");
    let refused = call(&channel, "Leak", with_header("", "x-request-id", "abc")).await.unwrap_err();
    use tonic_types::StatusExt;
    assert_eq!(refused.get_details_error_info().unwrap().metadata["request_id"], "abc");
    assert_eq!(reason(&refused), "INTERNAL");
}

#[test]
fn logs_hold_neither_contents_nor_tokens() {
    use std::sync::{Arc, Mutex};
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_env_filter("debug,h2=info,hyper=info,tonic=info,tower=info,hyper_util=info")
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let metrics = runtime.block_on(async {
        let server = guarded_server().await;
        let channel = server.channel().unwrap();
        for method in ["Say", "Who", "Nap", "Left"] {
            let mut request = with_header("canary-content", "authorization", "Bearer i-am-canary-token");
            request.metadata_mut().insert("x-purpose", "canary-purpose".parse().unwrap());
            let _ = call(&channel, method, request).await;
            let _ =
                call(&channel, method, with_header("canary-content", "authorization", "Bearer canary-forged")).await;
        }
        server.metrics()
    });
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("credentials were refused") && text.contains("a call ended"), "the log is on: {text}");
    for canary in ["canary-content", "canary-token", "canary-forged", "canary-purpose"] {
        assert!(!text.contains(canary), "{canary} in the log: {text}");
        assert!(!metrics.contains(canary), "{canary} in the metrics");
    }
}
