//! Rebuilds a folder as a power cut would have left it: what was synced is there, what was not is lost, or there in part.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use rand::{Rng, RngExt};

use crate::trace::Event;

/// What the disk did with writes that no sync had confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// None of them arrived.
    Nothing,
    /// Some first ones arrived.
    Prefix,
    /// Any of them arrived.
    Subset,
    /// Some first ones arrived, the last of them in part, in sectors of 512 bytes.
    Torn,
}

/// Every fate.
pub const FATES: [Fate; 4] = [Fate::Nothing, Fate::Prefix, Fate::Subset, Fate::Torn];

const SECTOR: usize = 512;

/// A disk that remembers which writes it has confirmed. Events are fed in order.
#[derive(Debug, Default, Clone)]
pub struct Disk {
    files: BTreeMap<PathBuf, Vec<u8>>,
    volatile: Vec<(usize, Event)>,
    seen: usize,
    acknowledged: i64,
}

impl Disk {
    /// A disk that holds the files of a folder.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn of(folder: &Path) -> std::io::Result<Self> {
        let mut disk = Self::default();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                disk.files.insert(entry.path(), std::fs::read(entry.path())?);
            }
        }
        Ok(disk)
    }

    /// The last position that the process had acknowledged.
    #[must_use]
    pub fn acknowledged(&self) -> i64 {
        self.acknowledged
    }

    /// Takes the next event.
    pub fn feed(&mut self, event: &Event) {
        match event {
            Event::Acknowledged(position) => self.acknowledged = self.acknowledged.max(*position),
            Event::Sync { path, began } => {
                let volatile = std::mem::take(&mut self.volatile);
                for (at, event) in volatile {
                    if of(&event) == Some(path) && at < *began {
                        apply(&mut self.files, &event);
                    } else {
                        self.volatile.push((at, event));
                    }
                }
            }
            _ => self.volatile.push((self.seen, event.clone())),
        }
        self.seen += 1;
    }

    /// The files as they are found after the power comes back.
    pub fn cut(&self, fate: Fate, random: &mut impl Rng) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = self.files.clone();
        let kept = match fate {
            Fate::Nothing => 0,
            _ => random.random_range(0..=self.volatile.len()),
        };
        for (at, (_, event)) in self.volatile.iter().enumerate() {
            let arrives = match fate {
                Fate::Subset => random.random_bool(0.5),
                _ => at < kept,
            };
            if !arrives {
                continue;
            }
            match event {
                Event::Write { path, offset, bytes } if fate == Fate::Torn && at + 1 == kept => {
                    let sectors = bytes.len() / SECTOR;
                    let length = random.random_range(0..=sectors) * SECTOR;
                    let bytes = bytes[..length].to_vec();
                    apply(&mut files, &Event::Write { path: path.clone(), offset: *offset, bytes });
                }
                event => apply(&mut files, event),
            }
        }
        files
    }
}

fn of(event: &Event) -> Option<&PathBuf> {
    match event {
        Event::Write { path, .. } | Event::Truncate { path, .. } | Event::Remove { path } => Some(path),
        Event::Sync { .. } | Event::Acknowledged(_) => None,
    }
}

fn apply(files: &mut BTreeMap<PathBuf, Vec<u8>>, event: &Event) {
    match event {
        Event::Write { path, offset, bytes } => {
            let file = files.entry(path.clone()).or_default();
            let start = offset.map_or(file.len(), |offset| usize::try_from(offset).unwrap_or(usize::MAX));
            if file.len() < start + bytes.len() {
                file.resize(start + bytes.len(), 0);
            }
            file[start..start + bytes.len()].copy_from_slice(bytes);
        }
        Event::Truncate { path, length } => {
            files.entry(path.clone()).or_default().resize(usize::try_from(*length).unwrap_or(usize::MAX), 0);
        }
        Event::Remove { path } => {
            files.remove(path);
        }
        Event::Sync { .. } | Event::Acknowledged(_) => {}
    }
}
