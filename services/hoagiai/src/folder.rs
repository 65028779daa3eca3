//! The data folder: databases, keys and witness files of one installation. One process at a time serves it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// The file that marks a data folder, and whose lock says that a process uses it.
pub(crate) const LOCK: &str = "LOCK";

/// A data folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    // Held for as long as the folder is used: the system frees it when the process ends, however it ends.
    _lock: Option<File>,
}

impl Folder {
    /// Opens the folder for a server, made if absent, and keeps others out.
    ///
    /// # Errors
    /// The folder is another user's, something else than a data folder, unwritable, or in use.
    pub fn lock(path: &Path) -> Result<Self, Failure> {
        if !path.exists() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| unusable(path, &e))?;
        }
        let entries = entries(path)?;
        if !entries.is_empty() && !entries.iter().any(|name| name == LOCK) {
            let remedy = "name an empty folder, a new one, or one that hoagiai made";
            return Err(Failure::input(format!("{} holds other files and is no data folder", path.display()), remedy));
        }
        let file = path.join(LOCK);
        let lock =
            OpenOptions::new().create(true).append(true).mode(0o600).open(&file).map_err(|e| unusable(path, &e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let remedy = "stop the hoagiai that serves it, or name another folder with --data";
                return Err(Failure::input(format!("{} is in use by another process", path.display()), remedy));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(path, &error)),
        }
        own(path, &file)?;
        let keys = path.join("keys");
        if !keys.exists() {
            fs::DirBuilder::new().mode(0o700).create(&keys).map_err(|e| unusable(&keys, &e))?;
        }
        Ok(Self { path: path.to_owned(), _lock: Some(lock) })
    }

    /// Opens a folder that exists, beside whoever serves it: for tokens and proofs.
    ///
    /// # Errors
    /// There is no such data folder.
    pub fn existing(path: &Path) -> Result<Self, Failure> {
        if !entries(path)?.iter().any(|name| name == LOCK) {
            let remedy = "name the folder that was given to `hoagiai serve` or `hoagiai demo`";
            return Err(Failure::input(format!("{} is no data folder", path.display()), remedy));
        }
        Ok(Self { path: path.to_owned(), _lock: None })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key of the local issuer of tokens.
    #[must_use]
    pub fn issuer_key(&self) -> PathBuf {
        self.path.join("keys").join("issuer.pem")
    }

    /// Reads a small file of the folder, if there is one.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<String>, Failure> {
        match fs::read_to_string(self.path.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable(&self.path, &error)),
        }
    }

    /// Writes a small file of the folder whole or not at all.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        replace(&self.path.join(name), text).map_err(|error| unusable(&self.path, &error))
    }
}

/// Replaces a file whole or not at all: written beside, flushed, renamed.
///
/// # Errors
/// The file cannot be written.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    replace_bytes(path, text.as_bytes())
}

/// [`replace`] for bytes.
///
/// # Errors
/// The file cannot be written.
pub fn replace_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

/// Whether a file could be replaced there, found out without touching it.
///
/// # Errors
/// It could not.
pub fn replaceable(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let beside = beside(path);
    OpenOptions::new().create_new(true).write(true).open(&beside)?;
    fs::remove_file(&beside)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn entries(path: &Path) -> Result<Vec<String>, Failure> {
    let names = fs::read_dir(path).and_then(|entries| {
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<io::Result<Vec<_>>>()
    });
    names.map_err(|error| unusable(path, &error))
}

/// Refuses a folder of another user: files made here would belong to nobody who can be asked.
fn own(path: &Path, mine: &Path) -> Result<(), Failure> {
    let owner = |path: &Path| fs::metadata(path).map(|meta| meta.uid()).map_err(|e| unusable(path, &e));
    let (folder, me) = (owner(path)?, owner(mine)?);
    if folder == me {
        return Ok(());
    }
    let what = format!("{} belongs to another user (uid {folder}; files made here get uid {me})", path.display());
    Err(Failure::input(what, "run as that user, or name another folder with --data"))
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    let remedy = "name a folder that you may read and write with --data";
    Failure::input(format!("the folder {} cannot be used", path.display()), remedy).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_serves_one_process_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("new/data");
        let first = Folder::lock(&path).unwrap();
        assert!(Folder::lock(&path).unwrap_err().what.contains("in use"));
        assert!(Folder::existing(&path).is_ok(), "tokens are made beside a server");
        drop(first);
        assert!(Folder::lock(&path).is_ok());
        assert_eq!(fs::metadata(path.join("keys")).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn what_is_no_data_folder_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("thesis.odt"), "x").unwrap();
        assert!(Folder::lock(place.path()).is_err());
        assert_eq!(entries(place.path()).unwrap(), ["thesis.odt"]);
        assert!(Folder::existing(place.path()).is_err());
        assert!(Folder::lock(&place.path().join("thesis.odt")).is_err());
        assert!(Folder::existing(&place.path().join("nothing")).is_err());
    }

    #[test]
    fn files_are_replaced_whole_and_asking_leaves_no_trace() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("f.json");
        replaceable(&path).unwrap();
        assert!(!path.exists());
        replace(&path, "1").unwrap();
        replace(&path, "2").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "2");
        assert_eq!(entries(place.path()).unwrap(), ["f.json"]);
        assert!(replaceable(place.path()).is_err());
        assert!(replaceable(&place.path().join("no/f.json")).is_err());
    }
}
