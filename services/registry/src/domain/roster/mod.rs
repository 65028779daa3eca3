//! Rosters: what was decided on paper, recorded as it was. The rules of elections, lists and deadlines (8 to 14, 21, 22) do
//! not apply to history; composition (3 to 6) shows as deviations; one area (1), one team an area (2), in force by
//! decision (15) and one leader (20) hold.

mod mediators;
mod place;
mod teams;

pub use mediators::{Corrected, Enrolled, KnownPerson, Led, MediatorLine, MediatorsPlan, plan_mediator_lines};
use place::key;
pub use place::{CommuneGround, Ground, PlaceText, Places};
pub use teams::{TeamLine, TeamsPlan, plan_team_lines};

use hoagiai_types::{Date, Id};

use super::{Decision, EthnicClass, Gender, Rules, Statistics, Team, TeamState, UnitVersion, words};

/// Id of an import.
pub type RosterImportId = Id<RosterImport>;

/// An import of a roster.
#[derive(Debug)]
pub struct RosterImport;

words! {
    /// What a roster lists.
    RosterKind {
        /// Teams.
        Teams = "teams",
        /// Mediators.
        Mediators = "mediators",
    }
}

words! {
    /// Cells of a line that the registry may find fault with; the words are those of crates/sheets.
    LineField {
        /// The commune.
        Commune = "commune",
        /// The thôn or tổ dân phố.
        Area = "area",
        /// Its code.
        AreaCode = "area_code",
        /// The team.
        Team = "team",
        /// The person's name.
        FullName = "full_name",
        /// Role in the team.
        Role = "role",
        /// Number of the decision.
        DecisionNumber = "decision_number",
    }
}

words! {
    /// What the registry finds fault with; the words are those of crates/sheets.
    LineReason {
        /// Nothing is there.
        Required = "REQUIRED",
        /// There before, in the same file.
        DuplicateRow = "DUPLICATE_ROW",
        /// Rule 20, within the file.
        TwoLeaders = "TWO_LEADERS",
        /// No such commune in the area of the import.
        CommuneUnknown = "COMMUNE_UNKNOWN",
        /// No such thôn or tổ dân phố.
        AreaUnknown = "AREA_UNKNOWN",
        /// More than one of that name.
        AreaAmbiguous = "AREA_AMBIGUOUS",
        /// No such team.
        TeamUnknown = "TEAM_UNKNOWN",
        /// More than one team fits.
        TeamAmbiguous = "TEAM_AMBIGUOUS",
        /// Rule 2.
        AreaHasTeam = "AREA_HAS_TEAM",
        /// There by another decision.
        DecisionDiffers = "DECISION_DIFFERS",
        /// Ceased since.
        AlreadyCeased = "ALREADY_CEASED",
        /// Rule 20, against what is known.
        TeamHasLeader = "TEAM_HAS_LEADER",
        /// More than one person fits.
        PersonAmbiguous = "PERSON_AMBIGUOUS",
        /// On the way to recognition by this system.
        ChangeNotAdmitted = "CHANGE_NOT_ADMITTED",
    }
}

words! {
    /// What becomes of a line.
    LineOutcome {
        /// A record is made.
        Created = "created",
        /// A record is corrected.
        Updated = "updated",
        /// It is there.
        Unchanged = "unchanged",
        /// Left out for its faults.
        Faulty = "faulty",
        /// Left out for the faults of others.
        NotTaken = "not_taken",
    }
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineFault {
    /// Which, by its place in the roster.
    pub line: usize,
    /// Which cell.
    pub field: LineField,
    /// What.
    pub reason: LineReason,
}

type Found<T> = Result<T, (LineField, LineReason)>;

/// Whether two decisions are the same paper: spaces and case do not tell them apart, nor who is said to have signed.
fn same_paper(one: &Decision, other: &Decision) -> bool {
    let plain =
        |number: &str| number.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect::<String>();
    one.issue_date == other.issue_date && plain(&one.number) == plain(&other.number)
}

/// The decision of a line, else of the import, signed by the chairman of the commune where nothing else is said.
fn decided(line: Option<&Decision>, import: Option<&Decision>, commune: &UnitVersion) -> Found<Decision> {
    let paper = line.or(import).ok_or((LineField::DecisionNumber, LineReason::Required))?;
    let mut paper = paper.clone();
    if paper.issuer.is_empty() {
        paper.issuer = format!("Chủ tịch UBND {}", in_sentence(&commune.name));
    }
    Ok(paper)
}

/// `Phường Ba Đình` within a sentence.
fn in_sentence(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

impl Team {
    /// Takes mediators whom a roster tells to be in force, however many the decision fixed: what was decided is recorded
    /// as it was, and shows as a deviation (rule 6).
    pub fn enroll(&mut self, people: impl IntoIterator<Item = Statistics>) {
        for person in people {
            self.mediators += 1;
            self.women += u32::from(person.gender == Gender::Female);
            self.ethnic_minority += u32::from(person.ethnic_class == EthnicClass::Other);
        }
        if self.state == TeamState::Planned && self.mediators > 0 {
            self.state = TeamState::Forming;
        }
    }

    /// In force by a decision of before this system: since that day, with whatever it lacks.
    pub fn found(&mut self, rules: &Rules, day: Date) {
        self.state = TeamState::Active;
        self.active_date = Some(day);
        self.stand(rules, day);
    }

    /// Whether rules 3 to 6 or 20 find fault with it.
    pub fn deviates(&self) -> bool {
        self.mediators > self.target_size || self.deficiencies.iter().next().is_some()
    }
}
