//! The rules of a table, case by case: each contract is compiled with one rule in it.

use std::fs;

use crate::contracts::{self, compile};
use crate::{Binding, BodyRule, Table, Upload};

/// The faults of a rule on `rpc Call(Request) returns (Answer)`.
fn faults(rules: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let methods: String = rules
        .iter()
        .enumerate()
        .map(|(at, rule)| format!("rpc M{at}(Request) returns (Answer) {{ option (google.api.http) = {{{rule}}}; }}\n"))
        .collect();
    let contract = format!(
        r#"syntax = "proto3"; package r;
        import "google/api/annotations.proto"; import "google/protobuf/timestamp.proto"; import "google/type/date.proto";
        import "google/protobuf/struct.proto"; import "google/protobuf/wrappers.proto";
        service S {{ {methods} }}
        message Request {{ string id = 1; int32 number = 2; Inner inner = 3; repeated string list = 4; map<string, string> map = 5;
          google.protobuf.Timestamp time = 6; google.type.Date day = 7; google.protobuf.Value value = 8;
          google.protobuf.StringValue box = 9; repeated Inner inners = 10; }}
        message Inner {{ string id = 1; Inner inner = 2; }}
        message Answer {{ string id = 1; }}"#
    );
    fs::write(folder.path().join("r.proto"), contract).unwrap();
    let pool = compile(&[folder.path().to_path_buf()], "r.proto").unwrap();
    match Table::build(&pool, |_| true) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.0.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_rule_that_makes_sense_is_a_route() {
    for rule in [
        r#"get: "/v1/x""#,
        r#"get: "/v1/{id}""#,
        r#"get: "/v1/{id=a/*/b/**}:do""#,
        r#"get: "/v1/{number}/{time}/{day}/{box}""#,
        r#"get: "/v1/{inner.inner.id}""#,
        r#"post: "/v1/{id}" body: "*""#,
        r#"put: "/v1/{inner.id}" body: "inner""#,
        r#"patch: "/v1/{id}" body: "inners""#,
        r#"delete: "/v1/{id}""#,
        r#"delete: "/v1/{id}" body: "map""#,
        r#"get: "/v1/x" response_body: "id""#,
        r#"custom {kind: "REPORT" path: "/v1/x"}"#,
        r#"custom {kind: "*" path: "/v1/x"}"#,
        r#"get: "/v1/a" additional_bindings {get: "/v1/b"} additional_bindings {post: "/v1/a" body: "*"}"#,
    ] {
        assert_eq!(faults(&[rule]), [""; 0], "{rule}");
    }
}

#[test]
fn a_rule_that_makes_none_is_named() {
    for (rule, fault) in [
        ("", "binding 0: no pattern"),
        (r#"body: "*""#, "binding 0: no pattern"),
        (r#"get: "v1""#, "binding 0: path `v1` at 0: a template begins with `/`"),
        (r#"get: "/v1/{id""#, "at 7: a variable ends"),
        (r#"get: "/v1/{nope}""#, "path variable `nope`: no field of r.Request"),
        (r#"get: "/v1/{inner.nope}""#, "path variable `inner.nope`: no field of r.Inner"),
        (r#"get: "/v1/{id.x}""#, "path variable `id.x`: `id` is no message"),
        (r#"get: "/v1/{list}""#, "`list` is a repeated field"),
        (r#"get: "/v1/{inners.id}""#, "`inners` is a repeated field"),
        (r#"get: "/v1/{map}""#, "`map` is a map"),
        (r#"get: "/v1/{inner}""#, "`inner` is a message without a text form"),
        (r#"get: "/v1/{value}""#, "`value` is a message without a text form"),
        (r#"get: "/v1/{number=a/*}""#, "`number` is no string and cannot hold slashes"),
        (r#"get: "/v1/{id}/{id}""#, "bound by another variable"),
        (r#"post: "/v1/x" body: "nope""#, "body `nope`: no field of r.Request"),
        (r#"post: "/v1/x" body: "inner.id""#, "body `inner.id`: only a field of the request itself"),
        (r#"post: "/v1/{id}" body: "id""#, "body `id`: the path holds it"),
        (r#"get: "/v1/x" body: "*""#, "a body for GET"),
        (r#"get: "/v1/x" response_body: "nope""#, "response_body `nope`: no field of r.Answer"),
        (r#"custom {kind: "A B" path: "/v1/x"}"#, "`A B` is no method of HTTP"),
        (r#"custom {kind: "" path: "/v1/x"}"#, "`` is no method of HTTP"),
        (r#"get: "/v1/x" additional_bindings {}"#, "binding 1: no pattern"),
        (
            r#"get: "/v1/x" additional_bindings {get: "/v1/y" additional_bindings {get: "/v1/z"}}"#,
            "binding 1: additional_bindings within additional_bindings",
        ),
    ] {
        let found = faults(&[rule]);
        assert!(found.len() == 1 && found[0].contains(fault), "{rule}: {found:?}");
    }
}

#[test]
fn all_faults_of_all_rules_are_named_at_once() {
    let found = faults(&[r#"get: "/v1/{nope}/{map}" body: "x" response_body: "y""#, r#"get: "/v1/{""#]);
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(found[..4].iter().all(|fault| fault.starts_with("r.S.M0, binding 0: ")));
    assert!(found[4].starts_with("r.S.M1, binding 0: "));
}

#[test]
fn the_same_pattern_twice_is_ambiguous() {
    for (rules, ambiguous) in [
        ([r#"get: "/v1/{id}""#, r#"get: "/v1/{number}""#], true),
        ([r#"get: "/v1/{id}""#, r#"get: "/v1/*""#], true),
        ([r#"get: "/v1/{id=a/*}""#, r#"get: "/v1/a/{id}""#], true),
        ([r#"get: "/v1/{id}""#, r#"delete: "/v1/{id}""#], false),
        ([r#"get: "/v1/{id}""#, r#"get: "/v1/{id}:do""#], false),
        ([r#"get: "/v1/{id}""#, r#"get: "/v1/{id=**}""#], false),
        ([r#"get: "/v1/{id}""#, r#"get: "/v1/x""#], false),
        ([r#"get: "/v1/x""#, r#"custom {kind: "*" path: "/v1/x"}"#], false),
    ] {
        let found = faults(&rules);
        assert_eq!(found.len(), usize::from(ambiguous), "{rules:?}: {found:?}");
        assert!(found.iter().all(|fault| fault.contains("is the pattern of r.S.M0")), "{found:?}");
    }
}

#[test]
fn a_stream_of_requests_needs_a_body_that_can_be_cut() {
    let folder = tempfile::tempdir().unwrap();
    for (rule, fault) in [
        (r#"post: "/v1/x" body: "*""#, false),
        (r#"post: "/v1/x" body: "chunk""#, false),
        (r#"post: "/v1/x" body: "file""#, false),
        (r#"post: "/v1/x""#, true),
        (r#"post: "/v1/x" body: "text""#, true),
        (r#"post: "/v1/x" body: "chunks""#, true),
    ] {
        let contract = format!(
            r#"syntax = "proto3"; package r; import "google/api/annotations.proto"; import "google/api/httpbody.proto";
            service S {{ rpc M(stream Q) returns (Q) {{ option (google.api.http) = {{{rule}}}; }} }}
            message Q {{ bytes chunk = 1; string text = 2; google.api.HttpBody file = 3; repeated bytes chunks = 4; }}"#
        );
        fs::write(folder.path().join("r.proto"), contract).unwrap();
        let pool = compile(&[folder.path().to_path_buf()], "r.proto").unwrap();
        let found = Table::build(&pool, |_| true).err().map(|faults| faults.to_string());
        assert_eq!(found.is_some_and(|text| text.contains("a stream of requests needs")), fault, "{rule}");
    }
}

#[test]
fn a_table_tells_what_it_has() {
    let table = Table::build(contracts::pool(), |method| method.name() != "Raw").unwrap();
    assert_eq!(table.methods().count(), 11);
    let of = |name: &str| -> Vec<&Binding> { table.bindings().filter(|b| b.rpc().name() == name).collect() };
    assert!(of("Raw").is_empty() && of("Hidden").is_empty());
    assert_eq!(of("Echo").len(), 13);
    let update = of("UpdateBook");
    assert_eq!(update[0].template().to_string(), "/v1/books/{book.book_id}");
    assert_eq!(update[0].verb().map(http::Method::as_str), Some("PATCH"));
    assert_eq!(update[0].variables()[0].last().unwrap().name(), "book_id");
    assert!(matches!(update[0].body(), BodyRule::Field(field) if field.name() == "book"));
    assert!(matches!(update[1].body(), BodyRule::Whole));
    assert_eq!(of("Cover")[0].response_body().unwrap().name(), "file");
    let uploads: Vec<_> = of("Import").iter().chain(&of("Chat")).chain(&of("Echo")[..1]).map(|b| b.upload()).collect();
    assert_eq!(uploads, [Some(Upload::Lines), Some(Upload::Bytes), Some(Upload::Bytes), Some(Upload::Lines), None]);
}

#[test]
fn a_pool_without_annotations_has_methods_and_no_routes() {
    let folder = tempfile::tempdir().unwrap();
    let contract = r#"syntax = "proto3"; package n; service S { rpc M(Q) returns (Q); } message Q {}"#;
    fs::write(folder.path().join("n.proto"), contract).unwrap();
    let mut compiler = protox::Compiler::new([folder.path()]).unwrap();
    let pool = compiler.open_file("n.proto").unwrap().descriptor_pool();
    let table = Table::build(&pool, |_| true).unwrap();
    assert_eq!((table.bindings().count(), table.methods().count()), (0, 1));
}
