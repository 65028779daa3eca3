//! Order, filters, pages, changes.

use hoagiai_names::{Filter, Index, Query, Standing, Why};
use hoagiai_types::Uuid;
use proptest::prelude::*;

use super::{day, id, index_of, numbers, person, place, search};

#[test]
fn the_best_come_first() {
    let index = index_of(&[
        "Nguyễn Văn Hoán",     // 1: other marks
        "Nguyễn Văn Hoà Bình", // 2: more syllables
        "Nguyễn Văn Hoà",      // 3: the tone elsewhere
        "Nguyễn Văn Hòa",      // 4: exact
        "Nguyễn Văn Hóa",      // 5: another tone
        "Trần Thị Hoa",        // 6: nobody meant
        "Nguyễn Văn Hoaa",     // 7: a letter twice
    ]);
    assert_eq!(numbers(&search(&index, "Nguyễn Văn Hòa")), [4, 3, 7, 5, 2, 1]);
    assert_eq!(numbers(&search(&index, "nguyen van hoa"))[..3], [3, 4, 5]);
}

#[test]
fn why_a_name_was_found_is_told() {
    let why = |name: &str, query: &str| {
        let found = search(&index_of(&[name]), query);
        found.hits.first().map(|hit| hit.why.clone()).unwrap_or_default()
    };
    assert_eq!(why("Nguyễn Văn An", "Nguyễn Văn An"), [Why::Exact]);
    assert_eq!(why("Nguyễn Thị Hòa", "Nguyễn Thị Hoà"), [Why::TonePlacement]);
    assert_eq!(why("Nguyễn Thị Hòa", "nguyen thi hoa"), [Why::MarksOmitted]);
    assert_eq!(why("Nguyễn Thị Hòa", "Nguyễn Thị Hoá"), [Why::MarksDiffer]);
    assert_eq!(why("Nguyễn Văn An", "nguyeenx vawn an"), [Why::Exact, Why::TypingKeys][1..]);
    assert_eq!(why("Phan Thị Quý", "Phan Thị Quí"), [Why::Spelling]);
    assert_eq!(why("Nguyễn Văn An", "N.V. An"), [Why::Initials]);
    assert_eq!(why("Nguyễn Văn An", "Nguyễn An"), [Why::FewerSyllables]);
    assert_eq!(why("Nguyễn An", "Nguyễn Văn An"), [Why::SyllableNotInName]);
    assert_eq!(why("Nguyễn Văn An", "An Nguyễn Văn"), [Why::OtherOrder]);
    assert_eq!(why("Nguyễn Văn Thanh", "Nguyễn Văn Tahnh"), [Why::Slip]);
    assert_eq!(why("Nguyễn Văn An", "Trần Thị Bình"), []);
}

#[test]
fn a_search_is_cut_to_places_days_and_skills() {
    let mut index = Index::new();
    let law = ["Đất đai".to_owned()];
    let tay = ["tyz".to_owned()];
    for n in 1..=9 {
        let mut one = person(n, "Nguyễn Văn An");
        one.place = place(n % 3);
        if n % 3 == 1 {
            one.place.commune = id(3);
        }
        one.expertises = if n < 5 { &law[..] } else { &[] };
        one.languages = if n % 2 == 0 { &tay[..] } else { &[] };
        one.standing = match n {
            7 => Standing::Pending,
            8 => Standing::InForce(day("2020-01-01"), day("2022-05-05")),
            9 => Standing::Never,
            _ => one.standing,
        };
        index.put(&one);
    }
    let count = |filter: Filter| {
        let query = Query::parse("an").unwrap();
        let found = index.search(&query, &filter, None, 100);
        assert_eq!(found.total, found.hits.len() as u64);
        numbers(&found)
    };
    let none = Filter::default;
    assert_eq!(count(none()).len(), 9);
    assert_eq!(count(Filter { unit: Some(id(1)), ..none() }).len(), 9);
    assert_eq!(count(Filter { unit: Some(id(3)), ..none() }), [1, 4, 7]);
    assert_eq!(count(Filter { unit: Some(place(2).area_unit), ..none() }), [2, 5, 8]);
    assert_eq!(count(Filter { team: Some(place(0).team), ..none() }), [3, 6, 9]);
    assert_eq!(count(Filter { team: Some(place(0).team), unit: Some(id(3)), ..none() }), []);
    assert_eq!(count(Filter { within: Some((vec![id(3)], vec![place(2).team])), ..none() }), [1, 2, 4, 5, 7, 8]);
    assert_eq!(count(Filter { within: Some((vec![], vec![])), ..none() }), [], "who may see nothing finds nothing");
    assert_eq!(count(Filter { unit: Some(id(77)), ..none() }), []);
    assert_eq!(count(Filter { in_force_on: Some(day("2026-01-01")), ..none() }), [1, 2, 3, 4, 5, 6]);
    assert_eq!(count(Filter { in_force_on: Some(day("2022-05-05")), ..none() }), [8]);
    assert_eq!(count(Filter { expertise: Some("dat dai".into()), ..none() }), [1, 2, 3, 4]);
    assert_eq!(count(Filter { language: Some("tyz".into()), expertise: Some("ĐẤT ĐAI".into()), ..none() }), [2, 4]);
    assert_eq!(count(Filter { language: Some("hmn".into()), ..none() }), []);
}

