//! Reads a template: TOML in, a checked template out.

use hoagiai_types::Date;
use serde::Deserialize;

use super::{
    Column, LineKind, Part, PartKind, Piece, Template, TemplateError, TemplateLine, When,
    text::{self, What},
};
use crate::{
    layout::{Layout, Style},
    model::{Align, Page},
    values::Vocabulary,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateText {
    kind: String,
    #[serde(default)]
    form: String,
    title: String,
    version: String,
    valid_from: Date,
    provisional: bool,
    sources: Vec<String>,
    procedure: String,
    blocks: Vec<BlockText>,
}

/// A block: a line, or a grid of lines, or a table of rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockText {
    style: Option<String>,
    text: Option<String>,
    rule: Option<u16>,
    part: Option<String>,
    each: Option<String>,
    when: Option<String>,
    grid: Option<Vec<u16>>,
    cells: Option<Vec<Vec<LineText>>>,
    table: Option<String>,
    columns: Option<Vec<ColumnText>>,
}

/// A line as it is written down.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineText {
    style: Option<String>,
    text: Option<String>,
    rule: Option<u16>,
    part: Option<String>,
    each: Option<String>,
    when: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnText {
    title: String,
    width: u16,
    text: String,
    #[serde(default)]
    align: Align,
}

/// What a template is read with.
struct Reader<'a> {
    layout: &'a Layout,
    vocabulary: Vocabulary,
}

/// A template from its text.
pub(super) fn template(
    text: TemplateText,
    layout: &Layout,
    vocabulary: impl Fn(&str) -> Option<Vocabulary>,
) -> Result<Template, TemplateError> {
    let kind = text.kind.clone();
    let wrong = |what: String| TemplateError::Wrong { kind: kind.clone(), what };
    let vocabulary = vocabulary(&text.kind).ok_or_else(|| wrong("there is no such kind of paper".into()))?;
    if text.sources.is_empty() {
        return Err(wrong("it rests on no source".into()));
    }
    let reader = Reader { layout, vocabulary };
    let mut blocks = Vec::new();
    for block in text.blocks {
        reader.block(block, &mut blocks).map_err(wrong)?;
    }
    let page = &layout.page;
    Ok(Template {
        kind: text.kind,
        form: text.form,
        title: text.title,
        version: text.version,
        valid_from: text.valid_from,
        provisional: text.provisional,
        sources: text.sources,
        procedure: text.procedure,
        page: Page {
            width: page.width,
            height: page.height,
            top: page.top,
            bottom: page.bottom,
            left: page.left,
            right: page.right,
            font: page.font.clone(),
            number_size: page.number_size,
        },
        vocabulary,
        blocks,
    })
}

impl Reader<'_> {
    fn block(&self, block: BlockText, out: &mut Vec<Part>) -> Result<(), String> {
        let BlockText { style, text, rule, part, each, when, grid, cells, table, columns } = block;
        match (grid, cells, table, columns) {
            (None, None, None, None) => {
                let mut lines = Vec::new();
                self.line(&LineText { style, text, rule, part, each, when }, &mut lines)?;
                out.extend(lines.into_iter().map(|line| Part { when: None, what: PartKind::Line(line) }));
                Ok(())
            }
            _ if [&style, &text, &part, &each].iter().any(|one| one.is_some()) || rule.is_some() => {
                Err("a grid or a table is no line".into())
            }
            (Some(widths), Some(cells), None, None) if widths.len() == cells.len() => {
                let cells = cells.iter().map(|lines| self.lines(lines)).collect::<Result<_, _>>()?;
                out.push(Part { when: self.when(when)?, what: PartKind::Grid { widths, cells } });
                Ok(())
            }
            (None, None, Some(rows), Some(columns)) if !columns.is_empty() => {
                self.vocabulary.rows_label(&rows).ok_or_else(|| format!("there are no rows `{rows}`"))?;
                let columns = columns.iter().map(|column| self.column(&rows, column)).collect::<Result<_, _>>()?;
                out.push(Part { when: self.when(when)?, what: PartKind::Table { rows, columns } });
                Ok(())
            }
            _ => Err("a grid has as many cells as widths, a table rows and columns".into()),
        }
    }

    fn lines(&self, lines: &[LineText]) -> Result<Vec<TemplateLine>, String> {
        let mut out = Vec::new();
        for line in lines {
            self.line(line, &mut out)?;
        }
        Ok(out)
    }

    fn line(&self, line: &LineText, out: &mut Vec<TemplateLine>) -> Result<(), String> {
        let when = self.when(line.when.clone())?;
        match (&line.style, &line.text, line.rule, &line.part) {
            (None, None, Some(length), None) => out.push(TemplateLine { when, what: LineKind::Rule(length) }),
            (None, None, None, Some(part)) if when.is_none() => {
                let lines = self.layout.parts.get(part).ok_or_else(|| format!("there is no part `{part}`"))?;
                if lines.iter().any(|line| line.part.is_some()) {
                    return Err(format!("the part `{part}` is made of parts"));
                }
                out.extend(self.lines(lines)?);
            }
            (Some(style), Some(words), None, None) => {
                if let Some(rows) = &line.each {
                    self.vocabulary.rows_label(rows).ok_or_else(|| format!("there are no rows `{rows}`"))?;
                }
                let (style, text) = (self.style(style)?, self.text(line.each.as_deref(), words)?);
                out.push(TemplateLine { when, what: LineKind::Text { style, text, each: line.each.clone() } });
            }
            _ => return Err("a line is a style and a text, or a rule, or a part".into()),
        }
        Ok(())
    }

    fn column(&self, rows: &str, column: &ColumnText) -> Result<Column, String> {
        let cell = Style { align: column.align, ..self.style("table_cell")? };
        Ok(Column {
            width: column.width,
            heading: (self.style("table_heading")?, self.text(None, &column.title)?),
            cell: (cell, self.text(Some(rows), &column.text)?),
        })
    }

    fn style(&self, name: &str) -> Result<Style, String> {
        self.layout.styles.get(name).copied().ok_or_else(|| format!("there is no style `{name}`"))
    }

    fn when(&self, when: Option<String>) -> Result<Option<When>, String> {
        let Some(when) = when else { return Ok(None) };
        let (name, holds) = when.strip_prefix('!').map_or((when.as_str(), true), |name| (name, false));
        if self.vocabulary.is_condition(name) {
            Ok(Some(When { name: name.to_owned(), holds }))
        } else {
            Err(format!("nothing is called `{name}`"))
        }
    }

    fn text(&self, rows: Option<&str>, words: &str) -> Result<Vec<Piece>, String> {
        let pieces = text::read(words)?;
        for piece in &pieces {
            if let What::Slot { name, .. } = &piece.what {
                self.vocabulary.label(rows, name).ok_or_else(|| format!("nothing is called `{name}`"))?;
            }
        }
        Ok(pieces)
    }
}
