//! The methods of MediatorService that search names and describe persons.

use hoagiai_names::{Filter, Query, Why};
use hoagiai_proto::registry::v1 as pb;
use hoagiai_rpc::{
    Page, Violations,
    convert::{may_date, may_etag, may_id, need_id},
};
use hoagiai_types::Id;
use tonic::{Request, Response, Status};

use super::{Api, convert, reading, refuse, waiting, whole};
use crate::{
    domain::{Team, UnitId},
    usecases::Wanted,
};

impl Api {
    pub(super) async fn search(
        &self,
        request: Request<pb::SearchMediatorsRequest>,
    ) -> Result<Response<pb::SearchMediatorsResponse>, Status> {
        let (message, caller) = reading(request)?;
        // The position to wait for may differ from page to page.
        let page = Page::of(&pb::SearchMediatorsRequest { at_least: 0, ..message.clone() }, &caller)?;
        let mut out = Violations::default();
        let unit: Option<UnitId> = may_id("unit_id", &message.unit_id, &mut out);
        let team: Option<Id<Team>> = may_id("team_id", &message.team_id, &mut out);
        let in_force_on = may_date("in_force_date", message.in_force_date.as_ref(), &mut out);
        let filter = Filter {
            unit: unit.map(Id::uuid),
            team: team.map(Id::uuid),
            within: None,
            in_force_on,
            language: Some(message.language).filter(|language| !language.is_empty()),
            expertise: Some(message.expertise).filter(|expertise| !expertise.is_empty()),
            only: None,
        };
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let filter = whole(out, Some(filter))?;
        let query = Query::parse(&message.query).map_err(|error| refuse(error.into()))?;
        let limit = usize::from(page.size().get()) + 1;
        let at_least = (message.at_least, waiting());
        let wanted = Wanted { query, filter, at, at_least, after: page.after()?, limit };
        let mut found = self.registry.search(&caller, wanted).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut found.rows, |(_, _, hit)| (hit.rank, hit.id));
        let matches = found.rows.iter().map(|(mediator, person, hit)| pb::MediatorMatch {
            mediator: Some(convert::mediator(mediator, Some(person))),
            reasons: hit.why.iter().map(|why| reason(*why).into()).collect(),
        });
        Ok(Response::new(pb::SearchMediatorsResponse {
            matches: matches.collect(),
            next_page_token,
            total_count: i64::try_from(found.total).unwrap_or(i64::MAX),
            position: found.position,
        }))
    }

    pub(super) async fn set_profile(
        &self,
        request: Request<pb::SetMediatorProfileRequest>,
    ) -> Result<Response<pb::SetMediatorProfileResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let mediator = whole(out, mediator)?;
        let details = convert::duplicates::details(message.languages, &message.expertises, &message.identity_number);
        let done = self.registry.set_profile(&change, mediator, details, etag).await;
        let (mediator, person, position) = done.map_err(refuse)?;
        let mediator = Some(convert::mediator(&mediator, person.as_ref()));
        Ok(Response::new(pb::SetMediatorProfileResponse { mediator, position }))
    }
}

fn reason(why: Why) -> pb::MatchReason {
    match why {
        Why::Exact => pb::MatchReason::Exact,
        Why::TonePlacement => pb::MatchReason::TonePlacement,
        Why::MarksOmitted => pb::MatchReason::MarksOmitted,
        Why::MarksDiffer => pb::MatchReason::MarksDiffer,
        Why::TypingKeys => pb::MatchReason::TypingKeys,
        Why::Spelling => pb::MatchReason::Spelling,
        Why::Initials => pb::MatchReason::Initials,
        Why::FewerSyllables => pb::MatchReason::FewerSyllables,
        Why::SyllableNotInName => pb::MatchReason::SyllableNotInName,
        Why::OtherOrder => pb::MatchReason::OtherOrder,
        Why::Slip => pb::MatchReason::Slip,
    }
}
