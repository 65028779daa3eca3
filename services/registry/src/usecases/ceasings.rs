//! The procedure by which a mediator ceases, up to the chairman's desk: proposed, taken back, verified and submitted (rule
//! 18). His decision is in `cessation`.

use hoagiai_identity::{Caller, Role};
use hoagiai_store::{Position, Tx};
use hoagiai_types::{Date, Etag};

use super::{Change, Moment, NOTE, Registry, admit_etag, admitted, areas::area_of_mediator, opened};
use crate::{
    domain::{
        Ceasing, CeasingId, Cessation, DeadlineStep, Mediator, MediatorId, Person, Proposer, Refusal, Team,
        Verification, proposer,
    },
    error::{Error, FaultText, FieldFault},
    events::procedures as facts,
    store::{self, AsOf, ceasings::SealedWords},
};

/// A procedure of ceasing after a change, and the mediator.
#[derive(Debug)]
pub(crate) struct Ceasings {
    /// The mediator.
    pub(crate) mediator: Mediator,
    /// Who it is.
    pub(crate) person: Option<Person>,
    /// The procedure.
    pub(crate) ceasing: Ceasing,
    /// Position in the journal.
    pub(crate) position: Position,
}

/// The words of a procedure; empty where there are none, or once the key of the person was destroyed.
#[derive(Debug, Default)]
pub(crate) struct CeasingWords {
    /// Why it was proposed.
    pub(crate) reason: String,
    /// Why the Front or the area head disagrees.
    pub(crate) disagreement: String,
    /// Why the chairman refused.
    pub(crate) refusal: String,
}

