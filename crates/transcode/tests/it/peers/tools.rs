//! Programs out of registries, in the build folder where `cargo xtask tools` puts them, and how they are run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A file or a folder of `target/tools`.
pub(crate) fn find(path: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let found = target.join("tools").join(path);
    assert!(found.exists(), "{} is missing: `cargo xtask tools` installs it", found.display());
    found
}

/// A process that ends with this value.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Running {
    /// Starts a program; what it says goes into a file.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let log = std::fs::File::create(log).unwrap();
        let command = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        Self(command.spawn().unwrap_or_else(|error| panic!("cannot start {:?}: {error}", command.get_program())))
    }

    /// Whether it has not ended by itself.
    pub(crate) fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
