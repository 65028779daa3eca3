//! Files that were made to do harm, or were damaged.

use std::io::{Cursor, Write as _};

use hoagiai_sheets::{Limits, Options, Quantity, Refusal, read_mediators};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{book, options};

const HEADER: &str = "Họ và tên;Giới tính;Dân tộc;Thôn;Số QĐ;Ngày QĐ\n";

fn refusal(bytes: &[u8]) -> Refusal {
    read_mediators(bytes, &options()).unwrap_err()
}

fn quantity(bytes: &[u8]) -> Option<Quantity> {
    match refusal(bytes) {
        Refusal::TooLarge { quantity, .. } => Some(quantity),
        _ => None,
    }
}

/// A workbook with one part replaced.
fn with_part(name: &str, content: &[u8]) -> Vec<u8> {
    let good = book(&[&["Họ và tên", "Giới tính"], &["A", "Nam"]]);
    let mut from = zip::ZipArchive::new(Cursor::new(good)).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let part_name = part.name().unwrap().into_owned();
        to.start_file(part_name.as_str(), SimpleFileOptions::default()).unwrap();
        if part_name == name {
            to.write_all(content).unwrap();
        } else {
            std::io::copy(&mut part, &mut to).unwrap();
        }
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_read() {
    let mut sheet = br#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#.to_vec();
    sheet.resize(64 * 1024 * 1024, b' ');
    let bomb = with_part("xl/worksheets/sheet1.xml", &sheet);
    assert!(bomb.len() < 100_000);
    assert_eq!(quantity(&bomb), Some(Quantity::Ratio));
    let generous =
        Options { limits: Limits { ratio: 10_000, inflated_bytes: 1 << 20, ..Limits::default() }, ..options() };
    let refused = read_mediators(&bomb, &generous).unwrap_err();
    assert!(matches!(refused, Refusal::TooLarge { quantity: Quantity::InflatedBytes, .. }));
}

#[test]
fn an_archive_that_lies_about_its_sizes_is_counted_all_the_same() {
    let mut sheet = b"<worksheet><sheetData>".to_vec();
    sheet.resize(64 * 1024 * 1024, b' ');
    let mut bomb = with_part("xl/worksheets/sheet1.xml", &sheet);
    // The size in the directory and in the head of the part: 100 bytes, says its maker.
    let real = u32::try_from(sheet.len()).unwrap().to_le_bytes();
    let mut lies = 0;
    while let Some(at) = bomb.windows(4).position(|window| window == real) {
        bomb[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
        lies += 1;
    }
    assert!(lies >= 1);
    assert!(read_mediators(&bomb, &options()).is_err());
}

#[test]
fn a_table_that_announces_more_texts_than_it_can_have_is_refused() {
    let strings = br#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="99999999999"><si><t>A</t></si></sst>"#;
    assert_eq!(quantity(&with_part("xl/sharedStrings.xml", strings)), Some(Quantity::Cells));
}

#[test]
fn a_cell_of_ten_megabytes_is_refused_with_its_row() {
    let huge = "A".repeat(10 * 1024 * 1024);
    let text = format!("{HEADER}A;Nam;Kinh;Đông;1;1/1/2020\n{huge};Nam;Kinh;Đông;1;1/1/2020\n");
    let expected = Refusal::TooLarge { quantity: Quantity::CellCharacters, limit: 32_767, row: 3 };
    assert_eq!(refusal(text.as_bytes()), expected);
    let inline = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row></sheetData></worksheet>"#,
        // Hardly to be compressed, so that the ratio is not what refuses it.
        (0..4_000_000u32)
            .map(|n| char::from(b'a' + u8::try_from(n.wrapping_mul(2_654_435_761) >> 27).unwrap() % 26))
            .collect::<String>()
    );
    assert_eq!(quantity(&with_part("xl/worksheets/sheet1.xml", inline.as_bytes())), Some(Quantity::CellCharacters));
}

#[test]
fn a_million_columns_or_rows_are_refused() {
    let wide = "x;".repeat(1_000_000);
    assert_eq!(quantity(wide.as_bytes()), Some(Quantity::Columns));
    let long = format!("{HEADER}{}", "A;Nam\n".repeat(60_000));
    assert_eq!(quantity(long.as_bytes()), Some(Quantity::Rows));
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write_string(0, 16_383, "Họ và tên").unwrap();
    assert_eq!(quantity(&book.save_to_buffer().unwrap()), Some(Quantity::Columns));
    let big = vec![b' '; 17 * 1024 * 1024];
    assert_eq!(quantity(&big), Some(Quantity::FileBytes));
}

#[test]
fn merged_cells_over_the_whole_sheet_are_bounded() {
    let mut merges = String::new();
    for n in 0..20_000 {
        merges += &format!(r#"<mergeCell ref="A{}:IV1048576"/>"#, n % 50 + 1);
    }
    let rows: String = (1..=2_000).map(|n| format!(r#"<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>"#)).collect();
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData><mergeCells count="20000">{merges}</mergeCells></worksheet>"#
    );
    assert_eq!(quantity(&with_part("xl/worksheets/sheet1.xml", sheet.as_bytes())), Some(Quantity::Cells));
}

#[test]
fn damaged_files_and_other_files_are_refused_by_what_they_are() {
    let good = book(&[&["Họ và tên", "Giới tính"], &["A", "Nam"]]);
    assert!(matches!(refusal(&good[..good.len() / 2]), Refusal::Malformed { .. }));
    assert!(matches!(refusal(b"PK\x03\x04 and nothing more"), Refusal::Malformed { .. }));
    assert!(matches!(
        refusal(&with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>")),
        Refusal::Malformed { .. }
    ));
    assert!(matches!(
        refusal(&with_part("xl/workbook.xml", b"no xml at all")),
        Refusal::Malformed { .. } | Refusal::Empty
    ));
    assert_eq!(refusal(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 an old workbook"), Refusal::OldFormat);
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refusal(&[b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", name.as_slice()].concat()), Refusal::Encrypted);
    assert_eq!(refusal(b"%PDF-1.7"), Refusal::NotASpreadsheet);
    assert_eq!(refusal(b""), Refusal::Empty);
    assert_eq!(refusal(b" \n \n"), Refusal::Empty);
    let other = Options { sheet: Some("Danh sách".into()), ..options() };
    assert_eq!(read_mediators(&good, &other).unwrap_err(), Refusal::SheetNotFound { sheets: vec!["Sheet1".into()] });
}

#[test]
fn changed_bytes_never_panic_and_never_hang() {
    let good = hoagiai_sheets::template(hoagiai_sheets::RosterKind::Mediators).unwrap();
    let example = Options { sheet: Some("Ví dụ".into()), ..options() };
    for step in 0..400usize {
        let mut bytes = good.clone();
        let at = step.wrapping_mul(2_654_435_761) % bytes.len();
        bytes[at] ^= 1 << (step % 8);
        drop(read_mediators(&bytes, &example));
    }
}

#[test]
fn old_fonts_in_a_workbook_are_read_or_refused() {
    let latin = |bytes: &[u8]| bytes.iter().map(|b| char::from(*b)).collect::<String>();
    let (name, area) = (latin(b"Nguy\xD4n V\xA8n \xB8nh"), latin(b"Th\xABn \xA7\xABng"));
    let header = ["Ho va ten", "Gioi tinh", "Dan toc", "Thon", "So QD", "Ngay QD"];
    let old = book(&[&header, &[&name, "Nam", "Kinh", &area, "1/Q\u{a7}", "1/1/2020"]]);
    let read = read_mediators(&old, &options()).unwrap();
    let one = read.lines[0].value.as_ref().unwrap();
    assert_eq!((one.full_name.as_str(), one.place.area.as_str()), ("Nguyễn Văn Ánh", "Thôn Đông"));
    let mixed = book(&[&header, &[&name, "Nam", "Kinh", "Thôn Đông", "1/QĐ", "1/1/2020"]]);
    assert_eq!(refusal(&mixed), Refusal::MixedEncodings { line: 2 });
}
