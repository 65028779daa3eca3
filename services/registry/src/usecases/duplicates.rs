//! Records that may be of one person: finding them, deciding on them, taking a decision back.

use std::{collections::HashMap, time::Duration};

use hoagiai_identity::Caller;
use hoagiai_names::{Filter, Pair, PairReason};
use hoagiai_store::{Position, Sealed, StoreError, Stream, Tx};
use hoagiai_types::{Date, Etag, Uuid};

use super::{
    Change, DUPLICATE, Moment, Registry, Standing, admit_etag, admitted,
    areas::{area_of_mediator, cut},
};
use crate::{
    domain::{
        Duplicate, DuplicateId, DuplicateReason, DuplicateVerdict, Mediator, MediatorId, Person, Refusal, UnitId,
        merge, pair, score, unmerge,
    },
    error::{Error, FaultText},
    events,
    store::{self, AsOf, UnitFilter},
};

/// A record is found through at most so many merges.
const MERGES: usize = 32;

/// Two records that may be of one person.
pub(crate) struct Candidate {
    /// Both, with who they are.
    pub(crate) records: [(Mediator, Option<Person>); 2],
    /// What they have in common.
    pub(crate) reasons: Vec<DuplicateReason>,
    /// How likely.
    pub(crate) score: u8,
    /// Version of the pair.
    pub(crate) etag: Etag,
}

/// A decision as it now is.
pub(crate) struct Marked {
    /// The decision.
    pub(crate) duplicate: Duplicate,
    /// Why; none once the key of the person was destroyed.
    pub(crate) reason: Option<String>,
    /// Position in the journal.
    pub(crate) position: Position,
}

/// Where a page of candidates begins: most likely first.
pub(crate) type After = (u8, Uuid, Uuid);

impl Registry {
    /// Candidates of a unit within the areas of the caller, after one, and how many there are.
    pub(crate) async fn find_duplicates(
        &self,
        caller: &Caller,
        (unit, at): (UnitId, Option<AsOf>),
        (at_least, wait): (Position, Option<Duration>),
        (after, limit): (Option<After>, usize),
    ) -> Result<(Vec<Candidate>, usize), Error> {
        self.names.reach(at_least, wait).await?;
        let mut tx = self.db.read().await?;
        let cut = cut(&mut tx, caller, Some(unit), at).await?;
        let filter = match at {
            None => Filter { unit: cut.unit.map(UnitFilter::id), within: cut.within, ..Filter::default() },
            Some(at) => Self::filter_then(&mut tx, at, cut, Filter::default()).await?,
        };
        let names = self.names.clone();
        let found = tokio::task::spawn_blocking(move || names.read().pairs(&filter));
        let found = found.await.map_err(|_| StoreError::Unavailable(None))?;
        let firsts: Vec<Uuid> = found.iter().map(|pair| pair.first).collect();
        let decided = store::duplicates::decided(&mut tx, &firsts, at).await?;
        let open = found.into_iter().filter(|pair| !decided.contains(&(pair.first, pair.second)));
        let mut open: Vec<(u8, Vec<DuplicateReason>, Pair)> = open.map(weighed).collect();
        let total = open.len();
        // Most likely first; the ids decide between equals.
        open.sort_unstable_by_key(|(score, _, pair)| (std::cmp::Reverse(*score), pair.first, pair.second));
        if let Some((score, first, second)) = after {
            let key = (std::cmp::Reverse(score), first, second);
            open.retain(|(score, _, pair)| (std::cmp::Reverse(*score), pair.first, pair.second) > key);
        }
        open.truncate(limit);
        Ok((Self::candidates(&mut tx, open, at).await?, total))
    }

    async fn candidates(
        tx: &mut Tx,
        pairs: Vec<(u8, Vec<DuplicateReason>, Pair)>,
        at: Option<AsOf>,
    ) -> Result<Vec<Candidate>, Error> {
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids: Vec<Uuid> = pairs.iter().flat_map(|(_, _, pair)| [pair.first, pair.second]).collect();
        ids.sort_unstable();
        ids.dedup();
        let mediators = match at {
            None => store::mediators::of_ids(tx, &ids).await?,
            Some(at) => store::mediator_versions::of_ids(tx, &ids, at).await?,
        };
        let persons = Self::persons(tx, &mediators).await?;
        let known: HashMap<Uuid, _> = mediators.into_iter().zip(persons).map(|both| (both.0.id.uuid(), both)).collect();
        let mut candidates = Vec::with_capacity(pairs.len());
        for (score, reasons, pair) in pairs {
            let (Some(first), Some(second)) = (known.get(&pair.first), known.get(&pair.second)) else { continue };
            let etag = pair_etag(&first.0, &second.0);
            candidates.push(Candidate { records: [first.clone(), second.clone()], reasons, score, etag });
        }
        Ok(candidates)
    }

