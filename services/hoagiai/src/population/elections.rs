//! Elections of a team: candidates, votes of the households, lists and decisions (rules 8 to 14 and 20 to 22). Most are
//! plain; some have more candidates than seats, a tie at the cut, or a second round.

use hoagiai_types::Date;

use super::{
    AreaPlan, TeamPlan,
    calendar::{self, later, working_days_after},
    names,
    random::Random,
};

/// A candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidatePlan {
    /// Full name.
    pub full_name: String,
    /// A woman.
    pub woman: bool,
    /// Of an ethnic minority.
    pub minority: bool,
    /// Year of birth.
    pub birth_year: i32,
    /// Professional education: 1 law, 2 other, 3 none, as the forms count.
    pub education: i32,
    /// Phone number for contact; empty = none.
    pub phone: String,
    /// Put forward by the Front's committee.
    pub nominated: bool,
    /// Households that agreed.
    pub votes: u32,
}

/// An election with its list and decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElectionPlan {
    /// How it is held: 1 public vote, 2 secret ballot, 3 ballots to the households.
    pub form: i32,
    /// Whether it is the supplementary round.
    pub supplementary: bool,
    /// The day.
    pub date: Date,
    /// Households present; 0 for ballots to households.
    pub attending: u32,
    /// The candidates.
    pub candidates: Vec<CandidatePlan>,
    /// Candidates, by index, who go on the list: elected, or tied at the cut.
    pub listed: Vec<usize>,
    /// Of these, whom the chairman refuses: one of two who are tied.
    pub refused: Option<usize>,
    /// The day on which the list is received.
    pub receive_date: Date,
    /// The day of the decision.
    pub decide_date: Date,
}

impl ElectionPlan {
    /// Candidates, by index, who come into force.
    pub fn recognized(&self) -> impl Iterator<Item = usize> {
        self.listed.iter().copied().filter(|index| Some(*index) != self.refused)
    }
}

/// The election of the leader and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaderPlan {
    /// Publicly (1) or secretly (2).
    pub form: i32,
    /// The day of the vote.
    pub date: Date,
    /// The leader, by index among the mediators in force.
    pub leader: usize,
    /// Votes by index among the mediators in force; those without a vote are left out.
    pub votes: Vec<(usize, u32)>,
    /// The day on which the paper is received.
    pub receive_date: Date,
    /// The day of the decision: the team is active from then on.
    pub decide_date: Date,
}

/// What makes an election special.
#[derive(Clone, Copy)]
enum Turn {
    Plain,
    /// One or two candidates miss the majority of the households.
    Contested,
    /// All have the majority; the decided number cuts the last one or two.
    Cut,
    /// Two are tied at the cut.
    Tie,
    /// One too few passes: a supplementary round follows.
    Supplementary,
}

const TURNS: &[(u32, Turn)] =
    &[(930, Turn::Plain), (30, Turn::Contested), (20, Turn::Cut), (10, Turn::Tie), (10, Turn::Supplementary)];

/// The elections of a team, one or two.
pub(super) fn of(team: &TeamPlan, area: &AreaPlan) -> Vec<ElectionPlan> {
    let mut random = Random::of(team.seed, &[1]);
    let seats = team.size as usize;
    let turn = if seats > 3 { *random.weighted(TURNS) } else { Turn::Plain };
    let spare = random.between(1, 2) as usize;
    let date = calendar::within(&mut random, calendar::day(7, 5), calendar::day(7, 13));
    let mut first = Round { area, form: *random.weighted(&[(60, 1), (25, 2), (15, 3)]), date, random };
    match turn {
        Turn::Plain => vec![first.held(seats, seats, Votes::Passed, (0..seats).collect())],
        Turn::Contested => {
            let votes = |rank| if rank < seats { Votes::Passed(rank) } else { Votes::Failed };
            vec![first.held(seats + spare, seats, votes, (0..seats).collect())]
        }
        Turn::Cut => vec![first.held(seats + spare, seats, Votes::Passed, (0..seats).collect())],
        Turn::Tie => {
            let votes = |rank: usize| Votes::Passed(rank.min(seats - 1));
            let mut election = first.held(seats + 1, seats, votes, (0..=seats).collect());
            election.refused = Some(seats - first.random.below(2) as usize);
            vec![election]
        }
        Turn::Supplementary => {
            let votes = |rank| if rank + 1 < seats { Votes::Passed(rank) } else { Votes::Failed };
            let one = first.held(seats, seats, votes, (0..seats - 1).collect());
            let date = later(one.decide_date, first.random.between(1, 5));
            let mut second = Round { date, ..first };
            let mut two = second.held(1, 1, Votes::Passed, vec![0]);
            two.supplementary = true;
            vec![one, two]
        }
    }
}

