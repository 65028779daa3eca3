//! The words of the standard that answers carry. Every word stands here once; those of one list form one type, so that an
//! answer cannot carry a word of another list.

/// Words of one list of the standard, each with its spelling.
macro_rules! words {
    ($(#[$docs:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every word, in the order in which the most telling of several is chosen.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word as it is written.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a word; `None` for any other.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// How far a message or a sub-request is (`RequestStatus`).
    Status {
        /// Received.
        Received = "rcvd",
        /// Being worked on.
        Pending = "pdng",
        /// Answered.
        Success = "succ",
        /// Rejected.
        Rejected = "rjct",
    }
}

words! {
    /// What a receiver says at once (`Ack`).
    AckStatus {
        /// The message is taken and a callback follows.
        Ack = "ACK",
        /// The message is valid and no callback follows.
        Nack = "NACK",
        /// The message is refused; `error` says why.
        Err = "ERR",
    }
}

words! {
    /// Why a message is refused as a whole (`Error.code`). In the order in which the code of several faults is chosen: who
    /// sends an encrypted message of another version learns of the encryption first.
    ErrorCode {
        /// The message is encrypted, which is not supported.
        EncryptionInvalid = "err.encryption.invalid",
        /// The version of the protocol is not 1.0.0.
        VersionNotSupported = "err.version.not_supported",
        /// There is no signature where one is required.
        SignatureMissing = "err.signature.missing",
        /// The signature does not verify, or is no text.
        SignatureInvalid = "err.signature.invalid",
        /// The sender is not the agency whose credentials came with the message.
        SenderIdInvalid = "err.sender_id.invalid",
        /// The message is meant for somebody else.
        ReceiverIdInvalid = "err.receiver_id.invalid",
        /// No callback can be sent to the address.
        SenderUriInvalid = "err.sender_uri.invalid",
        /// The credentials are missing or bad.
        Unauthorized = "err.request.unauthorized",
        /// The caller may not do this.
        Forbidden = "err.request.forbidden",
        /// There is no such thing.
        NotFound = "err.request.not_found",
        /// It took too long.
        Timeout = "err.request.timeout",
        /// Too many messages in a time.
        TooManyRequests = "err.request.too_many_requests",
        /// The service is not there for now.
        ServiceUnavailable = "err.service.unavailable",
        /// Any other fault of the message.
        BadRequest = "err.request.bad",
    }
}

impl ErrorCode {
    /// The HTTP status that goes with the code when the message is refused.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::SignatureMissing | Self::SignatureInvalid | Self::Unauthorized => 401,
            Self::SenderIdInvalid | Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Timeout => 504,
            Self::TooManyRequests => 429,
            Self::ServiceUnavailable => 503,
            _ => 400,
        }
    }
}

words! {
    /// Why the header of an answer is `rjct` (`MsgHeaderStatusReasonCode`).
    HeaderReason {
        /// The version of the protocol is not 1.0.0.
        VersionInvalid = "rjct.version.invalid",
        /// The agency has sent a message of this id before.
        MessageIdDuplicate = "rjct.message_id.duplicate",
        /// The time of the message is no instant with an offset.
        MessageTsInvalid = "rjct.message_ts.invalid",
        /// The action does not fit the endpoint.
        ActionInvalid = "rjct.action.invalid",
        /// The action is one of the standard's, and none that a registry is asked.
        ActionNotSupported = "rjct.action.not_supported",
        /// The count is not that of the sub-requests.
        TotalCountInvalid = "rjct.total_count.invalid",
        /// More sub-requests than a message may hold.
        TotalCountLimitExceeded = "rjct.total_count.limit_exceeded",
        /// Every sub-request is rejected.
        ErrorsTooMany = "rjct.errors.too_many",
    }
}

words! {
    /// Why a sub-request of a search is rejected (`SearchStatusReasonCode`). Of several faults the first of this list names
    /// the code.
    SearchReason {
        /// No `reference_id`, or one that cannot be kept.
        ReferenceIdInvalid = "rjct.reference_id.invalid",
        /// A sub-request before has the same `reference_id`.
        ReferenceIdDuplicate = "rjct.reference_id.duplicate",
        /// `timestamp` is no instant with an offset.
        TimestampInvalid = "rjct.timestamp.invalid",
        /// The criteria are no question that can be answered.
        SearchCriteriaInvalid = "rjct.search_criteria.invalid",
        /// The day or the instant that is asked about cannot be read.
        FilterInvalid = "rjct.filter.invalid",
        /// The order asked for does not exist.
        SortInvalid = "rjct.sort.invalid",
        /// The page asked for cannot be.
        PaginationInvalid = "rjct.pagination.invalid",
        /// More records answer than are sorted and counted for one question.
        TooManyRecordsFound = "rjct.search.too_many_records_found",
    }
}

words! {
    /// Why a sub-request of a subscription is rejected (`SubscribeStatusReasonCode`).
    SubscribeReason {
        /// No `reference_id`, or one that cannot be kept.
        ReferenceIdInvalid = "rjct.reference_id.invalid",
        /// A sub-request before has the same `reference_id`.
        ReferenceIdDuplicate = "rjct.reference_id.duplicate",
        /// `timestamp` is no instant with an offset.
        TimestampInvalid = "rjct.timestamp.invalid",
        /// No event of the registry, or no kind of record that tells of it.
        NotifyTypesInvalid = "rjct.notify_types.invalid",
        /// What is to be followed, or how often, cannot be.
        NotifyDetailsInvalid = "rjct.notify_details.invalid",
        /// There is no such person.
        PersonIdInvalid = "rjct.person_id.invalid",
        /// The agency follows this already.
        AlreadySubscribed = "rjct.event.already_subscribed",
    }
}

words! {
    /// Why a subscription is not ended (`UnSubscribeStatusReasonCode`).
    UnsubscribeReason {
        /// Never given by this crate: an unsubscription has no `reference_id`.
        ReferenceIdInvalid = "rjct.reference_id.invalid",
        /// A code is given twice.
        ReferenceIdDuplicate = "rjct.reference_id.duplicate",
        /// `timestamp` is no instant with an offset.
        TimestampInvalid = "rjct.timestamp.invalid",
        /// There is no subscription of this code.
        SubscriptionCodeInvalid = "rjct.subscription_code.invalid",
        /// The subscription is another agency's.
        RequesterInvalid = "rjct.requester.invalid",
        /// The subscription has ended before.
        AlreadyUnsubscribed = "rjct.event.already_unsubscribed",
    }
}

words! {
    /// Whether a subscription runs (`SubscriptionStatus`).
    SubscriptionStatus {
        /// It runs.
        Subscribed = "subscribe",
        /// It has ended.
        Unsubscribed = "unsubscribe",
    }
}
