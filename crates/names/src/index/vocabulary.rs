//! The syllables of all names: each once as written, grouped by its plain letters, with the names that it occurs in.

use std::collections::HashMap;

use crate::spelling::{Spelled, spelling_key};

/// A syllable as written.
#[derive(Default)]
pub(super) struct Syllable {
    pub(super) exact: String,
    pub(super) spelled: Spelled,
    pub(super) fold: u32,
    /// The syllable with its tone at the end, shared by its spellings.
    tone: u32,
    /// Places in names.
    uses: u32,
}

/// Plain letters, with the syllables written with them.
#[derive(Default)]
pub(super) struct Fold {
    pub(super) text: String,
    pub(super) spelling: String,
    /// Which letters occur, a bit each.
    pub(super) letters: u32,
    pub(super) syllables: Vec<u32>,
    /// Names with such a syllable; one with two of them stands twice.
    pub(super) names: Vec<u32>,
}

#[derive(Default)]
pub(super) struct Vocabulary {
    syllables: Vec<Syllable>,
    by_exact: HashMap<String, u32>,
    free: Vec<u32>,
    folds: Vec<Fold>,
    by_fold: HashMap<String, u32>,
    by_tone: HashMap<String, u32>,
}

/// Which letters occur, a bit each; everything but a to z shares one.
pub(super) fn letters(text: &str) -> u32 {
    text.chars().fold(0, |mask, c| {
        mask | match c {
            'a'..='z' => 1 << (c as u32 - 'a' as u32),
            _ => 1 << 26,
        }
    })
}

fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

impl Vocabulary {
    /// The number of a syllable, in NFC and lower case.
    pub(super) fn intern(&mut self, exact: &str) -> u32 {
        if let Some(known) = self.by_exact.get(exact) {
            return *known;
        }
        let spelled = Spelled::of(exact);
        let text = spelled.folded();
        let fold = match self.by_fold.get(&text) {
            Some(known) => *known,
            None => {
                let fold = Fold {
                    spelling: spelling_key(&text),
                    letters: letters(&text),
                    text: text.clone(),
                    ..Fold::default()
                };
                self.folds.push(fold);
                *self.by_fold.entry(text).or_insert(index(self.folds.len() - 1))
            }
        };
        let next = index(self.by_tone.len());
        let tone = *self.by_tone.entry(spelled.key()).or_insert(next);
        let syllable = Syllable { exact: exact.to_owned(), spelled, fold, tone, uses: 0 };
        let at = match self.free.pop() {
            Some(at) => {
                self.syllables[at as usize] = syllable;
                at
            }
            None => {
                self.syllables.push(syllable);
                index(self.syllables.len() - 1)
            }
        };
        self.by_exact.insert(exact.to_owned(), at);
        self.folds[fold as usize].syllables.push(at);
        at
    }

    pub(super) fn folded(&self, syllable: u32) -> u32 {
        self.syllables[syllable as usize].fold
    }

    pub(super) fn toned(&self, syllable: u32) -> u32 {
        self.syllables[syllable as usize].tone
    }

    /// A name with these syllables is kept under `name`.
    pub(super) fn remember(&mut self, syllables: &[u32], name: u32) {
        for at in syllables {
            let syllable = &mut self.syllables[*at as usize];
            syllable.uses += 1;
            self.folds[syllable.fold as usize].names.push(name);
        }
    }

    /// The name is kept no more; syllables that no other has are forgotten with it.
    pub(super) fn forget(&mut self, syllables: &[u32], name: u32) {
        for at in syllables {
            let syllable = &mut self.syllables[*at as usize];
            let fold = &mut self.folds[syllable.fold as usize];
            if let Some(found) = fold.names.iter().position(|known| *known == name) {
                fold.names.swap_remove(found);
            }
            syllable.uses -= 1;
            if syllable.uses > 0 {
                continue;
            }
            let gone = std::mem::take(syllable);
            fold.syllables.retain(|known| known != at);
            self.by_exact.remove(&gone.exact);
            self.free.push(*at);
            if fold.syllables.is_empty() {
                // Its place stays, empty, for the same letters; the letters themselves go.
                let text = std::mem::take(&mut fold.text);
                self.by_fold.remove(&text);
                *fold = Fold::default();
            }
        }
    }

    pub(super) fn syllable(&self, at: u32) -> &Syllable {
        &self.syllables[at as usize]
    }

    pub(super) fn syllable_count(&self) -> usize {
        self.syllables.len()
    }

    /// The plain letters in use, with their numbers.
    pub(super) fn folds(&self) -> impl Iterator<Item = (u32, &Fold)> {
        (0..).zip(&self.folds).filter(|(_, fold)| !fold.names.is_empty())
    }

    pub(super) fn fold(&self, at: u32) -> &Fold {
        &self.folds[at as usize]
    }
}
