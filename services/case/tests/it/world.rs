//! A team with a leader and three mediators, a neighbouring team, and everybody who may ask. Today is 31 March 2026.

use std::{sync::Arc, time::Duration};

use hoagiai_case::{Registry, api::Api, rules, usecases::Cases};
use hoagiai_identity::{
    Area, Role,
    testing::{ELSEWHERE, HERE, Place, account},
};
use hoagiai_proto::{
    cases::v1::{
        self as pb, case_service_client::CaseServiceClient, register_book_service_client::RegisterBookServiceClient,
    },
    google, registry,
};
use hoagiai_rpc::convert;
use hoagiai_store::follow;
use hoagiai_testkit::{
    engines::TestDb,
    facts::{RegistryScript, TeamAt},
    served::{self, Cast, by},
};
use hoagiai_types::{Date, Timestamp, Uuid};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Response, Status, service::Routes, transport::Channel};
use tonic_types::StatusExt as _;

/// The leader of the team, who is one of its mediators.
pub(crate) const LEADER: Uuid = Uuid::from_u128(0xa1);
pub(crate) const FIRST: Uuid = Uuid::from_u128(0xa2);
pub(crate) const SECOND: Uuid = Uuid::from_u128(0xa3);
/// Ceased on the last day of February.
pub(crate) const CEASED: Uuid = Uuid::from_u128(0xa4);

pub(crate) struct World {
    pub(crate) db: TestDb,
    pub(crate) registry: RegistryScript,
    channel: Channel,
    _stop: tokio_util::sync::DropGuard,
}

