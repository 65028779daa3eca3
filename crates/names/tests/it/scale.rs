//! What the index alone costs at the size of the country: run by hand,
//! `cargo nextest run -p hoagiai-names --run-ignored only scale --no-capture`.

use std::time::Instant;

use hoagiai_names::{Filter, Index, Query};

use super::person;

const PEOPLE: &str = include_str!("../../testdata/people.csv");

#[test]
#[ignore = "a measurement, not a test"]
fn searches_of_the_country() {
    let names: Vec<Vec<&str>> = PEOPLE
        .lines()
        .skip(1)
        .filter_map(|line| Some(line.split_once(',')?.1.split(' ').collect()))
        .filter(|name: &Vec<&str>| name.len() > 2)
        .collect();
    // Surname, middle and given name of three people each: as frequent as they are among them.
    let mut seed = 542_000_u64;
    let mut draw = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        &names[(seed >> 33) as usize % names.len()]
    };
    let people: Vec<String> = (0..542_000)
        .map(|n| {
            let (surname, middle, given) = (draw(), draw(), draw());
            let second = if n % 10 < 3 { draw()[draw().len().min(3) - 1] } else { "" };
            let middle = middle[1..middle.len() - 1].join(" ");
            format!("{} {middle} {second} {}", surname[0], given[given.len() - 1])
        })
        .collect();
    let began = Instant::now();
    let mut index = Index::new();
    for (n, name) in (1..).zip(&people) {
        index.put(&person(n, name));
    }
    println!("{} records, {} names, built in {:?}", index.len(), index.names(), began.elapsed());
    for query in [
        "Nguyễn Văn An",
        "nguyen thi thanh huong",
        "Nguyễn",
        "Nguyễn Thị",
        "Khuất Thế Vượng",
        "N.V. An",
        "NVA",
        "nguyeenx vawn cuowngf",
        "nguyen van cuogn",
        "Hương Trần Thị",
    ] {
        let asked = Query::parse(query).unwrap();
        let mut took = Vec::new();
        let mut total = 0;
        for _ in 0..100 {
            let began = Instant::now();
            total = index.search(&asked, &Filter::default(), None, 21).total;
            took.push(began.elapsed());
        }
        took.sort_unstable();
        println!("{query:<24} {total:>7} found  p50 {:>10.2?}  p99 {:>10.2?}", took[49], took[98]);
    }
}
