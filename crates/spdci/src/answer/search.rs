//! `search_response`.

use hoagiai_types::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Standing, rfc3339};
use crate::codes::{SearchReason, Status};
use crate::criteria::{Page, Registry, Search};
use crate::fault::Rejection;
use crate::limits::MAX_RECORDS;
use crate::record::{self, Record};
use crate::request::SearchItem;

/// Answers to the searches of a message, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResponse {
    /// Of the agency.
    pub transaction_id: String,
    /// Of this registry, at most 99 characters.
    pub correlation_id: String,
    /// The answers.
    pub search_response: Vec<SearchAnswer>,
}

/// The answer to one search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchAnswer {
    /// As in the request; empty when it had none.
    pub reference_id: String,
    /// When it was answered.
    #[serde(with = "rfc3339")]
    pub timestamp: Timestamp,
    /// How far it is.
    pub status: Status,
    /// Why it is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason_code: Option<SearchReason>,
    /// The same in a sentence of at most 999 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason_message: Option<String>,
    /// The records of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// Which page of how many records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
    /// As in the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Records of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// `1.0.0`.
    pub version: String,
    /// The registry.
    pub reg_type: Registry,
    /// The kind of record: the same word.
    pub reg_record_type: Registry,
    /// The records. A list, also of one and of none: the published schemas have an object in some places and a list in others,
    /// of the same field.
    pub reg_records: Vec<Record>,
}

/// Where a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pagination {
    /// Records of a page, as asked for.
    pub page_size: u32,
    /// Which page, from 1.
    pub page_number: u32,
    /// Records of all pages.
    pub total_count: usize,
}

/// What a search found: one page of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    registry: Registry,
    records: Vec<Record>,
    page: Page,
    total: usize,
}

impl Found {
    /// Sorts all records that answer a search, and cuts the page that it asks for. A page beyond the end is empty.
    ///
    /// # Errors
    /// When there are more than [`MAX_RECORDS`].
    pub fn new(search: &Search, records: Vec<Record>) -> Result<Self, Rejection<SearchReason>> {
        let total = records.len();
        if total > MAX_RECORDS {
            return Err(Self::too_many());
        }
        let mut records = record::sort(records, &search.sort);
        let range = search.page.range(total);
        records.truncate(range.end);
        let records = records.split_off(range.start);
        Ok(Self { registry: search.question.registry(), records, page: search.page, total })
    }

    /// The rejection of a search that finds too much: for a caller that stopped collecting.
    #[must_use]
    pub fn too_many() -> Rejection<SearchReason> {
        let message = format!("more than {MAX_RECORDS} records answer: ask for a smaller unit");
        Rejection::new(SearchReason::TooManyRecordsFound, &message)
    }
}

/// What became of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is answered.
    Found(Found),
    /// It is rejected.
    Rejected(Rejection<SearchReason>),
    /// It is being worked on.
    Pending,
}

impl From<Result<Found, Rejection<SearchReason>>> for Outcome {
    fn from(result: Result<Found, Rejection<SearchReason>>) -> Self {
        result.map_or_else(Self::Rejected, Self::Found)
    }
}

impl SearchAnswer {
    /// The answer to a search at an instant. A search that was rejected when it was read stays rejected, whatever is said
    /// of it here.
    #[must_use]
    pub fn new(item: &SearchItem, timestamp: Timestamp, outcome: Outcome) -> Self {
        let outcome = match &item.asked {
            Ok(_) => outcome,
            Err(rejection) => Outcome::Rejected(rejection.clone()),
        };
        let mut answer = Self {
            reference_id: item.reference_id.clone(),
            timestamp,
            status: Status::Pending,
            status_reason_code: None,
            status_reason_message: None,
            data: None,
            pagination: None,
            locale: item.locale.clone(),
        };
        match outcome {
            Outcome::Pending => {}
            Outcome::Rejected(Rejection { code, message }) => {
                answer.status = Status::Rejected;
                answer.status_reason_code = code;
                answer.status_reason_message = Some(message);
            }
            Outcome::Found(Found { registry, records, page, total }) => {
                answer.status = Status::Success;
                answer.data = Some(Data {
                    version: crate::VERSION.to_owned(),
                    reg_type: registry,
                    reg_record_type: registry,
                    reg_records: records,
                });
                answer.pagination =
                    Some(Pagination { page_size: page.size, page_number: page.number, total_count: total });
            }
        }
        answer
    }
}

impl SearchResponse {
    pub(crate) fn standing(&self) -> Standing {
        Standing::of(self.search_response.iter().map(|answer| answer.status))
    }
}
