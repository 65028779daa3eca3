//! Templates as paths of OpenAPI, which knows parameters of one segment only.

use std::collections::BTreeMap;

use hoagiai_transcode::template::{Segment, Template};
use hoagiai_transcode::{Binding, Table};
use serde_json::{Map, Value};

use crate::operation::Operations;

/// A parameter in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Its name in the path: that of the field, without dots, which many readers take for something else.
    pub(crate) name: String,
    /// The variable of the template that it is of, or a part of; none: the path only.
    pub(crate) variable: Option<usize>,
    /// Whether it is the whole variable.
    pub(crate) whole: bool,
    /// Whether it may hold slashes, which OpenAPI cannot say.
    pub(crate) rest: bool,
}

/// The paths of a table with their operations.
pub(crate) fn of(table: &Table, operations: &mut Operations<'_>) -> Value {
    // Two paths that differ in the names of parameters only are one path (OpenAPI 3.0.3, "Paths Object"): the first names it.
    let mut shapes: BTreeMap<String, (String, Vec<Slot>)> = BTreeMap::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for binding in table.bindings() {
        let template = binding.template();
        let own = slots(template);
        let shape = print(template, &own.iter().map(|_| "").collect::<Vec<_>>());
        let (path, named) = shapes.entry(shape).or_insert_with(|| {
            let names: Vec<&str> = own.iter().map(|slot| slot.name.as_str()).collect();
            (print(template, &names), own.clone())
        });
        let slots: Vec<Slot> =
            own.iter().zip(named).map(|(own, named)| Slot { name: named.name.clone(), ..own.clone() }).collect();
        let item = paths.entry(path.clone()).or_default();
        item.insert(word(binding), operations.operation(binding, &slots));
    }
    paths.into_iter().map(|(path, item)| (path, Value::Object(item))).collect::<Map<_, _>>().into()
}

/// Where an operation stands in its path.
fn word(binding: &Binding) -> String {
    match binding.verb().map(http::Method::as_str) {
        Some(name @ ("GET" | "PUT" | "POST" | "DELETE" | "OPTIONS" | "HEAD" | "PATCH" | "TRACE")) => {
            name.to_ascii_lowercase()
        }
        Some(name) => format!("x-{}", name.to_ascii_lowercase()),
        None => "x-any".to_owned(),
    }
}

/// The parameters of a template, in order.
fn slots(template: &Template) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for (at, segment) in template.segments().iter().enumerate() {
        if let Segment::Literal(_) = segment {
            continue;
        }
        let of = template.variables().iter().enumerate().find(|(_, v)| (v.start..v.end).contains(&at));
        let places = |v: &hoagiai_transcode::template::Variable| {
            let covered = template.segments().get(v.start..v.end).unwrap_or_default();
            covered.iter().filter(|s| !matches!(s, Segment::Literal(_))).count()
        };
        let whole = of.is_some_and(|(_, v)| v.end - v.start == 1);
        let base = of.map_or_else(|| "segment".to_owned(), |(_, v)| v.field.join("_"));
        let alone = of.is_some_and(|(_, v)| places(v) == 1);
        let before =
            slots.iter().filter(|slot| slot.name == base || slot.name.starts_with(&format!("{base}_"))).count();
        let name = if alone { base } else { format!("{base}_{}", before + 1) };
        slots.push(Slot { name, variable: of.map(|(at, _)| at), whole, rest: *segment == Segment::Rest });
    }
    slots
}

fn print(template: &Template, names: &[&str]) -> String {
    let mut names = names.iter();
    let mut path = String::new();
    for segment in template.segments() {
        path.push('/');
        match segment {
            Segment::Literal(_) => path.push_str(&segment.to_string()),
            _ => path.push_str(&format!("{{{}}}", names.next().copied().unwrap_or_default())),
        }
    }
    match template.verb() {
        Some(verb) => format!("{path}:{verb}"),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_becomes_a_path_of_single_segments() {
        for (text, path) in [
            ("/v1/teams", "/v1/teams"),
            ("/v1/teams/{team_id}", "/v1/teams/{team_id}"),
            ("/v1/teams/{team.team_id}:merge", "/v1/teams/{team_team_id}:merge"),
            ("/v1/{name=wards/*}", "/v1/wards/{name}"),
            ("/v1/{name=wards/*/teams/*}", "/v1/wards/{name_1}/teams/{name_2}"),
            ("/v1/{name=wards/*/**}", "/v1/wards/{name_1}/{name_2}"),
            ("/v1/{path=**}:get", "/v1/{path}:get"),
            ("/v1/*/{a}/*", "/v1/{segment_1}/{a}/{segment_2}"),
        ] {
            let template: Template = text.parse().unwrap();
            let slots = slots(&template);
            let names: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
            assert_eq!(print(&template, &names), path, "{text}");
        }
    }
}
