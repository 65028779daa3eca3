use std::io::Read as _;

use proptest::prelude::*;
use roxmltree::Document as Xml;

use super::*;
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
    let run = Run::new(text, 14).in_face(true, true);
    Line::Paragraph(Paragraph {
        runs: vec![run],
        align: Align::Justify,
        first_line: 10,
        indent: 5,
        before: 6,
        spacing: 120,
        keep_next: true,
        ..Default::default()
    })
}

fn paper(names: &[String]) -> Document {
    let row = |name: &String| Row { cells: vec![Cell { lines: vec![paragraph(name)] }, Cell::default()] };
    let table = |ruled| Table {
        widths: vec![3, 1],
        ruled,
        heading_rows: 1,
        together: !ruled,
        rows: names.iter().map(row).collect(),
    };
    let mut blocks: Vec<Block> = names.iter().map(|name| Block::Line(paragraph(name))).collect();
    blocks.push(Block::Line(Line::Rule(60)));
    blocks.extend([Block::Table(table(true)), Block::Table(table(false))]);
    Document { title: "Mẫu <06> & \"danh sách\"".into(), dated: "2014-11-18".parse().unwrap(), page: page(), blocks }
}

fn parts(file: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = String::new();
            part.read_to_string(&mut content).unwrap();
            (part.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn texts(xml: &str) -> Vec<String> {
    let xml = Xml::parse(xml).unwrap();
    xml.descendants()
        .filter(|node| node.has_tag_name((parts::MAIN, "t")))
        .filter_map(|t| t.text())
        .map(Into::into)
        .collect()
}

#[test]
fn every_part_is_well_formed_and_declared() {
    let file = docx(&paper(&["Nguyễn Thị <Ánh> & \"con\" ]]>".into()])).unwrap();
    let parts = parts(&file);
    assert_eq!(parts[0].0, "[Content_Types].xml", "some readers want it first");
    for (name, content) in &parts {
        let xml = Xml::parse(content).unwrap_or_else(|error| panic!("{name}: {error}"));
        for target in xml.descendants().filter_map(|node| node.attribute("Target")) {
            let here = if name.starts_with("word/") { format!("word/{target}") } else { target.to_owned() };
            assert!(parts.iter().any(|(part, _)| *part == here), "{target}");
        }
        for declared in xml.descendants().filter_map(|node| node.attribute("PartName")) {
            assert!(parts.iter().any(|(part, _)| format!("/{part}") == declared), "{declared}");
        }
    }
    let text = &parts.iter().find(|(name, _)| name == "word/document.xml").unwrap().1;
    assert_eq!(texts(text), vec!["Nguyễn Thị <Ánh> & \"con\" ]]>"; 3]);
}

#[test]
fn elements_of_properties_stand_in_the_order_of_the_schema() {
    // CT_PPr, CT_RPr, CT_TblPr, CT_TcPr, CT_SectPr: Word refuses a file in which they do not.
    const ORDER: &[(&str, &[&str])] = &[
        ("pPr", &["keepNext", "pBdr", "spacing", "ind", "jc"]),
        ("rPr", &["rFonts", "b", "bCs", "i", "iCs", "sz", "szCs", "lang"]),
        ("tblPr", &["tblW", "jc", "tblBorders", "tblLayout", "tblCellMar"]),
        ("tcPr", &["tcW", "vAlign"]),
        ("trPr", &["cantSplit", "tblHeader"]),
        ("sectPr", &["headerReference", "pgSz", "pgMar", "titlePg"]),
    ];
    let file = docx(&paper(&["A".into(), "B".into()])).unwrap();
    for (name, content) in parts(&file) {
        let xml = Xml::parse(&content).unwrap();
        for node in xml.descendants() {
            let Some((_, order)) = ORDER.iter().find(|(of, _)| node.has_tag_name((parts::MAIN, *of))) else { continue };
            let places: Option<Vec<_>> =
                node.children().map(|child| order.iter().position(|one| child.tag_name().name() == *one)).collect();
            assert!(places.is_some_and(|places| places.is_sorted()), "{name}: {:?}", node.tag_name());
        }
        // The last thing in a cell is a paragraph.
        for cell in xml.descendants().filter(|node| node.has_tag_name((parts::MAIN, "tc"))) {
            assert!(cell.last_element_child().unwrap().has_tag_name((parts::MAIN, "p")));
        }
    }
}

#[test]
fn the_same_document_is_the_same_file_and_holds_no_time() {
    let paper = paper(&["Lê Ân".into()]);
    let file = docx(&paper).unwrap();
    assert_eq!(docx(&paper).unwrap(), file);
    let mut archive = zip::ZipArchive::new(Cursor::new(file.as_slice())).unwrap();
    for index in 0..archive.len() {
        let part = archive.by_index(index).unwrap();
        assert_eq!(part.last_modified(), Some(DateTime::default()), "{:?}", part.name());
    }
}

proptest! {
    #[test]
    fn any_name_can_be_printed(names in proptest::collection::vec(any::<String>(), 1..5), long in "\\PC{0,400}") {
        let names: Vec<String> = names.into_iter().chain([long]).collect();
        let file = docx(&paper(&names)).unwrap();
        let content = parts(&file).into_iter().find(|(name, _)| name == "word/document.xml").unwrap().1;
        let printed = texts(&content).concat();
        // XML reads a carriage return as a line feed; neither is left.
        for name in &names {
            prop_assert!(printed.contains(Run::new(name, 14).text()));
        }
        prop_assert!(!printed.chars().any(char::is_control));
    }
}
