//! How much of a file is read before it is refused. Whoever sends a file may mean harm.

/// Limits of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: usize,
    /// Bytes of all parts of a workbook, inflated: counted, not believed.
    pub inflated_bytes: u64,
    /// Inflated bytes for each byte of the archive. Deflate reaches 1,032; sheets of repeated text stay below 100.
    pub ratio: u64,
    /// Parts of the archive.
    pub parts: usize,
    /// Sheets.
    pub sheets: usize,
    /// Rows of a sheet with something in them.
    pub rows: usize,
    /// The last column with something in it.
    pub columns: usize,
    /// Cells of a sheet with something in them, merged ones counted as often as they show.
    pub cells: usize,
    /// Characters of a cell: what Excel itself admits.
    pub cell_characters: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 16 * 1024 * 1024,
            inflated_bytes: 128 * 1024 * 1024,
            ratio: 250,
            parts: 1_000,
            sheets: 64,
            rows: 50_000,
            columns: 256,
            cells: 2_000_000,
            cell_characters: 32_767,
        }
    }
}
