//! Sessions of training that mediators attended. Only the feed of the registry writes here; a roll of hundreds is a few
//! statements.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Uuid};
use sqlx::{Executor, QueryBuilder};

/// Rows of one statement: far below the limits on values of both engines.
const CHUNK: usize = 500;

/// A builder for the engine of a connection.
fn builder<'c, E: Executor<'c>>(_: &E, start: &'static str) -> QueryBuilder<E::Database> {
    QueryBuilder::new(start)
}

/// These mediators attended a session.
pub async fn put(tx: &mut Tx, session: Uuid, date: Date, mediators: &[Uuid]) -> Result<(), StoreError> {
    for part in mediators.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO trainings (mediator_id, session_id, session_date) ");
            query.push_values(part, |mut row, mediator| {
                row.push_bind(*mediator).push_bind(session).push_bind(date);
            });
            query.push(" ON CONFLICT (mediator_id, session_id) DO NOTHING");
            query.build().persistent(false).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// These mediators did not attend a session, whatever was told before.
pub async fn drop_all(tx: &mut Tx, session: Uuid, mediators: &[Uuid]) -> Result<(), StoreError> {
    for part in mediators.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "DELETE FROM trainings WHERE session_id = ");
            query.push_bind(session).push(" AND mediator_id IN (");
            let mut list = query.separated(", ");
            for mediator in part {
                list.push_bind(*mediator);
            }
            query.push(")");
            query.build().persistent(false).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}
