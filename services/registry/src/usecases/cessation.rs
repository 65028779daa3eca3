//! How a mediator goes: by decision, or by death (rules 15 to 19).

use hoagiai_store::{Position, Sealed, Tx};
use hoagiai_types::{Date, Etag};

use super::{Change, Moment, NOTE, Registry, Standing, admit_etag, admitted, areas::area_of_mediator};
use crate::{
    domain::{
        Ceasing, CeasingId, Cessation, DeadlineStep, Decision, LeaderEndGround, Mediator, MediatorId, Person, Team,
        in_order, proposer,
    },
    error::{Error, FaultText, FieldFault},
    events::{self, procedures as facts},
    store::{self, ceasings::SealedWords},
};

/// A mediator after the decision, or closed by death.
#[derive(Debug)]
pub(crate) struct Gone {
    /// The record.
    pub(crate) mediator: Mediator,
    /// Who it is.
    pub(crate) person: Option<Person>,
    /// The team as it now stands.
    pub(crate) team: Team,
    /// The procedure; none for a death without one.
    pub(crate) ceasing: Option<Ceasing>,
    /// Position in the journal.
    pub(crate) position: Position,
}

/// What the chairman decides, and the dates of a procedure that was held on paper.
#[derive(Debug)]
pub(crate) struct DecideCeasing {
    /// On which ground; needed on paper.
    pub(crate) ground: Option<Cessation>,
    /// When it was proposed; needed on paper.
    pub(crate) propose_date: Option<Date>,
    /// When it was received; needed on paper.
    pub(crate) receive_date: Option<Date>,
    /// The decision.
    pub(crate) decision: Decision,
    /// Why he refuses; none: he ceases the mediator.
    pub(crate) refusal: Option<String>,
}

