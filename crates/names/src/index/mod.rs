//! The index: records by name, in memory. Names that are written alike are kept once, with the records that bear them;
//! nothing is kept of a name that no record bears any more.

mod align;
mod duplicates;
mod filter;
mod search;
mod table;
mod vocabulary;

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    mem,
};

use hoagiai_types::{Date, Uuid};

pub use duplicates::{Pair, PairReason};
pub use filter::Filter;
pub use search::{Found, Hit, Why};

use crate::spelling::{fold, syllables};
use vocabulary::Vocabulary;

/// Syllables of a name that are looked at; no name that people bear has as many.
const SYLLABLES: usize = 24;

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Province.
    pub province: Uuid,
    /// Commune.
    pub commune: Uuid,
    /// Hamlet or residential group.
    pub area_unit: Uuid,
    /// Team.
    pub team: Uuid,
}

/// How a record stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Was never in force and is not on the way.
    Never,
    /// On the way.
    Pending,
    /// In force on these days, both included.
    InForce(Date, Date),
}

/// What the index is told of a record.
#[derive(Clone)]
pub struct Record<'a> {
    /// Its id.
    pub id: Uuid,
    /// Where it lies.
    pub place: Place,
    /// How it stands.
    pub standing: Standing,
    /// The full name.
    pub name: &'a str,
    /// Year of birth; 0: not known.
    pub birth_year: i32,
    /// Phone number; empty: none.
    pub phone: &'a str,
    /// Blind index of the identity number, if one is kept.
    pub identity: Option<u128>,
    /// Codes of languages.
    pub languages: &'a [String],
    /// Fields of expertise, as people write them.
    pub expertises: &'a [String],
}

/// A record as it is kept: nothing in it is a name or a number that a person could be found by elsewhere.
struct Row {
    id: Uuid,
    team: u32,
    standing: Standing,
    birth_year: u16,
    /// Under keys of this process; 0: none.
    phone: u64,
    identity: u64,
    skills: Box<[u32]>,
}

/// A name with the records that bear it, by id.
#[derive(Default)]
struct Name {
    syllables: Box<[u32]>,
    rows: Vec<Row>,
    folded: u64,
    toned: u64,
}

struct Team {
    place: Place,
    /// The names of its records, one each.
    names: Vec<u32>,
}

/// Records by name.
pub struct Index {
    vocabulary: Vocabulary,
    names: Vec<Name>,
    free: Vec<u32>,
    by_spelling: HashMap<Box<[u32]>, u32>,
    by_id: HashMap<Uuid, u32>,
    teams: Vec<Team>,
    by_team: HashMap<Uuid, u32>,
    skills: HashMap<(Skill, String), u32>,
    hasher: RandomState,
}

/// What a word in `skills` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Skill {
    Language,
    Expertise,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            vocabulary: Vocabulary::default(),
            names: Vec::new(),
            free: Vec::new(),
            by_spelling: HashMap::new(),
            by_id: HashMap::new(),
            teams: Vec::new(),
            by_team: HashMap::new(),
            skills: HashMap::new(),
            hasher: RandomState::new(),
        }
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("records", &self.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many records it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Whether it has this record.
    #[must_use]
    pub fn contains(&self, id: Uuid) -> bool {
        self.by_id.contains_key(&id)
    }

    /// Where a team lies, as its records were last told.
    #[must_use]
    pub fn place_of(&self, team: Uuid) -> Option<Place> {
        self.by_team.get(&team).map(|at| self.teams[*at as usize].place)
    }

    /// How many different names it has.
    #[must_use]
    pub fn names(&self) -> usize {
        self.by_spelling.len()
    }

    /// Keeps a record, in place of what was kept under its id.
    pub fn put(&mut self, record: &Record<'_>) {
        self.remove(record.id);
        let mut words = syllables(record.name);
        words.truncate(SYLLABLES);
        if words.is_empty() {
            return;
        }
        let name = self.name(&words);
        let row = self.row(record);
        self.teams[row.team as usize].names.push(name);
        self.by_id.insert(record.id, name);
        let rows = &mut self.names[name as usize].rows;
        let at = rows.partition_point(|row| row.id < record.id);
        // Most names are borne by few: room for one more is enough.
        rows.reserve_exact(usize::from(rows.len() < 4));
        rows.insert(at, row);
    }

    /// Forgets a record, and its name if nobody else bears it.
    pub fn remove(&mut self, id: Uuid) {
        let Some(at) = self.by_id.remove(&id) else { return };
        let name = &mut self.names[at as usize];
        if let Ok(row) = name.rows.binary_search_by(|row| row.id.cmp(&id)) {
            let row = name.rows.remove(row);
            let names = &mut self.teams[row.team as usize].names;
            if let Some(found) = names.iter().position(|known| *known == at) {
                names.swap_remove(found);
            }
        }
        if name.rows.is_empty() {
            let gone = mem::take(name);
            self.by_spelling.remove(&gone.syllables);
            self.vocabulary.forget(&gone.syllables, at);
            self.free.push(at);
        }
    }

    fn name(&mut self, words: &[String]) -> u32 {
        let syllables: Box<[u32]> = words.iter().map(|word| self.vocabulary.intern(word)).collect();
        if let Some(known) = self.by_spelling.get(&syllables) {
            return *known;
        }
        let (mut folded, mut toned) = (Vec::new(), Vec::new());
        for syllable in &syllables {
            folded.push(self.vocabulary.folded(*syllable));
            toned.push(self.vocabulary.toned(*syllable));
        }
        let name = Name {
            folded: self.hasher.hash_one(&folded),
            toned: self.hasher.hash_one(&toned),
            syllables: syllables.clone(),
            rows: Vec::new(),
        };
        let at = match self.free.pop() {
            Some(at) => {
                self.names[at as usize] = name;
                at
            }
            None => {
                self.names.push(name);
                u32::try_from(self.names.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.vocabulary.remember(&syllables, at);
        self.by_spelling.insert(syllables, at);
        at
    }

    fn row(&mut self, record: &Record<'_>) -> Row {
        let mut skills: Vec<u32> = Vec::new();
        for word in record.languages {
            skills.push(self.skill(Skill::Language, word));
        }
        for word in record.expertises {
            skills.push(self.skill(Skill::Expertise, word));
        }
        let keyed = |value: &str| if value.is_empty() { 0 } else { self.hasher.hash_one(value).max(1) };
        Row {
            id: record.id,
            standing: record.standing,
            birth_year: u16::try_from(record.birth_year).unwrap_or(0),
            phone: keyed(&digits(record.phone)),
            identity: record.identity.map_or(0, |identity| self.hasher.hash_one(identity).max(1)),
            skills: skills.into(),
            team: self.team(record.place),
        }
    }

    fn skill(&mut self, kind: Skill, word: &str) -> u32 {
        let next = u32::try_from(self.skills.len()).unwrap_or(u32::MAX);
        *self.skills.entry((kind, fold(word))).or_insert(next)
    }

    fn team(&mut self, place: Place) -> u32 {
        let next = u32::try_from(self.teams.len()).unwrap_or(u32::MAX);
        let at = *self.by_team.entry(place.team).or_insert(next);
        match self.teams.get_mut(at as usize) {
            // A team lies in one place: what is told last holds for all its records.
            Some(team) => team.place = place,
            None => self.teams.push(Team { place, names: Vec::new() }),
        }
        at
    }
}

/// A phone number as it is compared: `+84 912…` is `0912…`.
fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("84") {
        Some(rest) if phone.trim_start().starts_with('+') => format!("0{rest}"),
        _ => digits,
    }
}
