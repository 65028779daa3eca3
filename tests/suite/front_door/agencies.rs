//! Agencies at the front door: connected by the department, known by their credentials, told what their policy gives them and
//! nothing else, and every answer that names a mediator written down.

use std::{net::SocketAddr, path::Path};

use hoagiai::{
    clients::{Client, Servers},
    demo::Demo,
    folder::Folder,
    population::Size,
    progress::Progress,
};
use hoagiai_identity::{
    Area, Grant, Role,
    token::{Issuer, NewToken},
};
use hoagiai_runtime::LOCAL_ISSUER;
use hoagiai_testkit::server::TestServer;
use hoagiai_types::Env;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tonic::transport::Endpoint;

use super::{
    client::{Answer, Raw, send},
    on_both,
};

on_both!(an_agency_is_told_what_its_policy_gives_it);

const CITY: Demo = Demo {
    size: Size { teams: 130, mediators: 800, successful: 3, unsuccessful: 1, in_progress: 1, recognized: 1 },
    seed: 35,
};
const DIRECTORY: &str = "hoagiai.registry.v1.DirectoryService";
const PURPOSE: (&str, &str) = ("x-purpose", "x%C3%A1c minh h%C3%B2a gi%E1%BA%A3i vi%C3%AAn");

/// The front door and whoever knocks.
pub(super) struct Door<'a> {
    server: &'a TestServer,
    http: SocketAddr,
    department: String,
}

impl<'a> Door<'a> {
    pub(super) fn of(server: &'a TestServer) -> Self {
        let department =
            server.token("department", vec![Grant::of(Role::JusticeDepartment, Area::Everywhere)]).unwrap();
        let http = server.server().face("http").unwrap();
        Self { server, http, department: format!("Bearer {department}") }
    }

    pub(super) async fn ask(&self, verb: Method, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        let body = if verb == Method::GET { String::new() } else { body.to_string() };
        send(self.http, (verb, path), &all, body).await
    }

    pub(super) fn department_header(&self) -> &str {
        &self.department
    }

    async fn department(&self, verb: Method, path: &str, body: Value) -> Answer {
        self.ask(verb, path, &[("authorization", &self.department)], body).await
    }

    /// A consumer, its credential, and the bearer header of its secret.
    pub(super) async fn connect(&self, code: &str, policy: Value) -> (String, String, String) {
        let (consumer, credential, secret) = self.connect_by_secret(code, policy).await;
        let bearer = self.sign_in(&credential, &secret).await;
        (consumer, credential, bearer.unwrap())
    }

    /// A consumer, its credential, and the secret.
    pub(super) async fn connect_by_secret(&self, code: &str, policy: Value) -> (String, String, String) {
        let codes = json!([{ "system": "AGENCY_CODE_SYSTEM_QD20", "value": code, "validFrom": day(2026, 1, 1) }]);
        let body = json!({ "agencyCodes": codes, "displayName": "Tòa án nhân dân", "policy": policy });
        let created = self.department(Method::POST, "/v1/consumers", body).await;
        assert_eq!(created.status, StatusCode::OK, "{:?}", created.json());
        let consumer = text(&created.json()["consumer"]["consumerId"]);
        let path = format!("/v1/consumers/{consumer}/credentials");
        let issued = self.department(Method::POST, &path, json!({ "kind": "CREDENTIAL_KIND_CLIENT_SECRET" })).await;
        assert_eq!(issued.status, StatusCode::OK, "{:?}", issued.json());
        let credential = text(&issued.json()["credential"]["credentialId"]);
        (consumer, credential, text(&issued.json()["clientSecret"]))
    }

    /// The bearer header of an id and a secret.
    pub(super) async fn sign_in(&self, id: &str, secret: &str) -> Option<String> {
        let (status, bearer) = self.try_sign_in(id, secret).await;
        assert!(matches!(status, StatusCode::OK | StatusCode::UNAUTHORIZED), "{status}");
        bearer
    }

    /// The same, and the status.
    pub(super) async fn try_sign_in(&self, id: &str, secret: &str) -> (StatusCode, Option<String>) {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = send(self.http, (Method::POST, "/oauth/token"), &headers, form).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let json = answer.json();
        let bearer = match answer.status {
            StatusCode::OK => Some(format!("Bearer {}", text(&json["access_token"]))),
            StatusCode::UNAUTHORIZED => {
                assert_eq!(json["error"], "invalid_client");
                None
            }
            _ => None,
        };
        (answer.status, bearer)
    }

