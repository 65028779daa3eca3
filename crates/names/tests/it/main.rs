//! The index of names from outside: how well it finds, and that it answers alike however it came to be.
#![expect(clippy::unwrap_used, reason = "a test stops at the first fault")]

mod index;
mod labelled;
mod pairs;
mod scale;

use hoagiai_names::{Filter, Found, Index, Place, Query, Record, Standing};
use hoagiai_types::{Date, Uuid};

pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A place in commune 2 of province 1: area unit and team by number.
pub(crate) fn place(team: u128) -> Place {
    Place { province: id(1), commune: id(2), area_unit: id(1_000 + team), team: id(2_000 + team) }
}

pub(crate) fn person(n: u128, name: &str) -> Record<'_> {
    Record {
        id: id(n),
        place: place(1),
        standing: Standing::InForce(day("2025-01-01"), day("9999-12-31")),
        name,
        birth_year: 1960,
        phone: "",
        identity: None,
        languages: &[],
        expertises: &[],
    }
}

pub(crate) fn index_of(names: &[&str]) -> Index {
    let mut index = Index::new();
    for (n, name) in (1..).zip(names) {
        index.put(&person(n, name));
    }
    index
}

pub(crate) fn search(index: &Index, query: &str) -> Found {
    index.search(&Query::parse(query).unwrap(), &Filter::default(), None, 1_000)
}

/// Numbers of those found, best first.
pub(crate) fn numbers(found: &Found) -> Vec<u128> {
    found.hits.iter().map(|hit| hit.id.as_u128()).collect()
}
