//! `hoagiai.journal.v1.JournalService` over the journals of this process. Access is asked by the access layer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use hoagiai_proto::journal::v1 as pb;
use hoagiai_proto::journal::v1::journal_service_server::{JournalService, JournalServiceServer};
use hoagiai_store::{Db, Position, StoreError};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::convert;
use crate::Problem;

/// Most entries of one message; also what is read from the database at once.
const BATCH: i64 = 256;
/// A message is sent when its payloads reach this size, well below the limit of receivers.
const BYTES: usize = 1 << 20;
/// How often a reader at the head is told that the stream is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often the database is asked although nobody announced anything: another process may have written.
const POLL: Duration = Duration::from_secs(1);

/// Serves the journals of the databases of this process.
#[derive(Clone)]
pub struct JournalServer {
    journals: Arc<BTreeMap<&'static str, Db>>,
    closing: CancellationToken,
}

impl JournalServer {
    /// Serves these databases' journals until `closing`: streams that follow end then, so that a server can drain.
    pub fn new(databases: impl IntoIterator<Item = Db>, closing: CancellationToken) -> Self {
        let journals = databases.into_iter().map(|db| (db.journal(), db)).collect();
        JournalServer { journals: Arc::new(journals), closing }
    }

    /// As a service for a router.
    pub fn service(self) -> JournalServiceServer<Self> {
        JournalServiceServer::new(self)
    }

    fn journal(&self, name: &str) -> Result<&Db, Problem> {
        self.journals.get(name).ok_or_else(|| Problem::new("JOURNAL_NOT_FOUND").with("journal", name))
    }
}

#[tonic::async_trait]
impl JournalService for JournalServer {
    type ReadStream = BoxStream<'static, Result<pb::ReadResponse, Status>>;

    async fn read(&self, request: Request<pb::ReadRequest>) -> Result<Response<Self::ReadStream>, Status> {
        let request = request.into_inner();
        let db = self.journal(&request.journal)?.clone();
        let after = request.after_position;
        // A reader that is ahead of the journal has seen entries that are gone: it must not wait for new ones in silence.
        if after > 0 && db.entries(after - 1, 1).await.map_err(Problem::from)?.is_empty() {
            let problem = Problem::new("POSITION_NOT_REACHED").with("journal", &request.journal);
            return Err(problem.with("position", after).with("head", db.head()).into());
        }
        let reader = Reader { head: db.watch_head(), db, after, follow: request.follow, closing: self.closing.clone() };
        Ok(Response::new(stream::unfold(Some(reader), Reader::next).boxed()))
    }

    async fn get_head(&self, request: Request<pb::GetHeadRequest>) -> Result<Response<pb::GetHeadResponse>, Status> {
        let db = self.journal(&request.get_ref().journal)?;
        let head = db.signed_head().await.map_err(Problem::from)?;
        let (position, hash) = (head.position, head.hash.to_vec());
        let checkpoint = Some(convert::checkpoint(head));
        Ok(Response::new(pb::GetHeadResponse { position, hash, checkpoint }))
    }

    async fn get_proof(&self, request: Request<pb::GetProofRequest>) -> Result<Response<pb::GetProofResponse>, Status> {
        let request = request.into_inner();
        let db = self.journal(&request.journal)?;
        let proof = match db.proof(request.position).await {
            Ok(proof) => proof,
            Err(StoreError::NotFound) => {
                return Err(Problem::new("CHECKPOINT_NOT_MADE").with("position", request.position).into());
            }
            Err(error) => return Err(Problem::from(error).into()),
        };
        Ok(Response::new(pb::GetProofResponse {
            leaf_hash: proof.entry.leaf(db.journal()).to_vec(),
            path: proof.path.iter().map(|hash| hash.to_vec()).collect(),
            checkpoint: Some(convert::checkpoint(proof.checkpoint)),
        }))
    }
}

/// One reader. It is asked for the next message when the last one was sent: nothing piles up for a slow reader.
struct Reader {
    db: Db,
    head: tokio::sync::watch::Receiver<Position>,
    after: Position,
    follow: bool,
    closing: CancellationToken,
}

type Next = Option<(Result<pb::ReadResponse, Status>, Option<Reader>)>;

impl Reader {
    async fn next(reader: Option<Reader>) -> Next {
        let mut reader = reader?;
        match reader.message().await {
            Ok(message) => message.map(|message| (Ok(message), Some(reader))),
            Err(problem) => Some((Err(problem.into()), None)),
        }
    }

    /// The next message; none at the end of a stream that does not follow.
    async fn message(&mut self) -> Result<Option<pb::ReadResponse>, Problem> {
        let mut quiet = Duration::ZERO;
        loop {
            if self.closing.is_cancelled() {
                return Err(Problem::new("BUSY").retry_after(POLL));
            }
            self.head.mark_unchanged();
            let entries = self.batch().await?;
            if !entries.is_empty() || quiet >= HEARTBEAT {
                let head_position = self.db.head().max(self.after);
                return Ok(Some(pb::ReadResponse { entries, head_position }));
            }
            if !self.follow {
                return Ok(None);
            }
            tokio::select! {
                () = self.closing.cancelled() => {}
                changed = self.head.changed() => if changed.is_err() { return Err(Problem::new("BUSY")) },
                () = tokio::time::sleep(POLL) => quiet += POLL,
            }
        }
    }

    async fn batch(&mut self) -> Result<Vec<pb::Entry>, Problem> {
        let mut bytes = 0;
        let mut batch = Vec::new();
        for entry in self.db.entries(self.after, BATCH).await? {
            bytes += entry.payload.len();
            self.after = entry.position;
            batch.push(convert::entry(entry));
            if bytes >= BYTES {
                break;
            }
        }
        Ok(batch)
    }
}
