//! The orderly stop: nothing that was accepted fails, silent peers hold nobody up, health says so first.

use crate::support::{PREFACE, call, figure, frame, launch, note, say, started, stream, until};
use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};
use tonic::{Request, transport::Endpoint};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

const ROUNDS: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_accepted_call_fails_when_the_server_stops_under_load() {
    let (mut accepted, mut longest) = (0, Duration::ZERO);
    for round in 0..ROUNDS {
        let (server, inside) = started("[server]\ndrain_silent = \"1s\"\n").await;
        let mut silent = Vec::new();
        for number in 0..5 {
            let mut socket = TcpStream::connect(server.local_addr()).await.unwrap();
            if number > 1 {
                socket.write_all(&[PREFACE, &frame(4, 0, 0, &[])].concat()).await.unwrap();
            }
            silent.push(socket);
        }
        let answered = Arc::new(AtomicUsize::new(0));
        let stopping = Arc::new(AtomicBool::new(false));
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (channel, answered, stopping) = (server.channel().unwrap(), answered.clone(), stopping.clone());
            clients.spawn(async move {
                loop {
                    match say(&channel, "Nap", "").await {
                        Ok(_) => answered.fetch_add(1, SeqCst),
                        // Refused before it was accepted: the server no longer listens.
                        Err(_) if stopping.load(SeqCst) => return,
                        Err(status) => panic!("round {round}: {status}"),
                    };
                }
            });
        }
        until("calls are answered", Duration::from_secs(10), || answered.load(SeqCst) >= 20).await;
        stopping.store(true, SeqCst);
        let stopped = tokio::time::timeout(Duration::from_secs(28), server.shutdown()).await.expect("a bounded stop");
        while let Some(client) = clients.join_next().await {
            client.expect("an honest client");
        }
        assert_eq!(stopped.aborted_calls, 0);
        let began = inside.began.load(SeqCst);
        assert_eq!(began, answered.load(SeqCst), "round {round}: a call was accepted and not answered");
        accepted += began;
        longest = longest.max(stopped.took);
    }
    figure("graceful_stop.accepted_calls", accepted as f64, "calls");
    figure("graceful_stop.failed_accepted_calls", 0.0, "calls");
    figure("graceful_stop.longest_with_silent_peers", longest.as_secs_f64(), "s");
    assert!(longest < Duration::from_secs(10), "{longest:?}");
}

