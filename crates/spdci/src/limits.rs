//! How much a message may hold. Every limit is checked before what it limits is worked on.

/// Length of `transaction_id`, `correlation_id` and a subscription code, in characters: the standard's `maxLength`. A
/// `reference_id`, which the standard does not bound, is held to the same.
pub const MAX_ID: usize = 99;
/// Length of `message_id`, `sender_id`, `receiver_id` and of words of an implementation, in characters.
pub const MAX_WORD: usize = 255;
/// Bytes of `consent` and of `authorize` each, as canonical JSON: they are kept with everything that is told on them.
pub const MAX_STATEMENT: usize = 16_384;
/// Records of a page. A larger `page_size` is rejected: pages are numbered, so a smaller page in its place would leave out
/// records that the agency believes to be on the page before.
pub const MAX_PAGE_SIZE: u32 = 1_000;
/// Records that one question may find. They are sorted and counted before a page is cut, so that whoever asks for more is
/// answered `rjct.search.too_many_records_found`: the commune of a question instead of the city.
pub const MAX_RECORDS: usize = 10_000;

/// The limits of one reader. The defaults suit messages of some hundred questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a message. Default: 1 MiB.
    pub body_bytes: usize,
    /// How deep JSON may nest, in objects and lists. Default: 32; more than 100 is taken as 100.
    pub json_depth: usize,
    /// Sub-requests of a message, codes of an unsubscription, ids of a status request. Default: 100.
    pub requests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes: 1 << 20, json_depth: 32, requests: 100 }
    }
}
