//! Rosters as communes keep them.

use hoagiai_sheets::{EthnicClass, Field, Gender, Options, Reason, Refusal, read_mediators, read_teams};

use super::{book, options};

fn csv(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

#[test]
fn titles_above_and_totals_and_signatures_below_are_no_entries() {
    let bytes = book(&[
        &["ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH"],
        &["DANH SÁCH HÒA GIẢI VIÊN NĂM 2025"],
        &[],
        &["STT", "Họ và tên", "Năm sinh", "Giới tính", "Dân tộc", "Tổ hòa giải", "Số QĐ", "Ngày QĐ", "Sở thích"],
        &["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
        &["1", "Nguyễn Văn A", "1960", "Nam", "Kinh", "TDP 1", "12/QĐ-UBND", "03.02.2020", "cờ"],
        &["2", "Trần Thị B", "1970", "Nữ", "Tày", "TDP 1", "12/QĐ-UBND", "3-2-20", ""],
        &["Tổng cộng: 02 người"],
        &["", "", "", "", "", "Hà Nội, ngày 3 tháng 2 năm 2020"],
        &["", "Người lập biểu", "", "", "", "CHỦ TỊCH"],
        &["", "Lê Văn C", "", "", "", "Phạm Thị D"],
    ]);
    let read = read_mediators(&bytes, &options()).unwrap();
    assert_eq!(read.lines.iter().map(|line| line.row).collect::<Vec<_>>(), [6, 7]);
    let second = read.lines[1].value.as_ref().unwrap();
    assert_eq!(
        (second.full_name.as_str(), second.gender, second.ethnic),
        ("Trần Thị B", Gender::Female, EthnicClass::Other)
    );
    assert_eq!(second.decision.as_ref().unwrap().date.to_string(), "2020-02-03");
    assert_eq!(read.skipped.last(), Some(&11));
    let unknown: Vec<&str> = read.columns.iter().filter(|c| c.field.is_none()).map(|c| c.name.as_str()).collect();
    assert_eq!(unknown, ["Sở thích"]);
}

#[test]
fn a_header_of_two_rows_with_merged_cells() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let format = rust_xlsxwriter::Format::new();
    sheet.merge_range(0, 0, 0, 7, "DANH SÁCH HÒA GIẢI VIÊN", &format).unwrap();
    for (column, name) in [(0, "STT"), (1, "Họ và tên"), (4, "Dân tộc"), (7, "Thôn/TDP")] {
        sheet.merge_range(1, column, 2, column, name, &format).unwrap();
    }
    sheet.merge_range(1, 2, 1, 3, "Năm sinh", &format).unwrap();
    sheet.merge_range(1, 5, 1, 6, "Quyết định công nhận", &format).unwrap();
    for (column, name) in [(2, "Nam"), (3, "Nữ"), (5, "Số"), (6, "Ngày")] {
        sheet.write_string(2, column, name).unwrap();
    }
    // The place stands in a cell merged over the rows of its team.
    sheet.merge_range(3, 7, 4, 7, "Thôn Đông", &format).unwrap();
    sheet.merge_range(3, 5, 4, 5, "12/QĐ-UBND", &format).unwrap();
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2020, 2, 3).unwrap();
    let days = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    for (row, name, column, year) in [(3, "Nguyễn Văn A", 2, 1960), (4, "Trần Thị B", 3, 1970)] {
        sheet.write_number(row, 0, row - 2).unwrap();
        sheet.write_string(row, 1, name).unwrap();
        sheet.write_number(row, column, year).unwrap();
        sheet.write_string(row, 4, "Kinh").unwrap();
        sheet.write_datetime_with_format(row, 6, &date, &days).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let read = read_mediators(&bytes, &options()).unwrap();
    let people: Vec<_> = read.lines.iter().map(|line| line.value.as_ref().unwrap()).collect();
    assert_eq!((people[0].gender, people[0].birth_year), (Gender::Male, Some(1960)));
    assert_eq!((people[1].gender, people[1].birth_year), (Gender::Female, Some(1970)));
    assert!(people.iter().all(|one| one.place.area == "Thôn Đông"));
    assert!(people.iter().all(|one| one.decision.as_ref().unwrap().number == "12/QĐ-UBND"));
}

#[test]
fn headings_between_rows_name_the_team() {
    let text = "STT;Họ tên;Nam;Nữ;Dân tộc;Số, ngày QĐ công nhận;Chức vụ\n\
                I;Tổ hòa giải thôn Đông;;;;;\n\
                1;Nguyễn Văn A;x;;Kinh;12/QĐ-UBND ngày 03/02/2020;Tổ trưởng\n\
                2;Trần Thị B;;x;Kinh;Số 12/QĐ-UBND, ngày 3 tháng 2 năm 2020;Tổ viên\n\
                II. Tổ hòa giải thôn Đoài;;;;;;\n\
                1;Lê Văn C;x;;Kinh;13/QĐ-UBND ngày 03/02/2020;Tổ trưởng tổ dân phố\n";
    let read = read_mediators(&csv(text), &options()).unwrap();
    let people: Vec<_> = read.lines.iter().map(|line| line.value.as_ref().unwrap()).collect();
    let places: Vec<&str> = people.iter().map(|one| one.place.area.as_str()).collect();
    assert_eq!(places, ["Tổ hòa giải thôn Đông", "Tổ hòa giải thôn Đông", "Tổ hòa giải thôn Đoài"]);
    assert_eq!(people.iter().map(|one| one.leader).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(people[1].decision, people[0].decision);
}

#[test]
fn headers_without_marks_and_names_in_two_columns() {
    let text = "tt,ho va ten dem,ten,gioi tinh,dan toc,thon,so quyet dinh,ngay quyet dinh,so dien thoai\n\
                1,Nguyễn Thị,Ưng,nu,kinh,Thôn Đông,12/QĐ-UBND,2020-02-03,912345678\n";
    let read = read_mediators(&csv(text), &options()).unwrap();
    let one = read.lines[0].value.as_ref().unwrap();
    assert_eq!((one.full_name.as_str(), one.phone.as_str()), ("Nguyễn Thị Ưng", "0912345678"));
}

#[test]
fn every_fault_of_every_row_has_its_place() {
    let text = "STT;Họ và tên;Giới tính;Năm sinh;Dân tộc;Thôn;Số QĐ;Ngày QĐ;SĐT\n\
                1;;Nam;1960;Kinh;Đông;1/QĐ;31/02/2020;0912345678\n\
                2;Nguyễn Văn A;Khác;1860;Klingon;Đông;1/QĐ;;12\n\
                3;Trần Thị B;Nữ;1970;Kinh;Đông;1/QĐ;03/02/2030;0912345678\n";
    let read = read_mediators(&csv(text), &options()).unwrap();
    let faults: Vec<(u32, Field, Reason)> = read
        .lines
        .iter()
        .flat_map(|line| line.value.as_ref().unwrap_err())
        .map(|f| (f.row, f.field, f.reason))
        .collect();
    assert_eq!(
        faults,
        [
            (2, Field::FullName, Reason::Required),
            (2, Field::DecisionDate, Reason::NotADate),
            (3, Field::Birth, Reason::BirthWrong),
            (3, Field::Gender, Reason::GenderWrong),
            (3, Field::Ethnic, Reason::EthnicUnknown),
            (3, Field::Phone, Reason::PhoneWrong),
            (3, Field::DecisionDate, Reason::DecisionIncomplete),
            (4, Field::DecisionDate, Reason::DateInFuture),
        ]
    );
    let fault = &read.lines[0].value.as_ref().unwrap_err()[1];
    assert_eq!((fault.value.as_str(), fault.column), ("31/02/2020", Some(7)));
    assert!(!format!("{:?}", read.lines).contains("Nguyễn"), "what is logged by mistake names nobody");
}

#[test]
fn a_header_that_lacks_columns_names_them() {
    let text = "STT;Họ và tên;Ghi chú\n1;Nguyễn Văn A;x\n";
    let refusal = read_mediators(&csv(text), &Options::on(options().today)).unwrap_err();
    let missing = vec!["Số quyết định", "Ngày quyết định", "Xã/Phường", "Giới tính", "Dân tộc"];
    assert_eq!(refusal, Refusal::HeaderNotFound { missing });
    let given = Options { decision_given: true, area_given: true, ..options() };
    let text = "Họ và tên;Nam/Nữ;Dân tộc\nNguyễn Văn A;Nam;Kinh\n";
    assert!(read_mediators(&csv(text), &given).unwrap().lines[0].value.is_ok());
}

#[test]
fn teams_with_their_decision_in_one_column() {
    let text = "STT\tTên tổ hòa giải\tThôn, tổ dân phố\tSố lượng HGV\tQuyết định thành lập\n\
                1\tTổ hòa giải số 1\tTổ dân phố số 1\t07\t12/QĐ-UBND ngày 03/02/2020\n\
                2\tTổ hòa giải số 2\tTổ dân phố số 2\tbảy\t12/QĐ-UBND\n";
    let read = read_teams(&csv(text), &options()).unwrap();
    let team = read.lines[0].value.as_ref().unwrap();
    assert_eq!((team.size, team.place.area.as_str()), (7, "Tổ dân phố số 1"));
    let faults = read.lines[1].value.as_ref().unwrap_err();
    assert_eq!(faults.iter().map(|f| f.reason).collect::<Vec<_>>(), [Reason::NumberWrong, Reason::DecisionIncomplete]);
}
