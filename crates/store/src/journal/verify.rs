//! Verifies a whole journal, beside the server or on a copied file: chain, gaps, stream versions, tree, head, checkpoints,
//! witness. It trusts nothing that is stored and says what is wrong at which position.

use std::{collections::BTreeMap, path::Path};

use sqlx::{ConnectOptions, Connection as _, sqlite::SqliteConnectOptions};

use super::{
    Checkpoint, CheckpointRow, Entry, EntryRow, Hash, HeadRow, Position, Witness,
    chain::{Chain, Node, link},
    entry::to_hash,
    read::{either, entries},
};
use crate::{Connection, Db, StoreError, VerifyingKeys};

/// Entries read at a time.
const PAGE: i64 = 1_000;
/// A journal with more faults than this is beyond a list.
const MOST: usize = 1_000;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it shows.
    pub position: Position,
    /// What it is.
    pub what: String,
}

/// What a verification found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Entries read.
    pub entries: i64,
    /// Position of the last entry.
    pub last: Position,
    /// Checkpoints compared, those of the witness included.
    pub checkpoints: usize,
    /// The signed head.
    pub head: Option<Checkpoint>,
    /// What is wrong, by position; empty when the journal is what was signed.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether nothing was ever written or signed: what a first start leaves that was broken off before it served. Whether
    /// that may be believed, other journals of the same keys tell.
    #[must_use]
    pub fn is_unbegun(&self) -> bool {
        self.entries == 0 && self.checkpoints == 0 && self.head.is_none()
    }

    fn find(&mut self, position: Position, what: impl Into<String>) {
        if self.findings.len() < MOST {
            self.findings.push(Finding { position, what: what.into() });
        }
    }
}

/// Verifies an open database in one snapshot.
///
/// # Errors
/// When it cannot be reached.
pub async fn verify(db: &Db) -> Result<Report, StoreError> {
    let witness = db.shared().witness().cloned();
    let mut tx = db.read().await?;
    let (journal, keys) = (db.journal(), db.keys().verifying());
    let mut conn = tx.connection().await?;
    let report = verify_connection(&mut conn, journal, &keys, witness.as_ref()).await;
    tx.check(report)
}

/// Verifies a SQLite file, opened for reading alone.
///
/// # Errors
/// When the file cannot be opened; what is wrong inside it is in the report.
pub async fn verify_file(
    path: &Path,
    journal: &str,
    keys: &VerifyingKeys,
    witness: Option<&Witness>,
) -> Result<Report, StoreError> {
    let mut conn =
        SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging().connect().await?;
    // A forged view or trigger must not run while we look.
    sqlx::query("PRAGMA trusted_schema = OFF").execute(&mut conn).await?;
    let intact: Result<String, _> = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut conn).await;
    // One snapshot, though somebody may be writing to the file.
    let begun = sqlx::query("BEGIN").execute(&mut conn).await;
    let report = verify_connection(&mut Connection::Sqlite(&mut conn), journal, keys, witness).await;
    conn.close().await?;
    let mut report = report?;
    if begun.is_err() {
        report.find(0, "the file cannot be read in one piece");
    }
    if !matches!(intact.as_deref(), Ok("ok")) {
        report.find(0, "SQLite finds the file damaged");
    }
    Ok(report)
}

const HEAD: &str = "SELECT journal, position, hash, root, checkpoints, signed_at, key_id, signature FROM journal_head";
const CHECKPOINTS: &str =
    "SELECT number, position, hash, root, signed_at, key_id, signature FROM journal_checkpoints ORDER BY number";
const NODES: &str = "SELECT level, number, hash FROM journal_nodes";
const POSITIONS: &str = "SELECT position FROM journal WHERE position > $1 ORDER BY position LIMIT $2";
const ONE: &str =
    "SELECT position, stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose,
        request_id, payload, hash FROM journal WHERE position = $1";
const HASH: &str = "SELECT hash FROM journal WHERE position = $1";
const BROKEN_STREAMS: &str = "SELECT min(position) FROM journal GROUP BY stream_id, stream_kind
    HAVING min(stream_version) <> 1 OR max(stream_version) <> count(*) OR count(DISTINCT stream_version) <> count(*) LIMIT 100";
const SWAPPED_VERSIONS: &str = "SELECT later.position FROM journal earlier JOIN journal later
        ON later.stream_id = earlier.stream_id AND later.stream_kind = earlier.stream_kind
        AND later.stream_version = earlier.stream_version + 1
    WHERE later.position < earlier.position LIMIT 100";
