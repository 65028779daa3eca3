//! A question, asked of the registry as the agency itself would ask it over gRPC: admitted, masked, counted and written down
//! like any other call of it.

use hoagiai_proto::{
    google,
    registry::v1::{self as pb, directory_service_client::DirectoryServiceClient},
};
use hoagiai_rpc::convert;
use hoagiai_spdci::{AsOf, Found, MAX_PAGE_SIZE, MAX_RECORDS, Question, Record, Rejection, Search, SearchReason};
use hoagiai_types::Uuid;
use http::HeaderMap;
use tonic::{Code, Request, Status, metadata::MetadataMap};

use super::{Spdci, records};
use crate::{backends::Backends, domain::Statements};

/// What a question ends with.
type Asked<T> = Result<T, Rejection<SearchReason>>;

/// One question on its way.
struct Asking<'a> {
    client: DirectoryServiceClient<Backends>,
    metadata: MetadataMap,
    statements: &'a Statements,
    as_of: &'a AsOf,
}

impl Spdci {
    /// Asks the registry.
    pub(super) async fn ask(&self, search: &Search, headers: &HeaderMap) -> Asked<Found> {
        let statements = Statements { consent: search.consent.clone(), authorization: search.authorize.clone() };
        let records = self.records(search, None, (headers, &statements)).await?;
        Found::new(search, records)
    }

    /// All records that answer a question. `commune`: where a team that is asked for lies; none: wherever it lay.
    pub(super) async fn records(
        &self,
        search: &Search,
        commune: Option<Uuid>,
        (headers, statements): (&HeaderMap, &Statements),
    ) -> Asked<Vec<Record>> {
        let client = DirectoryServiceClient::new(self.backends.clone());
        let metadata = MetadataMap::from_headers(headers.clone());
        let mut asking = Asking { client, metadata, statements, as_of: &search.as_of };
        match &search.question {
            Question::MediatorById { id } => asking.mediator(id.to_string()).await,
            Question::MediatorByName { full_name, commune } => asking.named(full_name, commune.to_string()).await,
            Question::MediatorsOfUnit { unit } => asking.mediators_of(unit.to_string()).await,
            Question::TeamsOfUnit { unit } => asking.teams_of(unit.to_string(), String::new()).await,
            Question::TeamById { id } => {
                let communes = match commune {
                    Some(commune) => vec![commune],
                    None => self.gateway.communes_of_team(id.uuid()).await.map_err(|_| unanswered())?,
                };
                asking.team_in(communes, &id.to_string()).await
            }
        }
    }
}

impl Asking<'_> {
    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::from_parts(self.metadata.clone(), Default::default(), message);
        // For the ledger of disclosures: no agency can set it by a header.
        request.extensions_mut().insert(self.statements.clone());
        request
    }

    fn valid_at(&self) -> Option<google::Date> {
        self.as_of.valid_at.map(convert::date)
    }

    fn known_at(&self) -> Option<prost_types::Timestamp> {
        self.as_of.known_at.map(convert::time)
    }

    async fn mediator(&mut self, mediator_id: String) -> Asked<Vec<Record>> {
        let (valid_at, known_at) = (self.valid_at(), self.known_at());
        let message = pb::GetDirectoryEntryRequest { mediator_id, valid_at, known_at, ..Default::default() };
        let request = self.request(message);
        match self.client.get_directory_entry(request).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                let day = records::day(answer.freshness.as_ref());
                Ok(answer.entry.and_then(|entry| records::mediator(&entry, day)).into_iter().collect())
            }
            Err(status) if status.code() == Code::NotFound => Ok(Vec::new()),
            Err(status) => Err(rejected(&status)),
        }
    }

    async fn named(&mut self, full_name: &str, commune_unit_id: String) -> Asked<Vec<Record>> {
        let (valid_at, known_at, full_name) = (self.valid_at(), self.known_at(), full_name.to_owned());
        let message =
            pb::VerifyMediatorRequest { full_name, commune_unit_id, valid_at, known_at, ..Default::default() };
        let request = self.request(message);
        let answer = self.client.verify_mediator(request).await.map_err(|status| rejected(&status))?.into_inner();
        let day = records::day(answer.freshness.as_ref());
        Ok(answer.matches.iter().filter_map(|one| records::verified(one, day)).collect())
    }

    async fn mediators_of(&mut self, unit_id: String) -> Asked<Vec<Record>> {
        let (mut found, mut page_token) = (Vec::new(), String::new());
        loop {
            let (valid_at, known_at, unit_id) = (self.valid_at(), self.known_at(), unit_id.clone());
            let page_size = MAX_PAGE_SIZE.cast_signed();
            let message =
                pb::ListDirectoryRequest { unit_id, valid_at, known_at, page_size, page_token, ..Default::default() };
            let request = self.request(message);
            let answer = self.client.list_directory(request).await.map_err(|status| rejected(&status))?.into_inner();
            let day = records::day(answer.freshness.as_ref());
            found.extend(answer.entries.iter().filter_map(|entry| records::mediator(entry, day)));
            page_token = further(found.len(), answer.next_page_token)?;
            if page_token.is_empty() {
                return Ok(found);
            }
        }
    }

    /// A team in the first of some communes that shows it. Today it lies in the first; on another day it may have lain elsewhere.
    async fn team_in(&mut self, communes: Vec<Uuid>, team_id: &str) -> Asked<Vec<Record>> {
        let today = self.as_of.valid_at.is_none() && self.as_of.known_at.is_none();
        let mut refused = None;
        for commune in communes.into_iter().take(if today { 1 } else { usize::MAX }) {
            match self.teams_of(commune.to_string(), team_id.to_owned()).await {
                Ok(records) if records.is_empty() => {}
                Ok(records) => return Ok(records),
                Err(rejection) => refused = refused.or(Some(rejection)),
            }
        }
        refused.map_or(Ok(Vec::new()), Err)
    }

    /// The teams of a unit, or the one of an id.
    async fn teams_of(&mut self, unit_id: String, team_id: String) -> Asked<Vec<Record>> {
        let (mut found, mut page_token) = (Vec::new(), String::new());
        loop {
            let (valid_at, known_at, unit_id) = (self.valid_at(), self.known_at(), unit_id.clone());
            let page_size = MAX_PAGE_SIZE.cast_signed();
            let message = pb::FindDirectoryTeamsRequest {
                unit_id,
                valid_at,
                known_at,
                page_size,
                page_token,
                team_id: team_id.clone(),
                ..Default::default()
            };
            let request = self.request(message);
            let answer =
                self.client.find_directory_teams(request).await.map_err(|status| rejected(&status))?.into_inner();
            let day = records::day(answer.freshness.as_ref());
            found.extend(answer.teams.iter().filter_map(|team| records::team(team, day)));
            page_token = further(found.len(), answer.next_page_token)?;
            if page_token.is_empty() {
                return Ok(found);
            }
        }
    }
}

/// The next page, as long as not too much was found.
fn further(found: usize, token: String) -> Asked<String> {
    if found > MAX_RECORDS { Err(Found::too_many()) } else { Ok(token) }
}

fn unanswered() -> Rejection<SearchReason> {
    Rejection::without_code("the registry does not answer: ask again")
}

/// What the registry refuses is the answer to this question alone.
fn rejected(status: &Status) -> Rejection<SearchReason> {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::Internal | Code::Unknown => unanswered(),
        Code::InvalidArgument => Rejection::new(SearchReason::SearchCriteriaInvalid, status.message()),
        _ => Rejection::without_code(status.message()),
    }
}
