//! A path as a request gives it, cut at its slashes before anything is decoded.

use crate::limits::Limits;
use crate::percent;
use crate::template::{Template, Variable};

/// Why a path is not even looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadPath {
    /// Longer, or of more segments, than the limits say.
    Long,
    /// An escape that is none, or bytes that are no UTF-8.
    Escape,
    /// `.` or `..`: whoever sits between may resolve it or not, so it means two things.
    Dots,
}

/// A path in segments, and, where its last segment holds a colon, the same path with a custom verb.
#[derive(Debug)]
pub(crate) struct Path<'a> {
    raw: Vec<&'a str>,
    plain: Vec<String>,
    verbal: Option<(&'a str, Vec<String>, String)>,
}

impl<'a> Path<'a> {
    pub(crate) fn parse(path: &'a str, limits: &Limits) -> Result<Self, BadPath> {
        let inner = path.strip_prefix('/').unwrap_or(path);
        if path.len() > limits.path_bytes || inner.split('/').count() > limits.path_segments {
            return Err(BadPath::Long);
        }
        let raw: Vec<&str> = inner.split('/').collect();
        let mut plain = Vec::with_capacity(raw.len());
        for segment in &raw {
            let segment = percent::decode(segment).map_err(|_| BadPath::Escape)?;
            if matches!(segment.as_str(), "." | "..") {
                return Err(BadPath::Dots);
            }
            plain.push(segment);
        }
        // Only a colon that is not escaped begins a verb: a value with a colon in it is sent as %3A.
        let verbal = raw.last().and_then(|last| last.rsplit_once(':')).and_then(|(last, verb)| {
            let verb = percent::decode(verb).ok().filter(|verb| !verb.is_empty())?;
            let mut segments = plain.clone();
            *segments.last_mut()? = percent::decode(last).ok()?;
            Some((last, segments, verb))
        });
        Ok(Self { raw, plain, verbal })
    }

    /// The ways to read the path, the one with a verb first.
    pub(crate) fn readings(&self) -> impl Iterator<Item = (&[String], Option<String>)> {
        let verbal = self.verbal.iter().map(|(_, segments, verb)| (segments.as_slice(), Some(verb.clone())));
        verbal.chain([(self.plain.as_slice(), None)])
    }

    /// The value of a variable of a template that admits the path.
    pub(crate) fn capture(&self, template: &Template, variable: &Variable, verb: &Option<String>) -> String {
        let mut raw = self.raw.clone();
        if let (Some((last, ..)), Some(_), Some(place)) = (&self.verbal, verb, raw.last_mut()) {
            *place = last;
        }
        let rest = template.segments().get(variable.end - 1) == Some(&crate::template::Segment::Rest);
        let end = if rest { raw.len() } else { variable.end };
        let covered = raw.get(variable.start..end).unwrap_or_default();
        // Everything decoded once already, when the path was parsed, so nothing is lost here.
        if template.many(variable) {
            let parts: Vec<_> = covered.iter().map(|s| percent::decode_but_slashes(s).unwrap_or_default()).collect();
            parts.join("/")
        } else {
            covered.first().map(|s| percent::decode(s).unwrap_or_default()).unwrap_or_default()
        }
    }
}
