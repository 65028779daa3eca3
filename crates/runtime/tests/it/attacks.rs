//! The attack kit: loopback only, bounded in count and time. Each attack runs beside an honest client whose calls must
//! all succeed, and prints what it cost. Bounds are generous for a busy machine and still far from what an unguarded
//! server does (silent sockets: held for ever; 200,000 streams: 255 MB; PING: a worker for as long as it likes).

use crate::{
    honest::Client,
    support::{PREFACE, call_headers, counter, figure, frame, resident, started, until},
};
use hoagiai_runtime::Server;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const SHORT: &str = "[server]\nbegun = \"1s\"\n";

/// How one flooding connection ended.
struct Flooded {
    /// Bytes that went out before the server closed.
    sent: usize,
    /// None: not closed in time.
    closed_after: Option<Duration>,
}

/// Opens a connection, says hello and writes `pieces` until the server closes, all are sent and it stays silent, or
/// `limit` is over.
async fn flood(server: &Server, pieces: impl IntoIterator<Item = Vec<u8>>, limit: Duration) -> Flooded {
    let began = Instant::now();
    let stream = TcpStream::connect(server.local_addr()).await.expect("a connection");
    let (mut reader, mut writer) = stream.into_split();
    let closed = tokio::spawn(async move {
        let mut sink = vec![0; 64 << 10];
        while reader.read(&mut sink).await.is_ok_and(|read| read > 0) {}
        Instant::now()
    });
    let mut sent = 0;
    let writing = async {
        writer.write_all(PREFACE).await?;
        writer.write_all(&frame(4, 0, 0, &[])).await?;
        for piece in pieces {
            writer.write_all(&piece).await?;
            sent += piece.len();
        }
        Ok::<_, std::io::Error>(())
    };
    let _ = tokio::time::timeout(limit, writing).await;
    let left = limit.saturating_sub(began.elapsed());
    let closed = tokio::time::timeout(left, closed).await.ok().and_then(Result::ok);
    Flooded { sent, closed_after: closed.map(|at| at - began) }
}

/// One attack: the pieces of a connection, made anew for each of [`ROUNDS`] connections.
const ROUNDS: usize = 20;

/// Runs one flood, connection after connection, beside an honest client and checks the promises P2.
async fn withstands<P: IntoIterator<Item = Vec<u8>>>(name: &str, must_close: bool, pieces: impl Fn() -> P) {
    let (server, _) = started(SHORT).await;
    let channel = server.channel().expect("a channel");
    crate::support::say(&channel, "Say", "warm").await.expect("a warm connection");
    let before = resident();
    let honest = Client::start(channel);
    let (mut sent, mut slowest) = (0, Duration::ZERO);
    for round in 0..ROUNDS {
        let flooded = flood(&server, pieces(), Duration::from_secs(20)).await;
        sent += flooded.sent;
        assert!(!must_close || flooded.closed_after.is_some(), "{name} {round}: the connection was left open");
        slowest = slowest.max(flooded.closed_after.unwrap_or_default());
    }
    let grown = resident() - before;
    honest.has_called(50).await;
    let mut honest = honest.stop().await;
    let p99 = honest.p99();
    figure(&format!("{name}.sent"), sent as f64 / 1e6, "MB");
    figure(&format!("{name}.closed_after_at_most"), slowest.as_secs_f64(), "s");
    figure(&format!("{name}.memory_growth"), grown as f64 / 1e6, "MB");
    figure(&format!("{name}.honest_calls"), honest.calls as f64, "calls");
    figure(&format!("{name}.honest_p99"), p99.as_secs_f64() * 1e3, "ms");
    assert!(honest.failed.is_empty(), "{name}: honest calls failed: {:?}", honest.failed);
    assert!(grown < 64 << 20, "{name}: memory grew by {grown} bytes");
    let after = crate::support::say(&server.channel().expect("a channel"), "Say", "after").await;
    assert_eq!(after.expect("the server lives"), "after", "{name}");
    assert_eq!(server.shutdown().await.aborted_calls, 0);
}

