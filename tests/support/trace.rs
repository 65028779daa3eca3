//! Reads what a process did to its files from the record that strace keeps, so that a power cut can be placed anywhere.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};

/// The system calls that change files, as strace names them.
pub const CALLS: &str = "pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename";

/// One thing that happened, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Bytes were handed to the system for a place in a file.
    Write {
        /// The file.
        path: PathBuf,
        /// Where; none appends.
        offset: Option<u64>,
        /// What.
        bytes: Vec<u8>,
    },
    /// The length of a file was set.
    Truncate {
        /// The file.
        path: PathBuf,
        /// The new length.
        length: u64,
    },
    /// A file was removed.
    Remove {
        /// The file.
        path: PathBuf,
    },
    /// Everything written to a file before this is on the disk.
    Sync {
        /// The file.
        path: PathBuf,
        /// How many events had happened when the call began: only those are on the disk.
        began: usize,
    },
    /// The process told the world that this position is safe.
    Acknowledged(i64),
}

/// Reads a record of `strace -f -y -xx`. Files outside of `folder` are left out; lines `ack <position>` on standard output
/// become acknowledgements.
///
/// # Errors
/// A line is not understood: a harness that skips what it does not know would miss the very fault.
pub fn read(log: &str, folder: &Path) -> anyhow::Result<Vec<Event>> {
    let mut events = Vec::new();
    // A call that another thread interrupted in the record is completed by a later line of the same thread.
    let mut unfinished: HashMap<&str, (String, usize)> = HashMap::new();
    let mut output = Vec::new();
    for line in log.lines() {
        let (thread, rest) = line.split_once(' ').with_context(|| format!("no thread in {line}"))?;
        let rest = rest.trim_start();
        if rest.starts_with("+++") || rest.starts_with("---") {
            continue;
        }
        if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
            if let Some(event) = write_of(begun, folder, &mut output)? {
                events.extend(event);
            }
            unfinished.insert(thread, (begun.to_owned(), events.len()));
            continue;
        }
        let (call, began) = if rest.starts_with("<... ") {
            let (begun, began) = unfinished.remove(thread).with_context(|| format!("resumed from nothing: {line}"))?;
            let end =
                rest.split_once(" resumed>").map(|(_, end)| end).with_context(|| format!("not resumed: {line}"))?;
            if is_write(&begun) {
                continue;
            }
            (begun + end, began)
        } else {
            (rest.to_owned(), events.len())
        };
        ensure!(!call.contains(" = -1 "), "the traced process met an error: {}", &call[..call.len().min(200)]);
        if is_write(&call) {
            events.extend(write_of(&call, folder, &mut output)?.unwrap_or_default());
            continue;
        }
        events.extend(other(&call, began, folder)?);
    }
    Ok(events)
}

fn is_write(call: &str) -> bool {
    call.starts_with("pwrite64(") || call.starts_with("write(")
}

/// A write counts from its beginning: from then on the bytes may reach the disk.
fn write_of(call: &str, folder: &Path, output: &mut Vec<u8>) -> anyhow::Result<Option<Vec<Event>>> {
    if !is_write(call) {
        return Ok(None);
    }
    let (name, arguments) = call.split_once('(').context("no arguments")?;
    let (descriptor, path, rest) = file_of(arguments)?;
    let quoted = rest.split('"').nth(1).with_context(|| format!("no bytes in {name} of {descriptor}"))?;
    ensure!(!rest.contains("\"..."), "strace cut the bytes short: raise -s");
    let bytes = unhex(quoted)?;
    if descriptor == "1" {
        output.extend_from_slice(&bytes);
        let mut acknowledged = Vec::new();
        while let Some(end) = output.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = output.drain(..=end).collect();
            if let Some(position) = String::from_utf8_lossy(&line).trim().strip_prefix("ack ") {
                acknowledged.push(Event::Acknowledged(position.parse()?));
            }
        }
        return Ok(Some(acknowledged));
    }
    if !path.starts_with(folder) {
        return Ok(Some(Vec::new()));
    }
    let after = rest.rsplit('"').next().unwrap_or_default();
    let offset = if name == "pwrite64" {
        let text = after.trim_start_matches(',').split(',').nth(1).context("no offset")?;
        Some(text.trim().trim_end_matches(')').split(')').next().unwrap_or_default().parse()?)
    } else {
        None
    };
    Ok(Some(vec![Event::Write { path, offset, bytes }]))
}

fn other(call: &str, began: usize, folder: &Path) -> anyhow::Result<Option<Event>> {
    let (name, arguments) = call.split_once('(').with_context(|| format!("not a call: {call}"))?;
    if name == "unlink" {
        let path = PathBuf::from(String::from_utf8(unhex(arguments.split('"').nth(1).context("no path")?)?)?);
        return Ok(path.starts_with(folder).then_some(Event::Remove { path }));
    }
    ensure!(name != "rename", "a rename is not expected here: {call}");
    let (_, path, rest) = file_of(arguments)?;
    if !path.starts_with(folder) {
        return Ok(None);
    }
    match name {
        "fsync" | "fdatasync" => Ok(Some(Event::Sync { path, began })),
        "ftruncate" => {
            let length = rest.trim_start_matches(',').trim().split(')').next().unwrap_or_default().parse()?;
            Ok(Some(Event::Truncate { path, length }))
        }
        _ => anyhow::bail!("an unknown call: {name}"),
    }
}

/// `7<\x2f…>, rest` → `7`, the path, `, rest`.
fn file_of(arguments: &str) -> anyhow::Result<(&str, PathBuf, &str)> {
    let (descriptor, rest) = arguments.split_once('<').context("no descriptor")?;
    let (path, rest) = rest.split_once('>').context("no end of path")?;
    Ok((descriptor, PathBuf::from(String::from_utf8(unhex(path)?)?), rest))
}

fn unhex(text: &str) -> anyhow::Result<Vec<u8>> {
    text.split("\\x").skip(1).map(|pair| Ok(u8::from_str_radix(pair.get(..2).context("half a byte")?, 16)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_with_two_threads_becomes_events_in_order() {
        let log = "\
7 pwrite64(3<\\x2f\\x64\\x2f\\x61>, \"\\x68\\x69\", 2, 4096) = 2
8 fdatasync(3<\\x2f\\x64\\x2f\\x61> <unfinished ...>
7 pwrite64(3<\\x2f\\x64\\x2f\\x61>, \"\\x6a\", 1, 0) = 1
8 <... fdatasync resumed>) = 0
7 ftruncate(3<\\x2f\\x64\\x2f\\x61>, 5) = 0
7 write(1<\\x70>, \"\\x61\\x63\\x6b\\x20\\x39\\x0a\", 6) = 6
7 +++ exited with 0 +++";
        let path = PathBuf::from("/d/a");
        let expected = vec![
            Event::Write { path: path.clone(), offset: Some(4096), bytes: b"hi".to_vec() },
            Event::Write { path: path.clone(), offset: Some(0), bytes: b"j".to_vec() },
            Event::Sync { path: path.clone(), began: 1 },
            Event::Truncate { path, length: 5 },
            Event::Acknowledged(9),
        ];
        assert_eq!(read(log, Path::new("/d")).unwrap(), expected);
    }
}
