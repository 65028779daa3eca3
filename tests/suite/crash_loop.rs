//! P10: what a process acknowledged is there after `kill -9`, however often and whenever it is killed.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use hoagiai_store::{DatabaseConfig, Db, Keyring, Migrations, verify};
use hoagiai_types::Env;
use rand::{RngExt, SeedableRng, rngs::StdRng};

const KILLS: usize = 100;

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    let work = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(0x6b69_6c6c);
    let (mut acknowledged, mut last) = (0_u64, 0_i64);
    for kill in 0..KILLS {
        let mut child = Command::new(env!("CARGO_BIN_EXE_journal_writer"))
            .arg(work.path())
            .args(["8", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The kill falls between two acknowledgements, anywhere from the first to some hundreds.
        let (count, highest) = read_then_kill(&mut child, random.random_range(1..400));
        acknowledged += count;
        last = last.max(highest);
        let head = check(work.path()).await;
        assert!(head >= last, "kill {kill}: {last} was acknowledged, the head is {head}");
    }
    println!("P10: {KILLS} kills, {acknowledged} acknowledged writes: 0 lost, journal verified after each");
}

/// Reads acknowledgements until there are enough, kills, and reads what was still in the pipe: that was said, too.
fn read_then_kill(child: &mut Child, enough: u64) -> (u64, i64) {
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let (mut count, mut highest) = (0, 0);
    let mut line = String::new();
    let mut killed = false;
    loop {
        line.clear();
        if lines.read_line(&mut line).unwrap() == 0 {
            break;
        }
        // A line without its end was never said whole.
        if let Some(position) = line.strip_suffix('\n').and_then(|line| line.strip_prefix("ack ")) {
            highest = highest.max(position.parse().unwrap());
            count += 1;
        }
        if count >= enough && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the writer ended by itself after {count} acknowledgements");
    (count, highest)
}

async fn check(folder: &Path) -> i64 {
    let keys = Arc::new(Keyring::open_or_create(&folder.join("keys")).unwrap());
    let config = DatabaseConfig::sqlite(folder.join("writer.db"));
    let db = Db::open(&config, "writer", Migrations::NONE, keys, Env::system()).await.unwrap();
    let report = verify::verify(&db).await.unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
    let head = db.head();
    db.close().await;
    head
}
