//! Methods by name, as people shorten them.

use std::fmt::Write as _;

use prost_reflect::{DescriptorPool, MethodDescriptor};

use crate::failure::Failure;

/// How many names help.
const SHOWN: usize = 12;

/// Every method, by service.
pub(super) fn list(pool: &DescriptorPool) -> String {
    let mut services: Vec<_> = pool.services().collect();
    services.sort_by(|a, b| a.full_name().cmp(b.full_name()));
    services.iter().fold(String::new(), |mut text, service| {
        let _ = writeln!(text, "{}", service.full_name());
        service.methods().for_each(|method| {
            let _ = writeln!(text, "  {}", method.name());
        });
        text
    })
}

/// The method of `FindUnit`, `UnitService/FindUnit`, `registry.v1.UnitService/FindUnit` or its whole name.
pub(super) fn find(pool: &DescriptorPool, name: &str) -> Result<MethodDescriptor, Failure> {
    let name = name.trim_start_matches('/');
    let methods: Vec<MethodDescriptor> =
        pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect();
    let mut fitting = methods.iter().filter(|method| fits(&path(method), name));
    match (fitting.next(), fitting.next()) {
        (Some(method), None) => Ok(method.clone()),
        (Some(_), Some(_)) => {
            Err(not_one(format!("{name} are several"), methods.iter().filter(|method| fits(&path(method), name))))
        }
        (None, _) => {
            let part = name.rsplit('/').next().unwrap_or(name).to_lowercase();
            let near = methods.iter().filter(|method| !part.is_empty() && method.name().to_lowercase().contains(&part));
            Err(not_one(format!("there is no method {name}"), near))
        }
    }
}

fn path(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}

/// Whether a name is a path, or the end of it from a boundary.
fn fits(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with(['.', '/']))
}

fn not_one<'a>(what: String, near: impl Iterator<Item = &'a MethodDescriptor>) -> Failure {
    let names: Vec<String> = near.take(SHOWN).map(path).collect();
    let remedy = match names.as_slice() {
        [] => "`hoagiai call` alone lists them".to_owned(),
        names => format!("one of {}", names.join(", ")),
    };
    Failure::input(what, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shortened_at_its_boundaries_alone() {
        let path = "hoagiai.registry.v1.UnitService/FindUnit";
        for name in ["FindUnit", "UnitService/FindUnit", "v1.UnitService/FindUnit", path] {
            assert!(fits(path, name), "{name}");
        }
        for name in ["Unit", "dUnit", "Service/FindUnit", "UnitService", "hoagiai.registry.v1.UnitService/FindUnits"] {
            assert!(!fits(path, name), "{name}");
        }
        assert!(!fits(path, ""), "nothing names nothing");
    }

    #[test]
    fn what_is_not_one_method_is_told_with_those_that_may_be_meant() {
        let pool = DescriptorPool::decode(hoagiai_proto::DESCRIPTORS).unwrap();
        assert_eq!(find(&pool, "/UnitService/FindUnit").unwrap().name(), "FindUnit");
        assert!(find(&pool, "FindUnits").unwrap_err().remedy.contains("lists them"));
        assert!(find(&pool, "findunit").unwrap_err().remedy.contains("hoagiai.registry.v1.UnitService/FindUnit"));
        assert!(list(&pool).contains("hoagiai.registry.v1.UnitService\n"));
    }
}
