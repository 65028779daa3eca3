//! A problem: every way of saying no, with what a program and a person need to act on it. The only place that builds
//! a `tonic::Status`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use hoagiai_identity::Denied;
use hoagiai_proto::codec::{DOMAIN, INVALID_FIELDS, LOCALE};
use hoagiai_proto::validate::Violations;
use hoagiai_types::{EtagError, PageSizeError};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::catalogue;

/// Names a reason of the catalogue. The `ErrorReason` enums of the contracts are reasons.
pub trait Reason {
    /// The name without the prefix of the enum, as `ErrorInfo.reason` carries it.
    fn name(&self) -> &'static str;
}

impl Reason for &'static str {
    fn name(&self) -> &'static str {
        self
    }
}

macro_rules! reasons {
    ($($package:ident),*) => {$(
        impl Reason for hoagiai_proto::$package::v1::ErrorReason {
            fn name(&self) -> &'static str {
                let name = self.as_str_name();
                name.strip_prefix("ERROR_REASON_").unwrap_or(name)
            }
        }
    )*};
}
reasons!(registry, cases, evaluation, reporting, gateway);

/// Why a call is refused. `Display` is the English message.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    code: Code,
    reason: &'static str,
    english: Cow<'static, str>,
    vietnamese: Cow<'static, str>,
    metadata: BTreeMap<&'static str, String>,
    fields: Violations,
    lacking: Violations,
    retry_after: Option<Duration>,
}

impl Problem {
    /// The problem of this reason, with the code and the texts of the catalogue.
    pub fn new(reason: impl Reason) -> Self {
        let reason = reason.name();
        match catalogue::find(reason) {
            Some(entry) => Problem::of(entry.code, reason, entry.english, entry.vietnamese),
            None => {
                tracing::error!(reason, "a reason is missing in the catalogue of messages");
                Problem::of(Code::FailedPrecondition, reason, "the request is refused", "Yêu cầu bị từ chối.")
            }
        }
    }

    /// A problem whose texts are not in the catalogue.
    pub fn of(
        code: Code,
        reason: &'static str,
        english: impl Into<Cow<'static, str>>,
        vietnamese: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (english, vietnamese) = (english.into(), vietnamese.into());
        let metadata = BTreeMap::new();
        Problem {
            code,
            reason,
            english,
            vietnamese,
            metadata,
            fields: Violations::default(),
            lacking: Violations::default(),
            retry_after: None,
        }
    }

    /// What the caller cannot help. The cause is logged here, once, and never sent.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut chain = cause.to_string();
        let mut next = cause.source();
        while let Some(source) = next {
            chain = format!("{chain}: {source}");
            next = source.source();
        }
        tracing::error!(error = chain, "a call failed inside");
        Problem::new("INTERNAL")
    }

    /// Names one value that the messages show; `{key}` in a text of the catalogue stands for it.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.metadata.insert(key, value.to_string());
        self
    }

    /// Adds the fields that are wrong.
    #[must_use]
    pub fn in_fields(mut self, fields: Violations) -> Self {
        self.fields = fields;
        self
    }

    /// Adds what the record lacks: each is a violation of the precondition.
    #[must_use]
    pub fn lacking(mut self, lacking: Violations) -> Self {
        self.lacking = lacking;
        self
    }

    /// Says when trying again may help.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The status code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The stable reason.
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// The values named so far.
    pub fn metadata(&self) -> &BTreeMap<&'static str, String> {
        &self.metadata
    }

    /// The message in Vietnamese.
    pub fn vietnamese(&self) -> String {
        self.filled(&self.vietnamese)
    }

    fn filled(&self, text: &str) -> String {
        self.metadata.iter().fold(text.to_owned(), |text, (key, value)| text.replace(&format!("{{{key}}}"), value))
    }

    /// As a status, which handlers answer with.
    pub fn status(&self) -> Status {
        let metadata = self.metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        let mut details = ErrorDetails::with_error_info(self.reason, DOMAIN, metadata.collect::<HashMap<_, _>>());
        details.set_localized_message(LOCALE, self.vietnamese());
        if !self.fields.is_empty() {
            details.set_bad_request(self.fields.fields());
        }
        if let Some(after) = self.retry_after {
            details.set_retry_info(Some(after));
        }
        for lacking in self.lacking.fields() {
            details.add_precondition_failure_violation(self.reason, &lacking.field, &lacking.description);
        }
        if self.code == Code::FailedPrecondition && self.lacking.is_empty() {
            let subject = self.metadata.values().next().cloned().unwrap_or_default();
            details.add_precondition_failure_violation(self.reason, subject, self.to_string());
        }
        Status::with_error_details(self.code, self.to_string(), details)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.filled(&self.english))
    }
}

impl std::error::Error for Problem {}

impl From<Problem> for Status {
    fn from(problem: Problem) -> Status {
        problem.status()
    }
}

impl From<Violations> for Problem {
    fn from(fields: Violations) -> Problem {
        let problem = Problem::of(Code::InvalidArgument, INVALID_FIELDS, fields.english(), fields.vietnamese());
        problem.with("violations", fields.count()).in_fields(fields)
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Problem {
        Problem::of(Code::PermissionDenied, denied.reason(), denied.to_string(), denied.sentence())
    }
}

impl From<EtagError> for Problem {
    fn from(error: EtagError) -> Problem {
        match error {
            EtagError::Stale => Problem::new("STALE_ETAG"),
            EtagError::Malformed => {
                let mut fields = Violations::default();
                fields.add(
                    "etag",
                    "NOT_AN_ETAG",
                    "is not an etag given by this service",
                    "không phải là etag đã được cấp",
                );
                fields.into()
            }
        }
    }
}

impl From<PageSizeError> for Problem {
    fn from(_: PageSizeError) -> Problem {
        let mut fields = Violations::default();
        fields.add("page_size", "OUT_OF_RANGE", "must be 0 or more", "phải từ 0 trở lên");
        fields.into()
    }
}
