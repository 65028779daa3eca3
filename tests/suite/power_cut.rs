//! P11: what a process acknowledged is there after a power cut, wherever the cut falls and whatever the disk kept.

use std::{collections::BTreeMap, os::unix::fs::PermissionsExt, path::Path, process::Command, sync::Arc};

use hoagiai_store::{DatabaseConfig, Db, Keyring, Migrations, verify};
use hoagiai_tests::{
    power_cut::{Disk, FATES},
    trace,
};
use hoagiai_types::Env;
use rand::{RngExt, SeedableRng, rngs::StdRng};

const CUTS: usize = 1_200;
const WRITERS: &str = "8";
const EVENTS_EACH: &str = "60";

#[tokio::test]
async fn nothing_acknowledged_is_lost_in_a_power_cut() {
    let work = tempfile::tempdir().unwrap();
    let recorded = work.path().join("recorded");
    std::fs::create_dir(&recorded).unwrap();
    // The database exists before the record begins: a cut before the first table is no loss and proves nothing.
    run(Command::new(env!("CARGO_BIN_EXE_journal_writer")).arg(&recorded).args(["1", "1"]));
    let mut disk = Disk::of(&recorded).unwrap();

    let log = work.path().join("strace.log");
    run(Command::new("strace")
        .args(["-f", "-y", "-xx", "-s", "1048576", "-e"])
        .arg(format!("trace={}", trace::CALLS))
        .arg("-o")
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_journal_writer"))
        .arg(&recorded)
        .args([WRITERS, EVENTS_EACH]));
    let events = trace::read(&std::fs::read_to_string(&log).unwrap(), &recorded).unwrap();

    let mut random = StdRng::seed_from_u64(0x7072_6f6d_6973_6531);
    let mut cuts: BTreeMap<usize, usize> = BTreeMap::new();
    for _ in 0..CUTS {
        *cuts.entry(random.random_range(0..=events.len())).or_default() += 1;
    }
    let (mut tried, mut acknowledged_at_last) = (0, 0);
    for at in 0..=events.len() {
        for _ in 0..cuts.get(&at).copied().unwrap_or_default() {
            let fate = FATES[tried % FATES.len()];
            let found = work.path().join("found");
            lay(&disk.cut(fate, &mut random), &recorded, &found);
            let problem = inspect(&found, disk.acknowledged()).await;
            assert_eq!(problem, None, "cut {tried} after event {at} of {}, {fate:?}", events.len());
            std::fs::remove_dir_all(&found).unwrap();
            tried += 1;
        }
        if let Some(event) = events.get(at) {
            disk.feed(event);
            acknowledged_at_last = disk.acknowledged();
        }
    }
    assert!(acknowledged_at_last > 400, "the record holds too little to prove anything: {acknowledged_at_last}");
    println!(
        "P11: {tried} power cuts in 4 fates over {} events, {acknowledged_at_last} acknowledged writes: 0 lost",
        events.len()
    );
}

/// The harness can see the fault that it is there for: with syncs ignored, writes are lost.
#[tokio::test]
async fn a_disk_that_forgets_its_syncs_is_found_out() {
    let work = tempfile::tempdir().unwrap();
    let recorded = work.path().join("recorded");
    std::fs::create_dir(&recorded).unwrap();
    run(Command::new(env!("CARGO_BIN_EXE_journal_writer")).arg(&recorded).args(["1", "1"]));
    let mut disk = Disk::of(&recorded).unwrap();
    let log = work.path().join("strace.log");
    run(Command::new("strace")
        .args(["-f", "-y", "-xx", "-s", "1048576", "-e"])
        .arg(format!("trace={}", trace::CALLS))
        .arg("-o")
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_journal_writer"))
        .arg(&recorded)
        .args(["2", "20"]));
    for event in trace::read(&std::fs::read_to_string(&log).unwrap(), &recorded).unwrap() {
        if !matches!(event, trace::Event::Sync { .. }) {
            disk.feed(&event);
        }
    }
    let found = work.path().join("found");
    let mut random = StdRng::seed_from_u64(1);
    lay(&disk.cut(FATES[0], &mut random), &recorded, &found);
    assert!(inspect(&found, disk.acknowledged()).await.is_some());
}

fn run(command: &mut Command) {
    let status = command.stdout(std::process::Stdio::null()).status();
    assert!(status.as_ref().is_ok_and(std::process::ExitStatus::success), "{command:?} failed: {status:?}");
}

fn lay(files: &BTreeMap<std::path::PathBuf, Vec<u8>>, from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for (path, bytes) in files {
        // The shared-memory index does not outlive a power cut.
        if !path.to_string_lossy().ends_with("-shm") {
            let path = to.join(path.strip_prefix(from).unwrap());
            std::fs::write(&path, bytes).unwrap();
            // A power cut leaves modes as they were; keys that others may read are refused.
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

/// Opens what was found as the service would, and says what is wrong with it.
async fn inspect(folder: &Path, acknowledged: i64) -> Option<String> {
    let keys = Arc::new(Keyring::open_or_create(&folder.join("keys")).unwrap());
    let config = DatabaseConfig::sqlite(folder.join("writer.db"));
    let db = match Db::open(&config, "writer", Migrations::NONE, keys, Env::system()).await {
        Ok(db) => db,
        Err(error) => return Some(format!("does not open: {error:?}")),
    };
    let report = verify::verify(&db).await.unwrap();
    let head = db.head();
    db.close().await;
    if head < acknowledged {
        return Some(format!("{acknowledged} was acknowledged, the head is {head}"));
    }
    (!report.is_clean()).then(|| format!("the journal does not verify: {:?}", report.findings))
}
