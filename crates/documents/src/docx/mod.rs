//! A document as a DOCX file (ISO/IEC 29500), which officers edit and sign in Word or LibreOffice. The same document
//! gives the same bytes: no clock, no counter, no order of a hash.

mod body;
mod parts;
mod xml;

use std::io::{Cursor, Write};

use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipError, write::SimpleFileOptions};

use crate::model::Document;

/// The media type of the file.
pub const CONTENT_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The file of a document.
///
/// # Errors
/// When the archive cannot be written, which in memory means that there is no memory.
pub fn docx(document: &Document) -> Result<Vec<u8>, ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // The first day that the format knows: a clock would make every file different.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let parts = [
        ("[Content_Types].xml", parts::CONTENT_TYPES.to_owned()),
        ("_rels/.rels", parts::PACKAGE_RELATIONS.to_owned()),
        ("docProps/core.xml", parts::core(&document.title)),
        ("word/_rels/document.xml.rels", parts::DOCUMENT_RELATIONS.to_owned()),
        ("word/document.xml", body::document(document)),
        ("word/header1.xml", parts::page_number(&document.page)),
        ("word/settings.xml", parts::SETTINGS.to_owned()),
        ("word/styles.xml", parts::styles(&document.page)),
    ];
    for (name, content) in parts {
        archive.start_file(name, options)?;
        archive.write_all(content.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests;
