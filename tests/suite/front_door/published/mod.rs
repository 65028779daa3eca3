//! Published clients at the front door, each with the same errand: a unit that is there, one that is not, nobody's question, a
//! request with faults, one that has an effect once however often it is sent, and a stream.

mod browser;
mod buf;
mod python;

use hoagiai_testkit::server::TestServer;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    client::{Answer, send},
    everybody, tool,
};

const MISSING: &str = "00000000-0000-4000-8000-000000000001";

/// What a client is told to do.
struct Errand(Value);

impl Errand {
    /// With a ward and a residential group that are put there first.
    async fn of(server: &TestServer) -> Self {
        let address = server.server().face("http").unwrap();
        let mut errand = Self(json!({
            "gateway": format!("http://{address}"), "token": everybody(server), "missing": MISSING,
        }));
        let row = |code: &str, name: &str, kind: &str, parent: &str| {
            json!({ "code": code, "displayName": name, "kind": kind, "parentCode": parent,
                "validFrom": { "year": 2025, "month": 7, "day": 1 } })
        };
        let rows = [
            row("01", "Thành phố Hà Nội", "UNIT_KIND_MUNICIPALITY", ""),
            row("00004", "Phường Ba Đình", "UNIT_KIND_WARD", "01"),
            row("00004-001", "Tổ dân phố số 1", "UNIT_KIND_RESIDENTIAL_GROUP", "00004"),
        ];
        let imported = errand.send(Method::POST, "/v1/units:import", json!({ "rows": rows, "source": "thử" })).await;
        assert_eq!(imported.status, StatusCode::OK, "{imported:?}");
        let (ward, area) = (errand.unit("00004").await, errand.unit("00004-001").await);
        let decision = json!({
            "number": "01/QĐ-UBND", "issueDate": { "year": 2025, "month": 8, "day": 1 }, "issuer": "Chủ tịch",
        });
        errand.0["plan"] = json!({
            "requestId": "4f5e2c1a-0000-4000-8000-00000000b5e5", "communeUnitId": ward, "decision": decision,
            "plans": [{ "areaUnitId": area, "displayName": "Tổ hòa giải số 1", "targetSize": 5 }],
        });
        errand.0["faulty"] = json!({
            "requestId": "4f5e2c1a-0000-4000-8000-00000000b5e6", "communeUnitId": ward, "decision": { "number": "" },
            "plans": [{ "areaUnitId": "x", "targetSize": 1 }],
        });
        errand.0["ward"] = json!(ward);
        errand
    }

    async fn unit(&self, code: &str) -> String {
        let found = self.get(&format!("/v1/units:find?code={code}&validAt=2025-07-01")).await;
        found.json()["unit"]["unitId"].as_str().unwrap().to_owned()
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    fn ward(&self) -> &str {
        self.text("ward")
    }

    /// Host and port.
    fn address(&self) -> &str {
        self.text("gateway").strip_prefix("http://").unwrap()
    }

    /// Asks over REST.
    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Value::Null).await
    }

    async fn send(&self, verb: Method, path: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {}", self.text("token"));
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(self.address().parse().unwrap(), (verb, path), &headers, body).await
    }

    /// Holds a client to what it was told; answers the team that was planned.
    fn fulfilled(&self, said: &Value) -> String {
        let code = |call: &str| {
            let code = said[call]["code"].as_str().unwrap_or_default();
            code.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()
        };
        let detail = |call: &str, kind: &str| {
            let details = said[call]["details"].as_array().cloned().unwrap_or_default();
            details.into_iter().find(|detail| detail["type"] == kind).unwrap_or_default()
        };
        let unit = &said["whole"]["answer"]["unit"];
        assert_eq!(
            (unit["unitId"].as_str(), &unit["displayName"]),
            (Some(self.ward()), &json!("Phường Ba Đình")),
            "{said:#}"
        );
        assert_eq!(code("missing"), "notfound", "{said:#}");
        assert_eq!(detail("missing", "google.rpc.ErrorInfo")["reason"], "UNIT_NOT_FOUND", "{said:#}");
        assert_eq!(detail("missing", "google.rpc.LocalizedMessage")["locale"], "vi-VN", "{said:#}");
        assert_eq!(code("stranger"), "unauthenticated", "{said:#}");
        assert_eq!(code("faulty"), "invalidargument", "{said:#}");
        let faults = detail("faulty", "google.rpc.BadRequest")["fieldViolations"].as_array().map(Vec::len);
        assert!(faults >= Some(3), "every fault has its place: {said:#}");
        said["planned"]["answer"]["teams"][0]["teamId"].as_str().unwrap_or_else(|| panic!("{said:#}")).to_owned()
    }

    /// Holds a client's reading of the journal to its end: every fact once and in order.
    async fn streamed(&self, said: &Value) {
        let head = self.get("/v1/journals/registry/head").await.json();
        let positions: Vec<i64> = serde_json::from_value(said["positions"].clone()).unwrap();
        let last: i64 = head["position"].as_str().unwrap().parse().unwrap();
        assert!(last >= 4 && positions.iter().copied().eq(1..=last), "{positions:?} of {last}");
    }
}
