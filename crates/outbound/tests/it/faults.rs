//! Receivers that behave badly.

use std::time::Duration;

use hoagiai_outbound::client::{ANSWER_LIMIT, Client, ClientConfig, Fault, Request};
use http::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::sockets::{Receiver, for_receiver, post, receive, request, sent};

/// Reads a request, writes this, and closes.
async fn answering(bytes: impl Into<Vec<u8>>) -> Receiver {
    let bytes = bytes.into();
    receive("127.0.0.1:0", move |mut stream| {
        let bytes = bytes.clone();
        async move {
            request(&mut stream).await;
            // The client may have closed already, having read enough.
            stream.write_all(&bytes).await.ok();
            stream.shutdown().await.ok();
        }
    })
    .await
}

/// Writes a beginning and then a byte again and again, for as long as somebody listens.
async fn dripping(beginning: &'static [u8], byte: u8, pause: Duration) -> Receiver {
    receive("127.0.0.1:0", move |mut stream| async move {
        request(&mut stream).await;
        stream.write_all(beginning).await.unwrap();
        while stream.write_all(&[byte]).await.is_ok() {
            tokio::time::sleep(pause).await;
        }
    })
    .await
}

/// One request that may take a short time only.
async fn hurried(receiver: &Receiver) -> Result<u16, Fault> {
    let config = ClientConfig { time_out: Duration::from_millis(400), ..for_receiver(receiver) };
    let answer = Client::new(config).unwrap().send(post(&receiver.url("/"))).await;
    answer.map(|answer| answer.status.as_u16())
}

#[tokio::test]
async fn a_request_arrives_as_it_was_meant_and_its_answer_too() {
    let receiver = receive("127.0.0.1:0", async |mut stream: TcpStream| {
        let heard = request(&mut stream).await;
        let head = format!("HTTP/1.1 201 Created\r\nX-Seen: yes\r\nContent-Length: {}\r\n\r\n", heard.len());
        stream.write_all(&[head.as_bytes(), heard.as_bytes()].concat()).await.unwrap();
    })
    .await;
    let mut asked = post(&receiver.url("/hook/%C4%91?access_token=a%20b&x=ổ"));
    for (name, value) in [
        ("authorization", "Bearer key"),
        ("content-type", "application/cloudevents+json"),
        // What the client decides, whatever stands here.
        ("host", "elsewhere.vn"),
        ("content-length", "1"),
        ("transfer-encoding", "chunked"),
        ("connection", "keep-alive, upgrade"),
        ("upgrade", "websocket"),
        ("expect", "100-continue"),
    ] {
        asked.headers.insert(name, value.parse().unwrap());
    }
    let answer = Client::new(for_receiver(&receiver)).unwrap().send(asked).await.unwrap();
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["x-seen"], answer.truncated),
        (201, &"yes".parse().unwrap(), false)
    );
    let heard = String::from_utf8(answer.body_start.to_vec()).unwrap();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<_> = head.lines().collect();
    assert_eq!(lines.remove(0), "POST /hook/%C4%91?access_token=a%20b&x=%E1%BB%95 HTTP/1.1");
    lines.sort_unstable();
    let host = format!("host: {}", receiver.address);
    let expected = [
        "accept-encoding: identity",
        "authorization: Bearer key",
        "connection: close",
        "content-length: 2",
        "content-type: application/cloudevents+json",
        &host,
        concat!("user-agent: HoaGiai/", env!("CARGO_PKG_VERSION")),
    ];
    assert_eq!((lines.as_slice(), body), (expected.as_slice(), "{}"));
}

#[tokio::test]
async fn every_request_has_a_connection_of_its_own_and_no_memory() {
    let receiver = receive("127.0.0.1:0", async |mut stream: TcpStream| {
        let heard = request(&mut stream).await;
        let status = if heard.contains("cookie") { "400 Bad" } else { "200 OK" };
        let head = format!("HTTP/1.1 {status}\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // It would go on with the connection; that it ends is the client's doing.
        assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0);
    })
    .await;
    let client = Client::new(for_receiver(&receiver)).unwrap();
    for _ in 0..3 {
        assert_eq!(client.send(post(&receiver.url("/"))).await.unwrap().status, 200);
    }
    let options = Request { method: Method::OPTIONS, body: Default::default(), ..post(&receiver.url("/")) };
    assert_eq!(client.send(options).await.unwrap().status, 200);
    assert_eq!(receiver.taken(), 4);
}

