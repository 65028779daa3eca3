//! DirectoryService.

use hoagiai_proto::registry::v1::{self as pb, directory_service_server::DirectoryService};
use hoagiai_rpc::{
    Page, Violations,
    convert::{date, may_date, may_etag, may_id, may_time, need_date, need_id},
};
use prost::Message;
use tonic::{Request, Response, Status, metadata::MetadataValue};

use super::{Api, convert, reading, refuse, whole};
use crate::{
    domain::directory::{DirectoryTeam, Shown},
    usecases::{Asked, Disclosed, Meant},
};

#[tonic::async_trait]
impl DirectoryService for Api {
    async fn list_directory(
        &self,
        request: Request<pb::ListDirectoryRequest>,
    ) -> Result<Response<pb::ListDirectoryResponse>, Status> {
        let (mut message, caller) = reading(request)?;
        // What the caller holds already does not say which list it is: a token goes with any tag.
        let held = std::mem::take(&mut message.if_none_match);
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let asked = asked(message.valid_at, message.known_at, &mut out);
        let unit = whole(out, unit)?;
        let at = (page.after()?, page.size().limit());
        let told = self.registry.list_directory(&caller, unit, asked, at).await.map_err(refuse)?;
        let Disclosed { content: mut rows, policy, max_age_seconds, day, position } = told;
        // The page is cut by its rows, not by what is left of them once persons erased are left out.
        let next_page_token = page.cut(&mut rows, |(id, _)| id.uuid());
        let entries = rows.into_iter().filter_map(|(_, shown)| shown).map(entry).collect();
        let mut answer = pb::ListDirectoryResponse { entries, next_page_token, freshness: None };
        let told = Told { policy, max_age_seconds, day, position };
        let freshness = told.freshness(&answer, &held);
        if freshness.not_modified {
            answer.entries.clear();
        }
        let kept = kept(&freshness);
        answer.freshness = Some(freshness);
        Ok(with(kept, answer))
    }

    async fn get_directory_entry(
        &self,
        request: Request<pb::GetDirectoryEntryRequest>,
    ) -> Result<Response<pb::GetDirectoryEntryResponse>, Status> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let asked = asked(message.valid_at, message.known_at, &mut out);
        let mediator = whole(out, mediator)?;
        let told = self.registry.directory_entry(&caller, mediator, asked).await.map_err(refuse)?;
        let Disclosed { content, policy, max_age_seconds, day, position } = told;
        let mut answer = pb::GetDirectoryEntryResponse { entry: Some(entry(content)), freshness: None };
        let freshness = Told { policy, max_age_seconds, day, position }.freshness(&answer, &message.if_none_match);
        if freshness.not_modified {
            answer.entry = None;
        }
        let kept = kept(&freshness);
        answer.freshness = Some(freshness);
        Ok(with(kept, answer))
    }

    async fn find_directory_teams(
        &self,
        request: Request<pb::FindDirectoryTeamsRequest>,
    ) -> Result<Response<pb::FindDirectoryTeamsResponse>, Status> {
        let (mut message, caller) = reading(request)?;
        let held = std::mem::take(&mut message.if_none_match);
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let one = may_id("team_id", &message.team_id, &mut out);
        let asked = asked(message.valid_at, message.known_at, &mut out);
        let unit = whole(out, unit)?;
        let at = (page.after()?, page.size().limit());
        let told = self.registry.directory_teams(&caller, (unit, one), asked, at).await.map_err(refuse)?;
        let Disclosed { content: mut rows, policy, max_age_seconds, day, position } = told;
        let next_page_token = page.cut(&mut rows, |team| team.place.team.uuid());
        let teams = rows.into_iter().map(team).collect();
        let mut answer = pb::FindDirectoryTeamsResponse { teams, next_page_token, freshness: None };
        let freshness = Told { policy, max_age_seconds, day, position }.freshness(&answer, &held);
        if freshness.not_modified {
            answer.teams.clear();
        }
        let kept = kept(&freshness);
        answer.freshness = Some(freshness);
        Ok(with(kept, answer))
    }

    async fn verify_mediator(
        &self,
        request: Request<pb::VerifyMediatorRequest>,
    ) -> Result<Response<pb::VerifyMediatorResponse>, Status> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let mediator = may_id("mediator_id", &message.mediator_id, &mut out);
        let commune = may_id("commune_unit_id", &message.commune_unit_id, &mut out);
        let asked = asked(message.valid_at, message.known_at, &mut out);
        let meant = match (mediator, message.full_name.trim(), commune) {
            (Some(id), "", None) => Some(Meant::Id(id)),
            (None, name, Some(commune)) if !name.is_empty() => Some(Meant::Name(name.to_owned(), commune)),
            _ => {
                let (english, vietnamese) = (
                    "is needed alone, or else a name with its commune",
                    "cần được ghi riêng, hoặc thay bằng họ tên kèm đơn vị cấp xã",
                );
                out.add("mediator_id", "ONE_OF", english, vietnamese);
                None
            }
        };
        let meant = whole(out, meant)?;
        let by_name = matches!(meant, Meant::Name(..));
        let told = self.registry.verify_mediator(&caller, meant, asked).await.map_err(refuse)?;
        let Disclosed { content, policy, max_age_seconds, day, position } = told;
        if by_name {
            // Who sought a person by name, and how many were found; never the name.
            tracing::info!(caller = caller.subject(), found = content.len(), "a mediator was verified by name");
        }
        let mut answer = pb::VerifyMediatorResponse {
            in_force: !content.is_empty(),
            matches: content.into_iter().map(verification).collect(),
            freshness: None,
        };
        answer.freshness = Some(Told { policy, max_age_seconds, day, position }.freshness(&answer, ""));
        Ok(Response::new(answer))
    }

    async fn publish_contact(
        &self,
        request: Request<pb::PublishContactRequest>,
    ) -> Result<Response<pb::PublishContactResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let contact = convert::training::need_text("contact", &message.contact, &mut out);
        let consent = need_date("consent_date", message.consent_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let ((mediator, contact), consent) = whole(out, mediator.zip(contact).zip(consent))?;
        let done = self.registry.publish_contact(&change, mediator, (&contact, consent), etag).await;
        let (revision, position) = done.map_err(refuse)?;
        let (mediator_id, etag) = (message.mediator_id, convert::etag(revision));
        Ok(Response::new(pb::PublishContactResponse { mediator_id, etag, position }))
    }

    async fn withdraw_contact(
        &self,
        request: Request<pb::WithdrawContactRequest>,
    ) -> Result<Response<pb::WithdrawContactResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let mediator = whole(out, mediator)?;
        let done = self.registry.withdraw_contact(&change, mediator, etag).await;
        let (revision, position) = done.map_err(refuse)?;
        let (mediator_id, etag) = (message.mediator_id, convert::etag(revision));
        Ok(Response::new(pb::WithdrawContactResponse { mediator_id, etag, position }))
    }
}

