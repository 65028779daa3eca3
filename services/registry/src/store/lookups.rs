//! How many identity numbers accounts had compared, by day. Never which.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp};

use super::{count as whole, number};
use crate::domain::LookupDay;

pub(super) const STATEMENTS: &[&str] = &[COUNT, REFUSE, PAGE, PAGE_REFUSED];

// No row comes back when fewer numbers are left than are asked for.
const COUNT: &str =
    "INSERT INTO identity_lookups (account, lookup_date, number_count, quota, refused_count, updated_at)
    VALUES ($1, $2, $3, $4, 0, $5)
    ON CONFLICT (account, lookup_date) DO UPDATE SET quota = excluded.quota, updated_at = excluded.updated_at,
        number_count = identity_lookups.number_count + excluded.number_count
    WHERE identity_lookups.number_count + excluded.number_count <= excluded.quota
    RETURNING number_count";
const REFUSE: &str =
    "INSERT INTO identity_lookups (account, lookup_date, number_count, quota, refused_count, refused_at,
        updated_at)
    VALUES ($1, $2, 0, $4, $3, $5, $5)
    ON CONFLICT (account, lookup_date) DO UPDATE SET quota = excluded.quota, updated_at = excluded.updated_at,
        refused_count = identity_lookups.refused_count + excluded.refused_count,
        refused_at = COALESCE(identity_lookups.refused_at, excluded.refused_at)
    RETURNING account, lookup_date, number_count, quota, refused_count, refused_at, updated_at";
const PAGE: &str = "SELECT account, lookup_date, number_count, quota, refused_count, refused_at, updated_at
    FROM identity_lookups WHERE lookup_date >= $1 AND (lookup_date, account) < ($2, $3)
    ORDER BY lookup_date DESC, account DESC LIMIT $4";
const PAGE_REFUSED: &str = "SELECT account, lookup_date, number_count, quota, refused_count, refused_at, updated_at
    FROM identity_lookups WHERE refused_count > 0 AND lookup_date >= $1 AND (lookup_date, account) < ($2, $3)
    ORDER BY lookup_date DESC, account DESC LIMIT $4";

/// Numbers that an account asks to have compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The account.
    pub(crate) account: &'a str,
    /// The day.
    pub(crate) day: Date,
    /// How many.
    pub(crate) numbers: u32,
    /// How many it may have in the day.
    pub(crate) quota: u32,
    /// When.
    pub(crate) now: Timestamp,
}

#[derive(sqlx::FromRow)]
struct DayRow {
    account: String,
    lookup_date: Date,
    number_count: i32,
    quota: i32,
    refused_count: i32,
    refused_at: Option<Timestamp>,
    updated_at: Timestamp,
}

impl From<DayRow> for LookupDay {
    fn from(row: DayRow) -> Self {
        Self {
            account: row.account,
            day: row.lookup_date,
            numbers: whole(row.number_count),
            quota: whole(row.quota),
            refused: whole(row.refused_count),
            refused_at: row.refused_at,
            updated_at: row.updated_at,
        }
    }
}

/// Counts numbers; answers whether they were left.
pub(crate) async fn count(tx: &mut Tx, asked: Asked<'_>) -> Result<bool, StoreError> {
    // A first row of the day has nothing to be compared with.
    if asked.numbers > asked.quota {
        return Ok(false);
    }
    let counted: Option<i32> = on!(tx, |c| sqlx::query_scalar(COUNT)
        .bind(asked.account)
        .bind(asked.day)
        .bind(number(asked.numbers))
        .bind(number(asked.quota))
        .bind(asked.now)
        .fetch_optional(c)
        .await)?;
    Ok(counted.is_some())
}

/// Counts numbers that were refused; answers the day as it now is.
pub(crate) async fn refuse(tx: &mut Tx, asked: Asked<'_>) -> Result<LookupDay, StoreError> {
    let row: DayRow = on!(tx, |c| sqlx::query_as(REFUSE)
        .bind(asked.account)
        .bind(asked.day)
        .bind(number(asked.numbers))
        .bind(number(asked.quota))
        .bind(asked.now)
        .fetch_one(c)
        .await)?;
    Ok(row.into())
}

/// Which days are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Days {
    /// The first.
    pub(crate) from: Date,
    /// The last.
    pub(crate) to: Date,
    /// Only those on which numbers were refused.
    pub(crate) refused_only: bool,
}

/// A page of days, the newest first, after one.
pub(crate) async fn page(
    tx: &mut Tx,
    days: Days,
    after: Option<(Date, String)>,
    limit: i64,
) -> Result<Vec<LookupDay>, StoreError> {
    // Before every account of the day after the last.
    let (day, account) = after.unwrap_or_else(|| (days.to.plus_days(1), String::new()));
    let statement = if days.refused_only { PAGE_REFUSED } else { PAGE };
    let rows: Vec<DayRow> = on!(tx, |c| sqlx::query_as(statement)
        .bind(days.from)
        .bind(day)
        .bind(account.as_str())
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(LookupDay::from).collect())
}
