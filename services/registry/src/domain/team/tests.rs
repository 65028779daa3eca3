//! The rules of a team, each named after its number in the domain reference.

use hoagiai_types::Uuid;

use super::{
    super::{EducationClass, FIRST_DAY, rules::law_of_2013},
    *,
};

pub(crate) fn team(state: TeamState, mediators: u32, women: u32) -> Team {
    let unit = |n| Id::from_uuid(Uuid::from_u128(n));
    Team {
        id: Id::from_uuid(Uuid::from_u128(9)),
        name: "Tổ hòa giải số 1".into(),
        state,
        area_unit: unit(3),
        minority_area: false,
        commune: unit(2),
        province: unit(1),
        target_size: 5,
        plan: Decision { number: "1/QĐ".into(), issue_date: FIRST_DAY, issuer: String::new() },
        exception_reason: String::new(),
        mediators,
        women,
        ethnic_minority: 0,
        leader: None,
        acting_leader: None,
        deficiencies: Deficiencies::default(),
        active_date: None,
        size: None,
        ending: None,
        revision: 1,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

fn who(n: u128) -> MediatorId {
    Id::from_uuid(Uuid::from_u128(n))
}

fn person(gender: Gender, ethnic_class: EthnicClass) -> Statistics {
    Statistics { gender, ethnic_class, education_class: EducationClass::None }
}

fn day() -> Date {
    "2025-08-01".parse().unwrap()
}

#[test]
fn rule_01_a_team_has_exactly_one_area_commune_and_province() {
    let team = team(TeamState::Planned, 0, 0);
    assert!(team.area_unit != team.commune && team.commune != team.province);
}

#[test]
fn rule_03_a_team_needs_three_mediators() {
    let mut two = team(TeamState::Forming, 2, 1);
    two.leader = Some(who(1));
    two.stand(&law_of_2013(), day());
    assert_eq!(two.state, TeamState::Forming);
    assert_eq!(two.deficiencies.iter().collect::<Vec<_>>(), [Deficiency::FewerThanThree]);
    two.admit(&[person(Gender::Male, EthnicClass::Kinh)]).unwrap();
    two.stand(&law_of_2013(), day());
    assert_eq!((two.state, two.active_date), (TeamState::Active, Some(day())));
}

#[test]
fn rule_03_losing_the_third_mediator_makes_the_team_understaffed() {
    let mut three = team(TeamState::Active, 3, 2);
    three.leader = Some(who(1));
    assert!(!three.lose(who(2), &person(Gender::Male, EthnicClass::Kinh)));
    three.stand(&law_of_2013(), day());
    assert_eq!(three.state, TeamState::Understaffed);
    three.admit(&[person(Gender::Male, EthnicClass::Kinh)]).unwrap();
    three.stand(&law_of_2013(), day());
    assert_eq!(three.state, TeamState::Active, "strengthened");
}

#[test]
fn rule_04_a_team_needs_a_woman() {
    let mut men = team(TeamState::Active, 3, 0);
    men.leader = Some(who(1));
    assert_eq!(men.lacks(&law_of_2013()).iter().collect::<Vec<_>>(), [Deficiency::NoWoman]);
    men.admit(&[person(Gender::Female, EthnicClass::Kinh)]).unwrap();
    assert_eq!(men.lacks(&law_of_2013()), Deficiencies::default());
}

#[test]
fn rule_05_a_flagged_area_needs_an_ethnic_minority_mediator() {
    let mut team = team(TeamState::Active, 3, 1);
    (team.leader, team.minority_area) = (Some(who(1)), true);
    assert_eq!(team.lacks(&law_of_2013()).iter().collect::<Vec<_>>(), [Deficiency::NoEthnicMinority]);
    team.admit(&[person(Gender::Male, EthnicClass::Other)]).unwrap();
    assert_eq!(team.lacks(&law_of_2013()), Deficiencies::default());
}

#[test]
fn rule_06_never_more_mediators_than_were_decided() {
    let mut full = team(TeamState::Active, 5, 1);
    assert_eq!(full.open_election(0), Err(Refusal::TeamFull { target_size: 5, mediators: 5 }));
    let mut four = team(TeamState::Forming, 3, 1);
    assert_eq!(four.open_election(1), Ok(1));
    let two = [person(Gender::Male, EthnicClass::Kinh); 3];
    assert_eq!(four.admit(&two), Err(Refusal::TeamFull { target_size: 5, mediators: 6 }));
    assert_eq!(four.mediators, 3, "a refusal changes nothing");
    assert_eq!(full.admit(&[]), Ok(()));
}

#[test]
fn rule_19_ceasing_ends_the_leadership_too() {
    let mut team = team(TeamState::Active, 4, 2);
    team.leader = Some(who(1));
    assert!(team.lose(who(1), &person(Gender::Female, EthnicClass::Kinh)));
    team.stand(&law_of_2013(), day());
    assert_eq!((team.leader, team.mediators, team.women), (None, 3, 1));
    assert_eq!(team.state, TeamState::Understaffed);
    assert_eq!(team.deficiencies.iter().collect::<Vec<_>>(), [Deficiency::NoLeader]);
}

#[test]
fn rule_20_at_most_one_leader() {
    let mut team = team(TeamState::Forming, 3, 1);
    assert_eq!(team.expect_open_for_leader(), Ok(()));
    team.leader = Some(who(1));
    assert_eq!(team.expect_open_for_leader(), Err(Refusal::TeamHasLeader { team: team.id }));
}

#[test]
fn rule_23_without_a_leader_the_team_is_not_active() {
    let mut team = team(TeamState::Forming, 5, 2);
    team.stand(&law_of_2013(), day());
    assert_eq!(team.state, TeamState::Forming);
}

fn ending() -> Ending {
    let decision = Decision { number: "9/QĐ".into(), issue_date: day(), issuer: String::new() };
    Ending { kind: super::super::EndKind::Dissolved, decision, successor: None }
}

#[test]
fn state_machine_of_a_team_planned_forming_and_dissolved_once() {
    let mut team = team(TeamState::Planned, 0, 0);
    assert_eq!(team.expect_open_for_leader(), Err(Refusal::TeamStateWrong { state: TeamState::Planned }));
    team.stand(&law_of_2013(), day());
    assert_eq!(team.state, TeamState::Planned, "a plan lacks everything and stays a plan");
    assert_eq!(team.open_election(0), Ok(5));
    assert_eq!(team.state, TeamState::Forming);
    team.end(ending()).unwrap();
    let wrong = Refusal::TeamStateWrong { state: TeamState::Dissolved };
    assert_eq!(team.end(ending()), Err(wrong.clone()));
    assert_eq!(team.open_election(0), Err(wrong.clone()));
    assert_eq!(team.expect_open_for_leader(), Err(wrong));
}

#[test]
fn deficiencies_survive_storing() {
    let all = Deficiency::ALL.iter().fold(Deficiencies::default(), |set, one| set.with(*one, true));
    assert_eq!(Deficiencies::from_bits(all.bits()).iter().count(), 4);
}

#[test]
fn rule_23_whether_a_team_is_active_with_an_acting_leader_is_set_by_the_rules() {
    let strict = law_of_2013();
    let lenient = Rules { acting_leader_suffices: true, ..law_of_2013() };
    for (rules, state) in [(&strict, TeamState::Understaffed), (&lenient, TeamState::Active)] {
        let mut team = team(TeamState::Active, 3, 1);
        team.stand(rules, FIRST_DAY);
        assert_eq!(team.state, TeamState::Understaffed, "nobody at all");
        team.expect_open_for_acting().unwrap();
        team.acting_leader = Some(Id::from_uuid(Uuid::from_u128(7)));
        team.stand(rules, FIRST_DAY);
        assert_eq!(team.state, state);
        assert_eq!(team.expect_open_for_acting(), Err(Refusal::TeamHasActingLeader { team: team.id }));
    }
}
