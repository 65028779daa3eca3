//! The targets of `hoagiai_transcode::fuzzing` under a fuzzer. Another fuzzer than libFuzzer needs this function alone.

use std::cell::OnceCell;
use std::path::Path;

use hoagiai_transcode::fuzzing::{Subject, TARGETS};

thread_local! {
    static SUBJECT: OnceCell<Subject> = const { OnceCell::new() };
}

/// Runs a target by its name.
///
/// # Panics
/// What must hold does not; or there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target");
    SUBJECT.with(|subject| target(subject.get_or_init(subject_of_contract), data));
}

fn subject_of_contract() -> Subject {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [here.join("../testdata"), here.join("../../../proto/third_party")];
    let mut compiler = protox::Compiler::new(folders).expect("folders of contracts");
    compiler.include_imports(true);
    compiler.open_files(["t/v1/library.proto", "google/rpc/error_details.proto"]).expect("the contract of the tests");
    Subject::new(&compiler.descriptor_pool()).expect("the contract of the tests")
}
