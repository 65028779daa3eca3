//! Receivers on loopback that do with a connection what a test says, and a client that may go there.

use std::{
    collections::VecDeque,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hoagiai_outbound::{
    client::{Answer, Client, ClientConfig, Fault, Request, Resolve, Resolving},
    guard::GuardConfig,
};
use http::{HeaderMap, Method};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::{TcpListener, TcpStream},
};

/// A receiver, and how many connections it has taken.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    taken: Arc<AtomicUsize>,
}

impl Receiver {
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// Listens on an address of loopback (port 0: any) and gives each connection to the script.
pub(crate) async fn receive<F, R>(address: &str, script: F) -> Receiver
where
    F: Fn(TcpStream) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(script(stream));
        }
    });
    Receiver { address, taken }
}

/// Reads a request to the end of its body.
pub(crate) async fn request<S: AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |text| text.parse().unwrap()) {
                return text;
            }
        }
        if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return text;
        }
    }
}

/// What may be opened for tests: these addresses, any port of theirs without TLS, under these names.
pub(crate) fn opened(networks: &[&str], plain: &[(&str, u16)], ports: &[u16]) -> ClientConfig {
    let guard = GuardConfig {
        networks: networks.iter().map(|text| text.parse().unwrap()).collect(),
        ports: ports.to_vec(),
        plain_http: plain.iter().map(|(host, port)| ((*host).to_owned(), *port)).collect(),
    };
    // Long enough for a busy machine; those who test the end of it set it themselves.
    ClientConfig { guard, time_out: Duration::from_secs(30), ..ClientConfig::default() }
}

/// A configuration in which the receiver may be reached by its address.
pub(crate) fn for_receiver(receiver: &Receiver) -> ClientConfig {
    opened(&["127.0.0.1"], &[("127.0.0.1", receiver.address.port())], &[])
}

pub(crate) fn post(url: &str) -> Request {
    Request { method: Method::POST, url: url.to_owned(), headers: HeaderMap::new(), body: "{}".into() }
}

/// One request to the receiver.
pub(crate) async fn sent(receiver: &Receiver, path: &str) -> Result<Answer, Fault> {
    Client::new(for_receiver(receiver)).unwrap().send(post(&receiver.url(path))).await
}

/// Answers one list of addresses after another, and then none.
pub(crate) struct Answers(Mutex<VecDeque<Vec<IpAddr>>>);

impl Answers {
    pub(crate) fn of(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(parsed).collect())))
    }
}

impl Resolve for Answers {
    fn resolve<'a>(&'a self, _host: &'a str) -> Resolving<'a> {
        let next = self.0.lock().unwrap().pop_front().ok_or_else(|| io::ErrorKind::NotFound.into());
        Box::pin(async move { next })
    }
}
