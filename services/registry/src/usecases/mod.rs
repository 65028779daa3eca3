//! What the registry does, one function a use case: claim, read, check the area, ask the rule, write tables and events,
//! settle, commit.

mod acting;
mod areas;
mod attachments;
mod ceasings;
mod cessation;
mod corrections;
mod deadlines;
mod deviations;
mod directory;
mod documents;
mod duplicates;
mod elections;
mod imports;
mod leaders;
mod lists;
mod lookups;
mod nominations;
mod profiles;
mod recognition;
mod reorganizations;
mod rosters;
mod search;
mod successions;
mod team_changes;
mod teams;
mod training;
mod units;
mod versions;

use std::sync::Arc;

use hoagiai_identity::Caller;
use hoagiai_runtime::Counter;
use hoagiai_store::{Claim, Db, NewEvent, Origin, Position, RequestKey, Sealed, Stream, Tx};
use hoagiai_types::{Calendar, Date, Env, Etag, Id, Timestamp, Uuid};

use areas::{admitted, area_of};

use crate::{
    domain::{LookupRules, Mediator, MediatorId, Minutes, RuleSets, Rules, Team, TeamId, directory::DirectoryPolicies},
    error::Error,
    events::{self, procedures as facts},
    feeds::Names,
    papers::Papers,
    store,
    training_rules::TrainingData,
};

pub(crate) use ceasings::{CeasingWords, Ceasings};
pub(crate) use cessation::DecideCeasing;
pub(crate) use corrections::RightPerson;
pub(crate) use deadlines::DeadlineQuery;
pub(crate) use deviations::key as deviation_key;
pub(crate) use directory::{Asked, Disclosed, Meant};
pub(crate) use documents::{Format, Paper, Subject};
pub(crate) use duplicates::{Candidate as DuplicateCandidate, Marked};
pub(crate) use imports::LineageRow;
pub(crate) use lists::AsOf;
pub(crate) use rosters::{RosterDone, RosterIn};
pub(crate) use search::Wanted;
pub(crate) use successions::{Part, Successor};
pub(crate) use team_changes::NewName;
pub(crate) use teams::TeamPlan;
pub(crate) use training::{
    ContestPlan, Correction, CoursePlan, Due, DueState, Duty, Issue, Measured, SessionPlan, Training,
};
pub(crate) use units::KnownUnit;
pub(crate) use versions::VersionCorrection;

/// What a field is sealed for: binds a ciphertext to its place.
pub(crate) const PERSON: &str = "registry.mediator.person";
/// Minutes of an election, under a key of the election or of the leader's term.
pub(crate) const MINUTES: &str = "registry.election.minutes";
/// Why a list was sent back, under a key of the list.
pub(crate) const RETURN: &str = "registry.recognition_list.return";
/// The identity number of a mediator.
pub(crate) const IDENTITY: &str = "registry.mediator.identity_number";
/// Why two records were decided on.
pub(crate) const DUPLICATE: &str = "registry.mediator.duplicate";
/// A refusal's reason, or the evidence of a death.
pub(crate) const NOTE: &str = "registry.mediator.note";

/// The registry.
#[derive(Clone)]
pub(crate) struct Registry {
    db: Db,
    env: Env,
    rules: Arc<RuleSets>,
    training: Arc<TrainingData>,
    directory: Arc<DirectoryPolicies>,
    lookups: Arc<LookupRules>,
    lookups_refused: Counter,
    papers: Arc<Papers>,
    calendar: &'static Calendar,
    names: Arc<Names>,
}

/// What the registry goes by: law and policy as dated data.
pub(crate) struct Data {
    /// Teams, mediators, elections.
    pub(crate) rules: Arc<RuleSets>,
    /// Programmes and what rule 62 asks.
    pub(crate) training: Arc<TrainingData>,
    /// What the directory shows to whom.
    pub(crate) directory: Arc<DirectoryPolicies>,
    /// How many identity numbers an account may have compared.
    pub(crate) lookups: Arc<LookupRules>,
    /// Texts of the papers.
    pub(crate) papers: Arc<Papers>,
}

/// A change: who asks for it, under which key, and how the journal names it.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// Who.
    pub(crate) caller: Caller,
    /// Under which idempotency key.
    pub(crate) key: RequestKey,
    /// As the journal writes it.
    pub(crate) origin: Origin,
}

/// One moment: every rule of a request is asked on the same day.
#[derive(Debug, Clone, Copy)]
struct Moment {
    now: Timestamp,
    today: Date,
}

impl Moment {
    /// An instant that nothing recorded so far shares, not even by a clock that stands still: for changes that know what
    /// they ended by it.
    fn after_all(self) -> Self {
        Self { now: self.now.plus(std::time::Duration::from_micros(1)), ..self }
    }
}

