//! Searching: the rarest syllable of the query leads to candidates, each is ranked, and of those that pass the filter a
//! page of the best is kept.

use std::collections::BinaryHeap;

use hoagiai_types::Uuid;

use super::{
    Filter, Index,
    align::{Rank, Scratch, explain, rank},
    filter::Admitted,
    table::{Answer, Column, columns},
};
use crate::Query;

/// Why a name answers a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Written alike, with all marks.
    Exact,
    /// Alike, the tone on another letter.
    TonePlacement,
    /// Marks were left out.
    MarksOmitted,
    /// Marks differ.
    MarksDiffer,
    /// Typed with the keys of Telex or VNI.
    TypingKeys,
    /// `i` for `y`, a letter twice.
    Spelling,
    /// An initial or an abbreviation.
    Initials,
    /// The name has more syllables.
    FewerSyllables,
    /// A middle syllable asked for is not in the name.
    SyllableNotInName,
    /// Given name first.
    OtherOrder,
    /// One letter off.
    Slip,
}

impl Why {
    pub(super) fn of(answer: Answer) -> Self {
        match answer {
            Answer::Same => Self::Exact,
            Answer::Tone => Self::TonePlacement,
            Answer::Omitted => Self::MarksOmitted,
            Answer::Differ => Self::MarksDiffer,
            Answer::Keys | Answer::KeysOmitted => Self::TypingKeys,
            Answer::Spelling => Self::Spelling,
            Answer::Abbreviated | Answer::Initial => Self::Initials,
            Answer::Slip | Answer::Not => Self::Slip,
        }
    }
}

/// A record that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its place in the order: the less, the better. Equal for names that answer alike.
    pub rank: u32,
    /// The record.
    pub id: Uuid,
    /// Why.
    pub why: Vec<Why>,
}

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Best first; by id where the rank is equal.
    pub hits: Vec<Hit>,
    /// How many records answer, on all pages.
    pub total: u64,
}

/// The best so far, the worst of them at hand.
struct Best {
    limit: usize,
    after: Option<(u32, Uuid)>,
    /// Rank, id, name.
    kept: BinaryHeap<(u32, Uuid, u32)>,
}

impl Best {
    /// Whether a record of this rank could still be taken.
    fn takes(&self, rank: u32) -> bool {
        self.kept.len() < self.limit || self.kept.peek().is_some_and(|worst| rank <= worst.0)
    }

    /// Offers one; answers whether a worse one could still be taken.
    fn offer(&mut self, rank: u32, id: Uuid, name: u32) -> bool {
        if self.after.is_some_and(|after| (rank, id) <= after) {
            return true;
        }
        if self.kept.len() < self.limit {
            self.kept.push((rank, id, name));
            return true;
        }
        match self.kept.peek_mut() {
            Some(mut worst) if (rank, id) < (worst.0, worst.1) => {
                *worst = (rank, id, name);
                true
            }
            _ => false,
        }
    }
}

/// A query against the vocabulary, in each way in which it may be meant.
struct Asked {
    variants: Vec<Vec<Column>>,
}

impl Asked {
    /// The rank of a name that a variant leads to; none if it does not answer, or an earlier variant led to it.
    fn rank_in(&self, variant: usize, name: &[u32], scratch: &mut Scratch) -> Option<u32> {
        let (before, rest) = self.variants.split_at(variant);
        let mut ranked = rest.iter().map(|columns| rank(columns, name, scratch).map(|rank| rank.number));
        let mine = ranked.next().flatten()?;
        let best = ranked.flatten().fold(mine, u32::min);
        let earlier = before.iter().any(|columns| rank(columns, name, scratch).is_some());
        (!earlier).then_some(best)
    }

    fn explain(&self, name: &[u32], scratch: &mut Scratch) -> Vec<Why> {
        let ranked = self.variants.iter().filter_map(|columns| Some((columns, rank(columns, name, scratch)?)));
        let best: Option<(&Vec<Column>, Rank)> = ranked.min_by_key(|(_, rank)| rank.number);
        best.map(|(columns, rank)| explain(columns, name, rank, scratch)).unwrap_or_default()
    }
}

