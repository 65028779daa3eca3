//! Records that may be of one person: equal identity numbers, or equal names with something else that is equal.

use std::collections::{BTreeMap, HashMap, hash_map::RandomState};

use hoagiai_types::Uuid;

use super::{Filter, Index, Place, Row, Standing};

/// Something that two records have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PairReason {
    /// The identity number, by its blind index.
    IdentityNumber,
    /// The name without marks, the year of birth and the commune.
    NameBirthYearArea,
    /// The name but for the place of tones, and the phone number.
    NamePhone,
    /// Rule 16: in force in two teams on a common day. Never the only reason.
    TwoTeams,
}

/// Two records that may be of one person, the lesser id first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// One record.
    pub first: Uuid,
    /// The other.
    pub second: Uuid,
    /// What they have in common, each once, in order.
    pub reasons: Vec<PairReason>,
}

/// A group that is larger is of a number or a phone that many gave: each is paired with the first alone.
const EACH_WITH_EACH: usize = 20;

/// What makes records alike.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Identity(u64),
    NameBirthYearArea(u64, u16, Uuid),
    NamePhone(u64, u64),
}

impl Key {
    fn reason(&self) -> PairReason {
        match self {
            Self::Identity(_) => PairReason::IdentityNumber,
            Self::NameBirthYearArea(..) => PairReason::NameBirthYearArea,
            Self::NamePhone(..) => PairReason::NamePhone,
        }
    }
}

impl Index {
    /// Pairs of records that pass the filter and may be of one person, by ids. Records that were never in force and are not
    /// on the way make none, and neither do two terms of office that follow each other.
    #[must_use]
    pub fn pairs(&self, filter: &Filter) -> Vec<Pair> {
        let admitted = self.admitted(filter);
        let mut groups: HashMap<Key, Vec<&Row>, RandomState> = HashMap::default();
        for name in &self.names {
            for row in name.rows.iter().filter(|row| row.standing != Standing::Never && admitted.admits(row)) {
                let mut keep = |key: Key| groups.entry(key).or_default().push(row);
                if row.identity != 0 {
                    keep(Key::Identity(row.identity));
                }
                if row.birth_year != 0 {
                    let commune = self.place(row).commune;
                    keep(Key::NameBirthYearArea(name.folded, row.birth_year, commune));
                }
                if row.phone != 0 {
                    keep(Key::NamePhone(name.toned, row.phone));
                }
            }
        }
        let mut pairs: BTreeMap<(Uuid, Uuid), Vec<PairReason>> = BTreeMap::new();
        for (key, mut rows) in groups.into_iter().filter(|(_, rows)| rows.len() > 1) {
            rows.sort_unstable_by_key(|row| row.id);
            let firsts = if rows.len() > EACH_WITH_EACH { 1 } else { rows.len() };
            for (at, first) in rows.iter().enumerate().take(firsts) {
                for second in rows[at + 1..].iter().filter(|second| overlap(first, second)) {
                    pairs
                        .entry((first.id, second.id))
                        .or_insert_with(|| self.two_teams(first, second))
                        .push(key.reason());
                }
            }
        }
        let pair = |((first, second), mut reasons): ((Uuid, Uuid), Vec<PairReason>)| {
            reasons.sort_unstable();
            Pair { first, second, reasons }
        };
        pairs.into_iter().map(pair).collect()
    }

    fn place(&self, row: &Row) -> &Place {
        &self.teams[row.team as usize].place
    }

    fn two_teams(&self, first: &Row, second: &Row) -> Vec<PairReason> {
        let both = matches!((first.standing, second.standing), (Standing::InForce(..), Standing::InForce(..)));
        if both && first.team != second.team { vec![PairReason::TwoTeams] } else { Vec::new() }
    }
}

/// Whether two records can be of one person at one time; who is on the way comes after today.
fn overlap(first: &Row, second: &Row) -> bool {
    match (first.standing, second.standing) {
        (Standing::InForce(from, to), Standing::InForce(other_from, other_to)) => from <= other_to && other_from <= to,
        (Standing::Never, _) | (_, Standing::Never) => false,
        // On the way again after a term that has ended is no second record of the same time.
        (Standing::Pending, Standing::InForce(_, to)) | (Standing::InForce(_, to), Standing::Pending) => {
            to.year() == 9999
        }
        (Standing::Pending, Standing::Pending) => true,
    }
}