/// What a change does to the standing of a team.
enum Standing<'a> {
    /// Nothing.
    Same,
    /// State, numbers or leader changed from a day on.
    Changed(Date),
    /// It became what it is from a day on, which this fact tells.
    Told(Date, &'a (dyn Fn(&Team) -> NewEvent + Sync)),
    /// This fact tells of it; its versions are written by whoever corrects them.
    Row(&'a (dyn Fn(&Team) -> NewEvent + Sync)),
}

impl Standing<'_> {
    /// The day from which the team is what it is now; none if nothing that is kept in time changed.
    fn since(&self) -> Option<Date> {
        match self {
            Self::Same | Self::Row(_) => None,
            Self::Changed(on) | Self::Told(on, _) => Some(*on),
        }
    }
}

impl Registry {
    /// A registry over a database.
    pub(crate) fn new(db: Db, env: Env, data: Data, names: Arc<Names>, lookups_refused: Counter) -> Self {
        let Data { rules, training, directory, lookups, papers } = data;
        let calendar = Calendar::vietnam();
        Self { db, env, rules, training, directory, lookups, lookups_refused, papers, calendar, names }
    }

    fn moment(&self) -> Moment {
        let now = self.env.now();
        Moment { now, today: now.date_in_vietnam() }
    }

    fn rules(&self, day: Date) -> &Rules {
        self.rules.on(day)
    }

    /// Begins a change: a transaction, and the resource of an earlier call of the same request.
    async fn begin(&self, change: &Change) -> Result<(Tx, Option<Uuid>), Error> {
        Self::claimed(self.db.write().await?, change).await
    }

    /// [`Registry::begin`] for a change of thousands of records.
    async fn begin_much(&self, change: &Change) -> Result<(Tx, Option<Uuid>), Error> {
        Self::claimed(self.db.write_much().await?, change).await
    }

    async fn claimed(mut tx: Tx, change: &Change) -> Result<(Tx, Option<Uuid>), Error> {
        let done = match tx.claim(&change.key).await? {
            Claim::New => None,
            Claim::Repeat { resource } => Some(resource),
        };
        Ok((tx, done))
    }

    /// Ends a change: its answer is `resource`.
    async fn end<T>(&self, mut tx: Tx, change: &Change, resource: Id<T>) -> Result<Position, Error> {
        tx.settle(&change.key, resource.uuid()).await?;
        Ok(tx.commit().await?.position)
    }

    /// Reads a team for a change, or refuses alike whether it is absent or elsewhere.
    async fn team(&self, tx: &mut Tx, caller: &Caller, team: TeamId, moment: Moment) -> Result<Team, Error> {
        let found = store::teams::get(tx, team, moment.today).await?;
        admitted(caller, found, area_of, Error::TeamNotFound(team))
    }

    /// Writes a team with the facts about it, the one that carries the team last: the team's revision is the version of
    /// its stream, so that two changes at once cannot both go through.
    async fn write_team(
        &self,
        tx: &mut Tx,
        change: &Change,
        team: &mut Team,
        mut facts: Vec<NewEvent>,
        standing: Standing<'_>,
        moment: Moment,
    ) -> Result<(), Error> {
        let from = team.revision;
        let carrying = i64::from(!matches!(standing, Standing::Same));
        team.revision += i64::try_from(facts.len()).unwrap_or(0) + carrying;
        team.updated_at = moment.now;
        let since = standing.since();
        match standing {
            Standing::Same => {}
            Standing::Changed(on) => facts.push(events::team_standing_changed(team, on)),
            Standing::Told(_, fact) | Standing::Row(fact) => facts.push(fact(team)),
        }
        store::teams::update(tx, team, from, since.map(|day| (day, &*self.rules))).await?;
        tx.append(Stream::new("team", team.id), from, &change.origin, &facts).await?;
        Ok(())
    }

    /// Appends the one fact that moved a mediator to its present revision.
    async fn tell(tx: &mut Tx, change: &Change, mediator: &Mediator, fact: NewEvent) -> Result<(), Error> {
        let stream = Stream::new("mediator", mediator.id);
        tx.append(stream, mediator.revision - 1, &change.origin, &[fact]).await?;
        Ok(())
    }

    /// Seals a note about a mediator under the mediator's key.
    async fn seal_note(tx: &mut Tx, mediator: MediatorId, note: &str) -> Result<Sealed, Error> {
        Ok(tx.seal(mediator.into(), NOTE, note.as_bytes()).await?)
    }
}

/// Opens words that were sealed for a place; empty when there are none, or their key was destroyed.
async fn opened(tx: &mut Tx, context: &'static str, sealed: Option<&[u8]>) -> Result<String, Error> {
    let Some(bytes) = sealed else { return Ok(String::new()) };
    let bytes = tx.unseal(context, &Sealed::from_bytes(bytes)?).await?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default())
}

/// Opens minutes; none when there are none, or their key was destroyed.
async fn opened_minutes(tx: &mut Tx, sealed: Option<&[u8]>) -> Result<Option<Minutes>, Error> {
    let Some(bytes) = sealed else { return Ok(None) };
    let bytes = tx.unseal(MINUTES, &Sealed::from_bytes(bytes)?).await?;
    Ok(bytes.and_then(|bytes| facts::minutes_from(&bytes)))
}

/// Whether a change that states an etag may go on.
fn admit_etag(revision: i64, wanted: Option<Etag>) -> Result<(), Error> {
    Ok(Etag::new(revision).admits(wanted)?)
}
