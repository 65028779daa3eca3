//! Every REST form of a pool of contracts, checked once, when the process starts.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use http::Method;
use prost_reflect::{DescriptorPool, MethodDescriptor};

use crate::binding::{self, Binding};
use crate::limits::Limits;
use crate::router::{Found, Missing, Path, Router};
use crate::rules;

/// The routes of a pool.
#[derive(Debug)]
pub struct Table {
    router: Router<Arc<Binding>>,
    /// Every method that is served, by its path in gRPC.
    methods: HashMap<String, MethodDescriptor>,
    pool: DescriptorPool,
}

/// A rule that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// The method that the rule stands on, `hoagiai.registry.v1.TeamService.GetTeam`.
    pub method: String,
    /// Which binding of the rule: 0 is the primary one.
    pub binding: usize,
    /// What is wrong.
    pub what: String,
}

/// Every fault of every rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct TableFaults(pub Vec<RuleFault>);

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, binding {}: {}", self.method, self.binding, self.what)
    }
}

impl fmt::Display for TableFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} faults in rules of HTTP", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "; {fault}"))
    }
}

impl Table {
    /// The routes of those methods of a pool that are served.
    ///
    /// # Errors
    /// Every rule that does not parse, that names fields that are not there or cannot be where they are named, or that
    /// is ambiguous: the same method of HTTP and the same pattern twice.
    pub fn build(pool: &DescriptorPool, served: impl Fn(&MethodDescriptor) -> bool) -> Result<Self, TableFaults> {
        let option = rules::extension(pool);
        let mut table = Self { router: Router::new(), methods: HashMap::new(), pool: pool.clone() };
        let mut faults = Vec::new();
        let services = pool.services().collect::<Vec<_>>();
        for method in services.iter().flat_map(|service| service.methods()).filter(|method| served(method)) {
            table.methods.insert(rpc_path(&method), method.clone());
            let written = option.as_ref().map(|option| rules::written(&method, option)).unwrap_or_default();
            for (at, written) in written.iter().enumerate() {
                let fault = |what| RuleFault { method: method.full_name().to_owned(), binding: at, what };
                let Some(written) = written else {
                    faults.push(fault("no pattern".to_owned()));
                    continue;
                };
                match binding::check(&method, written) {
                    Ok(binding) => faults.extend(table.insert(binding).map(fault)),
                    Err(whats) => faults.extend(whats.into_iter().map(fault)),
                }
            }
        }
        if faults.is_empty() { Ok(table) } else { Err(TableFaults(faults)) }
    }

    fn insert(&mut self, binding: Binding) -> Option<String> {
        let (verb, template) = (binding.verb.clone(), binding.template.clone());
        let shown = format!("{} {template}", verb.as_ref().map_or("*", Method::as_str));
        let taken = self.router.insert(verb, template, Arc::new(binding)).err()?;
        Some(format!("{shown} is the pattern of {} (`{}`) already", taken.method.full_name(), taken.template))
    }

    /// Every REST form, in the order of the pool.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.router.iter().map(|(_, binding)| binding.as_ref())
    }

    /// Every method that is served, whether or not it has a REST form.
    pub fn methods(&self) -> impl Iterator<Item = &MethodDescriptor> {
        self.methods.values()
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &DescriptorPool {
        &self.pool
    }

    /// The REST form of a request, before or beside its being served: for a log, a quota, a purpose that must be stated.
    /// None for a path that the table does not have, or not for this method, or that is no path.
    #[must_use]
    pub fn route(&self, method: &Method, path: &str, limits: &Limits) -> Option<&Binding> {
        let path = Path::parse(path, limits).ok()?;
        self.find(method, &path).ok().map(|found| found.value.as_ref())
    }

    pub(crate) fn rpc(&self, path: &str) -> Option<&MethodDescriptor> {
        self.methods.get(path)
    }

    pub(crate) fn find(&self, method: &Method, path: &Path<'_>) -> Result<Found<'_, Arc<Binding>>, Missing> {
        self.router.find(method, path)
    }

    pub(crate) fn allowed(&self, path: &Path<'_>) -> Vec<String> {
        self.router.allowed(path).into_iter().collect()
    }
}

/// The path of a method in gRPC.
pub(crate) fn rpc_path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

#[cfg(test)]
mod tests;
