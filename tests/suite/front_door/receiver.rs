//! An endpoint of an agency, over real sockets: it behaves as it is told, and keeps what it took.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// How an endpoint behaves to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It takes the delivery and says so.
    Good,
    /// 500, and takes nothing.
    Failing,
    /// 200 with a failure in the body, and takes nothing.
    Lying,
    /// It takes the delivery, and the connection breaks before it says so.
    Breaking,
    /// 429 with a time to wait, and takes nothing.
    Throttling,
    /// 410.
    Gone,
    /// It says nothing, until it behaves otherwise or the sender gives up.
    Silent,
    /// A different one of the bad manners each time, in turn.
    Anyhow,
}

/// A delivery as it came.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub(super) timestamp: String,
    pub(super) signature: String,
    pub(super) body: String,
}

impl Came {
    pub(super) fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The endpoint.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    manner: Mutex<Manner>,
    /// What was taken, by the id of the delivery: as often as it came.
    taken: Mutex<BTreeMap<String, Vec<Came>>>,
    asked: AtomicUsize,
    handshakes: AtomicUsize,
    /// Requests that wait for an answer, and those whose sender waited no longer.
    waiting: AtomicUsize,
    given_up: AtomicUsize,
    /// What came to the paths of SPDCI, taken or not.
    callbacks: Mutex<Vec<(String, Value)>>,
    refused: Mutex<Vec<(String, Value)>>,
}

impl Receiver {
    pub(super) async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            manner: Mutex::new(Manner::Good),
            taken: Mutex::default(),
            asked: AtomicUsize::new(0),
            handshakes: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            given_up: AtomicUsize::new(0),
            callbacks: Mutex::default(),
            refused: Mutex::default(),
        });
        let serving = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.answer(stream).await });
            }
        });
        receiver
    }

    pub(super) fn behave(&self, manner: Manner) {
        *self.manner.lock() = manner;
    }

    pub(super) fn taken(&self) -> BTreeMap<String, Vec<Came>> {
        self.taken.lock().clone()
    }

    pub(super) fn callbacks(&self) -> Vec<(String, Value)> {
        self.callbacks.lock().clone()
    }

    /// What came to the paths of SPDCI while the endpoint failed, and was not taken.
    pub(super) fn refused(&self) -> Vec<(String, Value)> {
        self.refused.lock().clone()
    }

    /// Requests for a delivery so far, taken or not.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::SeqCst)
    }

    /// Requests that wait for an answer while the endpoint is silent, and those whose sender waited no longer.
    pub(super) fn unanswered(&self) -> (usize, usize) {
        (self.waiting.load(Ordering::SeqCst), self.given_up.load(Ordering::SeqCst))
    }

    /// Says nothing for as long as it is silent.
    async fn wait(&self, stream: &mut TcpStream) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut byte = [0];
        while *self.manner.lock() == Manner::Silent {
            let read = tokio::time::timeout(Duration::from_millis(50), stream.read(&mut byte)).await;
            if matches!(read, Ok(Ok(0) | Err(_))) {
                self.given_up.fetch_add(1, Ordering::SeqCst);
                break;
            }
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    async fn answer(&self, mut stream: TcpStream) {
        let Some((head, body)) = read(&mut stream).await else { return };
        let header = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
        };
        if head.starts_with("OPTIONS") {
            self.handshakes.fetch_add(1, Ordering::SeqCst);
            let origin = header("webhook-request-origin").unwrap_or_default();
            let consent = format!(
                "HTTP/1.1 200 OK\r\nwebhook-allowed-origin: {origin}\r\nwebhook-allowed-rate: *\r\ncontent-length: 0\r\n\r\n"
            );
            let _ = stream.write_all(consent.as_bytes()).await;
            return;
        }
        if let Some(path) = head.strip_prefix("POST ").filter(|line| is_of_spdci(line)) {
            if *self.manner.lock() == Manner::Silent {
                return self.wait(&mut stream).await;
            }
            let path = path.split(' ').next().unwrap_or_default().to_owned();
            let fails = *self.manner.lock() == Manner::Failing;
            let (kept, status) = if fails { (&self.refused, "503 No") } else { (&self.callbacks, "200 OK") };
            kept.lock().push((path, serde_json::from_str(&body).unwrap()));
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
            return;
        }
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let manner = match *self.manner.lock() {
            Manner::Anyhow => [Manner::Failing, Manner::Lying, Manner::Breaking, Manner::Throttling][asked % 4],
            manner => manner,
        };
        if matches!(manner, Manner::Good | Manner::Breaking) {
            let came = Came {
                timestamp: header("webhook-timestamp").unwrap(),
                signature: header("webhook-signature").unwrap(),
                body,
            };
            self.taken.lock().entry(header("webhook-id").unwrap()).or_default().push(came);
        }
        let (status, more, body) = match manner {
            Manner::Breaking => return,
            Manner::Silent => return self.wait(&mut stream).await,
            Manner::Failing => ("500 No", "", r#"{"error_code": "0"}"#),
            Manner::Lying => ("200 OK", "", r#"{"error_code": -1, "message": "hệ thống bận"}"#),
            Manner::Throttling => ("429 Slowly", "retry-after: 30\r\n", ""),
            Manner::Gone => ("410 Gone", "", ""),
            Manner::Good | Manner::Anyhow => ("200 OK", "", r#"{"error_code": 0}"#),
        };
        let answer = format!("HTTP/1.1 {status}\r\n{more}content-length: {}\r\n\r\n{body}", body.len());
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

/// Whether a request is to a path of SPDCI, whatever stands before it.
fn is_of_spdci(line: &str) -> bool {
    line.split(' ').next().is_some_and(|path| path.contains("/registry/"))
}

/// The head and the body of one request.
async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4_096];
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
        });
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            return Some((head, String::from_utf8(bytes[end + 4..].to_vec()).ok()?));
        }
    }
}
