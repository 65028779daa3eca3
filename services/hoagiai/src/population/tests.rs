//! The population keeps its totals and the rules of the domain, for every size and seed tried.

use std::collections::BTreeSet;

use hoagiai_types::Date;

use super::*;
use crate::data;

const SMALL: Size =
    Size { teams: 150, mediators: 970, successful: 95, unsuccessful: 16, in_progress: 9, recognized: 90 };

fn each(mut check: impl FnMut(&Population)) {
    let sizes =
        [Size::PUBLISHED, Size::published(2).unwrap(), SMALL, Size { teams: 7, mediators: 21, recognized: 3, ..SMALL }];
    for (size, seed) in sizes.into_iter().flat_map(|size| [(size, 1), (size, 35), (size, u64::MAX)]) {
        check(&Population::generate(size, seed, &data::communes().unwrap()).unwrap());
    }
}

fn teams(population: &Population) -> impl Iterator<Item = (&CommunePlan, &AreaPlan, &TeamPlan)> {
    population.communes.iter().flat_map(|c| c.areas.iter().zip(&c.teams).map(move |(area, team)| (c, area, team)))
}

#[test]
fn totals_are_exact_for_every_size_and_seed() {
    each(|population| {
        let sum = |of: fn(&TeamPlan) -> u32| teams(population).map(|(.., team)| of(team)).sum::<u32>();
        let size = population.size;
        assert_eq!(population.communes.len(), 126);
        assert_eq!(sum(|_| 1), size.teams);
        assert_eq!(sum(|team| team.size), size.mediators);
        assert_eq!(sum(|team| team.successful), size.successful);
        assert_eq!(sum(|team| team.unsuccessful), size.unsuccessful);
        assert_eq!(sum(|team| team.in_progress), size.in_progress);
        assert_eq!(sum(|team| u32::from(matches!(team.evaluation, Evaluation::Recognized { .. }))), size.recognized);
    });
}

#[test]
fn a_seed_gives_the_same_city_and_another_seed_another() {
    let make = |seed| Population::generate(SMALL, seed, &data::communes().unwrap()).unwrap();
    assert_eq!(make(7), make(7));
    assert_ne!(make(7), make(8));
    let city = make(7);
    let (_, area, team) = teams(&city).next().unwrap();
    assert_eq!(team.elections(area), team.elections(area));
}

#[test]
fn communes_differ_in_size_and_each_has_a_team() {
    let city = Population::generate(Size::PUBLISHED, 1, &data::communes().unwrap()).unwrap();
    let counts: Vec<usize> = city.communes.iter().map(|c| c.teams.len()).collect();
    assert!(counts.iter().all(|n| (10..=80).contains(n)), "{counts:?}");
    assert!(counts.iter().collect::<BTreeSet<_>>().len() > 20);
    assert!(city.communes.iter().all(|c| c.areas.len() - c.teams.len() <= 1));
    assert!(teams(&city).any(|(_, area, _)| area.minority));
}

#[test]
fn recognised_and_refused_teams_have_no_unsuccessful_case() {
    each(|population| {
        for (.., team) in teams(population) {
            let clean = matches!(team.evaluation, Evaluation::Recognized { .. } | Evaluation::Refused);
            assert!(!clean || team.unsuccessful == 0, "{team:?}");
        }
    });
}

#[test]
fn elections_keep_the_rules_of_the_law() {
    let mut turns = [0; 4];
    each(|population| {
        for (commune, area, team) in teams(population) {
            let elections = team.elections(area);
            let mut force = Vec::new();
            let mut day = commune.plan_date;
            for election in &elections {
                check_election(election, area, team, &mut turns);
                assert!(election.date > day && election.receive_date >= election.date);
                assert!(election.decide_date >= election.receive_date);
                day = election.decide_date;
                force.extend(election.recognized().map(|index| &election.candidates[index]));
            }
            turns[3] += elections.len() - 1;
            assert_eq!(force.len(), team.size as usize);
            assert!(force.iter().any(|m| m.woman), "rule 4");
            assert!(!area.minority || force.iter().any(|m| m.minority), "rule 5");
            check_leader(team, day);
        }
    });
    assert!(turns.iter().all(|n| *n > 10), "every turn comes: {turns:?}");
}

