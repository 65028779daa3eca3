//! The generator refuses what it does not know.

#[path = "../../build/names.rs"]
mod names;
#[path = "../../build/rules.rs"]
mod rules;
#[path = "../../build/validation.rs"]
mod validation;

use std::path::Path;

#[test]
fn a_rule_that_the_generator_does_not_know_fails_the_build() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compiler =
        protox::Compiler::new([here.join("testdata/refused"), here.join("../../proto/third_party")]).unwrap();
    compiler.include_imports(true).open_file("refused.proto").unwrap();
    let faults = validation::generate(&compiler.descriptor_pool()).unwrap_err();
    let expected = [
        ("Refused.address", "string.ipv6"),
        ("Refused.calculated", "cel"),
        ("Refused.unique", "repeated.unique"),
        ("Refused.outside", "excluding range"),
        ("Refused.broken", "does not compile"),
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (field, text) in expected {
        assert!(faults.iter().any(|f| f.contains(field) && f.contains(text)), "{field} {text}: {faults:#?}");
    }
}
