//! Signed statements about a journal at a position, and the witness file that keeps them outside the database.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use hoagiai_types::Timestamp;

use super::{
    chain::Chain,
    entry::{Hash, Position},
};
use crate::{Keyring, StoreError, VerifyingKeys};

/// "At `position`, the chain ended in `hash` and the tree had `root`", signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the journal.
    pub journal: String,
    /// Number of checkpoints made up to this one, so that a removed checkpoint leaves a gap.
    pub number: i64,
    /// Position of the last entry covered; also the size of the Merkle tree.
    pub position: Position,
    /// Hash of the chain there.
    pub hash: Hash,
    /// Merkle root of all entries up to there.
    pub root: Hash,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// Which key signed.
    pub key_id: String,
    /// Ed25519 over [`Checkpoint::body`].
    pub signature: Vec<u8>,
}

impl Checkpoint {
    pub(crate) fn sign(journal: &str, number: i64, chain: &Chain, at: Timestamp, keys: &Keyring) -> Self {
        let mut checkpoint = Self {
            journal: journal.to_owned(),
            number,
            position: chain.position,
            hash: chain.hash,
            root: chain.tree.root(),
            signed_at: at,
            key_id: keys.signing_key_id().to_owned(),
            signature: Vec::new(),
        };
        checkpoint.signature = keys.sign(checkpoint.body().as_bytes());
        checkpoint
    }

    /// The signed text.
    #[must_use]
    pub fn body(&self) -> String {
        format!(
            "hoagiai/{}\n{}\n{}\nchain {}\ncheckpoint {}\ntime {}\n",
            self.journal,
            self.position,
            STANDARD.encode(self.root),
            STANDARD.encode(self.hash),
            self.number,
            self.signed_at.as_micros(),
        )
    }

    /// Whether the signature is one of `keys` over exactly this content.
    #[must_use]
    pub fn is_signed(&self, keys: &VerifyingKeys) -> bool {
        keys.verify(&self.key_id, self.body().as_bytes(), &self.signature)
    }

    /// One line of text for witness files, reports and receipts.
    #[must_use]
    pub fn to_line(&self) -> String {
        format!(
            "{} {} {} {} {} {} {} {}",
            self.journal,
            self.number,
            self.position,
            STANDARD.encode(self.hash),
            STANDARD.encode(self.root),
            self.signed_at.as_micros(),
            self.key_id,
            STANDARD.encode(&self.signature),
        )
    }

    /// Reads [`Checkpoint::to_line`].
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(' ').collect();
        let &[journal, number, position, hash, root, signed_at, key_id, signature] = fields.as_slice() else {
            return None;
        };
        let hash_of = |text: &str| STANDARD.decode(text).ok()?.try_into().ok();
        Some(Self {
            journal: journal.to_owned(),
            number: number.parse().ok()?,
            position: position.parse().ok()?,
            hash: hash_of(hash)?,
            root: hash_of(root)?,
            signed_at: Timestamp::from_micros(signed_at.parse().ok()?),
            key_id: key_id.to_owned(),
            signature: STANDARD.decode(signature).ok().filter(|s| s.len() == 64)?,
        })
    }
}

/// The row of `journal_head`.
#[derive(sqlx::FromRow)]
pub(crate) struct HeadRow {
    pub(crate) journal: String,
    pub(crate) position: i64,
    pub(crate) hash: Vec<u8>,
    pub(crate) root: Vec<u8>,
    pub(crate) checkpoints: i64,
    pub(crate) signed_at: Timestamp,
    pub(crate) key_id: String,
    pub(crate) signature: Vec<u8>,
}

impl HeadRow {
    pub(crate) fn checkpoint(self) -> Result<Checkpoint, StoreError> {
        let bad = |what| StoreError::Tampered { position: self.position, what };
        Ok(Checkpoint {
            hash: self.hash.as_slice().try_into().map_err(|_| bad("the head's hash is malformed"))?,
            root: self.root.as_slice().try_into().map_err(|_| bad("the head's root is malformed"))?,
            journal: self.journal,
            number: self.checkpoints,
            position: self.position,
            signed_at: self.signed_at,
            key_id: self.key_id,
            signature: self.signature,
        })
    }
}

/// A row of `journal_checkpoints`.
#[derive(sqlx::FromRow)]
pub(crate) struct CheckpointRow {
    number: i64,
    position: i64,
    hash: Vec<u8>,
    root: Vec<u8>,
    signed_at: Timestamp,
    key_id: String,
    signature: Vec<u8>,
}

impl CheckpointRow {
    pub(crate) fn checkpoint(self, journal: &str) -> Result<Checkpoint, StoreError> {
        HeadRow {
            journal: journal.to_owned(),
            position: self.position,
            hash: self.hash,
            root: self.root,
            checkpoints: self.number,
            signed_at: self.signed_at,
            key_id: self.key_id,
            signature: self.signature,
        }
        .checkpoint()
    }
}

/// An append-only file of checkpoints, best kept on other storage than the database: what was signed here and is no longer
/// in the database was cut off or rolled back.
#[derive(Debug, Clone)]
pub struct Witness(PathBuf);

impl Witness {
    /// The witness file at `path`, which need not exist yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Every checkpoint of `journal` in it, in the order of writing. A line cut by a crash is passed over: the database has
    /// that checkpoint, because it is committed there first.
    ///
    /// # Errors
    /// When the file is there but cannot be read.
    pub fn read(&self, journal: &str) -> Result<Vec<Checkpoint>, StoreError> {
        match fs::read(&self.0) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                Ok(text.lines().filter_map(Checkpoint::from_line).filter(|c| c.journal == journal).collect())
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(StoreError::file(&self.0, e)),
        }
    }

    /// Appends a checkpoint and waits until it is on the disk. Blocks.
    pub(crate) fn append(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let write = || {
            let mut file = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&self.0)?;
            // The empty line in front ends whatever a crash left of an earlier one.
            file.write_all(format!("\n{}\n", checkpoint.to_line()).as_bytes())?;
            file.sync_data()
        };
        write().map_err(|e| StoreError::file(&self.0, e))
    }
}
