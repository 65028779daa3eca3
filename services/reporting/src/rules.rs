//! The forms that the release carries, compiled once.

use std::sync::{Arc, LazyLock};

use hoagiai_types::Date;

use crate::domain::{CompiledForm, InvalidForm};

const FORMS: [&str; 3] = [
    include_str!("../../../rules/forms/five_good-2022.toml"),
    include_str!("../../../rules/forms/organization-2013.toml"),
    include_str!("../../../rules/forms/results-2013.toml"),
];

/// Forms by code and version.
#[derive(Debug)]
pub struct Forms(Vec<Arc<CompiledForm>>);

static BUILTIN: LazyLock<Result<Arc<Forms>, InvalidForm>> = LazyLock::new(|| load(&FORMS).map(Arc::new));

/// The forms of the release.
///
/// # Errors
/// If a file of the release is faulty: the service does not start, and a test keeps that from being released.
pub fn load_builtin() -> Result<Arc<Forms>, &'static InvalidForm> {
    BUILTIN.as_ref().cloned()
}

fn load(texts: &[&str]) -> Result<Forms, InvalidForm> {
    let mut forms =
        texts.iter().map(|text| CompiledForm::compile(text).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    forms.sort_by(|a, b| a.key().cmp(&b.key()));
    Ok(Forms(forms))
}

impl Forms {
    /// The form of a code and version.
    pub fn find(&self, code: &str, version: &str) -> Option<Arc<CompiledForm>> {
        self.0.iter().find(|form| form.key() == (code, version)).cloned()
    }

    /// The newest version of a form that holds on a day.
    pub fn in_force(&self, code: &str, day: Date) -> Option<Arc<CompiledForm>> {
        let holding = self.0.iter().filter(|form| form.definition.code == code && form.definition.holds(day));
        holding.max_by_key(|form| form.definition.valid_from).cloned()
    }

    /// Forms after a code and version, in that order.
    pub fn after<'f>(&'f self, key: Option<(&'f str, &'f str)>) -> impl Iterator<Item = Arc<CompiledForm>> + 'f {
        self.0.iter().filter(move |form| key.is_none_or(|key| form.key() > key)).cloned()
    }
}

#[cfg(test)]
pub(crate) fn builtin() -> Arc<Forms> {
    load_builtin().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_the_release_are_sound() {
        let forms = builtin();
        let keys: Vec<_> = forms.after(None).map(|form| form.definition.code.clone()).collect();
        assert_eq!(keys, ["five_good", "organization", "results"]);
        let last = "2022-12-31".parse().unwrap();
        assert_eq!(forms.in_force("results", last).unwrap().columns.len(), 13);
        assert!(forms.in_force("results", "2013-12-31".parse().unwrap()).is_none());
        assert!(forms.find("results", "1999").is_none());
    }
}
