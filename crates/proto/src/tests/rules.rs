//! A table of cases a rule: the message, and the field and reason of each fault it must have.

use super::generated::hoagiai::rules::v1::{Candidate, CheckRequest, Person, check_request};
use crate::validate::{Validate, Violations};

/// A request without a fault.
fn good() -> CheckRequest {
    CheckRequest {
        required: "x".into(),
        decision: Some(check_request::Decision::Nobody(true)),
        ..CheckRequest::default()
    }
}

fn faults(request: &CheckRequest) -> Vec<(String, String)> {
    request.faults().listed().iter().map(|v| (v.field.clone(), v.reason.to_string())).collect()
}

/// Checks that the change of a good request leads to exactly these faults.
#[track_caller]
fn check(change: impl FnOnce(&mut CheckRequest), expected: &[(&str, &str)]) {
    let mut request = good();
    change(&mut request);
    let found = faults(&request);
    let found: Vec<(&str, &str)> = found.iter().map(|(f, r)| (f.as_str(), r.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_good_request_has_no_fault() {
    check(|_| {}, &[]);
}

#[test]
fn all_faults_are_found_at_once() {
    let found = CheckRequest { month: 13, above: -1, ..CheckRequest::default() }.faults();
    assert_eq!(found.count(), 4);
    let fields: Vec<&str> = found.listed().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["required", "month", "above", "decision"]);
    assert!(found.listed().iter().all(|v| !v.english.is_empty() && !v.vietnamese.is_empty()));
}

#[test]
fn texts() {
    check(|r| r.required.clear(), &[("required", "REQUIRED")]);
    check(|r| r.short = "Đống Đ".into(), &[("short", "WRONG_LENGTH")]);
    check(|r| r.short = "Đống ".into(), &[]); // five code points, seven bytes
    check(|r| r.between = "a".into(), &[("between", "WRONG_LENGTH")]);
    check(|r| r.between = "ạạ".into(), &[]);
    check(|r| r.between = "ạạạạạ".into(), &[("between", "WRONG_LENGTH")]);
    check(|r| r.code = "00004".into(), &[]);
    check(|r| r.code = "0004".into(), &[("code", "WRONG_FORMAT")]);
    check(|r| r.word = Some("a".into()), &[]);
    check(|r| r.word = Some("c".into()), &[("word", "VALUE_NOT_ALLOWED")]);
    check(|r| r.sure = true, &[]);
}

#[test]
fn well_known_texts() {
    check(|r| r.id = Some("0198c1a0-7b3c-7def-8000-0123456789AB".into()), &[]);
    for bad in ["", "x", "0198c1a07b3c7def80000123456789ab", "0198c1a0-7b3c-7def-8000-0123456789ag"] {
        check(|r| r.id = Some(bad.into()), &[("id", "NOT_A_UUID")]);
    }
    check(|r| r.email = "to.hoa-giai@hanoi.gov.vn".into(), &[]);
    for bad in ["x", "@hanoi.gov.vn", "a@", "a b@c.vn", "a@-b.vn", "a@b..vn"] {
        check(|r| r.email = bad.into(), &[("email", "NOT_AN_EMAIL")]);
    }
    check(|r| r.uri = Some("https://portal.hanoi.gov.vn/hook?x=1".into()), &[]);
    for bad in ["", "/hook", "portal.hanoi.gov.vn", "https://"] {
        check(|r| r.uri = Some(bad.into()), &[("uri", "NOT_A_URI")]);
    }
}

#[test]
fn control_and_direction_characters_are_refused_by_default() {
    for bad in ["a\0b", "a\u{202e}b", "a\u{2066}b", "a\u{7f}", "a\u{85}b", "a\nb", "a\tb", "\u{feff}a"] {
        check(|r| r.plain = bad.into(), &[("plain", "CONTROL_CHARACTER")]);
    }
    check(|r| r.plain = "Nguyễn Thị Ánh – tổ 5".into(), &[]);
    check(|r| r.prose = "dòng một\n\tdòng hai\r\n".into(), &[]);
    check(|r| r.prose = "a\u{202e}b".into(), &[("prose", "CONTROL_CHARACTER")]);
}

#[test]
fn numbers() {
    for (month, fits) in [(0, true), (1, true), (12, true), (13, false), (-1, false)] {
        let expected: &[_] = if fits { &[] } else { &[("month", "OUT_OF_RANGE")] };
        check(|r| r.month = month, expected);
    }
    check(|r| r.above = -1, &[("above", "OUT_OF_RANGE")]);
    for (below, fits) in [(0, false), (1, false), (2, true), (8, true), (9, false)] {
        let expected: &[_] = if fits { &[] } else { &[("below", "OUT_OF_RANGE")] };
        check(|r| r.below = Some(below), expected);
    }
    check(|r| r.step = Some(5), &[]);
    check(|r| r.step = Some(6), &[("step", "VALUE_NOT_ALLOWED")]);
    check(|r| r.share = Some(0.5), &[]);
    check(|r| r.share = Some(1.5), &[("share", "OUT_OF_RANGE")]);
    check(|r| r.share = Some(f64::NAN), &[("share", "NOT_A_NUMBER")]);
}

#[test]
fn enums() {
    check(|r| r.color = 3, &[]);
    check(|r| r.color = 2, &[("color", "UNKNOWN_VALUE")]);
    check(|r| r.chosen = Some(0), &[("chosen", "REQUIRED")]);
    check(|r| r.chosen = Some(1), &[]);
    check(|r| r.colors = vec![1, 2], &[("colors[1]", "UNKNOWN_VALUE")]);
}

#[test]
fn lists_and_maps() {
    let words = |of: &[&str]| of.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    check(|r| r.words = words(&["a", "b"]), &[]);
    check(|r| r.words = words(&["a", "", "a"]), &[("words[2]", "DUPLICATE_ITEM"), ("words[1]", "WRONG_LENGTH")]);
    check(|r| r.words = words(&["a", "b", "c", "d"]), &[("words", "WRONG_COUNT")]);
    let pairs = |of: &[(&str, &str)]| of.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    check(|r| r.labels = pairs(&[("a", "b")]), &[]);
    check(|r| r.labels = pairs(&[("a", "long")]), &[("labels[\"a\"]", "WRONG_LENGTH")]);
    check(|r| r.labels = pairs(&[("long", "b")]), &[("labels[\"long\"]", "WRONG_LENGTH")]);
    check(|r| r.labels = pairs(&[("a", ""), ("b", ""), ("c", "")]), &[("labels", "WRONG_COUNT")]);
    check(|r| r.digest = vec![1; 3], &[("digest", "WRONG_LENGTH")]);
}

#[test]
fn messages_inside_messages_have_paths() {
    let person = |name: &str| Some(Person { full_name: name.into() });
    check(
        |r| {
            r.candidates = vec![
                Candidate { person: person("An") },
                Candidate { person: None },
                Candidate { person: person("") },
                Candidate { person: person("Nguyễn Văn An") },
            ];
        },
        &[
            ("candidates[1].person", "REQUIRED"),
            ("candidates[2].person.full_name", "REQUIRED"),
            ("candidates[3].person.full_name", "WRONG_LENGTH"),
        ],
    );
    check(|r| r.r#type = Some(Box::new(CheckRequest { above: -1, ..good() })), &[("type.above", "OUT_OF_RANGE")]);
    check(|r| r.inner = Some(check_request::Inner { number: 8 }), &[("inner.number", "OUT_OF_RANGE")]);
}

#[test]
fn oneofs() {
    use check_request::Decision::{Decider, Reason};
    check(|r| r.decision = None, &[("decision", "REQUIRED")]);
    check(|r| r.decision = Some(Reason("ab".into())), &[("reason", "WRONG_LENGTH")]);
    check(|r| r.decision = Some(Decider(Person::default())), &[("decider.full_name", "REQUIRED")]);
}

#[test]
fn dates_and_times() {
    let date = |year, month, day| Some(date_type(year, month, day));
    check(|r| r.date = date(2028, 2, 29), &[]);
    for (y, m, d) in [(2026, 2, 29), (2026, 0, 0), (0, 5, 1), (2026, 13, 1), (2026, 4, 31), (1900, 2, 29)] {
        check(|r| r.date = date(y, m, d), &[("date", "NOT_A_DATE")]);
    }
    check(|r| r.time = Some(prost_types::Timestamp { seconds: 1, nanos: -1 }), &[("time", "NOT_A_TIME")]);
    check(|r| r.duration = Some(prost_types::Duration { seconds: 1, nanos: -1 }), &[("duration", "NOT_A_DURATION")]);
    let mask = |paths: &[&str]| Some(prost_types::FieldMask { paths: paths.iter().map(|s| (*s).into()).collect() });
    check(|r| r.mask = mask(&["a_b.c", "d"]), &[]);
    check(|r| r.mask = mask(&["a", "B.c"]), &[("mask.paths[1]", "NOT_A_FIELD_MASK")]);
}

fn date_type(year: i32, month: i32, day: i32) -> super::generated::google::r#type::Date {
    super::generated::google::r#type::Date { year, month, day }
}

#[test]
fn a_hostile_request_gets_a_short_answer() {
    let request =
        CheckRequest { candidates: vec![Candidate::default(); 1000], words: vec!["x".repeat(100); 1], ..good() };
    let found = request.faults();
    assert_eq!(found.count(), 1001);
    assert_eq!(found.listed().len(), 100);
    let listed = found.fields();
    assert!(!listed.is_empty() && listed.len() < 100);
    let status = crate::codec::refusal(&found);
    assert!(status.details().len() < 6_000, "{}", status.details().len());
}

#[test]
fn a_rule_of_a_use_case_joins_the_rules_of_the_contract() {
    let mut found = Violations::default();
    found.add("birth_year", "TOO_YOUNG", "must be an adult", "phải đủ 18 tuổi");
    assert_eq!(found.english(), "birth_year must be an adult");
    assert_eq!(found.vietnamese(), "Trường birth_year phải đủ 18 tuổi.");
    assert!(found.ok().is_err());
}
