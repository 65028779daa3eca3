//! Reading a case: without its content by those whose area it lies in; with it only by its mediators, the leader of its
//! team and officers with a purpose, and never unrecorded (rule 55).

use hoagiai_identity::{AreaPath, Caller, Conflicts, Denied, Role};
use hoagiai_store::{Entry, Origin, StoreError, Tx};
use hoagiai_types::Id;

use super::{Cases, path, path_or_nowhere};
use crate::{
    domain::{Case, CaseId, Content, MediatorId},
    error::Error,
    events,
    store::{append, case_stream, cases, known, read_stream},
};

/// Officers who may read content, if they say for which purpose.
const OFFICERS: [Role; 4] = [Role::JusticeOfficer, Role::CommuneChair, Role::JusticeDepartment, Role::Auditor];

/// Most facts of one case that are told: a case has a few dozen.
const MOST_FACTS: i64 = 1_000;

/// A case as far as it was asked for.
#[derive(Debug)]
pub struct Reading {
    /// The case.
    pub case: Case,
    /// Its content; none if it was not asked for or its key was destroyed.
    pub content: Option<Content>,
}

impl Cases {
    /// Reads a case without its content: nothing is unsealed.
    pub async fn get(&self, caller: &Caller, id: CaseId) -> Result<Reading, Error> {
        let mut tx = self.db.read_one().await?;
        let case = find(&mut tx, caller, id).await?;
        Ok(Reading { case, content: None })
    }

    /// Reads a case with its content. The read is in the journal before anybody sees what was read.
    pub async fn get_full(&self, caller: &Caller, origin: &Origin, id: CaseId) -> Result<Reading, Error> {
        let mut tx = self.db.write().await?;
        let case = find(&mut tx, caller, id).await?;
        let path = path(&case.place);
        let conflicts = Conflicts::of_people(case.mediators.conflicted().map(|mediator| mediator.uuid()));
        caller.admit_unless_conflicted(&path, &conflicts)?;
        may_read_content(&mut tx, caller, &case, &path).await?;
        let (count, sealed) = cases::count_read(&mut tx, id).await?;
        let content = match tx.unseal(events::CONTENT, &sealed).await? {
            None => None,
            Some(bytes) => {
                let content = events::decode_content(&bytes);
                Some(content.ok_or_else(|| StoreError::inconsistent("cases", "content", id))?)
            }
        };
        append(&mut tx, read_stream(id), count, origin, events::content_read(id, caller.today())).await?;
        tx.commit().await?;
        Ok(Reading { case, content })
    }

    /// Every fact of a case and every read of its content, oldest first.
    pub async fn history(&self, caller: &Caller, id: CaseId) -> Result<Vec<Entry>, Error> {
        let mut tx = self.db.read().await?;
        find(&mut tx, caller, id).await?;
        let mut entries = tx.read_stream(case_stream(id), 0, MOST_FACTS).await?;
        let reads = tx.read_stream(read_stream(id), 0, MOST_FACTS).await?;
        // A read makes no version of the case.
        entries.extend(reads.into_iter().map(|entry| Entry { stream_version: 0, ..entry }));
        entries.sort_by_key(|entry| entry.position);
        Ok(entries)
    }
}

async fn find(tx: &mut Tx, caller: &Caller, id: CaseId) -> Result<Case, Error> {
    let found = cases::find(tx, id).await?;
    caller.admit(&path_or_nowhere(found.as_ref().map(|case| &case.place)))?;
    found.ok_or(Error::CaseNotFound(id))
}

async fn may_read_content(tx: &mut Tx, caller: &Caller, case: &Case, path: &AreaPath) -> Result<(), Error> {
    let roles = caller.roles_over(path);
    let person: Option<MediatorId> = caller.person().map(Id::from_uuid);
    if roles.contains(Role::TeamLeader) {
        return Ok(());
    }
    if let Some(person) = person.filter(|_| roles.contains(Role::Mediator))
        && (case.mediators.includes(person) || known::is_leader(tx, case.place.team, person, caller.today()).await?)
    {
        return Ok(());
    }
    // An account of a team that is bound to no person cannot be told from its mediators: it states why, as officers do.
    let team_account = roles.contains(Role::Mediator) && person.is_none();
    match (team_account || OFFICERS.iter().any(|role| roles.contains(*role)), caller.purpose()) {
        (false, _) => Err(Denied::Role.into()),
        (true, None) => Err(Error::PurposeRequired),
        (true, Some(_)) => Ok(()),
    }
}
