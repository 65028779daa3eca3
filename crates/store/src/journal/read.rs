//! Reading the journal: entries, streams, the head, and the end of the chain rebuilt from what is stored.

use super::{
    Checkpoint, CheckpointRow, Entry, EntryRow, Hash, HeadRow, Position, Stream, Version, Witness,
    chain::Chain,
    merkle::{Frontier, STORED_EVERY, Subtree, combine, decompose},
};
use crate::{Connection, StoreError, Tx, VerifyingKeys};

/// Runs one expression on whichever engine a [`Connection`] is.
macro_rules! either {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            Connection::Sqlite(c) => {
                let $c = &mut **c;
                $body
            }
            Connection::Postgres(c) => {
                let $c = &mut **c;
                $body
            }
        }
    };
}
pub(crate) use either;

const AFTER: &str =
    "SELECT position, stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose,
        request_id, payload, hash
    FROM journal WHERE position > $1 ORDER BY position LIMIT $2";
const STREAM: &str =
    "SELECT position, stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose,
        request_id, payload, hash
    FROM journal WHERE stream_id = $1 AND stream_kind = $2 AND stream_version > $3 ORDER BY stream_version LIMIT $4";
const VERSION_SQLITE: &str = "SELECT max(stream_version) FROM journal WHERE stream_id = $1 AND stream_kind = $2";
const VERSION_POSTGRES: &str =
    "SELECT max(stream_version) FROM journal_entry WHERE stream_id = $1 AND stream_kind = $2";
const HEAD: &str =
    "SELECT journal, position, hash, root, checkpoints, signed_at, key_id, signature FROM journal_head WHERE id = 1";
const INSERT_HEAD: &str =
    "INSERT INTO journal_head (id, journal, position, hash, root, checkpoints, signed_at, key_id, signature)
    VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
const LAST_CHECKPOINT: &str =
    "SELECT number, position, hash, root, signed_at, key_id, signature FROM journal_checkpoints
    ORDER BY number DESC LIMIT 1";
const NODES: &str = "SELECT hash FROM journal_nodes WHERE level = $1 AND number >= $2 AND number < $3 ORDER BY number";

impl Tx {
    /// Entries after `after`, at most `limit`, in order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn entries(&mut self, after: Position, limit: i64) -> Result<Vec<Entry>, StoreError> {
        let mut conn = self.connection().await?;
        let entries = entries(&mut conn, after, limit).await;
        self.check(entries)
    }

    /// Entries of one stream after version `after`, at most `limit`, in order; those appended here included on SQLite,
    /// where they have their numbers already.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read_stream(&mut self, stream: Stream, after: Version, limit: i64) -> Result<Vec<Entry>, StoreError> {
        self.flush().await?;
        let rows: Vec<EntryRow> = crate::on!(self, |c| sqlx::query_as(STREAM)
            .bind(stream.id)
            .bind(stream.kind)
            .bind(after)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(Entry::try_from).collect()
    }

    /// Version of a stream, 0 when there is none; appends of this transaction included.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn stream_version(&mut self, stream: Stream) -> Result<Version, StoreError> {
        self.flush().await?;
        // differs by engine: on PostgreSQL an entry exists before it is numbered.
        let version: Option<i64> = match self.connection().await? {
            Connection::Sqlite(c) => {
                let found = sqlx::query_scalar(VERSION_SQLITE).bind(stream.id).bind(stream.kind).fetch_one(c).await;
                self.check(found)?
            }
            Connection::Postgres(c) => {
                let found = sqlx::query_scalar(VERSION_POSTGRES).bind(stream.id).bind(stream.kind).fetch_one(c).await;
                self.check(found)?
            }
        };
        Ok(version.unwrap_or(0))
    }
}

pub(crate) async fn entries(conn: &mut Connection<'_>, after: Position, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<EntryRow> = either!(conn, |c| sqlx::query_as(AFTER).bind(after).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Entry::try_from).collect()
}

pub(crate) async fn head_row(conn: &mut Connection<'_>) -> Result<HeadRow, StoreError> {
    Ok(either!(conn, |c| sqlx::query_as(HEAD).fetch_one(c).await)?)
}

