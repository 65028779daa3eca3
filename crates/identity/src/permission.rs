//! Names of permissions: `<service>.<resource>.<verb>`, as the contract writes them on every method.

use std::{borrow::Cow, fmt, str::FromStr};

/// The name of one thing that may be done, such as `registry.teams.plan`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(Cow<'static, str>);

/// Text that is not the name of a permission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a permission: {0:?} (expected <service>.<resource>.<verb> in lower case)")]
pub struct NotAPermission(pub String);

impl Permission {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name is `prefix` or continues it after a dot.
    pub fn is_under(&self, prefix: &str) -> bool {
        self.0.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    fn is_well_formed(name: &str) -> bool {
        let word = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        name.len() <= 96 && name.split('.').count() == 3 && name.split('.').all(word)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Permission {
    type Err = NotAPermission;

    fn from_str(name: &str) -> Result<Self, NotAPermission> {
        match Permission::is_well_formed(name) {
            true => Ok(Permission(Cow::Owned(name.to_owned()))),
            false => Err(NotAPermission(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_lower_case_words_are_a_permission() {
        for good in ["registry.teams.plan", "cases.register_books.list_entries", "journal.entries.read2"] {
            assert_eq!(good.parse::<Permission>().map(|p| p.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "registry",
            "registry.teams",
            "registry.teams.plan.x",
            "Registry.teams.plan",
            "registry..plan",
            "registry.teams.*",
            " registry.teams.plan",
            "registry.teams.plan\n",
            "registry.tổ.plan",
            "registry.1.plan",
        ] {
            assert!(bad.parse::<Permission>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_prefix_ends_at_a_dot() {
        let permission: Permission = "registry.teams.plan".parse().unwrap();
        for prefix in ["registry", "registry.teams", "registry.teams.plan"] {
            assert!(permission.is_under(prefix));
        }
        for prefix in ["", "reg", "registry.team", "registry.teams.", "registry.teams.plan.x", "cases"] {
            assert!(!permission.is_under(prefix), "{prefix:?}");
        }
    }
}
