//! Identity numbers that requests state: counted before they are compared with those that are kept, so that nobody learns
//! by asking one after the other whose are known (ADR 0032). The one place that says whether a change may go on with them.

use hoagiai_identity::AreaPath;
use hoagiai_store::{Stream, Tx};
use hoagiai_types::{Date, Id, Timestamp};

use super::{Change, Moment, Registry};
use crate::{
    domain::{FIRST_DAY, IdentityNumber, LAST_DAY, LookupDay, Person},
    error::{Error, FaultText},
    events,
    store::lookups::{self, Asked, Days},
};

impl Registry {
    /// Counts the identity numbers of persons that a change on a record in `area` states, found or not, and goes on with
    /// its transaction. If more are stated than are left, the change is refused as a whole, and that it was is recorded.
    pub(super) async fn count_numbers<'p>(
        &self,
        mut tx: Tx,
        change: &Change,
        (area, moment): (AreaPath, Moment),
        numbers: impl Iterator<Item = &'p IdentityNumber>,
    ) -> Result<Tx, Error> {
        let numbers = u32::try_from(numbers.count()).unwrap_or(u32::MAX);
        if numbers == 0 {
            return Ok(tx);
        }
        let roles = change.caller.roles_over(&area);
        let quota = self.lookups.quota(moment.today, roles.iter().map(|role| role.name()));
        let account = change.caller.subject();
        let asked = Asked { account, day: moment.today, numbers, quota, now: moment.now };
        if lookups::count(&mut tx, asked).await? {
            return Ok(tx);
        }
        // What the change has claimed goes with its transaction.
        drop(tx);
        self.refuse_numbers(change, asked).await?;
        let tomorrow = Timestamp::start_of_day_in_vietnam(moment.today.plus_days(1));
        Err(Error::LookupQuotaExhausted { quota, wait: tomorrow.since(moment.now) })
    }

    /// Counts what was refused and tells it: the first of a day as a fact, each in the metric.
    async fn refuse_numbers(&self, change: &Change, asked: Asked<'_>) -> Result<(), Error> {
        self.lookups_refused.add(asked.numbers.into());
        let mut tx = self.db.write().await?;
        let day = lookups::refuse(&mut tx, asked).await?;
        if day.refused == asked.numbers {
            let id: Id<LookupDay> = self.env.new_id();
            let fact = events::lookup_quota_exhausted(&day);
            tx.append(Stream::new("lookup_quota", id), 0, &change.origin, &[fact]).await?;
            // Who it is stands in the journal and in the list, not in a log.
            tracing::warn!(
                fact.id = %id, numbers = day.numbers, quota = day.quota,
                "an account used up the identity numbers that it may have compared in a day"
            );
        }
        tx.commit().await?;
        Ok(())
    }

    /// A page of days of accounts, newest first.
    pub(crate) async fn list_lookups(
        &self,
        (from, to): (Option<Date>, Option<Date>),
        refused_only: bool,
        (after, limit): (Option<(Date, String)>, i64),
    ) -> Result<Vec<LookupDay>, Error> {
        let days = Days { from: from.unwrap_or(FIRST_DAY), to: to.unwrap_or(self.moment().today), refused_only };
        if to.is_some_and(|to| to < days.from) {
            return Err(Error::field("to_date", FaultText::BEFORE_FROM));
        }
        let days = Days { to: days.to.min(LAST_DAY.plus_days(-1)), ..days };
        let mut tx = self.db.read_one().await?;
        Ok(lookups::page(&mut tx, days, after, limit).await?)
    }
}

/// The identity numbers that persons are stated with.
pub(super) fn numbers<'p>(persons: impl Iterator<Item = &'p Person>) -> impl Iterator<Item = &'p IdentityNumber> {
    persons.filter_map(|person| person.details.identity_number.as_ref())
}
