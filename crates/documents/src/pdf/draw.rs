//! Writes laid-out pages as PDF/A-2u: text that can be searched and copied, fonts embedded as far as they are used.

use hoagiai_types::Date;
use krilla::{
    Document as Writer, SerializeSettings,
    configure::{Archival, ConfigurationBuilder},
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    page::PageSettings,
    surface::Surface,
    text::{GlyphId, KrillaGlyph},
};

use super::{
    PdfError,
    fonts::Fonts,
    lines::{Letter, TextLine, points},
    pages::{Mark, PageMarks},
};
use crate::model::Document;

/// The file.
pub(super) fn draw(document: &Document, pages: &[PageMarks], fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    let unwritten = |cause: &dyn std::fmt::Debug| PdfError::Unwritten(format!("{cause:?}"));
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A2_U).finish();
    let configuration = configuration.map_err(|cause| unwritten(&cause))?;
    let mut writer = Writer::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let metadata = Metadata::new().title(document.title.clone()).language("vi-VN".to_owned());
    writer.set_metadata(metadata.creation_date(day(document.dated)));
    let (width, height) = (points(document.page.width), points(document.page.height));
    for marks in pages {
        let settings = PageSettings::from_wh(width, height).ok_or_else(|| unwritten(&"a page without size"))?;
        let mut page = writer.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            match mark {
                Mark::Text { x, y, line } => text(&mut surface, *x, *y, line, fonts),
                Mark::Bar { x, y, width, height } => bar(&mut surface, (*x, *y), (*width, *height)),
            }
        }
        surface.finish();
        page.finish();
    }
    writer.finish().map_err(|cause| unwritten(&cause))
}

fn day(day: Date) -> DateTime {
    let part = |number: i8| number.unsigned_abs();
    DateTime::new(day.year().unsigned_abs()).month(part(day.month())).day(part(day.day()))
}

fn bar(surface: &mut Surface<'_>, (x, y): (f32, f32), (width, height): (f32, f32)) {
    let mut path = PathBuilder::new();
    if let Some(rect) = Rect::from_xywh(x, y, width, height) {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

/// A line of text, piece by piece of one face and size.
fn text(surface: &mut Surface<'_>, mut x: f32, y: f32, line: &TextLine, fonts: &Fonts) {
    for piece in line.letters.chunk_by(|a, b| (a.face, a.size) == (b.face, b.size)) {
        let Some(Letter { face, size, .. }) = piece.first().copied() else { continue };
        let words: String = piece.iter().map(|letter| letter.c).collect();
        let mut at = 0;
        let glyphs: Vec<KrillaGlyph> = piece
            .iter()
            .map(|letter| {
                let range = at..at + letter.c.len_utf8();
                at = range.end;
                KrillaGlyph::new(GlyphId::new(letter.glyph.id), letter.advance / size, 0.0, 0.0, 0.0, range, None)
            })
            .collect();
        surface.draw_glyphs(Point::from_xy(x, y), &glyphs, fonts.face(face).font.clone(), &words, size, false);
        x += piece.iter().map(|letter| letter.advance).sum::<f32>();
    }
}
