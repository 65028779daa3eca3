//! Which roles are assigned to accounts, for how wide an area, and by whom: the table `assignments` of rules/access.toml.

use serde::Deserialize;

use crate::{AreaPath, Roles};

/// How wide an area is, narrow ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// One mediation team.
    Team,
    /// A hamlet or residential group.
    AreaUnit,
    /// A commune, ward or special zone.
    Commune,
    /// A province or city.
    Province,
    /// The whole system.
    Everywhere,
}

impl Level {
    /// The level of a place: that of the narrowest thing it names.
    pub fn of(path: &AreaPath) -> Self {
        match path {
            AreaPath { team: Some(_), .. } => Level::Team,
            AreaPath { area_unit: Some(_), .. } => Level::AreaUnit,
            AreaPath { commune: Some(_), .. } => Level::Commune,
            AreaPath { province: Some(_), .. } => Level::Province,
            _ => Level::Everywhere,
        }
    }
}

/// How a role is assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignable {
    /// The widest area that it is assigned for.
    pub widest: Level,
    /// The roles that assign it.
    pub by: Roles,
    /// Whether the registered person behind the account must be named: conflicts of interest are found by it.
    pub person: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Policy, Role, testing::HERE};

    #[test]
    fn the_level_of_a_place_is_that_of_the_narrowest_thing_it_names() {
        assert!(
            Level::Team < Level::AreaUnit && Level::Commune < Level::Province && Level::Province < Level::Everywhere
        );
        let commune = HERE.commune_path();
        for (path, level) in [
            (AreaPath::default(), Level::Everywhere),
            (AreaPath::of_province(HERE.province), Level::Province),
            (commune, Level::Commune),
            (commune.in_area_unit(HERE.area_unit), Level::AreaUnit),
            (HERE.path(), Level::Team),
        ] {
            assert_eq!(Level::of(&path), level);
        }
    }

    #[test]
    fn roles_of_systems_and_parties_are_assigned_by_nobody_and_others_by_somebody_else_than_their_holders() {
        let policy = Policy::embedded().unwrap();
        for role in Role::ALL {
            let never = matches!(role, Role::Agency | Role::Service | Role::Party);
            assert_eq!(policy.assignable(*role).is_none(), never, "{role}");
        }
        // Inspection is not given by those who are inspected, nor the running of the system by those who use it.
        for role in [Role::Auditor, Role::Operator] {
            assert!(!policy.assignable(role).unwrap().by.contains(Role::JusticeDepartment), "{role}");
        }
        // Whoever runs the system gives no role of a commune, by which content of cases is read.
        for role in [Role::Mediator, Role::TeamLeader, Role::JusticeOfficer, Role::CommuneChair] {
            assert!(!policy.assignable(role).unwrap().by.contains(Role::Operator), "{role}");
        }
        let all: crate::Roles = Role::ALL.iter().copied().collect();
        assert!(
            Role::ALL.iter().filter_map(|role| policy.assignable(*role)).all(|row| row.by != all && !row.by.is_empty())
        );
    }
}
