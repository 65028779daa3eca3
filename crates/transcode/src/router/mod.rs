//! Which template a path belongs to: a trie, in which a literal goes before `*` and `*` before `**`.

mod path;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use http::Method;

pub(crate) use path::{BadPath, Path};

use crate::template::{Segment, Template};

/// Templates with a value each, found by method and path.
#[derive(Debug)]
pub(crate) struct Router<T> {
    root: Node,
    routes: Vec<(Template, T)>,
}

#[derive(Debug, Default)]
struct Node {
    literals: BTreeMap<String, Node>,
    one: Option<Box<Node>>,
    rest: Ends,
    ends: Ends,
}

/// The routes that end at a node: by custom verb, then by method; a method of none is any method.
type Ends = BTreeMap<Option<String>, Vec<(Option<Method>, usize)>>;

/// A route that a path belongs to.
#[derive(Debug)]
pub(crate) struct Found<'a, T> {
    /// What was inserted with the template.
    pub(crate) value: &'a T,
    /// The values of the template's variables, in their order, decoded.
    pub(crate) captures: Vec<String>,
}

/// Why there is no route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// No template admits the path.
    Path,
    /// Templates admit the path, for other methods: these.
    Method(BTreeSet<String>),
}

impl<T> Router<T> {
    pub(crate) fn new() -> Self {
        Self { root: Node::default(), routes: Vec::new() }
    }

    /// Adds a route; of two with the same method and the same segments the second is refused, with the first.
    pub(crate) fn insert(&mut self, method: Option<Method>, template: Template, value: T) -> Result<(), &T> {
        let mut node = &mut self.root;
        let mut rest = false;
        for segment in template.segments() {
            node = match segment {
                Segment::Literal(text) => node.literals.entry(text.clone()).or_default(),
                Segment::One => node.one.get_or_insert_default(),
                Segment::Rest => {
                    rest = true;
                    break;
                }
            };
        }
        let ends = if rest { &mut node.rest } else { &mut node.ends };
        let ends = ends.entry(template.verb().map(str::to_owned)).or_default();
        if let Some((_, at)) = ends.iter().find(|(taken, _)| *taken == method) {
            return Err(&self.routes[*at].1);
        }
        ends.push((method, self.routes.len()));
        self.routes.push((template, value));
        Ok(())
    }

    /// Every route, in the order of insertion.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Template, T)> {
        self.routes.iter()
    }

    /// The route of a request. HEAD is served by the route of GET, unless it has one of its own.
    pub(crate) fn find(&self, method: &Method, path: &Path<'_>) -> Result<Found<'_, T>, Missing> {
        let mut allowed = BTreeSet::new();
        // A verb that a template has for this path makes the path that template's, for every method: `DELETE
        // /teams/a:archive` is no deletion of the team `a:archive`.
        for (segments, verb) in path.readings() {
            let mut found = None;
            _ = self.root.walk(segments, &mut |ends| {
                let Some(ends) = ends.get(&verb) else { return ControlFlow::Continue(()) };
                found = pick(ends, method);
                allowed.extend(ends.iter().flat_map(|(method, _)| shown(method.as_ref())));
                if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if let Some((template, value)) = found.and_then(|at| self.routes.get(at)) {
                let captures = template.variables().iter().map(|v| path.capture(template, v, &verb)).collect();
                return Ok(Found { value, captures });
            }
            if !allowed.is_empty() {
                return Err(Missing::Method(allowed));
            }
        }
        Err(Missing::Path)
    }

    /// The methods that a path admits, HEAD and OPTIONS included; empty for a path that no template admits.
    pub(crate) fn allowed(&self, path: &Path<'_>) -> BTreeSet<String> {
        let mut allowed = BTreeSet::new();
        for (segments, verb) in path.readings() {
            _ = self.root.walk(segments, &mut |ends| {
                let methods = ends.get(&verb).into_iter().flatten();
                allowed.extend(methods.flat_map(|(method, _)| shown(method.as_ref())));
                ControlFlow::Continue(())
            });
            if !allowed.is_empty() {
                allowed.insert("OPTIONS".to_owned());
                break;
            }
        }
        allowed
    }
}

impl Node {
    /// Visits every end that admits the segments, the most exact first. A node stands at one depth, so each is visited
    /// once at most: the work is bounded by the size of the table, whatever the path.
    fn walk(&self, segments: &[String], visit: &mut dyn FnMut(&Ends) -> ControlFlow<()>) -> ControlFlow<()> {
        match segments.split_first() {
            None => visit(&self.ends)?,
            Some((first, others)) => {
                if let Some(node) = self.literals.get(first) {
                    node.walk(others, visit)?;
                }
                if let Some(node) = self.one.as_ref().filter(|_| !first.is_empty()) {
                    node.walk(others, visit)?;
                }
            }
        }
        visit(&self.rest)
    }
}

fn pick(ends: &[(Option<Method>, usize)], method: &Method) -> Option<usize> {
    let of = |wanted: Option<&Method>| ends.iter().find(|(has, _)| has.as_ref() == wanted).map(|(_, at)| *at);
    let head = || (*method == Method::HEAD).then(|| of(Some(&Method::GET))).flatten();
    of(Some(method)).or_else(head).or_else(|| of(None))
}

/// A method as `Allow` names it; any method is named by those of RFC 9110 and RFC 5789 that a resource may have.
fn shown(method: Option<&Method>) -> Vec<String> {
    match method {
        Some(method) if *method == Method::GET => vec!["GET".to_owned(), "HEAD".to_owned()],
        Some(method) => vec![method.as_str().to_owned()],
        None => ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].map(str::to_owned).to_vec(),
    }
}
