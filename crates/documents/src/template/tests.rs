use super::*;
use crate::model::{Block, Line};

const LAYOUT: &str = r#"
source = "test"
[page]
width = 210
height = 297
top = 20
bottom = 20
left = 30
right = 15
font = "Times New Roman"
number_size = 13
[styles]
body = { size = 14, align = "justify", first_line = 10 }
table_heading = { size = 13, bold = true, align = "center" }
table_cell = { size = 13 }
[parts]
national = [{ style = "body", text = "**CỘNG HÒA**" }, { rule = 60 }]
"#;

const HEAD: &str = r#"
kind = "paper"
form = "Mẫu 01"
title = "Biên bản"
version = "1"
valid_from = "2015-01-01"
provisional = true
sources = ["test"]
procedure = "1.002211"
"#;

const WORDS: Vocabulary = Vocabulary {
    texts: &[&[("place", "địa điểm")], &[("date", "ngày")]],
    flags: &["repeat"],
    rows: &[&[("people", "danh sách", &[("full_name", "họ và tên"), ("birth_year", "năm sinh")])]],
};

fn read(blocks: &str) -> Result<Template, TemplateError> {
    let layout = Layout::read(LAYOUT).unwrap();
    Template::read(&format!("{HEAD}{blocks}"), &layout, |kind| (kind == "paper").then_some(WORDS))
}

fn person(name: &str, year: Option<i32>) -> Values {
    let mut row = Values::new();
    row.text("full_name", name).may_text("birth_year", year);
    row
}

fn text(document: &Document) -> Vec<String> {
    fn of(line: &Line) -> String {
        match line {
            Line::Rule(length) => format!("-{length}-"),
            Line::Paragraph(one) => one.runs.iter().map(|run| run.text()).collect(),
        }
    }
    let mut out = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Line(line) => out.push(of(line)),
            Block::Table(table) => {
                let cells = table.rows.iter().flat_map(|row| &row.cells);
                out.extend(cells.flat_map(|cell| cell.lines.iter().map(of)));
            }
        }
    }
    out
}

#[test]
fn a_template_is_filled() {
    let template = read(
        r#"
        blocks = [
          { part = "national" },
          { style = "body", text = "Tại {place}, {date?3}. {?2}" },
          { style = "body", text = "Bầu lại.", when = "repeat" },
          { style = "body", text = "Bầu lần đầu.", when = "!repeat" },
          { style = "body", each = "people", text = "- {full_name|upper}, {birth_year?4}, {place}" },
          { table = "people", columns = [{ title = "Họ tên", width = 3, text = "{full_name}" }, { title = "Năm", width = 1, text = "{birth_year?2}" }] },
          { grid = [1, 1], cells = [[{ style = "body", text = "trái" }], []] },
        ]"#,
    )
    .unwrap();
    let mut values = Values::new();
    values.text("place", "nhà văn hóa {date}").flag("repeat", false);
    values.rows("people", vec![person("Đỗ **Ánh**", Some(1960)), person("Lê Ân", None)]);
    let document = template.fill(&values).unwrap();
    assert_eq!(document.title, "Mẫu 01 Biên bản");
    assert_eq!(
        text(&document),
        [
            "CỘNG HÒA",
            "-60-",
            "Tại nhà văn hóa {date}, .... ..",
            "Bầu lần đầu.",
            "- ĐỖ **ÁNH**, 1960, nhà văn hóa {date}",
            "- LÊ ÂN, ...., nhà văn hóa {date}",
            "Họ tên",
            "Năm",
            "Đỗ **Ánh**",
            "1960",
            "Lê Ân",
            "..",
            "trái",
        ],
        "values are printed as they are"
    );
    assert_eq!(template.fill(&values).unwrap(), document);
}

#[test]
fn everything_missing_is_named_at_once() {
    let template = read(
        r#"
        blocks = [
          { style = "body", text = "{place} {date} {date}" },
          { style = "body", each = "people", text = "{full_name} {birth_year} {place}" },
        ]"#,
    )
    .unwrap();
    let mut values = Values::new();
    values.text("place", "  ");
    let paths =
        |values: &Values| -> Vec<String> { template.fill(values).unwrap_err().iter().map(Missing::path).collect() };
    assert_eq!(paths(&values), ["date", "people", "place"]);
    values.rows("people", vec![person("A", None), person("B", Some(1960)), person("", None)]);
    assert_eq!(paths(&values), ["date", "place", "people[0,2].birth_year", "people[2].full_name"]);
    let missing = template.fill(&values).unwrap_err();
    assert_eq!(missing[2].called(), "năm sinh (dòng 1,3)");
}

#[test]
fn slips_of_a_template_are_found_when_it_is_read() {
    for (blocks, what) in [
        (r#"blocks = [{ style = "body", text = "{plac}" }]"#, "plac"),
        (r#"blocks = [{ style = "body", text = "{full_name}" }]"#, "full_name"),
        (r#"blocks = [{ style = "bod", text = "" }]"#, "bod"),
        (r#"blocks = [{ style = "body", text = "", when = "!never" }]"#, "never"),
        (r#"blocks = [{ style = "body", each = "nobody", text = "" }]"#, "nobody"),
        (r#"blocks = [{ part = "none" }]"#, "none"),
        (r#"blocks = [{ grid = [1], cells = [] }]"#, "as many cells"),
        (r#"blocks = [{ table = "people", columns = [] }]"#, "rows and columns"),
        (r#"blocks = [{ style = "body" }]"#, "a line is"),
        (r#"blocks = [{ style = "body", text = "", rule = 3 }]"#, "a line is"),
        (r#"blocks = [{ grid = [1], cells = [[]], rule = 3 }]"#, "no line"),
    ] {
        let error = read(blocks).unwrap_err().to_string();
        assert!(error.contains(what), "{blocks}: {error}");
    }
    assert!(read("blocks = [{ colour = 1 }]").is_err());
    let layout = Layout::read(LAYOUT).unwrap();
    assert!(Template::read(&format!("{HEAD}blocks = []"), &layout, |_| None).is_err());
    assert!(
        Template::read(&format!("{HEAD}blocks = []").replace(r#"["test"]"#, "[]"), &layout, |_| Some(WORDS)).is_err()
    );
}
