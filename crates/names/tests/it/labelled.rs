//! Queries as people type them, each with the person that was meant: how often that person comes first, and how often among
//! the first ten. Names are made up from the frequencies of real surnames, middle and given names; many are one mark or one
//! letter apart.

use std::collections::BTreeMap;

use hoagiai_names::{Filter, Hit, Index, Query, Why};

use super::person;

const PEOPLE: &str = include_str!("../../testdata/people.csv");
const QUERIES: &str = include_str!("../../testdata/queries.csv");

/// Ranks from here on are guesses: parts of names with a letter off.
const SLIPS: u32 = 40_000;

#[derive(Default)]
struct Score {
    asked: usize,
    first: usize,
    among_ten: usize,
}

impl Score {
    fn percent(&self, of: usize) -> usize {
        of * 100 / self.asked.max(1)
    }
}

fn rows(text: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect()
}

#[test]
fn the_person_meant_is_found_and_nobody_in_place_of_one_who_is_not_there() {
    let mut index = Index::new();
    for row in rows(PEOPLE) {
        index.put(&person(row[0].parse().unwrap(), &row[1]));
    }
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut taken_for_another = Vec::new();
    for row in rows(QUERIES) {
        let (class, text, meant): (_, _, u128) = (&row[0], &row[1], row[2].parse().unwrap());
        let found = index.search(&Query::parse(text).unwrap(), &Filter::default(), None, 10);
        if meant == 0 {
            // Somebody without that middle name may be meant all the same, and is told as such.
            let taken = |hit: &&Hit| hit.rank < SLIPS && !hit.why.contains(&Why::SyllableNotInName);
            taken_for_another.extend(found.hits.iter().filter(taken).map(|_| text.to_owned()));
            continue;
        }
        let score = scores.entry(class.to_owned()).or_default();
        let at = found.hits.iter().position(|hit| hit.id.as_u128() == meant);
        score.asked += 1;
        score.first += usize::from(at == Some(0));
        score.among_ten += usize::from(at.is_some());
        if at.is_none() || (class == "neighbour" && at != Some(0)) {
            println!("missed ({class}): {text}");
        }
    }
    let mut all = Score::default();
    println!("{:<20} {:>5} {:>12} {:>10}", "class", "asked", "precision@1", "recall@10");
    for (class, score) in &scores {
        let (first, ten) = (score.percent(score.first), score.percent(score.among_ten));
        println!("{class:<20} {:>5} {first:>11}% {ten:>9}%", score.asked);
        all.asked += score.asked;
        all.first += score.first;
        all.among_ten += score.among_ten;
    }
    println!("{:<20} {:>5} {:>11}% {:>9}%", "all", all.asked, all.percent(all.first), all.percent(all.among_ten));
    assert!(all.asked >= 300, "{}", all.asked);
    // What the query says in full is found first; what it leaves open, among the first ten.
    for class in ["exact", "exact_nfd", "upper", "invisible", "spaces", "neighbour"] {
        assert_eq!(scores[class].percent(scores[class].first), 100, "{class}");
    }
    assert_eq!(taken_for_another, Vec::<String>::new(), "nobody of that name");
    assert!(all.percent(all.first) >= FIRST, "precision@1 {}", all.percent(all.first));
    assert!(all.percent(all.among_ten) >= AMONG_TEN, "recall@10 {}", all.percent(all.among_ten));
}

/// Floors, in percent of all queries that mean somebody.
const FIRST: usize = 90;
const AMONG_TEN: usize = 97;
