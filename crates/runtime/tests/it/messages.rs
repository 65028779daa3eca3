//! Hostile payloads: too large, bombs, too deep, malformed. Each has its code and reason, none the library's own words.

use crate::stop::Child;
use crate::support::{Note, PREFACE, call, call_headers, figure, frame, note, reason, refused_with, say, started};
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tonic::{Code, Request, codec::CompressionEncoding};
use tonic_prost::ProstCodec;

#[tokio::test]
async fn a_message_over_the_limit_is_refused_before_it_is_buffered() {
    let (server, _) = started("").await;
    let channel = server.channel().unwrap();
    assert_eq!(say(&channel, "Say", &"x".repeat(1_000_000)).await.unwrap().len(), 1_000_000);
    let refused =
        refused_with(say(&channel, "Say", &"x".repeat(1 << 20)).await, Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
    assert!(!refused.message().contains("decoded"), "{refused:?}");
    assert_eq!(say(&channel, "Say", "after").await.unwrap(), "after");
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_sent() {
    let (server, _) = started("").await;
    let channel = server.channel().unwrap();
    assert_eq!(say(&channel, "Big", "4000000").await.unwrap().len(), 4_000_000);
    refused_with(say(&channel, "Big", "4194305").await, Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
}

/// The most memory that a process ever had, in bytes.
fn peak(id: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}

#[tokio::test]
async fn a_decompression_bomb_is_refused() {
    // A server in its own process, so that the memory measured is not the attacker's.
    let child = Child::start("", None, 0).await;
    let channel = child.channel();
    assert_eq!(say(&channel, "Say", "before").await.unwrap(), "before");
    let before = peak(child.id());
    let mut grpc = tonic::client::Grpc::new(channel.clone()).send_compressed(CompressionEncoding::Gzip);
    grpc.ready().await.unwrap();
    // 200 MB of zeros in 200 kB.
    let bomb = Request::new(note("\0".repeat(200 << 20)));
    let path = "/test.Echo/Say".parse().unwrap();
    let refused = grpc.unary(bomb, path, ProstCodec::<Note, Note>::default()).await;
    refused_with(refused, Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
    let oversize = say(&channel, "Say", &"x".repeat(20 << 20)).await;
    refused_with(oversize, Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
    let grown = peak(child.id()) - before;
    figure("bomb_and_oversize.peak_memory_growth", grown / 1e6, "MB");
    assert!(grown < 24e6, "{grown} bytes for a message limit of 1 MiB");
    assert_eq!(say(&channel, "Say", "after").await.unwrap(), "after");
}

#[tokio::test]
async fn nesting_too_deep_is_malformed() {
    let (server, _) = started("").await;
    let channel = server.channel().unwrap();
    let nested = |depth| (0..depth).fold(note("bottom"), |inner, _| Note { inner: Some(Box::new(inner)), ..note("") });
    assert!(call(&channel, "Say", Request::new(nested(50))).await.is_ok());
    refused_with(call(&channel, "Say", Request::new(nested(200))).await, Code::InvalidArgument, "MALFORMED_MESSAGE");
}

/// Sends raw bytes as the message of one call; answers the status that comes in header or trailer bytes.
async fn raw(server: &hoagiai_runtime::Server, message: &[u8], compressed: u8) -> Vec<u8> {
    let mut socket = TcpStream::connect(server.local_addr()).await.unwrap();
    let mut body = vec![compressed];
    body.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    body.extend(message);
    let hello = [PREFACE, &frame(4, 0, 0, &[]), &frame(1, 4, 1, &call_headers("Say"))].concat();
    socket.write_all(&hello).await.unwrap();
    for (at, part) in body.chunks(16_000).enumerate() {
        let last = (at + 1) * 16_000 >= body.len();
        socket.write_all(&frame(0, u8::from(last), 1, part)).await.unwrap();
    }
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    let ended = |answer: &[u8]| {
        // Walk the frames; the call's last one has END_STREAM, or is a reset.
        let mut at = 0;
        while at + 9 <= answer.len() {
            let length = usize::from(answer[at]) << 16 | usize::from(answer[at + 1]) << 8 | usize::from(answer[at + 2]);
            let whole = at + 9 + length <= answer.len();
            if whole && answer[at + 8] == 1 && (answer[at + 3] == 3 || answer[at + 3] < 2 && answer[at + 4] & 1 == 1) {
                return true;
            }
            at += 9 + length;
        }
        false
    };
    let reading = async {
        while !ended(&answer) {
            let read = socket.read(&mut part).await.unwrap();
            assert!(read > 0, "closed before an answer to {:?}: {answer:?}", &message[..message.len().min(20)]);
            answer.extend(&part[..read]);
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), reading).await.expect("an answer");
    answer
}

#[tokio::test]
async fn malformed_protobuf_is_the_callers_fault_and_names_nothing() {
    let (server, inside) = started("").await;
    // A string longer than the message; a wrong wire type; an endless varint; text that is no UTF-8; no message at all.
    let bad: [&[u8]; 5] = [&[0x0a, 0x7f, b'x'], &[0x0b], &[0xff; 11], &[0x0a, 1, 0xff], &[0x08, 0xff, 0xff]];
    let count = bad.len() as f64;
    for message in bad {
        let answer = raw(&server, message, 0).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(!text.contains("Note") && !text.contains("prost") && !text.contains("decode"), "{text}");
    }
    raw(&server, b"not gzip", 1).await;
    raw(&server, b"", 7).await;
    let many = Note { numbers: vec![1; 50_000], ..note("") }.encode_to_vec();
    raw(&server, &many, 0).await;
    let metrics = server.metrics();
    let counted = |code: &str| crate::support::counter(&metrics, "rpc_server_call_duration_seconds_count", code);
    assert_eq!(counted("INVALID_ARGUMENT"), count + 2.0, "{metrics}");
    assert_eq!(counted("\"INTERNAL\""), 0.0);
    assert_eq!(counted("\"OK\""), 1.0, "50,000 numbers are many, not wrong");
    assert_eq!(inside.began.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_a_service_lets_slip_does_not_leave() {
    let (server, _) = started("").await;
    let refused = say(&server.channel().unwrap(), "Leak", "").await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Internal, "INTERNAL"));
    assert!(!format!("{refused:?}").contains("SELECT"), "{refused:?}");
}
