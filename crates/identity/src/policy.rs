//! The table permission → roles, read from rules/access.toml. Default deny: what is not in the table is held by
//! nobody, and a table with a fault is refused whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use serde::Deserialize;

use crate::{
    AreaPath, Assignable, Caller, Conflicts, Date, Denied, Explanation, Level, Permission, Principal, Role, Roles,
};

const EMBEDDED: &str = include_str!("../../../rules/access.toml");

/// Who holds which permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    entries: BTreeMap<Permission, Entry>,
    assignable: BTreeMap<Role, Assignable>,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The roles that hold the permission.
    pub roles: Roles,
    /// Where the law or the domain reference says so.
    pub basis: String,
}

/// Why a table is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not the TOML that is expected.
    #[error("access rules cannot be read: {0}")]
    Malformed(String),
    /// Faults in the rows, all of them.
    #[error("access rules have faults: {}", .0.join("; "))]
    Faults(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    permissions: BTreeMap<String, Row>,
    #[serde(default)]
    assignments: BTreeMap<String, AssignmentRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignmentRow {
    widest: Level,
    by: Vec<String>,
    #[serde(default)]
    person: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    roles: Vec<String>,
    basis: String,
}

impl Policy {
    /// The table that is compiled in.
    ///
    /// # Errors
    /// Never in a build whose tests passed: they parse it.
    pub fn embedded() -> Result<Arc<Policy>, PolicyError> {
        static POLICY: OnceLock<Result<Arc<Policy>, PolicyError>> = OnceLock::new();
        POLICY.get_or_init(|| Policy::parse(EMBEDDED).map(Arc::new)).clone()
    }

    /// Reads a table.
    ///
    /// # Errors
    /// All faults at once: unknown roles and groups, malformed permissions, rows that name nobody or give no basis,
    /// a role named twice, a group that nothing uses.
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        let file: File = toml::from_str(text).map_err(|error| PolicyError::Malformed(error.to_string()))?;
        let mut faults = Vec::new();
        let mut used = BTreeSet::new();
        let groups: BTreeMap<&str, Roles> = (file.groups.iter())
            .map(|(name, roles)| {
                (name.as_str(), members(&format!("group {name}"), roles, &BTreeMap::new(), &mut faults))
            })
            .collect();
        let mut entries = BTreeMap::new();
        for (name, row) in &file.permissions {
            used.extend(row.roles.iter().filter_map(|role| role.strip_prefix('@')));
            let roles = members(name, &row.roles, &groups, &mut faults);
            if row.basis.trim().is_empty() {
                faults.push(format!("{name}: no basis"));
            }
            match name.parse::<Permission>() {
                Ok(permission) => drop(entries.insert(permission, Entry { roles, basis: row.basis.clone() })),
                Err(error) => faults.push(error.to_string()),
            }
        }
        let mut assignable = BTreeMap::new();
        for (name, row) in &file.assignments {
            let by = members(&format!("assignments {name}"), &row.by, &BTreeMap::new(), &mut faults);
            match name.parse::<Role>() {
                Ok(role) => drop(assignable.insert(role, Assignable { widest: row.widest, by, person: row.person })),
                Err(error) => faults.push(error.to_string()),
            }
        }
        let unused = groups.keys().filter(|name| !used.contains(*name));
        faults.extend(unused.map(|name| format!("group {name}: not used")));
        if faults.is_empty() { Ok(Policy { entries, assignable }) } else { Err(PolicyError::Faults(faults)) }
    }

    /// The row of a permission.
    pub fn entry(&self, permission: &str) -> Option<(&Permission, &Entry)> {
        self.entries.get_key_value(&permission.parse().ok()?)
    }

    /// Every row, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&Permission, &Entry)> {
        self.entries.iter()
    }

    /// How a role is assigned; none: it never is.
    pub fn assignable(&self, role: Role) -> Option<&Assignable> {
        self.assignable.get(&role)
    }

    /// Compares the table with the permissions of the contract; answers what is wrong, nothing if they agree.
    /// A method whose permission nobody can hold, or a row that no method asks for, is a mistake in one of the two.
    pub fn differences<'a>(&self, contract: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let contract: BTreeSet<&str> = contract.into_iter().collect();
        let known: BTreeSet<&str> = self.entries.keys().map(Permission::as_str).collect();
        let missing =
            contract.difference(&known).map(|name| format!("{name}: in the contract, not in the access rules"));
        let surplus =
            known.difference(&contract).map(|name| format!("{name}: in the access rules, not in the contract"));
        missing.chain(surplus).collect()
    }

    /// The caller of a method that needs `permission`. Asked before anything is read: whoever holds the permission
    /// nowhere learns nothing about what exists.
    ///
    /// # Errors
    /// [`Denied::Role`] when no grant in force has a role that holds the permission, [`Denied::Scope`] when the
    /// credential was narrowed.
    pub fn caller(&self, principal: Arc<Principal>, permission: &str, today: Date) -> Result<Caller, Denied> {
        let (permission, entry) = self.entry(permission).ok_or(Denied::Role)?;
        Caller::new(principal, permission.clone(), entry.roles, today)
    }

    /// Why `principal` may or may not do `permission` to a record at `path`; nothing when the permission does not exist.
    pub fn explain(
        &self,
        principal: &Principal,
        permission: &str,
        today: Date,
        path: &AreaPath,
        conflicts: &Conflicts,
    ) -> Option<Explanation> {
        let (permission, entry) = self.entry(permission)?;
        Some(Explanation::of(principal, permission, entry.roles, today, path, conflicts))
    }
}