/// The leader's election of a team whose last mediators were recognised on that day.
pub(super) fn leader(team: &TeamPlan, recognized: Date) -> LeaderPlan {
    let mut random = Random::of(team.seed, &[2]);
    let leader = random.below(team.size) as usize;
    let lost = random.below((team.size - 1) / 2 + 1).min((team.size - 1) / 2);
    let mut votes = vec![(leader, team.size - lost)];
    if lost > 0 {
        votes.push(((leader + 1) % team.size as usize, lost));
    }
    let date = later(recognized, random.below(3));
    let receive_date = calendar::office_day(later(date, random.between(1, 3)));
    let decide_date = working_days_after(receive_date, random.between(1, 4));
    LeaderPlan { form: *random.weighted(&[(3, 1), (1, 2)]), date, leader, votes, receive_date, decide_date }
}

/// Whether a candidate has more than half of all households, and at which place.
enum Votes {
    Passed(usize),
    Failed,
}

struct Round<'a> {
    area: &'a AreaPlan,
    form: i32,
    date: Date,
    random: Random,
}

impl Round<'_> {
    fn held(&mut self, count: usize, seats: usize, votes: impl Fn(usize) -> Votes, listed: Vec<usize>) -> ElectionPlan {
        let households = self.area.households;
        let random = &mut self.random;
        // Rule 10: more than half of the households are present; with 100 households or more every place differs in votes.
        let present = (households * random.between(70, 95) / 100).max(households / 2 + 1);
        let least = households / 2 + 1;
        let candidates = (0..count)
            .map(|rank| {
                let votes = match votes(rank) {
                    Votes::Failed => random.between(households / 10, households / 2),
                    Votes::Passed(place) => {
                        let place = u32::try_from(place).unwrap_or_default();
                        present - place.min(present - least)
                    }
                };
                candidate(random, rank, seats, self.area, votes)
            })
            .collect();
        let receive_date = calendar::office_day(later(self.date, random.between(1, 2)));
        let decide_date = working_days_after(receive_date, random.between(1, 4));
        let attending = if self.form == 3 { 0 } else { present };
        let (form, date) = (self.form, self.date);
        ElectionPlan {
            form,
            supplementary: false,
            date,
            attending,
            candidates,
            listed,
            refused: None,
            receive_date,
            decide_date,
        }
    }
}

/// The candidate at a place: the first is a woman (rule 4), the second of a minority where the area needs one (rule 5).
fn candidate(random: &mut Random, rank: usize, seats: usize, area: &AreaPlan, votes: u32) -> CandidatePlan {
    let woman = (rank == 0 && seats > 1) || random.per_mille(330);
    let minority = if area.minority { rank == 1 || random.per_mille(600) } else { random.per_mille(4) };
    let phone = if random.per_mille(850) { format!("09{:08}", random.below(100_000_000)) } else { String::new() };
    CandidatePlan {
        full_name: names::person(random, woman, minority),
        woman,
        minority,
        birth_year: i32::try_from(random.between(1948, 1992)).unwrap_or_default(),
        education: *random.weighted(&[(6, 1), (54, 2), (40, 3)]),
        phone,
        nominated: random.per_mille(960),
        votes,
    }
}
