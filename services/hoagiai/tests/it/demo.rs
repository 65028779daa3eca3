//! The demo from end to end, small: the same play, figures and guarantees as that of the whole city.

use std::{
    fs,
    path::Path,
    process::{Child, Command},
    time::Duration,
};

use hoagiai::folder::Folder;

use crate::support::{SMALL, hoagiai, small_demo, stderr, stdout};

fn verify(path: &Path) -> (Option<i32>, String) {
    let output = hoagiai(&["journal", "verify", "--data", path.to_str().unwrap()]);
    (output.status.code(), stdout(&output) + &stderr(&output))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_shows_its_figures_and_a_second_run_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let first = small_demo(place.path()).await;
    assert!(!first.already && first.figures.are(SMALL.size, 126), "{:?}", first.figures);
    assert_eq!(first.figures.five_good.percent, "60.00");
    let json = serde_json::to_value(&first.figures).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 10, "{keys:?}");
    assert_eq!(json["success_rate"], serde_json::json!({"numerator": 95, "denominator": 111, "percent": "85.59"}));

    let second = small_demo(place.path()).await;
    assert!(second.already);
    assert_eq!((second.figures, second.heads), (first.figures, first.heads));
    let (code, text) = verify(place.path());
    assert_eq!(code, Some(0), "{text}");

    tampering_is_found(place.path());
}

/// Alters one letter of one entry in the file of the registry.
fn tampering_is_found(path: &Path) {
    let file = path.join("registry.db");
    let mut bytes = fs::read(&file).unwrap();
    let word = b"TeamPlanned";
    let at = bytes.windows(word.len()).position(|window| window == word).unwrap();
    bytes[at] = b'X';
    fs::write(&file, bytes).unwrap();
    let (code, text) = verify(path);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("registry"), "{text}");
    // Beside journals with entries, one that is gone was taken away.
    fs::remove_file(path.join("cases.db")).unwrap();
    for gone in ["cases.db", "cases.witness"] {
        let _ = fs::remove_file(path.join(gone));
        let (code, text) = verify(path);
        assert!(code == Some(4) && text.contains("cases: ALTERED"), "{text}");
    }
    // Nor is a journal not begun of which a witness knows.
    for left in ["registry.db", "evaluation.db", "reporting.db"] {
        fs::remove_file(path.join(left)).unwrap();
    }
    let (code, text) = verify(path);
    assert!(code == Some(4) && text.contains("registry: ALTERED"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_that_was_killed_is_no_alteration() {
    for file in ["keys", "registry.db", "registry.db-wal", "cases.db", "evaluation.db", "reporting.db-wal"] {
        let place = tempfile::tempdir().unwrap();
        let mut child = child_of(place.path());
        while !place.path().join(file).exists() {
            assert!(child.try_wait().unwrap().is_none(), "the demo ended before it began");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (code, text) = verify(place.path());
        assert!(code == Some(0) || text.contains("has no keys"), "{file}: {text}");
    }
}

/// A demo in a process of its own.
fn child_of(path: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "demo::child", "--nocapture"]).env("DEMO_CHILD", path).spawn().unwrap()
}

/// Not a test of its own: the process that `a_demo_killed_midway_goes_on` kills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    if let Some(path) = std::env::var_os("DEMO_CHILD") {
        small_demo(Path::new(&path)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_killed_midway_goes_on() {
    let whole = tempfile::tempdir().unwrap();
    let whole = small_demo(whole.path()).await;
    let place = tempfile::tempdir().unwrap();
    let size = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
    // Killed whenever a journal has grown further: during formation, among cases, during evaluation. What the migrations of
    // the first start wrote does not count: the mark of the demo is written once every service is up.
    let mut migrated: Option<Vec<u64>> = None;
    let files = [("registry.db-wal", 400_000), ("cases.db-wal", 200_000), ("evaluation.db-wal", 200_000)];
    for (index, (file, grown)) in files.into_iter().enumerate() {
        let mut child = child_of(place.path());
        while !place.path().join("demo.json").exists() {
            assert!(child.try_wait().unwrap().is_none(), "the demo ended before it began");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let migrated = migrated.get_or_insert_with(|| files.map(|(file, _)| size(&place.path().join(file))).to_vec());
        let file = place.path().join(file);
        while size(&file) < migrated[index] + grown && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (code, text) = verify(place.path());
        assert_eq!(code, Some(0), "{text}");
    }
    let rest = small_demo(place.path()).await;
    assert_eq!(rest.figures, whole.figures);
    assert_eq!(rest.heads.iter().map(|h| h.0).collect::<Vec<_>>(), whole.heads.iter().map(|h| h.0).collect::<Vec<_>>());
    assert_eq!(verify(place.path()).0, Some(0));
    drop(Folder::lock(place.path()).unwrap());
}
