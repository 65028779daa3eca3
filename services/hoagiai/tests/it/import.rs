//! Rosters from the command line: the file in, the result beside it, exit codes.

use std::{fs, path::Path};

use hoagiai_sheets::{EducationClass, EthnicClass, Gender, MediatorRow, Options, PaperDecision, Place, TeamRow};

use crate::support::{hoagiai, small_demo, stderr, stdout};

const AREA: &str = "Tổ dân phố thử nghiệm";

fn paper() -> Option<PaperDecision> {
    Some(PaperDecision { number: "9/QĐ-UBND".into(), date: "2025-07-15".parse().unwrap(), issuer: String::new() })
}

fn person(name: &str, area: &str) -> MediatorRow {
    MediatorRow {
        place: Place { area: area.into(), ..Place::default() },
        team: String::new(),
        full_name: name.into(),
        gender: Gender::Female,
        birth_year: Some(1970),
        ethnic: EthnicClass::Kinh,
        education: Some(EducationClass::None),
        phone: String::new(),
        decision: paper(),
        leader: false,
        leader_decision: None,
    }
}

fn cells(path: &Path, sheet: &str) -> Vec<Vec<String>> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let range = calamine::Reader::worksheet_range(&mut book, sheet).unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_is_taken_refused_and_taken_in_part_with_a_result_beside_it() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    small_demo(&data).await;
    let data = data.to_str().unwrap();
    let run = |words: &[&str]| hoagiai(&[words, &["--unit", "00004", "--data", data]].concat());

    // A second team where the demo has one, with a stated exception; its name is found again in the file of people.
    let team = TeamRow {
        place: Place { area_code: "00004-001".into(), ..Place::default() },
        name: AREA.into(),
        size: 3,
        decision: paper(),
        exception: "Khu tập thể".into(),
    };
    let teams = place.path().join("teams.xlsx");
    fs::write(&teams, hoagiai_sheets::write_teams(&[team]).unwrap()).unwrap();
    let dry = run(&["import", "teams", teams.to_str().unwrap(), "--dry-run"]);
    assert_eq!((dry.status.code(), stdout(&dry).contains("chưa ghi gì")), (Some(0), true), "{}", stderr(&dry));
    let done = run(&["import", "teams", teams.to_str().unwrap()]);
    assert_eq!((done.status.code(), stdout(&done).contains("tạo mới 1")), (Some(0), true), "{}", stderr(&done));
    let again = run(&["import", "teams", teams.to_str().unwrap()]);
    assert!(stdout(&again).contains("không đổi 1"), "{}", stderr(&again));

    let mut people = vec![person("Nguyễn Thị Thử", ""), person("Trần Thị Nghiệm", "Nơi không có")];
    people[0].team = AREA.into();
    let file = place.path().join("people.xlsx");
    fs::write(&file, hoagiai_sheets::write_mediators(&people).unwrap()).unwrap();
    let refused = run(&["import", "mediators", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(!stdout(&refused).contains("Thử") && !stderr(&refused).contains("Nghiệm"), "no name is printed");
    let result = place.path().join("people.result.xlsx");
    let faults = cells(&result, "Dòng lỗi");
    assert_eq!((faults[1][0].as_str(), faults[1][2].as_str()), ("3", "Nơi không có"));
    assert_eq!(faults[1][4], "AREA_UNKNOWN");
    let rows = cells(&result, "Kết quả từng dòng");
    assert_eq!(rows[1], ["2", "Nguyễn Thị Thử", "Hợp lệ nhưng chưa nhập vì còn dòng lỗi"]);
    let partly = run(&["import", "mediators", file.to_str().unwrap(), "--partial"]);
    assert_eq!(partly.status.code(), Some(5), "{}", stderr(&partly));
    assert_eq!(cells(&result, "Kết quả từng dòng")[1][2], "Tạo mới");
}

#[test]
fn wrong_input_is_refused_before_anything_is_opened() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("x.xls");
    fs::write(&file, b"\xD0\xCF\x11\xE0").unwrap();
    let file = file.to_str().unwrap();
    let data = place.path().join("data");
    for words in [
        vec!["import", "teams", "/nowhere.xlsx", "--unit", "00004", "--data", data.to_str().unwrap()],
        vec!["import", "teams", file, "--unit", "00004"],
        vec!["import", "teams", file, "--unit", "00004", "--server", "http://127.0.0.1:1"],
        vec!["import", "teams", file, "--unit", "00004", "--server", "http://127.0.0.1:1", "--token", "t"],
    ] {
        let output = hoagiai(&words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", stderr(&output));
    }
    assert!(!data.exists());
}

#[test]
fn a_template_is_written_and_read_back() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("mau.xlsx");
    let output = hoagiai(&["import", "template", "mediators", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let options = Options { sheet: Some("Ví dụ".into()), ..Options::on("2026-03-02".parse().unwrap()) };
    let read = hoagiai_sheets::read_mediators(&fs::read(&out).unwrap(), &options).unwrap();
    assert!(read.lines.iter().all(|line| line.value.is_ok()));
}
