//! What of a team changes without ending it: name, size, the yearly review, the reason of an exception (rules 2, 6, 7).

use hoagiai_store::{Position, Stream};
use hoagiai_types::{Date, Etag, Id};

use super::{Change, Registry, Standing, admit_etag};
use crate::{
    domain::{AreaException, Decision, FIRST_DAY, Refusal, ReviewResult, Team, TeamId, TeamReview, in_order},
    error::{Error, FaultText},
    events, store,
};

/// What of a team needs no decision; none: unchanged.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewName {
    /// Name.
    pub(crate) name: Option<String>,
    /// Why the area has a second team.
    pub(crate) exception_reason: Option<String>,
}

impl Registry {
    /// Changes what of a team needs no decision, from a day on.
    pub(crate) async fn update_team(
        &self,
        change: &Change,
        team: TeamId,
        new: NewName,
        since: Option<Date>,
        etag: Option<Etag>,
    ) -> Result<(Team, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if done.is_some() {
            return Ok((team, tx.commit().await?.position));
        }
        if new.name.as_deref().is_some_and(str::is_empty) {
            return Err(Error::field("display_name", FaultText::REQUIRED));
        }
        admit_etag(team.revision, etag)?;
        team.expect_alive()?;
        let day = since.unwrap_or(moment.today);
        in_order("change_date", day, team.plan.issue_date, moment.today)?;
        team.name = new.name.unwrap_or(team.name);
        team.exception_reason = new.exception_reason.unwrap_or(team.exception_reason);
        let told = |team: &Team| events::team_updated(team, day);
        self.write_team(&mut tx, change, &mut team, Vec::new(), Standing::Told(day, &told), moment).await?;
        let position = self.end(tx, change, team.id).await?;
        Ok((team, position))
    }

    /// Fixes the number of mediators anew (rule 6).
    pub(crate) async fn change_target_size(
        &self,
        change: &Change,
        team: TeamId,
        target_size: u32,
        decision: Decision,
        etag: Option<Etag>,
    ) -> Result<(Team, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if done.is_some() {
            return Ok((team, tx.commit().await?.position));
        }
        admit_etag(team.revision, etag)?;
        let day = decision.issue_date;
        let earliest = team.size.as_ref().unwrap_or(&team.plan).issue_date;
        in_order("decision.issue_date", day, earliest, moment.today)?;
        team.resize(target_size, decision)?;
        let told = |team: &Team| events::team_updated(team, day);
        self.write_team(&mut tx, change, &mut team, Vec::new(), Standing::Told(day, &told), moment).await?;
        let position = self.end(tx, change, team.id).await?;
        Ok((team, position))
    }

    /// Records the yearly review of a team (rule 7).
    pub(crate) async fn record_review(
        &self,
        change: &Change,
        team: TeamId,
        (date, result, minutes): (Date, ReviewResult, String),
    ) -> Result<(TeamReview, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut team = self.team(&mut tx, &change.caller, team, moment).await?;
        if let Some(review) = done {
            let review = store::successions::get_review(&mut tx, Id::from_uuid(review)).await?;
            return Ok((review, tx.commit().await?.position));
        }
        team.expect_in_force()?;
        in_order("review_date", date, team.active_date.unwrap_or(team.plan.issue_date), moment.today)?;
        let review = TeamReview {
            id: self.env.new_id(),
            team: team.id,
            year: i32::from(date.year()),
            date,
            result,
            leader: team.leader,
            minutes,
            created_at: moment.now,
        };
        if !store::successions::insert_review(&mut tx, &review).await? {
            return Err(Refusal::TeamReviewed { team: team.id, year: review.year }.into());
        }
        let facts = vec![events::team_reviewed(&review)];
        self.write_team(&mut tx, change, &mut team, facts, Standing::Same, moment).await?;
        let position = self.end(tx, change, review.id).await?;
        Ok((review, position))
    }

    /// Records why an area has no team, or more than one (rule 2).
    pub(crate) async fn record_exception(
        &self,
        change: &Change,
        mut exception: AreaException,
    ) -> Result<(Id<AreaException>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let day = exception.decision.issue_date;
        let area = self.area(&mut tx, change, exception.area_unit, day).await?;
        if let Some(id) = done {
            return Ok((Id::from_uuid(id), tx.commit().await?.position));
        }
        in_order("decision.issue_date", day, FIRST_DAY, moment.today)?;
        if exception.valid_to < day {
            return Err(Refusal::DateOutOfOrder { field: "valid_to" }.into());
        }
        exception.id = self.env.new_id();
        (exception.commune, exception.province) = (area.commune.unwrap_or(area.id), area.province);
        store::successions::insert_exception(&mut tx, &exception, moment.now).await?;
        let fact = events::area_exception_recorded(&exception);
        tx.append(Stream::new("area_exception", exception.id), 0, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, exception.id).await?;
        Ok((exception.id, position))
    }
}