impl Registry {
    /// The chairman's decision on ceasing: on the procedure before him, or on one that was wholly held on paper.
    pub(crate) async fn decide_cessation(
        &self,
        change: &Change,
        mediator: MediatorId,
        asked: DecideCeasing,
        etag: Option<Etag>,
    ) -> Result<Gone, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mediator, team) = self.mediator_with_team(&mut tx, change, mediator, moment).await?;
        if let Some(file) = done {
            return Self::gone_before(tx, mediator, team, CeasingId::from_uuid(file)).await;
        }
        admit_etag(mediator.revision, etag)?;
        if asked.refusal.as_deref().is_some_and(|reason| reason.trim().is_empty()) {
            return Err(Error::field("refusal_reason", FaultText::REQUIRED));
        }
        let under_way = store::ceasings::open_of_mediator(&mut tx, mediator.id).await?;
        let ceasing = match under_way {
            Some(mut ceasing) => {
                other_file(&asked, &ceasing)?;
                ceasing.decide(&mediator, asked.decision.clone(), asked.refusal.is_none(), moment.today)?;
                if let Some(reason) = asked.refusal {
                    return self.keep(tx, change, (mediator, team, ceasing), &reason, moment).await;
                }
                store::ceasings::update(&mut tx, &ceasing, &SealedWords::default(), moment.now).await?;
                let file = ceasing.id.uuid();
                let day = asked.decision.issue_date;
                store::deadlines::meet(&mut tx, file, DeadlineStep::CessationDecision, day, moment.now).await?;
                ceasing
            }
            None => self.on_paper(&mut tx, &mediator, &team, &asked, moment).await?,
        };
        let day = asked.decision.issue_date;
        let end = (ceasing.ground, day, Some(asked.decision));
        self.let_go(tx, change, (mediator, team), end, (None, Some(ceasing)), moment).await
    }

    /// Records a procedure that was held on paper, whole.
    async fn on_paper(
        &self,
        tx: &mut Tx,
        mediator: &Mediator,
        team: &Team,
        asked: &DecideCeasing,
        moment: Moment,
    ) -> Result<Ceasing, Error> {
        mediator.expect_in_force()?;
        let (ground, propose, receive) = paper_fields(asked)?;
        let by = proposer(team, team.acting_leader, mediator);
        let (id, at) = (self.env.new_id(), (moment.today, moment.now));
        let law = (self.rules(propose), self.calendar);
        let ceasing = Ceasing::propose(id, mediator, ground, by, propose, law, at)?;
        let law = (self.rules(receive), self.calendar);
        let ceasing = ceasing.on_paper(mediator, receive, asked.decision.clone(), law, moment.today)?;
        store::ceasings::insert(tx, &ceasing, None).await?;
        let file = ceasing.id.uuid();
        let (verify, days) = (DeadlineStep::CessationVerification, (propose, ceasing.verify_due));
        store::deadlines::begin(tx, team, file, verify, days, ceasing.verified_on(), moment.now).await?;
        if let Some(days) = ceasing.received {
            let done = Some(asked.decision.issue_date);
            store::deadlines::begin(tx, team, file, DeadlineStep::CessationDecision, days, done, moment.now).await?;
        }
        Ok(ceasing)
    }

    /// The chairman refuses: recognised as before.
    async fn keep(
        &self,
        mut tx: Tx,
        change: &Change,
        (mut mediator, team, ceasing): (Mediator, Team, Ceasing),
        reason: &str,
        moment: Moment,
    ) -> Result<Gone, Error> {
        mediator.stay()?;
        let sealed = tx.seal(mediator.id.into(), NOTE, reason.as_bytes()).await?;
        let words = SealedWords { sealed_refusal: Some(sealed.to_bytes()), ..SealedWords::default() };
        store::ceasings::update(&mut tx, &ceasing, &words, moment.now).await?;
        let day = ceasing.decision.as_ref().map_or(moment.today, |decision| decision.issue_date);
        store::deadlines::meet(&mut tx, ceasing.id.uuid(), DeadlineStep::CessationDecision, day, moment.now).await?;
        let fact = facts::cessation_refused(&ceasing, &sealed, day);
        let kept = self.moved(tx, change, (mediator, ceasing), (fact, day), moment).await?;
        let (mediator, person, position) = (kept.mediator, kept.person, kept.position);
        Ok(Gone { mediator, person, team, ceasing: Some(kept.ceasing), position })
    }

    async fn gone_before(mut tx: Tx, mediator: Mediator, team: Team, file: CeasingId) -> Result<Gone, Error> {
        let person = Self::person(&mut tx, &mediator).await?;
        let ceasing = store::ceasings::get(&mut tx, file).await?;
        Ok(Gone { mediator, person, team, ceasing, position: tx.commit().await?.position })
    }

    /// Closes the record of a mediator who died.
    pub(crate) async fn record_death(
        &self,
        change: &Change,
        mediator: MediatorId,
        death_date: Date,
        evidence: &str,
        etag: Option<Etag>,
    ) -> Result<Gone, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let (mediator, team) = self.mediator_with_team(&mut tx, change, mediator, moment).await?;
        if let Some(file) = done {
            return Self::gone_before(tx, mediator, team, CeasingId::from_uuid(file)).await;
        }
        admit_etag(mediator.revision, etag)?;
        mediator.expect_in_force()?;
        let earliest = mediator.recognition_date().unwrap_or(death_date);
        in_order("death_date", death_date, earliest, moment.today)?;
        let note = Self::seal_note(&mut tx, mediator.id, evidence).await?;
        let lapsed = Self::lapse(&mut tx, &mediator, death_date, moment).await?;
        let end = (Cessation::Deceased, death_date, None);
        self.let_go(tx, change, (mediator, team), end, (Some(note), lapsed), moment).await
    }

    async fn let_go(
        &self,
        mut tx: Tx,
        change: &Change,
        (mut mediator, mut team): (Mediator, Team),
        (ground, day, decision): (Cessation, Date, Option<Decision>),
        (note, ceasing): (Option<Sealed>, Option<Ceasing>),
        moment: Moment,
    ) -> Result<Gone, Error> {
        mediator.cease(ground, day, decision)?;
        mediator.sealed_note = note.map(|note| note.to_bytes());
        mediator.updated_at = moment.now;
        store::mediators::update(&mut tx, &mediator, day).await?;
        let fact = events::mediator_ceased(&mediator, ceasing.as_ref(), day);
        Self::tell(&mut tx, change, &mediator, fact).await?;

        let mut facts = self.end_acting(&mut tx, &mut team, |acting| acting == mediator.id, day).await?;
        team.lose(mediator.id, &mediator.statistics);
        // Rule 19; also a term that is only on its way: one who is not in force cannot become leader.
        for mut term in store::terms::open_of_team(&mut tx, team.id).await? {
            if term.mediator == mediator.id {
                term.end(LeaderEndGround::Ceased, day);
                store::terms::update(&mut tx, &term, moment.now).await?;
                store::deadlines::close(&mut tx, term.id.uuid(), day, moment.now).await?;
                facts.push(events::leader_ended(&term, day));
            }
        }
        team.stand(self.rules(day), day);
        self.write_team(&mut tx, change, &mut team, facts, Standing::Changed(day), moment).await?;
        let person = Self::person(&mut tx, &mediator).await?;
        // A death without a procedure is answered by the mediator alone.
        let file = ceasing.as_ref().map_or(mediator.id.uuid(), |ceasing| ceasing.id.uuid());
        let position = self.end(tx, change, CeasingId::from_uuid(file)).await?;
        Ok(Gone { mediator, person, team, ceasing, position })
    }

    pub(super) async fn mediator_with_team(
        &self,
        tx: &mut Tx,
        change: &Change,
        id: MediatorId,
        moment: Moment,
    ) -> Result<(Mediator, Team), Error> {
        let found = store::mediators::get(tx, id).await?;
        let mediator = admitted(&change.caller, found, area_of_mediator, Error::MediatorNotFound(id))?;
        let team = store::teams::get(tx, mediator.team, moment.today).await?;
        let team = team.ok_or(Error::TeamNotFound(mediator.team))?;
        Ok((mediator, team))
    }
}

