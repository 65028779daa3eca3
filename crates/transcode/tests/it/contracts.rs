//! Contracts for tests, compiled when a test runs.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    compile(&[here.join("testdata")], "t/v1/library.proto").expect("the contract of the tests")
});

/// The contract of `testdata/t/v1/library.proto`.
pub(crate) fn pool() -> &'static DescriptorPool {
    &POOL
}

/// A message of that contract.
pub(crate) fn message(name: &str) -> MessageDescriptor {
    pool().get_message_by_name(&format!("t.v1.{name}")).expect("a message of the contract")
}

/// The pool of one file; comments are kept.
pub(crate) fn compile(folders: &[PathBuf], file: &str) -> Result<DescriptorPool, protox::Error> {
    let google = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/third_party");
    let mut compiler = protox::Compiler::new(folders.iter().cloned().chain([google]))?;
    // The details of errors come into the pool by this, as they do in any service that has them.
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files([file, "google/rpc/error_details.proto"])?;
    Ok(compiler.descriptor_pool())
}