fn asked(
    valid_at: Option<hoagiai_proto::google::Date>,
    known_at: Option<prost_types::Timestamp>,
    out: &mut Violations,
) -> Asked {
    let valid_at = may_date("valid_at", valid_at.as_ref(), out);
    Asked { valid_at, known_at: may_time("known_at", known_at.as_ref(), out) }
}

/// What an answer is told under.
struct Told {
    policy: String,
    max_age_seconds: i32,
    day: hoagiai_types::Date,
    position: i64,
}

impl Told {
    /// Names the content of an answer, its freshness left out, under the policy that it was cut by.
    fn freshness(self, answer: &impl Message, held: &str) -> pb::DirectoryFreshness {
        let entity_tag = convert::digest(&[self.policy.as_bytes(), &answer.encode_to_vec()]);
        pb::DirectoryFreshness {
            not_modified: entity_tag == held,
            entity_tag,
            max_age_seconds: self.max_age_seconds,
            position: self.position,
            valid_at: Some(date(self.day)),
        }
    }
}

/// How an answer may be kept, as metadata that a face of HTTP takes over as it is (RFC 9110 §8.8.3, RFC 9111 §5.2).
fn kept(freshness: &pb::DirectoryFreshness) -> [(&'static str, String); 2] {
    let age = freshness.max_age_seconds;
    [("etag", format!("\"{}\"", freshness.entity_tag)), ("cache-control", format!("private, max-age={age}"))]
}

fn with<T>(metadata: [(&'static str, String); 2], answer: T) -> Response<T> {
    let mut response = Response::new(answer);
    for (name, value) in metadata {
        // Tags are hexadecimal, ages numbers: every header takes them.
        if let Ok(value) = MetadataValue::try_from(value) {
            response.metadata_mut().insert(name, value);
        }
    }
    response
}

fn entry(shown: Shown) -> pb::DirectoryEntry {
    let (team, team_name) = shown.team.map(|(id, name)| (id.to_string(), name)).unwrap_or_default();
    let [(area, area_name), (commune, commune_name)] = places(shown.area);
    pb::DirectoryEntry {
        mediator_id: shown.mediator.to_string(),
        full_name: shown.full_name.unwrap_or_default(),
        team_id: team,
        team_display_name: team_name,
        area_unit_id: area,
        area_display_name: area_name,
        commune_unit_id: commune,
        commune_display_name: commune_name,
        contact: shown.contact.unwrap_or_default(),
    }
}

fn verification(shown: Shown) -> pb::DirectoryVerification {
    let (team, team_name) = shown.team.map(|(id, name)| (id.to_string(), name)).unwrap_or_default();
    let [(area, area_name), (commune, commune_name)] = places(shown.area);
    let decision = shown.decision.as_ref();
    pb::DirectoryVerification {
        mediator_id: shown.mediator.to_string(),
        decision_number: decision.map(|decision| decision.number.clone()).unwrap_or_default(),
        decision_date: decision.map(|decision| date(decision.issue_date)),
        team_id: team,
        team_display_name: team_name,
        area_unit_id: area,
        area_display_name: area_name,
        commune_unit_id: commune,
        commune_display_name: commune_name,
    }
}

fn places(area: Option<[(crate::domain::UnitId, String); 2]>) -> [(String, String); 2] {
    area.map(|both| both.map(|(id, name)| (id.to_string(), name))).unwrap_or_default()
}

fn team(team: DirectoryTeam) -> pb::DirectoryTeam {
    let place = team.place;
    pb::DirectoryTeam {
        team_id: place.team.to_string(),
        display_name: place.team_name,
        area_unit_id: place.area_unit.to_string(),
        area_display_name: place.area_name,
        commune_unit_id: place.commune.to_string(),
        commune_display_name: place.commune_name,
        mediator_count: team.mediators,
    }
}
