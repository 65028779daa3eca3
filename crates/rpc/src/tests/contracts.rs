//! The annotations of the contracts, as the layers read them.

use hoagiai_proto::options::v1::{AreaSource, DataClass};
use hoagiai_proto::pool;

use crate::annotations::data_class;
use crate::method_rules;

#[test]
fn every_method_says_who_may_call_it() {
    let rules = method_rules().unwrap_or_else(|missing| panic!("{missing}"));
    let methods = pool().services().filter(|s| s.full_name().starts_with("hoagiai.")).flat_map(|s| {
        s.methods().map(|m| format!("/{}/{}", m.parent_service().full_name(), m.name())).collect::<Vec<_>>()
    });
    let mut count = 0;
    for path in methods {
        assert!(rules.get(&path).is_some(), "{path}");
        count += 1;
    }
    assert_eq!(rules.iter().len(), count);
    assert!(rules.get("/grpc.health.v1.Health/Check").is_none());
}

#[test]
fn a_rule_carries_what_the_contract_says() {
    let rules = method_rules().unwrap_or_else(|missing| panic!("{missing}"));
    let rule = rules.get("/hoagiai.registry.v1.TeamService/PlanTeams").unwrap();
    assert_eq!(rule.permission.as_ref().map(|p| p.as_str()), Some("registry.teams.plan"));
    assert_eq!((rule.area, rule.service.as_str()), (AreaSource::Record, "registry"));
    assert!(rule.idempotent && !rule.reads && !rule.public() && !rule.streams);
    let http = &rule.http[0];
    assert_eq!((http.verb, http.path.as_str()), ("POST", "/v1/communes/{commune_unit_id}/teams:plan"));
    assert_eq!(http.body, "*");
    let read = rules.get("/hoagiai.journal.v1.JournalService/Read").unwrap();
    assert!(read.streams && read.reads);
}

#[test]
fn a_field_without_a_class_is_internal() {
    let team = pool().get_message_by_name("hoagiai.registry.v1.Team").unwrap();
    let class = |name: &str| data_class(&team.get_field_by_name(name).unwrap());
    assert_eq!(class("team_id"), DataClass::Public);
    assert_eq!(class("target_size"), DataClass::Internal);
}
