//! How the command line says no: what is wrong, why, and what to do; and the exit codes.

use std::{fmt, io::IsTerminal, process::ExitCode};

/// Exit codes, as `--help` documents them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// It failed while it ran; what was written before stays and is consistent.
    Failed = 1,
    /// Wrong input: nothing was changed.
    Input = 2,
    /// Stopped, but calls in flight had to be cut.
    Cut = 3,
    /// A journal was altered or cannot be proven whole, or a database can no longer be trusted.
    Journal = 4,
    /// Faulty rows of a roster were left out, the good ones were taken.
    Partly = 5,
    /// Interrupted by Ctrl-C while it loaded; run the same again to go on.
    Interrupted = 130,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// The text of `--help` on exit codes.
pub const HELP: &str = "\
Exit codes:
  0    done
  1    failed while it ran; what was written before stays and is consistent
  2    wrong input; nothing was changed
  3    stopped, but calls in flight had to be cut
  4    a journal was altered or cannot be proven whole, or a database can no longer be trusted
  5    the good rows of a roster were taken, faulty ones left out (--partial)
  130  interrupted while it loaded; run the same again to go on

Colours are left out when NO_COLOR is set or the output is not a terminal.";

/// A refusal or failure for people.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// How the process ends.
    pub code: Code,
    /// What is wrong.
    pub what: String,
    /// Why, the outermost cause first.
    pub causes: Vec<String>,
    /// What to do.
    pub remedy: String,
}

impl Failure {
    /// Wrong input: nothing was changed.
    pub fn input(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code: Code::Input, what: what.into(), causes: Vec::new(), remedy: remedy.into() }
    }

    /// A failure at work.
    pub fn failed(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code: Code::Failed, ..Self::input(what, remedy) }
    }

    /// With an error and all that caused it.
    #[must_use]
    pub fn because(mut self, error: &dyn std::error::Error) -> Self {
        let chain = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
        self.causes.extend(chain);
        // An error that shows its source in its own words would say it twice.
        self.causes.dedup();
        self
    }

    /// Prints it.
    pub fn print(&self) {
        let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let (bold, plain) = if colours { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        eprintln!("{bold}error:{plain} {self}");
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.causes.iter().try_for_each(|cause| write!(f, "\n  because: {cause}"))?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "\n  remedy:  {}", self.remedy) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_cause_and_remedy() {
        let error = std::io::Error::other("disk full");
        let failure = Failure::input("cannot write x.json", "free some space").because(&error);
        assert_eq!(failure.to_string(), "cannot write x.json\n  because: disk full\n  remedy:  free some space");
        assert_eq!(failure.code as u8, 2);
    }
}
