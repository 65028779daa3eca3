//! Rosters of teams.

use hoagiai_store::{StoreError, Stream};

use super::{
    super::{Change, Moment, Registry, Standing},
    Judged, RosterDone, RosterIn,
};
use crate::{
    domain::{RosterImportId, RosterKind, TeamLine, plan_team_lines},
    error::Error,
    events, store,
};

/// Teams of one statement.
const CHUNK: usize = 300;

impl Registry {
    /// Imports teams.
    pub(crate) async fn import_teams(&self, change: &Change, roster: &RosterIn<TeamLine>) -> Result<RosterDone, Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin_much(change).await?;
        let unit = Self::unit_of_roster(&mut tx, change, roster.unit, moment.today).await?;
        if let Some(import) = done {
            return Self::repeated_roster(tx, import).await;
        }
        let places = roster.lines.iter().map(|line| &line.place);
        let (ground, communes) = Self::ground(&mut tx, &unit, places, moment.today).await?;
        let kept = Self::teams_of_communes(&mut tx, &communes, moment.today).await?;
        let import = roster.decision.as_ref();
        let mut plan =
            plan_team_lines(&roster.lines, &ground, &kept, import, &self.rules, moment.now, || self.env.new_id());

        let mut founded = Vec::with_capacity(plan.created.len());
        for (team, _) in &plan.created {
            let mut team = team.clone();
            team.found(self.rules(team.plan.issue_date), team.plan.issue_date);
            founded.push(team);
        }
        let judged = Judged { outcomes: std::mem::take(&mut plan.outcomes), faults: std::mem::take(&mut plan.faults) };
        let deviating = founded.iter().chain(&plan.corrected).filter(|team| team.deviates()).count();
        let done = self.judged(roster, judged, deviating);
        if roster.validate_only || done.refused {
            return Ok(done);
        }
        let import: RosterImportId = self.env.new_id();
        for teams in plan.created.chunks(CHUNK) {
            if store::teams::insert(&mut tx, import.uuid(), teams).await? != teams.len() as u64 {
                // Another plan gave one of the areas its team between our look and our write: to be asked again.
                return Err(StoreError::Stale.into());
            }
        }
        for (team, _) in &plan.created {
            tx.append(Stream::new("team", team.id), 0, &change.origin, &[events::team_planned(team)]).await?;
        }
        let after = Moment { now: next(moment.now), ..moment };
        for mut team in founded.into_iter().chain(plan.corrected) {
            let day = team.plan.issue_date;
            self.write_team(&mut tx, change, &mut team, Vec::new(), Standing::Changed(day), after).await?;
        }
        self.finish_roster(tx, change, (import, RosterKind::Teams), roster, done, moment).await
    }
}

/// The next instant: what a transaction learns later of the same day supersedes what it learnt before.
pub(super) fn next(now: hoagiai_types::Timestamp) -> hoagiai_types::Timestamp {
    hoagiai_types::Timestamp::from_micros(now.as_micros() + 1)
}