fn check_election(election: &ElectionPlan, area: &AreaPlan, team: &TeamPlan, turns: &mut [usize; 4]) {
    let present = if election.attending == 0 { area.households } else { election.attending };
    assert!(election.attending == 0 || election.attending * 2 > area.households, "rule 10");
    let seats = if election.supplementary { 1 } else { team.size as usize };
    let mut passed: Vec<u32> = Vec::new();
    for (index, candidate) in election.candidates.iter().enumerate() {
        assert!(candidate.votes <= present, "{election:?}");
        let has = candidate.votes * 2 > area.households;
        assert!(has || !election.listed.contains(&index), "rule 11");
        if has {
            passed.push(candidate.votes);
        }
    }
    turns[0] += usize::from(passed.len() < election.candidates.len());
    passed.sort_unstable_by(|a, b| b.cmp(a));
    if passed.len() > seats {
        let tied = passed[seats - 1] == passed[seats];
        assert_eq!(tied, election.refused.is_some(), "rule 12 {election:?}");
        turns[if tied { 1 } else { 2 }] += 1;
        let least = election.listed.iter().map(|i| election.candidates[*i].votes).min().unwrap();
        assert_eq!(least, passed[seats - 1], "those with the most votes are listed");
    } else {
        assert_eq!(election.listed.len(), passed.len());
    }
}

fn check_leader(team: &TeamPlan, recognized: Date) {
    let leader = team.leader(recognized);
    let most = leader.votes[0];
    assert_eq!(most.0, leader.leader);
    assert!(most.1 * 2 > team.size, "rule 21 {leader:?}");
    assert!(leader.votes.iter().map(|(_, n)| n).sum::<u32>() <= team.size);
    assert!(
        leader.votes.iter().all(|(index, n)| *index < team.size as usize && (*index == leader.leader || *n < most.1))
    );
    assert!(leader.date >= recognized && leader.receive_date >= leader.date);
    assert!(leader.receive_date.days_since(leader.date) <= 5, "rule 22");
    assert!(leader.decide_date >= leader.receive_date && leader.decide_date < calendar::day(9, 1));
}

#[test]
fn cases_go_forward_in_time_and_end_within_the_year() {
    let mut turns = [0; 6];
    each(|population| {
        for (_, area, team) in teams(population) {
            let active = calendar::day(8, 20);
            let cases = team.cases(area, active);
            assert_eq!(cases.len() as u32, team.successful + team.unsuccessful + team.in_progress);
            assert!(cases.is_sorted_by_key(|case| case.receive_date));
            for case in &cases {
                check_case(case, team, active);
                let here = [
                    case.asks_scope,
                    case.conflicted.is_some(),
                    case.pauses,
                    !case.late_reason.is_empty(),
                    case.choice == Choice::Parties,
                    case.choice == Choice::Immediate,
                ];
                turns.iter_mut().zip(here).for_each(|(n, here)| *n += usize::from(here));
            }
        }
    });
    assert!(turns.iter().all(|n| *n > 10), "every turn comes: {turns:?}");
}

fn check_case(case: &CasePlan, team: &TeamPlan, active: Date) {
    let days = [active, case.receive_date, case.scope_date, case.assign_date];
    let days: Vec<Date> = days
        .into_iter()
        .chain(case.sessions.iter().copied())
        .chain([case.conclude_date, calendar::YEAR_LAST])
        .collect();
    assert!(days.is_sorted(), "{case:?}");
    assert!(case.parties.len() >= 2, "rule 24");
    assert!((1..=7).contains(&case.category) && case.corrected != Some(case.category));
    assert!(case.mediators.iter().chain(&case.conflicted).all(|index| *index < team.size as usize));
    assert!(case.conflicted.is_none_or(|index| !case.mediators.contains(&index)), "{case:?}");
    assert_eq!(case.outcome == Outcome::Successful, !case.agreement.is_empty(), "rule 33");
    let late = case.sessions[0].days_since(case.assign_date) > 3;
    assert_eq!(late, !case.late_reason.is_empty(), "rule 28");
    assert!(!case.pauses || case.sessions.len() > 1);
}
