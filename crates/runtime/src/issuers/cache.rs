//! The last good keys of each issuer, in files: a restart while a provider is down goes on.

use aws_lc_rs::digest::{SHA256, digest};
use hoagiai_types::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
};

/// Keys as they were fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Whose.
    issuer: String,
    /// When, in microseconds since 1970.
    fetched: i64,
    /// The JWK set as it came.
    pub(super) jwks: String,
}

impl Kept {
    pub(super) fn fetched(&self) -> Timestamp {
        Timestamp::from_micros(self.fetched)
    }
}

/// A folder of such files. Who may write it may vouch for anybody: it lies beside the key of the local issuer.
#[derive(Debug)]
pub(super) struct KeyCache(PathBuf);

impl KeyCache {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// What was kept of an issuer; none also when the file is broken, which is worth a line in the log.
    pub(super) fn read(&self, issuer: &str) -> Option<Kept> {
        let text = match fs::read(self.file(issuer)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(issuer, error = %error, "the kept keys of an issuer cannot be read");
                return None;
            }
        };
        let kept: Option<Kept> = serde_json::from_slice(&text).ok();
        let kept = kept.filter(|kept| kept.issuer == issuer);
        if kept.is_none() {
            tracing::warn!(issuer, "the file of an issuer's kept keys is broken");
        }
        kept
    }

    /// Keeps keys: written beside, flushed, renamed.
    pub(super) fn write(&self, issuer: &str, fetched: Timestamp, jwks: &str) -> io::Result<()> {
        let kept = Kept { issuer: issuer.to_owned(), fetched: fetched.as_micros(), jwks: jwks.to_owned() };
        fs::create_dir_all(&self.0)?;
        let file = self.file(issuer);
        let beside = file.with_extension(format!("{}.tmp", std::process::id()));
        let mut out = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&beside)?;
        out.write_all(serde_json::to_string(&kept)?.as_bytes())?;
        out.sync_all()?;
        fs::rename(&beside, file)
    }

    fn file(&self, issuer: &str) -> PathBuf {
        let hash = digest(&SHA256, issuer.as_bytes());
        let name = hash.as_ref().iter().fold(String::new(), |mut name, byte| {
            let _ = write!(name, "{byte:02x}");
            name
        });
        self.0.join(name).with_extension("json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_for_their_issuer_alone() {
        let folder = tempfile::tempdir().unwrap();
        let cache = KeyCache::new(folder.path().join("issuers"));
        assert_eq!(cache.read("https://a"), None);
        let now = Timestamp::from_micros(1_773_100_000_000_000);
        cache.write("https://a", now, "{\"keys\":[]}").unwrap();
        let kept = cache.read("https://a").unwrap();
        assert_eq!((kept.fetched(), kept.jwks.as_str()), (now, "{\"keys\":[]}"));
        assert_eq!(cache.read("https://b"), None);
        fs::copy(cache.file("https://a"), cache.file("https://b")).unwrap();
        assert_eq!(cache.read("https://b"), None, "one issuer's file under another's name");
        fs::write(cache.file("https://a"), "{").unwrap();
        assert_eq!(cache.read("https://a"), None);
    }
}