#[test]
fn pages_follow_each_other_whatever_changes_between_them() {
    let mut index = Index::new();
    for n in 0..200 {
        let name = ["Nguyễn Văn An", "Nguyễn Văn Ân", "Lê An", "Nguyễn Văn Anh", "An Văn Nguyễn"][n as usize % 5];
        index.put(&person(n * 7 % 200 + 1, name));
    }
    let query = Query::parse("nguyen van an").unwrap();
    let whole = index.search(&query, &Filter::default(), None, 1_000).hits;
    let (mut seen, mut after): (Vec<(u32, Uuid)>, _) = (Vec::new(), None);
    loop {
        let page = index.search(&query, &Filter::default(), after, 7);
        assert!(page.total >= 100);
        let Some(last) = page.hits.last() else { break };
        after = Some((last.rank, last.id));
        seen.extend(page.hits.iter().map(|hit| (hit.rank, hit.id)));
        // Somebody who was shown goes, somebody comes who sorts before: neither repeats nor hides another.
        index.remove(page.hits[0].id);
        index.put(&person(100_000 - seen.len() as u128 * 3, "Trần Thị Bình"));
    }
    assert_eq!(seen, whole.iter().map(|hit| (hit.rank, hit.id)).collect::<Vec<_>>());
}

#[test]
fn who_is_removed_leaves_nothing_behind() {
    let mut index = index_of(&["Nguyễn Thị Kín", "Nguyễn Thị Kín", "Trần Văn Mở"]);
    index.remove(id(1));
    assert_eq!(numbers(&search(&index, "kin")), [2]);
    index.remove(id(2));
    index.remove(id(2));
    assert_eq!((search(&index, "kin").total, index.len(), index.names()), (0, 1, 1));
    index.put(&person(2, "Lê Thị Khác"));
    assert_eq!(numbers(&search(&index, "khác")), [2]);
    index.put(&person(2, "Lê Thị Đổi"));
    assert_eq!((search(&index, "khác").total, numbers(&search(&index, "doi"))), (0, vec![2]));
    (2..4).for_each(|n| index.remove(id(n)));
    assert!(index.is_empty() && index.names() == 0);
}

fn some_name() -> impl Strategy<Value = String> {
    let syllables =
        ["nguyễn", "trần", "văn", "thị", "an", "ân", "anh", "hòa", "hoà", "hoa", "quý", "quí", "lý", "đan", "dan"];
    prop::collection::vec(prop::sample::select(syllables.to_vec()), 1..6).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn the_order_of_building_changes_no_answer(
        names in prop::collection::vec(some_name(), 1..40), query in some_name(), gone in prop::collection::vec(1_u128..40, 0..10),
    ) {
        let Ok(query) = Query::parse(&query) else { return Ok(()) };
        let mut forwards = Index::new();
        for (n, name) in (1..).zip(&names) {
            forwards.put(&person(n, "Ai Đó Khác"));
            forwards.put(&person(n, name));
        }
        let mut backwards = Index::new();
        for (n, name) in (1..).zip(&names).collect::<Vec<_>>().into_iter().rev() {
            if !gone.contains(&n) {
                backwards.put(&person(n, name));
            }
        }
        gone.iter().for_each(|n| forwards.remove(id(*n)));
        let ask = |index: &Index| index.search(&query, &Filter::default(), None, 100);
        prop_assert_eq!(ask(&forwards), ask(&backwards));
    }

    #[test]
    fn every_name_is_found_by_itself(
        name in "((B|C|Đ|H|Kh|Ngh|Qu|Tr|V)(a|ă|â|e|ế|iề|ỏ|ũ|ươ|uyễ|ỵ)(n|ng|nh|t|p)? ?){1,6}", other in some_name(),
    ) {
        let index = index_of(&[&name, &other]);
        let Ok(query) = Query::parse(&name) else { return Ok(()) };
        let found = index.search(&query, &Filter::default(), None, 10);
        prop_assert_eq!(found.hits.first().map(|hit| (hit.id, hit.rank)), Some((id(1), 0)));
    }

    /// A filter that few pass is answered from their records, one that many pass from the names: both alike.
    #[test]
    fn a_filter_leaves_out_and_adds_nothing(
        people in prop::collection::vec((some_name(), 0_u128..6), 1..60), query in some_name(), team in 0_u128..6,
    ) {
        let Ok(query) = Query::parse(&query) else { return Ok(()) };
        let mut index = Index::new();
        for (n, (name, team)) in (1..).zip(&people) {
            let mut one = person(n, name);
            one.place = place(*team);
            index.put(&one);
        }
        let whole = index.search(&query, &Filter::default(), None, 100);
        let of_team = |hit: &&hoagiai_names::Hit| people[hit.id.as_u128() as usize - 1].1 == team;
        let expected: Vec<_> = whole.hits.iter().filter(of_team).cloned().collect();
        let filter = Filter { team: Some(place(team).team), ..Filter::default() };
        let found = index.search(&query, &filter, None, 100);
        prop_assert_eq!((found.total, found.hits), (expected.len() as u64, expected));
    }

    #[test]
    fn any_text_may_be_kept_asked_for_and_forgotten(texts in prop::collection::vec("\\PC{0,60}", 1..20)) {
        let mut index = Index::new();
        for (n, text) in (1..).zip(&texts) {
            index.put(&person(n, text));
        }
        for text in &texts {
            if let Ok(query) = Query::parse(text) {
                let found = index.search(&query, &Filter::default(), None, 5);
                prop_assert!(found.hits.len() as u64 <= found.total && found.total <= texts.len() as u64);
            }
        }
        (1..=texts.len()).for_each(|n| index.remove(id(n as u128)));
        prop_assert_eq!(index.names(), 0);
    }
}
