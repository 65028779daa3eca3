//! What the face of SPDCI needs beside the registry: messages that came before, where a team lies.

use hoagiai_types::{Timestamp, Uuid};

use super::Gateway;
use crate::{
    domain::ConsumerId,
    error::Error,
    store::{messages, places},
};

impl Gateway {
    /// Takes a message of an agency; false: one of this id came before.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn receive_message(
        &self,
        consumer: ConsumerId,
        message_id: &str,
        transaction_id: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut tx = self.db().write().await?;
        let new = messages::receive(&mut tx, consumer, (message_id, transaction_id), now).await?;
        tx.commit().await?;
        Ok(new)
    }

    /// Province and commune of a team, as the journal of the registry told them last; none: no such team.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn place_of_team(&self, team: Uuid) -> Result<Option<places::Place>, Error> {
        let mut tx = self.db().read_one().await?;
        Ok(places::of_team(&mut tx, team).await?)
    }
}