const HIDDEN: &str =
    "SELECT count(*) FROM journal_entry e WHERE NOT EXISTS (SELECT 1 FROM journal_position p WHERE p.entry_id = e.id)
    AND NOT EXISTS (SELECT 1 FROM journal_pending w WHERE w.id = e.id)";

/// What somebody signed about a position.
struct Claim {
    checkpoint: Checkpoint,
    by: &'static str,
}

async fn verify_connection(
    conn: &mut Connection<'_>,
    journal: &str,
    keys: &VerifyingKeys,
    witness: Option<&Witness>,
) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let mut claims: BTreeMap<Position, Vec<Claim>> = BTreeMap::new();
    let stored = stored_checkpoints(conn, journal, &mut report).await;
    let head = head(conn, journal, stored.len(), &mut report).await;
    let seen = witness.map(|w| w.read(journal)).transpose()?.unwrap_or_default();
    report.head.clone_from(&head);
    let signed = (stored.into_iter().map(|c| (c, "a checkpoint")))
        .chain(head.into_iter().map(|c| (c, "the head")))
        .chain(seen.into_iter().map(|c| (c, "the witness")));
    for (checkpoint, by) in signed {
        if checkpoint.is_signed(keys) {
            report.checkpoints += 1;
            claims.entry(checkpoint.position).or_default().push(Claim { checkpoint, by });
        } else {
            report.find(checkpoint.position, format!("{by} carries no valid signature"));
        }
    }
    let nodes = walk(conn, journal, &claims, &mut report).await;
    if let Some((position, claimed)) = claims.last_key_value()
        && *position > report.last
    {
        let by = claimed.first().map_or("a checkpoint", |c| c.by);
        let last = report.last;
        report.find(
            last + 1,
            format!(
                "{by} was signed at position {position}, but the journal ends at {last}: it was cut off or rolled back"
            ),
        );
    }
    compare_nodes(conn, nodes, &mut report).await;
    streams(conn, &mut report).await;
    report.findings.sort_by_key(|f| f.position);
    Ok(report)
}

async fn stored_checkpoints(conn: &mut Connection<'_>, journal: &str, report: &mut Report) -> Vec<Checkpoint> {
    let rows: Result<Vec<CheckpointRow>, _> = either!(conn, |c| sqlx::query_as(CHECKPOINTS).fetch_all(c).await);
    let Ok(rows) = rows else {
        report.find(0, "the checkpoints cannot be read");
        return Vec::new();
    };
    let mut checkpoints = Vec::new();
    for (row, number) in rows.into_iter().zip(1..) {
        match row.checkpoint(journal) {
            Ok(checkpoint) => {
                if checkpoint.number != number {
                    report.find(checkpoint.position, format!("checkpoint {number} is missing"));
                }
                checkpoints.push(checkpoint);
            }
            Err(error) => report.find(0, error.to_string()),
        }
    }
    checkpoints
}

async fn head(conn: &mut Connection<'_>, journal: &str, checkpoints: usize, report: &mut Report) -> Option<Checkpoint> {
    let rows: Result<Vec<HeadRow>, _> = either!(conn, |c| sqlx::query_as(HEAD).fetch_all(c).await);
    let mut rows = rows.unwrap_or_default();
    let (Some(row), true) = (rows.pop(), rows.is_empty()) else {
        report.find(0, "there is not exactly one head");
        return None;
    };
    match row.checkpoint() {
        Ok(head) => {
            if head.journal != journal {
                report.find(0, format!("the head is of journal {:?}", head.journal));
            }
            if usize::try_from(head.number).ok() != Some(checkpoints) {
                report.find(
                    head.position,
                    format!("the head counts {} checkpoints, {checkpoints} are stored", head.number),
                );
            }
            Some(head)
        }
        Err(error) => {
            report.find(0, error.to_string());
            None
        }
    }
}

