//! Where a role holds and where a record lies. A grant covers its area and all below it, never above or beside.

use std::{collections::BTreeSet, fmt, str::FromStr};

use uuid::Uuid;

/// The area for which a role is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// The whole system: ministry, operators, services.
    Everywhere,
    /// A province, commune or area unit, and everything below it.
    Unit(Uuid),
    /// One mediation team.
    Team(Uuid),
}

/// Where a record lies; levels that do not apply or are not known are empty. An empty path is a record of the
/// whole country, which only [`Area::Everywhere`] covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AreaPath {
    /// Province or city.
    pub province: Option<Uuid>,
    /// Commune, ward or special zone.
    pub commune: Option<Uuid>,
    /// Hamlet or residential group.
    pub area_unit: Option<Uuid>,
    /// Mediation team.
    pub team: Option<Uuid>,
}

impl Area {
    /// Whether a record at `path` lies in this area.
    pub fn covers(self, path: &AreaPath) -> bool {
        match self {
            Area::Everywhere => true,
            Area::Unit(unit) => [path.province, path.commune, path.area_unit].contains(&Some(unit)),
            Area::Team(team) => path.team == Some(team),
        }
    }
}

/// `*`, `<unit uuid>` or `team:<uuid>`: the form of the `area` of a role in a token.
impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Area::Everywhere => f.write_str("*"),
            Area::Unit(unit) => write!(f, "{unit}"),
            Area::Team(team) => write!(f, "team:{team}"),
        }
    }
}

/// Text that is not an area.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an area: {0:?} (expected \"*\", a unit id or \"team:\" and a team id)")]
pub struct NotAnArea(pub String);

impl FromStr for Area {
    type Err = NotAnArea;

    fn from_str(text: &str) -> Result<Self, NotAnArea> {
        let not_an_area = || NotAnArea(text.to_owned());
        // One spelling per area (hyphenated lower case, no nil): two spellings would be two cache entries and
        // two rows in a log that mean the same.
        let id = |text: &str| {
            let id = Uuid::try_parse(text).ok().filter(|id| !id.is_nil() && id.hyphenated().to_string() == text);
            id.ok_or_else(not_an_area)
        };
        match text.split_once(':') {
            _ if text == "*" => Ok(Area::Everywhere),
            Some(("team", team)) => id(team).map(Area::Team),
            Some(_) => Err(not_an_area()),
            None => id(text).map(Area::Unit),
        }
    }
}

impl AreaPath {
    /// The path of a record of a whole province.
    pub fn of_province(province: Uuid) -> Self {
        AreaPath { province: Some(province), ..AreaPath::default() }
    }

    /// The same path, one level down: a commune of it.
    #[must_use]
    pub fn in_commune(self, commune: Uuid) -> Self {
        AreaPath { commune: Some(commune), ..self }
    }

    /// The same path, one level down: an area unit of it.
    #[must_use]
    pub fn in_area_unit(self, area_unit: Uuid) -> Self {
        AreaPath { area_unit: Some(area_unit), ..self }
    }

    /// The same path, one level down: a team of it.
    #[must_use]
    pub fn in_team(self, team: Uuid) -> Self {
        AreaPath { team: Some(team), ..self }
    }
}

/// What a caller may list: the restriction that every query of a list must carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// No restriction.
    Everywhere,
    /// Only records in one of these areas. Never holds [`Area::Everywhere`]; empty means nothing at all.
    Areas(BTreeSet<Area>),
}

impl Scope {
    /// The union of areas.
    pub fn of(areas: impl IntoIterator<Item = Area>) -> Scope {
        let areas: BTreeSet<Area> = areas.into_iter().collect();
        if areas.contains(&Area::Everywhere) { Scope::Everywhere } else { Scope::Areas(areas) }
    }

    /// Whether a record at `path` lies in the scope.
    pub fn covers(&self, path: &AreaPath) -> bool {
        match self {
            Scope::Everywhere => true,
            Scope::Areas(areas) => areas.iter().any(|area| area.covers(path)),
        }
    }

    /// Whether there is no restriction.
    pub fn is_everywhere(&self) -> bool {
        *self == Scope::Everywhere
    }

    /// The units of the scope, for `unit IN (…)`; empty when everywhere.
    pub fn units(&self) -> Vec<Uuid> {
        self.pick(|area| if let Area::Unit(unit) = area { Some(unit) } else { None })
    }

    /// The teams of the scope, for `team IN (…)`; empty when everywhere.
    pub fn teams(&self) -> Vec<Uuid> {
        self.pick(|area| if let Area::Team(team) = area { Some(team) } else { None })
    }

    fn pick(&self, choose: impl Fn(Area) -> Option<Uuid>) -> Vec<Uuid> {
        match self {
            Scope::Everywhere => Vec::new(),
            Scope::Areas(areas) => areas.iter().copied().filter_map(choose).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn team_path() -> AreaPath {
        AreaPath::of_province(id(1)).in_commune(id(2)).in_area_unit(id(3)).in_team(id(4))
    }

    #[test]
    fn an_area_covers_itself_and_what_lies_below() {
        for n in [1, 2, 3] {
            assert!(Area::Unit(id(n)).covers(&team_path()), "level {n}");
        }
        assert!(Area::Team(id(4)).covers(&team_path()));
        assert!(Area::Everywhere.covers(&AreaPath::default()));
    }

    #[test]
    fn an_area_covers_neither_what_lies_above_nor_beside() {
        let city = AreaPath::of_province(id(1));
        assert!(!Area::Unit(id(2)).covers(&city), "a commune does not own a record of its city");
        assert!(!Area::Team(id(4)).covers(&city.in_commune(id(2))));
        assert!(!Area::Unit(id(9)).covers(&team_path()));
        assert!(!Area::Unit(id(1)).covers(&AreaPath::default()));
    }

    #[test]
    fn a_team_and_a_unit_with_the_same_id_are_two_areas() {
        assert!(!Area::Unit(id(4)).covers(&team_path()));
        assert!(!Area::Team(id(2)).covers(&team_path()));
    }

    #[test]
    fn an_area_has_exactly_one_spelling() {
        for area in [Area::Everywhere, Area::Unit(id(7)), Area::Team(id(8))] {
            assert_eq!(area.to_string().parse(), Ok(area));
        }
        let upper = Uuid::from_u128(u128::MAX).to_string().to_uppercase();
        let bare = id(7).simple().to_string();
        let nil = Uuid::nil().to_string();
        let (spaced, braced, other) = (format!(" {}", id(7)), format!("{{{}}}", id(7)), format!("unit:{}", id(7)));
        let urn = format!("urn:uuid:{}", id(7));
        for text in ["", "**", "* ", "team:", "team:*", &upper, &bare, &nil, &spaced, &braced, &other, &urn] {
            assert!(text.parse::<Area>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn everywhere_swallows_the_other_areas_of_a_scope() {
        let scope = Scope::of([Area::Unit(id(1)), Area::Everywhere]);
        assert!(scope.is_everywhere() && scope.units().is_empty());
        let scope = Scope::of([Area::Unit(id(2)), Area::Team(id(4)), Area::Unit(id(2))]);
        assert_eq!((scope.units(), scope.teams()), (vec![id(2)], vec![id(4)]));
        assert!(!Scope::of([]).covers(&team_path()), "an empty scope covers nothing");
    }
}
