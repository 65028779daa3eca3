//! Papers from data: a small model of a printed document, templates that are data, and what writes the model as a file.
//! Knows no procedure; the services bring values and templates.

mod docx;
mod layout;
mod model;
mod pdf;
mod template;
mod values;

pub use docx::{CONTENT_TYPE as DOCX_CONTENT_TYPE, docx};
pub use layout::{Layout, Style};
pub use model::{Align, Block, Cell, Document, Line, Page, Paragraph, Row, Run, Table};
pub use pdf::{CONTENT_TYPE as PDF_CONTENT_TYPE, PdfError, pdf};
pub use template::{Template, TemplateError};
pub use values::{Missing, RowsWord, Value, Values, Vocabulary, Word};
