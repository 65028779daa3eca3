//! What is still to go to the bus, in the order of the journals.

use hoagiai_outbound::event::NatsMessage;
use hoagiai_store::{Entry, StoreError, Tx, on};
use sqlx::FromRow;

use super::builder;

pub(super) const STATEMENTS: &[&str] = &[NEXT, SENT];

const NEXT: &str =
    "SELECT journal, position, kind, event FROM bus_messages WHERE journal = $1 ORDER BY position LIMIT $2";
const SENT: &str = "DELETE FROM bus_messages WHERE journal = $1 AND position <= $2";

/// Messages of one statement.
const CHUNK: usize = 200;

/// A message for the bus.
#[derive(Clone, Debug, FromRow)]
pub struct Message {
    /// The journal of the fact.
    pub journal: String,
    /// Position in it.
    pub position: i64,
    /// Kind of the fact.
    pub kind: String,
    event: String,
}

impl Message {
    /// The message of an entry.
    pub fn of(journal: &str, entry: &Entry, message: NatsMessage) -> Self {
        let event = (message.headers, String::from_utf8_lossy(&message.payload).into_owned());
        // Text and pairs of text: always JSON.
        let event = serde_json::to_string(&event).unwrap_or_default();
        Self { journal: journal.to_owned(), position: entry.position, kind: entry.kind.clone(), event }
    }

    /// Headers and payload.
    ///
    /// # Errors
    /// What is stored makes no sense.
    pub fn parts(&self) -> Result<(Vec<(String, String)>, String), StoreError> {
        let wrong = |_| StoreError::inconsistent("bus_messages", "event", self.position);
        serde_json::from_str(&self.event).map_err(wrong)
    }
}

/// Puts messages in line, each once.
pub async fn put(tx: &mut Tx, messages: &[Message]) -> Result<(), StoreError> {
    for messages in messages.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO bus_messages (journal, position, kind, event) ");
            query.push_values(messages, |mut row, one| {
                row.push_bind(&one.journal).push_bind(one.position).push_bind(&one.kind).push_bind(&one.event);
            });
            query.push(" ON CONFLICT (journal, position) DO NOTHING");
            query.build().persistent(messages.len() == 1).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// The next messages of a journal.
pub async fn next(tx: &mut Tx, journal: &str, limit: i64) -> Result<Vec<Message>, StoreError> {
    on!(tx, |c| sqlx::query_as(NEXT).bind(journal).bind(limit).fetch_all(c).await)
}

/// Those up to a position are on the bus.
pub async fn sent(tx: &mut Tx, journal: &str, position: i64) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(SENT).bind(journal).bind(position).execute(c).await.map(drop))
}
