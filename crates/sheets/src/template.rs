//! The workbooks that communes fill in: a sheet with the columns and lists to choose from, an example, a guide.

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatAlign, Workbook};

use crate::{
    field::{Field, RosterKind},
    rows::{EducationClass, EthnicClass, Gender, MediatorRow, PaperDecision, Place, TeamRow},
    write::{self, MEDIATOR_COLUMNS, TEAM_COLUMNS, WriteError, Written},
};

/// Rows that the lists to choose from reach.
const ROWS: u32 = 5_000;

/// The template of a roster.
///
/// # Errors
/// None in a build whose tests passed: they write both.
pub fn template(kind: RosterKind) -> Result<Vec<u8>, WriteError> {
    let (title, columns): (&str, &[(Field, f64)]) = match kind {
        RosterKind::Teams => ("Mẫu danh sách tổ hòa giải", &TEAM_COLUMNS),
        RosterKind::Mediators => ("Mẫu danh sách hòa giải viên", &MEDIATOR_COLUMNS),
    };
    let mut book = write::workbook(title)?;
    let sheet = book.add_worksheet().set_name("Danh sách")?;
    write::table(sheet, 0, write::heads(columns), [])?;
    for (column, (field, _)) in (0u16..).zip(columns) {
        if let Some(rule) = rule(*field)? {
            sheet.add_data_validation(1, column, ROWS, column, &rule)?;
        }
        // Text, so that numbers keep their first zero.
        if matches!(field, Field::Phone | Field::AreaCode | Field::DecisionNumber | Field::LeaderNumber) {
            sheet.set_column_format(column, &Format::new().set_num_format("@"))?;
        }
        if matches!(field, Field::DecisionDate | Field::LeaderDate) {
            sheet.set_column_format(column, &Format::new().set_num_format("dd/mm/yyyy"))?;
        }
    }
    example(&mut book, kind)?;
    guide(&mut book, kind, columns)?;
    Ok(book.save_to_buffer()?)
}

/// What a column may hold, for those that choose from a list.
fn rule(field: Field) -> Result<Option<DataValidation>, WriteError> {
    let list = |choices: &[&str]| DataValidation::new().allow_list_strings(choices);
    let rule = match field {
        Field::Gender => list(&["Nam", "Nữ"])?.set_error_style(DataValidationErrorStyle::Stop),
        // Others may be typed: any of the 54.
        Field::Ethnic => list(&["Kinh", "Mường", "Tày", "Nùng", "Dao", "Thái", "Hmong", "Sán Dìu"])?
            .set_error_style(DataValidationErrorStyle::Information),
        Field::Education => {
            list(&["Luật", "Chuyên môn khác", "Không"])?.set_error_style(DataValidationErrorStyle::Information)
        }
        Field::Role => list(&["Tổ trưởng", "Tổ viên"])?.set_error_style(DataValidationErrorStyle::Information),
        Field::Size => DataValidation::new()
            .allow_whole_number(DataValidationRule::Between(1, 50))
            .set_error_style(DataValidationErrorStyle::Stop),
        _ => return Ok(None),
    };
    Ok(Some(rule.set_error_title("Không hợp lệ")?.set_error_message(hint(field))?))
}

fn example(book: &mut Workbook, kind: RosterKind) -> Result<(), WriteError> {
    let sheet = book.add_worksheet().set_name("Ví dụ")?;
    match kind {
        RosterKind::Teams => {
            let rows = teams();
            let cells = rows.iter().enumerate().map(|(index, team)| write::team_cells(index, team));
            write::table(sheet, 0, write::heads(&TEAM_COLUMNS), cells)
        }
        RosterKind::Mediators => {
            let rows = mediators();
            let cells = rows.iter().enumerate().map(|(index, one)| write::mediator_cells(index, one));
            write::table(sheet, 0, write::heads(&MEDIATOR_COLUMNS), cells)
        }
    }
}

fn guide(book: &mut Workbook, kind: RosterKind, columns: &[(Field, f64)]) -> Result<(), WriteError> {
    let sheet = book.add_worksheet().set_name("Hướng dẫn")?;
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let rows = columns.iter().map(|(field, _)| {
        let needed = if is_needed(*field, kind) { "Bắt buộc" } else { "Không bắt buộc" };
        vec![Written::from(field.title()), Written::from(needed), Written::from(hint(*field))]
    });
    write::table(sheet, 0, [("Cột", 36.0), ("Bắt buộc", 16.0), ("Cách ghi", 100.0)], rows)?;
    sheet.set_column_format(2, &wrap)?;
    let below = u32::try_from(columns.len()).unwrap_or(0) + 2;
    for (row, line) in (below..).zip(NOTES) {
        sheet.write_string(row, 0, *line)?;
    }
    Ok(())
}

