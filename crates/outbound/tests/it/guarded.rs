//! Connections go where the guard passed them, and nowhere else.

use hoagiai_outbound::{
    client::{Client, ClientConfig, Fault},
    guard::{Refusal, Special},
};
use tokio::io::AsyncWriteExt;

use crate::sockets::{Answers, Receiver, opened, post, receive, request, sent};

/// Answers 204 to everything.
async fn taking(address: &str) -> Receiver {
    receive(address, async |mut stream| {
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    })
    .await
}

#[tokio::test]
async fn nothing_within_is_reached_unless_it_is_opened() {
    let receiver = taking("127.0.0.1:0").await;
    let port = receiver.address.port();
    // The port and plain HTTP are opened, the network is not.
    let client = Client::new(opened(&[], &[("127.0.0.1", port), ("localhost", port)], &[port])).unwrap();
    let refused = Err(Fault::Refused(Refusal::Address(Special::Loopback)));
    for host in ["127.0.0.1", "localhost", "0x7f.1", "2130706433"] {
        assert_eq!(client.send(post(&format!("https://{host}:{port}/"))).await, refused, "{host}");
    }
    assert_eq!(client.send(post(&receiver.url("/"))).await, refused);
    let closed = Client::new(ClientConfig::default()).unwrap();
    assert_eq!(closed.send(post(&receiver.url("/"))).await, Err(Fault::Refused(Refusal::Plain)));
    assert_eq!(closed.send(post("https://[::1]/")).await, refused);
    assert_eq!(receiver.taken(), 0);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_not_followed_there() {
    let good = taking("127.0.0.2:0").await;
    let port = good.address.port();
    let trap = taking(&format!("127.0.0.1:{port}")).await;
    let answers = Answers::of(&[&["127.0.0.2"], &["127.0.0.1"], &["169.254.169.254"], &["127.0.0.2"]]);
    let client = Client::with_resolver(opened(&["127.0.0.2"], &[("rebind.test", port)], &[]), answers).unwrap();
    let url = format!("http://rebind.test:{port}/");
    assert!(client.guard().target(&url).is_ok(), "a name alone says nothing");
    assert_eq!(client.send(post(&url)).await.unwrap().status, 204);
    let refused = |special| Err(Fault::Refused(Refusal::Address(special)));
    assert_eq!(client.send(post(&url)).await, refused(Special::Loopback));
    assert_eq!(client.send(post(&url)).await, refused(Special::Metadata));
    assert_eq!(client.send(post(&url)).await.unwrap().status, 204);
    assert_eq!(client.send(post(&url)).await, Err(Fault::Dns), "the resolver has no more answers");
    assert_eq!((good.taken(), trap.taken()), (2, 0));
}

#[tokio::test]
async fn of_several_addresses_only_those_that_pass_are_tried() {
    let good = taking("127.0.0.2:0").await;
    let port = good.address.port();
    let trap = taking(&format!("127.0.0.1:{port}")).await;
    let answers = Answers::of(&[&["127.0.0.1", "::1", "::ffff:127.0.0.2", "10.0.0.1", "127.0.0.2"], &[]]);
    let client = Client::with_resolver(opened(&["127.0.0.2"], &[("many.test", port)], &[]), answers).unwrap();
    let url = format!("http://many.test:{port}/");
    assert_eq!(client.send(post(&url)).await.unwrap().status, 204);
    assert_eq!(client.send(post(&url)).await, Err(Fault::Dns), "a name without addresses");
    assert_eq!((good.taken(), trap.taken()), (1, 0));
}

#[tokio::test]
async fn an_address_that_leads_nowhere_leaves_the_next_one() {
    let good = taking("127.0.0.2:0").await;
    let port = good.address.port();
    // Nobody listens on this port of 127.0.0.3.
    let answers = Answers::of(&[&["127.0.0.3", "127.0.0.2"], &["127.0.0.3"]]);
    let client = Client::with_resolver(opened(&["127.0.0.0/8"], &[("two.test", port)], &[]), answers).unwrap();
    let url = format!("http://two.test:{port}/");
    assert_eq!(client.send(post(&url)).await.unwrap().status, 204);
    assert_eq!(client.send(post(&url)).await, Err(Fault::Connect));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let trap = taking("127.0.0.1:0").await;
    let location = trap.url("/");
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let head = format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let receiver = receive("127.0.0.1:0", move |mut stream| {
            let head = head.clone();
            async move {
                request(&mut stream).await;
                stream.write_all(head.as_bytes()).await.unwrap();
            }
        })
        .await;
        let answer = sent(&receiver, "/").await.unwrap();
        assert_eq!(answer.status.as_str(), &status[..3]);
        assert_eq!(answer.headers["location"], location);
    }
    assert_eq!(trap.taken(), 0);
}