/// Goes through every entry in order; answers the subtrees that ought to be stored.
async fn walk(
    conn: &mut Connection<'_>,
    journal: &str,
    claims: &BTreeMap<Position, Vec<Claim>>,
    report: &mut Report,
) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut chain = Chain::genesis(journal);
    compare(claims, &chain, report);
    let mut linked = true;
    loop {
        let page = match page(conn, report.last).await {
            Ok(page) if page.is_empty() => return nodes,
            Ok(page) => page,
            Err(error) => {
                report.find(report.last + 1, format!("entries cannot be read: {error}"));
                return nodes;
            }
        };
        for (position, hash, entry) in page {
            if position != report.last + 1 {
                let from = report.last + 1;
                report.find(from, format!("entries {from} to {} are missing", position - 1));
                linked = false;
            }
            report.entries += 1;
            report.last = position;
            let leaf = match &entry {
                Some(entry) => entry.leaf(journal),
                None => {
                    report.find(position, "the entry cannot be read");
                    [0; 32]
                }
            };
            let before = chain.hash;
            chain.push(leaf, &mut nodes);
            if linked && link(&before, position, &leaf) != hash && entry.is_some() {
                report.find(position, "the entry does not have the hash that was chained");
            }
            // Onwards from what is stored: one altered entry is one finding, not all that follow.
            (chain.position, chain.hash, linked) = (position, hash, true);
            compare(claims, &chain, report);
        }
    }
}

fn compare(claims: &BTreeMap<Position, Vec<Claim>>, chain: &Chain, report: &mut Report) {
    for Claim { checkpoint, by } in claims.get(&chain.position).into_iter().flatten() {
        if checkpoint.hash != chain.hash {
            report.find(chain.position, format!("{by} names another entry here"));
        }
        if checkpoint.root != chain.tree.root() {
            report.find(
                chain.position,
                format!("{by} has another Merkle root: an entry up to here was altered, added or removed"),
            );
        }
    }
}

type Row = (Position, Hash, Option<Entry>);

/// The next entries; when one of them makes no sense, each is read by itself.
async fn page(conn: &mut Connection<'_>, after: Position) -> Result<Vec<Row>, StoreError> {
    if let Ok(page) = entries(conn, after, PAGE).await {
        return Ok(page.into_iter().map(|e| (e.position, e.hash, Some(e))).collect());
    }
    let positions: Vec<i64> =
        either!(conn, |c| sqlx::query_scalar(POSITIONS).bind(after).bind(PAGE).fetch_all(c).await)?;
    let mut rows = Vec::new();
    for position in positions {
        let row: Result<EntryRow, _> = either!(conn, |c| sqlx::query_as(ONE).bind(position).fetch_one(c).await);
        let entry = row.ok().and_then(|row| Entry::try_from(row).ok());
        let hash: Result<Vec<u8>, _> = either!(conn, |c| sqlx::query_scalar(HASH).bind(position).fetch_one(c).await);
        rows.push((position, to_hash(&hash.unwrap_or_default()), entry));
    }
    Ok(rows)
}

async fn compare_nodes(conn: &mut Connection<'_>, computed: Vec<Node>, report: &mut Report) {
    let stored: Result<Vec<(i64, i64, Vec<u8>)>, _> = either!(conn, |c| sqlx::query_as(NODES).fetch_all(c).await);
    let mut stored: BTreeMap<_, _> =
        stored.unwrap_or_default().into_iter().map(|(level, number, hash)| ((level, number), hash)).collect();
    for node in computed {
        let number = i64::try_from(node.subtree.number).unwrap_or(i64::MAX);
        let found = stored.remove(&(i64::from(node.subtree.level), number));
        if found.as_deref() != Some(&node.hash[..]) {
            report.find(
                (number + 1) << node.subtree.level,
                "a stored node of the Merkle tree is not that of the entries",
            );
        }
    }
    if !stored.is_empty() {
        report.find(report.last, "nodes of the Merkle tree are stored for entries that are not there");
    }
}

async fn streams(conn: &mut Connection<'_>, report: &mut Report) {
    for (sql, what) in [
        (BROKEN_STREAMS, "the versions of this entry's stream are not 1, 2, 3 …"),
        (SWAPPED_VERSIONS, "a later version of this stream stands before an earlier one"),
    ] {
        let positions: Result<Vec<i64>, _> = either!(conn, |c| sqlx::query_scalar(sql).fetch_all(c).await);
        match positions {
            Ok(positions) => positions.into_iter().for_each(|position| report.find(position, what)),
            Err(_) => report.find(0, "the streams cannot be read"),
        }
    }
    // differs by engine: only on PostgreSQL can an entry be there without a number.
    if let Connection::Postgres(c) = conn {
        let hidden: Result<i64, _> = sqlx::query_scalar(HIDDEN).fetch_one(&mut **c).await;
        if !matches!(hidden, Ok(0)) {
            report.find(0, "entries are stored that were never numbered and do not wait for it");
        }
    }
}
