//! Officers whose provider knows nothing of roles: assigned here, put on their calls by the gateway, enforced by the services.

use std::time::{Duration, Instant};

use hoagiai_identity::{Area, Grant, Role};
use hoagiai_proto::registry::v1::{ListUnitsRequest, unit_service_client::UnitServiceClient};
use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tonic::{Code, Request, transport::Endpoint};

use crate::{
    provider::{AUDIENCE, until},
    world::{Browser, OURS, Settings, World},
};

const SUBJECT: &str = "city:an";

/// A world whose city has two wards, and who may do what in it.
struct City {
    world: World,
    province: String,
    wards: [String; 2],
    areas: [Vec<String>; 2],
}

async fn settings(postgres: Option<&OwnPostgres>) -> Settings {
    let databases = match postgres {
        None => None,
        Some(server) => Some([server.create_database("r").await.unwrap(), server.create_database("g").await.unwrap()]),
    };
    Settings { assigned: true, databases, ..Settings::default() }
}

fn day(text: &str) -> Value {
    let parts: Vec<i64> = text.split('-').map(|part| part.parse().unwrap()).collect();
    json!({ "year": parts[0], "month": parts[1], "day": parts[2] })
}

fn reason(body: &Value) -> String {
    body["details"][0]["reason"].as_str().unwrap_or_default().to_owned()
}

