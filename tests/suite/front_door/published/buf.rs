//! `buf curl`, which stands for command lines of its kind: gRPC, gRPC-Web and Connect from the contracts as files.

use std::{path::Path, process::Stdio};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use hoagiai_testkit::server::TestServer;
use prost::Message as _;
use serde_json::{Map, Value, json};
use tokio::process::Command;
use tonic_types::pb;

use super::{super::on_both, Errand, tool};

on_both!(buf_calls_in_three_protocols);

const GET_UNIT: &str = "hoagiai.registry.v1.UnitService/GetUnit";
const PLAN_TEAMS: &str = "hoagiai.registry.v1.TeamService/PlanTeams";
const READ: &str = "hoagiai.journal.v1.JournalService/Read";

async fn buf_calls_in_three_protocols(server: &TestServer) {
    let errand = Errand::of(server).await;
    let mut teams = Vec::new();
    for protocol in ["grpc", "grpcweb", "connect"] {
        let buf = Buf { protocol, errand: &errand };
        let mut said = Map::new();
        for (call, method, request) in [
            ("whole", GET_UNIT, json!({ "unitId": errand.ward() })),
            ("missing", GET_UNIT, json!({ "unitId": super::MISSING })),
            ("faulty", PLAN_TEAMS, errand.0["faulty"].clone()),
            ("planned", PLAN_TEAMS, errand.0["plan"].clone()),
        ] {
            said.insert(call.to_owned(), buf.outcome(method, &request, true).await);
        }
        said.insert("stranger".to_owned(), buf.outcome(GET_UNIT, &json!({ "unitId": errand.ward() }), false).await);
        let read = buf.said(READ, &json!({ "journal": "registry" }), true).await;
        if protocol == "connect" {
            // Connect is offered for single messages; who wants a stream is told where it is.
            assert_eq!(read.unwrap_err()["code"], "unimplemented");
            teams.push(errand.fulfilled(&Value::Object(said)));
            continue;
        }
        let read = read.unwrap();
        let entries = read.iter().flat_map(|part| part["entries"].as_array().cloned().unwrap_or_default());
        let position = |entry: Value| entry["position"].as_str().unwrap().parse::<i64>().unwrap();
        said.insert("positions".to_owned(), entries.map(position).collect::<Vec<_>>().into());
        let said = Value::Object(said);
        teams.push(errand.fulfilled(&said));
        errand.streamed(&said).await;
    }
    assert!(teams.iter().all(|team| *team == teams[0]), "one effect: {teams:?}");
}

struct Buf<'a> {
    protocol: &'static str,
    errand: &'a Errand,
}

impl Buf<'_> {
    async fn outcome(&self, method: &str, request: &Value, known: bool) -> Value {
        match self.said(method, request, known).await {
            Ok(answers) => json!({ "answer": answers[0] }),
            Err(mut error) => {
                let details = error["details"].as_array().cloned().unwrap_or_default();
                error["details"] = details.iter().map(detail).collect();
                error
            }
        }
    }

    /// The answers, or the error.
    async fn said(&self, method: &str, request: &Value, known: bool) -> Result<Vec<Value>, Value> {
        let program = tool("buf/node_modules/.bin/buf");
        let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto");
        let mut command = Command::new(program);
        command.arg("curl").arg("--schema").arg(contracts).args(["--protocol", self.protocol]);
        if known {
            command.arg("--header").arg(format!("authorization: Bearer {}", self.errand.text("token")));
        }
        command.arg("--data").arg(request.to_string()).arg(format!("{}/{method}", self.errand.text("gateway")));
        let output = command.stdin(Stdio::null()).output().await.unwrap();
        let stream =
            |bytes: &[u8]| serde_json::Deserializer::from_slice(bytes).into_iter().collect::<Result<Vec<Value>, _>>();
        if output.status.success() {
            return Ok(stream(&output.stdout).unwrap());
        }
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(stream(error.as_bytes()).unwrap_or_else(|_| panic!("{error}")).remove(0))
    }
}

/// A detail of an error: its contract is not among ours, so it comes as bytes.
fn detail(shown: &Value) -> Value {
    let kind = shown["type"].as_str().unwrap();
    let bytes = BASE64.decode(shown["value"].as_str().unwrap()).unwrap();
    let mut told = match kind {
        "google.rpc.ErrorInfo" => json!({ "reason": pb::ErrorInfo::decode(&*bytes).unwrap().reason }),
        "google.rpc.LocalizedMessage" => json!({ "locale": pb::LocalizedMessage::decode(&*bytes).unwrap().locale }),
        "google.rpc.BadRequest" => {
            let violations = pb::BadRequest::decode(&*bytes).unwrap().field_violations;
            json!({ "fieldViolations": violations.iter().map(|one| &one.field).collect::<Vec<_>>() })
        }
        other => panic!("{other}"),
    };
    told["type"] = kind.into();
    told
}
