//! The contracts of Hòa Giải as Rust: messages, clients and servers generated from `proto/`, the validation that the
//! contracts declare, and the codec that applies it. Everything about the contracts is generated; what is written
//! here by hand knows no message by name.

pub mod codec;
pub mod validate;

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

include!(concat!(env!("OUT_DIR"), "/packages.rs"));

/// The messages of Google's that ours hold.
pub mod google {
    pub use crate::generated::google::api::HttpBody;
    pub use crate::generated::google::r#type::Date;
}

/// Every contract and what it imports, as an encoded `google.protobuf.FileDescriptorSet` with comments and options.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| decode(DESCRIPTORS));

/// The descriptors of every contract, decoded once.
pub fn pool() -> &'static DescriptorPool {
    &POOL
}

#[expect(clippy::expect_used, reason = "the build wrote these bytes from this pool")]
fn decode(bytes: &'static [u8]) -> DescriptorPool {
    DescriptorPool::decode(bytes).expect("the descriptors written by the build")
}

#[expect(clippy::allow_attributes, reason = "which lints fire depends on what the contracts hold")]
#[allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::all,
    clippy::expect_used,
    rustdoc::all,
    reason = "generated code"
)]
mod generated {
    use crate::validate as v;

    include!(concat!(env!("OUT_DIR"), "/modules.rs"));
    include!(concat!(env!("OUT_DIR"), "/validation.rs"));
}

#[cfg(test)]
mod tests;