    /// The same by a clock that is moved by hand: a token works for a quarter of an hour, and hours pass there. Who was not read
    /// for a minute is not let in: by such a clock that is each jump, until the next look.
    pub(super) async fn sign_in_anew(&self, id: &str, secret: &str) -> String {
        let mut known = None;
        super::until("the agencies are read again", async || {
            let (status, bearer) = self.try_sign_in(id, secret).await;
            known = bearer;
            status != StatusCode::SERVICE_UNAVAILABLE
        })
        .await;
        known.unwrap()
    }

    pub(super) async fn agency(&self, bearer: &str, path: &str) -> Answer {
        self.ask(Method::GET, path, &[("authorization", bearer), PURPOSE], Value::Null).await
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub(super) fn day(year: i32, month: i32, day: i32) -> Value {
    json!({ "year": year, "month": month, "day": day })
}

pub(super) fn policy(methods: Value, areas: &[&str], quota: i32) -> Value {
    json!({ "allowedMethods": methods, "areaUnitIds": areas, "dailyQuota": quota, "validFrom": day(2026, 1, 1) })
}

/// A city with a team in each commune.
pub(super) async fn load(server: &TestServer) {
    load_at(server, Env::system()).await;
}

/// The same by another clock than the system's.
pub(super) async fn load_at(server: &TestServer, env: Env) {
    load_of(server, server.folder(), env).await;
}

/// The same, of a server whose data lies in a folder of the test's.
pub(super) async fn load_of(server: &TestServer, data: &Path, env: Env) {
    let folder = tempfile::tempdir().unwrap();
    let issuer = Issuer::open(&data.join("issuer.pem"), LOCAL_ISSUER, "hoagiai").unwrap();
    let endpoint = Endpoint::from_shared(format!("http://{}", server.server().local_addr())).unwrap();
    let client = Client::new(Servers::One(vec![endpoint.connect_lazy()]), issuer, env);
    let folder = Folder::lock(folder.path()).unwrap();
    CITY.load(&folder, &client, &Progress::new()).await.unwrap_or_else(|failure| panic!("{failure}"));
}

async fn an_agency_is_told_what_its_policy_gives_it(server: &TestServer) {
    load(server).await;
    let door = Door::of(server);
    let auditor = server.token("auditor", vec![Grant::of(Role::Auditor, Area::Everywhere)]).unwrap();
    let listed = door.agency(&format!("Bearer {auditor}"), "/v1/mediators?pageSize=500").await.json();
    // Not everybody was elected, and the directory shows who was.
    let in_force = |one: &&Value| one["state"] == "MEDIATOR_STATE_RECOGNIZED";
    let mediators: Vec<Value> = listed["mediators"].as_array().unwrap().iter().filter(in_force).cloned().collect();
    let one = mediators[0].clone();
    let other = mediators.iter().find(|other| other["communeUnitId"] != one["communeUnitId"]).unwrap();
    let (mediator, stranger) = (text(&one["mediatorId"]), text(&other["mediatorId"]));
    let (commune, elsewhere) = (text(&one["communeUnitId"]), text(&other["communeUnitId"]));

    faults_of_a_policy_are_named_all_at_once(&door, &commune).await;
    let entry =
        json!({ "method": format!("{DIRECTORY}/GetDirectoryEntry"), "fields": "entry.mediatorId,entry.fullName" });
    let list = json!({ "method": format!("{DIRECTORY}/ListDirectory") });
    let given = policy(json!([entry, list]), &[&commune], 12);
    let (consumer, credential, bearer) = door.connect("000.01.00.H26", given.clone()).await;

    its_own_credential_is_worth_nothing_at_a_service(&door, &bearer).await;
    only_what_the_policy_lists_is_answered(&door, &bearer, (&mediator, &stranger), (&commune, &elsewhere)).await;
    who_read_about_me_is_answered(&door, &consumer, (&mediator, &stranger)).await;
    the_quota_ends_the_day(&door, &consumer, &bearer, &mediator).await;
    changes_hold_at_once(&door, (&consumer, &credential, &bearer), &mediator, &commune).await;
    what_is_over_the_quota_has_no_effect(&door, &commune).await;
    let team = text(&one["teamId"]);
    super::spdci::another_agency_asks_in_spdci(&door, (&mediator, &stranger), (&commune, &team)).await;
}

async fn faults_of_a_policy_are_named_all_at_once(door: &Door<'_>, commune: &str) {
    let methods = json!([
        { "method": "hoagiai.registry.v1.MediatorService/GetMediator" },
        { "method": "hoagiai.registry.v1.NoService/None" },
        { "method": format!("{DIRECTORY}/ListDirectory"), "fields": "entries.identityNumber" },
        { "method": format!("{DIRECTORY}/ListDirectory") },
    ]);
    let codes = json!([{ "system": "AGENCY_CODE_SYSTEM_QD20", "value": "H26", "validFrom": day(2026, 1, 1) }]);
    let body = json!({ "agencyCodes": codes, "displayName": "x", "policy": policy(methods, &[commune], 1) });
    let refused = door.department(Method::POST, "/v1/consumers", body).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let said = refused.json().to_string();
    for place in [
        "policy.allowed_methods[0].method",
        "policy.allowed_methods[1].method",
        "policy.allowed_methods[2].fields.paths[0]",
        "policy.allowed_methods[3].method",
    ] {
        assert!(said.contains(place), "{place}: {said}");
    }
    let listed = door.department(Method::GET, "/v1/consumers", Value::Null).await.json();
    assert_eq!(listed["consumers"], json!([]), "nothing is half-written");
}

/// It says who it is and nothing of what it may: only the gateway lets it further.
async fn its_own_credential_is_worth_nothing_at_a_service(door: &Door<'_>, bearer: &str) {
    let endpoint = Endpoint::from_shared(format!("http://{}", door.server.server().local_addr())).unwrap();
    let mut grpc = tonic::client::Grpc::new(endpoint.connect_lazy());
    grpc.ready().await.unwrap();
    let mut request = tonic::Request::new(Vec::new());
    request.metadata_mut().insert("authorization", bearer.parse().unwrap());
    let path = format!("/{DIRECTORY}/ListDirectory").parse().unwrap();
    let refused = grpc.unary(request, path, Raw).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::PermissionDenied);
}

async fn only_what_the_policy_lists_is_answered(
    door: &Door<'_>,
    bearer: &str,
    (mediator, stranger): (&str, &str),
    (commune, elsewhere): (&str, &str),
) {
    // A purpose must be stated: none stands in this policy.
    let path = format!("/v1/directory/{mediator}");
    let silent = door.ask(Method::GET, &path, &[("authorization", bearer)], Value::Null).await;
    assert_eq!((silent.status, silent.reason().as_str()), (StatusCode::FORBIDDEN, "PURPOSE_REQUIRED"));
    let told = door.agency(bearer, &path).await;
    assert_eq!(told.status, StatusCode::OK, "{:?}", told.json());
    let entry = &told.json()["entry"];
    assert_eq!(entry["mediatorId"], mediator);
    assert!(!text(&entry["fullName"]).is_empty());
    for hidden in ["teamId", "teamDisplayName", "communeUnitId", "contact"] {
        assert_eq!(entry[hidden], "", "{hidden} is not in the mask");
    }
    // The same over gRPC at the front door.
    let message = [&[0x0a, 36][..], mediator.as_bytes()].concat();
    let endpoint = Endpoint::from_shared(format!("http://{}", door.http)).unwrap();
    let mut grpc = tonic::client::Grpc::new(endpoint.connect_lazy());
    grpc.ready().await.unwrap();
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert("authorization", bearer.parse().unwrap());
    request.metadata_mut().insert("x-purpose", PURPOSE.1.parse().unwrap());
    request.metadata_mut().insert("x-on-behalf-of", "judge-17".parse().unwrap());
    let path = format!("/{DIRECTORY}/GetDirectoryEntry").parse().unwrap();
    let answer = grpc.unary(request, path, Raw).await.unwrap().into_inner();
    let answer: hoagiai_proto::registry::v1::GetDirectoryEntryResponse = prost::Message::decode(&answer[..]).unwrap();
    let shown = answer.entry.unwrap();
    assert_eq!((shown.mediator_id.as_str(), shown.team_id.as_str()), (mediator, ""));
    assert!(answer.freshness.is_none() && entry["fullName"] == shown.full_name.as_str());

    // Elsewhere there is nobody, whether there is or not.
    let nobody = "00000000-0000-4000-8000-00000000000f";
    let [there, nowhere] = [stranger, nobody].map(|id| format!("/v1/directory/{id}"));
    let (there, nowhere) = (door.agency(bearer, &there).await, door.agency(bearer, &nowhere).await);
    assert_eq!((there.status, there.reason()), (nowhere.status, nowhere.reason()));
    assert_eq!(there.status, StatusCode::NOT_FOUND);
    let own = door.agency(bearer, &format!("/v1/units/{commune}/directory?pageSize=3")).await;
    assert_eq!(own.json()["entries"].as_array().unwrap().len(), 3);
    let others = door.agency(bearer, &format!("/v1/units/{elsewhere}/directory")).await;
    assert!(others.status.is_client_error(), "{:?}", others.json());
    // What the policy does not list, agencies may call or not.
    for path in [format!("/v1/units/{commune}/directoryTeams"), format!("/v1/mediators/{mediator}"), "/v1/cases".into()]
    {
        let refused = door.agency(bearer, &path).await;
        let reason = refused.reason();
        assert_eq!(
            (refused.status, reason.as_str()),
            (StatusCode::FORBIDDEN, "METHOD_NOT_ALLOWED_TO_CONSUMER"),
            "{path}"
        );
    }
}

async fn who_read_about_me_is_answered(door: &Door<'_>, consumer: &str, (mediator, stranger): (&str, &str)) {
    let person = NewToken {
        person: Some(mediator.parse().unwrap()),
        ..NewToken::for_subject("mediator", vec![Grant::of(Role::Mediator, Area::Everywhere)])
    };
    let person = format!("Bearer {}", door.server.mint(person).unwrap());
    let ask = async |bearer: &str, of: &str| {
        door.ask(Method::GET, &format!("/v1/mediators/{of}/disclosures"), &[("authorization", bearer)], Value::Null)
            .await
    };
    let mine = ask(&person, mediator).await.json();
    let mine = mine["disclosures"].as_array().unwrap();
    let by = |method: &str| mine.iter().filter(|one| text(&one["method"]).ends_with(method)).count();
    assert_eq!(by("/GetDirectoryEntry"), 2, "{mine:?}");
    assert!(mine.iter().all(|one| one["purpose"] == "xác minh hòa giải viên" && one["consumerId"] == consumer));
    let behalf = mine.iter().find(|one| one["onBehalfOf"] == "judge-17").unwrap();
    assert_eq!(behalf["fields"], json!(["DirectoryEntry.full_name"]), "the mask is what was told");
    let refused = ask(&person, stranger).await;
    assert_eq!((refused.status, refused.reason().as_str()), (StatusCode::FORBIDDEN, "NOT_THE_MEDIATOR"));
    // Of whom nothing was told, nothing is listed.
    assert_eq!(ask(&door.department, stranger).await.json()["disclosures"], json!([]));
    let path = format!("/v1/consumers/{consumer}/disclosures?pageSize=1");
    let page = door.department(Method::GET, &path, Value::Null).await.json();
    assert_eq!(page["disclosures"][0]["mediatorCount"], 3, "the list of three was the last");
    assert!(!text(&page["nextPageToken"]).is_empty());
}

async fn the_quota_ends_the_day(door: &Door<'_>, consumer: &str, bearer: &str, mediator: &str) {
    let path = format!("/v1/consumers/{consumer}");
    let before = door.department(Method::GET, &path, Value::Null).await.json();
    // What was refused before a service was asked does not count, what found nobody does.
    assert_eq!(before["callsToday"], "6");
    let asked = format!("/v1/directory/{mediator}");
    let asks = (0..12).map(|_| door.agency(bearer, &asked));
    let answers = futures_util::future::join_all(asks).await;
    let told = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(told, 6, "at once or one by one: twelve a day");
    let refused = answers.iter().find(|answer| answer.status != StatusCode::OK).unwrap();
    assert_eq!((refused.status, refused.reason().as_str()), (StatusCode::TOO_MANY_REQUESTS, "QUOTA_EXHAUSTED"));
    assert!(refused.header("retry-after").parse::<u64>().unwrap() <= 86_400);
    let after = door.department(Method::GET, &path, Value::Null).await.json();
    assert_eq!(after["callsToday"], "12");
}

/// Fifty writes at once with ten calls left: ten take effect, and the others are told so before they do.
async fn what_is_over_the_quota_has_no_effect(door: &Door<'_>, commune: &str) {
    let methods = json!([{ "method": "hoagiai.gateway.v1.SubscriptionService/CreateSubscription" }]);
    let mut given = policy(methods, &[commune], 10);
    given["standingPurpose"] = json!("Luật 35/2013/QH13");
    let (consumer, _, bearer) = door.connect("000.08.00.H26", given).await;
    let path = format!("/v1/consumers/{consumer}/subscriptions");
    let body = json!({ "eventKinds": ["registry.*"], "endpoint": "https://portal.example/hook" });
    let headers = [("authorization", bearer.as_str())];
    let writes = (0..50).map(|_| door.ask(Method::POST, &path, &headers, body.clone()));
    let answers = futures_util::future::join_all(writes).await;
    let done = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    let refused = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).count();
    assert_eq!((done, refused), (10, 40));
    let listed = door.department(Method::GET, &format!("{path}?pageSize=100"), Value::Null).await.json();
    assert_eq!(listed["subscriptions"].as_array().unwrap().len(), 10, "{listed}");
}

