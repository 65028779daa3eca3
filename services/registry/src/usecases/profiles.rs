//! What is known of a mediator beside the name: languages, expertise, the identity number.

use hoagiai_store::{Position, Tx};
use hoagiai_types::Etag;

use super::{Change, IDENTITY, Moment, PERSON, Registry, admit_etag, admitted, areas::area_of_mediator};
use crate::{
    domain::{Details, Mediator, MediatorId, Person},
    error::Error,
    events, store,
};

impl Registry {
    /// States languages and expertise anew, and the identity number if one is given.
    pub(crate) async fn set_profile(
        &self,
        change: &Change,
        id: MediatorId,
        details: Details,
        etag: Option<Etag>,
    ) -> Result<(Mediator, Option<Person>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let found = store::mediators::get(&mut tx, id).await?;
        let mut mediator = admitted(&change.caller, found, area_of_mediator, Error::MediatorNotFound(id))?;
        let known = Self::person(&mut tx, &mediator).await?;
        if done.is_some() {
            return Ok((mediator, known, tx.commit().await?.position));
        }
        let asked = (area_of_mediator(&mediator), moment);
        let mut tx = self.count_numbers(tx, change, asked, details.identity_number.iter()).await?;
        admit_etag(mediator.revision, etag)?;
        let mut person = known.ok_or(hoagiai_store::StoreError::Erased)?;
        let masked = std::mem::take(&mut person.details.masked_identity_number);
        person.details = details;
        if person.details.identity_number.is_none() {
            person.details.masked_identity_number = masked;
        }
        let sealed = tx.seal(id.into(), PERSON, &events::person_bytes(&person)).await?;
        mediator.sealed_person = sealed.to_bytes();
        mediator.revision += 1;
        mediator.updated_at = moment.now;
        store::mediators::update(&mut tx, &mediator, moment.today).await?;
        Self::keep_identity(&mut tx, id, &person, moment).await?;
        let kept = !person.details.masked_identity_number.is_empty();
        let fact = events::mediator_profile_set(&mediator, &sealed, kept, moment.today);
        Self::tell(&mut tx, change, &mediator, fact).await?;
        let position = self.end(tx, change, id).await?;
        Ok((mediator, Some(person), position))
    }

    /// Keeps the identity number that a request states, sealed and by its blind index.
    pub(super) async fn keep_identity(
        tx: &mut Tx,
        id: MediatorId,
        person: &Person,
        moment: Moment,
    ) -> Result<(), Error> {
        let Some(number) = &person.details.identity_number else { return Ok(()) };
        let sealed = tx.seal(id.into(), IDENTITY, number.digits().as_bytes()).await?;
        let keys = tx.db().keys().clone();
        let blind = (&keys.blind_index(IDENTITY, number.digits())[..], keys.index_version());
        Ok(store::search::put_identity(tx, id, blind, &sealed.to_bytes(), moment.now).await?)
    }
}
