//! What the contract says of each method: who may call it and what kind of call it is. Read once from the descriptors;
//! a method without a rule refuses the start, so that "forgotten" can never mean "open".

use super::shed::Criticality;
use hoagiai_identity::Permission;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Who may call a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Anybody, without credentials.
    Public,
    /// Whoever holds the permission somewhere; the use case asks for the area.
    Needs {
        /// The permission.
        permission: Permission,
        /// The call must state why (header `x-purpose`).
        purpose: bool,
    },
}

/// One method of a contract: its rule and its shape.
#[derive(Debug, Clone)]
pub struct Rules(BTreeMap<String, Entry>);

#[derive(Debug, Clone)]
struct Entry {
    rule: Option<Rule>,
    streams: bool,
}

/// The methods of the served contracts do not all have a rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RuleError {
    /// Methods without an access rule.
    #[error("no access rule for {}: annotate it in the contract", .0.join(", "))]
    Missing(Vec<String>),
    /// A service of which no descriptor is known.
    #[error("no contract for the service {0}")]
    NoContract(String),
}

impl Rules {
    /// No rules yet: for services outside of the contract (tests).
    #[must_use]
    pub fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Health and reflection, which need no credentials.
    #[must_use]
    pub(crate) fn builtin(self) -> Self {
        self.method("grpc.health.v1.Health/Check", Rule::Public, false)
            .method("grpc.health.v1.Health/Watch", Rule::Public, true)
            .method("grpc.health.v1.Health/List", Rule::Public, false)
            .method("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Rule::Public, true)
    }

    /// Adds a method by its name `package.Service/Method`.
    #[must_use]
    pub fn method(mut self, name: &str, rule: Rule, streams: bool) -> Self {
        self.0.insert(name.to_owned(), Entry { rule: Some(rule), streams });
        self
    }

    /// Adds a method of a contract, with the rule that it may lack.
    #[must_use]
    pub(crate) fn contract(mut self, name: &str, rule: Option<Rule>, streams: bool) -> Self {
        self.0.insert(name.to_owned(), Entry { rule, streams });
        self
    }
}

/// A method as the layers see it, in the extensions of each request.
#[derive(Debug)]
pub(crate) struct Method {
    /// `package.Service/Method`, or `_OTHER`: what strangers invent must not become label values.
    pub(crate) name: String,
    pub(crate) rule: Option<Rule>,
    pub(crate) streams: bool,
    /// A stream that ends only when the server or the client does.
    pub(crate) endless: bool,
    pub(crate) criticality: Criticality,
}

/// The methods served here, by path.
#[derive(Debug)]
pub(crate) struct Methods {
    by_path: HashMap<String, Arc<Method>>,
    other: Arc<Method>,
}

impl Methods {
    /// Takes the rules of the services named; refuses when any of their methods has none.
    pub(crate) fn of(rules: &Rules) -> Self {
        let by_path = rules.0.iter().map(|(name, entry)| (format!("/{name}"), Arc::new(method(name, entry)))).collect();
        let other = Method {
            name: "_OTHER".to_owned(),
            rule: None,
            streams: false,
            endless: false,
            criticality: Criticality::Sheddable,
        };
        Self { by_path, other: Arc::new(other) }
    }

    /// Every method of these services has a rule.
    pub(crate) fn complete_for(rules: &Rules, services: &[&str]) -> Result<(), RuleError> {
        let mut missing = Vec::new();
        for service in services {
            let prefix = format!("{service}/");
            let mut methods = rules.0.iter().filter(|(name, _)| name.starts_with(&prefix)).peekable();
            if methods.peek().is_none() {
                return Err(RuleError::NoContract((*service).to_owned()));
            }
            missing.extend(methods.filter(|(_, entry)| entry.rule.is_none()).map(|(name, _)| name.clone()));
        }
        if missing.is_empty() { Ok(()) } else { Err(RuleError::Missing(missing)) }
    }

    pub(crate) fn find(&self, path: &str) -> Arc<Method> {
        self.by_path.get(path).unwrap_or(&self.other).clone()
    }
}

fn method(name: &str, entry: &Entry) -> Method {
    let (service, verb) = name.split_once('/').unwrap_or((name, ""));
    let endless = ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "hoagiai.journal.v1.JournalService"];
    Method {
        name: name.to_owned(),
        rule: entry.rule.clone(),
        streams: entry.streams,
        endless: entry.streams && endless.contains(&service),
        criticality: Criticality::of_method(service, verb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_without_a_rule_refuses_the_start() {
        let rules = Rules::none().method("a.B/Get", Rule::Public, false).contract("a.B/Set", None, false);
        let missing = Methods::complete_for(&rules, &["a.B"]).unwrap_err();
        assert_eq!(missing, RuleError::Missing(vec!["a.B/Set".into()]));
        assert_eq!(Methods::complete_for(&rules, &["a.C"]), Err(RuleError::NoContract("a.C".into())));
        assert_eq!(Methods::complete_for(&rules.method("a.B/Set", Rule::Public, false), &["a.B"]), Ok(()));
    }

    #[test]
    fn what_strangers_invent_is_one_label() {
        let methods = Methods::of(&Rules::none().builtin());
        assert_eq!(methods.find("/x.Y/Z").name, "_OTHER");
        assert_eq!(methods.find("/grpc.health.v1.Health/Check").name, "grpc.health.v1.Health/Check");
        assert!(methods.find("/grpc.health.v1.Health/Watch").endless);
    }
}