/// What a procedure held on paper needs of the request: every fault at once.
fn paper_fields(asked: &DecideCeasing) -> Result<(Cessation, Date, Date), Error> {
    let missing = [
        ("ground", asked.ground.is_none(), FaultText::REQUIRED),
        ("propose_date", asked.propose_date.is_none(), FaultText::REQUIRED),
        ("receive_date", asked.receive_date.is_none(), FaultText::REQUIRED),
        // What was never brought before him here, he does not refuse here.
        ("refused", asked.refusal.is_some(), FaultText::NOT_HERE),
    ];
    let faults = missing.iter().filter(|(_, wrong, _)| *wrong).map(|(field, _, text)| FieldFault::new(*field, *text));
    let faults: Vec<FieldFault> = faults.collect();
    match (asked.ground, asked.propose_date, asked.receive_date) {
        (Some(ground), Some(propose), Some(receive)) if faults.is_empty() => Ok((ground, propose, receive)),
        _ => Err(Error::Fields(faults)),
    }
}

/// What the request says of a procedure under way must be that procedure's.
fn other_file(asked: &DecideCeasing, ceasing: &Ceasing) -> Result<(), Error> {
    let received = ceasing.received.map(|(day, _)| day);
    let other = [
        ("ground", asked.ground.is_some_and(|ground| ground != ceasing.ground)),
        ("propose_date", asked.propose_date.is_some_and(|day| day != ceasing.propose_date)),
        ("receive_date", asked.receive_date.is_some_and(|day| Some(day) != received)),
    ];
    let faults = other.iter().filter(|(_, other)| *other);
    let faults: Vec<FieldFault> = faults.map(|(field, _)| FieldFault::new(*field, FaultText::OTHER_FILE)).collect();
    // While the Front still verifies, the state is what is wrong, not the fields.
    if faults.is_empty() || received.is_none() { Ok(()) } else { Err(Error::Fields(faults)) }
}