#[tokio::test]
async fn a_call_that_does_not_end_is_cut_at_the_limit() {
    let (server, inside) = started("[server]\ndrain = \"700ms\"\n[load]\ndefault_deadline = \"30s\"\n").await;
    let channel = server.channel().unwrap();
    let waiting = tokio::spawn(async move { say(&channel, "Wait", "").await });
    until("the call is in", Duration::from_secs(5), || inside.began.load(SeqCst) == 1).await;
    let stopped = server.shutdown().await;
    assert_eq!(stopped.aborted_calls, 1);
    assert!(stopped.took >= Duration::from_millis(700) && stopped.took < Duration::from_secs(10), "{stopped:?}");
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test]
async fn endless_streams_end_with_a_status_and_finite_ones_go_on() {
    let (server, inside) = started("[load]\ndefault_deadline = \"30s\"\n").await;
    let channel = server.channel().unwrap();
    let mut health = HealthClient::new(channel.clone());
    let mut watching = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(watching.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let mut numbers = stream(&channel, "Count", Request::new(note(""))).await.unwrap();
    assert!(numbers.message().await.unwrap().is_some());
    let waiting = tokio::spawn({
        let channel = channel.clone();
        async move { say(&channel, "Wait", "").await }
    });
    until("the call is in", Duration::from_secs(5), || inside.began.load(SeqCst) == 1).await;
    let stopping = tokio::spawn(server.shutdown());
    assert_eq!(watching.message().await.unwrap().unwrap().status(), ServingStatus::NotServing, "told first");
    assert_eq!(watching.message().await.unwrap_err().code(), tonic::Code::Unavailable, "then ended");
    for _ in 0..10 {
        assert!(numbers.message().await.unwrap().is_some(), "a finite stream goes on");
    }
    drop(numbers);
    inside.release.add_permits(1);
    assert_eq!(waiting.await.unwrap().unwrap(), "released");
    assert_eq!(stopping.await.unwrap().aborted_calls, 0);
}

/// Not a test of its own: the server of the tests below, in a process that can be limited and signalled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child process of other tests"]
async fn child() {
    let Ok(more) = std::env::var("CHILD_CONFIG") else { return };
    let hold: usize = std::env::var("CHILD_FILES").ok().and_then(|files| files.parse().ok()).unwrap_or(0);
    let held: Vec<_> = (0..hold).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
    let (launch, inside) = launch(&more);
    let told = launch.on_ready(move |server| {
        println!("LISTENING {}", server.local_addr());
    });
    inside.release.add_permits(0);
    let code = hoagiai_runtime::serve(told).await.unwrap();
    drop(held);
    println!("ENDED {code:?}");
}

/// A server in a child process.
pub(crate) struct Child {
    process: tokio::process::Child,
    lines: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
    pub(crate) address: String,
}

impl Child {
    pub(crate) async fn start(config: &str, files: Option<u32>, hold: u32) -> Self {
        let exe = std::env::current_exe().unwrap();
        let limit = files.map_or(String::new(), |files| format!("ulimit -n {files} && "));
        let script = format!("{limit}exec \"$0\" --exact stop::child --ignored --nocapture");
        let mut process = tokio::process::Command::new("sh")
            .args(["-c", &script])
            .arg(exe)
            .env("CHILD_CONFIG", config)
            .env("CHILD_FILES", hold.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = loop {
            let line = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await.expect("a child in time");
            let line = line.unwrap().expect("a child that listens");
            if let Some((_, address)) = line.split_once("LISTENING ") {
                break address.to_owned();
            }
        };
        Self { process, lines, address }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id().expect("running")
    }

    pub(crate) fn channel(&self) -> tonic::transport::Channel {
        Endpoint::from_shared(format!("http://{}", self.address)).unwrap().connect_lazy()
    }

    pub(crate) async fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(tokio::process::Command::new("kill").args([name, &id]).status().await.unwrap().success());
    }

    /// Waits for the end; answers what the server said its exit code was.
    pub(crate) async fn ended(mut self, limit: Duration) -> String {
        let reading = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                if let Some((_, code)) = line.split_once("ENDED ") {
                    return code.to_owned();
                }
            }
            "no end".to_owned()
        };
        tokio::time::timeout(limit, reading).await.expect("an end in time")
    }
}

#[tokio::test]
async fn sigterm_is_told_by_health_first_and_ends_well() {
    let child = Child::start("[server]\ndrain_delay = \"500ms\"\n", None, 0).await;
    let channel = child.channel();
    let mut health = HealthClient::new(channel.clone());
    let mut watching = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(watching.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    child.signal("-TERM").await;
    let began = Instant::now();
    assert_eq!(watching.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    // Between NOT_SERVING and the drain, calls are still served.
    assert_eq!(say(&channel, "Say", "late").await.unwrap(), "late");
    let code = child.ended(Duration::from_secs(20)).await;
    figure("sigterm.ended_after", began.elapsed().as_secs_f64(), "s");
    assert!(code.contains("(0)"), "{code}");
}

#[tokio::test]
async fn a_second_signal_aborts() {
    let child = Child::start("[load]\ndefault_deadline = \"30s\"\n", None, 0).await;
    let channel = child.channel();
    assert_eq!(say(&channel, "Say", "here").await.unwrap(), "here");
    let waiting = tokio::spawn({
        let channel = channel.clone();
        async move { call(&channel, "Wait", Request::new(note(""))).await }
    });
    // Say, Wait and the question itself: the call is in at three, or later if it was asked before.
    let mut asked = 1;
    while say(&channel, "Began", "").await.unwrap().parse::<u32>().unwrap() < asked + 2 {
        asked += 1;
    }
    child.signal("-TERM").await;
    let mut health = HealthClient::new(channel);
    let gone = async {
        // Not listening any more: the first signal was understood.
        while health
            .check(HealthCheckRequest::default())
            .await
            .is_ok_and(|answer| answer.into_inner().status() == ServingStatus::Serving)
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the first signal is seen");
    child.signal("-TERM").await;
    let began = Instant::now();
    let code = child.ended(Duration::from_secs(15)).await;
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(code.contains("(3)"), "a cut call shows in the exit code: {code}");
    assert!(waiting.await.unwrap().is_err());
}
