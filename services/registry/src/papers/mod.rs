//! The papers of the procedures: which there are, what their wording may say, and the values that records give. Pure:
//! records come in, a document goes out.

mod cessation;
mod election;
mod error;
mod language;
mod leader;
mod list;
mod minutes;
mod place;
mod words;

use std::{collections::BTreeMap, path::Path};

use hoagiai_documents::{Layout, Template, TemplateError};
use hoagiai_types::Date;

use crate::domain::PaperKind;

pub(crate) use cessation::{Leaving, of_cessation};
pub(crate) use election::{Held, of_election, of_minutes_day};
pub(crate) use error::PaperError;
pub(crate) use leader::{Led, of_leader, of_leader_decision};
pub(crate) use list::{Listed, of_list, of_list_decision};
pub(crate) use minutes::of_minutes;
pub(crate) use place::{Place, of_place};

/// The wordings that come with the program: the look first.
const LAYOUT: &str = include_str!("../../../../rules/documents/layout.toml");
const EMBEDDED: &[&str] = &[
    include_str!("../../../../rules/documents/01-election-minutes-public-vote.toml"),
    include_str!("../../../../rules/documents/02-election-minutes-secret-ballot.toml"),
    include_str!("../../../../rules/documents/03-election-minutes-household-ballot.toml"),
    include_str!("../../../../rules/documents/04-leader-minutes-public-vote.toml"),
    include_str!("../../../../rules/documents/05-leader-minutes-secret-ballot.toml"),
    include_str!("../../../../rules/documents/06-recognition-list.toml"),
    include_str!("../../../../rules/documents/07-leader-proposal.toml"),
    include_str!("../../../../rules/documents/08-cessation-proposal.toml"),
    include_str!("../../../../rules/documents/09-cessation-disagreement.toml"),
    include_str!("../../../../rules/documents/decision-cessation.toml"),
    include_str!("../../../../rules/documents/decision-recognition.toml"),
    include_str!("../../../../rules/documents/decision-leader.toml"),
];

/// Why wordings were refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PapersError {
    /// A file cannot be read.
    #[error("the wordings of papers cannot be read")]
    Unreadable(#[from] std::io::Error),
    /// The look is not of the form.
    #[error("the layout of papers is not readable")]
    Layout(#[source] toml::de::Error),
    /// A wording is not of the form, or says what there is not.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Two wordings of one paper from one day, or none.
    #[error("the paper `{0}` needs wordings, all from different days")]
    Days(&'static str),
}

/// The wordings of the papers, by day.
#[derive(Debug)]
pub(crate) struct Papers(BTreeMap<PaperKind, Vec<Template>>);

impl Papers {
    /// Those of a folder: `layout.toml`, and every other `.toml` is a wording.
    pub(crate) fn of_folder(folder: &Path) -> Result<Self, PapersError> {
        let mut layout = String::new();
        let mut wordings = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name == "layout.toml") {
                layout = std::fs::read_to_string(&path)?;
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                wordings.push(std::fs::read_to_string(&path)?);
            }
        }
        Self::read(&layout, wordings.iter().map(String::as_str))
    }

    /// Those that come with the program.
    pub(crate) fn embedded() -> Result<Self, PapersError> {
        Self::read(LAYOUT, EMBEDDED.iter().copied())
    }

    /// Reads a layout and wordings.
    pub(crate) fn read<'t>(layout: &str, wordings: impl IntoIterator<Item = &'t str>) -> Result<Self, PapersError> {
        let layout = Layout::read(layout).map_err(PapersError::Layout)?;
        let mut papers: BTreeMap<PaperKind, Vec<Template>> = BTreeMap::new();
        for text in wordings {
            let template = Template::read(text, &layout, |kind| PaperKind::from_word(kind).map(words::of))?;
            // What was read is one of the kinds.
            if let Some(kind) = PaperKind::from_word(&template.kind) {
                papers.entry(kind).or_default().push(template);
            }
        }
        for kind in PaperKind::ALL {
            let wordings = papers.entry(*kind).or_default();
            wordings.sort_by_key(|template| template.valid_from);
            let distinct = wordings.windows(2).all(|pair| pair[0].valid_from < pair[1].valid_from);
            if wordings.is_empty() || !distinct {
                return Err(PapersError::Days(kind.word()));
            }
        }
        Ok(Self(papers))
    }

    /// The wording of a paper on a day; none before the first: a decision must not cite a law that was not there yet.
    pub(crate) fn on(&self, kind: PaperKind, day: Date) -> Option<&Template> {
        self.0.get(&kind)?.iter().rev().find(|template| template.valid_from <= day)
    }

    /// Every paper with its wording on a day.
    pub(crate) fn all_on(&self, day: Date) -> impl Iterator<Item = (PaperKind, &Template)> {
        self.0.keys().filter_map(move |kind| Some((*kind, self.on(*kind, day)?)))
    }
}

#[cfg(test)]
mod tests;
