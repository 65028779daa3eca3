//! Rosters of teams and mediators as communes keep them, in XLSX and CSV, and the workbooks that are given back: read
//! within limits, headers recognised as people write them, every fault with its place. No network, no database: it
//! runs on a thread of its own, and what it reads is to be trusted by nobody.

mod cell;
mod columns;
mod delimited;
mod encoding;
mod fault;
mod field;
mod header;
mod limits;
mod reader;
mod refusal;
mod rows;
mod table;
mod tcvn3;
mod template;
mod values;
mod workbook;
mod write;
mod zipped;

pub use columns::Column;
pub use fault::{Fault, Reason};
pub use field::{Field, RosterKind};
pub use limits::Limits;
pub use reader::{Format, Options, read_mediators, read_teams};
pub use refusal::{Quantity, Refusal};
pub use rows::{
    EducationClass, EthnicClass, Gender, Line, MediatorRow, PaperDecision, Place, Roster, TeamRow, letters,
};
pub use template::template;
pub use values::{date, phone};
pub use write::{Outcome, Report, ReportedFault, ReportedRow, WriteError, report, write_mediators, write_teams};
