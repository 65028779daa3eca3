//! The population of the demo: a pure function of a size, a seed and the communes. The whole city is planned here in
//! figures; elections, persons and cases of a team are made when they are asked for, so that a city takes little room.

pub mod calendar;
mod cases;
mod elections;
mod names;
mod random;
mod size;
mod texts;

pub use cases::{CasePlan, Choice, Outcome, PartyPlan, Stage};
pub use elections::{CandidatePlan, ElectionPlan, LeaderPlan};
use hoagiai_types::Date;
pub use names::in_sentence;
use random::{Random, split};
pub use size::{Size, SizeError};

use crate::data::Unit;

/// Communes of Ba Vì, Quốc Oai and Mỹ Đức where Mường and Dao people live: some of their areas are flagged (rule 5).
const MINORITY_COMMUNES: &[&str] =
    &["Xã Ba Vì", "Xã Yên Bài", "Xã Suối Hai", "Xã Yên Xuân", "Xã Phú Cát", "Xã Hương Sơn"];

/// The population of a city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// Its totals.
    pub size: Size,
    /// What it was drawn from.
    pub seed: u64,
    /// Its communes, in the order given.
    pub communes: Vec<CommunePlan>,
}

/// A commune.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommunePlan {
    /// Code.
    pub code: String,
    /// Name with its kind.
    pub name: String,
    /// Phường (true) or xã.
    pub ward: bool,
    /// The day of the decision that plans its teams.
    pub plan_date: Date,
    /// Its thôn or tổ dân phố: one for each team, sometimes one more that has no team.
    pub areas: Vec<AreaPlan>,
    /// Its teams; the team with index n serves the area with index n.
    pub teams: Vec<TeamPlan>,
}

/// A thôn or tổ dân phố.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaPlan {
    /// Code: the commune's and a number.
    pub code: String,
    /// Name with its kind.
    pub name: String,
    /// Households.
    pub households: u32,
    /// Decided to be an area with many ethnic-minority people.
    pub minority: bool,
}

/// What becomes of a team in the evaluation of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// It does not assess itself.
    None,
    /// It assesses itself and does not go on.
    NotProposed,
    /// It proposes itself; the People's Committee finds a criterion not met.
    Refused,
    /// It becomes a Tổ hòa giải 5 tốt, sometimes after its papers were returned.
    Recognized {
        /// Whether they were.
        returned: bool,
    },
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamPlan {
    /// Number in the city, from 0.
    pub number: u32,
    /// Mediators in force.
    pub size: u32,
    /// Cases concluded with agreement.
    pub successful: u32,
    /// Cases concluded without.
    pub unsuccessful: u32,
    /// Cases not concluded.
    pub in_progress: u32,
    /// What becomes of it in the evaluation.
    pub evaluation: Evaluation,
    seed: u64,
}

impl TeamPlan {
    /// Its elections, in order.
    #[must_use]
    pub fn elections(&self, area: &AreaPlan) -> Vec<ElectionPlan> {
        elections::of(self, area)
    }

    /// The election of its leader, after its last recognition.
    #[must_use]
    pub fn leader(&self, recognized: Date) -> LeaderPlan {
        elections::leader(self, recognized)
    }

    /// Its cases by the day of receipt, the team being active from that day on.
    #[must_use]
    pub fn cases(&self, area: &AreaPlan, active: Date) -> Vec<CasePlan> {
        cases::of(self, area, active)
    }

    /// A number below `n`, always the same for the same purpose.
    #[must_use]
    pub fn draw(&self, purpose: u64, n: u32) -> u32 {
        Random::of(self.seed, &[1 << 32, purpose]).below(n)
    }
}

