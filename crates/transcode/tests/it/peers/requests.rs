//! The table of `testdata/envoy.txt`: requests, and what each side answers. The file says how it is written.

use std::collections::BTreeMap;

/// A request, and what is to come of it.
#[derive(Debug)]
pub(crate) struct Case {
    /// Method and path.
    pub(crate) line: &'static str,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: &'static str,
    pub(crate) verdict: Verdict,
}

/// What the two sides answer.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Both this status and the same body.
    Same(u16),
    /// Both refuse with this status, each in its own words.
    Refused(u16),
    /// Each its own.
    Differs { ours: Said, envoy: Said },
}

/// A status, and a text that is in the answer, or is not.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    text: &'static str,
}

impl Said {
    fn parse(text: &'static str) -> Self {
        let (status, text) = text.split_once(' ').unwrap_or((text, ""));
        Self { status: status.parse().unwrap(), text }
    }

    /// Whether an answer is this one.
    pub(crate) fn fits(&self, status: u16, answer: &str) -> bool {
        let fits = self.text.strip_prefix('!').map_or(answer.contains(self.text), |not| !answer.contains(not));
        self.status == status && fits
    }
}

/// The table. A line that is none of its kinds, and a reason that is not used or not there, fail.
pub(crate) fn cases() -> Vec<Case> {
    let text = include_str!("../../../testdata/envoy.txt");
    let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
    let (mut cases, mut reasons) = (Vec::new(), BTreeMap::new());
    while let Some(line) = lines.next() {
        let (kind, rest) = line.split_once(' ').unwrap();
        if kind == "reason" {
            reasons.insert(rest.split_once(' ').unwrap().0, 0);
            continue;
        }
        let mut notes = Vec::new();
        while let Some(note) = lines.next_if(|line| line.starts_with("  ")) {
            notes.push(note.trim_start().split_once(' ').unwrap());
        }
        let note = |name: &str| notes.iter().find(|(has, _)| *has == name).map(|(_, text)| *text);
        let (verdict, rest) = match (kind, rest.split_once(' ').unwrap()) {
            ("same", (status, rest)) => (Verdict::Same(status.parse().unwrap()), rest),
            ("refused", (status, rest)) => (Verdict::Refused(status.parse().unwrap()), rest),
            ("differs", _) => {
                *reasons.get_mut(note("why").unwrap()).unwrap() += 1;
                let said = |name| Said::parse(note(name).unwrap());
                (Verdict::Differs { ours: said("ours"), envoy: said("envoy") }, rest)
            }
            _ => panic!("what is `{line}`?"),
        };
        let path = rest.find(' ').unwrap();
        let end = rest[path + 1..].find(' ').map_or(rest.len(), |at| path + 1 + at);
        let headers =
            notes.iter().filter(|(name, _)| *name == "with").map(|(_, header)| header.split_once(": ").unwrap());
        cases.push(Case { line: &rest[..end], headers: headers.collect(), body: rest[end..].trim_start(), verdict });
    }
    let unused: Vec<_> = reasons.iter().filter(|(_, used)| **used == 0).collect();
    assert!(unused.is_empty(), "{unused:?}");
    cases
}
