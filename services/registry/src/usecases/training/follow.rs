//! What rule 62 asks: who is still to be trained, and the figures of a year.

use std::collections::BTreeMap;

use hoagiai_identity::Caller;
use hoagiai_types::{Date, Timestamp, Uuid};

use super::super::{
    Registry,
    areas::{Cut, cut},
};
use crate::{
    domain::{
        FIRST_DAY, MediatorId, TeamId, UnitId, in_order,
        training::{Indicators, TrainingRules, standing},
    },
    error::Error,
    store::{
        AsOf, Filter,
        training::duty::{self, Untrained},
    },
};

/// Which duty is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duty {
    /// Of new mediators.
    NewMediator,
    /// Of a year.
    Yearly,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DueState {
    /// The last day is to come.
    Due,
    /// The last day has passed.
    Overdue,
}

/// Somebody still to be trained.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    /// Who.
    pub(crate) mediator: MediatorId,
    /// The team.
    pub(crate) team: TeamId,
    /// The commune.
    pub(crate) commune: UnitId,
    /// Which duty.
    pub(crate) duty: Duty,
    /// How it stands.
    pub(crate) state: DueState,
    /// First day in force.
    pub(crate) recognized: Date,
    /// Last day to be trained.
    pub(crate) due: Date,
}

/// The figures of a unit in a year.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// The unit.
    pub(crate) unit: UnitId,
    /// The day they are of.
    pub(crate) day: Date,
    /// The unit as a whole.
    pub(crate) total: Indicators,
    /// Its communes, for a province.
    pub(crate) communes: BTreeMap<UnitId, Indicators>,
    /// The rules in force that day.
    pub(crate) rules: Option<TrainingRules>,
}

impl Registry {
    /// Who is in force on a day and not trained by then, after a day of recognition and an id.
    pub(crate) async fn list_training_due(
        &self,
        caller: &Caller,
        unit: Option<UnitId>,
        (duty, state): (Duty, Option<DueState>),
        at: Option<AsOf>,
        (after, limit): (Option<(Date, Uuid)>, i64),
    ) -> Result<Vec<Due>, Error> {
        let day = at.map_or_else(|| self.env.today(), |at| at.day);
        let year_end = year_end(day);
        let (since, recognized) = match duty {
            Duty::NewMediator => {
                let windows = self.training.sets.windows(day);
                (FIRST_DAY, Some(duty::spans(&windows, state.map(|state| state == DueState::Overdue))))
            }
            // The year is not over on any of its days: nobody is overdue.
            Duty::Yearly if state == Some(DueState::Overdue) => return Ok(Vec::new()),
            Duty::Yearly => (year_start(day), None),
        };
        let mut tx = self.db.read().await?;
        let Cut { unit, within } = cut(&mut tx, caller, unit, at).await?;
        let filter = Filter { at, unit, team: None, state: None, within, after: Uuid::nil(), limit };
        let after = after.unwrap_or((FIRST_DAY, Uuid::nil()));
        let rows = duty::untrained(&mut tx, &Untrained { day, since, recognized, after }, &filter).await?;
        let due = rows.into_iter().map(|row| {
            let due = match duty {
                Duty::NewMediator => self.training.sets.due_date(row.recognition_date).unwrap_or(year_end),
                Duty::Yearly => year_end,
            };
            Due {
                mediator: row.id,
                team: row.team_id,
                commune: row.commune_id,
                duty,
                state: if due < day { DueState::Overdue } else { DueState::Due },
                recognized: row.recognition_date,
                due,
            }
        });
        Ok(due.collect())
    }

    /// The figures of a province or commune in a year, on its last day, today or a day asked for.
    pub(crate) async fn training_indicators(
        &self,
        caller: &Caller,
        unit: UnitId,
        year: i16,
        (valid_at, known_at): (Option<Date>, Option<Timestamp>),
    ) -> Result<Measured, Error> {
        let today = self.env.today();
        let mut tx = self.db.read().await?;
        let first = Date::new(year, 1, 1).unwrap_or(FIRST_DAY);
        let (_, commune) = Self::place(&mut tx, caller, unit, first).await?;
        let day = valid_at.unwrap_or_else(|| year_end(first).min(today.max(first)));
        let at = self.as_of(valid_at, known_at).map(|at| AsOf { day, ..at });
        in_order("valid_at", day, first, day)?;
        let in_year = day.min(year_end(first));
        let mut communes = duty::figures(&mut tx, unit, in_year, first, at).await?;
        for row in duty::cohort(&mut tx, unit, (first, in_year), at).await? {
            let Some(due) = self.training.sets.due_date(row.recognition_date) else { continue };
            let standing = standing(due, row.first_date, row.cessation_date, day);
            communes.entry(row.commune_id).or_default().count_new(standing, row.number);
        }
        let mut total = Indicators::default();
        communes.values().for_each(|part| total.add(part));
        if commune.is_some() {
            communes.clear();
        }
        Ok(Measured { unit, day, total, communes, rules: self.training.sets.on(in_year).cloned() })
    }
}

fn year_start(day: Date) -> Date {
    Date::new(day.year(), 1, 1).unwrap_or(day)
}

fn year_end(day: Date) -> Date {
    Date::new(day.year(), 12, 31).unwrap_or(day)
}