/// Reads a list of roles and, where allowed, `@groups`.
fn members(place: &str, names: &[String], groups: &BTreeMap<&str, Roles>, faults: &mut Vec<String>) -> Roles {
    let mut set = Roles::NONE;
    for name in names {
        let found = match name.strip_prefix('@') {
            Some(group) => groups.get(group).copied().ok_or_else(|| format!("unknown group {name:?}")),
            None => name.parse::<Role>().map(|role| Roles::NONE.with(role)).map_err(|error| error.to_string()),
        };
        match found {
            Ok(roles) if roles.iter().any(|role| set.contains(role)) => {
                faults.push(format!("{place}: {name:?} repeats a role"))
            }
            Ok(roles) => set = set.union(roles),
            Err(fault) => faults.push(format!("{place}: {fault}")),
        }
    }
    if names.is_empty() {
        faults.push(format!("{place}: held by nobody"));
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [groups]
        officers = ["commune_chair", "commune_justice_officer"]
        [permissions]
        "registry.teams.plan" = { roles = ["commune_chair"], basis = "14.2" }
        "registry.teams.get" = { roles = ["@officers", "mediator"], basis = "own commune" }
    "#;

    fn faults(text: &str) -> Vec<String> {
        match Policy::parse(text) {
            Err(PolicyError::Faults(faults)) => faults,
            other => panic!("expected faults, got {other:?}"),
        }
    }

    #[test]
    fn the_embedded_table_is_well_formed() {
        Policy::embedded().unwrap();
    }

    #[test]
    fn groups_are_expanded_and_everything_else_is_denied() {
        let policy = Policy::parse(GOOD).unwrap();
        let (_, entry) = policy.entry("registry.teams.get").unwrap();
        let holders: Vec<_> = entry.roles.iter().collect();
        assert_eq!(holders, [Role::Mediator, Role::JusticeOfficer, Role::CommuneChair]);
        assert!(policy.entry("registry.teams.dissolve").is_none());
        assert!(policy.entry("registry.teams").is_none() && policy.entry("").is_none());
    }

    #[test]
    fn each_fault_of_a_row_is_named() {
        for (row, fault) in [
            (r#""registry.teams.plan" = { roles = ["chairman"], basis = "x" }"#, "unknown role"),
            (r#""registry.teams.plan" = { roles = ["Commune_chair"], basis = "x" }"#, "unknown role"),
            (r#""registry.teams.plan" = { roles = ["*"], basis = "x" }"#, "unknown role"),
            (r#""registry.teams.plan" = { roles = ["@nobody"], basis = "x" }"#, "unknown group"),
            (r#""registry.teams.plan" = { roles = [], basis = "x" }"#, "held by nobody"),
            (r#""registry.teams.plan" = { roles = ["mediator"], basis = " " }"#, "no basis"),
            (r#""registry.teams.plan" = { roles = ["mediator", "mediator"], basis = "x" }"#, "repeats a role"),
            (r#""registry.teams" = { roles = ["mediator"], basis = "x" }"#, "not a permission"),
            (r#""registry.teams.*" = { roles = ["mediator"], basis = "x" }"#, "not a permission"),
            (r#""Registry.Teams.Plan" = { roles = ["mediator"], basis = "x" }"#, "not a permission"),
        ] {
            let found = faults(&format!("[permissions]\n{row}"));
            assert!(found.len() == 1 && found[0].contains(fault), "{row}: {found:?}");
        }
    }

    #[test]
    fn all_faults_are_answered_at_once() {
        let text = r#"
            [groups]
            spare = ["mediator"]
            odd = ["judge", "@spare"]
            [permissions]
            "registry.teams.plan" = { roles = ["king", "@officers"], basis = "" }
        "#;
        assert_eq!(faults(text).len(), 7, "{:?}", faults(text));
    }

    #[test]
    fn text_of_another_shape_is_refused() {
        for text in [
            "",
            "permissions = 1",
            "[permissions]\n\"a.b.c\" = [\"mediator\"]",
            "[permissions]\n\"a.b.c\" = { roles = [\"mediator\"] }",
            "[permissions]\n\"a.b.c\" = { roles = [\"mediator\"], basis = \"x\", area = \"*\" }",
            "[permissions]\n\"a.b.c\" = { roles = [\"mediator\"], basis = \"x\" }\n\"a.b.c\" = { roles = [\"party\"], basis = \"x\" }",
            "[permissions]\n[extra]",
        ] {
            assert!(matches!(Policy::parse(text), Err(PolicyError::Malformed(_))), "{text:?}");
        }
    }

    #[test]
    fn a_table_that_differs_from_the_contract_says_where() {
        let policy = Policy::parse(GOOD).unwrap();
        assert!(policy.differences(["registry.teams.plan", "registry.teams.get"]).is_empty());
        let found = policy.differences(["registry.teams.plan", "registry.teams.merge"]);
        assert!(
            found.len() == 2
                && found[0].starts_with("registry.teams.merge")
                && found[1].starts_with("registry.teams.get")
        );
    }
}
