//! Reads a DOCX file as a word processor would.

use std::io::{Cursor, Read};

use roxmltree::Document;

const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// The parts of a file; each must be well-formed.
pub(super) fn parts(file: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let count = archive.len();
    let read = |index| {
        let mut part = archive.by_index(index).unwrap();
        let mut content = String::new();
        part.read_to_string(&mut content).unwrap();
        let name = part.name().unwrap().into_owned();
        Document::parse(&content).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, content)
    };
    (0..count).map(read).collect()
}

/// The text, a line a paragraph.
pub(super) fn text(file: &[u8]) -> String {
    let parts = parts(file);
    let content = &parts.iter().find(|(name, _)| name == "word/document.xml").unwrap().1;
    let xml = Document::parse(content).unwrap();
    let paragraphs = xml.descendants().filter(|node| node.has_tag_name((MAIN, "p")));
    let text = |paragraph: roxmltree::Node<'_, '_>| -> String {
        paragraph.descendants().filter(|node| node.has_tag_name((MAIN, "t"))).filter_map(|node| node.text()).collect()
    };
    paragraphs.map(text).collect::<Vec<_>>().join("\n")
}

/// How many rows the table with this heading has, the heading left out.
pub(super) fn rows_under(file: &[u8], heading: &str) -> usize {
    let parts = parts(file);
    let content = &parts.iter().find(|(name, _)| name == "word/document.xml").unwrap().1;
    let xml = Document::parse(content).unwrap();
    let holds = |node: &roxmltree::Node<'_, '_>| node.descendants().any(|inner| inner.text() == Some(heading));
    let table = xml.descendants().find(|node| node.has_tag_name((MAIN, "tbl")) && holds(node)).unwrap();
    table.children().filter(|node| node.has_tag_name((MAIN, "tr"))).count() - 1
}