impl Registry {
    /// Begins the procedure: by the leader, of a leader by the Front head.
    pub(crate) async fn propose_cessation(
        &self,
        change: &Change,
        id: MediatorId,
        ground: Cessation,
        (day, reason): (Date, &str),
        etag: Option<Etag>,
    ) -> Result<Ceasings, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mut mediator, team) = self.mediator_with_team(&mut tx, change, id, moment).await?;
        if let Some(file) = done {
            return Self::repeated(tx, mediator, CeasingId::from_uuid(file)).await;
        }
        admit_etag(mediator.revision, etag)?;
        if reason.trim().is_empty() {
            return Err(Error::field("reason", FaultText::REQUIRED));
        }
        let by = proposer(&team, team.acting_leader, &mediator);
        admit_proposer(&change.caller, &mediator, by.0)?;
        mediator.propose_ceasing()?;
        let law = (self.rules(day), self.calendar);
        let at = (moment.today, moment.now);
        let ceasing = Ceasing::propose(self.env.new_id(), &mediator, ground, by, day, law, at)?;
        let sealed = tx.seal(id.into(), NOTE, reason.as_bytes()).await?;
        store::ceasings::insert(&mut tx, &ceasing, Some(&sealed.to_bytes())).await?;
        let (step, days) = (DeadlineStep::CessationVerification, (day, ceasing.verify_due));
        store::deadlines::begin(&mut tx, &team, ceasing.id.uuid(), step, days, None, moment.now).await?;
        let fact = facts::cessation_proposed(&ceasing, &sealed);
        self.moved(tx, change, (mediator, ceasing), (fact, day), moment).await
    }

    /// The mediator takes the wish back.
    pub(crate) async fn withdraw_cessation(
        &self,
        change: &Change,
        id: MediatorId,
        day: Date,
        etag: Option<Etag>,
    ) -> Result<Ceasings, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mut mediator, _) = self.mediator_with_team(&mut tx, change, id, moment).await?;
        if let Some(file) = done {
            return Self::repeated(tx, mediator, CeasingId::from_uuid(file)).await;
        }
        admit_etag(mediator.revision, etag)?;
        let mut ceasing = Self::under_way(&mut tx, &mediator).await?;
        ceasing.withdraw(&mediator, day, moment.today)?;
        mediator.stay()?;
        store::ceasings::update(&mut tx, &ceasing, &SealedWords::default(), moment.now).await?;
        store::deadlines::close(&mut tx, ceasing.id.uuid(), day, moment.now).await?;
        let fact = facts::cessation_withdrawn(&ceasing, day);
        self.moved(tx, change, (mediator, ceasing), (fact, day), moment).await
    }

    /// The Front and the area head have verified: form 08 or 09 goes to the chairman.
    pub(crate) async fn submit_cessation(
        &self,
        change: &Change,
        id: MediatorId,
        (found, disagreement): (Verification, &str),
        receive_date: Date,
        etag: Option<Etag>,
    ) -> Result<Ceasings, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mut mediator, team) = self.mediator_with_team(&mut tx, change, id, moment).await?;
        if let Some(file) = done {
            return Self::repeated(tx, mediator, CeasingId::from_uuid(file)).await;
        }
        admit_etag(mediator.revision, etag)?;
        let mut ceasing = Self::under_way(&mut tx, &mediator).await?;
        let faults = ceasing.submission_faults(&found, disagreement);
        if !faults.is_empty() {
            return Err(Error::Fields(faults.into_iter().map(FieldFault::of_submission).collect()));
        }
        let law = (self.rules(receive_date), self.calendar);
        ceasing.submit(&mediator, found, receive_date, law, moment.today)?;
        mediator.submit_ceasing()?;
        let sealed = match disagreement.trim() {
            "" => None,
            words => Some(tx.seal(id.into(), NOTE, words.as_bytes()).await?),
        };
        let sealed_disagreement = sealed.as_ref().map(|sealed| sealed.to_bytes());
        let words = SealedWords { sealed_disagreement, ..SealedWords::default() };
        store::ceasings::update(&mut tx, &ceasing, &words, moment.now).await?;
        let file = ceasing.id.uuid();
        store::deadlines::meet(&mut tx, file, DeadlineStep::CessationVerification, found.date, moment.now).await?;
        if let Some(days) = ceasing.received {
            store::deadlines::begin(&mut tx, &team, file, DeadlineStep::CessationDecision, days, None, moment.now)
                .await?;
        }
        let fact = facts::cessation_submitted(&ceasing, sealed.as_ref(), receive_date);
        self.moved(tx, change, (mediator, ceasing), (fact, receive_date), moment).await
    }

    /// A procedure with its words.
    pub(crate) async fn get_cessation(
        &self,
        caller: &Caller,
        id: CeasingId,
        at: Option<AsOf>,
    ) -> Result<(Ceasing, CeasingWords), Error> {
        let mut tx = self.db.read().await?;
        let found = store::ceasings::get(&mut tx, id).await?;
        let mediator = match &found {
            Some(ceasing) => store::mediators::get(&mut tx, ceasing.mediator).await?,
            None => None,
        };
        admitted(caller, mediator, area_of_mediator, Error::CeasingNotFound(id))?;
        let mut ceasing = found.ok_or(Error::CeasingNotFound(id))?;
        if at.is_some() {
            let then = store::ceasings::known(&mut tx, id, AsOf::known(at)).await?;
            ceasing = store::on_day(then, at).ok_or(Error::CeasingNotFound(id))?;
        }
        let words = Self::ceasing_words(&mut tx, &ceasing, at).await?;
        Ok((ceasing, words))
    }

    /// The words of a procedure as far as it had come: nothing of a step that had not been taken.
    pub(super) async fn ceasing_words(tx: &mut Tx, ceasing: &Ceasing, at: Option<AsOf>) -> Result<CeasingWords, Error> {
        let words = store::ceasings::words(tx, ceasing.id, AsOf::known(at)).await?;
        let disagreement = words.sealed_disagreement.filter(|_| ceasing.verification.is_some());
        let refusal = words.sealed_refusal.filter(|_| ceasing.decision.is_some());
        Ok(CeasingWords {
            reason: opened(tx, NOTE, words.sealed_reason.as_deref()).await?,
            disagreement: opened(tx, NOTE, disagreement.as_deref()).await?,
            refusal: opened(tx, NOTE, refusal.as_deref()).await?,
        })
    }

    /// The procedure under way; without one the mediator's state does not admit the verb.
    pub(super) async fn under_way(tx: &mut Tx, mediator: &Mediator) -> Result<Ceasing, Error> {
        let found = store::ceasings::open_of_mediator(tx, mediator.id).await?;
        Ok(found.ok_or(Refusal::MediatorStateWrong { mediator: mediator.id, state: mediator.state })?)
    }

    /// The answer of an earlier call.
    async fn repeated(mut tx: Tx, mediator: Mediator, file: CeasingId) -> Result<Ceasings, Error> {
        let person = Self::person(&mut tx, &mediator).await?;
        let found = store::ceasings::get(&mut tx, file).await?;
        let ceasing = found.ok_or(Error::CeasingNotFound(file))?;
        Ok(Ceasings { mediator, person, ceasing, position: tx.commit().await?.position })
    }

    /// Writes a mediator whom a step of the procedure moved on a day, and ends the change.
    pub(super) async fn moved(
        &self,
        mut tx: Tx,
        change: &Change,
        (mut mediator, ceasing): (Mediator, Ceasing),
        (fact, day): (hoagiai_store::NewEvent, Date),
        moment: Moment,
    ) -> Result<Ceasings, Error> {
        mediator.updated_at = moment.now;
        store::mediators::update(&mut tx, &mediator, day).await?;
        Self::tell(&mut tx, change, &mediator, fact).await?;
        let person = Self::person(&mut tx, &mediator).await?;
        let position = self.end(tx, change, ceasing.id).await?;
        Ok(Ceasings { mediator, person, ceasing, position })
    }

    /// Lapses the procedure under way of one who died or whose team ended.
    pub(super) async fn lapse(
        tx: &mut Tx,
        mediator: &Mediator,
        day: Date,
        moment: Moment,
    ) -> Result<Option<Ceasing>, Error> {
        let Some(mut ceasing) = store::ceasings::open_of_mediator(tx, mediator.id).await? else { return Ok(None) };
        ceasing.lapse(day);
        store::ceasings::update(tx, &ceasing, &SealedWords::default(), moment.now).await?;
        store::deadlines::close(tx, ceasing.id.uuid(), day, moment.now).await?;
        Ok(Some(ceasing))
    }
}

/// Rule 18: the caller holds the role that must propose, over the mediator's team.
fn admit_proposer(caller: &Caller, mediator: &Mediator, needed: Proposer) -> Result<(), Error> {
    let role = match needed {
        Proposer::Leader => Role::TeamLeader,
        Proposer::FrontHead => Role::FrontHead,
    };
    let held = caller.roles_over(&area_of_mediator(mediator));
    if held.contains(role) { Ok(()) } else { Err(Refusal::ProposerWrong { needed }.into()) }
}

/// Whether a team that ends still has procedures under way; they lapse with it.
pub(super) async fn lapse_of_team(tx: &mut Tx, team: &Team, day: Date, moment: Moment) -> Result<Vec<Ceasing>, Error> {
    let mut lapsed = store::ceasings::open_of_team(tx, team.id).await?;
    for ceasing in &mut lapsed {
        ceasing.lapse(day);
        store::ceasings::update(tx, ceasing, &SealedWords::default(), moment.now).await?;
    }
    store::deadlines::close_of_team(tx, team.id, day, moment.now).await?;
    Ok(lapsed)
}
