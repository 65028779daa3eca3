//! The journal over a real connection: followed, resumed, refused when the reader is ahead, proved.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use hoagiai_proto::journal::v1 as pb;
use hoagiai_proto::journal::v1::journal_service_client::JournalServiceClient;
use hoagiai_store::{DatabaseConfig, Db, FeedSource, Keyring, Migrations, NewEvent, Origin, Stream};
use hoagiai_types::{Env, Uuid};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic_types::StatusExt;

use crate::channel::{Outgoing, Peer};
use crate::{JournalFeed, JournalServer};

struct World {
    db: Db,
    peer: Peer,
    closing: CancellationToken,
    _folder: tempfile::TempDir,
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let config = DatabaseConfig::sqlite(folder.path().join("registry.db"));
    let keys = Arc::new(Keyring::from_seed(1));
    let db = Db::open(&config, "registry", Migrations::NONE, keys, Env::system()).await.unwrap();
    let closing = CancellationToken::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let journal = JournalServer::new([db.clone()], closing.clone()).service();
    tokio::spawn(
        tonic::transport::Server::builder().add_service(journal).serve_with_incoming(TcpListenerStream::new(listener)),
    );
    let peer = Outgoing::anonymous().unlimited().connect(&format!("http://{address}")).unwrap();
    World { db, peer, closing, _folder: folder }
}

impl World {
    /// Appends so many facts to a stream of their own.
    async fn append(&self, count: usize) {
        let env = Env::system();
        let origin = Origin {
            actor: "tester".into(),
            purpose: None,
            request_id: Some(Uuid::from_u128(7)),
            record_time: env.now(),
        };
        let event = NewEvent { kind: "TeamPlanned", valid_time: env.today(), payload: vec![7; 10] };
        let mut tx = self.db.write().await.unwrap();
        let stream = Stream::new("team", env.ids.next_uuid(env.now()));
        tx.append(stream, 0, &origin, &vec![event; count]).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn feed(&self) -> JournalFeed {
        JournalFeed::new(self.peer.clone(), "registry")
    }
}

/// Reads so many entries of a feed.
async fn take(feed: &JournalFeed, after: i64, count: usize) -> Vec<hoagiai_store::Entry> {
    let mut stream = feed.open(after).await.unwrap();
    let mut entries = Vec::new();
    while entries.len() < count {
        let batch = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.unwrap();
        entries.extend(batch.unwrap().unwrap());
    }
    entries
}

#[tokio::test]
async fn a_feed_brings_every_entry_once_in_order_and_resumes_anywhere() {
    let world = world().await;
    world.append(600).await;
    let feed = world.feed();
    let far = take(&feed, 0, 600).await;
    let near = world.db.entries(0, 1_000).await.unwrap();
    assert_eq!(far, near);
    assert_eq!(take(&feed, 599, 1).await, near[599..]);
}

#[tokio::test]
async fn a_feed_follows_what_is_written_later() {
    let world = world().await;
    let mut stream = world.feed().open(0).await.unwrap();
    world.append(1).await;
    let batch = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(batch.len(), 1);
    // Draining: the stream ends, and says so.
    world.closing.cancel();
    let end = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.unwrap().unwrap();
    assert!(end.is_err());
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_reader_ahead_of_the_journal_is_told_so() {
    let world = world().await;
    world.append(3).await;
    assert!(world.feed().open(3).await.is_ok());
    let error = world.feed().open(4).await.err().unwrap();
    assert!(error.to_string().contains("OutOfRange"), "{error}");
}

#[tokio::test]
async fn a_journal_that_is_not_kept_here_is_not_found() {
    let world = world().await;
    let mut client = JournalServiceClient::new(world.peer.clone());
    let request = pb::GetHeadRequest { journal: "cases".into() };
    let status = client.get_head(request).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "JOURNAL_NOT_FOUND");
    // The rules of the contract hold here too.
    let status = client.get_head(pb::GetHeadRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_stream_that_does_not_follow_ends_at_the_head() {
    let world = world().await;
    world.append(5).await;
    let mut client = JournalServiceClient::new(world.peer.clone());
    let request = pb::ReadRequest { journal: "registry".into(), after_position: 2, follow: false };
    let mut answers = client.read(request).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    assert_eq!(answer.entries.iter().map(|e| e.position).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(answer.head_position, 5);
    assert!(answers.message().await.unwrap().is_none());
}

#[tokio::test]
async fn the_head_and_proofs_are_served() {
    let world = world().await;
    world.append(5).await;
    let mut client = JournalServiceClient::new(world.peer.clone());
    let head = client.get_head(pb::GetHeadRequest { journal: "registry".into() }).await.unwrap().into_inner();
    let last = world.db.entries(4, 1).await.unwrap().remove(0);
    assert_eq!((head.position, head.hash), (5, last.hash.to_vec()));
    let proof = client.get_proof(pb::GetProofRequest { journal: "registry".into(), position: 2 }).await.unwrap();
    let proof = proof.into_inner();
    assert_eq!(proof.checkpoint.unwrap().position, 5);
    assert!(!proof.path.is_empty());
    let status = client.get_proof(pb::GetProofRequest { journal: "registry".into(), position: 6 }).await.unwrap_err();
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "CHECKPOINT_NOT_MADE");
}
