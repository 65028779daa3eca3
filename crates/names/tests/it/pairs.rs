//! Records that may be of one person.

use hoagiai_names::{Filter, Index, Pair, PairReason, Record, Standing};

use super::{day, id, person, place};

fn pairs(records: &[Record<'_>]) -> Vec<(u128, u128, Vec<PairReason>)> {
    let mut index = Index::new();
    records.iter().for_each(|record| index.put(record));
    let numbers = |pair: Pair| (pair.first.as_u128(), pair.second.as_u128(), pair.reasons);
    index.pairs(&Filter::default()).into_iter().map(numbers).collect()
}

#[test]
fn two_records_are_alike_by_number_name_and_year_or_name_and_phone() {
    let one = Record { identity: Some(7), phone: "0912345678", ..person(1, "Nguyễn Thị Hòa") };
    let number = Record { identity: Some(7), birth_year: 1961, ..person(2, "Ng Thị Hoà") };
    let year = Record { ..person(3, "Nguyễn Thị Hóa") };
    let phone = Record { phone: "+84912345678", birth_year: 0, ..person(4, "Nguyễn Thị Hoà") };
    let nothing = Record { birth_year: 1971, ..person(5, "Nguyễn Thị Hòa") };
    use PairReason::*;
    assert_eq!(
        pairs(&[one, number, year, phone, nothing]),
        [(1, 2, vec![IdentityNumber]), (1, 3, vec![NameBirthYearArea]), (1, 4, vec![NamePhone]),]
    );
}

#[test]
fn rule_16_two_teams_at_one_time_are_a_warning_beside_a_reason() {
    let one = person(1, "Trần Văn Bình");
    let other = Record { place: place(2), ..person(2, "Trần Văn Bình") };
    let elsewhere = Record { place: place(3), birth_year: 1980, ..person(3, "Trần Văn Bình") };
    use PairReason::*;
    assert_eq!(pairs(&[one, other, elsewhere]), [(1, 2, vec![NameBirthYearArea, TwoTeams])]);
}

#[test]
fn terms_that_follow_each_other_and_candidacies_that_failed_are_no_duplicates() {
    let first =
        Record { standing: Standing::InForce(day("2015-01-01"), day("2019-12-31")), ..person(1, "Lê Thị Lan") };
    let second =
        Record { standing: Standing::InForce(day("2020-01-01"), day("9999-12-31")), ..person(2, "Lê Thị Lan") };
    let failed = Record { standing: Standing::Never, ..person(3, "Lê Thị Lan") };
    assert_eq!(pairs(&[first.clone(), second, failed]), []);
    let pending = Record { standing: Standing::Pending, ..person(4, "Lê Thị Lan") };
    assert_eq!(pairs(&[first, pending]), []);
}

#[test]
fn a_number_that_thousands_gave_makes_a_pair_each_and_no_more() {
    let names: Vec<String> = (0..3_000).map(|n| format!("Người Số {}", "abcdefghij".repeat(1 + n % 7))).collect();
    let mut index = Index::new();
    for (n, name) in (1..).zip(&names) {
        index.put(&Record { identity: Some(1), birth_year: 0, ..person(n, name) });
    }
    let pairs = index.pairs(&Filter::default());
    assert_eq!(pairs.len(), 2_999);
    assert!(pairs.iter().all(|pair| pair.first == id(1)));
}