impl City {
    async fn new(settings: Settings) -> Self {
        let world = World::new(settings).await;
        let city = Self { world, province: String::new(), wards: Default::default(), areas: Default::default() };
        let unit = |code: &str, name: &str, kind: &str, above: &str| json!({ "code": code, "displayName": name, "kind": kind, "parentCode": above });
        let mut rows = vec![
            unit("01", "Thành phố Hà Nội", "UNIT_KIND_MUNICIPALITY", ""),
            unit("00004", "Phường Ba Đình", "UNIT_KIND_WARD", "01"),
            unit("00008", "Phường Ngọc Hà", "UNIT_KIND_WARD", "01"),
        ];
        for (ward, number) in ["00004", "00008"].into_iter().flat_map(|ward| (1..=6).map(move |number| (ward, number)))
        {
            let name = format!("Tổ dân phố số {number}");
            rows.push(unit(&format!("{ward}-{number:03}"), &name, "UNIT_KIND_RESIDENTIAL_GROUP", ward));
        }
        let operator = city.token("operator", Role::Operator, Area::Everywhere);
        let body = json!({ "rows": rows, "source": "thử" });
        let (status, said) = city.by(&operator, Method::POST, "/v1/units:import", body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        let find = async |code: String| {
            let (_, said) = city.by(&operator, Method::GET, &format!("/v1/units:find?code={code}"), Value::Null).await;
            said["unit"]["unitId"].as_str().unwrap().to_owned()
        };
        let province = find("01".to_owned()).await;
        let wards = [find("00004".to_owned()).await, find("00008".to_owned()).await];
        let mut areas: [Vec<String>; 2] = Default::default();
        for (ward, areas) in ["00004", "00008"].into_iter().zip(&mut areas) {
            for number in 1..=6 {
                areas.push(find(format!("{ward}-{number:03}")).await);
            }
        }
        Self { world: city.world, province, wards, areas }
    }

    fn token(&self, subject: &str, role: Role, area: Area) -> String {
        self.world.server.token(subject, vec![Grant::of(role, area)]).unwrap()
    }

    fn department(&self) -> String {
        self.token("department", Role::JusticeDepartment, Area::Unit(self.province.parse().unwrap()))
    }

    async fn by(&self, token: &str, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        send(&mut Browser::new(), method, &self.world.at(path), &headers, body).await
    }

    /// The token that the provider gives the account, as a program shows it.
    async fn bearer(&self, account: &str) -> String {
        let now = crate::now();
        let claims = json!({ "sub": account, "aud": AUDIENCE, "iat": now, "exp": now + 300, "jti": "j-1",
            "roles": [{ "role": "auditor", "area": "*" }] });
        self.world.provider.mint(json!({}), claims).await
    }

    fn assignment(&self, role: &str, area: &str) -> Value {
        json!({ "issuer": self.world.provider.issuer(), "subject": SUBJECT, "displayName": "Chủ tịch UBND phường",
            "role": role, "area": area, "validFrom": day("2025-07-01"), "ground": "QĐ 12/QĐ-STP" })
    }

    async fn assign(&self, token: &str, body: Value) -> (StatusCode, Value) {
        self.by(token, Method::POST, "/v1/roleAssignments:assign", body).await
    }

    async fn assigned(&self, role: &str, area: &str) -> Value {
        let (status, said) = self.assign(&self.department(), self.assignment(role, area)).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        said["roleAssignment"].clone()
    }

    async fn end(&self, token: &str, assignment: &Value, more: Value) -> (StatusCode, Value) {
        let mut body = json!({ "ground": "QĐ 13/QĐ-STP" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = assignment["roleAssignmentId"].as_str().unwrap();
        self.by(token, Method::POST, &format!("/v1/roleAssignments/{id}:end"), body).await
    }

    /// Plans a team in a ward: what its chairman alone does.
    fn plan(&self, ward: usize, number: usize) -> (String, Value) {
        let decision = json!({ "number": "01/QĐ-UBND", "issueDate": day("2025-08-01"), "issuer": "Chủ tịch" });
        let plans =
            [json!({ "areaUnitId": self.areas[ward][number], "displayName": format!("Tổ {number}"), "targetSize": 5 })];
        (format!("/v1/communes/{}/teams:plan", self.wards[ward]), json!({ "decision": decision, "plans": plans }))
    }

    async fn plans(&self, browser: &mut Browser, ward: usize, number: usize) -> StatusCode {
        let (path, body) = self.plan(ward, number);
        let headers = [OURS, ("content-type", "application/json")];
        send(browser, Method::POST, &self.world.at(&path), &headers, body).await.0
    }

    async fn roles(&self, browser: &mut Browser) -> Value {
        let text = browser.get(&self.world.at("/sign-in/who"), &[OURS]).await.text().await.unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["roles"].clone()
    }
}

async fn send(
    browser: &mut Browser,
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: Value,
) -> (StatusCode, Value) {
    let body = if method == Method::GET { String::new() } else { body.to_string() };
    let response = browser.send(method, url, headers, &body).await;
    let status = response.status();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_does_what_was_assigned_and_nothing_else_on_sqlite() {
    an_officer_does_what_was_assigned_and_nothing_else(settings(None).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_does_what_was_assigned_and_nothing_else_on_postgresql() {
    let postgres = OwnPostgres::start().unwrap();
    an_officer_does_what_was_assigned_and_nothing_else(settings(Some(&postgres)).await).await;
}

async fn an_officer_does_what_was_assigned_and_nothing_else(settings: Settings) {
    let mut city = City::new(settings).await;
    let mut browser = city.world.signed_in("an").await;
    // The provider says that this is an auditor; it is not asked.
    assert_eq!(city.roles(&mut browser).await, json!([]));
    assert_eq!(city.world.units(&mut browser, &[OURS]).await, StatusCode::FORBIDDEN);
    assert_eq!(city.plans(&mut browser, 0, 1).await, StatusCode::FORBIDDEN);

    let assignment = city.assigned("ROLE_COMMUNE_CHAIR", &city.wards[0]).await;
    assert_eq!(city.plans(&mut browser, 0, 1).await, StatusCode::OK, "at the next call");
    assert_eq!(city.plans(&mut browser, 1, 1).await, StatusCode::FORBIDDEN, "there and nowhere else");
    let roles = city.roles(&mut browser).await;
    assert_eq!(
        (roles[0]["role"].as_str(), roles[0]["area"].as_str()),
        (Some("commune_chair"), Some(city.wards[0].as_str()))
    );

    // As the same account as ever: the journal of the registry says who it was.
    let auditor = city.token("auditor", Role::Auditor, Area::Everywhere);
    let (_, entries) = city.by(&auditor, Method::GET, "/v1/journals/registry/entries?pageSize=100", Value::Null).await;
    assert!(entries.to_string().contains(&format!("\"{SUBJECT}\"")), "{entries}");

    city.world = city.world.killed_and_started_again().await;
    assert_eq!(city.plans(&mut browser, 0, 2).await, StatusCode::OK, "signed in as before, with the same roles");
    assert_eq!(city.plans(&mut browser, 1, 2).await, StatusCode::FORBIDDEN);

    by_token(&city).await;

    let (status, said) = city.end(&city.department(), &assignment, json!({})).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(city.plans(&mut browser, 0, 3).await, StatusCode::FORBIDDEN, "at the next call");
    assert_eq!(city.world.units(&mut browser, &[OURS]).await, StatusCode::FORBIDDEN);
    assert_eq!(city.roles(&mut browser).await, json!([]));
}

/// With the provider's own token: over REST, Connect and gRPC the same; and at a service's own port nothing.
async fn by_token(city: &City) {
    let token = city.bearer("an").await;
    for (ward, expected) in [(0, StatusCode::OK), (1, StatusCode::FORBIDDEN)] {
        let (path, body) = city.plan(ward, 4);
        assert_eq!(city.by(&token, Method::POST, &path, body).await.0, expected);
        let (_, mut body) = city.plan(ward, 5);
        body["communeUnitId"] = json!(city.wards[ward]);
        let (status, said) = city.by(&token, Method::POST, "/hoagiai.registry.v1.TeamService/PlanTeams", body).await;
        assert_eq!(status, expected, "{said}");
    }
    let list = async |url: String| {
        let channel = Endpoint::from_shared(url).unwrap().connect().await.unwrap();
        let mut request = Request::new(ListUnitsRequest::default());
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        UnitServiceClient::new(channel).list_units(request).await.map(drop).map_err(|status| status.code())
    };
    assert_eq!(list(city.world.url.clone()).await, Ok(()));
    let behind = format!("http://{}", city.world.server.server().local_addr());
    assert_eq!(list(behind).await, Err(Code::PermissionDenied), "past the gateway nobody puts roles on");
    // Another account of the provider has nothing.
    let other = city.bearer("binh").await;
    assert_eq!(city.by(&other, Method::GET, "/v1/units", Value::Null).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_assign_is_told_why_on_sqlite() {
    who_may_not_assign_is_told_why(settings(None).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_assign_is_told_why_on_postgresql() {
    let postgres = OwnPostgres::start().unwrap();
    who_may_not_assign_is_told_why(settings(Some(&postgres)).await).await;
}

async fn who_may_not_assign_is_told_why(settings: Settings) {
    let city = City::new(settings).await;
    let (department, [here, there]) = (city.department(), city.wards.clone());
    let operator = city.token("operator", Role::Operator, Area::Everywhere);
    let elsewhere = city.token("other", Role::JusticeDepartment, Area::Unit(there.parse().unwrap()));
    let auditor = city.token("auditor", Role::Auditor, Area::Everywhere);
    let nowhere = "01900000-0000-7000-8000-0000000000ff";
    let with = |role: &str, area: &str, change: Value| {
        let mut body = city.assignment(role, area);
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let officer = "ROLE_COMMUNE_JUSTICE_OFFICER";
    for (token, body, status, why) in [
        (&auditor, with(officer, &here, json!({})), 403, "PERMISSION_NOT_HELD"),
        (&operator, with(officer, &here, json!({})), 403, "ROLE_NOT_ASSIGNABLE"),
        (&department, with("ROLE_OPERATOR", "*", json!({})), 403, "ROLE_NOT_ASSIGNABLE"),
        (&department, with("ROLE_AGENCY", &here, json!({})), 403, "ROLE_NOT_ASSIGNABLE"),
        (&department, with(officer, &city.province, json!({})), 403, "ROLE_AREA_TOO_WIDE"),
        (&department, with(officer, "*", json!({})), 403, "ROLE_AREA_TOO_WIDE"),
        (&elsewhere, with(officer, &here, json!({})), 403, "OUTSIDE_AREA"),
        (&department, with(officer, nowhere, json!({})), 404, "ROLE_AREA_NOT_FOUND"),
        (&department, with("ROLE_MEDIATOR", &format!("team:{nowhere}"), json!({})), 404, "ROLE_AREA_NOT_FOUND"),
        (&department, with(officer, &here, json!({ "issuer": "hoagiai-local" })), 400, "INVALID"),
        (&department, with(officer, &here, json!({ "subject": "an" })), 400, "INVALID"),
        (&department, with(officer, &here, json!({ "subject": "city:" })), 400, "INVALID"),
        (&department, with(officer, "x", json!({})), 400, "INVALID"),
        (&department, with(officer, &here, json!({ "validTo": day("2025-06-30") })), 400, "INVALID"),
        (&department, with("ROLE_UNSPECIFIED", &here, json!({})), 400, "INVALID"),
    ] {
        let (found, said) = city.assign(token, body.clone()).await;
        assert_eq!(found.as_u16(), status, "{body}: {said}");
        if status != 400 {
            assert_eq!(reason(&said), why, "{body}");
        }
    }
    // Nobody himself, also not by another account of his.
    let mut own = city.world.signed_in("an").await;
    let first = city.assign(&operator, with("ROLE_OPERATOR", "*", json!({ "subject": SUBJECT }))).await;
    assert_eq!(first.0, StatusCode::OK, "{}", first.1);
    let headers = [OURS, ("content-type", "application/json")];
    let path = city.world.at("/v1/roleAssignments:assign");
    let body = with("ROLE_AUDITOR", "*", json!({}));
    let (status, said) = send(&mut own, Method::POST, &path, &headers, body).await;
    assert_eq!((status, reason(&said).as_str()), (StatusCode::FORBIDDEN, "ROLE_ASSIGNMENT_TO_ONESELF"));
    let body = with("ROLE_AUDITOR", "*", json!({ "subject": "city:binh" }));
    assert_eq!(send(&mut own, Method::POST, &path, &headers, body).await.0, StatusCode::OK, "but others");

    // What an account can have.
    let one = city.assigned(officer, &here).await;
    let (status, said) = city.assign(&department, with(officer, &here, json!({ "validTo": day("2030-01-01") }))).await;
    assert_eq!((status, reason(&said).as_str()), (StatusCode::CONFLICT, "ROLE_ASSIGNMENT_TAKEN"));
    let key = json!({ "requestId": "4f5e2c1a-0000-4000-8000-00000000abcd" });
    let chair = with("ROLE_COMMUNE_CHAIR", &here, key);
    let (_, once) = city.assign(&department, chair.clone()).await;
    let (status, again) = city.assign(&department, chair).await;
    assert_eq!((status, &again["roleAssignment"]), (StatusCode::OK, &once["roleAssignment"]), "one effect");

    // Ends.
    let (status, said) = city.end(&operator, &one, json!({})).await;
    assert_eq!((status, reason(&said).as_str()), (StatusCode::FORBIDDEN, "ROLE_NOT_ASSIGNABLE"));
    let (status, said) = city.end(&elsewhere, &one, json!({})).await;
    assert_eq!((status, reason(&said).as_str()), (StatusCode::FORBIDDEN, "OUTSIDE_AREA"), "another's area: {said}");
    assert_eq!(city.end(&department, &one, json!({ "lastDay": day("2025-01-01") })).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(city.end(&department, &one, json!({ "etag": "x" })).await.0, StatusCode::BAD_REQUEST);
    let (status, said) = city.end(&department, &one, json!({ "lastDay": day("2099-12-31") })).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let (status, said) = city.end(&department, &one, json!({ "lastDay": day("2099-12-31") })).await;
    assert_eq!((status, reason(&said).as_str()), (StatusCode::BAD_REQUEST, "ROLE_ASSIGNMENT_ENDS_SOONER"));
    assert_eq!(
        city.end(&department, &one, json!({ "etag": one["etag"] })).await.0,
        StatusCode::CONFLICT,
        "changed since"
    );
    assert_eq!(city.end(&department, &one, json!({})).await.0, StatusCode::OK);
    let (status, said) = city.end(&department, &one, json!({})).await;
    assert_eq!((status, reason(&said).as_str()), (StatusCode::BAD_REQUEST, "ROLE_ASSIGNMENT_ENDED"));
    let (status, said) = city.end(&department, &json!({ "roleAssignmentId": nowhere }), json!({})).await;
    assert_eq!((status, reason(&said).as_str()), (StatusCode::NOT_FOUND, "ROLE_ASSIGNMENT_NOT_FOUND"));
    history(&city, &one).await;
}

/// What was known before it ended is known for ever: three versions of one assignment.
async fn history(city: &City, one: &Value) {
    let auditor = city.token("auditor", Role::Auditor, Area::Everywhere);
    let id = one["roleAssignmentId"].as_str().unwrap();
    let get = async |known: &str| {
        let path = format!("/v1/roleAssignments/{id}{known}");
        city.by(&auditor, Method::GET, &path, Value::Null).await
    };
    let now = get("").await.1["roleAssignment"].clone();
    assert_eq!((now["endedAtOnce"].as_bool(), now["endGround"].as_str()), (Some(true), Some("QĐ 13/QĐ-STP")));
    let then = get(&format!("?knownAt={}", one["createTime"].as_str().unwrap())).await.1["roleAssignment"].clone();
    assert_eq!((&then["validTo"], &then["etag"]), (&Value::Null, &one["etag"]), "as it was assigned");
    assert_eq!(get("?knownAt=2020-01-01T00:00:00Z").await.0, StatusCode::NOT_FOUND);
    let list = async |query: &str| {
        let path = format!("/v1/roleAssignments?{query}");
        let (status, said) = city.by(&auditor, Method::GET, &path, Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{query}: {said}");
        let found = said["roleAssignments"].as_array().cloned().unwrap_or_default();
        (
            found.iter().filter(|other| other["roleAssignmentId"] == id).count(),
            found.len(),
            said["nextPageToken"].clone(),
        )
    };
    let known = one["createTime"].as_str().unwrap();
    let far = format!("subject={SUBJECT}&validAt=2050-01-01");
    assert_eq!(list(&far).await.0, 0, "ended");
    assert_eq!(list(&format!("{far}&knownAt={known}")).await.0, 1, "then it had no end");
    assert_eq!(list("validAt=2025-06-30").await.1, 0, "nobody yet");
    assert_eq!(list(&format!("area={}&role=ROLE_COMMUNE_JUSTICE_OFFICER", city.wards[0])).await.1, 1);
    // Page by page everything once.
    let (all, mut seen, mut token) = (list("").await.1, 0, String::new());
    loop {
        let (_, found, next) = list(&format!("pageSize=1&pageToken={token}")).await;
        seen += found;
        match next.as_str().filter(|next| !next.is_empty()) {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    assert!(seen == all && all >= 4, "{seen} of {all}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_assigned_at_one_gateway_holds_at_the_other_within_two_seconds() {
    let postgres = OwnPostgres::start().unwrap();
    let city = City::new(settings(Some(&postgres)).await).await;
    let (_other, there): (TestServer, String) = city.world.another().await;
    let token = format!("Bearer {}", city.bearer("an").await);
    let may = async || {
        let headers = [("authorization", token.as_str())];
        Browser::new().get(&format!("{there}/v1/units"), &headers).await.status() == StatusCode::OK
    };
    assert!(!may().await);
    let assignment = city.assigned("ROLE_COMMUNE_CHAIR", &city.wards[0]).await;
    let began = Instant::now();
    until("assigned elsewhere", may).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(city.end(&city.department(), &assignment, json!({})).await.0, StatusCode::OK);
    let began = Instant::now();
    until("ended elsewhere", async || !may().await).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}
