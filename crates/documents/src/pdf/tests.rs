use proptest::prelude::*;

use super::{
    fonts::Fonts,
    pages::{Mark, PageMarks, lay_out},
    *,
};
use crate::model::{Align, Block, Cell, Line, Page, Paragraph, Row, Run, Table};

fn page() -> Page {
    Page {
        width: 210,
        height: 297,
        top: 20,
        bottom: 20,
        left: 30,
        right: 15,
        font: "Times New Roman".into(),
        number_size: 13,
    }
}

fn paragraph(text: &str) -> Line {
    let runs = vec![Run::new(text, 14), Run::new(" và ", 14).in_face(true, true), Run::new(text, 14)];
    Line::Paragraph(Paragraph { runs, align: Align::Justify, first_line: 10, spacing: 110, ..Default::default() })
}

fn cell(text: &str) -> Cell {
    let runs = vec![Run::new(text, 12)];
    Cell { lines: vec![Line::Paragraph(Paragraph { runs, spacing: 100, before: 2, after: 2, ..Default::default() })] }
}

fn paper(blocks: Vec<Block>) -> Document {
    Document { title: "Mẫu 06".into(), dated: "2014-11-18".parse().unwrap(), page: page(), blocks }
}

fn list(names: &[String]) -> Document {
    let heading = Row { cells: vec![cell("STT"), cell("Họ và tên")] };
    let row = |(index, name): (usize, &String)| Row { cells: vec![cell(&(index + 1).to_string()), cell(name)] };
    let rows = std::iter::once(heading).chain(names.iter().enumerate().map(row)).collect();
    let table = Table { widths: vec![1, 5], ruled: true, heading_rows: 1, together: false, rows };
    paper(vec![Block::Line(paragraph("Danh sách")), Block::Line(Line::Rule(60)), Block::Table(table)])
}

fn text(marks: &PageMarks) -> String {
    let line = |mark: &Mark| match mark {
        Mark::Text { line, .. } => line.letters.iter().map(|letter| letter.c).collect(),
        Mark::Bar { .. } => String::new(),
    };
    marks.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Nothing is printed outside of the margins.
fn within(marks: &PageMarks) -> bool {
    let page = page();
    let (left, right) = (lines::points(page.left), lines::points(page.width) - lines::points(page.right));
    let bottom = lines::points(page.height) - lines::points(page.bottom);
    marks.iter().all(|mark| match mark {
        Mark::Text { x, y, line } => {
            let end = x + line.letters.iter().map(|letter| letter.advance).sum::<f32>();
            *x >= left - 0.1 && end <= right + 0.1 && *y <= bottom + 0.1
        }
        Mark::Bar { x, y, width, height } => *x >= left - 0.1 && x + width <= right + 1.0 && y + height <= bottom + 1.0,
    })
}

const LETTERS: &str = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz";

#[test]
fn every_letter_of_vietnamese_has_a_glyph_in_every_face() {
    let fonts = Fonts::load().unwrap();
    for (bold, italic) in [(false, false), (true, false), (false, true), (true, true)] {
        let face = fonts.face(fonts::FaceId::of(bold, italic));
        for c in LETTERS.chars().chain(LETTERS.to_uppercase().chars()).chain("0123456789 .,;:()-/–…“”\"'%".chars())
        {
            assert!(face.glyph(c).is_ok(), "{c} {bold} {italic}");
        }
    }
}

#[test]
fn a_character_without_a_glyph_is_refused() {
    let refused = pdf(&paper(vec![Block::Line(paragraph("Nguyễn 阮"))]));
    assert!(matches!(refused, Err(PdfError::NoGlyph('阮'))));
}

#[test]
fn the_same_document_is_the_same_file() {
    let paper = list(&["Nguyễn Thị Ánh".into(), "Đỗ Văn Ất".into()]);
    let file = pdf(&paper).unwrap();
    assert!(file.starts_with(b"%PDF-1.7") && file.len() > 1_000);
    assert_eq!(pdf(&paper).unwrap(), file);
}

#[test]
fn sixty_rows_take_pages_and_each_begins_with_the_heading() {
    let names: Vec<String> = (1..=60).map(|n| format!("Nguyễn Thị Ánh Tuyết {n:02}")).collect();
    let pages = lay_out(&list(&names), &Fonts::load().unwrap()).unwrap();
    assert!(pages.len() > 1);
    let texts: Vec<String> = pages.iter().map(text).collect();
    for (index, page) in texts.iter().enumerate() {
        assert_eq!(page.matches("Họ và tên").count(), 1);
        assert_eq!(page.lines().last() == Some(&(index + 1).to_string()), index > 0, "the first page has no number");
    }
    let all = texts.concat();
    assert!(names.iter().all(|name| all.matches(name.as_str()).count() == 1));
    assert!(pages.iter().all(within));
}

#[test]
fn what_belongs_together_stays_on_one_page() {
    let signatures = Table {
        widths: vec![1, 1],
        ruled: false,
        heading_rows: 0,
        together: true,
        rows: vec![Row { cells: vec![cell("THƯ KÝ"), Cell { lines: vec![paragraph("CHỦ TRÌ"); 8] }] }],
    };
    for count in 20..70 {
        let mut blocks: Vec<Block> = (0..count).map(|_| Block::Line(paragraph("dòng"))).collect();
        blocks.push(Block::Table(signatures.clone()));
        let pages = lay_out(&paper(blocks), &Fonts::load().unwrap()).unwrap();
        let last = text(pages.last().unwrap());
        assert!(last.contains("THƯ KÝ") && last.matches("CHỦ TRÌ").count() == 16, "{count}");
        assert!(pages.iter().all(within), "{count}");
    }
}

proptest! {
    #[test]
    fn any_text_of_letters_is_printed_whole_within_the_margins(
        names in proptest::collection::vec("[a-zA-ZđĐăâêôơưạảấầẩẫậ ,.\\-<>&\"{}]{0,300}", 1..12),
    ) {
        let mut document = list(&names);
        document.blocks.extend(names.iter().map(|name| Block::Line(paragraph(name))));
        let pages = lay_out(&document, &Fonts::load().unwrap()).unwrap();
        prop_assert!(pages.iter().all(within));
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !c.is_ascii_digit()).count();
        let printed: usize = pages.iter().map(|page| letters(&text(page))).sum();
        let fixed = letters("Danh sách và Danh sách") + pages.iter().map(text).filter(|page| page.contains("Họ và tên")).count() * letters("STTHọ và tên");
        let expected: usize = names.iter().map(|name| 3 * letters(name) + letters(" và ")).sum();
        prop_assert_eq!(printed, fixed + expected);
    }
}
