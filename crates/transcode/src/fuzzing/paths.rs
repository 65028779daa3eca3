//! Templates, and which of them a path belongs to.

use http::Method;

use super::{Subject, head};
use crate::limits::Limits;
use crate::router::{Missing, Path, Router};
use crate::template::{Segment, Template};

/// A template prints in one form, which parses to the same template.
pub(super) fn template(_: &Subject, data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(template) = text.parse::<Template>() else { return };
    let printed = template.to_string();
    assert_eq!(printed.parse().as_ref(), Ok(&template), "{printed}");
    assert!(template.variables().windows(2).all(|pair| pair[0].end <= pair[1].start), "{printed}");
}

/// The router finds what trying every template would: one that admits the path, for the method, none more exact. The
/// input: a line for each route, an empty line, a line for each request, each a method and a path.
pub(super) fn router(_: &Subject, data: &[u8]) {
    let Some((routes, requests)) = head(data) else { return };
    let Ok(requests) = std::str::from_utf8(requests) else { return };
    let (mut router, mut all) = (Router::new(), Vec::new());
    for (method, template) in routes.lines().take(20).filter_map(parts) {
        let Ok(template) = template.parse::<Template>() else { continue };
        let method = Some(method).filter(|method| method.as_str() != "ANY");
        if router.insert(method.clone(), template.clone(), all.len()).is_ok() {
            all.push((method, template));
        }
    }
    for (method, path) in requests.lines().take(20).filter_map(parts) {
        let Ok(path) = Path::parse(path, &Limits::default()) else { continue };
        check(&router, &all, &method, &path);
    }
}

fn parts(line: &str) -> Option<(Method, &str)> {
    let (method, path) = line.split_once(' ')?;
    Some((method.parse().ok()?, path))
}

type Route = (Option<Method>, Template);

fn check(router: &Router<usize>, all: &[Route], method: &Method, path: &Path<'_>) {
    let admitting = |segments: &[String], verb: &Option<String>| -> Vec<usize> {
        let admits = |template: &Template| template.verb() == verb.as_deref() && admits(template, segments);
        (0..all.len()).filter(|at| admits(&all[*at].1)).collect()
    };
    let readings = path.readings().map(|(segments, verb)| admitting(segments, &verb));
    let admitting = readings.into_iter().find(|admitting| !admitting.is_empty()).unwrap_or_default();
    let takes = |at: &&usize| match &all[**at].0 {
        None => true,
        Some(taken) => taken == method || (*method == Method::HEAD && *taken == Method::GET),
    };
    let best = admitting.iter().filter(takes).map(|at| rank(&all[*at].1)).min();
    match router.find(method, path) {
        Ok(found) => {
            assert!(admitting.iter().filter(takes).any(|at| at == found.value), "{path:?}");
            let template = &all[*found.value].1;
            assert_eq!(Some(rank(template)), best, "{path:?}");
            assert_eq!(found.captures.len(), template.variables().len());
        }
        Err(Missing::Method(allowed)) => {
            assert!(best.is_none() && !admitting.is_empty() && !allowed.is_empty(), "{path:?}");
        }
        Err(Missing::Path) => assert!(admitting.is_empty(), "{path:?}"),
    }
    assert_eq!(router.allowed(path).is_empty(), admitting.is_empty());
}

/// Whether a template admits the segments of a path, as google/api/http.proto says.
fn admits(template: &Template, segments: &[String]) -> bool {
    let mut rest = segments.iter();
    for expected in template.segments() {
        let admitted = match expected {
            Segment::Rest => return true,
            Segment::Literal(text) => rest.next() == Some(text),
            Segment::One => rest.next().is_some_and(|segment| !segment.is_empty()),
        };
        if !admitted {
            return false;
        }
    }
    rest.next().is_none()
}

/// How exact a template is, the smaller the more.
fn rank(template: &Template) -> Vec<u8> {
    let rank = |segment: &Segment| match segment {
        Segment::Literal(_) => 0,
        Segment::One => 1,
        Segment::Rest => 2,
    };
    template.segments().iter().map(rank).collect()
}
