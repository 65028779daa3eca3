//! Trainers: registered with a sealed name, ended.

use hoagiai_identity::Caller;
use hoagiai_store::{Position, Sealed, Stream, Tx};
use hoagiai_types::{Date, Etag, Id, Uuid};

use super::{
    super::{
        Change, Registry, admit_etag, admitted,
        areas::{Cut, cut},
    },
    area_of_unit,
    courses::dated,
};
use crate::{
    domain::{
        Decision, FIRST_DAY, UnitId, in_order,
        training::{Trainer, TrainerId, TrainerPerson},
    },
    error::{Error, training::Absent},
    events::training as events,
    store::{self, AsOf, Filter, training::trainers},
};

/// What the person of a trainer is sealed for.
const TRAINER: &str = "registry.trainer.person";

impl Registry {
    /// Registers a trainer of a province or commune.
    pub(crate) async fn register_trainer(
        &self,
        change: &Change,
        unit: UnitId,
        person: TrainerPerson,
        (organization, decision): (String, Option<Decision>),
    ) -> Result<(Trainer, Option<TrainerPerson>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        if let Some(id) = done {
            return Self::told_trainer(tx, &change.caller, Id::from_uuid(id)).await;
        }
        let (province, commune) = Self::place(&mut tx, &change.caller, unit, moment.today).await?;
        if let Some(decision) = &decision {
            in_order("decision.issue_date", decision.issue_date, FIRST_DAY, moment.today)?;
        }
        let id: TrainerId = self.env.new_id();
        let sealed = tx.seal(id.into(), TRAINER, &events::trainer_bytes(&person)).await?;
        let sealed_person = sealed.to_bytes();
        let trainer =
            Trainer { id, province, commune, sealed_person, organization, decision, ended: None, revision: 1 };
        trainers::insert(&mut tx, &trainer, moment.now).await?;
        let fact = events::trainer_changed(&trainer, Some(&sealed), moment.today);
        tx.append(Stream::new("trainer", id), 0, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, id).await?;
        Ok((trainer, Some(person), position))
    }

    /// Ends the service of a trainer.
    pub(crate) async fn end_trainer(
        &self,
        change: &Change,
        id: TrainerId,
        last: Date,
        etag: Option<Etag>,
    ) -> Result<(Trainer, Option<TrainerPerson>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut trainer = Self::trainer(&mut tx, &change.caller, id).await?;
        let person = Self::trainer_person(&mut tx, &trainer).await?;
        if done.is_some() {
            return Ok((trainer, person, tx.commit().await?.position));
        }
        admit_etag(trainer.revision, etag)?;
        let earliest = trainer.decision.as_ref().map(|decision| decision.issue_date);
        dated("end_date", last, earliest, moment.today)?;
        trainer.end(last)?;
        trainers::end(&mut tx, &trainer, moment.now).await?;
        let fact = events::trainer_changed(&trainer, None, last);
        tx.append(Stream::new("trainer", id), trainer.revision - 1, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, id).await?;
        Ok((trainer, person, position))
    }

    /// Trainers of a unit, or all that the caller may see, after an id.
    pub(crate) async fn list_trainers(
        &self,
        caller: &Caller,
        unit: Option<UnitId>,
        at: Option<AsOf>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<(Trainer, Option<TrainerPerson>)>, Error> {
        let mut tx = self.db.read().await?;
        let Cut { unit, within } = cut(&mut tx, caller, unit, at).await?;
        let filter = Filter { at, unit, team: None, state: None, within, after: after.unwrap_or_default(), limit };
        let found = store::all_on_day(store::training::trainers::page(&mut tx, &filter).await?, at);
        let mut trainers = Vec::with_capacity(found.len());
        for trainer in found {
            let person = Self::trainer_person(&mut tx, &trainer).await?;
            trainers.push((trainer, person));
        }
        Ok(trainers)
    }

    async fn trainer(tx: &mut Tx, caller: &Caller, id: TrainerId) -> Result<Trainer, Error> {
        let found = trainers::get(tx, id).await?;
        let area = |trainer: &Trainer| area_of_unit(trainer.province, trainer.commune);
        admitted(caller, found, area, Absent::Trainer(id).into())
    }

    async fn told_trainer(
        mut tx: Tx,
        caller: &Caller,
        id: TrainerId,
    ) -> Result<(Trainer, Option<TrainerPerson>, Position), Error> {
        let trainer = Self::trainer(&mut tx, caller, id).await?;
        let person = Self::trainer_person(&mut tx, &trainer).await?;
        Ok((trainer, person, tx.commit().await?.position))
    }

    /// Opens who a trainer is; none once the key was destroyed.
    async fn trainer_person(tx: &mut Tx, trainer: &Trainer) -> Result<Option<TrainerPerson>, Error> {
        let opened = tx.unseal(TRAINER, &Sealed::from_bytes(&trainer.sealed_person)?).await?;
        Ok(opened.and_then(|bytes| events::trainer_from(&bytes)))
    }
}
