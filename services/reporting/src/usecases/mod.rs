//! What the service does: read forms, compute a report, explain a cell. Everything is read in one snapshot.

mod explain;
mod reports;

use std::sync::Arc;

use hoagiai_store::{Db, Position, StoreError, wait_for};
use hoagiai_types::{Date, Env};

pub use explain::{Explained, Record};
pub use reports::{Boundaries, ComputedReport, Question};

use crate::{
    config::Config,
    domain::{CompiledForm, Positions, Refusal},
    error::Error,
    feeds,
    rules::Forms,
};

/// The use cases and what they need.
#[derive(Clone)]
pub struct Reporting {
    db: Db,
    env: Env,
    forms: Arc<Forms>,
    config: Config,
}

impl Reporting {
    /// The use cases over a database.
    pub fn new(db: Db, env: Env, forms: Arc<Forms>, config: Config) -> Self {
        Reporting { db, env, forms, config }
    }

    /// The form of a code and version; without a version the one in force on a day.
    pub fn form(&self, code: &str, version: &str, day: Date) -> Result<Arc<CompiledForm>, Error> {
        let form = if version.is_empty() { self.forms.in_force(code, day) } else { self.forms.find(code, version) };
        Ok(form.ok_or_else(|| Refusal::FormNotFound { code: code.to_owned(), version: version.to_owned() })?)
    }

    /// The form of a code and version.
    pub fn form_version(&self, code: &str, version: &str) -> Result<Arc<CompiledForm>, Error> {
        let not_found = || Refusal::FormNotFound { code: code.to_owned(), version: version.to_owned() };
        Ok(self.forms.find(code, version).ok_or_else(not_found)?)
    }

    /// Forms after a code and version, at most `limit`, in that order.
    pub fn forms(&self, after: Option<&(String, String)>, limit: usize) -> Vec<Arc<CompiledForm>> {
        let after = after.map(|(code, version)| (code.as_str(), version.as_str()));
        self.forms.after(after).take(limit).collect()
    }

    async fn caught_up(&self, at_least: Positions) -> Result<(), Error> {
        let asked: [(&'static str, &'static str, Position); 3] = [
            ("registry", feeds::REGISTRY, at_least.registry),
            ("cases", feeds::CASES, at_least.cases),
            ("evaluation", feeds::EVALUATION, at_least.evaluation),
        ];
        for (journal, projection, position) in asked.into_iter().filter(|(.., position)| *position > 0) {
            match wait_for(&self.db, projection, position, self.config.catch_up()).await {
                Err(StoreError::Busy(_)) => return Err(Error::NotCaughtUp { journal, position }),
                other => other?,
            }
        }
        Ok(())
    }
}
