//! One name against one query: which syllable answers which, in which order, and what is left out.

use super::{
    SYLLABLES, Why,
    table::{Answer, Column, SLIP},
};
use crate::query::TOKENS;

/// A syllable of the name that was not asked for; the given name, which comes last, is missed most.
const LEFT_OUT: u16 = 3;
const GIVEN_LEFT_OUT: u16 = 8;
/// A middle syllable asked for that the name does not have.
const NOT_THERE: u16 = 20;
/// Another order than that of the name.
const REORDERED: u16 = 10;
/// Classes are further apart than costs go.
const CLASS: u32 = 10_000;
const NEVER: u16 = u16::MAX;

/// Room for the alignment of the longest query with the longest name.
pub(super) struct Scratch {
    costs: [[u16; SYLLABLES + 1]; TOKENS + 1],
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self { costs: [[NEVER; SYLLABLES + 1]; TOKENS + 1] }
    }
}

/// How a name answers a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rank {
    pub(super) number: u32,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Syllable by syllable.
    Whole,
    /// In an order, with syllables of the name left out.
    Part(Order),
    /// A middle syllable, from 0, is not in the name.
    Without(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    AsWritten,
    /// The given name first, the rest as it is: `An Nguyễn Văn`.
    GivenFirst,
    /// Back to front: `An Văn Nguyễn`.
    Reversed,
}

impl Order {
    /// The syllable of the query that comes at a place.
    fn at(self, place: usize, tokens: usize) -> usize {
        match self {
            Self::AsWritten => place,
            Self::GivenFirst => (place + 1) % tokens,
            Self::Reversed => tokens - 1 - place,
        }
    }
}

/// Judges a name; none if it does not answer the query.
pub(super) fn rank(columns: &[Column], name: &[u32], scratch: &mut Scratch) -> Option<Rank> {
    let (tokens, syllables) = (columns.len(), name.len());
    if let Some(rank) = whole(columns, name) {
        return Some(rank);
    }
    let mut best: Option<(u16, Shape)> = None;
    let mut offer = |cost: u16, shape: Shape| {
        if cost != NEVER && best.is_none_or(|(known, _)| cost < known) {
            best = Some((cost, shape));
        }
    };
    if let [column] = columns {
        offer(alone(column, name), Shape::Part(Order::AsWritten));
    } else if tokens <= syllables {
        // What the name has none of needs no alignment.
        let somewhere = |column: &Column| name.iter().any(|syllable| column.answer(*syllable) != Answer::Not);
        if !columns.iter().all(somewhere) {
            return None;
        }
        offer(part(columns, name, Order::AsWritten, scratch), Shape::Part(Order::AsWritten));
        let cost = part(columns, name, Order::GivenFirst, scratch).saturating_add(REORDERED);
        offer(cost, Shape::Part(Order::GivenFirst));
        if tokens > 2 {
            let cost = part(columns, name, Order::Reversed, scratch).saturating_add(REORDERED);
            offer(cost, Shape::Part(Order::Reversed));
        }
    } else if tokens == syllables + 1 && tokens > 2 {
        for left_out in 1..tokens - 1 {
            offer(without(columns, name, left_out), Shape::Without(left_out));
        }
    }
    let (cost, shape) = best?;
    // One slip in a short query, two in a long one: more is another name.
    let slips = cost / SLIP;
    if slips > 1 + u16::from(tokens > 3) {
        return None;
    }
    let class = if slips > 0 { 4 } else { 3 };
    Some(Rank { number: class * CLASS + u32::from(cost), shape })
}

fn whole(columns: &[Column], name: &[u32]) -> Option<Rank> {
    if columns.len() != name.len() {
        return None;
    }
    let (mut worst, mut cost) = (Answer::Same, 0_u16);
    for (column, syllable) in columns.iter().zip(name) {
        let answer = column.answer(*syllable);
        if answer >= Answer::Slip {
            // Another order may do better.
            return None;
        }
        worst = worst.max(answer);
        cost += answer.cost();
    }
    let class = match worst {
        Answer::Same => 0,
        Answer::Tone => 1,
        Answer::Abbreviated | Answer::Initial => 3,
        _ => 2,
    };
    Some(Rank { number: class * CLASS + u32::from(cost), shape: Shape::Whole })
}

fn gap(at: usize, name: &[u32]) -> u16 {
    if at + 1 == name.len() { GIVEN_LEFT_OUT } else { LEFT_OUT }
}

/// [`part`] for one syllable, which has no order: a surname alone answers two names in five.
fn alone(column: &Column, name: &[u32]) -> u16 {
    let all: u16 = (0..name.len()).map(|at| gap(at, name)).sum();
    let taken = name.iter().enumerate().filter_map(|(at, syllable)| match column.answer(*syllable) {
        Answer::Not => None,
        answer => Some((all - gap(at, name)).saturating_add(answer.cost())),
    });
    taken.min().unwrap_or(NEVER)
}

