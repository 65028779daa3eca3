//! The manners of HTTP, and the faces beside REST.

use hoagiai_identity::{Area, Grant, Role};
use hoagiai_testkit::server::TestServer;
use http::Method;
use serde_json::{Value, json};

use super::client::{Answer, announce, send};

super::on_both!(
    a_portal_works_through_rest_alone,
    verbs_and_bodies_that_do_not_fit_are_told_so,
    pages_of_allowed_origins_may_call,
    the_directory_answers_visitors_and_may_be_kept,
    connect_and_grpc_web_answer_what_rest_answers,
    a_commune_uploads_its_roster_as_a_file,
    visitors_who_ask_too_much_are_told_to_wait,
    the_process_tells_of_itself,
);

/// A portal of somebody who may do everything.
pub(super) struct Portal<'a> {
    server: &'a TestServer,
    bearer: String,
}

impl<'a> Portal<'a> {
    pub(super) fn new(server: &'a TestServer) -> Self {
        Self { server, bearer: format!("Bearer {}", super::everybody(server)) }
    }

    async fn send(&self, verb: Method, path: &str, more: &[(&str, &str)], body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut headers = vec![("authorization", self.bearer.as_str())];
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        headers.extend(more);
        send(self.server.server().face("http").unwrap(), (verb, path), &headers, body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], body).await
    }

    /// A ward with a group, and their ids.
    pub(super) async fn ward(&self) -> (String, String) {
        let row = |code: &str, name: &str, kind: &str, parent: &str| {
            json!({"code": code, "displayName": name, "kind": kind, "parentCode": parent,
                "validFrom": {"year": 2025, "month": 7, "day": 1}})
        };
        let rows = [
            row("01", "Thành phố Hà Nội", "UNIT_KIND_MUNICIPALITY", ""),
            row("00004", "Phường Ba Đình", "UNIT_KIND_WARD", "01"),
            row("00004-001", "Tổ dân phố số 1", "UNIT_KIND_RESIDENTIAL_GROUP", "00004"),
        ];
        let imported = self.post("/v1/units:import", json!({"rows": rows, "source": "thử"})).await;
        assert_eq!(imported.status, 200, "{imported:?}");
        let id = async |code: &str| {
            let found = self.get(&format!("/v1/units:find?code={code}&validAt=2025-07-01")).await;
            assert_eq!(found.status, 200, "{found:?}");
            found.json()["unit"]["unitId"].as_str().unwrap().to_owned()
        };
        (id("00004").await, id("00004-001").await)
    }
}