pub(crate) fn d(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Option<google::Date> {
    Some(convert::date(d(text)))
}

pub(crate) fn at(place: &Place) -> TeamAt {
    TeamAt { team: place.team, area: place.area_unit, commune: place.commune, province: place.province }
}

fn cast() -> Cast {
    let mediator = |name, id| account(name).holds(Role::Mediator, Area::Team(HERE.team)).is_person(id).build();
    let officer = || account("officer").holds(Role::JusticeOfficer, Area::Unit(HERE.commune));
    [
        ("leader", account("leader").holds(Role::TeamLeader, Area::Team(HERE.team)).is_person(LEADER).build()),
        ("leader as mediator", mediator("leader", LEADER)),
        ("first", mediator("first", FIRST)),
        ("second", mediator("second", SECOND)),
        ("team", account("team").holds(Role::Mediator, Area::Team(HERE.team)).build()),
        ("officer", officer().build()),
        ("officer on duty", officer().for_purpose("giải quyết khiếu nại").build()),
        (
            "payer",
            account("payer").holds(Role::CommunePc, Area::Unit(HERE.commune)).for_purpose("chi trả thù lao").build(),
        ),
        ("neighbour", account("neighbour").holds(Role::TeamLeader, Area::Team(ELSEWHERE.team)).build()),
        ("city", account("city").holds(Role::JusticeDepartment, Area::Unit(HERE.province)).build()),
        ("auditor", account("auditor").holds(Role::Auditor, Area::Everywhere).build()),
    ]
    .into_iter()
    .collect()
}

impl World {
    /// A world in which the registry has told everything and the team has an open book.
    pub(crate) async fn with_book(db: TestDb) -> (Self, String) {
        let world = Self::new(db).await;
        let book = world.open_book("leader", "2026-01-05").await.unwrap();
        (world, book.register_book_id)
    }

    pub(crate) async fn new(db: TestDb) -> Self {
        db.clock.set(Timestamp::parse("2026-03-31T02:00:00Z").unwrap());
        let registry = RegistryScript::default();
        registry.team(at(&HERE), "Tổ hòa giải số 1", d("2026-01-05"));
        registry.team(at(&ELSEWHERE), "Tổ hòa giải số 2", d("2026-01-05"));
        for id in [LEADER, FIRST, SECOND, CEASED] {
            registry.mediator(id, HERE.team, d("2026-01-05"), (1, 1, 1));
        }
        registry.ceased(CEASED, HERE.team, d("2026-02-28"));
        leader(&registry, LEADER, "2026-01-06");
        let stop = CancellationToken::new();
        tokio::spawn(follow(db.db.clone(), registry.0.clone(), Registry, stop.clone()));
        let env = db.env().clone();
        let cases = Cases { db: db.db.clone(), env: env.clone(), terms: Arc::new(rules::embedded().unwrap()) };
        let api = Api::new(cases, Duration::from_millis(400));
        let routes = Routes::new(api.case_service()).add_service(api.register_book_service());
        let channel = served::serve(routes, cast(), env).await.unwrap();
        World { db, registry, channel, _stop: stop.drop_guard() }
    }

    pub(crate) fn cases(&self) -> CaseServiceClient<Channel> {
        CaseServiceClient::new(self.channel.clone())
    }

    pub(crate) fn books(&self) -> RegisterBookServiceClient<Channel> {
        RegisterBookServiceClient::new(self.channel.clone())
    }

    pub(crate) async fn open_book(&self, who: &'static str, on: &str) -> Result<pb::RegisterBook, Status> {
        let request = pb::OpenRegisterBookRequest {
            team_id: HERE.team.to_string(),
            open_date: day(on),
            at_least: self.registry.0.head(),
            ..pb::OpenRegisterBookRequest::default()
        };
        let answer = self.books().open_register_book(by(who, request)).await?;
        Ok(answer.into_inner().register_book.unwrap())
    }

    pub(crate) fn receipt(&self, on: &str) -> pb::ReceiveCaseRequest {
        let party = |name: &str| pb::Party {
            kind: pb::PartyKind::Person.into(),
            full_name: name.to_owned(),
            age: 41,
            address: "ngõ 5".to_owned(),
        };
        pb::ReceiveCaseRequest {
            team_id: HERE.team.to_string(),
            ground: pb::CaseGround::PartyRequest.into(),
            category: pb::CaseCategory::Conflict.into(),
            receive_date: day(on),
            content: Some(pb::CaseContent {
                summary: "lối đi chung".to_owned(),
                parties: vec![party("Nguyễn Văn A"), party("Trần Thị B")],
                agreement: String::new(),
            }),
            request_id: String::new(),
            at_least: self.registry.0.head(),
        }
    }

    pub(crate) async fn receive(&self, on: &str) -> pb::Case {
        let answer = self.cases().receive_case(by("leader", self.receipt(on))).await.unwrap();
        answer.into_inner().case.unwrap()
    }

    pub(crate) async fn accepted(&self) -> pb::Case {
        let case = self.receive("2026-03-01").await;
        self.decide(&case.case_id, pb::ScopeExclusion::Unspecified, "").await.unwrap()
    }

    pub(crate) async fn assigned(&self, mediator: Uuid) -> pb::Case {
        let case = self.accepted().await;
        self.assign(&case.case_id, &[mediator], "2026-03-03").await.unwrap()
    }

    pub(crate) async fn in_mediation(&self) -> pb::Case {
        let case = self.assigned(FIRST).await;
        self.meet(session(&case.case_id, "2026-03-05")).await.unwrap()
    }

    pub(crate) async fn decide(&self, id: &str, why: pb::ScopeExclusion, to: &str) -> Result<pb::Case, Status> {
        let request = pb::DecideScopeRequest {
            case_id: id.to_owned(),
            exclusion: why.into(),
            referred_to: to.to_owned(),
            decide_date: day("2026-03-02"),
            ..pb::DecideScopeRequest::default()
        };
        Ok(self.cases().decide_scope(by("leader", request)).await?.into_inner().case.unwrap())
    }

    pub(crate) async fn assign(&self, id: &str, who: &[Uuid], on: &str) -> Result<pb::Case, Status> {
        let request = pb::AssignMediatorRequest {
            case_id: id.to_owned(),
            mediator_ids: who.iter().map(ToString::to_string).collect(),
            assign_date: day(on),
            ..pb::AssignMediatorRequest::default()
        };
        Ok(self.cases().assign_mediator(by("leader", request)).await?.into_inner().case.unwrap())
    }

    pub(crate) async fn choose(&self, id: &str, who: &[Uuid], on: &str) -> Result<pb::Case, Status> {
        let request = pb::ChooseMediatorRequest {
            case_id: id.to_owned(),
            mediator_ids: who.iter().map(ToString::to_string).collect(),
            assign_date: day(on),
            ..pb::ChooseMediatorRequest::default()
        };
        Ok(self.cases().choose_mediator(by("leader", request)).await?.into_inner().case.unwrap())
    }

    pub(crate) async fn conflict(&self, id: &str, who: Uuid) -> Result<pb::Case, Status> {
        let request = pb::DeclareConflictRequest {
            case_id: id.to_owned(),
            mediator_id: who.to_string(),
            declare_date: day("2026-03-04"),
            ..pb::DeclareConflictRequest::default()
        };
        Ok(self.cases().declare_conflict(by("leader", request)).await?.into_inner().case.unwrap())
    }

    pub(crate) async fn meet(&self, session: pb::RecordSessionRequest) -> Result<pb::Case, Status> {
        Ok(self.cases().record_session(by("first", session)).await?.into_inner().case.unwrap())
    }

    pub(crate) async fn conclude(&self, request: pb::ConcludeCaseRequest) -> Result<pb::Case, Status> {
        Ok(self.cases().conclude_case(by("first", request)).await?.into_inner().case.unwrap())
    }

    pub(crate) async fn get(&self, who: &'static str, id: &str, view: pb::CaseView) -> Result<pb::Case, Status> {
        let request = pb::GetCaseRequest { case_id: id.to_owned(), view: view.into() };
        Ok(self.cases().get_case(by(who, request)).await?.into_inner().case.unwrap())
    }

    pub(crate) async fn history(&self, id: &str) -> Vec<pb::CaseHistoryEntry> {
        let request = pb::GetCaseHistoryRequest { case_id: id.to_owned() };
        self.cases().get_case_history(by("leader", request)).await.unwrap().into_inner().entries
    }

    pub(crate) async fn entries(&self, book: &str) -> Vec<pb::RegisterEntry> {
        let request = pb::ListRegisterEntriesRequest {
            register_book_id: book.to_owned(),
            page_size: 1_000,
            ..pb::ListRegisterEntriesRequest::default()
        };
        self.books().list_register_entries(by("leader", request)).await.unwrap().into_inner().register_entries
    }
}

/// The chairman recognised a leader.
pub(crate) fn leader(registry: &RegistryScript, mediator: Uuid, on: &str) {
    use hoagiai_proto::registry::v1 as rb;
    use prost::Message as _;
    let term = rb::LeaderTerm {
        leader_term_id: Uuid::from_u128(mediator.as_u128() + 0x100).to_string(),
        team_id: HERE.team.to_string(),
        mediator_id: mediator.to_string(),
        state: rb::LeaderTermState::Recognized.into(),
        ..rb::LeaderTerm::default()
    };
    let fact = registry::v1::registry_event::Fact::LeaderDecided(rb::LeaderDecided { leader_term: Some(term) });
    let event = rb::RegistryEvent { fact: Some(fact) }.encode_to_vec();
    registry.0.push(("leader_term", Uuid::from_u128(mediator.as_u128() + 0x100)), "LeaderDecided", d(on), event);
}

pub(crate) fn session(id: &str, on: &str) -> pb::RecordSessionRequest {
    pb::RecordSessionRequest { case_id: id.to_owned(), session_date: day(on), ..pb::RecordSessionRequest::default() }
}

pub(crate) fn success(id: &str, on: &str, agreement: &str) -> pb::ConcludeCaseRequest {
    pb::ConcludeCaseRequest {
        case_id: id.to_owned(),
        conclude_date: day(on),
        successful: true,
        agreement: agreement.to_owned(),
        ..pb::ConcludeCaseRequest::default()
    }
}

pub(crate) fn failure(id: &str, on: &str, reason: pb::UnsuccessfulReason) -> pb::ConcludeCaseRequest {
    pb::ConcludeCaseRequest { successful: false, unsuccessful_reason: reason.into(), ..success(id, on, "") }
}

/// Code and reason of a refusal.
pub(crate) fn no<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    let reason = status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default();
    (status.code(), reason)
}

/// As [`no`], of a raw answer.
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<Response<T>, Status>) -> (Code, String) {
    no(answer)
}