/// The least cost of finding all syllables of the query in this order within the name.
fn part(columns: &[Column], name: &[u32], order: Order, scratch: &mut Scratch) -> u16 {
    let (tokens, syllables) = (columns.len(), name.len());
    let costs = &mut scratch.costs;
    costs[0][0] = 0;
    for j in 0..syllables {
        costs[0][j + 1] = costs[0][j] + gap(j, name);
    }
    for i in 0..tokens {
        let column = &columns[order.at(i, tokens)];
        costs[i + 1][0] = NEVER;
        for j in 0..syllables {
            let answer = column.answer(name[j]);
            let taken = if answer == Answer::Not { NEVER } else { costs[i][j].saturating_add(answer.cost()) };
            costs[i + 1][j + 1] = taken.min(costs[i + 1][j].saturating_add(gap(j, name)));
        }
    }
    costs[tokens][syllables]
}

fn without(columns: &[Column], name: &[u32], left_out: usize) -> u16 {
    let others = columns.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, column)| column);
    others.zip(name).fold(NOT_THERE, |cost, (column, syllable)| match column.answer(*syllable) {
        Answer::Not => NEVER,
        answer => cost.saturating_add(answer.cost()),
    })
}

/// Why a name with this rank answers, best known reason first.
pub(super) fn explain(columns: &[Column], name: &[u32], rank: Rank, scratch: &mut Scratch) -> Vec<Why> {
    let mut why = Vec::new();
    let mut note = |reason: Why| {
        if !why.contains(&reason) {
            why.push(reason);
        }
    };
    match rank.shape {
        Shape::Whole => columns.iter().zip(name).for_each(|(column, at)| note(Why::of(column.answer(*at)))),
        Shape::Without(left_out) => {
            let others = columns.iter().enumerate().filter(|(i, _)| *i != left_out);
            others.zip(name).for_each(|((_, column), at)| note(Why::of(column.answer(*at))));
            note(Why::SyllableNotInName);
        }
        Shape::Part(order) => {
            part(columns, name, order, scratch);
            trace(columns, name, order, scratch).into_iter().for_each(|answer| note(Why::of(answer)));
            if columns.len() < name.len() {
                note(Why::FewerSyllables);
            }
            if order != Order::AsWritten {
                note(Why::OtherOrder);
            }
        }
    }
    // What is written alike needs no mention beside what is not.
    if why.len() > 1 {
        why.retain(|reason| *reason != Why::Exact);
    }
    why.sort_unstable();
    why
}

/// The answers along the cheapest way through the costs that [`part`] left.
fn trace(columns: &[Column], name: &[u32], order: Order, scratch: &Scratch) -> Vec<Answer> {
    let costs = &scratch.costs;
    let (mut i, mut j) = (columns.len(), name.len());
    let mut answers = Vec::new();
    while i > 0 && j > 0 {
        let answer = columns[order.at(i - 1, columns.len())].answer(name[j - 1]);
        let taken = answer != Answer::Not && costs[i - 1][j - 1].saturating_add(answer.cost()) == costs[i][j];
        if taken {
            answers.push(answer);
            i -= 1;
        }
        j -= 1;
    }
    answers
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Uuid;
    use proptest::prelude::*;

    use super::{super::table::columns, *};
    use crate::{Index, Place, Query, Record, Standing};

    fn syllable() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["nguyễn", "nguyen", "trần", "văn", "thị", "an", "ân", "hòa", "hoà", "n", "nguyeenx"])
    }

    proptest! {
        /// The shortcut of one syllable says what the alignment says.
        #[test]
        fn one_syllable_costs_what_the_alignment_says(
            names in prop::collection::vec(prop::collection::vec(syllable(), 1..6), 1..30),
            asked in syllable(),
        ) {
            let Ok(query) = Query::parse(&format!("{asked}an")).or_else(|_| Query::parse(asked)) else { return Ok(()) };
            let mut index = Index::new();
            let place = Place { province: Uuid::nil(), commune: Uuid::nil(), area_unit: Uuid::nil(), team: Uuid::nil() };
            for (n, name) in (1..).zip(&names) {
                index.put(&Record {
                    id: Uuid::from_u128(n), place, standing: Standing::Never, name: &name.join(" "), birth_year: 0,
                    phone: "", identity: None, languages: &[], expertises: &[],
                });
            }
            let mut scratch = Scratch::new();
            for query in [Some(query), Query::parse(asked).ok()].into_iter().flatten() {
                for tokens in query.variants.iter().filter(|tokens| tokens.len() == 1) {
                    let columns = columns(tokens, &index.vocabulary);
                    for name in &index.names {
                        let aligned = part(&columns, &name.syllables, Order::AsWritten, &mut scratch);
                        prop_assert_eq!(alone(&columns[0], &name.syllables), aligned);
                    }
                }
            }
        }
    }
}