async fn changes_hold_at_once(
    door: &Door<'_>,
    (consumer, credential, bearer): (&str, &str, &str),
    mediator: &str,
    commune: &str,
) {
    let path = format!("/v1/directory/{mediator}");
    let methods = json!([{ "method": format!("{DIRECTORY}/GetDirectoryEntry") }]);
    let mut wider = policy(methods, &[commune], 100);
    wider["standingPurpose"] = json!("Luật 35/2013/QH13");
    let set = json!({ "policy": wider });
    let set = door.department(Method::POST, &format!("/v1/consumers/{consumer}:setPolicy"), set).await;
    assert_eq!(set.status, StatusCode::OK, "{:?}", set.json());
    let told = door.ask(Method::GET, &path, &[("authorization", bearer)], Value::Null).await;
    assert!(told.status == StatusCode::OK && !text(&told.json()["entry"]["teamId"]).is_empty());
    let dropped = door.agency(bearer, &format!("/v1/units/{commune}/directory")).await;
    assert_eq!(dropped.reason(), "METHOD_NOT_ALLOWED_TO_CONSUMER");

    // A second credential, whose secret is replaced.
    let issue = format!("/v1/consumers/{consumer}/credentials");
    let second = door.department(Method::POST, &issue, json!({ "kind": "CREDENTIAL_KIND_CLIENT_SECRET" })).await.json();
    let (id, old) = (text(&second["credential"]["credentialId"]), text(&second["clientSecret"]));
    let rotate = format!("/v1/credentials/{id}:rotate");
    let new =
        text(&door.department(Method::POST, &rotate, json!({ "overlapSeconds": 60 })).await.json()["clientSecret"]);
    assert!(door.sign_in(&id, &old).await.is_some() && door.sign_in(&id, &new).await.is_some());
    let newest = text(&door.department(Method::POST, &rotate, json!({})).await.json()["clientSecret"]);
    assert!(door.sign_in(&id, &new).await.is_none() && door.sign_in(&id, &newest).await.is_some());
    for (id, secret) in [(id.as_str(), "hgs_x"), ("", &newest), (credential, &newest), ("x", "y")] {
        assert!(door.sign_in(id, secret).await.is_none());
    }
    let taken = json!({ "kind": "CREDENTIAL_KIND_CERTIFICATE", "certificateSha256": "ab".repeat(32) });
    assert_eq!(door.department(Method::POST, &issue, taken.clone()).await.status, StatusCode::OK);
    assert_eq!(door.department(Method::POST, &issue, taken).await.reason(), "CREDENTIAL_TAKEN");

    let revoke = format!("/v1/credentials/{credential}:revoke");
    let why = json!({ "reason": "nghi lộ khóa" });
    assert_eq!(door.department(Method::POST, &revoke, why.clone()).await.status, StatusCode::OK);
    let dead = door.agency(bearer, &path).await;
    assert_eq!((dead.status, dead.header("www-authenticate").is_empty()), (StatusCode::UNAUTHORIZED, false));
    assert_eq!(door.department(Method::POST, &revoke, why.clone()).await.reason(), "CREDENTIAL_REVOKED");
    let other = door.sign_in(&id, &newest).await.unwrap();
    assert_eq!(door.agency(&other, &path).await.status, StatusCode::OK);
    assert_eq!(
        door.department(Method::POST, &format!("/v1/consumers/{consumer}:revoke"), why).await.status,
        StatusCode::OK
    );
    assert_eq!(door.agency(&other, &path).await.status, StatusCode::UNAUTHORIZED);
    assert!(door.sign_in(&id, &newest).await.is_none());
    let listed = door.department(Method::GET, &issue, Value::Null).await.json().to_string();
    assert!(!listed.contains("hgs_") && !listed.contains("lientSecret"), "{listed}");
    // The code is free again.
    let again = policy(json!([{ "method": format!("{DIRECTORY}/ListDirectory") }]), &[], 1);
    let (_, _, bearer) = door.connect("000.01.00.H26", again).await;
    let nowhere = door.agency(&bearer, &format!("/v1/units/{commune}/directory")).await;
    assert_eq!(nowhere.status, StatusCode::FORBIDDEN, "no area, no answer: {:?}", nowhere.json());
}
