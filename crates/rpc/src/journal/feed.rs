//! Follows the journal of another service over its channel. What breaks off is opened again, from the cursor and with
//! growing pauses, by `hoagiai_store::follow`.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use hoagiai_proto::journal::v1 as pb;
use hoagiai_proto::journal::v1::journal_service_client::JournalServiceClient;
use hoagiai_store::{Entry, FeedError, FeedSource, Position};
use tonic::{Status, Streaming};

use super::convert;
use crate::channel::Peer;

/// A stream that was silent for three heartbeats is dead.
const SILENCE: Duration = Duration::from_secs(45);
/// How long the other service may take to begin to answer.
const OPENING: Duration = Duration::from_secs(10);
/// One entry may be larger than a message usually is.
const LARGEST: usize = 16 << 20;

/// The journal of another service.
#[derive(Clone)]
pub struct JournalFeed {
    client: JournalServiceClient<Peer>,
    journal: String,
}

impl JournalFeed {
    /// The journal of that name at a service. The channel should set no limit ([`crate::channel::Outgoing::unlimited`]):
    /// the stream stays open.
    pub fn new(peer: Peer, journal: impl Into<String>) -> Self {
        let client = JournalServiceClient::new(peer).max_decoding_message_size(LARGEST);
        JournalFeed { client, journal: journal.into() }
    }
}

impl FeedSource for JournalFeed {
    async fn open(&self, after: Position) -> Result<BoxStream<'static, Result<Vec<Entry>, FeedError>>, FeedError> {
        let request = pb::ReadRequest { journal: self.journal.clone(), after_position: after, follow: true };
        let mut client = self.client.clone();
        let opened = tokio::time::timeout(OPENING, client.read(request)).await;
        let answers = opened.map_err(|_| FeedError("no answer in time".to_owned()))?.map_err(broken)?.into_inner();
        Ok(stream::unfold(Some((answers, after)), next).boxed())
    }
}

type State = Option<(Streaming<pb::ReadResponse>, Position)>;

/// The next batch; after an error the stream ends.
async fn next(state: State) -> Option<(Result<Vec<Entry>, FeedError>, State)> {
    let (mut answers, mut after) = state?;
    loop {
        let answer = match tokio::time::timeout(SILENCE, answers.message()).await {
            Err(_) => Err(FeedError("the feed fell silent".to_owned())),
            Ok(Err(status)) => Err(broken(status)),
            Ok(Ok(None)) => Err(FeedError("the other side closed the feed".to_owned())),
            Ok(Ok(Some(answer))) => read(answer, &mut after),
        };
        match answer {
            Ok(entries) if entries.is_empty() => {} // a heartbeat
            Ok(entries) => return Some((Ok(entries), Some((answers, after)))),
            Err(error) => return Some((Err(error), None)),
        }
    }
}

fn read(answer: pb::ReadResponse, after: &mut Position) -> Result<Vec<Entry>, FeedError> {
    let mut entries = Vec::with_capacity(answer.entries.len());
    for entry in answer.entries {
        let position = entry.position;
        let entry = convert::read_entry(entry).ok_or_else(|| FeedError(format!("entry {position} is malformed")))?;
        if position != *after + 1 {
            return Err(FeedError(format!("entry {position} follows {after}: the feed has a gap")));
        }
        *after = position;
        entries.push(entry);
    }
    Ok(entries)
}

fn broken(status: Status) -> FeedError {
    FeedError(format!("{:?}: {}", status.code(), status.message()))
}
