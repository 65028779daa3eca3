//! Start, health, reflection, the admin port, background work.

use crate::support::{Echo, Inside, launch, open_rules, refused_with, say, started, trusting, until};
use hoagiai_runtime::{BoxError, Launch, Part, Service, Setup, config::Source};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

const LOCAL: &str = "[server]\nlisten = \"127.0.0.1:0\"\ndrain_delay = \"0ms\"\n[admin]\nlisten = \"127.0.0.1:0\"\n";

async fn serving(channel: &tonic::transport::Channel, service: &str) -> Result<ServingStatus, Code> {
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer = HealthClient::new(channel.clone()).check(request).await;
    answer.map(|answer| answer.into_inner().status()).map_err(|status| status.code())
}

async fn get(address: std::net::SocketAddr, path: &str) -> (u16, String) {
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[tokio::test]
async fn while_a_service_is_built_health_answers_and_calls_are_told_to_come_again() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    async fn slow(setup: &Setup) -> Result<Service, BoxError> {
        // The port serves already: this very part asks through it.
        let own = setup.channel("registry")?;
        let health = serving(&own, "").await;
        let refused = refused_with(say(&own, "Say", "early").await, Code::Unavailable, "NOT_READY");
        use tonic_types::StatusExt;
        let retry = refused.get_details_retry_info().is_some();
        SEEN.lock().unwrap().push(format!("{health:?} {retry}"));
        Ok(Service::new("registry").grpc(Echo(Arc::new(Inside::default()))))
    }
    let tree = Source::text(LOCAL).load().unwrap();
    let launch = Launch::new("registry", tree).rules(open_rules()).identity(trusting());
    let server = launch.part(Part::new("registry", slow)).start().await.unwrap();
    assert_eq!(*SEEN.lock().unwrap(), ["Ok(NotServing) true"]);
    let channel = server.channel().unwrap();
    assert_eq!(serving(&channel, "").await, Ok(ServingStatus::Serving));
    assert_eq!(serving(&channel, "test.Echo").await, Ok(ServingStatus::Serving));
    assert_eq!(serving(&channel, "no.Such").await, Err(Code::NotFound));
    assert_eq!(say(&server.inside(), "Say", "within").await.unwrap(), "within");
}

#[tokio::test]
async fn a_service_that_cannot_be_built_stops_the_start_and_says_why() {
    async fn broken(_: &Setup) -> Result<Service, std::io::Error> {
        Err(std::io::Error::other("the disk is full"))
    }
    let tree = Source::text(LOCAL).load().unwrap();
    let error = Launch::new("registry", tree).identity(trusting()).part(Part::new("registry", broken)).start().await;
    let error = error.expect_err("no start");
    assert_eq!(error.to_string(), "the service registry cannot start");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the disk is full");
}

#[tokio::test]
async fn readiness_follows_the_checks_of_a_service() {
    static READY: AtomicBool = AtomicBool::new(false);
    async fn moody(_: &Setup) -> Result<Service, BoxError> {
        let echo = Echo(Arc::new(Inside::default()));
        Ok(Service::new("registry").grpc(echo).check(|| async { READY.load(SeqCst) }))
    }
    let tree = Source::text(LOCAL).with_layer("[admin]\nask_every = \"20ms\"\n").load().unwrap();
    let launch = Launch::new("registry", tree).rules(open_rules()).identity(trusting());
    let server = launch.part(Part::new("registry", moody)).start().await.unwrap();
    let (channel, admin) = (server.channel().unwrap(), server.admin_addr().unwrap());
    assert_eq!(serving(&channel, "test.Echo").await, Ok(ServingStatus::NotServing));
    assert_eq!(get(admin, "/readyz").await, (503, "registry: not ready\n".to_owned()));
    assert_eq!(get(admin, "/livez").await.0, 200, "alive though not ready");
    READY.store(true, SeqCst);
    let mut watching =
        HealthClient::new(channel.clone()).watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    let turned = async { while watching.message().await.unwrap().unwrap().status() != ServingStatus::Serving {} };
    tokio::time::timeout(Duration::from_secs(10), turned).await.expect("ready again");
    assert_eq!(get(admin, "/readyz").await, (200, "registry: ready\n".to_owned()));
}

#[tokio::test]
async fn the_admin_port_tells_metrics_of_the_conventions() {
    let (server, _) = started("").await;
    let channel = server.channel().unwrap();
    say(&channel, "Say", "").await.unwrap();
    let _ = say(&channel, "Invented123", "").await;
    let (status, text) = get(server.admin_addr().unwrap(), "/metrics").await;
    assert_eq!(status, 200);
    let line = |method: &str, code: &str| {
        text.lines().any(|line| {
            line.starts_with("rpc_server_call_duration_seconds_count")
                && [format!("rpc_method=\"{method}\""), format!("rpc_response_status_code=\"{code}\"")]
                    .iter()
                    .all(|label| line.contains(label))
        })
    };
    assert!(line("test.Echo/Say", "OK") && line("_OTHER", "UNIMPLEMENTED"), "{text}");
    assert!(!text.contains("Invented123"), "what strangers invent is no label");
    assert_eq!(get(server.admin_addr().unwrap(), "/nothing").await.0, 404);
}

#[tokio::test]
async fn reflection_lists_the_contracts_without_credentials() {
    use tonic_reflection::pb::v1::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let (server, _) = started("").await;
    let mut client = ServerReflectionClient::new(server.channel().unwrap());
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = client.server_reflection_info(futures_util::stream::iter([request])).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
    let names: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
    assert!(names.contains(&"hoagiai.registry.v1.TeamService".to_owned()), "{names:?}");
    let (off, _) = started("[server]\nreflection = false\n").await;
    let mut client = ServerReflectionClient::new(off.channel().unwrap());
    let refused = client.server_reflection_info(futures_util::stream::iter([])).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unimplemented);
}

#[tokio::test]
async fn background_work_ends_with_the_server_and_its_failure_is_counted() {
    static ENDED: AtomicBool = AtomicBool::new(false);
    async fn busy(setup: &Setup) -> Result<Service, BoxError> {
        let stop = setup.shutdown();
        let service = Service::new("registry").grpc(Echo(Arc::new(Inside::default())));
        Ok(service.task("panics", async { panic!("a planted panic") }).task("follows", async move {
            stop.cancelled().await;
            ENDED.store(true, SeqCst);
        }))
    }
    let tree = Source::text(LOCAL).load().unwrap();
    let launch = Launch::new("registry", tree).rules(open_rules()).identity(trusting());
    let server = launch.part(Part::new("registry", busy)).start().await.unwrap();
    until("the failure is counted", Duration::from_secs(5), || {
        crate::support::counter(&server.metrics(), "hoagiai_server_task_failures_total", "panics") == 1.0
    })
    .await;
    assert!(!ENDED.load(SeqCst));
    server.shutdown().await;
    assert!(ENDED.load(SeqCst));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_holds_nothing_up() {
    let (server, _) =
        started("[telemetry]\notlp_endpoint = \"http://127.0.0.1:9\"\notlp_secret = \"key=value\"\n").await;
    say(&server.channel().unwrap(), "Say", "").await.unwrap();
    let began = std::time::Instant::now();
    server.shutdown().await;
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let (server, _) = started("").await;
    let (second, _) = launch(&format!("[server]\nlisten = \"{}\"\n", server.local_addr()));
    let error = second.start().await.expect_err("no start");
    assert_eq!(error.to_string(), format!("cannot listen on {}", server.local_addr()));
}
