//! A service of a few lines, a client for it, raw HTTP/2 frames, and measured figures.

use hoagiai_identity::Principal;
use hoagiai_runtime::{BoxError, Identity, Launch, Part, Rule, Rules, Server, Service, Setup, config::Source};
use std::{
    convert::Infallible,
    io::Write,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;
use tonic::{Code, Request, Response, Status, body::Body, codec::CompressionEncoding, transport::Channel};
use tonic_prost::ProstCodec;

/// A message that can nest.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Note {
    #[prost(string, tag = "1")]
    pub(crate) text: String,
    #[prost(message, optional, boxed, tag = "2")]
    pub(crate) inner: Option<Box<Note>>,
    #[prost(uint32, repeated, tag = "3")]
    pub(crate) numbers: Vec<u32>,
}

pub(crate) fn note(text: impl Into<String>) -> Note {
    Note { text: text.into(), ..Note::default() }
}

/// What the test sees of the service, and lets it do.
#[derive(Debug)]
pub(crate) struct Inside {
    pub(crate) began: AtomicUsize,
    pub(crate) ended: AtomicUsize,
    /// `Wait` ends when a permit is here.
    pub(crate) release: Semaphore,
}

impl Default for Inside {
    fn default() -> Self {
        Self { began: AtomicUsize::new(0), ended: AtomicUsize::new(0), release: Semaphore::new(0) }
    }
}

#[derive(Clone)]
pub(crate) struct Echo(pub(crate) Arc<Inside>);

impl tonic::server::NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

impl Echo {
    async fn answer(self, method: String, request: Request<Note>) -> Result<Response<Note>, Status> {
        self.0.began.fetch_add(1, SeqCst);
        let said = request.get_ref().text.clone();
        let answer: Result<Note, Status> = match method.as_str() {
            "Say" => Ok(request.into_inner()),
            "Wait" => {
                self.0.release.acquire().await.expect("open").forget();
                Ok(note("released"))
            }
            "Nap" => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok(note("slept"))
            }
            "Panic" => panic!("a planted panic"),
            "Began" => Ok(note(self.0.began.load(SeqCst).to_string())),
            "Leak" => Err(Status::internal("SELECT secret FROM people; at line 7")),
            "Left" => {
                Ok(note(hoagiai_rpc::deadline::left().map_or(String::new(), |left| left.as_millis().to_string())))
            }
            "Who" => {
                let caller = request.extensions().get::<hoagiai_identity::Caller>();
                let caller = caller.ok_or_else(|| Status::internal("no caller"))?;
                Ok(note(format!("{} {}", caller.subject(), caller.purpose().unwrap_or_default())))
            }
            "Big" => Ok(note("x".repeat(said.parse().expect("a size")))),
            _ => Err(Status::unimplemented("no such method")),
        };
        self.0.ended.fetch_add(1, SeqCst);
        answer.map(Response::new)
    }
}

impl tower::Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let echo = self.clone();
        Box::pin(async move {
            let method = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
            let codec = ProstCodec::<Note, Note>::default();
            let mut grpc = tonic::server::Grpc::new(codec).accept_compressed(CompressionEncoding::Gzip);
            if method == "Count" {
                let stream = tower::service_fn(move |_: Request<Note>| async move {
                    let numbers = futures_util::stream::unfold(0_u32, |number| async move {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                        assert!(number < 1000, "a planted panic in a stream");
                        Some((Ok::<_, Status>(note(number.to_string())), number + 1))
                    });
                    Ok::<_, Status>(Response::new(Box::pin(numbers)))
                });
                return Ok(grpc.server_streaming(stream, request).await);
            }
            if method == "PanicLater" {
                let stream = tower::service_fn(move |_: Request<Note>| async move {
                    let numbers = futures_util::stream::unfold(0_u32, |number| async move {
                        if number > 0 {
                            // Long enough that the first message has left in a frame of its own.
                            tokio::time::sleep(Duration::from_millis(50)).await;
                            panic!("a planted panic in a stream");
                        }
                        Some((Ok::<_, Status>(note("one")), 1))
                    });
                    Ok::<_, Status>(Response::new(Box::pin(numbers)))
                });
                return Ok(grpc.server_streaming(stream, request).await);
            }
            let unary = tower::service_fn(move |request| echo.clone().answer(method.clone(), request));
            Ok(grpc.unary(unary, request).await)
        })
    }
}

/// Every method open to everybody.
pub(crate) fn open_rules() -> Rules {
    let unary = ["Say", "Wait", "Nap", "Panic", "Leak", "Left", "Big", "Began"];
    let rules = unary
        .iter()
        .fold(Rules::none(), |rules, method| rules.method(&format!("test.Echo/{method}"), Rule::Public, false));
    rules.method("test.Echo/Count", Rule::Public, true).method("test.Echo/PanicLater", Rule::Public, true)
}

