//! What is written is read back as it was.

use hoagiai_sheets::{
    EducationClass, EthnicClass, Gender, MediatorRow, Options, PaperDecision, Place, RosterKind, TeamRow,
    read_mediators, read_teams, template, write_mediators, write_teams,
};
use hoagiai_types::Date;
use proptest::prelude::*;

use super::options;

fn words(most: usize) -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "Nguyễn", "Thị", "Ưng", "Đỗ", "Hòa", "Khỏe", "Ỷ", "Quỳnh", "Ánh", "O'Brien", "Kpă", "Y", "(Tư)", "H'Hen",
    ]);
    prop::collection::vec(word, 1..=most).prop_map(|words| words.join(" "))
}

fn day() -> impl Strategy<Value = Date> {
    (-9_000i64..20_500).prop_map(Date::from_days_since_epoch)
}

fn decision() -> impl Strategy<Value = Option<PaperDecision>> {
    ("[1-9][0-9]{0,3}/QĐ-UBND", day(), prop::option::of(Just("Chủ tịch UBND phường Ba Đình"))).prop_map(
        |(number, date, issuer)| Some(PaperDecision { number, date, issuer: issuer.unwrap_or_default().into() }),
    )
}

fn place() -> impl Strategy<Value = Place> {
    (words(3), words(3), "[0-9]{5}-[0-9]{3}").prop_map(|(commune, area, area_code)| Place { commune, area, area_code })
}

prop_compose! {
    fn team()(place in place(), name in words(4), size in 1u32..=50, decision in decision(), exception in words(6)) -> TeamRow {
        TeamRow { place, name, size, decision, exception }
    }
}

prop_compose! {
    fn mediator()(
        (place, team, full_name, decision) in (place(), words(3), words(5), decision()),
        (woman, birth, other, education) in (any::<bool>(), prop::option::of(1910i32..2007), any::<bool>(), 0usize..3),
        phone in prop::option::of("0[1-9][0-9]{8}"),
        (leader, number, date) in (any::<bool>(), "[1-9][0-9]{0,3}/QĐ-UBND", day()),
    ) -> MediatorRow {
        let issuer = decision.as_ref().map(|d| d.issuer.clone()).unwrap_or_default();
        MediatorRow {
            place,
            team,
            full_name,
            gender: if woman { Gender::Female } else { Gender::Male },
            birth_year: birth,
            ethnic: if other { EthnicClass::Other } else { EthnicClass::Kinh },
            education: Some([EducationClass::Law, EducationClass::Other, EducationClass::None][education]),
            phone: phone.unwrap_or_default(),
            decision,
            leader,
            leader_decision: leader.then_some(PaperDecision { number, date, issuer }),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_roster_of_teams_is_read_as_it_was_written(teams in prop::collection::vec(team(), 1..12)) {
        let bytes = write_teams(&teams).unwrap();
        let read = read_teams(&bytes, &Options::on(options().today)).unwrap();
        let back: Vec<_> = read.lines.into_iter().map(|line| line.value.unwrap()).collect();
        prop_assert_eq!(back, teams);
    }

    #[test]
    fn a_roster_of_mediators_is_read_as_it_was_written(people in prop::collection::vec(mediator(), 1..12)) {
        let bytes = write_mediators(&people).unwrap();
        let read = read_mediators(&bytes, &Options::on(options().today)).unwrap();
        let back: Vec<_> = read.lines.into_iter().map(|line| line.value.unwrap()).collect();
        prop_assert!(back == people);
    }
}

#[test]
fn the_templates_are_read_and_their_bytes_do_not_change() {
    for kind in [RosterKind::Teams, RosterKind::Mediators] {
        let bytes = template(kind).unwrap();
        assert_eq!(bytes, template(kind).unwrap());
        let example = Options { sheet: Some("vi du".into()), ..Options::on(options().today) };
        match kind {
            RosterKind::Teams => {
                assert!(read_teams(&bytes, &example).unwrap().lines.iter().all(|line| line.value.is_ok()));
                assert_eq!(read_teams(&bytes, &options()).unwrap_err(), hoagiai_sheets::Refusal::Empty);
            }
            RosterKind::Mediators => {
                let read = read_mediators(&bytes, &example).unwrap();
                assert!(read.lines.iter().all(|line| line.value.is_ok()));
                assert_eq!(read.lines.len(), 3);
            }
        }
    }
}

#[test]
fn a_formula_goes_out_as_text_and_comes_in_as_a_fault() {
    for lead in ["=1+1", "+1", "-1", "@SUM(A1)"] {
        let team = TeamRow {
            place: Place { commune: "Ba Đình".into(), area: "Thôn Đông".into(), area_code: String::new() },
            name: lead.into(),
            size: 3,
            decision: Some(PaperDecision { number: "1/QĐ".into(), date: options().today, issuer: String::new() }),
            exception: String::new(),
        };
        let bytes = write_teams(&[team]).unwrap();
        let mut archive =
            calamine::open_workbook_from_rs::<calamine::Xlsx<_>, _>(std::io::Cursor::new(&bytes)).unwrap();
        let range = calamine::Reader::worksheet_range(&mut archive, "Danh sách").unwrap();
        assert!(range.used_cells().any(|(_, _, cell)| cell.to_string() == format!("'{lead}")));
        let read = read_teams(&bytes, &options()).unwrap();
        let faults = read.lines[0].value.as_ref().unwrap_err();
        assert_eq!(faults[0].reason, hoagiai_sheets::Reason::NotAllowed);
    }
}
