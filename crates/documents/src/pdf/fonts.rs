//! The four faces: Liberation Serif 2, which has the widths of Times New Roman and every letter of Vietnamese.

use krilla::text::Font;
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

use super::PdfError;

const REGULAR: &[u8] = include_bytes!("../../../../data/fonts/LiberationSerif-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../../data/fonts/LiberationSerif-Bold.ttf");
const ITALIC: &[u8] = include_bytes!("../../../../data/fonts/LiberationSerif-Italic.ttf");
const BOLD_ITALIC: &[u8] = include_bytes!("../../../../data/fonts/LiberationSerif-BoldItalic.ttf");

/// One face.
pub(super) struct Face {
    /// For the writer.
    pub(super) font: Font,
    map: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    unit: f32,
    /// Above the base line, of the size.
    pub(super) ascent: f32,
    /// Below the base line, of the size; positive.
    pub(super) descent: f32,
    /// Between lines, of the size.
    pub(super) gap: f32,
}

/// A glyph with its width, of the size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    /// In the font.
    pub(super) id: u32,
    /// How far the pen moves.
    pub(super) width: f32,
}

/// The faces.
pub(super) struct Fonts([Face; 4]);

/// Which face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FaceId(usize);

impl FaceId {
    /// The face of a run.
    pub(super) fn of(bold: bool, italic: bool) -> Self {
        Self(usize::from(bold) + 2 * usize::from(italic))
    }
}

impl Fonts {
    /// The faces that come with the program.
    pub(super) fn load() -> Result<Self, PdfError> {
        Ok(Self([face(REGULAR)?, face(BOLD)?, face(ITALIC)?, face(BOLD_ITALIC)?]))
    }

    /// A face.
    pub(super) fn face(&self, id: FaceId) -> &Face {
        &self.0[id.0]
    }
}

impl Face {
    /// The glyph of a character.
    pub(super) fn glyph(&self, c: char) -> Result<Glyph, PdfError> {
        let id = self.map.map(c).filter(|id| id.to_u32() != 0).ok_or(PdfError::NoGlyph(c))?;
        Ok(Glyph { id: id.to_u32(), width: self.metrics.advance_width(id).unwrap_or(0.0) / self.unit })
    }
}

fn face(bytes: &'static [u8]) -> Result<Face, PdfError> {
    let unreadable = || PdfError::Unwritten("a font of the program is not readable".into());
    let read = FontRef::new(bytes).map_err(|_| unreadable())?;
    let font = Font::new(bytes.into(), 0).ok_or_else(unreadable)?;
    let whole = read.metrics(Size::unscaled(), LocationRef::default());
    let unit = f32::from(whole.units_per_em);
    Ok(Face {
        font,
        map: read.charmap(),
        metrics: read.glyph_metrics(Size::unscaled(), LocationRef::default()),
        unit,
        ascent: whole.ascent / unit,
        descent: -whole.descent / unit,
        gap: whole.leading / unit,
    })
}
