//! The text of the file: `word/document.xml`. The order of elements within properties is that of the schema; Word
//! refuses any other.

use super::{
    parts::{HEADER, MAIN, RELATIONS, half_points, twips},
    xml::Xml,
};
use crate::model::{Align, Block, Document, Line, Page, Paragraph, Run, Table};

/// Inner margin of ruled cells at the left and the right, twentieths of a point.
const CELL_MARGIN: u32 = 80;

/// The part.
pub(super) fn document(document: &Document) -> String {
    let mut xml = Xml::file();
    let width = twips(document.page.text_width());
    xml.element("w:document", &[("xmlns:w", MAIN), ("xmlns:r", RELATIONS)], |xml| {
        xml.element("w:body", &[], |xml| {
            for (index, block) in document.blocks.iter().enumerate() {
                match block {
                    Block::Line(one) => line(xml, one, width, false),
                    Block::Table(one) => {
                        table(xml, one, width);
                        // Two tables that touch would be one.
                        let touches = matches!(document.blocks.get(index + 1), Some(Block::Table(_)) | None);
                        if touches {
                            spacer(xml);
                        }
                    }
                }
            }
            section(xml, &document.page);
        });
    });
    xml.finish()
}

fn section(xml: &mut Xml, page: &Page) {
    let mm = |millimetres: u16| twips(millimetres).to_string();
    xml.element("w:sectPr", &[], |xml| {
        xml.empty("w:headerReference", &[("w:type", "default"), ("r:id", HEADER)]);
        xml.empty("w:pgSz", &[("w:w", &mm(page.width)), ("w:h", &mm(page.height))]);
        xml.empty(
            "w:pgMar",
            &[
                ("w:top", &mm(page.top)),
                ("w:right", &mm(page.right)),
                ("w:bottom", &mm(page.bottom)),
                ("w:left", &mm(page.left)),
                ("w:header", &mm(page.top / 2)),
                ("w:footer", &mm(page.bottom / 2)),
                ("w:gutter", "0"),
            ],
        );
        // The first page has a header of its own, which there is none of: it carries no number.
        xml.empty("w:titlePg", &[]);
    });
}

fn line(xml: &mut Xml, line: &Line, width: u32, keep: bool) {
    match line {
        Line::Paragraph(one) => paragraph(xml, one, keep),
        Line::Rule(length) => rule(xml, width.saturating_sub(twips(*length)) / 2),
    }
}

/// A paragraph without text whose lower border is the rule.
fn rule(xml: &mut Xml, side: u32) {
    let side = side.to_string();
    xml.element("w:p", &[], |xml| {
        xml.element("w:pPr", &[], |xml| {
            xml.empty("w:keepNext", &[]);
            xml.element("w:pBdr", &[], |xml| {
                let line = [("w:val", "single"), ("w:sz", "6"), ("w:space", "0"), ("w:color", "000000")];
                xml.empty("w:bottom", &line);
            });
            xml.empty("w:spacing", &[("w:before", "0"), ("w:after", "0"), ("w:line", "40"), ("w:lineRule", "exact")]);
            xml.empty("w:ind", &[("w:left", &side), ("w:right", &side)]);
        });
    });
}

fn spacer(xml: &mut Xml) {
    xml.element("w:p", &[], |xml| {
        xml.element("w:pPr", &[], |xml| {
            xml.empty("w:spacing", &[("w:before", "0"), ("w:after", "0"), ("w:line", "20"), ("w:lineRule", "exact")]);
        });
    });
}

fn paragraph(xml: &mut Xml, paragraph: &Paragraph, keep: bool) {
    xml.element("w:p", &[], |xml| {
        xml.element("w:pPr", &[], |xml| {
            if paragraph.keep_next || keep {
                xml.empty("w:keepNext", &[]);
            }
            let (before, after) = (paragraph.before * 20, paragraph.after * 20);
            let line = u32::from(paragraph.spacing) * 240 / 100;
            xml.empty(
                "w:spacing",
                &[
                    ("w:before", &before.to_string()),
                    ("w:after", &after.to_string()),
                    ("w:line", &line.to_string()),
                    ("w:lineRule", "auto"),
                ],
            );
            if paragraph.indent > 0 || paragraph.first_line > 0 {
                let (left, first) = (twips(paragraph.indent).to_string(), twips(paragraph.first_line).to_string());
                xml.empty("w:ind", &[("w:left", &left), ("w:firstLine", &first)]);
            }
            xml.value("w:jc", align(paragraph.align));
        });
        for one in &paragraph.runs {
            run(xml, one);
        }
    });
}

fn run(xml: &mut Xml, run: &Run) {
    xml.element("w:r", &[], |xml| {
        xml.element("w:rPr", &[], |xml| {
            if run.bold {
                xml.empty("w:b", &[]);
                xml.empty("w:bCs", &[]);
            }
            if run.italic {
                xml.empty("w:i", &[]);
                xml.empty("w:iCs", &[]);
            }
            xml.value("w:sz", &half_points(run.size));
            xml.value("w:szCs", &half_points(run.size));
        });
        xml.element("w:t", &[("xml:space", "preserve")], |xml| xml.text(run.text()));
    });
}

fn align(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
        Align::Justify => "both",
    }
}

fn table(xml: &mut Xml, table: &Table, width: u32) {
    let widths = table.spread(width);
    xml.element("w:tbl", &[], |xml| {
        xml.element("w:tblPr", &[], |xml| {
            xml.empty("w:tblW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
            xml.value("w:jc", "center");
            if table.ruled {
                xml.element("w:tblBorders", &[], |xml| {
                    for side in ["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"] {
                        let line = [("w:val", "single"), ("w:sz", "4"), ("w:space", "0"), ("w:color", "000000")];
                        xml.empty(side, &line);
                    }
                });
            }
            xml.empty("w:tblLayout", &[("w:type", "fixed")]);
            let margin = if table.ruled { CELL_MARGIN } else { 0 }.to_string();
            xml.element("w:tblCellMar", &[], |xml| {
                xml.empty("w:left", &[("w:w", &margin), ("w:type", "dxa")]);
                xml.empty("w:right", &[("w:w", &margin), ("w:type", "dxa")]);
            });
        });
        xml.element("w:tblGrid", &[], |xml| {
            for width in &widths {
                xml.empty("w:gridCol", &[("w:w", &width.to_string())]);
            }
        });
        for (index, row) in table.rows.iter().enumerate() {
            xml.element("w:tr", &[], |xml| {
                xml.element("w:trPr", &[], |xml| {
                    xml.empty("w:cantSplit", &[]);
                    if index < table.heading_rows {
                        xml.empty("w:tblHeader", &[]);
                    }
                });
                for (cell, width) in row.cells.iter().zip(&widths) {
                    xml.element("w:tc", &[], |xml| {
                        xml.element("w:tcPr", &[], |xml| {
                            xml.empty("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
                            if table.ruled {
                                xml.value("w:vAlign", "center");
                            }
                        });
                        let inner = width.saturating_sub(if table.ruled { 2 * CELL_MARGIN } else { 0 });
                        for one in &cell.lines {
                            line(xml, one, inner, table.together);
                        }
                        // A cell without a paragraph is no cell.
                        if cell.lines.is_empty() {
                            spacer(xml);
                        }
                    });
                }
            });
        }
    });
}