async fn a_portal_works_through_rest_alone(server: &TestServer) {
    let portal = Portal::new(server);
    let (ward, area) = portal.ward().await;
    let plan = json!({
        "decision": {"number": "01/QĐ-UBND", "issueDate": {"year": 2025, "month": 8, "day": 1}, "issuer": "Chủ tịch"},
        "plans": [{"areaUnitId": area, "displayName": "Tổ 1", "targetSize": 5}],
    });
    let path = format!("/v1/communes/{ward}/teams:plan");
    let key = "4f5e2c1a-0000-4000-8000-00000000abcd";
    let planned = portal.send(Method::POST, &path, &[("idempotency-key", key)], plan.clone()).await;
    assert_eq!(planned.status, 200, "{planned:?}");
    let again = portal.send(Method::POST, &path, &[("idempotency-key", key)], plan.clone()).await;
    assert_eq!(again.json()["teams"], planned.json()["teams"], "one effect");
    let mut other = plan.clone();
    other["plans"][0]["targetSize"] = json!(7);
    let reused = portal.send(Method::POST, &path, &[("idempotency-key", key)], other).await;
    assert_eq!(reused.status, 409, "{reused:?}");
    let team = planned.json()["teams"][0]["teamId"].as_str().unwrap().to_owned();

    let read = portal.get(&format!("/v1/teams/{team}")).await;
    let etag = read.header("etag").to_owned();
    assert_eq!((read.status.as_u16(), etag.as_str()), (200, read.json()["team"]["etag"].as_str().unwrap()));
    let same = portal.send(Method::GET, &format!("/v1/teams/{team}"), &[("if-none-match", &etag)], Value::Null).await;
    assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
    let rename = json!({"displayName": "Tổ hòa giải số 1", "updateMask": "displayName"});
    let update = format!("/v1/teams/{team}:update");
    let done = portal.send(Method::POST, &update, &[("if-match", &etag)], rename.clone()).await;
    assert_eq!(done.status, 200, "{done:?}");
    let stale = portal
        .send(
            Method::POST,
            &update,
            &[("if-match", &etag)],
            json!({"displayName": "khác", "updateMask": "displayName"}),
        )
        .await;
    assert_eq!((stale.status.as_u16(), stale.reason().as_str()), (409, "STALE_ETAG"));
    let listed = portal.get(&format!("/v1/teams?unitId={ward}&pageSize=10&utm_source=x")).await;
    assert_eq!(listed.json()["teams"][0]["displayName"], "Tổ hòa giải số 1");
    assert_eq!(listed.header("ignored-parameters"), "\"utm_source\"");
    // Every fault of a request, and the places of them.
    let faulty = json!({"plans": [{"areaUnitId": "x", "targetSize": 1}], "decision": {"number": ""}});
    let refused = portal.post(&path, faulty).await;
    assert_eq!(refused.status, 400);
    let fields: Vec<String> = refused.json()["details"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|detail| detail["fieldViolations"].as_array().cloned().unwrap_or_default())
        .map(|one| one["field"].as_str().unwrap().to_owned())
        .collect();
    assert!(fields.len() >= 3 && fields.iter().any(|field| field.contains("target_size")), "{fields:?}");
    // Another office sees nothing of it, whether it is there or not.
    let elsewhere = server.token("other", vec![Grant::of(Role::CommuneChair, Area::Unit(uuid::Uuid::from_u128(7)))]);
    let bearer = format!("Bearer {}", elsewhere.unwrap());
    for id in [team.as_str(), "00000000-0000-4000-8000-000000000001"] {
        let address = server.server().face("http").unwrap();
        let path = format!("/v1/teams/{id}");
        let answer = send(address, (Method::GET, &path), &[("authorization", &bearer)], "").await;
        assert_eq!(answer.status, 403, "{answer:?}");
    }
}

async fn verbs_and_bodies_that_do_not_fit_are_told_so(server: &TestServer) {
    let portal = Portal::new(server);
    let wrong = portal.send(Method::DELETE, "/v1/teams", &[], Value::Null).await;
    assert_eq!((wrong.status.as_u16(), wrong.header("allow")), (405, "GET, HEAD, OPTIONS"));
    assert_eq!(portal.get("/v1/nothing").await.status, 404);
    assert_eq!(portal.get("/v1/journals/nobodys/head").await.status, 404);
    assert_eq!(portal.get("/v1/journals/cases/head").await.status, 200);
    let options = portal.send(Method::OPTIONS, "/v1/teams", &[], Value::Null).await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, "GET, HEAD, OPTIONS"));
    let head = portal.send(Method::HEAD, "/v1/teams", &[], Value::Null).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    let address = server.server().face("http").unwrap();
    let bearer = portal.bearer.as_str();
    let form = [("authorization", bearer), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(send(address, (Method::POST, "/v1/units:import"), &form, "rows=1").await.status, 415);
    let json = [("authorization", bearer), ("content-type", "application/json")];
    let twice = send(address, (Method::POST, "/v1/units:import"), &json, "{\"source\":\"a\",\"source\":\"b\"}").await;
    assert_eq!(twice.status, 400, "{twice:?}");
    // Told by its length, before it is sent.
    let more = [("authorization", bearer), ("content-type", "application/json"), ("content-length", "6000000")];
    let large = announce(address, "POST /v1/units:import", &more).await;
    assert!(large.starts_with("HTTP/1.1 413 "), "{large}");
    for answer in [wrong, twice] {
        assert_eq!(answer.header("content-type"), "application/json", "errors are JSON, always");
        assert_eq!((answer.header("x-content-type-options"), answer.header("cache-control")), ("nosniff", "no-store"));
    }
}

