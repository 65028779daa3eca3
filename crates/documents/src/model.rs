//! A document as it is printed: paragraphs, rules and tables on pages of one size. Text in it is clean by construction.

use hoagiai_types::Date;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The title in the properties of the file: names the kind of paper, never a person.
    pub title: String,
    /// The day in the properties of a PDF, which must have one: not that of printing, or no file would equal another.
    pub dated: Date,
    /// The page.
    pub page: Page,
    /// What is printed, from top to bottom.
    pub blocks: Vec<Block>,
}

/// The page and what holds everywhere on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Width of the paper, millimetres.
    pub width: u16,
    /// Height of the paper, millimetres.
    pub height: u16,
    /// Margin at the top, millimetres.
    pub top: u16,
    /// Margin at the bottom, millimetres.
    pub bottom: u16,
    /// Margin at the left, millimetres.
    pub left: u16,
    /// Margin at the right, millimetres.
    pub right: u16,
    /// The font family.
    pub font: String,
    /// Size of the page number, points. The first page carries none.
    pub number_size: u16,
}

impl Page {
    /// Width between the margins, millimetres.
    #[must_use]
    pub fn text_width(&self) -> u16 {
        self.width.saturating_sub(self.left + self.right)
    }
}

/// A piece of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A line of text or a rule.
    Line(Line),
    /// A table.
    Table(Table),
}

/// What stands in a cell, or in the text between tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Text.
    Paragraph(Paragraph),
    /// A thin line in the middle, as long as this many millimetres.
    Rule(u16),
}

/// Where the lines of a paragraph stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
    /// At both sides.
    Justify,
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paragraph {
    /// The text.
    pub runs: Vec<Run>,
    /// Where its lines stand.
    pub align: Align,
    /// Indent of the first line, millimetres.
    pub first_line: u16,
    /// Indent of all lines, millimetres.
    pub indent: u16,
    /// Space before, points.
    pub before: u16,
    /// Space after, points.
    pub after: u16,
    /// Distance of lines, percent of the font's.
    pub spacing: u16,
    /// Stays on the page of what follows.
    pub keep_next: bool,
}

/// Text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    text: String,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Size, points.
    pub size: u16,
}

impl Run {
    /// A run whose text can be printed: no control characters, and none that turn the direction of text or join lines.
    #[must_use]
    pub fn new(text: &str, size: u16) -> Self {
        Self { text: clean(text), bold: false, italic: false, size }
    }

    /// The run in a face.
    #[must_use]
    pub fn in_face(self, bold: bool, italic: bool) -> Self {
        Self { bold, italic, ..self }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A table, as wide as the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Widths of the columns, in parts of their sum.
    pub widths: Vec<u16>,
    /// Whether lines are drawn around the cells.
    pub ruled: bool,
    /// How many rows from the top are repeated on every page.
    pub heading_rows: usize,
    /// Whether all of it stands on one page.
    pub together: bool,
    /// The rows; each has a cell a column.
    pub rows: Vec<Row>,
}

impl Table {
    /// The width of each column out of `total`, without a gap from rounding.
    #[must_use]
    pub fn spread(&self, total: u32) -> Vec<u32> {
        let sum = self.widths.iter().map(|width| u32::from(*width)).sum::<u32>().max(1);
        let mut ends = self.widths.iter().scan(0u32, |end, width| {
            *end += u32::from(*width);
            Some(total * *end / sum)
        });
        let mut last = 0;
        let mut widths = Vec::with_capacity(self.widths.len());
        for end in &mut ends {
            widths.push(end - last);
            last = end;
        }
        widths
    }
}

/// A row; never split over pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// What stands in it.
    pub lines: Vec<Line>,
}

/// What may be printed of a text: white space as single characters, nothing that XML, a printer or a reader's eye
/// takes for anything but text.
fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
            c if c.is_control() => None,
            // Turns, joins and marks without a width: they hide or reorder what is signed.
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
            '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' => None,
            // Private and unassigned on every plane's end: XML admits some, no font has them.
            c if (u32::from(c) & 0xfffe) == 0xfffe => None,
            c => Some(c),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_clean() {
        assert_eq!(Run::new("a\tb\nc\u{0}\u{1b}d\u{202e}e\u{feff}\u{fffe}", 14).text(), "a b cde");
        assert_eq!(Run::new("Nguyễn Thị <Ánh> & \"Hòa\" {x}", 14).text(), "Nguyễn Thị <Ánh> & \"Hòa\" {x}");
    }

    #[test]
    fn columns_fill_the_width() {
        let table = Table { widths: vec![1, 1, 1], ruled: true, heading_rows: 0, together: false, rows: vec![] };
        assert_eq!(table.spread(100), [33, 33, 34]);
        let none = Table { widths: vec![], ..table };
        assert!(none.spread(100).is_empty());
    }
}
