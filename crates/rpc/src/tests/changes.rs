//! Idempotency keys, origins, and what the store's refusals mean to a caller.

use hoagiai_identity::{Role, testing};
use hoagiai_proto::registry::v1::DissolveTeamRequest;
use hoagiai_store::StoreError;
use hoagiai_types::{Env, Uuid};
use tonic::Code;

use crate::{Problem, change, request};

fn caller() -> hoagiai_identity::Caller {
    testing::caller(testing::someone(Role::CommuneChair), "registry.teams.dissolve", testing::date("2026-03-01"))
}

fn dissolve(team: &str, id: &str) -> DissolveTeamRequest {
    DissolveTeamRequest { team_id: team.into(), request_id: id.into(), ..Default::default() }
}

#[test]
fn a_key_is_the_id_and_everything_else_of_the_request() {
    let id = Uuid::from_u128(9).to_string();
    let key = |team: &str, id: &str| request::key(&dissolve(team, id), &caller()).unwrap();
    assert_eq!(key("a", &id), key("a", &id));
    assert_ne!(key("a", &id).digest, key("b", &id).digest);
    let other = Uuid::from_u128(10).to_string();
    assert_eq!(key("a", &id).digest, key("a", &other).digest);
    assert_eq!(key("a", &id).method, "/hoagiai.registry.v1.TeamService/DissolveTeam");
    assert_eq!(key("a", "").request_id, None);
    assert_eq!(request::key(&dissolve("a", "x"), &caller()).unwrap_err().code(), Code::InvalidArgument);
}

#[test]
fn an_origin_names_caller_purpose_and_request() {
    let env = Env::system();
    let caller = caller().stating("audit");
    let key = request::key(&dissolve("a", &Uuid::from_u128(9).to_string()), &caller).unwrap();
    let origin = change::origin_of(&caller, &key, &env);
    assert_eq!(origin.actor, caller.subject());
    assert_eq!(origin.purpose.as_deref(), Some("audit"));
    assert_eq!(origin.request_id, Some(Uuid::from_u128(9)));
    assert_eq!(request::origin(&caller, &env).request_id, None);
}

#[test]
fn refusals_of_the_store_have_codes_a_caller_can_act_on() {
    let code = |error: StoreError| Problem::from(error).code();
    assert_eq!(code(StoreError::Stale), Code::Aborted);
    assert_eq!(code(StoreError::RequestIdReused), Code::AlreadyExists);
    assert_eq!(code(StoreError::Busy(None)), Code::Unavailable);
    assert_eq!(code(StoreError::NotFound), Code::Internal);
    let inside = Problem::from(StoreError::inconsistent("teams", "state", 7));
    assert!(!inside.to_string().contains("teams"));
}
