//! The values every part of the suite speaks: ids, instants, dates, etags, page sizes, ratios, folded text.
//! No I/O lives here; the sqlx forms of the values do, so that both engines store each of them one way.

mod calendar;
mod clock;
mod date;
mod etag;
mod id;
mod page;
mod ratio;
mod sql;
/// Text as people write it and as machines compare it.
pub mod text;
mod timestamp;

pub use calendar::{Calendar, CalendarError};
pub use clock::{Clock, Env, IdSource, ManualClock, SeededIds, SystemClock, SystemIds};
pub use date::{Date, InvalidDate};
pub use etag::{Etag, EtagError};
pub use id::Id;
pub use page::{PageSize, PageSizeError};
pub use ratio::Ratio;
pub use timestamp::Timestamp;
pub use uuid::Uuid;
