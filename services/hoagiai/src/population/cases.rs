//! Cases of a team from receipt to conclusion (rules 24 to 33), with days in order and sometimes a turn: guidance on
//! the scope, a mediator with an interest, a pause, a late first session.

use hoagiai_types::Date;

use super::{
    AreaPlan, TeamPlan,
    calendar::{day, later, within},
    random::Random,
    texts,
};

/// How far a case that is not concluded has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Received and numbered.
    Received,
    /// In scope.
    Accepted,
    /// A mediator is on it.
    Assigned,
    /// A session was held.
    InMediation,
    /// Paused by a party.
    Paused,
}

/// How a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With agreement.
    Successful,
    /// Without: 1 a party asked to end, 2 no prospect.
    Unsuccessful(i32),
    /// Not yet.
    InProgress(Stage),
}

/// Who puts the mediators on the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The parties.
    Parties,
    /// The leader.
    Leader,
    /// Nobody: the mediator witnessed it and stepped in at once.
    Immediate,
}

/// A party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyPlan {
    /// 1 person … 5 organisation, as the contract counts.
    pub kind: i32,
    /// Name.
    pub full_name: String,
    /// Age; 0 = not stated.
    pub age: i32,
    /// Address.
    pub address: String,
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasePlan {
    /// Category of Nghị định 15/2014, Điều 5 khoản 1, from 1.
    pub category: i32,
    /// The category found with the scope, if it is another.
    pub corrected: Option<i32>,
    /// Ground of Điều 16, from 1.
    pub ground: i32,
    /// What it is about.
    pub summary: String,
    /// The parties.
    pub parties: Vec<PartyPlan>,
    /// The day of receipt.
    pub receive_date: Date,
    /// Whether the justice officer is asked about the scope.
    pub asks_scope: bool,
    /// The day of the decision on the scope.
    pub scope_date: Date,
    /// Who chooses the mediators.
    pub choice: Choice,
    /// A mediator, by index in the team, who was assigned and then declared an interest.
    pub conflicted: Option<usize>,
    /// The mediators, by index in the team.
    pub mediators: Vec<usize>,
    /// The day of assignment.
    pub assign_date: Date,
    /// The days of the sessions.
    pub sessions: Vec<Date>,
    /// Why the first session is late, if it is.
    pub late_reason: &'static str,
    /// Whether the sessions are public, all parties agreeing.
    pub public: bool,
    /// Whether the mediation is paused after the first session and taken up again before the second.
    pub pauses: bool,
    /// The day of conclusion.
    pub conclude_date: Date,
    /// How it ends.
    pub outcome: Outcome,
    /// What is agreed, for a successful one.
    pub agreement: String,
}

const CATEGORIES: &[(u32, i32)] = &[(45, 1), (28, 2), (18, 3), (5, 4), (1, 5), (1, 6), (2, 7)];
const STAGES: &[(u32, Stage)] = &[
    (8, Stage::Received),
    (12, Stage::Accepted),
    (25, Stage::Assigned),
    (45, Stage::InMediation),
    (10, Stage::Paused),
];

/// The cases of a team that is active from that day on, by the day of receipt.
pub(super) fn of(team: &TeamPlan, area: &AreaPlan, active: Date) -> Vec<CasePlan> {
    let ends = (0..team.successful).map(|_| Ending::Agreed);
    let ends =
        ends.chain((0..team.unsuccessful).map(|_| Ending::Failed)).chain((0..team.in_progress).map(|_| Ending::Open));
    let mut cases: Vec<CasePlan> = (3..).zip(ends).map(|(step, end)| case(team, area, active, end, step)).collect();
    cases.sort_by_key(|case| case.receive_date);
    cases
}

#[derive(Clone, Copy)]
enum Ending {
    Agreed,
    Failed,
    Open,
}

fn case(team: &TeamPlan, area: &AreaPlan, active: Date, ending: Ending, step: u64) -> CasePlan {
    let mut random = Random::of(team.seed, &[step]);
    let random = &mut random;
    let outcome = match ending {
        Ending::Agreed => Outcome::Successful,
        Ending::Failed => Outcome::Unsuccessful(*random.weighted(&[(2, 1), (3, 2)])),
        Ending::Open => Outcome::InProgress(*random.weighted(STAGES)),
    };
    let open = matches!(outcome, Outcome::InProgress(_));
    let category = *random.weighted(CATEGORIES);
    let ground = *random.weighted(&[(60, 1), (20, 2), (20, 3)]);
    // A concluded case needs up to 27 days here and must end within the year; an open one came late in the year.
    let earliest = if open { day(11, 1) } else { later(active, 3) };
    let receive_date = within(random, earliest, if open { day(12, 5) } else { day(12, 1) });
    let scope_date = later(receive_date, random.below(2));
    let immediate = ground == 2 && random.per_mille(300);
    let choice = match immediate {
        true => Choice::Immediate,
        false if random.per_mille(150) => Choice::Parties,
        false => Choice::Leader,
    };
    let first = random.below(team.size) as usize;
    let next = (first + 1) % team.size as usize;
    let conflicted = (choice == Choice::Leader && random.per_mille(15)).then_some((first + 2) % team.size as usize);
    let mediators = if !immediate && random.per_mille(150) { vec![first, next] } else { vec![first] };
    let assign_date = if immediate { scope_date } else { later(scope_date, random.below(2)) };
    let late = !immediate && random.per_mille(30);
    let mut sessions =
        vec![later(assign_date, if late { random.between(4, 6) } else { random.below(if immediate { 1 } else { 4 }) })];
    let more = *random.weighted(&[(62, 0), (28, 1), (10, 2)]);
    (0..more).for_each(|n| sessions.push(later(sessions[n], random.between(3, 8))));
    let conclude_date = later(sessions[sessions.len() - 1], random.below(2));
    CasePlan {
        corrected: random.per_mille(20).then_some(category % 7 + 1),
        summary: texts::summary(random, category),
        parties: texts::parties(random, area),
        asks_scope: random.per_mille(50),
        public: random.per_mille(120),
        pauses: sessions.len() > 1 && random.per_mille(60),
        late_reason: if late { texts::LATE } else { "" },
        agreement: if outcome == Outcome::Successful { texts::agreement(random, category) } else { String::new() },
        category,
        ground,
        receive_date,
        scope_date,
        choice,
        conflicted,
        mediators,
        assign_date,
        sessions,
        conclude_date,
        outcome,
    }
}