/// Anybody is who they say, with the role `service`.
pub(crate) fn trusting() -> Identity {
    Identity::trusting(|token| token.strip_prefix("i-am-").map(Principal::process)).expect("the policy")
}

const CONFIG: &str = "
    [server]
    listen = \"127.0.0.1:0\"
    connections_per_address = 100000
    drain_delay = \"0ms\"
    [admin]
    listen = \"127.0.0.1:0\"
";

/// A launch of the echo service, with more configuration.
pub(crate) fn launch(more: &str) -> (Launch, Arc<Inside>) {
    let inside = Arc::new(Inside::default());
    let echo = Echo(inside.clone());
    let tree = Source::text(CONFIG).with_layer(more).load().expect("configuration");
    let build = Builder(echo);
    let part = Part::new("registry", build);
    (Launch::new("registry", tree).rules(open_rules()).identity(trusting()).part(part), inside)
}

struct Builder(Echo);

impl<'a> hoagiai_runtime::BuildService<'a> for Builder {
    fn build(&self, _: &'a Setup) -> futures_util::future::BoxFuture<'a, Result<Service, BoxError>> {
        let echo = self.0.clone();
        Box::pin(async move { Ok(Service::new("registry").grpc(echo)) })
    }
}

/// The echo service, running.
pub(crate) async fn started(more: &str) -> (Server, Arc<Inside>) {
    let (launch, inside) = launch(more);
    (launch.start().await.expect("a server"), inside)
}

/// A unary call.
pub(crate) async fn call(channel: &Channel, method: &str, request: Request<Note>) -> Result<Response<Note>, Status> {
    let mut grpc = tonic::client::Grpc::new(channel.clone()).max_decoding_message_size(64 << 20);
    grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let path = format!("/test.Echo/{method}").parse().expect("a path");
    grpc.unary(request, path, ProstCodec::<Note, Note>::default()).await
}

pub(crate) async fn say(channel: &Channel, method: &str, text: &str) -> Result<String, Status> {
    Ok(call(channel, method, Request::new(note(text))).await?.into_inner().text)
}

/// A server stream.
pub(crate) async fn stream(
    channel: &Channel,
    method: &str,
    request: Request<Note>,
) -> Result<tonic::Streaming<Note>, Status> {
    let mut grpc = tonic::client::Grpc::new(channel.clone());
    grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let path = format!("/test.Echo/{method}").parse().expect("a path");
    Ok(grpc.server_streaming(request, path, ProstCodec::<Note, Note>::default()).await?.into_inner())
}

/// The reason in a status's details.
pub(crate) fn reason(status: &Status) -> String {
    use tonic_types::StatusExt;
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

pub(crate) fn refused_with(result: Result<impl std::fmt::Debug, Status>, code: Code, why: &str) -> Status {
    let status = result.expect_err("a refusal");
    assert_eq!((status.code(), reason(&status).as_str()), (code, why), "{status:?}");
    status
}

/// Waits for a condition, with a limit.
pub(crate) async fn until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < limit, "{what}: not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    began.elapsed()
}

/// Prints a measured figure and keeps it for the report.
pub(crate) fn figure(name: &str, value: f64, unit: &str) {
    println!("figure {name} = {value:.3} {unit}");
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("figures");
    let line = format!("{{\"crate\":\"runtime\",\"name\":\"{name}\",\"value\":{value:.4},\"unit\":\"{unit}\"}}\n");
    let _ = std::fs::create_dir_all(&folder);
    let file = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("runtime.jsonl"));
    if let Ok(mut file) = file {
        let _ = file.write_all(line.as_bytes());
    }
}

/// Resident memory of this process, in bytes.
pub(crate) fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<i64>().ok()).unwrap_or_default() * 1024
}

/// The value of a counter in `/metrics`, summed over labels that match.
pub(crate) fn counter(metrics: &str, name: &str, label: &str) -> f64 {
    let lines = metrics.lines().filter(|line| line.starts_with(name) && line.contains(label));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// One HTTP/2 frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a frame");
    let mut bytes = length.to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The header block of a call, HPACK by hand.
pub(crate) fn call_headers(method: &str) -> Vec<u8> {
    let path = format!("/test.Echo/{method}");
    let mut block = vec![0x83, 0x86, 0x04, u8::try_from(path.len()).expect("short")];
    block.extend(path.as_bytes());
    block.extend([0x01, 4]);
    block.extend(b"test");
    block.extend([0x0f, 0x10, 16]);
    block.extend(b"application/grpc");
    block.extend([0x00, 2]);
    block.extend(b"te");
    block.push(8);
    block.extend(b"trailers");
    block
}
