//! How papers look: page, styles and the parts that all of them share, read from data.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{model::Align, template::LineText};

/// The look of papers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Where the rules of layout stand.
    pub source: String,
    /// The page.
    pub page: PageText,
    /// Styles by name.
    pub styles: BTreeMap<String, Style>,
    /// Lines that templates take by name.
    #[serde(default)]
    pub(crate) parts: BTreeMap<String, Vec<LineText>>,
}

/// The page, in millimetres and points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageText {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) top: u16,
    pub(crate) bottom: u16,
    pub(crate) left: u16,
    pub(crate) right: u16,
    pub(crate) font: String,
    pub(crate) number_size: u16,
}

/// The look of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// Size, points.
    pub size: u16,
    /// Bold.
    #[serde(default)]
    pub bold: bool,
    /// Italic.
    #[serde(default)]
    pub italic: bool,
    /// Where lines stand.
    #[serde(default)]
    pub align: Align,
    /// Indent of the first line, millimetres.
    #[serde(default)]
    pub first_line: u16,
    /// Indent of all lines, millimetres.
    #[serde(default)]
    pub indent: u16,
    /// Space before, points.
    #[serde(default)]
    pub before: u16,
    /// Space after, points.
    #[serde(default)]
    pub after: u16,
    /// Distance of lines, percent.
    #[serde(default = "single")]
    pub spacing: u16,
    /// Stays on the page of what follows.
    #[serde(default)]
    pub keep_next: bool,
}

fn single() -> u16 {
    100
}

impl Layout {
    /// Reads a layout.
    ///
    /// # Errors
    /// When the text is not of the form.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