const NOTES: &[&str] = &[
    "Danh sách ghi lại những gì đã được quyết định trên giấy; không thay cho thủ tục bầu và công nhận mới.",
    "Có thể dùng tệp sẵn có của xã, phường: hệ thống nhận biết cột theo tên, kể cả tiêu đề hai dòng, ô gộp, không dấu.",
    "Tệp được nhập toàn bộ hoặc không nhập dòng nào, trừ khi chọn nhập các dòng hợp lệ.",
    "Nhập lại cùng danh sách không tạo bản ghi trùng; số điện thoại, năm sinh thay đổi được cập nhật.",
    "Tệp .xlsx, hoặc .csv bằng Unicode (UTF-8), Windows-1258 hay TCVN3; không nhận .xls cũ.",
];

fn is_needed(field: Field, kind: RosterKind) -> bool {
    match field {
        Field::Commune | Field::Area | Field::DecisionNumber | Field::DecisionDate => true,
        Field::Size => kind == RosterKind::Teams,
        Field::FullName | Field::Gender | Field::Ethnic => kind == RosterKind::Mediators,
        _ => false,
    }
}

/// How a column is filled in.
fn hint(field: Field) -> &'static str {
    match field {
        Field::Ordinal => "Số thứ tự, không lưu.",
        Field::Commune => "Tên xã, phường hiện nay. Có thể bỏ trống khi nhập cho một xã, phường.",
        Field::Area => "Tên thôn hoặc tổ dân phố, ví dụ Thôn Đông, Tổ dân phố số 7, TDP 7.",
        Field::AreaCode => "Mã thôn, tổ dân phố nếu có; dùng khi trùng tên.",
        Field::Team => "Tên tổ hòa giải. Bỏ trống: lấy theo tên thôn, tổ dân phố.",
        Field::FullName => "Họ và tên đầy đủ theo giấy tờ tùy thân.",
        Field::Gender => "Chọn Nam hoặc Nữ.",
        Field::Birth => "Năm sinh hoặc ngày sinh.",
        Field::Ethnic => "Tên dân tộc, ví dụ Kinh, Mường, Tày; hoặc DTTS.",
        Field::Education => "Luật; chuyên môn khác; hoặc Không. Bỏ trống: không có trình độ chuyên môn.",
        Field::Role => "Tổ trưởng hoặc Tổ viên. Mỗi tổ chỉ một tổ trưởng.",
        Field::Phone => "Một số điện thoại liên hệ.",
        Field::Size => "Số hòa giải viên theo quyết định, từ 1 đến 50.",
        Field::DecisionNumber => "Số và ký hiệu quyết định, ví dụ 125/QĐ-UBND.",
        Field::DecisionDate | Field::LeaderDate => "Ngày ký quyết định, dạng ngày/tháng/năm.",
        Field::Issuer => "Người hoặc cơ quan ký. Bỏ trống: Chủ tịch UBND xã, phường.",
        Field::LeaderNumber => "Chỉ ghi khi tổ trưởng được công nhận bằng quyết định khác.",
        Field::Exception => "Chỉ ghi khi thôn, tổ dân phố có từ hai tổ hòa giải.",
        _ => "",
    }
}

fn paper(number: &str, date: hoagiai_types::Date) -> Option<PaperDecision> {
    Some(PaperDecision { number: number.to_owned(), date, issuer: String::new() })
}

fn here(area: &str) -> Place {
    Place { commune: "Phường Ba Đình".into(), area: area.into(), area_code: String::new() }
}

/// 3 February 2025.
fn day() -> hoagiai_types::Date {
    hoagiai_types::Date::from_days_since_epoch(20_122)
}

fn teams() -> Vec<TeamRow> {
    [("Tổ dân phố số 1", "Tổ hòa giải tổ dân phố số 1", 7), ("Tổ dân phố số 2", "", 5)]
        .map(|(area, name, size)| TeamRow {
            place: here(area),
            name: name.into(),
            size,
            decision: paper("12/QĐ-UBND", day()),
            exception: String::new(),
        })
        .into()
}

fn mediators() -> Vec<MediatorRow> {
    let one = |name: &str, gender, education, leader| MediatorRow {
        place: here("Tổ dân phố số 1"),
        team: "Tổ hòa giải tổ dân phố số 1".into(),
        full_name: name.into(),
        gender,
        birth_year: Some(1965),
        ethnic: EthnicClass::Kinh,
        education: Some(education),
        phone: "0912345678".into(),
        decision: paper("125/QĐ-UBND", day()),
        leader,
        leader_decision: None,
    };
    vec![
        one("Nguyễn Văn Mẫu", Gender::Male, EducationClass::Law, true),
        one("Trần Thị Ví Dụ", Gender::Female, EducationClass::Other, false),
        one("Lê Thị Minh Họa", Gender::Female, EducationClass::None, false),
    ]
}
