//! The seeds of `fuzz/`, and with them whatever fuzzing has found, through the targets on every run of the tests.

use std::collections::BTreeSet;
use std::fs::read_dir;
use std::path::Path;

use super::{Subject, TARGETS};
use crate::contracts;

/// The bytes that all seeds together may have: they are read in reviews.
const ROOM: u64 = 200 << 10;

#[test]
fn every_seed_goes_through_its_target() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let subject = Subject::new(contracts::pool()).unwrap();
    let mut room = 0;
    for (name, target) in TARGETS {
        let files: Vec<_> = read_dir(seeds.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(files.len() > 3, "{name} has {} seeds", files.len());
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            room += u64::try_from(bytes.len()).unwrap();
            // The name of the file, should the target panic.
            println!("{}", file.display());
            target(&subject, &bytes);
        }
    }
    assert!(room <= ROOM, "{room}");
}

#[test]
fn every_target_is_one_of_the_fuzzers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let stems = |folder: &str, root: &Path| -> BTreeSet<String> {
        let files = read_dir(root.join(folder)).unwrap().map(|file| file.unwrap().path());
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(stems("fuzz_targets", &folder), targets);
    assert_eq!(stems("seeds", &folder), targets);
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for name in targets {
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}
