//! Running out of file descriptors: no spinning, no lasting harm. tonic's own loop takes 100 % of a core here.

use crate::{
    stop::Child,
    support::{figure, say},
};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Processor time of a process so far, in seconds.
fn cpu(id: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("a process");
    let after_name = stat.rsplit(')').next().expect("fields");
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().expect("utime") + fields[12].parse::<f64>().expect("stime");
    // The kernel's USER_HZ is 100 on every architecture that we run on.
    ticks / 100.0
}

async fn besieged(name: &str, files: u32, hold: u32) {
    // Nobody is let go during the measurement: the worst case for the loop.
    let child = Child::start("[server]\nbegun = \"6s\"\n", Some(files), hold).await;
    let mut sockets = Vec::new();
    for _ in 0..400 {
        let connect = TcpStream::connect(&child.address);
        // Beyond the accept queue the kernel lets connecting hang; that is its right.
        if let Ok(Ok(socket)) = tokio::time::timeout(Duration::from_millis(200), connect).await {
            sockets.push(socket);
        }
    }
    let (began, before) = (Instant::now(), cpu(child.id()));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let share = (cpu(child.id()) - before) / began.elapsed().as_secs_f64() * 100.0;
    figure(&format!("{name}.sockets"), sockets.len() as f64, "sockets");
    figure(&format!("{name}.cpu"), share, "%");
    assert!(share < 5.0, "{name}: {share} % of a core");
    drop(sockets);
    let freed = Instant::now();
    let answer = loop {
        match say(&child.channel(), "Say", "again").await {
            Ok(answer) => break answer,
            Err(status) => assert!(freed.elapsed() < Duration::from_secs(5), "{name}: {status}"),
        }
    };
    assert_eq!(answer, "again");
    figure(&format!("{name}.recovered_after"), freed.elapsed().as_secs_f64(), "s");
    child.signal("-TERM").await;
    assert!(child.ended(Duration::from_secs(20)).await.contains("(0)"));
}

#[tokio::test]
async fn more_sockets_than_descriptors_cost_nothing() {
    besieged("fd_exhaustion", 256, 0).await;
}

#[tokio::test]
async fn when_even_accepting_fails_the_loop_backs_off() {
    // Half of the descriptors are for connections, but others took them: accept answers EMFILE.
    besieged("fd_exhaustion_emfile", 256, 200).await;
}