fn repeated(piece: Vec<u8>, in_a_write: usize, writes: usize) -> impl Iterator<Item = Vec<u8>> {
    let block = piece.repeat(in_a_write);
    std::iter::repeat_with(move || block.clone()).take(writes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ping_flood_is_cut() {
    // 34 MB of PING; without the guard one connection keeps a worker busy for ever.
    withstands("ping_flood", true, || repeated(frame(6, 0, 0, &[0; 8]), 1000, 2000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_guard_a_ping_flood_is_answered() {
    // Shows that the other tests can fail: the library alone lets the same flood be.
    let (server, _) = started("[server]\nframe_burst = 100000000\n").await;
    let pings = repeated(frame(6, 0, 0, &[0; 8]), 1000, 300);
    let flooded = flood(&server, pings, Duration::from_secs(4)).await;
    assert!(flooded.sent > 4_000_000 && flooded.closed_after.is_none(), "{} bytes", flooded.sent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_settings_flood_is_cut() {
    withstands("settings_flood", true, || repeated(frame(4, 0, 0, &[]), 1000, 2000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_update_flood_is_cut() {
    withstands("window_update_flood", true, || repeated(frame(8, 0, 0, &1_u32.to_be_bytes()), 1000, 2000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_priority_flood_is_cut() {
    withstands("priority_flood", true, || repeated(frame(2, 0, 1, &[0; 5]), 1000, 2000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_unknown_frames_is_cut() {
    withstands("unknown_frame_flood", true, || repeated(frame(0xfa, 0, 0, &[]), 1000, 2000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rapid_resets_are_cut() {
    let pairs = || {
        let block = call_headers("Wait");
        (0..20_000_u32).map(move |number| {
            let stream = 2 * number + 1;
            [frame(1, 4, stream, &block), frame(3, 0, stream, &8_u32.to_be_bytes())].concat()
        })
    };
    withstands("rapid_reset", true, pairs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_continuation_is_cut() {
    let rest = || repeated(frame(9, 0, 1, &[0x00, 1, b'a', 1, b'b']), 100, 10_000);
    let first = || std::iter::once(frame(1, 0, 1, &call_headers("Say")));
    withstands("continuation_flood", true, || first().chain(rest())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_data_is_cut() {
    let first = || std::iter::once(frame(1, 4, 1, &call_headers("Say")));
    withstands("empty_data_flood", true, || first().chain(repeated(frame(0, 0, 1, &[]), 1000, 500))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_bomb_is_refused() {
    // One entry of 4 KiB in the dynamic table, then a byte for each use of it: 4,000-fold.
    let value = vec![b'v'; 3900];
    let mut block = call_headers("Say");
    block.extend([0x40, 1, b'x', 0x7f]);
    let mut length = value.len() - 127;
    while length >= 128 {
        block.push(u8::try_from(length % 128 + 128).expect("a byte"));
        length /= 128;
    }
    block.push(u8::try_from(length).expect("a byte"));
    block.extend(&value);
    block.extend(vec![0xbe; 8000]);
    let bombs = || (0..200_u32).map(|number| frame(1, 5, 2 * number + 1, &block));
    withstands("header_bomb", false, bombs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_thousand_streams_cost_little() {
    let opens = || {
        let block = call_headers("Wait");
        (0..200_u32).map(move |batch| {
            let streams = (0..1000).map(|number| 2 * (batch * 1000 + number) + 1);
            streams.flat_map(|stream| frame(1, 4, stream, &block)).collect::<Vec<u8>>()
        })
    };
    withstands("stream_flood", true, opens).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_and_slow_sockets_are_let_go() {
    let (server, _) = started(SHORT).await;
    let channel = server.channel().expect("a channel");
    crate::support::say(&channel, "Say", "warm").await.expect("a warm connection");
    let honest = Client::start(channel);
    let began = Instant::now();
    // Silent; silent after the preface; a header block of a thousand bytes, one each tenth of a second.
    let mut sockets = Vec::new();
    for number in 0..480 {
        let mut socket = TcpStream::connect(server.local_addr()).await.expect("a connection");
        match number % 3 {
            0 => {}
            1 => socket.write_all(PREFACE).await.expect("the preface"),
            _ => {
                socket
                    .write_all(&[PREFACE, &frame(4, 0, 0, &[]), &frame(1, 4, 1, &[0x83; 1000])[..20]].concat())
                    .await
                    .expect("hello");
            }
        }
        sockets.push(tokio::spawn(async move {
            let (mut reader, mut writer) = socket.into_split();
            let drip = async {
                loop {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    let dripping = number % 3 == 2;
                    if dripping && writer.write_all(&[0x83]).await.is_err() {
                        return;
                    }
                }
            };
            let closed = async {
                let mut sink = [0; 1024];
                while reader.read(&mut sink).await.is_ok_and(|read| read > 0) {}
            };
            tokio::select! { () = drip => {}, () = closed => {} }
        }));
    }
    let limit = Duration::from_secs(12);
    for socket in sockets {
        let left = limit.saturating_sub(began.elapsed());
        tokio::time::timeout(left, socket).await.expect("every hostile socket is let go").expect("a socket");
    }
    let gone = began.elapsed();
    let mut honest = honest.stop().await;
    figure("slow_sockets.gone_after", gone.as_secs_f64(), "s");
    figure("slow_sockets.honest_calls", honest.calls as f64, "calls");
    figure("slow_sockets.honest_p99", honest.p99().as_secs_f64() * 1e3, "ms");
    assert!(honest.failed.is_empty(), "{:?}", honest.failed);
    until("the cuts are counted", Duration::from_secs(5), || {
        counter(&server.metrics(), "hoagiai_server_connections_cut_total", "unfinished") >= 480.0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_gets_its_share_and_no_more() {
    let (server, _) = started("[server]\nconnections_per_address = 5\n").await;
    let mut open = Vec::new();
    for _ in 0..12 {
        let mut socket = TcpStream::connect(server.local_addr()).await.expect("a connection");
        let _ = socket.write_all(&[PREFACE, &frame(4, 0, 0, &[])].concat()).await;
        open.push(socket);
    }
    let mut served = 0;
    for socket in &mut open {
        // A served connection begins with the server's SETTINGS; the others are closed.
        let mut first = [0; 9];
        served += usize::from(socket.read_exact(&mut first).await.is_ok());
    }
    assert_eq!(served, 5);
}

#[tokio::test]
async fn an_idle_connection_is_asked_to_leave() {
    let (server, _) = started("[server]\nidle = \"400ms\"\n").await;
    let began = Instant::now();
    let flooded = flood(&server, [], Duration::from_secs(10)).await;
    assert!(flooded.closed_after.is_some(), "still open after {:?}", began.elapsed());
}