impl Index {
    /// Searches: at most `limit` records after a rank and id.
    #[must_use]
    pub fn search(&self, query: &Query, filter: &Filter, after: Option<(u32, Uuid)>, limit: usize) -> Found {
        let variants = query.variants.iter().map(|tokens| columns(tokens, &self.vocabulary));
        let asked = Asked { variants: variants.collect() };
        let admitted = self.admitted(filter);
        let everything = admitted.is_everything();
        let mut best = Best { limit, after, kept: BinaryHeap::with_capacity(limit.min(1_024)) };
        let mut total = 0;
        let mut scratch = Scratch::new();
        for (variant, columns) in asked.variants.iter().enumerate() {
            for at in self.candidates(columns, &admitted) {
                let name = &self.names[at as usize];
                let Some(number) = asked.rank_in(variant, &name.syllables, &mut scratch) else { continue };
                if everything {
                    total += name.rows.len() as u64;
                    if !best.takes(number) {
                        continue;
                    }
                    // Rows lie by id: once one is not taken, none after it is.
                    let _ = name.rows.iter().try_for_each(|row| best.offer(number, row.id, at).then_some(()));
                    continue;
                }
                let mut open = best.takes(number);
                for row in name.rows.iter().filter(|row| admitted.admits(row)) {
                    total += 1;
                    open = open && best.offer(number, row.id, at);
                }
            }
        }
        let hit = |(number, id, at): (u32, Uuid, u32)| {
            let why = asked.explain(&self.names[at as usize].syllables, &mut scratch);
            Hit { rank: number, id, why }
        };
        Found { hits: best.kept.into_sorted_vec().into_iter().map(hit).collect(), total }
    }

    /// The names that may answer: those of the teams that pass the filter, if they have few records, or those with a syllable
    /// that answers the rarest one of the query. A middle syllable may be missing in the name, so of three or more only the
    /// first and the last lead.
    fn candidates(&self, columns: &[Column], admitted: &Admitted) -> Vec<u32> {
        let last = columns.len().saturating_sub(1);
        let leads = |at: usize| columns.len() < 3 || at == 0 || at == last;
        let lead = columns.iter().enumerate().filter(|(at, _)| leads(*at)).map(|(_, column)| column);
        let Some(lead) = lead.min_by_key(|column| column.names) else { return Vec::new() };
        match admitted.fewer_than(lead.names) {
            Some(teams) => self.each_once(teams.iter().flat_map(|team| &self.teams[*team as usize].names)),
            None => self.each_once(lead.folds.iter().flat_map(|fold| &self.vocabulary.fold(*fold).names)),
        }
    }

    fn each_once<'a>(&'a self, names: impl Iterator<Item = &'a u32>) -> Vec<u32> {
        let mut seen = vec![0_u64; self.names.len().div_ceil(64)];
        let unseen = |name: &u32| {
            let (word, bit) = (*name as usize / 64, 1 << (name % 64));
            let known = seen[word] & bit != 0;
            seen[word] |= bit;
            !known
        };
        names.copied().filter(unseen).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Place, Record, Standing};

    fn some_name() -> impl Strategy<Value = String> {
        let syllables = [
            "nguyễn", "nguyên", "nguyn", "trần", "văn", "vă", "thị", "an", "ân", "anh", "hòa", "hoà", "thanh", "tahnh",
            "n", "v", "ng", "nv", "nguyeenx", "va8n", "quý", "quí", "tr",
        ];
        prop::collection::vec(prop::sample::select(syllables.to_vec()), 1..6).prop_map(|words| words.join(" "))
    }

    proptest! {
        /// The rarest syllable leads to every name that answers: looking at all names finds no other.
        #[test]
        fn no_name_that_answers_is_passed_over(names in prop::collection::vec(some_name(), 1..60), query in some_name()) {
            let Ok(query) = Query::parse(&query) else { return Ok(()) };
            let mut index = Index::new();
            let nowhere = Place { province: Uuid::nil(), commune: Uuid::nil(), area_unit: Uuid::nil(), team: Uuid::nil() };
            for (n, name) in (1..).zip(&names) {
                index.put(&Record {
                    id: Uuid::from_u128(n), place: nowhere, standing: Standing::Never, name, birth_year: 0, phone: "",
                    identity: None, languages: &[], expertises: &[],
                });
            }
            let variants = query.variants.iter().map(|tokens| columns(tokens, &index.vocabulary));
            let variants: Vec<_> = variants.collect();
            let mut scratch = Scratch::new();
            let mut answers = |name: &[u32]| variants.iter().any(|columns| rank(columns, name, &mut scratch).is_some());
            let all = index.names.iter().filter(|name| answers(&name.syllables));
            let all: u64 = all.map(|name| name.rows.len() as u64).sum();
            prop_assert_eq!(index.search(&query, &Filter::default(), None, 5).total, all);
        }
    }
}
