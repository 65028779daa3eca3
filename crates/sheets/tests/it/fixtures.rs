//! Workbooks and texts made by other programs: `tests/fixtures/make.py` made them.

use hoagiai_sheets::{Format, Gender, Reason, Refusal, read_mediators, read_teams};

use super::options;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn a_roster_of_openpyxl_with_titles_merges_and_real_dates() {
    let read = read_mediators(&fixture("ba-dinh.xlsx"), &options()).unwrap();
    assert_eq!((read.format, read.sheet.as_str()), (Format::Xlsx, "HGV"));
    let people: Vec<_> = read.lines.iter().map(|line| line.value.as_ref().unwrap()).collect();
    assert_eq!(people.len(), 4);
    assert_eq!(people.iter().filter(|one| one.gender == Gender::Female).count(), 2);
    assert_eq!(people.iter().filter(|one| one.leader).count(), 2);
    assert!(people.iter().all(|one| one.decision.as_ref().unwrap().date.to_string() == "2020-02-03"));
    assert_eq!(people[0].phone, "0912345678", "a number that lost its zero");
    assert_eq!(people[2].place.area, "Tổ dân phố số 2", "merged over two rows");
}

#[test]
fn a_roster_of_openpyxl_with_every_kind_of_wrong_date() {
    let read = read_mediators(&fixture("wrong-dates.xlsx"), &options()).unwrap();
    let reasons: Vec<Reason> =
        read.lines.iter().flat_map(|line| line.value.as_ref().unwrap_err()).map(|fault| fault.reason).collect();
    let expected = [Reason::NotADate, Reason::NotADate, Reason::DateInFuture, Reason::NotADate, Reason::DateTooEarly];
    assert_eq!(reasons, expected);
}

#[test]
fn rosters_in_the_encodings_of_offices() {
    for name in ["utf8.csv", "utf8-bom.csv", "utf16le.csv", "utf16be-bom.csv", "windows1258.csv", "tcvn3.csv"] {
        let read = read_teams(&fixture(name), &options()).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let team = read.lines[1].value.as_ref().unwrap();
        assert_eq!(team.name.to_lowercase(), "tổ hòa giải thôn đoài", "{name}");
        assert_eq!(team.place.area.to_lowercase(), "thôn đoài", "{name}");
    }
    assert_eq!(read_teams(&fixture("mixed.csv"), &options()).unwrap_err(), Refusal::MixedEncodings { line: 3 });
}
