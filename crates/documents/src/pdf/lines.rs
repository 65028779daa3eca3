//! Breaks a paragraph into lines and puts their glyphs in place.

use super::{
    PdfError,
    fonts::{FaceId, Fonts, Glyph},
};
use crate::model::{Align, Paragraph};

/// A character in place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Letter {
    /// Which.
    pub(super) c: char,
    /// Its glyph.
    pub(super) glyph: Glyph,
    /// Its face.
    pub(super) face: FaceId,
    /// Its size, points.
    pub(super) size: f32,
    /// How far the pen moves after it, points; more than its width where a line is stretched.
    pub(super) advance: f32,
}

/// A line: letters from left to right, from `x` on, on a base line below its top.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextLine {
    /// Where it begins, from the left of the paragraph.
    pub(super) x: f32,
    /// Base line, from the top of the line.
    pub(super) base: f32,
    /// Height.
    pub(super) height: f32,
    /// The letters.
    pub(super) letters: Vec<Letter>,
}

/// Millimetres in points.
pub(super) fn points(millimetres: u16) -> f32 {
    f32::from(millimetres) * 72.0 / 25.4
}

/// The lines of a paragraph in a width.
pub(super) fn lines(paragraph: &Paragraph, width: f32, fonts: &Fonts) -> Result<Vec<TextLine>, PdfError> {
    let letters = letters(paragraph, fonts)?;
    let indent = points(paragraph.indent);
    let mut lines = Vec::new();
    let mut rest = letters.as_slice();
    let mut first = points(paragraph.first_line);
    loop {
        let room = (width - indent - first).max(1.0);
        let (taken, left) = split(rest, room);
        let last = left.is_empty();
        let mut line = trimmed(taken).to_vec();
        let spare = room - advance(&line);
        let x = indent + first + shift(paragraph.align, &mut line, spare, last);
        let (base, height) = tall(paragraph, &line, fonts);
        lines.push(TextLine { x, base, height, letters: line });
        if last {
            return Ok(lines);
        }
        (rest, first) = (left, 0.0);
    }
}

fn letters(paragraph: &Paragraph, fonts: &Fonts) -> Result<Vec<Letter>, PdfError> {
    let mut letters = Vec::new();
    for run in &paragraph.runs {
        let face = FaceId::of(run.bold, run.italic);
        let size = f32::from(run.size);
        for c in run.text().chars() {
            let glyph = fonts.face(face).glyph(c)?;
            letters.push(Letter { c, glyph, face, size, advance: glyph.width * size });
        }
    }
    Ok(letters)
}

fn advance(letters: &[Letter]) -> f32 {
    letters.iter().map(|letter| letter.advance).sum()
}

/// Spaces at the end of a line take no room.
fn trimmed(line: &[Letter]) -> &[Letter] {
    let end = line.iter().rposition(|letter| letter.c != ' ').map_or(0, |last| last + 1);
    &line[..end]
}

/// The letters that fit, broken after the last space, or in the word where there is none.
fn split(letters: &[Letter], room: f32) -> (&[Letter], &[Letter]) {
    let mut used = 0.0;
    let mut after_space = None;
    for (index, letter) in letters.iter().enumerate() {
        used += letter.advance;
        if letter.c == ' ' {
            after_space = Some(index + 1);
        } else if used > room + 0.01 {
            // At least one letter goes on every line, or it would never end.
            return letters.split_at(after_space.unwrap_or(index.max(1)));
        }
    }
    (letters, &[])
}

/// Where the line begins; a justified line that is not the last is stretched at its spaces.
fn shift(align: Align, line: &mut [Letter], spare: f32, last: bool) -> f32 {
    match align {
        Align::Left => 0.0,
        Align::Center => spare.max(0.0) / 2.0,
        Align::Right => spare.max(0.0),
        Align::Justify => {
            let spaces = line.iter().filter(|letter| letter.c == ' ').count();
            if !last && spaces > 0 && spare > 0.0 {
                let more = spare / f32::from(u16::try_from(spaces).unwrap_or(u16::MAX));
                line.iter_mut().filter(|letter| letter.c == ' ').for_each(|letter| letter.advance += more);
            }
            0.0
        }
    }
}

/// Base line and height: those of the largest letter, or of the paragraph's own size in an empty line.
fn tall(paragraph: &Paragraph, line: &[Letter], fonts: &Fonts) -> (f32, f32) {
    let own = paragraph.runs.first().map_or(0.0, |run| f32::from(run.size));
    let regular = (FaceId::of(false, false), own);
    let faces = line.iter().map(|letter| (letter.face, letter.size));
    let faces = faces.chain(line.is_empty().then_some(regular));
    let (mut above, mut below) = (0.0f32, 0.0f32);
    for (face, size) in faces {
        let face = fonts.face(face);
        above = above.max((face.ascent + face.gap) * size);
        below = below.max(face.descent * size);
    }
    let stretch = f32::from(paragraph.spacing) / 100.0;
    // What a wider distance adds stands above the letters, as in a word processor.
    let height = (above + below) * stretch;
    (height - below, height)
}
