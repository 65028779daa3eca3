//! The secret part of a case. Its `Debug` tells nothing, so that no log line ever can.

use std::fmt;

use super::PartyKind;

/// What a case is about, who the parties are, what they agreed.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// What it is about.
    pub summary: String,
    /// Two or more parties (rule 24).
    pub parties: Vec<Party>,
    /// The agreement; empty before.
    pub agreement: String,
}

/// A side of the case.
#[derive(Clone, PartialEq, Eq)]
pub struct Party {
    /// Person, family, group, organisation.
    pub kind: PartyKind,
    /// Name.
    pub full_name: String,
    /// Age in years; 0: not stated.
    pub age: i32,
    /// Address.
    pub address: String,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} parties)", self.parties.len())
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Party({})", self.kind.word())
    }
}