async fn pages_of_allowed_origins_may_call(server: &TestServer) {
    let address = server.server().face("http").unwrap();
    for (origin, allowed) in [("https://portal.example", "https://portal.example"), ("https://elsewhere.example", "")] {
        let asks = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type,if-match"),
        ];
        let preflight = send(address, (Method::OPTIONS, "/v1/units:import"), &asks, "").await;
        assert_eq!((preflight.status.as_u16(), preflight.header("access-control-allow-origin")), (200, allowed));
        let call = send(address, (Method::GET, "/v1/teams"), &[("origin", origin)], "").await;
        assert_eq!((call.status.as_u16(), call.header("access-control-allow-origin")), (401, allowed));
    }
}

async fn the_directory_answers_visitors_and_may_be_kept(server: &TestServer) {
    let (ward, _) = Portal::new(server).ward().await;
    let address = server.server().face("http").unwrap();
    let path = format!("/v1/units/{ward}/directory");
    let first = send(address, (Method::GET, &path), &[], "").await;
    assert_eq!((first.status.as_u16(), first.header("cache-control")), (200, "public, max-age=3600"), "{first:?}");
    let etag = first.header("etag").to_owned();
    assert!(etag.len() > 10 && etag.starts_with('"'), "{etag}");
    let again = send(address, (Method::GET, &path), &[("if-none-match", &etag)], "").await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    // An agency's answer is the agency's.
    let officer = server.token("officer", vec![Grant::of(Role::Auditor, Area::Everywhere)]).unwrap();
    let bearer = format!("Bearer {officer}");
    let own = send(address, (Method::GET, &path), &[("authorization", &bearer)], "").await;
    assert_eq!((own.status.as_u16(), own.header("cache-control")), (200, "private, max-age=300"));
    // Bad credentials are not taken for none.
    let bad = send(address, (Method::GET, &path), &[("authorization", "Bearer x.y.z")], "").await;
    assert_eq!(bad.status, 401);
    // Days before today are not the public's.
    let past = send(address, (Method::GET, &format!("{path}?validAt=2025-07-02")), &[], "").await;
    assert_eq!((past.status.as_u16(), past.reason().as_str()), (403, "DIRECTORY_NOT_DISCLOSED"), "{past:?}");
}

async fn connect_and_grpc_web_answer_what_rest_answers(server: &TestServer) {
    let portal = Portal::new(server);
    let (ward, _) = portal.ward().await;
    let rest = portal.get(&format!("/v1/units/{ward}")).await.json();
    let call = "/hoagiai.registry.v1.UnitService/GetUnit";
    let connect = portal.send(Method::POST, call, &[("connect-protocol-version", "1")], json!({"unitId": ward})).await;
    assert_eq!((connect.status.as_u16(), connect.json()), (200, rest.clone()));
    let missing = json!({"unitId": "00000000-0000-4000-8000-000000000001"});
    let refused = portal.send(Method::POST, call, &[("connect-protocol-version", "1")], missing).await;
    assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (404, Some("not_found")));

    // gRPC-Web, as a browser writes it: a frame, answered by a frame and the trailers in another.
    let mut message = vec![0x0a, 36];
    message.extend(ward.as_bytes());
    let mut frame = vec![0, 0, 0, 0, u8::try_from(message.len()).unwrap()];
    frame.extend(message);
    let address = server.server().face("http").unwrap();
    let headers = [
        ("authorization", portal.bearer.as_str()),
        ("content-type", "application/grpc-web+proto"),
        ("accept", "application/grpc-web+proto"),
        ("x-grpc-web", "1"),
    ];
    let web = send(address, (Method::POST, call), &headers, frame).await;
    assert_eq!(web.status, 200, "{web:?}");
    let shown = String::from_utf8_lossy(&web.body).into_owned();
    assert!(shown.contains("Phường Ba Đình") && shown.contains("grpc-status:0"), "{shown:?}");
}