    /// Decides that two records are of one person, the first to be used, or of two.
    pub(crate) async fn mark_duplicate(
        &self,
        change: &Change,
        (one, other): (MediatorId, MediatorId),
        verdict: DuplicateVerdict,
        reason: &str,
        etag: Option<Etag>,
    ) -> Result<Marked, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut survivor = Self::record(&mut tx, change, one).await?;
        let mut merged = Self::record(&mut tx, change, other).await?;
        if let Some(id) = done {
            return Self::marked_before(tx, DuplicateId::from_uuid(id)).await;
        }
        if one == other {
            return Err(Error::field("other_mediator_id", FaultText::SAME_RECORD));
        }
        pair_etag(&survivor, &merged).admits(etag)?;
        let (first, second) = pair(one, other);
        let known = store::duplicates::of_pair(&mut tx, (first, second)).await?;
        if let Some(known) = known.as_ref().filter(|known| known.verdict != DuplicateVerdict::Undone) {
            return Err(Refusal::DuplicateStateWrong { duplicate: known.id, verdict: known.verdict }.into());
        }
        let sealed = tx.seal(first.into(), DUPLICATE, reason.as_bytes()).await?;
        let mut duplicate = Duplicate {
            id: known.as_ref().map_or_else(|| self.env.new_id(), |known| known.id),
            first,
            second,
            verdict,
            merge: None,
            actor: change.origin.actor.clone(),
            sealed_reason: sealed.to_bytes(),
            before: None,
            revision: known.as_ref().map_or(1, |known| known.revision + 1),
            created_at: known.map_or(moment.now, |known| known.created_at),
            updated_at: moment.now,
        };
        if verdict == DuplicateVerdict::Same {
            duplicate.merge = Some((survivor.id, merged.id));
            self.merge(&mut tx, change, &mut duplicate, (&mut survivor, &mut merged), moment).await?;
        }
        self.keep_decision(tx, change, duplicate, (&sealed, reason), moment).await
    }

    async fn merge(
        &self,
        tx: &mut Tx,
        change: &Change,
        duplicate: &mut Duplicate,
        (survivor, merged): (&mut Mediator, &mut Mediator),
        moment: Moment,
    ) -> Result<(), Error> {
        for one in [&*survivor, &*merged] {
            if store::duplicates::survivor(tx, one.id).await?.is_some() {
                return Err(Refusal::MediatorMerged { mediator: one.id }.into());
            }
        }
        let open = store::terms::open_of_team(tx, merged.team).await?;
        let acting = store::acting::open_of_team(tx, merged.team).await?;
        let leads = acting.is_some_and(|acting| acting.mediator == merged.id);
        if leads || open.iter().any(|term| term.mediator == merged.id) {
            return Err(Refusal::SurvivorWrong { mediator: merged.id }.into());
        }
        let counted = merged.state.in_force();
        duplicate.before = merge(survivor, merged)?;
        let since = if duplicate.before.is_some() { counted_until(merged, moment) } else { moment.today };
        if counted {
            let mut team = store::teams::get(tx, merged.team, moment.today).await?;
            let team = team.as_mut().ok_or(Error::TeamNotFound(merged.team))?;
            team.lose(merged.id, &merged.statistics);
            team.stand(self.rules(since), since);
            self.write_team(tx, change, team, Vec::new(), Standing::Changed(since), moment).await?;
        }
        let fact = events::mediator_merged(merged, survivor.id, moment.today);
        Self::write_merged(tx, change, duplicate, (survivor, merged), (fact, false, since), moment).await
    }

    /// Takes a decision back.
    pub(crate) async fn undo_duplicate(
        &self,
        change: &Change,
        id: DuplicateId,
        reason: &str,
        etag: Option<Etag>,
    ) -> Result<Marked, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let found = store::duplicates::get(&mut tx, id).await?;
        let mut records = None;
        if let Some(found) = &found {
            let (survivor, merged) = found.merge.unwrap_or((found.first, found.second));
            let survivor = Self::record(&mut tx, change, survivor).await?;
            records = Some((survivor, Self::record(&mut tx, change, merged).await?));
        }
        // Absent is answered as elsewhere, unless the caller may see everything.
        let (mut survivor, mut merged) =
            admitted(&change.caller, records, |(one, _)| area_of_mediator(one), Error::DuplicateNotFound(id))?;
        let mut duplicate = found.ok_or(Error::DuplicateNotFound(id))?;
        if done.is_some() {
            return Self::marked_before(tx, id).await;
        }
        admit_etag(duplicate.revision, etag)?;
        if duplicate.verdict == DuplicateVerdict::Undone {
            return Err(Refusal::DuplicateStateWrong { duplicate: id, verdict: duplicate.verdict }.into());
        }
        if duplicate.merge.is_some() {
            self.unmerge(&mut tx, change, &duplicate, (&mut survivor, &mut merged), moment).await?;
        }
        let sealed = tx.seal(duplicate.first.into(), DUPLICATE, reason.as_bytes()).await?;
        duplicate.verdict = DuplicateVerdict::Undone;
        (duplicate.merge, duplicate.before) = (None, None);
        duplicate.actor.clone_from(&change.origin.actor);
        duplicate.sealed_reason = sealed.to_bytes();
        duplicate.revision += 1;
        duplicate.updated_at = moment.now;
        self.keep_decision(tx, change, duplicate, (&sealed, reason), moment).await
    }

    async fn unmerge(
        &self,
        tx: &mut Tx,
        change: &Change,
        duplicate: &Duplicate,
        (survivor, merged): (&mut Mediator, &mut Mediator),
        moment: Moment,
    ) -> Result<(), Error> {
        let since = if duplicate.before.is_some() { counted_until(merged, moment) } else { moment.today };
        unmerge(merged, duplicate.before.as_ref());
        if duplicate.before.as_ref().is_some_and(|before| before.state.in_force()) {
            let mut team = store::teams::get(tx, merged.team, moment.today).await?;
            let team = team.as_mut().ok_or(Error::TeamNotFound(merged.team))?;
            team.expect_alive()?;
            team.admit(&[merged.statistics])?;
            team.stand(self.rules(since), since);
            self.write_team(tx, change, team, Vec::new(), Standing::Changed(since), moment).await?;
        }
        let fact = events::mediator_unmerged(merged, moment.today);
        Self::write_merged(tx, change, duplicate, (survivor, merged), (fact, true, since), moment).await
    }

    /// Writes both records of a merge with the fact of each history: both move on, so that two merges at once that share a
    /// record cannot both go through.
    async fn write_merged(
        tx: &mut Tx,
        change: &Change,
        duplicate: &Duplicate,
        (survivor, merged): (&mut Mediator, &mut Mediator),
        (fact, undone, since): (hoagiai_store::NewEvent, bool, Date),
        moment: Moment,
    ) -> Result<(), Error> {
        survivor.revision += 1;
        (survivor.updated_at, merged.updated_at) = (moment.now, moment.now);
        store::mediators::update(tx, merged, since).await?;
        store::mediators::update(tx, survivor, moment.today).await?;
        Self::tell(tx, change, merged, fact).await?;
        let absorbed = events::mediator_absorbed(duplicate, (survivor.id, merged.id), undone, moment.today);
        Self::tell(tx, change, survivor, absorbed).await
    }

    async fn keep_decision(
        &self,
        mut tx: Tx,
        change: &Change,
        duplicate: Duplicate,
        (sealed, reason): (&Sealed, &str),
        moment: Moment,
    ) -> Result<Marked, Error> {
        store::duplicates::put(&mut tx, &duplicate).await?;
        let fact = events::duplicate_marked(&duplicate, sealed, moment.today);
        tx.append(Stream::new("duplicate", duplicate.id), duplicate.revision - 1, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, duplicate.id).await?;
        Ok(Marked { duplicate, reason: Some(reason.to_owned()), position })
    }

    async fn marked_before(mut tx: Tx, id: DuplicateId) -> Result<Marked, Error> {
        let duplicate = store::duplicates::get(&mut tx, id).await?.ok_or(Error::DuplicateNotFound(id))?;
        let opened = tx.unseal(DUPLICATE, &Sealed::from_bytes(&duplicate.sealed_reason)?).await?;
        let reason = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(Marked { duplicate, reason, position: tx.commit().await?.position })
    }

    async fn record(tx: &mut Tx, change: &Change, id: MediatorId) -> Result<Mediator, Error> {
        let found = store::mediators::get(tx, id).await?;
        admitted(&change.caller, found, area_of_mediator, Error::MediatorNotFound(id))
    }

    /// The record to use in place of one that was merged; none if it was not, or the caller may not see it.
    pub(super) async fn in_place_of(
        tx: &mut Tx,
        caller: &Caller,
        id: MediatorId,
    ) -> Result<Option<(MediatorId, Option<Mediator>)>, Error> {
        let mut last = None;
        for _ in 0..MERGES {
            match store::duplicates::survivor(tx, last.unwrap_or(id)).await? {
                Some(survivor) => last = Some(survivor),
                None => break,
            }
        }
        let Some(survivor) = last else { return Ok(None) };
        let found = store::mediators::get(tx, survivor).await?;
        let seen = found.filter(|mediator| caller.admit(&area_of_mediator(mediator)).is_ok());
        Ok(Some((survivor, seen)))
    }
}

fn weighed(pair: Pair) -> (u8, Vec<DuplicateReason>, Pair) {
    let reason = |reason: &PairReason| match reason {
        PairReason::IdentityNumber => DuplicateReason::IdentityNumber,
        PairReason::NameBirthYearArea => DuplicateReason::NameBirthYearArea,
        PairReason::NamePhone => DuplicateReason::NamePhone,
        PairReason::TwoTeams => DuplicateReason::InForceInTwoTeams,
    };
    let reasons: Vec<DuplicateReason> = pair.reasons.iter().map(reason).collect();
    (score(&reasons), reasons, pair)
}

/// The first day on which a merged record no longer counts.
fn counted_until(merged: &Mediator, moment: Moment) -> Date {
    merged.cessation_date.map_or(moment.today, |last| last.plus_days(1))
}

/// Version of a pair of records: revisions only grow, so their sum changes when either does.
fn pair_etag(one: &Mediator, other: &Mediator) -> Etag {
    Etag::new(one.revision + other.revision)
}
