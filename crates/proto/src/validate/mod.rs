//! What the generated validation is built from: a path that costs nothing until something is wrong, the collected
//! violations, and the checks themselves. The rules stand in the contracts, not here.

mod checks;
mod fault;

use std::borrow::Cow;
use std::fmt;

use tonic_types::FieldViolation;

pub use checks::*;
pub use fault::Fault;

use crate::codec::LOCALE;

/// A message that knows the rules of its contract.
pub trait Validate {
    /// Adds every fault of the message, and of what is in it, below the path.
    fn validate(&self, at: &Path<'_>, out: &mut Violations);

    /// Every fault of the message.
    fn faults(&self) -> Violations {
        let mut out = Violations::default();
        self.validate(&Path::ROOT, &mut out);
        out
    }
}

/// A path in a message such as `candidates[3].person.full_name`: a list on the stack, printed only for a fault.
#[derive(Clone, Copy)]
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Field(&'p str),
    Index(usize),
    Key(&'p dyn fmt::Debug),
}

impl Path<'_> {
    /// The message itself.
    pub const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    /// A field of the message here.
    pub fn field<'c>(&'c self, name: &'c str) -> Path<'c> {
        Path { parent: Some(self), step: Step::Field(name) }
    }

    /// An item of the list here.
    pub fn index(&self, index: usize) -> Path<'_> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// A value of the map here.
    pub fn key<'c>(&'c self, key: &'c dyn fmt::Debug) -> Path<'c> {
        Path { parent: Some(self), step: Step::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) => match self.parent.is_some_and(|p| !matches!(p.step, Step::Root)) {
                true => write!(f, ".{name}"),
                false => f.write_str(name),
            },
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, "[{key:?}]"),
        }
    }
}

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field in the request.
    pub field: String,
    /// Stable reason, UPPER_SNAKE_CASE.
    pub reason: Cow<'static, str>,
    /// What is wrong and what would be right, in English.
    pub english: String,
    /// The same in Vietnamese.
    pub vietnamese: String,
}

/// Everything wrong with a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations {
    listed: Vec<Violation>,
    count: usize,
}

/// More faults than this are counted, not kept: a hostile request must not make a long answer.
const KEPT: usize = 100;
/// Room for the listed faults in the trailers of an answer; clients refuse trailers above 8 KiB in base64.
const ROOM: usize = 5_000;

impl Violations {
    /// Adds a fault found by a rule of the contract.
    pub fn fault(&mut self, at: &Path<'_>, fault: &Fault) {
        self.add_with(fault.reason(), || (at.to_string(), fault.to_string(), fault.vietnamese()));
    }

    /// Adds a fault found by a rule of a use case.
    pub fn add(&mut self, field: impl fmt::Display, reason: &'static str, english: &str, vietnamese: &str) {
        self.add_with(reason, || (field.to_string(), english.to_owned(), vietnamese.to_owned()));
    }

    fn add_with(&mut self, reason: &'static str, texts: impl FnOnce() -> (String, String, String)) {
        self.count += 1;
        if self.listed.len() < KEPT {
            let (field, english, vietnamese) = texts();
            self.listed.push(Violation { field, reason: reason.into(), english, vietnamese });
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many faults there are, listed or not.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The faults, at most a hundred.
    pub fn listed(&self) -> &[Violation] {
        &self.listed
    }

    /// One line in English.
    pub fn english(&self) -> String {
        match self.listed.as_slice() {
            [only] if self.count == 1 => format!("{} {}", only.field, only.english),
            _ => format!("{} fields are not valid: {}", self.count, self.names()),
        }
    }

    /// One line in Vietnamese.
    pub fn vietnamese(&self) -> String {
        match self.listed.as_slice() {
            [only] if self.count == 1 => format!("Trường {} {}.", only.field, only.vietnamese),
            _ => format!("Có {} trường chưa hợp lệ: {}.", self.count, self.names()),
        }
    }

    fn names(&self) -> String {
        let shown: Vec<&str> = self.listed.iter().take(5).map(|v| v.field.as_str()).collect();
        shown.join(", ") + if self.count > shown.len() { ", …" } else { "" }
    }

    /// The faults as `BadRequest` lists them, as many as trailers have room for.
    pub fn fields(&self) -> Vec<FieldViolation> {
        let mut room = ROOM;
        let fits = |v: &&Violation| {
            let size = v.field.len() + v.reason.len() + v.english.len() + v.vietnamese.len() + LOCALE.len() + 16;
            room.checked_sub(size).map(|left| room = left).is_some()
        };
        let field = |v: &Violation| FieldViolation {
            reason: v.reason.clone().into_owned(),
            localized_message: Some(tonic_types::LocalizedMessage::new(LOCALE, &v.vietnamese)),
            ..FieldViolation::new(&v.field, &v.english)
        };
        self.listed.iter().take_while(fits).map(field).collect()
    }

    /// Nothing wrong, or everything that is.
    ///
    /// # Errors
    /// The violations themselves, when there are any.
    pub fn ok(self) -> Result<(), Violations> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}
