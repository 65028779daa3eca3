//! A document as a PDF/A-2 file, to be printed or signed as it is. The same document gives the same bytes. A character
//! that the font does not have is refused: a name with a hole in it is another name.

mod draw;
mod fonts;
mod lines;
mod pages;

use crate::model::Document;

/// The media type of the file.
pub const CONTENT_TYPE: &str = "application/pdf";

/// Why a document was refused.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The font has no such character.
    #[error("the font has no U+{:04X}", u32::from(*.0))]
    NoGlyph(char),
    /// The file could not be written.
    #[error("the file could not be written: {0}")]
    Unwritten(String),
}

/// The file of a document.
///
/// # Errors
/// When a character has no glyph; the writer's own errors are faults of this module.
pub fn pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    let fonts = fonts::Fonts::load()?;
    let pages = pages::lay_out(document, &fonts)?;
    draw::draw(document, &pages, &fonts)
}

#[cfg(test)]
mod tests;