#[tokio::test]
async fn of_a_long_answer_the_start_is_read_and_of_an_endless_one_too() {
    for (length, truncated) in [(ANSWER_LIMIT, false), (ANSWER_LIMIT + 1, true), (3 * ANSWER_LIMIT, true)] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let answer = sent(&answering([head.into_bytes(), vec![b'x'; length]].concat()).await, "/").await.unwrap();
        assert_eq!((answer.body_start.len(), answer.truncated), (ANSWER_LIMIT, truncated), "{length}");
    }
    let endless = receive("127.0.0.1:0", async |mut stream: TcpStream| {
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await.unwrap();
        let chunk = [b"1000\r\n".to_vec(), vec![b'x'; 0x1000], b"\r\n".to_vec()].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    let answer = sent(&endless, "/").await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body_start.len(), answer.truncated), (200, ANSWER_LIMIT, true));
}

#[tokio::test]
async fn whoever_is_slow_is_left_when_the_time_is_over() {
    let silent = receive("127.0.0.1:0", async |mut stream: TcpStream| {
        // Reads, so that the connection stays, and says nothing.
        while stream.read(&mut [0; 1024]).await.unwrap_or(0) > 0 {}
    })
    .await;
    assert_eq!(hurried(&silent).await, Err(Fault::TimedOut), "silent");
    let pause = Duration::from_millis(50);
    let head = dripping(b"HTTP/1.1 200 OK\r\nX: ", b'x', pause).await;
    assert_eq!(hurried(&head).await, Err(Fault::TimedOut), "head");
    let body = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b'x', pause).await;
    assert_eq!(hurried(&body).await, Err(Fault::TimedOut), "body");
    let open = dripping(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b'x', pause).await;
    assert_eq!(hurried(&open).await, Err(Fault::TimedOut), "body without an end");
    let informing = receive("127.0.0.1:0", async |mut stream: TcpStream| {
        request(&mut stream).await;
        while stream.write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    assert_eq!(hurried(&informing).await, Err(Fault::TimedOut), "informing without an end");
}

#[tokio::test]
async fn what_is_no_whole_answer_is_a_fault_with_its_class() {
    let many = (0..2_000).map(|n| format!("X-{n}: {}\r\n", "y".repeat(50))).collect::<String>();
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(200_000));
    for (bytes, fault) in [
        ("", Fault::Reset),
        ("HTTP/1.1 200 OK\r\nContent-Le", Fault::Reset),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", Fault::Reset),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", Fault::Reset),
        ("SSH-2.0-OpenSSH_9.6\r\n", Fault::NotHttp),
        ("<html>no head</html>\r\n\r\n", Fault::NotHttp),
        ("HTTP/1.1 twohundred OK\r\n\r\n", Fault::NotHttp),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", Fault::NotHttp),
        (&format!("HTTP/1.1 200 OK\r\n{many}\r\n"), Fault::TooLarge),
        (&long, Fault::TooLarge),
    ] {
        let answer = sent(&answering(bytes).await, "/").await;
        assert_eq!(answer, Err(fault), "{}", &bytes[..bytes.len().min(60)]);
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nobody = receive("127.0.0.1:0", async |_| {}).await;
    let config = crate::sockets::opened(&["127.0.0.1"], &[("127.0.0.1", closed.port())], &[]);
    let client = Client::new(config).unwrap();
    assert_eq!(client.send(post(&format!("http://{closed}/"))).await, Err(Fault::Connect));
    assert_eq!(sent(&nobody, "/").await, Err(Fault::Reset), "closed at once");
}

#[tokio::test]
async fn nothing_of_what_was_sent_stands_in_a_text() {
    let receiver = answering("").await;
    let mut asked = post(&receiver.url("/secret-path?token=secret-token"));
    asked.headers.insert("authorization", "Bearer secret-key".parse().unwrap());
    asked.body = "secret-body".into();
    let shown = format!("{asked:?}");
    let fault = Client::new(for_receiver(&receiver)).unwrap().send(asked).await.unwrap_err();
    let answer = sent(&answering("HTTP/1.1 200 OK\r\nX: secret\r\nContent-Length: 6\r\n\r\nsecret").await, "/").await;
    let shown = format!("{shown} {fault} {fault:?} {answer:?}");
    assert!(!shown.contains("secret") && !shown.contains("127.0.0.1"), "{shown}");
}
