//! Roles, areas, dates and conflicts of interest, asked the way the access layer and the use cases ask.
#![expect(clippy::unwrap_used, reason = "a fault in a test must stop it")]

use std::sync::Arc;

use hoagiai_identity::{
    Area, AreaPath, Conflicts, Denied, Finding, Grant, Policy, Principal, Role, Via,
    testing::{self, ELSEWHERE, HERE, account, caller, date, someone},
};
use proptest::prelude::*;
use uuid::Uuid;

const TODAY: &str = "2026-03-10";

fn policy() -> Policy {
    Policy::parse(
        r#"[permissions]
        "registry.teams.plan" = { roles = ["commune_chair"], basis = "14.2" }
        "registry.teams.get" = { roles = ["commune_chair", "team_leader", "justice_department"], basis = "own area" }
        "cases.cases.get" = { roles = ["mediator", "commune_justice_officer"], basis = "rule 55" }"#,
    )
    .unwrap()
}

#[test]
fn a_role_holds_for_its_area_and_below_only() {
    let policy = policy();
    let chair = policy.caller(someone(Role::CommuneChair), "registry.teams.get", date(TODAY)).unwrap();
    assert_eq!(chair.admit(&HERE.commune_path()), Ok(()));
    assert_eq!(chair.admit(&HERE.path()), Ok(()));
    assert_eq!(chair.admit(&ELSEWHERE.path()), Err(Denied::Area));
    assert_eq!(chair.admit(&AreaPath::of_province(HERE.province)), Err(Denied::Area));
    assert_eq!(chair.admit(&AreaPath::default()), Err(Denied::Area));
    let department = policy.caller(someone(Role::JusticeDepartment), "registry.teams.get", date(TODAY)).unwrap();
    assert_eq!(department.admit(&ELSEWHERE.path()), Ok(()));
    assert_eq!(department.admit(&AreaPath::default()), Err(Denied::Area), "the country is not the city's");
}

#[test]
fn a_role_holds_from_its_first_day_to_its_last_day_included() {
    let policy = policy();
    for (from, to, today, expected) in [
        (Some("2026-03-10"), None, TODAY, true),
        (Some("2026-03-11"), None, TODAY, false),
        (None, Some("2026-03-10"), TODAY, true),
        (None, Some("2026-03-09"), TODAY, false),
        (Some("2026-01-01"), Some("2026-12-31"), TODAY, true),
        (Some("2026-12-31"), Some("2026-01-01"), TODAY, false),
        (None, None, "0001-01-01", true),
    ] {
        let principal = account("chair").holds_between(Role::CommuneChair, Area::Unit(HERE.commune), from, to).build();
        let got = policy.caller(principal, "registry.teams.plan", date(today));
        assert_eq!(got.map(|_| ()), if expected { Ok(()) } else { Err(Denied::Role) }, "{from:?}..{to:?} on {today}");
    }
}

#[test]
fn an_ended_role_neither_admits_nor_widens_a_list() {
    let principal = account("moved")
        .holds_between(Role::CommuneChair, Area::Unit(ELSEWHERE.commune), None, Some("2026-01-31"))
        .holds_between(Role::CommuneChair, Area::Unit(HERE.commune), Some("2026-02-01"), None)
        .build();
    let now = policy().caller(principal, "registry.teams.get", date(TODAY)).unwrap();
    assert_eq!((now.admit(&HERE.path()), now.admit(&ELSEWHERE.path())), (Ok(()), Err(Denied::Area)));
    assert_eq!(now.scope().units(), [HERE.commune]);
}

#[test]
fn the_area_of_another_role_does_not_lend_itself() {
    // Chair here, leader of a team elsewhere: planning is the chair's alone, so elsewhere stays closed.
    let both = account("both")
        .holds(Role::CommuneChair, Area::Unit(HERE.commune))
        .holds(Role::TeamLeader, Area::Team(ELSEWHERE.team))
        .build();
    let plan = policy().caller(both.clone(), "registry.teams.plan", date(TODAY)).unwrap();
    assert_eq!(plan.admit(&ELSEWHERE.path()), Err(Denied::Area));
    let get = policy().caller(both, "registry.teams.get", date(TODAY)).unwrap();
    assert_eq!(get.admit(&ELSEWHERE.path()), Ok(()));
    assert_eq!((get.scope().units(), get.scope().teams()), (vec![HERE.commune], vec![ELSEWHERE.team]));
    let roles: Vec<_> = get.roles_over(&ELSEWHERE.path()).iter().collect();
    assert_eq!(roles, [Role::TeamLeader]);
}