impl Population {
    /// Makes the population of those communes.
    ///
    /// # Errors
    /// When the figures of the size do not fit each other.
    pub fn generate(size: Size, seed: u64, communes: &[Unit]) -> Result<Self, SizeError> {
        let size = size.check()?;
        let mut random = Random::of(seed, &[0]);
        let weights: Vec<u32> =
            communes.iter().map(|c| if c.ward() { random.between(26, 58) } else { random.between(22, 54) }).collect();
        let counts = split(size.teams, &weights, 1);
        let mut teams = teams(size, seed, &mut random).into_iter();
        let communes = communes.iter().zip(counts).zip(1..);
        let communes = communes.map(|((unit, count), step)| {
            let mut random = Random::of(seed, &[1, step]);
            let spare = u32::from(count > 0 && random.per_mille(150));
            let areas = (0..count + spare).map(|index| area(&mut random, unit, index as usize)).collect();
            let plan_date = calendar::within(&mut random, calendar::FIRST, calendar::FIRST.plus_days(3));
            let teams = teams.by_ref().take(count as usize).collect();
            CommunePlan { code: unit.code.clone(), name: unit.name.clone(), ward: unit.ward(), plan_date, areas, teams }
        });
        Ok(Self { size, seed, communes: communes.collect() })
    }
}

fn area(random: &mut Random, commune: &Unit, index: usize) -> AreaPlan {
    let households = if commune.ward() { random.between(120, 420) } else { random.between(100, 380) };
    let minority = MINORITY_COMMUNES.contains(&commune.name.as_str()) && random.per_mille(600);
    AreaPlan {
        code: format!("{}-{:03}", commune.code, index + 1),
        name: names::area(commune.ward(), index),
        households,
        minority,
    }
}

fn teams(size: Size, seed: u64, random: &mut Random) -> Vec<TeamPlan> {
    let blank = |number: u32, size| TeamPlan {
        number,
        size,
        successful: 0,
        unsuccessful: 0,
        in_progress: 0,
        evaluation: Evaluation::None,
        seed: seed ^ u64::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
    };
    let mut teams: Vec<TeamPlan> = (0..).zip(sizes(size, random)).map(|(number, size)| blank(number, size)).collect();
    let mut order: Vec<usize> = (0..teams.len()).collect();
    random.shuffle(&mut order);
    let (recognized, others) = order.split_at(size.recognized as usize);
    for index in recognized {
        teams[*index].evaluation = Evaluation::Recognized { returned: random.per_mille(15) };
    }
    // Of a hundred teams that are not recognised three are refused and forty do not assess themselves.
    let (refused, others) = others.split_at(others.len() * 3 / 100);
    refused.iter().for_each(|index| teams[*index].evaluation = Evaluation::Refused);
    let assessed = &others[..others.len() * 6 / 10];
    assessed.iter().for_each(|index| teams[*index].evaluation = Evaluation::NotProposed);

    // Cases fall every year: many teams have none. Unsuccessful ones go to teams that nobody proposes, so that those
    // that are recognised or refused meet the share of 90 %, or have nothing to measure.
    let busy: Vec<usize> = order.iter().copied().filter(|_| random.per_mille(620)).collect();
    let busy = if busy.is_empty() { &order } else { &busy };
    let mut spread = |count: u32, among: &[usize], add: fn(&mut TeamPlan)| {
        (0..count).for_each(|_| add(&mut teams[*random.pick(among)]));
    };
    spread(size.successful, busy, |team| team.successful += 1);
    spread(size.in_progress, busy, |team| team.in_progress += 1);
    spread(size.unsuccessful, others, |team| team.unsuccessful += 1);
    teams
}

/// Sizes of the teams that add up to the mediators exactly.
fn sizes(size: Size, random: &mut Random) -> Vec<u32> {
    const USUAL: &[(u32, u32)] = &[(4, 3), (8, 4), (18, 5), (25, 6), (20, 7), (12, 8), (8, 9), (3, 10), (2, 11)];
    let mut sizes: Vec<u32> = (0..size.teams).map(|_| *random.weighted(USUAL)).collect();
    let mut sum: u32 = sizes.iter().sum();
    while sum != size.mediators {
        let at = random.below(size.teams) as usize;
        match sizes[at] {
            n if sum < size.mediators && n < Size::MOST => (sizes[at], sum) = (n + 1, sum + 1),
            n if sum > size.mediators && n > Size::LEAST => (sizes[at], sum) = (n - 1, sum - 1),
            _ => {}
        }
    }
    sizes
}

#[cfg(test)]
mod tests;