pub(crate) async fn insert_head(conn: &mut Connection<'_>, head: &Checkpoint) -> Result<(), StoreError> {
    either!(conn, |c| sqlx::query(INSERT_HEAD)
        .bind(head.journal.clone())
        .bind(head.position)
        .bind(head.hash.to_vec())
        .bind(head.root.to_vec())
        .bind(head.number)
        .bind(head.signed_at)
        .bind(head.key_id.clone())
        .bind(head.signature.clone())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(crate) async fn begin_snapshot(conn: &mut Connection<'_>) -> Result<(), StoreError> {
    // differs by engine: a SQLite transaction is a snapshot by itself.
    let begin = match conn {
        Connection::Sqlite(_) => "BEGIN",
        Connection::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    either!(conn, |c| sqlx::query(begin).execute(c).await.map(drop))?;
    Ok(())
}

pub(crate) async fn end_snapshot(conn: &mut Connection<'_>) -> Result<(), StoreError> {
    either!(conn, |c| sqlx::query("COMMIT").execute(c).await.map(drop))?;
    Ok(())
}

pub(crate) async fn last_checkpoint(
    conn: &mut Connection<'_>,
    journal: &str,
) -> Result<Option<Checkpoint>, StoreError> {
    let row: Option<CheckpointRow> = either!(conn, |c| sqlx::query_as(LAST_CHECKPOINT).fetch_optional(c).await)?;
    row.map(|r| r.checkpoint(journal)).transpose()
}

/// Roots of the given subtrees, from stored nodes and, below those, from the entries themselves.
pub(crate) async fn subtree(conn: &mut Connection<'_>, journal: &str, wanted: Subtree) -> Result<Hash, StoreError> {
    let base = wanted.level / STORED_EVERY * STORED_EVERY;
    let width = 1_u64 << (wanted.level - base);
    let first = i64::try_from(wanted.number * width).unwrap_or(i64::MAX);
    let count = i64::try_from(width).unwrap_or(i64::MAX);
    let mut hashes: Vec<Hash> = if base == 0 {
        entries(conn, first, count).await?.iter().map(|e| e.leaf(journal)).collect()
    } else {
        let rows: Vec<Vec<u8>> = either!(conn, |c| sqlx::query_scalar(NODES)
            .bind(i64::from(base))
            .bind(first)
            .bind(first + count)
            .fetch_all(c)
            .await)?;
        rows.iter().filter_map(|r| r.as_slice().try_into().ok()).collect()
    };
    if hashes.len() as u64 != width {
        let position = if base == 0 { first + 1 } else { first << base };
        return Err(StoreError::Tampered { position, what: "entries or tree nodes are missing" });
    }
    while hashes.len() > 1 {
        hashes = hashes.chunks_exact(2).filter_map(|pair| combine(pair.iter().copied())).collect();
    }
    hashes.pop().ok_or(StoreError::Tampered { position: first, what: "entries or tree nodes are missing" })
}

/// The end of the chain at a head, from what is stored.
pub(crate) async fn rebuild_chain(
    conn: &mut Connection<'_>,
    journal: &str,
    head: &Checkpoint,
) -> Result<Chain, StoreError> {
    let size = u64::try_from(head.position)
        .map_err(|_| StoreError::Tampered { position: 0, what: "the head's position is negative" })?;
    let mut nodes = Vec::new();
    for part in decompose(0..size) {
        nodes.push(subtree(conn, journal, part).await?);
    }
    Ok(Chain { position: head.position, hash: head.hash, tree: Frontier::from_nodes(size, nodes) })
}

/// What is cheap to check at every start: the head is signed, the last entry is the one it names, the tree has its root,
/// and nothing that a witness saw is gone. [`super::verify`] checks everything.
pub(crate) async fn check_head(
    conn: &mut Connection<'_>,
    journal: &str,
    keys: &VerifyingKeys,
    witness: Option<&Witness>,
) -> Result<(Chain, Checkpoint), StoreError> {
    let head = head_row(conn).await?.checkpoint()?;
    let tampered = |position, what| Err(StoreError::Tampered { position, what });
    if head.journal != journal {
        return Err(StoreError::Refused(format!(
            "this database holds the journal {:?}, not {journal:?}",
            head.journal
        )));
    }
    if !head.is_signed(keys) {
        return tampered(head.position, "the head is not signed by this keyring");
    }
    let last = entries(conn, head.position - 1, 2).await?;
    let agrees = match last.as_slice() {
        [] => head.position == 0,
        [entry] => entry.position == head.position && entry.hash == head.hash,
        _ => false,
    };
    if !agrees {
        return tampered(head.position, "the last entry is not the one that the head names");
    }
    let chain = rebuild_chain(conn, journal, &head).await?;
    if chain.tree.root() != head.root {
        return tampered(head.position, "the entries do not have the signed Merkle root");
    }
    if let Some(seen) = witness.map(|w| w.read(journal)).transpose()?.and_then(|mut seen| seen.pop()) {
        if seen.position > head.position {
            return tampered(head.position, "the witness saw later entries: the database was cut off or rolled back");
        }
        let there = entries(conn, seen.position - 1, 1).await?;
        if seen.position > 0 && there.first().is_none_or(|e| e.hash != seen.hash) {
            return tampered(seen.position, "the witness saw another entry here");
        }
    }
    Ok((chain, head))
}
