//! Why a file as a whole is not read. Row by row faults are in `fault`.

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Bytes of the file.
    FileBytes,
    /// Bytes of the workbook's parts, inflated.
    InflatedBytes,
    /// Inflated bytes for each byte of the archive.
    Ratio,
    /// Parts of the archive.
    Parts,
    /// Sheets.
    Sheets,
    /// Rows.
    Rows,
    /// Columns.
    Columns,
    /// Cells.
    Cells,
    /// Characters of one cell.
    CellCharacters,
}

impl Quantity {
    /// The word that programs compare.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::FileBytes => "file_bytes",
            Self::InflatedBytes => "inflated_bytes",
            Self::Ratio => "ratio",
            Self::Parts => "parts",
            Self::Sheets => "sheets",
            Self::Rows => "rows",
            Self::Columns => "columns",
            Self::Cells => "cells",
            Self::CellCharacters => "cell_characters",
        }
    }
}

/// Why a file is not read. Nothing of its content is repeated but the names of its sheets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is nothing in it.
    #[error("the file or the sheet is empty")]
    Empty,
    /// More than is read.
    #[error("too much: {} is limited to {limit}{}", quantity.word(), place(*row))]
    TooLarge {
        /// Of what.
        quantity: Quantity,
        /// The limit.
        limit: u64,
        /// The row, counted from 1; 0 where it is the file as a whole.
        row: u32,
    },
    /// Neither a workbook (.xlsx) nor text.
    #[error("the file is neither a workbook (.xlsx) nor text (.csv)")]
    NotASpreadsheet,
    /// A workbook of before 2007 (.xls).
    #[error("the workbook is of the old format (.xls): save it as .xlsx")]
    OldFormat,
    /// The workbook is protected by a password.
    #[error("the workbook is protected by a password")]
    Encrypted,
    /// The workbook is damaged, or made to do harm.
    #[error("the workbook cannot be read: {what}")]
    Malformed {
        /// Where it breaks, in words of ours.
        what: &'static str,
    },
    /// No sheet of that name.
    #[error("there is no sheet of that name; there are {}", sheets.join(", "))]
    SheetNotFound {
        /// The sheets that there are.
        sheets: Vec<String>,
    },
    /// Lines in more than one encoding, or letters that were broken by an earlier conversion.
    #[error("line {line} is not in the encoding of the lines before it")]
    MixedEncodings {
        /// The first line that does not fit, counted from 1.
        line: u32,
    },
    /// An encoding that is not known.
    #[error("the encoding is none of UTF-8, UTF-16, Windows-1258, TCVN3")]
    UnknownEncoding,
    /// No row names the columns needed.
    #[error("no row names these columns: {}", missing.join(", "))]
    HeaderNotFound {
        /// The columns that are missing, by the names of the template.
        missing: Vec<&'static str>,
    },
}

impl Refusal {
    /// The word that programs compare.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::NotASpreadsheet => "not_a_spreadsheet",
            Self::OldFormat => "old_format",
            Self::Encrypted => "encrypted",
            Self::Malformed { .. } => "malformed",
            Self::SheetNotFound { .. } => "sheet_not_found",
            Self::MixedEncodings { .. } | Self::UnknownEncoding => "encoding",
            Self::HeaderNotFound { .. } => "header_not_found",
        }
    }

    /// What people read.
    #[must_use]
    pub fn vietnamese(&self) -> String {
        match self {
            Self::Empty => "tệp hoặc trang tính không có dòng dữ liệu nào".to_owned(),
            Self::TooLarge { quantity, limit, row } => {
                let what = match quantity {
                    Quantity::FileBytes => "kích thước tệp (byte)",
                    Quantity::InflatedBytes => "kích thước sau khi giải nén (byte)",
                    Quantity::Ratio => "tỷ lệ nén",
                    Quantity::Parts => "số thành phần của tệp nén",
                    Quantity::Sheets => "số trang tính",
                    Quantity::Rows => "số dòng",
                    Quantity::Columns => "số cột",
                    Quantity::Cells => "số ô",
                    Quantity::CellCharacters => "số ký tự trong một ô",
                };
                let place = if *row == 0 { String::new() } else { format!(" (dòng {row})") };
                format!("{what} vượt quá {limit}{place}")
            }
            Self::NotASpreadsheet => "tệp không phải là bảng tính (.xlsx) hay văn bản (.csv)".to_owned(),
            Self::OldFormat => "tệp ở định dạng .xls cũ, cần lưu lại thành .xlsx".to_owned(),
            Self::Encrypted => "tệp có mật khẩu".to_owned(),
            Self::Malformed { .. } => "tệp bị hỏng hoặc không đúng định dạng .xlsx".to_owned(),
            Self::SheetNotFound { sheets } => format!("không có trang tính này; có: {}", sheets.join(", ")),
            Self::MixedEncodings { line } => format!("dòng {line} không cùng bảng mã với các dòng trước"),
            Self::UnknownEncoding => "bảng mã không phải Unicode, Windows-1258 hay TCVN3".to_owned(),
            Self::HeaderNotFound { missing } => format!("không tìm thấy các cột: {}", missing.join(", ")),
        }
    }
}

fn place(row: u32) -> String {
    if row == 0 { String::new() } else { format!(" (row {row})") }
}
