//! What the contract says of each method: who may call it and what kind of call it is. Read once from the descriptors;
//! a method without a rule refuses the start, so that "forgotten" can never mean "open".

use super::shed::Criticality;
use hoagiai_identity::Permission;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
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
    rule: Rule,
    streams: bool,
    deadline: Option<Duration>,
}

/// A service is served of which no rule is known.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no access rules for {}: they stand in the contract, and what has none is not served", .0.join(", "))]
pub struct RuleError(pub Vec<String>);

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
        self.0.insert(name.to_owned(), Entry { rule, streams, deadline: None });
        self
    }

    /// Gives calls of a method that was added more time than others.
    #[must_use]
    pub fn deadline(mut self, name: &str, deadline: Duration) -> Self {
        if let Some(entry) = self.0.get_mut(name) {
            entry.deadline = Some(deadline);
        }
        self
    }

    /// Every permission that some method needs.
    #[cfg(test)]
    pub(crate) fn permissions(&self) -> impl Iterator<Item = &str> {
        self.0.values().filter_map(|entry| match &entry.rule {
            Rule::Needs { permission, .. } => Some(permission.as_str()),
            Rule::Public => None,
        })
    }
}

/// A method as the layers see it, in the extensions of each request.
#[derive(Debug)]
pub(crate) struct Method {
    /// `package.Service/Method`, or `_OTHER`: what strangers invent must not become label values.
    pub(crate) name: Arc<str>,
    pub(crate) rule: Option<Rule>,
    pub(crate) streams: bool,
    /// How long a call may take, where the contract gives it more time than others.
    pub(crate) deadline: Option<Duration>,
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
    /// The methods that have rules.
    pub(crate) fn of(rules: &Rules) -> Self {
        let by_path = rules.0.iter().map(|(name, entry)| (format!("/{name}"), Arc::new(method(name, entry)))).collect();
        let other = Method {
            name: "_OTHER".into(),
            rule: None,
            streams: false,
            deadline: None,
            endless: false,
            criticality: Criticality::Sheddable,
        };
        Self { by_path, other: Arc::new(other) }
    }

    /// Every one of these services has rules. That each of its methods has one, the reader of the contracts asked.
    pub(crate) fn known_for(rules: &Rules, services: &[&str]) -> Result<(), RuleError> {
        let known = |service: &str| rules.0.keys().any(|name| name.split('/').next() == Some(service));
        let unknown: Vec<_> = services.iter().filter(|name| !known(name)).map(|name| (*name).to_owned()).collect();
        if unknown.is_empty() { Ok(()) } else { Err(RuleError(unknown)) }
    }

    pub(crate) fn find(&self, path: &str) -> Arc<Method> {
        self.by_path.get(path).unwrap_or(&self.other).clone()
    }
}

fn method(name: &str, entry: &Entry) -> Method {
    let (service, verb) = name.split_once('/').unwrap_or((name, ""));
    let endless = ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "hoagiai.journal.v1.JournalService"];
    Method {
        name: name.into(),
        rule: Some(entry.rule.clone()),
        streams: entry.streams,
        deadline: entry.deadline,
        endless: entry.streams && endless.contains(&service),
        criticality: Criticality::of_method(service, verb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_may_have_more_time_than_others() {
        let minute = Duration::from_secs(60);
        let rules = Rules::none().method("a.B/Get", Rule::Public, false).method("a.B/All", Rule::Public, false);
        let methods = Methods::of(&rules.deadline("a.B/All", minute).deadline("a.B/Absent", minute));
        let given = ["/a.B/Get", "/a.B/All", "/a.B/Absent"].map(|path| methods.find(path).deadline);
        assert_eq!(given, [None, Some(minute), None]);
    }

    #[test]
    fn a_service_without_rules_is_named() {
        let rules = Rules::none().method("a.B/Get", Rule::Public, false);
        assert_eq!(Methods::known_for(&rules, &["a.B"]), Ok(()));
        assert_eq!(Methods::known_for(&rules, &["a.B", "a.C"]), Err(RuleError(vec!["a.C".into()])));
    }

    #[test]
    fn what_strangers_invent_is_one_label() {
        let methods = Methods::of(&Rules::none().builtin());
        assert_eq!(&*methods.find("/x.Y/Z").name, "_OTHER");
        assert_eq!(&*methods.find("/grpc.health.v1.Health/Check").name, "grpc.health.v1.Health/Check");
        assert!(methods.find("/grpc.health.v1.Health/Watch").endless);
    }
}
