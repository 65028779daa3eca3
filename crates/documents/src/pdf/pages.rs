//! Puts lines and rows on pages: what belongs together stays together, headings of tables come again.

use std::rc::Rc;

use super::{
    PdfError,
    fonts::Fonts,
    lines::{TextLine, lines, points},
};
use crate::model::{Block, Cell, Document, Line, Row, Table};

/// Thickness of rules and of the lines of tables, points.
const STROKE: f32 = 0.6;
/// Inner margin of ruled cells, points.
const CELL_MARGIN: f32 = 4.0;

/// A mark on the page, from its top left.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A line of text; `y` is its base line.
    Text {
        /// From the left.
        x: f32,
        /// From the top.
        y: f32,
        /// The letters.
        line: TextLine,
    },
    /// A filled rectangle.
    Bar {
        /// From the left.
        x: f32,
        /// From the top.
        y: f32,
        /// Width.
        width: f32,
        /// Height.
        height: f32,
    },
}

/// What is on one page.
pub(super) type PageMarks = Vec<Mark>;

/// A piece that is never split over pages; its marks are placed from its own top.
#[derive(Debug, Default)]
struct Unit {
    before: f32,
    height: f32,
    marks: Vec<Mark>,
    keep_next: bool,
    heading: Option<Rc<Unit>>,
}

/// The pages of a document.
pub(super) fn lay_out(document: &Document, fonts: &Fonts) -> Result<Vec<PageMarks>, PdfError> {
    let page = &document.page;
    let width = points(page.width) - points(page.left) - points(page.right);
    let mut units = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Line(line) => of_line(line, width, fonts, &mut units)?,
            Block::Table(table) => of_table(table, width, fonts, &mut units)?,
        }
    }
    let top = points(page.top);
    let bottom = points(page.height) - points(page.bottom);
    let mut pages: Vec<PageMarks> = vec![Vec::new()];
    let mut y = top;
    let mut start = 0;
    while start < units.len() {
        let end = start + units[start..].iter().position(|unit| !unit.keep_next).unwrap_or(units.len() - start - 1);
        let chain = &units[start..=end];
        let needed: f32 = chain.iter().map(|unit| unit.before + unit.height).sum();
        // A chain longer than a page is broken like text.
        let whole = needed <= bottom - top;
        for (index, unit) in chain.iter().enumerate() {
            let room = if index == 0 && whole { needed } else { unit.before + unit.height };
            if y + room > bottom + 0.01 && y > top {
                pages.push(Vec::new());
                y = top;
                if let Some(heading) = &unit.heading {
                    y = place(heading, points(page.left), y, &mut pages);
                }
            }
            let before = if y > top { unit.before } else { 0.0 };
            y = place(unit, points(page.left), y + before, &mut pages);
        }
        start = end + 1;
    }
    number(document, fonts, &mut pages)?;
    Ok(pages)
}

fn place(unit: &Unit, left: f32, y: f32, pages: &mut [PageMarks]) -> f32 {
    if let Some(page) = pages.last_mut() {
        page.extend(unit.marks.iter().map(|mark| mark.moved(left, y)));
    }
    y + unit.height
}

impl Mark {
    fn moved(&self, dx: f32, dy: f32) -> Mark {
        match self {
            Mark::Text { x, y, line } => Mark::Text { x: x + dx, y: y + dy, line: line.clone() },
            Mark::Bar { x, y, width, height } => Mark::Bar { x: x + dx, y: y + dy, width: *width, height: *height },
        }
    }
}

/// The lines of a paragraph, or a rule.
fn of_line(line: &Line, width: f32, fonts: &Fonts, units: &mut Vec<Unit>) -> Result<(), PdfError> {
    let paragraph = match line {
        Line::Rule(length) => {
            let length = points(*length);
            let mark = Mark::Bar { x: (width - length) / 2.0, y: 1.4, width: length, height: STROKE };
            units.push(Unit { height: 2.0, marks: vec![mark], keep_next: true, ..Unit::default() });
            return Ok(());
        }
        Line::Paragraph(paragraph) => paragraph,
    };
    let lines = lines(paragraph, width, fonts)?;
    let last = lines.len() - 1;
    for (index, line) in lines.into_iter().enumerate() {
        let mut height = line.height;
        if index == last {
            height += f32::from(paragraph.after);
        }
        let before = if index == 0 { f32::from(paragraph.before) } else { 0.0 };
        // No line stands alone at the end of a page or at the start of the next.
        let keep_next = (index == last && paragraph.keep_next) || (last > 0 && (index == 0 || index + 1 == last));
        let mark = Mark::Text { x: line.x, y: line.base, line };
        units.push(Unit { before, height, marks: vec![mark], keep_next, heading: None });
    }
    Ok(())
}