async fn visitors_who_ask_too_much_are_told_to_wait(server: &TestServer) {
    let portal = Portal::new(server);
    let (ward, _) = portal.ward().await;
    let address = server.server().face("http").unwrap();
    let path = format!("/v1/units/{ward}/directory");
    let mut refused = None;
    for _ in 0..70 {
        let answer = send(address, (Method::GET, &path), &[], "").await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
    }
    let Some(refused) = refused else { panic!("no limit") };
    assert_eq!((refused.status.as_u16(), refused.reason().as_str()), (429, "TOO_MANY_CALLS"));
    assert!((1..=60).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    // Who shows credentials is not a visitor.
    assert_eq!(portal.get(&path).await.status, 200);
}

async fn a_commune_uploads_its_roster_as_a_file(server: &TestServer) {
    let portal = Portal::new(server);
    let (ward, _) = portal.ward().await;
    let file = "STT;Thôn/Tổ dân phố;Tên tổ hòa giải;Số lượng hòa giải viên;Số quyết định;Ngày quyết định\n\
                1;Tổ dân phố số 1;Tổ hòa giải số 1;5;01/QĐ-UBND;01/08/2025\n\
                2;Tổ dân phố số 9;Tổ hòa giải số 9;5;01/QĐ-UBND;31/02/2025\n";
    let upload = async |more: &str| {
        let path = format!("/v1/rosters/teams:upload?header.unitId={ward}&header.source=th%E1%BB%AD{more}");
        let headers = [("authorization", portal.bearer.as_str()), ("content-type", "text/csv; charset=utf-8")];
        send(server.server().face("http").unwrap(), (Method::POST, &path), &headers, file).await
    };
    let refused = upload("").await;
    let lines: Vec<Value> =
        refused.body.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!((refused.status.as_u16(), refused.header("content-type")), (200, "application/x-ndjson"), "{refused:?}");
    let faults = lines[0]["faults"]["faults"].as_array().unwrap();
    let told = |fault: &Value| (fault["row"].clone(), fault["column"].clone(), fault["value"].clone());
    let told: Vec<_> = faults.iter().map(told).collect();
    assert_eq!(told, [(json!(3), json!("F"), json!("31/02/2025"))]);
    let end = &lines.last().unwrap()["error"];
    assert_eq!(
        (&end["code"], lines[lines.len() - 2]["summary"]["applied"].as_bool()),
        (&json!(9), Some(false)),
        "{end}"
    );
    let taken = upload("&header.partial=true").await;
    let last = taken.body.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap().to_vec();
    let summary: Value = serde_json::from_slice(&last).unwrap();
    assert_eq!((&summary["summary"]["createdCount"], &summary["summary"]["applied"]), (&json!(1), &json!(true)));
    // A workbook to fill in comes as a file.
    let template = portal.get("/v1/rosterTemplates/ROSTER_KIND_TEAMS").await;
    assert!(template.header("content-type").contains("spreadsheetml") && template.body.starts_with(b"PK"));
}

async fn the_process_tells_of_itself(server: &TestServer) {
    let address = server.server().face("http").unwrap();
    let get =
        async |path: &'static str, headers: &[(&str, &str)]| send(address, (Method::GET, path), headers, "").await;
    assert_eq!(get("/healthz", &[]).await.status, 200);
    let ready = get("/readyz", &[]).await;
    assert_eq!(ready.status, 200, "{ready:?}");
    assert!(String::from_utf8_lossy(&ready.body).contains("registry: ready"));
    assert!(String::from_utf8_lossy(&get("/metrics", &[]).await.body).contains("# TYPE"));
    let described = get("/openapi.json", &[]).await;
    let document = described.json();
    assert_eq!(document["openapi"], "3.0.3");
    assert!(document["paths"].as_object().unwrap().len() > 100);
    assert!(
        document["paths"]["/v1/teams/{teamId}"].is_object() || document["paths"]["/v1/teams/{team_id}"].is_object()
    );
    let packed = get("/openapi.json", &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() * 4 < described.body.len(), "{} of {}", packed.body.len(), described.body.len());
    let page = get("/docs", &[]).await;
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    for asset in ["/docs/start.js", "/docs/assets/swagger-ui-bundle.js", "/docs/assets/swagger-ui.css"] {
        assert_eq!(get(asset, &[]).await.status, 200, "{asset}");
    }
}
