//! The contracts of this project: each method with an annotation is a route, and none is at fault.

use std::collections::BTreeSet;

use hoagiai_transcode::Table;
use prost_reflect::MethodDescriptor;

#[test]
fn every_annotated_method_is_a_route_and_no_rule_is_at_fault() {
    let pool = hoagiai_proto::pool();
    let ours = |method: &MethodDescriptor| method.full_name().starts_with("hoagiai.");
    let table = Table::build(pool, ours).unwrap_or_else(|faults| panic!("{faults}"));
    let option = pool.get_extension_by_name("google.api.http").unwrap();
    let annotated: BTreeSet<String> = table
        .methods()
        .filter(|method| method.options().has_extension(&option))
        .map(|method| method.full_name().to_owned())
        .collect();
    let routes: BTreeSet<String> = table.bindings().map(|binding| binding.rpc().full_name().to_owned()).collect();
    assert_eq!(routes, annotated);
    assert!(routes.len() > 100, "{}", routes.len());
    let uploads: BTreeSet<&str> = table.bindings().filter(|b| b.upload().is_some()).map(|b| b.rpc().name()).collect();
    assert_eq!(uploads.into_iter().collect::<Vec<_>>(), ["ImportMediators", "ImportTeams"]);
}
