//! One fact to the stream, and what became of it: taken, refused for good, or refused for now.

use std::time::Duration;

use async_nats::{
    HeaderMap,
    header::NATS_MESSAGE_ID,
    jetstream::{
        Context, ErrorCode,
        context::{PublishError, PublishErrorKind},
    },
};
use hoagiai_runtime::BoxError;
use hoagiai_store::Entry;

use crate::outgoing::event::cloud_event;

/// Longer than a stream takes: what is acknowledged no more, because the server died in between, would be waited for for ever.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(5);

/// What became of a fact.
pub(super) enum Fate {
    /// The stream has it.
    Taken,
    /// It would be refused whenever it is sent, as the stream is now.
    Refused(&'static str),
    /// Later perhaps: the server is down, or full, or without a leader.
    Later(BoxError),
}

/// Sends to a stream.
pub(super) struct Publisher {
    context: Context,
    stream: String,
}

impl Publisher {
    pub(super) fn new(context: Context, stream: String) -> Self {
        Self { context, stream }
    }

    /// Sends a fact and waits until the stream has it.
    pub(super) async fn publish(&self, journal: &str, entry: &Entry) -> Fate {
        let message = cloud_event(journal, entry).ok().and_then(|event| event.nats().ok());
        let Some(message) = message else { return Fate::Refused("UNREADABLE") };
        let mut headers = HeaderMap::new();
        for (name, value) in &message.headers {
            headers.insert(name.as_str(), value.as_str());
        }
        headers.insert(NATS_MESSAGE_ID, format!("{journal}-{}", entry.position));
        let subject = format!("hoagiai.{journal}.{}", entry.kind);
        let sending =
            async { self.context.publish_with_headers(subject.clone(), headers, message.payload.into()).await?.await };
        match tokio::time::timeout(ACKNOWLEDGED_WITHIN, sending).await {
            Ok(Ok(_)) => Fate::Taken,
            Ok(Err(error)) => self.fate_of(error, &subject).await,
            Err(late) => Fate::Later(late.into()),
        }
    }

    async fn fate_of(&self, error: PublishError, subject: &str) -> Fate {
        match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => Fate::Refused("TOO_LARGE"),
            // Nobody answers: no stream takes the subject, or there is no JetStream just now. The stream itself knows.
            PublishErrorKind::StreamNotFound => match self.context.get_stream(&self.stream).await {
                Ok(stream) => {
                    let subjects = &stream.cached_info().config.subjects;
                    if subjects.iter().any(|pattern| takes(pattern, subject)) {
                        Fate::Later(error.into())
                    } else {
                        Fate::Refused("NO_SUBJECT")
                    }
                }
                Err(_) => Fate::Later(error.into()),
            },
            _ => match code_of(&error) {
                Some(ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM | ErrorCode::STREAM_HEADER_EXCEEDS_MAXIMUM) => {
                    Fate::Refused("TOO_LARGE")
                }
                _ => Fate::Later(error.into()),
            },
        }
    }
}

/// The server's own code of an error (ADR-7 of NATS), if it gave one.
fn code_of(error: &PublishError) -> Option<ErrorCode> {
    let source = std::error::Error::source(error)?;
    source.downcast_ref::<async_nats::jetstream::Error>().map(async_nats::jetstream::Error::error_code)
}

/// Whether a pattern of subjects takes a subject: `*` stands for one part, `>` at the end for one or more.
fn takes(pattern: &str, subject: &str) -> bool {
    let (mut wanted, mut parts) = (pattern.split('.'), subject.split('.'));
    loop {
        match (wanted.next(), parts.next()) {
            (Some(">"), Some(_)) => return true,
            (Some("*"), Some(_)) => {}
            (Some(wanted), Some(part)) if wanted == part => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_the_subjects_that_nats_says_it_takes() {
        for (pattern, subject, taken) in [
            ("hoagiai.>", "hoagiai.registry.MediatorRecognized", true),
            ("hoagiai.registry.*", "hoagiai.registry.MediatorRecognized", true),
            ("hoagiai.*", "hoagiai.registry.MediatorRecognized", false),
            ("hoagiai.registry.>", "hoagiai.registry", false),
            ("hoagiai.cases.>", "hoagiai.registry.MediatorRecognized", false),
            (">", "hoagiai.registry.MediatorRecognized", true),
            ("hoagiai.registry.MediatorRecognized", "hoagiai.registry.MediatorRecognized", true),
            ("hoagiai.registry", "hoagiai.registry.MediatorRecognized", false),
        ] {
            assert_eq!(takes(pattern, subject), taken, "{pattern} {subject}");
        }
    }
}