#[test]
fn an_unknown_permission_or_no_grant_is_denied() {
    let policy = policy();
    for permission in ["registry.teams.merge", "registry.teams", "", "*", "registry.teams.plan "] {
        let got = policy.caller(someone(Role::CommuneChair), permission, date(TODAY));
        assert_eq!(got.map(|_| ()), Err(Denied::Role), "{permission:?}");
    }
    let nobody = policy.caller(account("nobody").build(), "registry.teams.plan", date(TODAY));
    assert_eq!(nobody.map(|_| ()), Err(Denied::Role));
}

#[test]
fn scopes_only_ever_narrow() {
    let policy = policy();
    for (scopes, expected) in [
        (vec![], Ok(())),
        (vec!["openid", "profile"], Ok(())),
        (vec!["hoagiai:registry"], Ok(())),
        (vec!["hoagiai:registry.teams.plan"], Ok(())),
        (vec!["hoagiai:cases", "hoagiai:registry.teams"], Ok(())),
        (vec!["hoagiai:cases"], Err(Denied::Scope)),
        (vec!["hoagiai:"], Err(Denied::Scope)),
        (vec!["hoagiai:*"], Err(Denied::Scope)),
        (vec!["hoagiai:reg"], Err(Denied::Scope)),
        (vec!["openid", "hoagiai:registry.units"], Err(Denied::Scope)),
    ] {
        let start = account("chair").holds(Role::CommuneChair, Area::Unit(HERE.commune));
        let principal = scopes.iter().fold(start, |account, scope| account.scoped(scope)).build();
        let got = policy.caller(principal, "registry.teams.plan", date(TODAY)).map(|_| ());
        assert_eq!(got, expected, "{scopes:?}");
    }
    let mediator = account("m").holds(Role::Mediator, Area::Team(HERE.team)).scoped("hoagiai:registry").build();
    let got = policy.caller(mediator, "registry.teams.plan", date(TODAY)).map(|_| ());
    assert_eq!(got, Err(Denied::Role), "a scope gives nothing that the roles do not");
}

#[test]
fn a_conflict_of_interest_outranks_every_role_and_area() {
    let person = Uuid::from_u128(77);
    for role in Role::ALL {
        let principal = account("an").holds(*role, Area::Everywhere).is_person(person).build();
        let caller = caller(principal, "cases.cases.get", date(TODAY));
        let (kin, account) = (Conflicts::of_people([person]), Conflicts::none().and_subject("an"));
        assert_eq!(caller.admit_unless_conflicted(&HERE.path(), &kin), Err(Denied::ConflictOfInterest), "{role}");
        assert_eq!(caller.admit_unless_conflicted(&HERE.path(), &account), Err(Denied::ConflictOfInterest), "{role}");
        let others = Conflicts::of_people([Uuid::from_u128(78)]).and_subject("binh");
        assert_eq!(caller.admit_unless_conflicted(&HERE.path(), &others), Ok(()));
    }
    let stranger =
        caller(account("an").holds(Role::Mediator, Area::Team(ELSEWHERE.team)).build(), "cases.cases.get", date(TODAY));
    let conflicts = Conflicts::none().and_subject("an");
    assert_eq!(stranger.admit_unless_conflicted(&HERE.path(), &conflicts), Err(Denied::ConflictOfInterest));
    assert_eq!(stranger.admit_unless_conflicted(&HERE.path(), &Conflicts::none()), Err(Denied::Area));
}

#[test]
fn the_explanation_names_what_each_grant_did() {
    let principal = account("many")
        .holds(Role::Party, Area::Everywhere)
        .holds_between(Role::Mediator, Area::Team(HERE.team), Some("2027-01-01"), None)
        .holds_between(Role::Mediator, Area::Team(HERE.team), None, Some("2025-12-31"))
        .holds(Role::Mediator, Area::Team(ELSEWHERE.team))
        .holds(Role::JusticeOfficer, Area::Unit(HERE.commune))
        .build();
    let caller = policy().caller(principal, "cases.cases.get", date(TODAY)).unwrap();
    let told = caller.explain(&HERE.path(), &Conflicts::none());
    let findings: Vec<_> = told.grants.iter().map(|entry| entry.finding).collect();
    let expected = [
        Finding::RoleLacksPermission,
        Finding::NotYetInForce,
        Finding::NoLongerInForce,
        Finding::OtherArea,
        Finding::Admits,
    ];
    assert_eq!((told.outcome, findings.as_slice()), (Ok(()), expected.as_slice()));
    let text = told.to_string();
    assert!(text.starts_with("cases.cases.get: Được phép.") && text.lines().count() == 7, "{text}");
    let conflicted = caller.explain(&HERE.path(), &Conflicts::none().and_subject("many"));
    assert_eq!(conflicted.outcome, Err(Denied::ConflictOfInterest));
    let refused =
        policy().explain(caller.principal(), "registry.teams.plan", date(TODAY), &HERE.path(), &Conflicts::none());
    assert_eq!(refused.map(|told| told.outcome), Some(Err(Denied::Role)), "a refusal is explained too");
}

