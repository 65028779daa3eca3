//! What a search is cut to.

use std::{collections::HashSet, sync::Arc};

use hoagiai_types::{Date, Uuid};

use super::{Index, Place, Row, Skill, Standing};
use crate::spelling::fold;

/// What a search is cut to; the default is nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only in this province, commune or area unit.
    pub unit: Option<Uuid>,
    /// Only in this team.
    pub team: Option<Uuid>,
    /// Only in one of these units or teams.
    pub within: Option<(Vec<Uuid>, Vec<Uuid>)>,
    /// Only who is in force on this day.
    pub in_force_on: Option<Date>,
    /// Only who speaks this language.
    pub language: Option<String>,
    /// Only who has this expertise.
    pub expertise: Option<String>,
    /// Only these records: what the index does not know, such as who was there on a day that is past.
    pub only: Option<Arc<HashSet<Uuid>>>,
}

/// A filter in the numbers of an index.
pub(super) struct Admitted {
    /// By team; none: all.
    teams: Option<Vec<bool>>,
    /// The teams that pass, and how many records they have.
    few: Option<(Vec<u32>, usize)>,
    day: Option<Date>,
    skills: Vec<u32>,
    /// These records alone.
    only: Option<Arc<HashSet<Uuid>>>,
    /// A word that no record has: nothing passes.
    nothing: bool,
}

impl Filter {
    fn admits(&self, place: &Place) -> bool {
        let units = [place.province, place.commune, place.area_unit];
        let within = |(in_units, in_teams): &(Vec<Uuid>, Vec<Uuid>)| {
            in_units.iter().any(|unit| units.contains(unit)) || in_teams.contains(&place.team)
        };
        self.unit.is_none_or(|unit| units.contains(&unit))
            && self.team.is_none_or(|team| team == place.team)
            && self.within.as_ref().is_none_or(within)
    }
}

impl Index {
    pub(super) fn admitted(&self, filter: &Filter) -> Admitted {
        let by_place = filter.unit.is_some() || filter.team.is_some() || filter.within.is_some();
        let teams = by_place.then(|| {
            let mut admitted = vec![false; self.teams.len()];
            match filter.team.map(|team| self.by_team.get(&team)) {
                Some(Some(at)) => admitted[*at as usize] = filter.admits(&self.teams[*at as usize].place),
                Some(None) => {}
                None => {
                    for (admitted, team) in admitted.iter_mut().zip(&self.teams) {
                        *admitted = !team.names.is_empty() && filter.admits(&team.place);
                    }
                }
            }
            admitted
        });
        let few = teams.as_ref().map(|teams| {
            let passing = (0..).zip(teams).filter(|(_, passes)| **passes).map(|(at, _)| at);
            let passing: Vec<u32> = passing.collect();
            let records = passing.iter().map(|at| self.teams[*at as usize].names.len()).sum();
            (passing, records)
        });
        let (day, only) = (filter.in_force_on, filter.only.clone());
        let mut admitted = Admitted { teams, few, day, skills: Vec::new(), only, nothing: false };
        for (kind, word) in [(Skill::Language, &filter.language), (Skill::Expertise, &filter.expertise)] {
            if let Some(word) = word {
                match self.skills.get(&(kind, fold(word))) {
                    Some(skill) => admitted.skills.push(*skill),
                    None => admitted.nothing = true,
                }
            }
        }
        admitted
    }
}

impl Admitted {
    pub(super) fn is_everything(&self) -> bool {
        self.teams.is_none() && self.day.is_none() && self.skills.is_empty() && self.only.is_none() && !self.nothing
    }

    /// The teams that pass, if they have fewer records than that.
    pub(super) fn fewer_than(&self, records: usize) -> Option<&[u32]> {
        self.few.as_ref().filter(|(_, known)| *known < records).map(|(teams, _)| teams.as_slice())
    }

    pub(super) fn admits(&self, row: &Row) -> bool {
        let in_force = |day: Date| matches!(row.standing, Standing::InForce(from, to) if from <= day && day <= to);
        !self.nothing
            && self.teams.as_ref().is_none_or(|teams| teams.get(row.team as usize).is_some_and(|admitted| *admitted))
            && self.day.is_none_or(in_force)
            && self.skills.iter().all(|skill| row.skills.contains(skill))
            && self.only.as_ref().is_none_or(|only| only.contains(&row.id))
    }
}
