//! The roles of the law (docs: who may do what) and of the machinery around it. A closed list: a role that
//! is not here cannot be granted, and a token that names one is refused.

use std::{fmt, str::FromStr};

macro_rules! roles {
    ($($variant:ident $name:literal $title:literal,)+) => {
        /// What somebody is, for an area and for dates. Names are those of the glossary.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role { $(#[doc = $title] $variant,)+ }

        impl Role {
            /// Every role, in the order of the documentation.
            pub const ALL: &[Role] = &[$(Role::$variant),+];

            /// The identifier used in tokens, in rules/access.toml and in logs.
            pub const fn name(self) -> &'static str {
                match self { $(Role::$variant => $name),+ }
            }

            /// The Vietnamese title shown to people.
            pub const fn title(self) -> &'static str {
                match self { $(Role::$variant => $title),+ }
            }
        }
    };
}

roles! {
    FrontHead "front_head" "Trưởng ban công tác Mặt trận",
    AreaHead "area_head" "Trưởng thôn, tổ trưởng tổ dân phố",
    TeamLeader "team_leader" "Tổ trưởng tổ hòa giải",
    Mediator "mediator" "Hòa giải viên",
    JusticeOfficer "commune_justice_officer" "Công chức tư pháp cấp xã",
    CommuneChair "commune_chair" "Chủ tịch Ủy ban nhân dân cấp xã",
    CommunePc "commune_pc" "Ủy ban nhân dân cấp xã",
    CommuneFront "commune_front" "Ban thường trực Ủy ban Mặt trận Tổ quốc cấp xã",
    JusticeDepartment "justice_department" "Sở Tư pháp",
    CityFront "city_front" "Ủy ban Mặt trận Tổ quốc thành phố",
    JusticeMinistry "justice_ministry" "Bộ Tư pháp",
    Agency "agency" "Cơ quan khác được kết nối",
    Auditor "auditor" "Người kiểm toán, thanh tra",
    Operator "operator" "Người vận hành hệ thống",
    Service "service" "Dịch vụ của hệ thống",
    Party "party" "Bên tranh chấp",
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A role that this system does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown role {0:?}")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Role::ALL.iter().copied().find(|role| role.name() == name).ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

impl<'de> serde::Deserialize<'de> for Role {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A set of roles in one word: asked on every call, so it is copied, never allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u32);

impl Roles {
    /// No role.
    pub const NONE: Roles = Roles(0);

    /// Whether the role is in the set.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u32) != 0
    }

    /// The set and one role more.
    #[must_use]
    pub const fn with(self, role: Role) -> Roles {
        Roles(self.0 | (1 << role as u32))
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Roles) -> Roles {
        Roles(self.0 | other.0)
    }

    /// Whether nobody is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The roles of the set, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Roles::NONE, Roles::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_no_two_roles_share_one() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(*role));
        }
        for near in ["", "Mediator", "mediator ", "chairman", "admin", "*"] {
            assert!(near.parse::<Role>().is_err(), "{near:?} must not be a role");
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in_it() {
        assert!(Role::ALL.len() <= 32, "the set is one 32-bit word");
        let set: Roles = [Role::Mediator, Role::Party].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Role::Mediator, Role::Party]);
        assert!(Roles::NONE.is_empty() && !set.is_empty());
    }
}