#[test]
fn a_stated_purpose_goes_before_the_fixed_one() {
    let agency =
        account("court").holds(Role::Agency, Area::Everywhere).of_agency("TAND-HN").for_purpose("standing").build();
    let fixed = caller(agency, "cases.cases.get", date(TODAY));
    assert_eq!(fixed.purpose(), Some("standing"));
    assert_eq!(fixed.stating("request 12").purpose(), Some("request 12"));
    assert_eq!(caller(someone(Role::Mediator), "cases.cases.get", date(TODAY)).purpose(), None);
}

#[test]
fn the_process_itself_is_a_service_everywhere() {
    let timer = Principal::process("registry");
    assert_eq!((timer.subject.as_str(), &timer.via), ("service:registry", &Via::Process));
    assert_eq!(timer.grants, [Grant::of(Role::Service, Area::Everywhere)]);
}

#[test]
fn every_reason_and_sentence_is_its_own() {
    let reasons: std::collections::BTreeSet<_> = Denied::ALL.iter().map(|denied| denied.reason()).collect();
    let sentences: std::collections::BTreeSet<_> = Denied::ALL.iter().map(|denied| denied.sentence()).collect();
    assert_eq!((reasons.len(), sentences.len()), (Denied::ALL.len(), Denied::ALL.len()));
}

fn areas() -> impl Strategy<Value = Area> {
    let unit =
        prop::sample::select(vec![HERE.province, HERE.commune, HERE.area_unit, ELSEWHERE.commune, ELSEWHERE.area_unit]);
    let team = prop::sample::select(vec![HERE.team, ELSEWHERE.team]);
    prop_oneof![1 => Just(Area::Everywhere), 4 => unit.prop_map(Area::Unit), 3 => team.prop_map(Area::Team)]
}

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let day = prop::option::of((0..400).prop_map(|n| date("2025-09-01").plus_days(n)));
    let grant = (prop::sample::select(Role::ALL), areas(), day.clone(), day);
    prop::collection::vec(grant.prop_map(|(role, area, from, to)| Grant { role, area, from, to }), 0..6)
}

proptest! {
    /// A list shows exactly what reading one by one would admit; the explanation agrees with both.
    #[test]
    fn list_read_and_explanation_agree(grants in grants(), permission in prop::sample::select(vec!["registry.teams.get", "cases.cases.get"])) {
        let (policy, today) = (policy(), date(TODAY));
        let principal = Arc::new(Principal::new("x", Via::Process, grants));
        for path in [HERE.path(), HERE.commune_path(), ELSEWHERE.path(), AreaPath::of_province(HERE.province), AreaPath::default()] {
            let told = policy.explain(&principal, permission, today, &path, &Conflicts::none()).unwrap();
            match policy.caller(principal.clone(), permission, today) {
                Ok(caller) => {
                    prop_assert_eq!(caller.scope().covers(&path), caller.admit(&path).is_ok());
                    prop_assert_eq!(told.outcome, caller.admit(&path));
                    prop_assert_eq!(caller.admit(&path).is_ok(), !caller.roles_over(&path).is_empty());
                }
                Err(denied) => prop_assert_eq!(told.outcome, Err(denied)),
            }
        }
    }

    /// Taking a grant away never opens anything.
    #[test]
    fn fewer_grants_never_admit_more(grants in grants(), drop in 0..6_usize) {
        let (policy, today) = (policy(), date(TODAY));
        let fewer: Vec<_> = grants.iter().enumerate().filter(|(n, _)| *n != drop).map(|(_, grant)| grant.clone()).collect();
        let ask = |grants: Vec<Grant>| {
            let principal = Arc::new(Principal::new("x", Via::Process, grants));
            policy.caller(principal, "registry.teams.get", today).and_then(|caller| caller.admit(&HERE.path()))
        };
        if ask(fewer).is_ok() {
            prop_assert!(ask(grants).is_ok());
        }
    }
}

#[test]
fn the_usual_area_of_each_role_covers_the_place_it_is_for() {
    for role in Role::ALL {
        assert!(HERE.area_of(*role).covers(&HERE.path()), "{role}");
        let wide = matches!(HERE.area_of(*role), Area::Everywhere) || HERE.area_of(*role) == Area::Unit(HERE.province);
        assert_eq!(testing::HERE.area_of(*role).covers(&ELSEWHERE.path()), wide, "{role}");
    }
}
