//! Tests of the generated validation and of the codec, over the contract in `testdata`.

mod codec;
mod generator;
mod rules;

#[expect(clippy::allow_attributes, reason = "which lints fire depends on what the contract holds")]
#[allow(missing_docs, unreachable_pub, dead_code, clippy::all, reason = "generated code")]
mod generated {
    use crate::validate as v;

    include!(concat!(env!("OUT_DIR"), "/rules/modules.rs"));
    include!(concat!(env!("OUT_DIR"), "/rules/validation.rs"));
}