/// The rows of a table.
fn of_table(table: &Table, width: f32, fonts: &Fonts, units: &mut Vec<Unit>) -> Result<(), PdfError> {
    let sum: u16 = table.widths.iter().sum();
    let widths: Vec<f32> = table.widths.iter().map(|one| width * f32::from(*one) / f32::from(sum.max(1))).collect();
    let mut heading: Option<Rc<Unit>> = None;
    for (index, row) in table.rows.iter().enumerate() {
        let mut unit = of_row(row, table.ruled, &widths, fonts)?;
        let is_heading = index < table.heading_rows;
        let last = index + 1 == table.rows.len();
        unit.keep_next = !last && (table.together || is_heading);
        if is_heading && table.heading_rows == 1 {
            let again = Unit { height: unit.height, marks: unit.marks.clone(), ..Unit::default() };
            heading = Some(Rc::new(again));
        } else {
            unit.heading.clone_from(&heading);
        }
        units.push(unit);
    }
    Ok(())
}

fn of_row(row: &Row, ruled: bool, widths: &[f32], fonts: &Fonts) -> Result<Unit, PdfError> {
    let margin = if ruled { CELL_MARGIN } else { 0.0 };
    let mut cells = Vec::new();
    for (cell, width) in row.cells.iter().zip(widths) {
        cells.push(of_cell(cell, width - 2.0 * margin, fonts)?);
    }
    let height = cells.iter().map(|(_, height)| *height).fold(0.0, f32::max);
    let mut unit = Unit { height, ..Unit::default() };
    let mut x = 0.0;
    for ((marks, tall), width) in cells.into_iter().zip(widths) {
        let down = if ruled { (height - tall) / 2.0 } else { 0.0 };
        unit.marks.extend(marks.iter().map(|mark| mark.moved(x + margin, down)));
        if ruled {
            unit.marks.push(Mark::Bar { x, y: 0.0, width: STROKE, height: height + STROKE });
        }
        x += width;
    }
    if ruled {
        unit.marks.push(Mark::Bar { x, y: 0.0, width: STROKE, height: height + STROKE });
        for y in [0.0, height] {
            unit.marks.push(Mark::Bar { x: 0.0, y, width: x + STROKE, height: STROKE });
        }
    }
    Ok(unit)
}

/// The marks of a cell and their height.
fn of_cell(cell: &Cell, width: f32, fonts: &Fonts) -> Result<(Vec<Mark>, f32), PdfError> {
    let mut units = Vec::new();
    for line in &cell.lines {
        of_line(line, width, fonts, &mut units)?;
    }
    let mut marks = Vec::new();
    let mut y = 0.0;
    for unit in units {
        y += unit.before;
        marks.extend(unit.marks.iter().map(|mark| mark.moved(0.0, y)));
        y += unit.height;
    }
    Ok((marks, y))
}

/// Numbers every page but the first, in the middle of the upper margin.
fn number(document: &Document, fonts: &Fonts, pages: &mut [PageMarks]) -> Result<(), PdfError> {
    use crate::model::{Align, Paragraph, Run};

    let page = &document.page;
    let width = points(page.width) - points(page.left) - points(page.right);
    for (index, marks) in pages.iter_mut().enumerate().skip(1) {
        let paragraph = Paragraph {
            runs: vec![Run::new(&(index + 1).to_string(), page.number_size)],
            align: Align::Center,
            spacing: 100,
            ..Paragraph::default()
        };
        for line in lines(&paragraph, width, fonts)? {
            let (x, y) = (points(page.left) + line.x, points(page.top) / 2.0 + line.base / 2.0);
            marks.push(Mark::Text { x, y, line });
        }
    }
    Ok(())
}
