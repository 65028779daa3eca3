//! Fills a template: pure, the same values give the same document.

use super::{Column, LineKind, Part, PartKind, Piece, Template, TemplateLine, When, text::What};
use crate::{
    layout::Style,
    model::{Block, Cell, Document, Line, Paragraph, Row, Run, Table},
    values::{Missing, Values},
};

/// The values of one line: those of the row first.
#[derive(Clone, Copy)]
struct Scope<'a> {
    all: &'a Values,
    row: Option<(&'a str, usize, &'a Values)>,
}

struct Filler<'a> {
    template: &'a Template,
    missing: Vec<Missing>,
}

/// The document, or everything that it cannot be printed without.
pub(super) fn document(template: &Template, values: &Values) -> Result<Document, Vec<Missing>> {
    let mut filler = Filler { template, missing: Vec::new() };
    let all = Scope { all: values, row: None };
    let mut blocks = Vec::new();
    for part in &template.blocks {
        filler.part(part, all, &mut blocks);
    }
    if filler.missing.is_empty() {
        let title = [template.form.as_str(), template.title.as_str()].join(" ").trim().to_owned();
        return Ok(Document { title, dated: template.valid_from, page: template.page.clone(), blocks });
    }
    filler.missing.sort();
    Err(filler.missing)
}

impl When {
    fn met(&self, values: &Values) -> bool {
        values.holds(&self.name) == self.holds
    }
}

impl Filler<'_> {
    fn part(&mut self, part: &Part, scope: Scope<'_>, out: &mut Vec<Block>) {
        if part.when.as_ref().is_some_and(|when| !when.met(scope.all)) {
            return;
        }
        match &part.what {
            PartKind::Line(line) => {
                let mut lines = Vec::new();
                self.line(line, scope, &mut lines);
                out.extend(lines.into_iter().map(Block::Line));
            }
            PartKind::Grid { widths, cells } => {
                let cells = cells.iter().map(|lines| self.cell(lines, scope)).collect();
                out.push(Block::Table(Table {
                    widths: widths.clone(),
                    ruled: false,
                    heading_rows: 0,
                    together: true,
                    rows: vec![Row { cells }],
                }));
            }
            PartKind::Table { rows, columns } => out.push(Block::Table(self.table(rows, columns, scope))),
        }
    }

    fn cell(&mut self, lines: &[TemplateLine], scope: Scope<'_>) -> Cell {
        let mut cell = Cell::default();
        for line in lines {
            self.line(line, scope, &mut cell.lines);
        }
        cell
    }

    fn line(&mut self, line: &TemplateLine, scope: Scope<'_>, out: &mut Vec<Line>) {
        if line.when.as_ref().is_some_and(|when| !when.met(scope.all)) {
            return;
        }
        match &line.what {
            LineKind::Rule(length) => out.push(Line::Rule(*length)),
            LineKind::Text { style, text, each: None } => {
                out.push(Line::Paragraph(self.paragraph(*style, text, scope)));
            }
            LineKind::Text { style, text, each: Some(rows) } => {
                for (index, row) in self.rows(rows, scope).iter().enumerate() {
                    let scope = Scope { row: Some((rows, index, row)), ..scope };
                    out.push(Line::Paragraph(self.paragraph(*style, text, scope)));
                }
            }
        }
    }

    fn table(&mut self, rows: &str, columns: &[Column], scope: Scope<'_>) -> Table {
        let cell = |filler: &mut Self, (style, text): &(Style, Vec<Piece>), scope| Cell {
            lines: vec![Line::Paragraph(filler.paragraph(*style, text, scope))],
        };
        let heading = Row { cells: columns.iter().map(|column| cell(self, &column.heading, scope)).collect() };
        let mut printed = vec![heading];
        for (index, row) in self.rows(rows, scope).iter().enumerate() {
            let scope = Scope { row: Some((rows, index, row)), ..scope };
            printed.push(Row { cells: columns.iter().map(|column| cell(self, &column.cell, scope)).collect() });
        }
        let widths = columns.iter().map(|column| column.width).collect();
        Table { widths, ruled: true, heading_rows: 1, together: false, rows: printed }
    }

    /// Rows; a list without any is as missing as a name without a value.
    fn rows<'v>(&mut self, name: &str, scope: Scope<'v>) -> &'v [Values] {
        let rows = scope.all.find_rows(name);
        if rows.is_empty() {
            let label = self.template.vocabulary.rows_label(name).unwrap_or_default();
            self.lacks(None, name, None, label);
        }
        rows
    }

    /// One entry a name, however many rows lack it.
    fn lacks(&mut self, rows: Option<&str>, name: &str, at: Option<usize>, label: &'static str) {
        let known = self.missing.iter().position(|one| one.name == name && one.rows.as_deref() == rows);
        let known = known.unwrap_or_else(|| {
            let rows = rows.map(str::to_owned);
            self.missing.push(Missing { rows, name: name.to_owned(), at: Vec::new(), label });
            self.missing.len() - 1
        });
        let places = &mut self.missing[known].at;
        if let Some(at) = at.filter(|at| !places.contains(at)) {
            places.push(at);
        }
    }

    fn paragraph(&mut self, style: Style, text: &[Piece], scope: Scope<'_>) -> Paragraph {
        let runs = text.iter().map(|piece| {
            let words = self.words(&piece.what, scope);
            let (bold, italic) = (style.bold ^ piece.bold, style.italic ^ piece.italic);
            Run::new(&words, style.size).in_face(bold, italic)
        });
        Paragraph {
            runs: runs.collect(),
            align: style.align,
            first_line: style.first_line,
            indent: style.indent,
            before: style.before,
            after: style.after,
            spacing: style.spacing,
            keep_next: style.keep_next,
        }
    }

    fn words(&mut self, what: &What, scope: Scope<'_>) -> String {
        let (name, dots, case) = match what {
            What::Words(words) => return words.clone(),
            What::Dots(dots) => return ".".repeat(*dots),
            What::Slot { name, dots, case } => (name, *dots, *case),
        };
        let of_row = scope.row.and_then(|(.., row)| row.find_text(name));
        if let Some(text) = of_row.or_else(|| scope.all.find_text(name)) {
            return case.of(text);
        }
        if let Some(dots) = dots {
            return ".".repeat(dots);
        }
        // A name that only rows have is missing in the row; one that both have would be found by now.
        let vocabulary = self.template.vocabulary;
        let label = vocabulary.label(scope.row.map(|(rows, ..)| rows), name).unwrap_or_default();
        match scope.row {
            Some((rows, index, _)) if vocabulary.label(None, name).is_none() => {
                self.lacks(Some(rows), name, Some(index), label);
            }
            _ => self.lacks(None, name, None, label),
        }
        String::new()
    }
}
